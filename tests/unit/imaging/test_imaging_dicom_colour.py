"""Colour DICOM comes out as upright RGB, whatever it is stored as."""

from __future__ import annotations

import imagecodecs
import numpy as np
import pytest
from PIL import Image as Pillow

from unet_studio.imaging import reader

JPEG_BASELINE, JPEG_LS, JPEG_2000 = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"


def ybr(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(Pillow.fromarray(pixels).convert("YCbCr"))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("planar", [0, 1])
def test_rgb(dicom, colours, dtype, planar):
    pixels = colours(dtype)
    data = np.moveaxis(pixels, -1, 0).tobytes() if planar else pixels.tobytes()
    image = reader.read(dicom(pixels, PlanarConfiguration=planar, PixelData=data))
    assert np.array_equal(image.pixels, pixels)
    assert image.bits == np.dtype(dtype).itemsize * 8


def test_ten_bit_rgb_is_stretched_to_sixteen(dicom, colours):
    pixels = colours(np.uint16) >> 6
    image = reader.read(dicom(pixels, BitsStored=10, HighBit=9))
    assert (image.bits, image.pixels.max()) == (16, 65535)
    assert np.abs(image.pixels.astype(int) - colours(np.uint16)).max() <= 64


def test_rgb_of_equal_channels_becomes_gray(dicom, letter):
    image = reader.read(dicom(np.dstack([letter()] * 3)))
    assert np.array_equal(image.pixels, letter())


@pytest.mark.parametrize("photometric", ["YBR_FULL", "YBR_FULL_422"])
def test_native_ybr(dicom, colours, photometric):
    pixels = np.kron(colours(), np.ones((1, 2, 1), np.uint8))
    stored = ybr(pixels)
    data = stored.tobytes()
    if photometric == "YBR_FULL_422":
        pairs = stored.reshape(40, 30, 2, 3)
        parts = (pairs[:, :, 0, 0], pairs[:, :, 1, 0], pairs[:, :, 0, 1], pairs[:, :, 0, 2])
        data = np.stack(parts, axis=-1).tobytes()
    image = reader.read(dicom(pixels, PhotometricInterpretation=photometric, PixelData=data))
    assert image.photometric == photometric
    assert np.abs(image.pixels.astype(int) - pixels).max() <= 2


@pytest.mark.parametrize("said", ["RGB", "YBR_FULL_422"])
@pytest.mark.parametrize("stored", ["YCBCR", "RGB"])
def test_jpeg_colours_follow_the_jpeg_itself(dicom, colours, said, stored):
    pixels = np.kron(colours(), np.ones((8, 8, 1), np.uint8))
    frame = imagecodecs.jpeg8_encode(pixels, level=97, colorspace="RGB", outcolorspace=stored, subsampling="444")
    image = reader.read(dicom(pixels, frames=[frame], syntax=JPEG_BASELINE, PhotometricInterpretation=said))
    assert np.abs(image.pixels.astype(int) - pixels).mean() < 4


@pytest.mark.parametrize(("photometric", "transformed"), [("YBR_RCT", True), ("RGB", False), ("YBR_FULL", True)])
def test_jpeg_2000(dicom, colours, photometric, transformed):
    pixels = colours()
    frame = imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="j2k", reversible=True, mct=transformed)
    image = reader.read(dicom(pixels, frames=[frame], syntax=JPEG_2000, PhotometricInterpretation=photometric))
    assert np.array_equal(image.pixels, pixels)


def test_jpeg_2000_of_untransformed_ybr(dicom, colours):
    frame = imagecodecs.jpeg2k_encode(ybr(colours()), level=0, codecformat="j2k", reversible=True, mct=False)
    image = reader.read(dicom(colours(), frames=[frame], syntax=JPEG_2000, PhotometricInterpretation="YBR_FULL"))
    assert np.abs(image.pixels.astype(int) - colours()).max() <= 2


def test_jpeg_ls(dicom, colours):
    frame = imagecodecs.jpegls_encode(colours())
    assert np.array_equal(reader.read(dicom(colours(), frames=[frame], syntax=JPEG_LS)).pixels, colours())


@pytest.mark.parametrize(("bits", "shift"), [(8, 0), (16, 8), (16, 0)])
@pytest.mark.parametrize("first", [0, 10])
def test_palette(dicom, bits, shift, first):
    table = np.random.default_rng(1).integers(1, 256, (3, 200)).astype(np.uint16)
    table = table << shift if shift or bits == 8 else table * 250
    index = (np.arange(48).reshape(6, 8) * 5).astype(np.uint8)
    elements = {}
    for channel, colour in enumerate(("Red", "Green", "Blue")):
        elements[f"{colour}PaletteColorLookupTableDescriptor"] = [200, first, bits]
        values = table[channel].astype(np.uint8 if bits == 8 else "<u2")
        elements[f"{colour}PaletteColorLookupTableData"] = values.tobytes()
    image = reader.read(dicom(index, PhotometricInterpretation="PALETTE COLOR", **elements))
    expected = table.T[np.clip(index.astype(int) - first, 0, 199)] >> shift
    assert image.pixels.dtype == (np.uint16 if bits == 16 and not shift else np.uint8)
    assert np.array_equal(image.pixels, expected)
