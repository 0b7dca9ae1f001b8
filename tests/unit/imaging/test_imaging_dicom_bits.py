"""Where in its bytes a DICOM sample lies: High Bit, precision of a codestream, byte order, frames of single bits."""

from __future__ import annotations

import imagecodecs
import numpy as np
import pytest
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from unet_studio.imaging import reader

GE_BIG_ENDIAN_PIXELS = "1.2.840.113619.5.2"
ENCODERS = {
    JPEGLosslessSV1: lambda pixels: imagecodecs.ljpeg_encode(pixels, bitspersample=16),
    JPEGLSLossless: lambda pixels: imagecodecs.jpegls_encode(pixels),
    JPEG2000Lossless: lambda pixels: imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="j2k", reversible=True),
}


@pytest.mark.parametrize("extended", [False, True], ids=["upper bits are zero", "upper bits repeat the sign"])
@pytest.mark.parametrize("syntax", list(ENCODERS), ids=["JPEG Lossless", "JPEG-LS", "JPEG 2000"])
def test_signed_twelve_bits_in_a_codestream_of_sixteen(dicom, letter, syntax, extended):
    values = letter(np.int16, 4095) - np.int16(2048)
    words = values.view(np.uint16) if extended else values.view(np.uint16) & np.uint16(0xFFF)
    frame = bytes(ENCODERS[syntax](words))
    image = reader.read(dicom(values, frames=[frame], syntax=syntax, BitsStored=12, HighBit=11))
    assert np.array_equal(image.pixels, values)


@pytest.mark.parametrize("dtype", [np.uint16, np.int16])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian, JPEGLSLossless, RLELossless])
@pytest.mark.parametrize("lowest", [2, 4])
def test_values_in_the_upper_bits_are_shifted_down(dicom, letter, dtype, syntax, lowest):
    values = letter(dtype, 4095) - dtype(2048 if dtype == np.int16 else 0)
    words = (values.astype(np.int64) << lowest).astype(np.uint16) | np.uint16(1)  # with an overlay in the lowest bit
    frames = None
    if syntax == RLELossless:  # two segments: the upper bytes, then the lower ones, each byte on its own
        frames = [rle([(words >> 8).astype(np.uint8), words.astype(np.uint8)])]
    elif syntax == JPEGLSLossless:
        frames = [bytes(imagecodecs.jpegls_encode(words))]
    image = reader.read(dicom(words.view(dtype), frames=frames, syntax=syntax, BitsStored=12, HighBit=11 + lowest))
    assert image.bits == 12
    assert np.array_equal(image.pixels, values)


def rle(planes: list[np.ndarray]) -> bytes:
    """An RLE frame (PS3.5 G) of literal runs only."""
    segments = []
    for plane in planes:
        data = plane.tobytes()
        runs = [data[at : at + 128] for at in range(0, len(data), 128)]
        packed = b"".join(bytes([len(run) - 1]) + run for run in runs)
        segments.append(packed + b"\0" * (len(packed) % 2))
    starts = np.cumsum([64, *(len(one) for one in segments[:-1])])
    header = np.zeros(16, "<u4")
    header[0], header[1 : 1 + len(starts)] = len(starts), starts
    return header.tobytes() + b"".join(segments)


@pytest.mark.parametrize("high", [0, 10, 16, 99])
def test_an_impossible_high_bit_moves_nothing(dicom, letter, high):
    values = letter(np.uint16, 4095)
    assert np.array_equal(reader.read(dicom(values, BitsStored=12, HighBit=high)).pixels, values)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16])
def test_ge_s_own_syntax_has_big_endian_pixels(dicom, letter, dtype):
    values = letter(dtype, 4095 if dtype != np.uint8 else 255) - dtype(2000 if dtype == np.int16 else 0)
    written = values.astype(values.dtype.newbyteorder(">"))
    path = dicom(
        values, syntax=ImplicitVRLittleEndian, implicit=True, PixelData=written.tobytes(), RescaleIntercept="-7"
    )
    named = ImplicitVRLittleEndian.encode() + b"\0"
    assert path.read_bytes().count(named) == 1
    path.write_bytes(path.read_bytes().replace(named, GE_BIG_ENDIAN_PIXELS.encode()))
    image = reader.read(path)
    assert np.array_equal(image.pixels, values)
    assert image.transform.intercept == -7.0


@pytest.mark.parametrize("shape", [(3, 5, 7), (2, 33, 15), (5, 8, 5), (3, 101, 133)])
def test_frames_of_single_bits_follow_each_other_bit_by_bit(dicom, shape):
    frames = np.random.default_rng(1).integers(0, 2, shape, np.uint8)
    written = bytearray((frames.size + 15) // 16 * 2)
    for place, bit in enumerate(frames.ravel()):
        written[place // 8] |= int(bit) << place % 8  # PS3.5 8.1.1: the first pixel in the least significant bit
    path = dicom(frames, BitsAllocated=1, BitsStored=1, HighBit=0, PixelData=bytes(written))
    facts = reader.describe(path)
    assert (facts.ok, facts.frames, facts.bits) == (True, shape[0], 1), facts.error
    for number, frame in enumerate(frames):
        assert np.array_equal(reader.read(path, number).pixels, frame)


def test_big_endian_words_of_single_bits(dicom, letter):
    mask = letter() > 200
    path = dicom(
        letter(), BitsAllocated=1, BitsStored=1, HighBit=0, PixelData=np.packbits(mask, bitorder="little").tobytes()
    )
    swapped = np.packbits(mask, bitorder="little").view(">u2").astype("<u2").tobytes()
    bigger = dicom(letter(), syntax=ExplicitVRBigEndian, name="big", BitsAllocated=1, BitsStored=1, HighBit=0)
    data = bigger.read_bytes()
    at = data.index(b"\x7f\xe0\x00\x10") + 12
    bigger.write_bytes(data[: at - 8] + b"OW\0\0" + len(swapped).to_bytes(4, "big") + swapped)
    assert np.array_equal(reader.read(bigger).pixels, mask)
    assert np.array_equal(reader.read(path).pixels, mask)
