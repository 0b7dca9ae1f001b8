"""TIFF and BigTIFF: depths, byte orders, compressions, tiles, pages, orientation and polarity."""

from __future__ import annotations

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
