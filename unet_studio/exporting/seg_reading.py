"""What a DICOM SEG says of its frames: which of them mark a Target in which frame of which picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unet_studio.core.errors import UserError
from unet_studio.exporting import dicom_source
from unet_studio.exporting.seg import TYPES
from unet_studio.exporting.seg_places import places

COLOURED = "PALETTE COLOR"
DEPTH = ("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation")
STORED = ("SOPClassUID", "SOPInstanceUID", "Rows", "Columns", *DEPTH)
SEGMENTATION = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")


@dataclass(frozen=True)
class SegFrame:
    """One frame of a SEG: its own number and that of the picture's frame, both from 0.

    least, most: stored values that count as marked. coloured: a palette shows them, so `write_stored` is needed.
    """

    number: int
    picture_frame: int
    least: int = 1
    most: int = 1 << 16
    coloured: bool = False


def is_seg(path: Path) -> bool:
    """Whether a file is a DICOM segmentation."""
    found = dicom_source.header(path)
    return found is not None and str(dicom_source.text(found, "SOPClassUID")) in SEGMENTATION


def seg_frames(path: Path, target: str, picture: Path | None, frames: int) -> list[SegFrame]:
    """The frames of the segment that is the Target's and that are of the picture.

    picture: the DICOM file that the Mask is for, None for a picture that is no DICOM file. frames: how many it has.
    Raises UserError where the SEG is not of this picture, or does not say so.
    """
    found = dicom_source.header(path)
    try:
        segment = _segment(path, found, target)
        coloured = str(found.get("PhotometricInterpretation")) == COLOURED
        values = [_values(found, item, segment) for item in found.PerFrameFunctionalGroupsSequence]
        ours = [number for number, one in enumerate(values) if one is not None]
        placed = places(found, ours, picture, frames, path.name)
        return [
            SegFrame(number, placed[number], *one, coloured)
            for number, one in enumerate(values)
            if one is not None and number in placed
        ]
    except UserError:
        raise
    except Exception as error:  # pydicom raises whatever a damaged element provokes
        raise UserError(f"{path.name}: no DICOM SEG that can be read; export it again.") from error


def write_stored(path: Path, number: int, into: Path) -> None:
    """Write frame `number` (from 0) of a SEG as a gray DICOM file of its stored values, whatever colours they have.

    Compressed pixels stay as they are: they are decoded like those of any picture. Raises UserError.
    """
    from pydicom.dataset import Dataset
    from pydicom.encaps import encapsulate, get_frame

    found = dicom_source.header(path, pixels=True)
    try:
        new = Dataset()
        for keyword in STORED:
            setattr(new, keyword, found[keyword].value)
        new.file_meta, syntax = found.file_meta, found.file_meta.TransferSyntaxUID
        new.SamplesPerPixel, new.PhotometricInterpretation = 1, "MONOCHROME2"
        size = new.Rows * new.Columns * new.BitsAllocated // 8
        if syntax.is_encapsulated:
            new.PixelData = encapsulate([get_frame(found.PixelData, number, number_of_frames=found.NumberOfFrames)])
        else:
            data = found.PixelData[number * size : (number + 1) * size]
            new.PixelData = data + b"\0" * (len(data) % 2)
        new["PixelData"].VR = "OB" if syntax.is_encapsulated or new.BitsAllocated == 8 else "OW"
        new.save_as(into, enforce_file_format=True)
    except Exception as error:  # pydicom raises whatever a damaged element provokes
        raise UserError(f"{path.name}: no DICOM SEG that can be read; export it again.") from error


def _segment(path: Path, found: Any, target: str) -> int:
    """The number of the segment with the Target's code or name, or of the only one."""
    segments = list(found.SegmentSequence)
    coded = [one for one in segments if _code(one) == TYPES[target][0] or _label(one) == target]
    chosen = coded or (segments if len(segments) == 1 else [])
    if len(chosen) != 1:
        raise UserError(f"{path.name}: has {len(segments)} segments and not one that is {target}; name it there.")
    return int(chosen[0].SegmentNumber)


def _code(segment: Any) -> str:
    sequence = segment.get("SegmentedPropertyTypeCodeSequence")
    return str(sequence[0].get("CodeValue", "")) if sequence else ""


def _label(segment: Any) -> str:
    return str(segment.get("SegmentLabel", "")).strip().lower()


def _values(found: Any, item: Any, segment: int) -> tuple[int, int] | None:
    """(least, most) stored value that is marked in this frame; None for a frame of another segment."""
    kind = str(found.get("SegmentationType", "BINARY"))
    if kind == "LABELMAP":
        return segment, segment
    groups = item.get("SegmentIdentificationSequence")
    if not groups:
        groups = found.SharedFunctionalGroupsSequence[0].get("SegmentIdentificationSequence")
    if groups and int(groups[0].ReferencedSegmentNumber) != segment:
        return None
    whole = int(found.get("MaximumFractionalValue") or 1)
    return (1 if kind == "BINARY" else (whole + 1) // 2), 1 << 16
