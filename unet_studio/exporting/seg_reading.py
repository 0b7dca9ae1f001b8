"""What a DICOM SEG says of its frames: which of them mark a Target in which frame of which picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unet_studio.core.errors import UserError
from unet_studio.exporting import dicom_source
from unet_studio.exporting.seg import TYPES, source_frame

SEGMENTATION = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")


@dataclass(frozen=True)
class SegFrame:
    """One frame of a SEG: its own number and that of the picture's frame, both from 0.

    least, most: stored values that count as marked.
    """

    number: int
    picture_frame: int
    least: int = 1
    most: int = 1 << 16


def is_seg(path: Path) -> bool:
    """Whether a file is a DICOM segmentation."""
    found = dicom_source.header(path)
    return found is not None and str(dicom_source.text(found, "SOPClassUID")) in SEGMENTATION


def seg_frames(path: Path, target: str, picture: Path | None) -> list[SegFrame]:
    """The frames of the segment that is the Target's.

    picture: the DICOM file that the Mask is for; only frames that refer to it count, and there must be one. None for a
    picture that is no DICOM file. Raises UserError.
    """
    found = dicom_source.header(path)
    try:
        segment = _segment(path, found, target)
        uids = _uids(picture)
        frames, named = [], 0
        for number, item in enumerate(found.PerFrameFunctionalGroupsSequence):
            referred = _referred(item)
            if uids and referred and referred not in uids:
                continue
            named += 1
            values = _values(found, item, segment)
            if values is not None:
                frames.append(SegFrame(number, source_frame(item), *values))
    except UserError:
        raise
    except Exception as error:  # pydicom raises whatever a damaged element provokes
        raise UserError(f"{path.name}: no DICOM SEG that can be read; export it again.") from error
    if not named:
        raise UserError(f"{path.name}: belongs to another picture; choose the SEG that was made of this one.")
    return frames


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


def _uids(picture: Path | None) -> set[str]:
    """What a SEG may call the picture: by its own UID, or by the one that `anonymous` gives it."""
    found = dicom_source.header(picture) if picture is not None else None
    uid = "" if found is None else str(dicom_source.text(found, "SOPInstanceUID"))
    return {uid, dicom_source.derived_uid("anonymous", uid)} if uid else set()


def _referred(item: Any) -> str:
    try:
        return str(item.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID)
    except (AttributeError, IndexError):
        return ""


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
