"""pydicom's and pydicom-data's own files: each opens with the size and polarity it states, or gives its one line."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import external_data_sources, get_testdata_files

from unet_studio.core.errors import Unreadable
from unet_studio.imaging import reader

# what cannot be opened, and how its line begins after the name
LINES = {
    "ExplVR_BigEndNoMeta.dcm": "is a radiotherapy plan without a picture",
    "JPEG2000-embedded-sequence-delimiter.dcm": "says that it has",
    "MR_truncated.dcm": "is cut short",
    "UN_sequence.dcm": "is a DICOM image whose pixels are missing",
    "no_meta.dcm": "is in no picture format",
    "reportsi.dcm": "is a DICOM structured report",
    "test-SR.dcm": "is a DICOM structured report",
    "rtplan.dcm": "is a radiotherapy plan",
    "rtplan_truncated.dcm": "is a radiotherapy plan",
    "rtstruct.dcm": "is a set of radiotherapy contours",
    "waveform_ecg.dcm": "is a DICOM ECG recording",
    "emri_small_jpeg_2k_lossless_too_short.dcm": "is cut short",
    "DICOMDIR": "is a DICOMDIR",
}

# the same picture, compressed without loss and not at all
TWINS = [
    ("RG1_J2KR.dcm", "RG1_UNCR.dcm"),
    ("RG3_J2KR.dcm", "RG3_UNCR.dcm"),
    ("MR2_J2KR.dcm", "MR2_UNCR.dcm"),
    ("US1_J2KR.dcm", "US1_UNCR.dcm"),
    ("693_J2KR.dcm", "693_UNCR.dcm"),
    ("MR_small_RLE.dcm", "MR_small.dcm"),
    ("MR_small_jp2klossless.dcm", "MR_small.dcm"),
    ("MR_small_jpeg_ls_lossless.dcm", "MR_small.dcm"),
    ("MR_small_bigendian.dcm", "MR_small.dcm"),
    ("MR_small_implicit.dcm", "MR_small.dcm"),
    ("emri_small_jpeg_2k_lossless.dcm", "emri_small.dcm"),
    ("emri_small_jpeg_ls_lossless.dcm", "emri_small.dcm"),
    ("emri_small_RLE.dcm", "emri_small.dcm"),
    ("emri_small_big_endian.dcm", "emri_small.dcm"),
    ("OBXXXX1A_rle.dcm", "OBXXXX1A.dcm"),
    ("OBXXXX1A_expb.dcm", "OBXXXX1A.dcm"),
    ("SC_rgb_rle_16bit.dcm", "SC_rgb_16bit.dcm"),
    ("SC_rgb_jpeg_gdcm.dcm", "SC_rgb.dcm"),
    ("gdcm-US-ALOKA-16_big.dcm", "gdcm-US-ALOKA-16.dcm"),
    ("rtdose_rle.dcm", "rtdose.dcm"),
]

# lossy JPEG of one colour bar chart in every way of storing its colours
COLOUR_BARS = [
    "SC_rgb_dcmtk_+eb+cr.dcm",
    "SC_rgb_dcmtk_+eb+cy+n1.dcm",
    "SC_rgb_dcmtk_+eb+cy+n2.dcm",
    "SC_rgb_dcmtk_+eb+cy+np.dcm",
    "SC_rgb_dcmtk_+eb+cy+s2.dcm",
    "SC_rgb_dcmtk_+eb+cy+s4.dcm",
    "SC_rgb_gdcm_KY.dcm",
    "SC_rgb_jls_lossy_line.dcm",
    "SC_rgb_jls_lossy_sample.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
    "SC_rgb_jpeg_lossy_gdcm.dcm",
    "SC_ybr_full_422_uncompressed.dcm",
    "SC_ybr_full_uncompressed.dcm",
]


@cache
def files() -> dict[str, Path]:
    """Every file of the two packages by name; nothing is fetched."""
    own = Path(pydicom.__file__).parent / "data" / "test_files"
    found = {path.name: path for path in own.rglob("*") if path.is_file() and path.suffix in (".dcm", "", ".gz")}
    for source in external_data_sources().values():
        folder = Path(str(getattr(source, "data_path", "")))
        found.update({path.name: path for path in folder.rglob("*.dcm")})
    return found


def test_the_sample_films_are_here():
    assert "RG1_UNCR.dcm" in files(), get_testdata_files("CT_small.dcm")


def test_every_file_opens_or_gives_its_line():
    opened = 0
    for name, path in files().items():
        facts = reader.describe(path)
        if facts.ok:
            opened += 1
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                dataset = pydicom.dcmread(path, force=True, stop_before_pixels=True) if path.suffix != ".gz" else None
            if dataset is not None:
                assert (facts.rows, facts.columns) == (dataset.Rows, dataset.Columns), name
                assert facts.photometric == dataset.PhotometricInterpretation, name
                if facts.channels == 1 and "J2K" not in name:  # those take seconds, and have uncompressed twins below
                    inverted = reader.read(path).transform.inverted
                    assert inverted == (dataset.PhotometricInterpretation == "MONOCHROME1"), name
            assert name not in LINES, name
        else:
            assert facts.error.startswith(f"{name} {LINES.get(name, 'is ')}"), facts.error
    assert opened > 100


@pytest.mark.parametrize(("compressed", "plain"), TWINS)
def test_lossless_twins_are_equal(compressed, plain):
    first, second = reader.read(files()[compressed]), reader.read(files()[plain])
    assert np.array_equal(first.pixels, second.pixels)
    assert first.transform.inverted == second.transform.inverted


@pytest.mark.parametrize("name", COLOUR_BARS)
def test_colour_bars_have_their_colours(name):
    expected = reader.read(files()["SC_rgb.dcm"]).pixels.astype(int)
    found = reader.read(files()[name]).pixels.astype(int)
    for row in (5, 15, 25, 35, 45, 55, 65, 75, 85, 95):
        assert np.abs(found[row, 50] - expected[row, 50]).max() <= 12, (row, found[row, 50], expected[row, 50])


def test_the_chest_film():
    image = reader.read(files()["RG1_UNCR.dcm"])
    assert (image.pixels.shape, image.pixels.dtype, image.bits) == ((1955, 1841), np.uint16, 15)
    assert (image.modality, image.photometric, image.transform.inverted) == ("CR", "MONOCHROME1", True)
    assert image.transform.windows[0].center == 15000
    facts = reader.describe(files()["RG1_UNCR.dcm"])
    assert (facts.ok, facts.target, facts.channels, facts.bits) == (True, "lung", 1, 15)


def test_no_sentence_tells_a_patients_name():
    for name in ("MR_truncated.dcm", "reportsi.dcm", "rtplan.dcm"):
        with pytest.raises(Unreadable) as caught:
            reader.read(files()[name])
        assert "^" not in str(caught.value)
        assert name in str(caught.value)
