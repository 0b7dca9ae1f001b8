"""What is no picture gets one sentence with the name, what it is, and what would help."""

from __future__ import annotations

import gzip
import os
import zipfile

import numpy as np
import pytest
from PIL import Image as Pillow
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from unet_studio.core.errors import Unreadable
from unet_studio.imaging import reader
from unet_studio.imaging.kinds import kind_of, starts_like_dicom
from unet_studio.imaging.refusal import Refused, shown

FOREIGN = {
    "report.pdf": (b"%PDF-1.7\n%...", "report.pdf is a PDF document, not a picture; export its pages as PNG"),
    "empty.png": (b"", "empty.png is an empty file; copy it again from where it came from"),
    "notes.dcm": (b"Chest film, normal.\n", "notes.dcm is a text file, not a picture"),
    "page.jpg": (b"<!DOCTYPE html><html>", "page.jpg is a web page or XML document, not a picture"),
    "drawing": (b"<?xml version='1.0'?><svg>", "drawing is an SVG drawing; export it as PNG"),
    "video.mp4": (b"\0\0\0\x20ftypisom" + b"\0" * 50, "video.mp4 is a damaged video, or one without pictures"),
    "video.avi": (b"RIFF\0\0\0\0AVI LIST", "video.avi is a damaged video, or one without pictures"),
    "photo.jpg": (b"\0\0\0\x20ftypheic" + b"\0" * 50, "photo.jpg is an HEIC picture; export it as PNG"),
    "volume.nii": (b"\x5c\x01\0\0" + b"\0" * 340 + b"n+1\0", "volume.nii is a NIfTI volume"),
    "zeros": (b"\0" * 5000, "zeros holds nothing but zeros; copy it again"),
    "noise": (bytes(range(200, 256)) * 20 + b"\0", "noise is in no picture format that can be opened"),
    "table.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 50, "table.xls is an Office document"),
    "film.jp2": (b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 50, "film.jp2 is a JPEG 2000 picture outside DICOM; export"),
    "run.exe": (b"MZ\x90\0" + b"\0" * 50, "run.exe is a Windows program, not a picture"),
    "x.gz": (gzip.compress(b"text"), "x.gz is a text file"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_files(tmp_path, name):
    data, sentence = FOREIGN[name]
    check(tmp_path, name, data, sentence)


def check(folder, name: str, data: bytes, sentence: str) -> None:
    path = folder / name
    path.write_bytes(data)
    for facts in (reader.probe(path), reader.describe(path)):
        assert facts.error.startswith(sentence)
        assert "\n" not in facts.error
        assert not facts.ok
    with pytest.raises(Unreadable) as caught:
        reader.read(path)
    assert str(caught.value) == reader.probe(path).error


def test_an_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a", "b")
    assert reader.probe(tmp_path / "a.zip").error.startswith("a.zip is a ZIP archive or Office document, not a picture")


def test_names_mean_nothing(tmp_path, letter, dicom):
    Pillow.fromarray(letter()).save(tmp_path / "a", "png")
    (tmp_path / "a").rename(tmp_path / "report.pdf")
    assert reader.read(tmp_path / "report.pdf").format == "PNG"
    assert reader.read(dicom(letter(), name="photo.jpg")).format == "DICOM"


def test_what_is_not_there_or_no_file(tmp_path):
    assert reader.probe(tmp_path / "gone.png").error.startswith("gone.png is not there; it was moved")
    assert reader.probe(tmp_path).error.startswith(f"{tmp_path.name} is a folder")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert reader.probe(tmp_path / "pipe").error.startswith("pipe is a device and not a file")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    (tmp_path / "a.png").chmod(0)
    assert reader.probe(tmp_path / "a.png").error.startswith("a.png may not be read by you")


def test_names_in_any_script_and_of_any_length(tmp_path, letter):
    folder = tmp_path / "Ä ö" / ("x" * 120) / ("y" * 120)
    folder.mkdir(parents=True)
    for name in ("胸部 X線.png", "grudnaja kletka – снимок.png", "a'b;c%20.png"):
        Pillow.fromarray(letter()).save(folder / name)
        assert np.array_equal(reader.read(folder / name).pixels, letter())


def test_a_name_with_control_characters_stays_one_line():
    assert shown("a\nb\x1b[31m\udcff") == "a?b?[31m?"


def without_pixels(path, sop_class: str, **elements) -> None:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = sop_class
    dataset.preamble = b"\0" * 128
    dataset.SOPClassUID = sop_class
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path)


@pytest.mark.parametrize(
    ("sop_class", "elements", "sentence"),
    [
        ("1.2.840.10008.5.1.4.1.1.88.11", {"Modality": "SR"}, "d is a DICOM structured report without a picture"),
        ("1.2.840.10008.1.3.10", {}, "d is a DICOMDIR, the index of a DICOM disc; open the folder that it lies in"),
        ("1.2.840.10008.5.1.4.1.1.104.1", {"Modality": "DOC"}, "d is a document wrapped in DICOM, not a picture"),
        ("1.2.840.10008.5.1.4.1.1.66", {}, "d is a DICOM object (Raw Data) without a picture"),
        ("1.2.840.10008.5.1.4.1.1.1", {"Rows": 9, "Columns": 9}, "d is a DICOM image whose pixels are missing"),
        ("1.2.3.4", {}, "d is DICOM without a picture"),
    ],
)
def test_dicom_without_pixels(tmp_path, sop_class, elements, sentence):
    without_pixels(tmp_path / "d", sop_class, **elements)
    assert reader.probe(tmp_path / "d").error.startswith(sentence)


def test_bare_dicom_is_not_seen_in_any_text():
    for head in (b"", b"\x08", b"Hello world", b"\x08\x00\x00\xff\xff\xff\xff\xff"):
        assert not starts_like_dicom(head)
    with pytest.raises(Refused):
        kind_of(b"\x08\x00\x00\xff\xff\xff\xff\xff")
