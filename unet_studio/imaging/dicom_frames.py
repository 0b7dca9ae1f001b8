"""One frame's samples out of a DICOM data set, native or encapsulated."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydicom import encaps
from pydicom.dataset import FileDataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, ExplicitVRBigEndian

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

    Signed values are sign-extended, bits beyond the stored ones are cleared, and values that lie in the upper bits of
    their words are shifted down. Raises Refused.
    """
    _complete(dataset, header)
    if not _encapsulated(dataset):
        if number(dataset, "BitsAllocated") == 1.0 and number(dataset, "SamplesPerPixel") == 1.0:
            return _single_bits(dataset, frame, header), header.photometric
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
        coded = stream.bits or header.bits
        lowest = _lowest_bit(dataset, header) if coded > header.bits else 0
        samples = _stored_bits(samples, coded, header.bits, lowest, signed(dataset))
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


def _single_bits(dataset: FileDataset, frame: int, header: Header) -> np.ndarray:
    """(H, W) uint8 of 0 and 1: frames follow each other bit by bit, the first in the lowest bit (PS3.5 8.1.1, D).

    A frame may so begin within a byte, where pydicom's own reading of single frames goes wrong.
    """
    with refused_as(lambda _: cut_short()):
        element = dataset["PixelData"]
        packed = np.frombuffer(element.value, np.uint8)
    if dataset.file_meta.TransferSyntaxUID == ExplicitVRBigEndian and element.VR == "OW":
        packed = packed[: len(packed) // 2 * 2].reshape(-1, 2)[:, ::-1].ravel()
    count = header.rows * header.columns
    first = frame * count
    bits = np.unpackbits(packed[first // 8 : (first + count + 7) // 8], bitorder="little")[first % 8 :][:count]
    if len(bits) < count:
        raise cut_short()
    return bits.reshape(header.rows, header.columns)


def _lowest_bit(dataset: FileDataset, header: Header) -> int:
    """Where in its word a stored value begins: 0, unless High Bit says that it lies further up (PS3.5 8.1.1)."""
    high, allocated = number(dataset, "HighBit"), number(dataset, "BitsAllocated") or 0.0
    return int(high) + 1 - header.bits if high is not None and header.bits <= high < allocated else 0


def _by_pydicom(dataset: FileDataset, frame: int, header: Header) -> tuple[np.ndarray, str]:
    """Native pixels and RLE; YBR_FULL_422 comes out expanded."""
    syntax = UID(dataset.file_meta.TransferSyntaxUID)
    options: dict[str, Any] = {"number_of_frames": header.frames}
    partial = header.photometric == "YBR_PARTIAL_422"  # stored like YBR_FULL_422, which pydicom knows how to expand
    if partial:
        options["photometric_interpretation"] = "YBR_FULL_422"
    lowest = _lowest_bit(dataset, header)
    if lowest:  # pydicom takes the lowest bits whatever High Bit says: have it give whole words
        options["bits_stored"] = int(number(dataset, "BitsAllocated") or 0)
    with refused_as(lambda error: _undecodable(error, header)):
        samples, facts = get_decoder(syntax).as_array(dataset, index=frame, raw=True, **options)
    if lowest:
        words = samples.astype(samples.dtype.newbyteorder("="), copy=False)
        samples = _stored_bits(words, words.dtype.itemsize * 8, header.bits, lowest, signed(dataset))
    return samples, header.photometric if partial else str(facts["photometric_interpretation"])


def _undecodable(error: Exception, header: Header) -> Refused:
    check_size(header.rows, header.columns)
    text = str(error)
    if "less than expected" in text or "insufficient" in text:
        return cut_short()
    return damaged("is a DICOM image whose pixels do not fit its header")


def _stored_bits(samples: np.ndarray, coded: int, stored: int, lowest: int, is_signed: bool) -> np.ndarray:
    """Samples as the data set means them: `stored` bits from bit `lowest` on, sign-extended where they are signed.

    coded: bits that the codestream has; signed values of fewer bits than `stored` are extended from these.
    """
    if samples.dtype.kind not in "iu":
        return samples
    width = samples.dtype.itemsize * 8
    bits = min(coded, stored, width)
    if is_signed:
        drop = max(width - bits - lowest, 0)
        return (samples.view(f"i{samples.dtype.itemsize}") << drop) >> (width - bits)
    plain = samples.view(f"u{samples.dtype.itemsize}")
    plain = plain >> lowest if lowest else plain
    return plain & plain.dtype.type((1 << min(stored, width)) - 1) if stored < width else plain
