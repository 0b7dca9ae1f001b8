"""A DICOM writer for the tests of files and of what is made of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

Write = Callable[..., Path]


@pytest.fixture
def dicom(tmp_path: Path) -> Write:
    """write(pixels, frames=[compressed bytes], syntax=..., bare=..., Keyword=value...) -> path of a DICOM file."""

    def write(
        pixels: np.ndarray,
        frames: list[bytes] | None = None,
        syntax: str = ExplicitVRLittleEndian,
        name: str = "film",
        bare: bool = False,
        implicit: bool = False,
        **elements: Any,
    ) -> Path:
        meta = FileMetaDataset()
        meta.TransferSyntaxUID = syntax
        meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
        meta.MediaStorageSOPInstanceUID = generate_uid()
        little = syntax != ExplicitVRBigEndian
        dataset = Dataset()
        dataset.file_meta, dataset.preamble = meta, b"\0" * 128
        dataset.SOPClassUID = SecondaryCaptureImageStorage
        dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
        dataset.Modality = "CR"
        dataset.PatientID = "P-17"
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
        if pixels.dtype.kind == "f":
            dataset.FloatPixelData = pixels.tobytes()
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
        path = tmp_path / name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset.save_as(path, implicit_vr=implicit, little_endian=little, enforce_file_format=False)
        return path

    return write
