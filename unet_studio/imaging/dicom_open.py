"""A DICOM file's data set, with or without preamble and file meta, and the refusal of those without pixels."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    AllTransferSyntaxes,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from unet_studio.core.survey import OTHER, REPORT
from unet_studio.imaging.refusal import Refused, cut_short, damaged, refused_as

PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
DEFERRED_BYTES = 1 << 20  # larger elements are read when they are needed, so that a header is quick
GE_BIG_ENDIAN_PIXELS = "1.2.840.113619.5.2"  # GE's own syntax: implicit VR little endian, but for the pixels' words
DICOMDIR = "1.2.840.10008.1.3.10"
NO_PIXELS_BY_MODALITY = {
    "SR": ("is a DICOM structured report without a picture", "open the images that it describes"),
    "KO": ("is a DICOM key object list without a picture", "open the images that it names"),
    "PR": ("is a DICOM presentation state without a picture", "open the images that it belongs to"),
    "ECG": ("is a DICOM ECG recording, not a picture", "open an image instead"),
    "HD": ("is a DICOM haemodynamic recording, not a picture", "open an image instead"),
    "DOC": ("is a document wrapped in DICOM, not a picture", "export its pages as PNG"),
    "RTSTRUCT": ("is a set of radiotherapy contours without a picture", "open the images that it was drawn on"),
    "RTPLAN": ("is a radiotherapy plan without a picture", "open the images that it was made from"),
    "RTRECORD": ("is a radiotherapy record without a picture", "open the images that it belongs to"),
    "REG": ("is a DICOM registration without a picture", "open the images that it aligns"),
}


def read_dataset(source: Path | bytes) -> FileDataset:
    """The data set of a DICOM file (or of a packed one's unpacked bytes), large elements deferred.

    Its file meta always names a transfer syntax that pydicom knows. Raises Refused where there are no pixels.
    """
    dataset = _parsed(source)
    check_pixels(dataset)
    meta = getattr(dataset, "file_meta", None) or FileMetaDataset()
    if UID(str(meta.get("TransferSyntaxUID", ""))) not in AllTransferSyntaxes:
        meta.TransferSyntaxUID = _assumed_syntax(dataset)
    dataset.file_meta = meta
    return dataset


def _parsed(source: Path | bytes) -> FileDataset:
    file: Any = io.BytesIO(source) if isinstance(source, bytes) else source
    defer = None if isinstance(source, bytes) else DEFERRED_BYTES
    with refused_as(lambda error: cut_short() if isinstance(error, OSError) else damaged("is a damaged DICOM file")):
        dataset = pydicom.dcmread(file, force=True, defer_size=defer)
        if defer and _syntax(dataset) == DeflatedExplicitVRLittleEndian:
            dataset = pydicom.dcmread(source, force=True)
    if not len(dataset):
        raise cut_short()
    return dataset


def check_pixels(dataset: Dataset) -> None:
    """Raises Refused, in words that say what the object is, where a data set has no pixel data."""
    if any(keyword in dataset for keyword in PIXEL_KEYWORDS):
        if not dataset.get("Rows") or not dataset.get("Columns"):
            raise damaged("is a DICOM file whose header does not say how large the picture is")
        return
    meta = getattr(dataset, "file_meta", None)
    kind = text(dataset, "SOPClassUID") or str((meta.get("MediaStorageSOPClassUID") if meta else "") or "")
    if kind == DICOMDIR or "DirectoryRecordSequence" in dataset:
        raise Refused("is a DICOMDIR, the index of a DICOM disc", "open the folder that it lies in", OTHER)
    if text(dataset, "Modality") in NO_PIXELS_BY_MODALITY:
        raise Refused(*NO_PIXELS_BY_MODALITY[text(dataset, "Modality")], REPORT)
    if dataset.get("Rows") or "Image Storage" in UID(kind).name:
        raise damaged("is a DICOM image whose pixels are missing")
    name = UID(kind).name if kind and UID(kind).name != kind else ""
    what = (
        f"is a DICOM object ({name.removesuffix(' Storage')}) without a picture"
        if name
        else "is DICOM without a picture"
    )
    raise Refused(what, "open the images that it belongs to", REPORT)


def text(dataset: Dataset, keyword: str) -> str:
    """An element's value as plain text, "" where it is absent or unreadable."""
    try:
        value = dataset.get(keyword)
    except Exception:  # a damaged value of an element that is not needed
        return ""
    return "" if value is None else str(value).strip(" \x00")


def _syntax(dataset: Dataset) -> str:
    meta = getattr(dataset, "file_meta", None)
    return str(meta.get("TransferSyntaxUID", "")) if meta else ""


def _assumed_syntax(dataset: FileDataset) -> UID:
    """The syntax to read the pixels by where a file names none that is known, from how its elements were coded."""
    if _syntax(dataset) == GE_BIG_ENDIAN_PIXELS and text(dataset, "BitsAllocated") in ("16", "32"):
        return ExplicitVRBigEndian
    implicit, little = dataset.original_encoding
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little or little is None else ExplicitVRBigEndian
