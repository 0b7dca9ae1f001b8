"""DICOM objects with pixels: header facts, and one frame at a time as an Image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import MPEGTransferSyntaxes

from unet_studio.core.image import Image, Source, ValueTransform
from unet_studio.imaging import dicom_frames
from unet_studio.imaging.arrays import as_pixels
from unet_studio.imaging.dicom_about import acquisition, fingerprint, origin
from unet_studio.imaging.dicom_colour import from_palette, full_depth
from unet_studio.imaging.dicom_open import read_dataset, text
from unet_studio.imaging.dicom_values import group, number, spacing_mm, value_transform
from unet_studio.imaging.document import Document, Header
from unet_studio.imaging.refusal import check_size, damaged
from unet_studio.imaging.ybr import from_ybr


def open_dicom(path: Path, unpacked: bytes | None = None) -> Document:
    """The DICOM object at `path`, or the one that `unpacked` holds. Raises Refused where it has no usable pixels."""
    dataset = read_dataset(path if unpacked is None else unpacked)
    header = _header(dataset)
    check_size(header.rows, header.columns)
    if dataset.file_meta.TransferSyntaxUID in MPEGTransferSyntaxes:
        from unet_studio.imaging.dicom_video import open_stream

        return open_stream(dataset, path, header)
    dicom_frames.check_length(dataset, header.frames)
    return Document(
        header,
        lambda frame: _image(dataset, path, frame, header),
        lambda: origin(dataset, header),
        lambda: fingerprint(dataset, header, whole=True),
    )


def _header(dataset: FileDataset) -> Header:
    samples = int(number(dataset, "SamplesPerPixel") or 1)
    photometric = text(dataset, "PhotometricInterpretation").upper()
    return Header(
        "DICOM",
        int(number(dataset, "Rows") or 0),
        int(number(dataset, "Columns") or 0),
        max(1, int(number(dataset, "NumberOfFrames") or 1)),
        3 if samples >= 3 or photometric == "PALETTE COLOR" else 1,
        _bits(dataset),
        text(dataset, "Modality"),
        photometric or ("RGB" if samples == 3 else "MONOCHROME2"),
        spacing_mm(dataset, 0),
        acquisition(dataset),
    )


def _bits(dataset: Dataset) -> int:
    """Stored bits of a sample; float pixels count as 32."""
    if "PixelData" not in dataset:
        return 32
    allocated = int(number(dataset, "BitsAllocated") or 8)
    stored = int(number(dataset, "BitsStored") or allocated)
    return stored if 1 <= stored <= allocated else allocated


def _image(dataset: FileDataset, path: Path, frame: int, header: Header) -> Image:
    samples, photometric = dicom_frames.frame_samples(dataset, frame, header)
    bits = header.bits
    if photometric == "PALETTE COLOR" and samples.ndim == 2:
        samples = from_palette(samples, dataset)
        bits = samples.dtype.itemsize * 8
    elif samples.ndim == 3 and samples.shape[2] >= 3:
        samples = _rgb(samples[..., :3], bits, photometric)
        bits = samples.dtype.itemsize * 8
    pixels = as_pixels(samples)
    transform = value_transform(dataset, frame) if header.channels == 1 else ValueTransform()
    return Image(
        pixels,
        Source(str(path), frame, header.frames),
        "DICOM",
        transform,
        spacing_mm(dataset, frame),
        bits,
        header.modality,
        header.photometric,
        group(dataset),
        acquisition=header.acquisition,
    )


def _rgb(samples: np.ndarray, bits: int, photometric: str) -> np.ndarray:
    if samples.dtype.kind == "i":
        raise damaged("has signed colour values")
    if samples.dtype.kind != "u":
        return samples
    if photometric.startswith("YBR"):
        samples = from_ybr(samples, bits, photometric)
    return full_depth(samples, bits)
