"""Gray DICOM: depths, signs, syntaxes, transforms, spacing, frames, and files without preamble or meta."""

from __future__ import annotations

import gzip

import imagecodecs
import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from unet_studio.core.image import Window
from unet_studio.imaging import reader
from unet_studio.imaging.windowing import display

LITTLE_ENDIAN, DEFLATED, BIG_ENDIAN = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"
JPEG_BASELINE, JPEG_EXTENDED = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"
JPEG_LOSSLESS, JPEG_LS, JPEG_2000 = "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"
HTJ2K, JPEG_XL = "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.110"


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"])
def test_native_values(dicom, letter, dtype):
    pixels = (letter(np.uint8).astype(np.int64) - (100 if dtype[0] in "if" else 0)).clip(-128, 127).astype(dtype)
    image = reader.read(dicom(pixels))
    assert image.pixels.dtype == dtype
    assert np.array_equal(image.pixels, pixels)
    assert image.pixels.flags.c_contiguous
    assert not image.pixels.flags.writeable
    assert (image.format, image.modality, image.group) == ("DICOM", "CR", "P-17")


def test_one_bit(dicom, letter):
    mask = letter() > 200
    path = dicom(
        letter(), BitsAllocated=1, BitsStored=1, HighBit=0, PixelData=np.packbits(mask, bitorder="little").tobytes()
    )
    image = reader.read(path)
    assert np.array_equal(image.pixels, mask)
    assert image.bits == 1
    assert np.array_equal(display(image), mask * np.uint8(255))


def test_overlay_in_the_high_bits_is_cleared(dicom, letter):
    pixels = letter(np.uint16, 4095)
    image = reader.read(dicom(pixels | np.uint16(0xA000), BitsStored=12, HighBit=11))
    assert np.array_equal(image.pixels, pixels)
    assert image.bits == 12


def test_signed_twelve_bits_in_sixteen(dicom, letter):
    pixels = letter(np.int16, 4095) - np.int16(2048)
    image = reader.read(dicom((pixels.view(np.uint16) & np.uint16(0xFFF)).view(np.int16), BitsStored=12, HighBit=11))
    assert np.array_equal(image.pixels, pixels)


def encoded(syntax: str, pixels: np.ndarray) -> bytes:
    encoders = {
        JPEG_LOSSLESS: lambda: imagecodecs.ljpeg_encode(pixels, bitspersample=16),
        JPEG_LS: lambda: imagecodecs.jpegls_encode(pixels),
        JPEG_2000: lambda: imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="j2k", reversible=True),
        HTJ2K: lambda: imagecodecs.htj2k_encode(pixels, reversible=True),
        JPEG_XL: lambda: imagecodecs.jpegxl_encode(pixels, lossless=True),
    }
    try:
        return bytes(encoders[syntax]())
    except (AttributeError, NotImplementedError, imagecodecs.DelayedImportError):
        pytest.skip("this imagecodecs has no encoder for it")


@pytest.mark.parametrize("syntax", [JPEG_LOSSLESS, JPEG_LS, JPEG_2000, HTJ2K, JPEG_XL])
def test_lossless_syntaxes_are_exact(dicom, letter, syntax):
    pixels = letter(np.uint16)
    known = HTJ2K if syntax == JPEG_XL else syntax  # pydicom does not write what it does not know
    path = dicom(pixels, frames=[encoded(syntax, pixels)], syntax=known)
    path.write_bytes(path.read_bytes().replace(known.encode(), syntax.encode()))
    assert np.array_equal(reader.read(path).pixels, pixels)


def test_twelve_bit_jpeg(dicom, letter):
    pixels = np.kron(letter(np.uint16, 4095), np.ones((8, 8), np.uint16))
    frame = imagecodecs.jpeg8_encode(pixels, level=98, bitspersample=12)
    image = reader.read(dicom(pixels, frames=[frame], syntax=JPEG_EXTENDED, BitsStored=12, HighBit=11))
    assert image.bits == 12
    assert np.abs(image.pixels.astype(int) - pixels).mean() < 20


def test_a_syntax_of_the_wrong_name_is_read_for_what_it_is(dicom, letter):
    pixels = letter(np.uint16)
    image = reader.read(dicom(pixels, frames=[encoded(JPEG_2000, pixels)], syntax=JPEG_LS))
    assert np.array_equal(image.pixels, pixels)


def test_signed_jpeg_ls(dicom, letter):
    pixels = letter(np.int16, 4095) - np.int16(2048)
    frame = imagecodecs.jpegls_encode(pixels.view(np.uint16))
    assert np.array_equal(reader.read(dicom(pixels, frames=[frame], syntax=JPEG_LS)).pixels, pixels)


def test_frames_one_by_one(dicom, letter):
    pixels = np.stack([letter(), letter()[::-1], letter()[:, ::-1]])
    path = dicom(pixels)
    facts = reader.describe(path)
    assert (facts.ok, facts.frames) == (True, 3)
    for number in (2, 0, 1):
        assert np.array_equal(reader.read(path, number).pixels, pixels[number])


def test_compressed_frames_one_by_one(dicom, letter):
    pixels = np.stack([letter(), letter()[::-1]])
    path = dicom(pixels, frames=[bytes(imagecodecs.jpegls_encode(one)) for one in pixels], syntax=JPEG_LS)
    assert np.array_equal(reader.read(path, 1).pixels, pixels[1])


def test_polarity_and_rescale(dicom, letter):
    pixels = letter(np.uint16, 4095)
    path = dicom(pixels, PhotometricInterpretation="MONOCHROME1", RescaleSlope="-2", RescaleIntercept="100")
    transform = reader.read(path).transform
    assert (transform.inverted, transform.slope, transform.intercept) == (True, -2.0, 100.0)
    assert not reader.read(dicom(pixels)).transform.inverted
    assert reader.read(dicom(pixels, PresentationLUTShape="INVERSE")).transform.inverted


def test_windows_with_explanations(dicom, letter):
    path = dicom(
        letter(),
        WindowCenter=[40, 300, 5],
        WindowWidth=[80, 1500, 0],
        WindowCenterWidthExplanation=["BRAIN", "BONE", "BROKEN"],
        VOILUTFunction="SIGMOID",
    )
    windows = reader.read(path).transform.windows
    assert windows == (Window(40, 80, "BRAIN", "SIGMOID"), Window(300, 1500, "BONE", "SIGMOID"))


def lut_item(first: int, values: np.ndarray, bits: int) -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "US" if first >= 0 else "SS", [len(values), first, bits])
    item.LUTExplanation = "curve"
    item.add_new("LUTData", "OW", values.astype("<u2").tobytes())
    return item


def test_modality_and_voi_tables(dicom, letter):
    item = lut_item(-100, np.arange(256) * 3, 12)
    path = dicom(letter(np.int16, 200), ModalityLUTSequence=Sequence([item]), VOILUTSequence=Sequence([item, item]))
    transform = reader.read(path).transform
    assert transform.modality_lut is not None
    assert (transform.modality_lut.first, transform.modality_lut.bits) == (-100, 12)
    assert np.array_equal(transform.modality_lut.values, np.arange(256) * 3)
    assert len(transform.voi_luts) == 2
    assert transform.voi_luts[0].explanation == "curve"


def test_enhanced_frames_have_their_own_transforms_and_spacing(dicom, letter):
    frames = []
    for number in range(2):
        values, voi, measures, item = Dataset(), Dataset(), Dataset(), Dataset()
        values.RescaleSlope, values.RescaleIntercept = str(number + 2), "-5"
        voi.WindowCenter, voi.WindowWidth = str(10 + number), "20"
        measures.PixelSpacing = ["0.5", "0.25"]
        item.PixelValueTransformationSequence = Sequence([values])
        item.FrameVOILUTSequence = Sequence([voi])
        item.PixelMeasuresSequence = Sequence([measures])
        frames.append(item)
    image = reader.read(dicom(np.stack([letter()] * 2), PerFrameFunctionalGroupsSequence=Sequence(frames)), 1)
    assert (image.transform.slope, image.transform.windows[0].center) == (3.0, 11.0)
    assert image.spacing_mm == (0.5, 0.25)


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({}, None),
        ({"PixelSpacing": ["0.2", "0.1"]}, (0.2, 0.1)),
        ({"PixelSpacing": ["0.2", "0.1"], "ImagerPixelSpacing": ["0.3", "0.3"]}, (0.2, 0.1)),
        ({"ImagerPixelSpacing": ["0.3", "0.4"]}, (0.3, 0.4)),
        ({"ImagerPixelSpacing": ["0", "0"]}, None),
        ({"PixelSpacing": ["0", "0"], "ImagerPixelSpacing": ["0.3", "0.4"]}, (0.3, 0.4)),
        ({"ImagerPixelSpacing": ["0.3", "0.3"], "EstimatedRadiographicMagnificationFactor": "1.5"}, (0.2, 0.2)),
    ],
)
def test_spacing(dicom, letter, elements, expected):
    image = reader.read(dicom(letter(), **elements))
    assert image.spacing_mm == (pytest.approx(expected) if expected else None)


def region(kind: int, units: int, delta: float) -> Dataset:
    item = Dataset()
    item.RegionSpatialFormat = kind
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = units
    item.PhysicalDeltaX, item.PhysicalDeltaY = delta, -delta * 2
    return item


@pytest.mark.parametrize(
    ("regions", "expected"),
    [
        ([(1, 3, 0.02), (1, 3, 0.02)], (0.4, 0.2)),
        ([(1, 3, 0.02), (2, 4, 0.7)], (0.4, 0.2)),  # a Doppler curve beside the picture
        ([(1, 3, 0.02), (1, 3, 0.03)], None),
        ([(1, 0, 0.02)], None),
    ],
)
def test_spacing_of_ultrasound_regions(dicom, letter, regions, expected):
    items = Sequence([region(*one) for one in regions])
    image = reader.read(dicom(letter(), Modality="US", SequenceOfUltrasoundRegions=items))
    assert image.spacing_mm == (pytest.approx(expected) if expected else None)


def test_group_falls_back_to_the_study(dicom, letter):
    assert reader.read(dicom(letter(), PatientID="", StudyInstanceUID="1.2.3")).group == "1.2.3"


@pytest.mark.parametrize("syntax", [DEFLATED, BIG_ENDIAN])
def test_deflated_and_big_endian(dicom, letter, syntax):
    pixels = letter(np.uint16)
    assert np.array_equal(reader.read(dicom(pixels, syntax=syntax)).pixels, pixels)


@pytest.mark.parametrize(("syntax", "implicit"), [(LITTLE_ENDIAN, False), (LITTLE_ENDIAN, True), (BIG_ENDIAN, False)])
def test_without_preamble_and_meta(dicom, letter, syntax, implicit):
    pixels = letter(np.uint16)
    path = dicom(pixels, syntax=syntax, implicit=implicit, bare=True)
    assert path.read_bytes()[128:132] != b"DICM"
    assert np.array_equal(reader.read(path).pixels, pixels)


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_packed(dicom, letter, tmp_path, kind):
    data = dicom(letter(np.uint16)).read_bytes()
    (tmp_path / "p").write_bytes(gzip.compress(data) if kind == "gzip" else imagecodecs.zstd_encode(data))
    assert np.array_equal(reader.read(tmp_path / "p").pixels, letter(np.uint16))


def test_unreadable_elements_that_are_not_needed_change_nothing(dicom, letter):
    path = dicom(letter(), WindowCenter="40", WindowWidth="80")
    data = path.read_bytes().replace(b"80", b"?!")
    path.write_bytes(data)
    image = reader.read(path)
    assert np.array_equal(image.pixels, letter())
    assert image.transform.windows == ()
