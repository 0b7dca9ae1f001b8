"""PNG in every depth and colour type comes out upright, with its own values."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageOps

from unet_studio.core.image import content_hash
from unet_studio.imaging import reader


def written(folder: Path, pixels: np.ndarray, name: str = "a.png") -> Path:
    path = folder / name
    path.write_bytes(imagecodecs.png_encode(pixels))
    return path


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_gray_keeps_its_values_and_depth(tmp_path, letter, dtype):
    pixels = letter(dtype)
    image = reader.read(written(tmp_path, pixels))
    assert image.pixels.dtype == dtype
    assert np.array_equal(image.pixels, pixels)
    assert (image.format, image.bits, image.photometric) == ("PNG", np.dtype(dtype).itemsize * 8, "GRAY")
    assert image.content_hash == content_hash(pixels)
    assert not image.pixels.flags.writeable
    assert image.pixels.flags.c_contiguous


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colour_is_rgb_and_keeps_its_depth(tmp_path, colours, dtype):
    pixels = colours(dtype)
    path = tmp_path / "a.png"
    path.write_bytes(cv2.imencode(".png", pixels[..., ::-1])[1].tobytes())
    image = reader.read(path)
    assert image.pixels.dtype == dtype
    assert np.array_equal(image.pixels, pixels)


def test_equal_channels_become_one(tmp_path, letter):
    image = reader.read(written(tmp_path, np.dstack([letter()] * 3)))
    assert image.pixels.shape == (40, 30)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_low_depths_span_the_whole_range(tmp_path, bits):
    values = np.arange(64).reshape(8, 8) % (1 << bits)
    rows = b"".join(
        b"\0" + np.packbits(np.unpackbits(row[:, None].astype(np.uint8), axis=1)[:, -bits:]).tobytes() for row in values
    )
    path = tmp_path / "a.png"
    path.write_bytes(raw_png(8, 8, bits, 0, rows))
    image = reader.read(path)
    assert np.array_equal(image.pixels, values * (255 // ((1 << bits) - 1)))


def raw_png(columns: int, rows: int, bits: int, colour_type: int, data: bytes, interlaced: int = 0) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", columns, rows, bits, colour_type, 0, 0, interlaced)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_interlaced(tmp_path):
    pixels = np.arange(64, dtype=np.uint8).reshape(8, 8)
    passes = [(0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4), (2, 4, 0, 2), (0, 2, 1, 2), (1, 2, 0, 1)]
    data = b"".join(b"\0" + row.tobytes() for a, b, c, d in passes for row in pixels[a::b, c::d])
    path = tmp_path / "a.png"
    path.write_bytes(raw_png(8, 8, 8, 0, data, interlaced=1))
    assert np.array_equal(reader.read(path).pixels, pixels)


def test_palette(tmp_path, colours):
    picture = Pillow.fromarray(colours()).quantize(16)
    picture.save(tmp_path / "a.png", bits=4)
    image = reader.read(tmp_path / "a.png")
    assert image.photometric == "PALETTE"
    assert np.array_equal(image.pixels, np.asarray(picture.convert("RGB")))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_gray_with_alpha_stays_gray_and_hidden_pixels_are_black(tmp_path, letter, dtype):
    top = np.iinfo(dtype).max
    alpha = np.full((40, 30), top, dtype)
    alpha[:, 20:] = 0
    image = reader.read(written(tmp_path, np.dstack([letter(dtype), alpha])))
    assert np.array_equal(image.pixels[:, :20], letter(dtype)[:, :20])
    assert not image.pixels[:, 20:].any()


def test_opaque_alpha_is_dropped(tmp_path, colours):
    alpha = np.full((40, 30, 1), 255, np.uint8)
    image = reader.read(written(tmp_path, np.concatenate([colours(), alpha], axis=2)))
    assert np.array_equal(image.pixels, colours())


def test_exif_orientation_is_applied(tmp_path, letter):
    exif = Pillow.Exif()
    exif[0x0112] = 6
    Pillow.fromarray(np.rot90(letter())).save(tmp_path / "a.png", exif=exif)
    image = reader.read(tmp_path / "a.png")
    assert np.array_equal(image.pixels, letter())
    assert (reader.probe(tmp_path / "a.png").rows, reader.probe(tmp_path / "a.png").columns) == (40, 30)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def behind(data: bytes, name: bytes, body: bytes, before: bytes) -> bytes:
    """A PNG with one chunk more, in front of the first of another name."""
    at = data.index(before) - 4
    return data[:at] + chunk(name, body) + data[at:]


@pytest.mark.parametrize("comment", [0, 3000])
def test_exif_behind_the_pixels_is_applied(tmp_path, letter, comment):
    exif = Pillow.Exif()
    exif[0x0112] = 6
    data = behind(imagecodecs.png_encode(np.rot90(letter()).copy()), b"eXIf", exif.tobytes()[6:], b"IEND")
    data = behind(data, b"tEXt", b"Comment\0" + b"eXIf" * (comment // 4), b"IEND")
    (tmp_path / "a.png").write_bytes(data)
    with Pillow.open(tmp_path / "a.png") as picture:
        assert np.array_equal(np.asarray(ImageOps.exif_transpose(picture)), letter())
    assert np.array_equal(reader.read(tmp_path / "a.png").pixels, letter())
    facts = reader.probe(tmp_path / "a.png")
    assert (facts.rows, facts.columns) == (40, 30)


def test_the_word_exif_alone_turns_nothing(tmp_path, letter):
    exif = Pillow.Exif()
    exif[0x0112] = 6
    inside = struct.pack(">I", 26) + b"eXIf" + exif.tobytes()[6:] + bytes(4)
    data = behind(imagecodecs.png_encode(letter()), b"tEXt", b"Comment\0" + inside, b"IEND")
    (tmp_path / "a.png").write_bytes(data)
    assert np.array_equal(reader.read(tmp_path / "a.png").pixels, letter())


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_gray_that_is_called_transparent_keeps_its_value(tmp_path, letter, dtype, channels):
    pixels = letter(dtype)
    plain = imagecodecs.png_encode(pixels if channels == 1 else np.dstack([pixels] * 3))
    key = struct.pack(">H", int(np.iinfo(dtype).max)) * channels
    (tmp_path / "a.png").write_bytes(behind(plain, b"tRNS", key, b"IDAT"))
    image = reader.read(tmp_path / "a.png")
    assert image.pixels.dtype == dtype
    assert np.array_equal(image.pixels, pixels)


def test_a_colour_that_is_called_transparent_is_black(tmp_path, colours):
    pixels = colours()
    key = b"".join(struct.pack(">H", int(value)) for value in pixels[0, 0])
    (tmp_path / "a.png").write_bytes(behind(imagecodecs.png_encode(pixels), b"tRNS", key, b"IDAT"))
    hidden = (pixels == pixels[0, 0]).all(axis=2)
    assert np.array_equal(reader.read(tmp_path / "a.png").pixels, np.where(hidden[..., None], 0, pixels))
