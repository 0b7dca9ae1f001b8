"""What a DICOMDIR names, by its bytes, against what pydicom reads; and what of it is not there."""

from __future__ import annotations

import warnings
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file

from unet_studio.imaging import disc_index

KINDS = ("DICOMDIR", "DICOMDIR-bigEnd", "DICOMDIR-implicit", "DICOMDIR-nooffset", "DICOMDIR-reordered")


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_named_is_found_in_any_byte_order(kind: str) -> None:
    index = Path(str(get_testdata_file("DICOMDIR"))).with_name(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        records = pydicom.dcmread(index, force=True).DirectoryRecordSequence
        known = [tuple(one.ReferencedFileID) for one in records if "ReferencedFileID" in one]
    assert len(known) == 31
    assert disc_index.named(index) == known


def test_names_are_compared_as_discs_are_mounted(tmp_path: Path) -> None:
    value = [b"DICOM\\IM1", b"DICOM\\IM2 ", b"DICOM\\IM1", b"..\\PASSWD", b"/etc", b"DICOM\\IM3"]
    index = tmp_path / "DICOMDIR"
    index.write_bytes(b"".join(b"\x04\0\0\x15CS" + len(one).to_bytes(2, "little") + one for one in value))
    files = [index, tmp_path / "dicom" / "im1.;1"]
    for given in (index, tmp_path):
        assert disc_index.missing(given, tmp_path, files) == [tmp_path / "DICOM" / "IM2", tmp_path / "DICOM" / "IM3"]
    assert disc_index.missing(tmp_path, tmp_path, files[1:]) == []
    assert disc_index.missing(index, None, [index]) == []


def test_what_cannot_be_read_names_nothing(tmp_path: Path) -> None:
    assert disc_index.named(tmp_path / "DICOMDIR") == []
    (tmp_path / "DICOMDIR").write_bytes(b"\x04\0\0\x15CS\xff\xff")
    assert disc_index.named(tmp_path / "DICOMDIR") == []
