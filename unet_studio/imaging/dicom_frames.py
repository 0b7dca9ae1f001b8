"""One frame's samples out of a DICOM data set, native or encapsulated."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydicom import encaps
from pydicom.dataset import FileDataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID

from unet_studio.imaging import dicom_codecs
from unet_studio.imaging.dicom_open import PIXEL_KEYWORDS
from unet_studio.imaging.dicom_values import number, signed
from unet_studio.imaging.document import Header
from unet_studio.imaging.refusal import Refused, check_size, cut_short, damaged, refused_as

UNDEFINED_LENGTH = 0xFFFFFFFF


def check_length(dataset: FileDataset, frames: int) -> None:
    """Raises Refused where the header claims more native pixels than there are bytes, before any is read."""
    if _encapsulated(dataset):
        return
    keyword = next(one for one in PIXEL_KEYWORDS if one in dataset)
    element = dataset.get_item(keyword)
    length = getattr(element, "length", None)
    if length is None or length == UNDEFINED_LENGTH:
        length = len(getattr(element, "value", b"") or b"")
    rows, columns = int(number(dataset, "Rows") or 0), int(number(dataset, "Columns") or 0)
    samples = int(number(dataset, "SamplesPerPixel") or 1)
    bits = int(number(dataset, "BitsAllocated") or (64 if keyword.startswith("Double") else 32))
    if str(dataset.get("PhotometricInterpretation")) in ("YBR_FULL_422", "YBR_PARTIAL_422"):
        samples = 2
    if rows * columns * samples * bits * frames > length * 8 + 7:
        raise cut_short()


def frame_samples(dataset: FileDataset, frame: int, header: Header) -> tuple[np.ndarray, str]:
    """Samples (H, W) or (H, W, n) of frame `frame`, and the photometric interpretation that they are in.

    Signed values are sign-extended and bits beyond the stored ones are cleared. Raises Refused.
    """
    _complete(dataset, header)
    if not _encapsulated(dataset):
        return _by_pydicom(dataset, frame, header)
    data = _encoded(dataset, frame, header.frames)
    try:
        samples, stream, photometric = dicom_codecs.decode_frame(data, header.rows, header.columns, header.photometric)
    except dicom_codecs.Undecided as undecided:
        try:
            return _by_pydicom(dataset, frame, header)
        except Refused:
            raise undecided from None
    if samples.ndim == 2:
        samples = _stored_bits(samples, stream.bits or header.bits, header.bits, signed(dataset))
    return samples, photometric


def _complete(dataset: FileDataset, header: Header) -> None:
    """Fills in what old or sloppy files leave out and pydicom insists on."""
    if dataset.get("NumberOfFrames") not in (None, header.frames):
        dataset.NumberOfFrames = header.frames
    samples = int(number(dataset, "SamplesPerPixel") or 1)
    allocated = int(number(dataset, "BitsAllocated") or 8)
    defaults: dict[str, Any] = {
        "SamplesPerPixel": samples,
        "PhotometricInterpretation": "RGB" if samples == 3 else "MONOCHROME2",
        "BitsAllocated": allocated,
        "BitsStored": allocated,
        "PixelRepresentation": 0,
    }
    if samples > 1:
        defaults["PlanarConfiguration"] = 0
    for keyword, value in defaults.items():
        if dataset.get(keyword) in (None, ""):
            setattr(dataset, keyword, value)


def _encapsulated(dataset: FileDataset) -> bool:
    """True where the pixels are fragments; told by the data, because the named syntax may be wrong or private."""
    element: Any = dataset.get_item("PixelData")
    if element is None:
        return False
    if getattr(element, "length", None) is not None:
        return bool(element.length == UNDEFINED_LENGTH)
    return bool(getattr(element, "is_undefined_length", False))


def _encoded(dataset: FileDataset, frame: int, frames: int) -> bytes:
    with refused_as(lambda _: cut_short()):
        return encaps.get_frame(dataset.PixelData, frame, number_of_frames=frames)


def _by_pydicom(dataset: FileDataset, frame: int, header: Header) -> tuple[np.ndarray, str]:
    """Native pixels and RLE; YBR_FULL_422 comes out expanded."""
    syntax = UID(dataset.file_meta.TransferSyntaxUID)
    options: dict[str, Any] = {"number_of_frames": header.frames}
    partial = header.photometric == "YBR_PARTIAL_422"  # stored like YBR_FULL_422, which pydicom knows how to expand
    if partial:
        options["photometric_interpretation"] = "YBR_FULL_422"
    with refused_as(lambda error: _undecodable(error, header)):
        samples, facts = get_decoder(syntax).as_array(dataset, index=frame, raw=True, **options)
    return samples, header.photometric if partial else str(facts["photometric_interpretation"])


def _undecodable(error: Exception, header: Header) -> Refused:
    check_size(header.rows, header.columns)
    text = str(error)
    if "less than expected" in text or "insufficient" in text:
        return cut_short()
    return damaged("is a DICOM image whose pixels do not fit its header")


def _stored_bits(samples: np.ndarray, coded: int, stored: int, is_signed: bool) -> np.ndarray:
    """Gray samples as the data set means them: sign-extended from `coded` bits, or without the bits above `stored`."""
    width = samples.dtype.itemsize * 8
    if is_signed and samples.dtype.kind == "u":
        shift = width - min(coded, width)
        return (samples.view(f"i{samples.dtype.itemsize}") << shift) >> shift
    if not is_signed:
        plain = samples.view(f"u{samples.dtype.itemsize}")
        return plain & plain.dtype.type((1 << min(stored, width)) - 1) if stored < width else plain
    return samples
