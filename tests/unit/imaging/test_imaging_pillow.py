"""JPEG, BMP, WebP and GIF: upright by EXIF, gray stays gray, frames one by one."""

from __future__ import annotations

import io
import struct

import imagecodecs
import numpy as np
import pytest
from PIL import Image as Pillow

from unet_studio.core.errors import Unreadable
from unet_studio.imaging import reader

TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.T,
    6: lambda a: np.rot90(a),
    7: lambda a: a[::-1, ::-1].T,
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_turns_a_jpeg_upright(tmp_path, letter, orientation):
    big = np.kron(letter(), np.ones((4, 4), np.uint8))
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "a.jpg"
    Pillow.fromarray(np.ascontiguousarray(TURNS[orientation](big))).save(path, quality=95, exif=exif)
    image = reader.read(path)
    assert image.pixels.shape == big.shape
    assert np.abs(image.pixels.astype(int) - big).mean() < 4
    facts = reader.describe(path)
    assert (facts.rows, facts.columns, facts.channels, facts.ok) == (*big.shape, 1, True)
    assert reader.probe(path).rows == big.shape[0]


def test_colour_jpeg(tmp_path, colours):
    big = np.kron(colours(), np.ones((8, 8, 1), np.uint8))
    Pillow.fromarray(big).save(tmp_path / "a.jpg", quality=95)
    image = reader.read(tmp_path / "a.jpg")
    assert (image.format, image.photometric, image.bits) == ("JPEG", "RGB", 8)
    assert np.abs(image.pixels.astype(int) - big).mean() < 4


def test_cmyk_jpeg_has_the_right_colours(tmp_path, colours):
    big = np.kron(colours(), np.ones((8, 8, 1), np.uint8))
    Pillow.fromarray(big).convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    assert np.abs(reader.read(tmp_path / "a.jpg").pixels.astype(int) - big).mean() < 6


@pytest.mark.parametrize("codec", ["twelve", "lossless", "ls"])
def test_jpeg_of_more_than_eight_bits(tmp_path, letter, codec):
    pixels = np.kron(letter(np.uint16, 4095), np.ones((4, 4), np.uint16))
    encoders = {
        "twelve": lambda: imagecodecs.jpeg8_encode(pixels, level=99, bitspersample=12),
        "lossless": lambda: imagecodecs.ljpeg_encode(pixels, bitspersample=16),
        "ls": lambda: imagecodecs.jpegls_encode(pixels),
    }
    data = bytes(encoders[codec]())
    (tmp_path / "a.jpg").write_bytes(data)
    image = reader.read(tmp_path / "a.jpg")
    assert image.pixels.dtype == np.uint16
    assert np.abs(image.pixels.astype(int) - pixels).mean() < (40 if codec == "twelve" else 1e-9)
    (tmp_path / "b.jpg").write_bytes(data[: len(data) // 2])
    assert reader.describe(tmp_path / "b.jpg").error.startswith("b.jpg is ")


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_bmp(tmp_path, letter, colours, mode):
    picture = Pillow.fromarray(colours() if mode in ("P", "RGB") else letter()).convert(mode)
    picture.save(tmp_path / "a.bmp")
    image = reader.read(tmp_path / "a.bmp")
    expected = np.asarray(picture.convert("RGB"))
    assert image.format == "BMP"
    assert np.array_equal(image.pixels, expected[..., 0] if mode in ("1", "L") else expected)


def test_webp_with_alpha_over_black(tmp_path, colours):
    alpha = np.full((40, 30, 1), 255, np.uint8)
    alpha[30:] = 0
    Pillow.fromarray(np.concatenate([colours(), alpha], axis=2), "RGBA").save(tmp_path / "a.webp", lossless=True)
    image = reader.read(tmp_path / "a.webp")
    assert image.format == "WebP"
    assert np.array_equal(image.pixels[:30], colours()[:30])
    assert not image.pixels[30:].any()


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_frames_of_a_moving_picture_in_any_order(tmp_path, kind):
    rng = np.random.default_rng(3)
    frames = [np.kron(rng.integers(0, 2, (5, 6), np.uint8) * 255, np.ones((8, 8), np.uint8)) for _ in range(5)]
    pictures = [Pillow.fromarray(frame) for frame in frames]
    options = {"lossless": True} if kind == "webp" else {}
    path = tmp_path / f"a.{kind}"
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=50, **options)
    facts = reader.describe(path)
    assert (facts.ok, facts.frames, facts.rows, facts.columns) == (True, 5, 40, 48)
    for number in (3, 0, 4, 1, 2):
        image = reader.read(path, number)
        assert np.array_equal(image.pixels, frames[number])
        assert (image.source.frame, image.source.frames) == (number, 5)


def test_a_frame_that_is_not_there(tmp_path, letter):
    Pillow.fromarray(letter()).save(tmp_path / "a.gif")
    with pytest.raises(Unreadable, match=r"^a\.gif has no frame 2; its frames are 1 to 1$"):
        reader.read(tmp_path / "a.gif", 1)


@pytest.mark.parametrize("kind", ["jpeg", "bmp", "webp", "gif"])
def test_cut_short_is_said(tmp_path, kind):
    rng = np.random.default_rng(5)
    data = io.BytesIO()
    Pillow.fromarray(rng.integers(0, 255, (200, 200, 3), np.uint8)).save(data, kind)
    path = tmp_path / "a"
    path.write_bytes(data.getvalue()[: len(data.getvalue()) // 2])
    facts = reader.describe(path)
    assert not facts.ok
    assert facts.error.startswith("a is ")
    with pytest.raises(Unreadable):
        reader.read(path)


@pytest.mark.parametrize("alpha", [0, 128, 255])
def test_a_bmp_whose_alpha_is_nowhere_used_is_not_black(tmp_path, colours, alpha):
    """BITMAPV5HEADER by its bytes, 32 bits with masks: programs that know no alpha leave the fourth byte at 0."""
    seen = colours()
    rows, columns = seen.shape[:2]
    body = np.dstack([seen[::-1, :, ::-1], np.full((rows, columns), alpha, np.uint8)]).tobytes()
    header = struct.pack("<IiiHHIIiiII", 124, columns, rows, 1, 32, 3, len(body), 2835, 2835, 0, 0)
    header += (
        struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + b"BGRs" + bytes(48) + struct.pack("<4I", 4, 0, 0, 0)
    )
    start = struct.pack("<2sIHHI", b"BM", 14 + len(header) + len(body), 0, 0, 14 + len(header))
    (tmp_path / "a.bmp").write_bytes(start + header + body)
    expected = np.rint(seen * ((alpha or 255) / 255.0))
    assert np.abs(reader.read(tmp_path / "a.bmp").pixels - expected).max() <= 1
