"""Where a LUT begins: its first mapped value is US or SS by the values that go in (PS3.3 C.11.1.1, C.11.2.1.1)."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from unet_studio.core.image import modality_values
from unet_studio.imaging import reader
from unet_studio.imaging.windowing import display

SYNTAXES = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian]


def lut(first: int, entries: list[int], bits: int, vr: str) -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", vr, [len(entries) % 65536, first, bits])
    item.add_new("LUTData", "US", entries)
    return item


def options(syntax: str) -> dict[str, object]:
    return {"syntax": syntax, "implicit": syntax == ImplicitVRLittleEndian, "BitsStored": 12, "HighBit": 11}


def shown(entries: np.ndarray) -> np.ndarray:
    """Gray of 16-bit LUT entries on a screen of 8 bits, to the nearest."""
    return np.floor(entries * 255 / 65535 + 0.5).astype(np.uint8)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_negative_first_value_of_unsigned_pixels(dicom, letter, syntax):
    values = letter(np.uint16, 4095)
    item = lut(-1024, [one * 16 for one in range(4096)], 16, "SS")
    path = dicom(values, RescaleIntercept="-1024", VOILUTSequence=Sequence([item]), **options(syntax))
    image = reader.read(path)
    assert image.transform.voi_luts[0].first == -1024
    assert np.array_equal(display(image), shown(values.astype(int) * 16))


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("first", [0, 40000])
def test_signed_pixels_whose_modality_lut_is_unsigned(dicom, letter, syntax, first):
    values = letter(np.int16, 4095) - np.int16(2048)
    path = dicom(
        values,
        PhotometricInterpretation="MONOCHROME1",
        ModalityLUTSequence=Sequence([lut(-2048, list(range(first, first + 4096)), 16, "SS")]),
        VOILUTSequence=Sequence([lut(first, [one * 16 for one in range(4096)], 16, "US")]),
        **options(syntax),
    )
    image = reader.read(path)
    assert np.array_equal(modality_values(image), values.astype(int) + 2048 + first)
    assert np.array_equal(display(image), 255 - shown((values.astype(int) + 2048) * 16))


@pytest.mark.parametrize(
    ("elements", "written", "count", "first"),
    [
        ({}, 40000, 4096, 40000),  # of 16 bits, unsigned
        ({}, 0, 65536, 0),
        ({"PixelRepresentation": 1}, 0x8000, 65536, -32768),
        ({"PixelRepresentation": 1}, 0xFFFF, 4096, -1),
        ({"BitsStored": 12, "HighBit": 11}, 0xFF00, 4096, -256),  # begins below the least value
        ({"RescaleSlope": "-1"}, 0x8001, 32768, -32767),  # 0 to -65535
        ({"RescaleIntercept": "-1024"}, 40000, 4096, 40000),  # -1024 to 64511
        ({"RescaleIntercept": "-1024"}, 0xFC00, 65535, -1024),
    ],
)
def test_of_two_readings_the_one_that_maps_the_values(dicom, letter, elements, written, count, first):
    item = lut(written, [7], 16, "US")
    item.LUTDescriptor = [count % 65536, written, 16]
    item.add_new("LUTData", "OW", b"\7\0" * count)
    image = reader.read(dicom(letter(np.uint16, 1000), VOILUTSequence=Sequence([item]), **elements))
    assert image.transform.voi_luts[0].first == first
