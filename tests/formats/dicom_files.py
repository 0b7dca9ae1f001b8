"""A DICOM writer that the program knows nothing of, for the tests."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    SecondaryCaptureImageStorage,
    generate_uid,
)


def write_dicom(
    path: Path,
    pixels: np.ndarray,
    frames: list[bytes] | None = None,
    syntax: str = ExplicitVRLittleEndian,
    *,
    bare: bool = False,
    implicit: bool = False,
    **elements: Any,
) -> Path:
    """Write pixels (H, W), (n, H, W), (H, W, 3) or (n, H, W, 3), or compressed `frames` of them; returns `path`.

    bare: without preamble and file meta. elements: by keyword, over what follows from the pixels.
    """
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = elements.get("SOPClassUID", SecondaryCaptureImageStorage)
    meta.MediaStorageSOPInstanceUID = generate_uid()
    little = syntax != ExplicitVRBigEndian
    dataset = Dataset()
    dataset.file_meta, dataset.preamble = meta, b"\0" * 128
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    dataset.Modality, dataset.PatientID = "CR", "P-17"
    _describe(dataset, pixels)
    bits = pixels.dtype.itemsize * 8
    if pixels.dtype.kind == "f":
        setattr(dataset, "FloatPixelData" if bits == 32 else "DoubleFloatPixelData", pixels.tobytes())
        del dataset.PixelRepresentation, dataset.BitsStored, dataset.HighBit
    else:
        data = pixels.tobytes() if frames is None else encapsulate(frames)
        dataset.PixelData = data + b"\0" * (len(data) % 2)
        dataset["PixelData"].VR = "OW" if bits > 8 and frames is None else "OB"
        dataset["PixelData"].is_undefined_length = frames is not None
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    if not little:
        dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder(">")).tobytes()
    if bare:
        del dataset.file_meta
        dataset.preamble = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.save_as(path, implicit_vr=implicit, little_endian=little, enforce_file_format=False)
    return path


def _describe(dataset: Dataset, pixels: np.ndarray) -> None:
    samples = 3 if pixels.shape[-1] == 3 else 1
    shape = pixels.shape[:-1] if samples == 3 else pixels.shape
    dataset.Rows, dataset.Columns = shape[-2:]
    if len(shape) == 3:
        dataset.NumberOfFrames = shape[0]
    dataset.SamplesPerPixel = samples
    dataset.PhotometricInterpretation = "RGB" if samples == 3 else "MONOCHROME2"
    if samples == 3:
        dataset.PlanarConfiguration = 0
    bits = pixels.dtype.itemsize * 8
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
