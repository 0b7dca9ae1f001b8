"""TIFF and BigTIFF: depths, byte orders, compressions, tiles, pages, orientation and polarity."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow

from unet_studio.core.errors import Unreadable
from unet_studio.imaging import reader
from unet_studio.imaging.windowing import display


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_gray_keeps_its_type_and_values(tmp_path, letter, dtype, order):
    pixels = letter(np.uint8, 100).astype(dtype)
    pixels[0, 0] = 1
    tifffile.imwrite(tmp_path / "a.tif", pixels.astype(pixels.dtype.newbyteorder(order)), byteorder=order)
    image = reader.read(tmp_path / "a.tif")
    assert image.pixels.dtype == dtype
    assert np.array_equal(image.pixels, pixels)
    assert image.bits == np.dtype(dtype).itemsize * 8


@pytest.mark.parametrize("compression", ["lzw", "deflate", "zstd", "packbits", "jpeg2000"])
@pytest.mark.parametrize("tile", [None, (16, 16)])
def test_lossless_compressions_strips_and_tiles(tmp_path, letter, compression, tile):
    pixels = letter(np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", pixels, compression=compression, tile=tile)
    assert np.array_equal(reader.read(tmp_path / "a.tif").pixels, pixels)


@pytest.mark.parametrize("writer", ["tifffile", "pillow"])
def test_jpeg_in_tiff_has_the_right_colours(tmp_path, colours, writer):
    big = np.kron(colours(), np.ones((8, 8, 1), np.uint8))
    if writer == "tifffile":
        tifffile.imwrite(tmp_path / "a.tif", big, compression="jpeg", photometric="rgb")
    else:
        Pillow.fromarray(big).save(tmp_path / "a.tif", compression="jpeg", quality=95)
    assert np.abs(reader.read(tmp_path / "a.tif").pixels.astype(int) - big).mean() < 6


def test_plain_luminance_and_colour_differences(tmp_path, colours):
    ybr = np.asarray(Pillow.fromarray(colours()).convert("YCbCr"))
    tifffile.imwrite(tmp_path / "a.tif", ybr, photometric="ycbcr", subsampling=(1, 1))
    assert np.abs(reader.read(tmp_path / "a.tif").pixels.astype(int) - colours()).max() <= 2


def test_cmyk(tmp_path, colours):
    Pillow.fromarray(colours()).convert("CMYK").save(tmp_path / "a.tif")
    assert np.abs(reader.read(tmp_path / "a.tif").pixels.astype(int) - colours()).max() <= 2


def test_bigtiff(tmp_path, letter):
    tifffile.imwrite(tmp_path / "a.tif", letter(), bigtiff=True)
    assert np.array_equal(reader.read(tmp_path / "a.tif").pixels, letter())


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colour(tmp_path, colours, planar, dtype):
    pixels = colours(dtype)
    data = pixels if planar == "contig" else np.moveaxis(pixels, -1, 0)
    tifffile.imwrite(tmp_path / "a.tif", data, photometric="rgb", planarconfig=planar)
    image = reader.read(tmp_path / "a.tif")
    assert np.array_equal(image.pixels, pixels)
    assert image.pixels.dtype == dtype


def test_palette(tmp_path):
    index = np.arange(48, dtype=np.uint8).reshape(6, 8)
    table = np.random.default_rng(0).integers(0, 256, (3, 256)).astype(np.uint16) * 257
    tifffile.imwrite(tmp_path / "a.tif", index, photometric="palette", colormap=table)
    image = reader.read(tmp_path / "a.tif")
    assert np.array_equal(image.pixels, (table // 257).T[index])
    assert image.pixels.dtype == np.uint8


def test_pages_are_frames_and_reduced_copies_are_not(tmp_path, letter):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(letter(), metadata=None)
        file.write(letter()[::2, ::2], subfiletype=1, metadata=None)
        file.write(letter()[::-1], metadata=None)
    facts = reader.describe(tmp_path / "a.tif")
    assert (facts.ok, facts.frames) == (True, 2)
    assert np.array_equal(reader.read(tmp_path / "a.tif", 1).pixels, letter()[::-1])


def test_white_is_zero_is_shown_inverted(tmp_path, letter):
    tifffile.imwrite(tmp_path / "a.tif", 255 - letter(), photometric="miniswhite")
    image = reader.read(tmp_path / "a.tif")
    assert image.transform.inverted
    assert np.array_equal(display(image), letter())


def test_bilevel(tmp_path, letter):
    tifffile.imwrite(tmp_path / "a.tif", letter() > 200, photometric="minisblack")
    assert np.array_equal(reader.read(tmp_path / "a.tif").pixels, np.where(letter() > 200, 255, 0))


def test_orientation_tag(tmp_path, letter):
    data = np.ascontiguousarray(np.rot90(letter()))
    tifffile.imwrite(tmp_path / "a.tif", data, metadata=None, extratags=[(274, "H", 1, 6, True)])
    assert np.array_equal(reader.read(tmp_path / "a.tif").pixels, letter())
    assert reader.probe(tmp_path / "a.tif").rows == 40


def test_not_a_number_becomes_the_smallest_value(tmp_path, letter):
    pixels = letter().astype(np.float32) + 5
    pixels[3, 3] = np.nan
    pixels[4, 4] = np.inf
    tifffile.imwrite(tmp_path / "a.tif", pixels)
    image = reader.read(tmp_path / "a.tif")
    assert (image.pixels[3, 3], image.pixels[4, 4]) == (5.0, 260.0)


def test_cut_short_is_said_and_never_filled_with_zeros(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (200, 200), np.uint8)
    tifffile.imwrite(tmp_path / "whole.tif", noise, compression="lzw")
    data = (tmp_path / "whole.tif").read_bytes()
    for share in (0.3, 0.6, 0.95):
        path = tmp_path / "cut.tif"
        path.write_bytes(data[: int(len(data) * share)])
        assert not reader.describe(path).ok
        with pytest.raises(Unreadable, match=r"^cut\.tif is "):
            reader.read(path)


def packed(folder: Path, values: np.ndarray, bits: int, photometric: int = 1) -> Path:
    """A little-endian TIFF of one strip by the bytes (TIFF 6.0, sections 2 and 4), each row filled up to a byte."""
    rows, columns = values.shape
    places = (values[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    strip = b"".join(np.packbits(row.astype(np.uint8)).tobytes() for row in places.reshape(rows, -1))
    tags = [(256, columns), (257, rows), (258, bits), (259, 1), (262, photometric), (273, 8 + 2 + 9 * 12 + 4)]
    tags += [(277, 1), (278, rows), (279, len(strip))]
    head = struct.pack("<2sHIH", b"II", 42, 8, len(tags))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    path = folder / "a.tif"
    path.write_bytes(head + entries + bytes(4) + strip)
    return path


@pytest.mark.parametrize("bits", [2, 4, 6, 12, 14])
def test_gray_of_few_bits_keeps_values_and_depth_and_shows_its_top_white(tmp_path, bits):
    top = (1 << bits) - 1
    values = np.tile(np.arange(32) * top // 31, (24, 1))
    path = packed(tmp_path, values, bits)
    image = reader.read(path)
    assert np.array_equal(image.pixels, values)
    assert image.bits == reader.probe(path).bits == bits
    assert (display(image)[3, 0], display(image)[3, -1]) == (0, 255)
    inverted = reader.read(packed(tmp_path, values, bits, photometric=0))
    assert inverted.transform.inverted
    assert (display(inverted)[3, 0], display(inverted)[3, -1]) == (255, 0)


def test_an_extra_sample_that_is_no_alpha_hides_nothing(tmp_path, letter, colours):
    nothing = np.zeros((40, 30), np.uint8)
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path, np.dstack([letter(), nothing]), photometric="minisblack", planarconfig="contig",
        extrasamples=["unspecified"],
    )  # fmt: skip
    assert np.array_equal(reader.read(path).pixels, letter())
    tifffile.imwrite(path, np.dstack([colours(), nothing]), photometric="rgb", extrasamples=["unspecified"])
    assert np.array_equal(reader.read(path).pixels, colours())
    planes = np.moveaxis(np.dstack([colours(), nothing]), -1, 0)
    tifffile.imwrite(path, planes, photometric="rgb", planarconfig="separate", extrasamples=["unspecified"])
    assert np.array_equal(reader.read(path).pixels, colours())
    assert reader.describe(path).channels == 3


def test_alpha_is_multiplied_once(tmp_path, colours):
    """Over black, colours that an associated alpha goes with are what is stored; of others it is still to be done."""
    alpha = np.tile(np.linspace(0, 255, 30).astype(np.uint8), (40, 1))
    over = np.rint(colours() * (alpha[..., None] / 255.0))
    path = tmp_path / "a.tif"
    stored = np.dstack([over.astype(np.uint8), alpha])
    tifffile.imwrite(path, stored, photometric="rgb", extrasamples=["assocalpha"])
    assert np.array_equal(reader.read(path).pixels, over)
    tifffile.imwrite(path, np.dstack([colours(), alpha]), photometric="rgb", extrasamples=["unassalpha"])
    assert np.abs(reader.read(path).pixels - over).max() <= 1
    more = np.dstack([colours(), np.full_like(alpha, 7), alpha])
    tifffile.imwrite(path, more, photometric="rgb", extrasamples=["unspecified", "unassalpha"])
    assert np.abs(reader.read(path).pixels - over).max() <= 1


def test_half_floats_are_not_taken_for_few_bits(tmp_path, letter):
    tifffile.imwrite(tmp_path / "a.tif", letter(np.uint8, 100).astype(np.float16))
    assert reader.read(tmp_path / "a.tif").bits == 32
