"""Of which frame of a picture each frame of a DICOM SEG is: by reference, by its plane in the patient, or by order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.core.digests import file_sha256
from unet_studio.core.errors import UserError
from unet_studio.exporting import dicom_source

NEAR_MM = 0.1  # between two positions that are the same
NEAR_COSINE = 1e-3  # between two directions
NEAR_SPACING = 0.01  # part of a pixel's side
SHARED, PER_FRAME = dicom_source.GROUPS
ANOTHER = "belongs to another picture; choose the SEG that was made of this one."
UNTOLD = "does not say of which picture its frames are; export it with references to its source."


def places(found: Any, ours: Sequence[int], picture: Path | None, frames: int, name: str) -> dict[int, int]:
    """Frame of the SEG -> frame of the picture, both from 0, for those that are of this picture.

    found: the SEG's header. ours: its frames of the segment that is wanted, ascending. picture: a DICOM file, None for
    one of another format. frames: the picture's. name: the SEG's, for sentences. Raises UserError where none is of it.
    """
    references = [_reference(item) for item in found.PerFrameFunctionalGroupsSequence]
    if picture is None:
        return _of_any_picture(references, ours, frames, name)
    source = dicom_source.header(picture)
    uids = _uids(picture, source)
    placed, untold = {}, []
    for number, (uid, frame) in enumerate(references):
        if uid in uids and (frame or frames == 1):
            placed[number] = max(frame, 1) - 1
        elif not uid or uid in uids:
            untold.append(number)
    if untold:
        placed |= _untold(found, untold, ours, source, uids, frames, bool(placed), name)
    elif not placed:
        raise UserError(f"{name}: {ANOTHER}")
    if max(placed.values(), default=0) >= frames:
        raise UserError(f"{name}: {ANOTHER}")
    return placed


def _of_any_picture(
    references: list[tuple[str, int]], ours: Sequence[int], frames: int, name: str
) -> dict[int, int]:  # fmt: skip
    told = [references[number] for number in ours]
    if frames > 1 and told and len({uid for uid, _ in told}) == 1 and all(1 <= frame <= frames for _, frame in told):
        return {number: frame - 1 for number, (_, frame) in zip(ours, told, strict=True)}
    return _in_order(ours, frames, name)


def _untold(
    found: Any, untold: list[int], ours: Sequence[int], source: Any, uids: set[str], frames: int, known: bool, name: str
) -> dict[int, int]:
    """Of frames that name no source, or no frame of it. known: others of the SEG do name this picture."""
    own = [number for number in untold if number in ours]
    planes = _by_plane(found, untold, source)
    if planes:
        where = [planes[number] for number in own if number in planes]
        if len(set(where)) < len(where):
            raise UserError(f"{name}: has several frames of one place; export one mask per file.")
        return planes
    named = set(_instances(found))
    if planes is None and named and named <= uids:
        return _in_order(own, frames, name) if own else {}
    if known:
        return {}
    elsewhere = planes is not None or (named and not named & uids)
    raise UserError(f"{name}: {ANOTHER if elsewhere else UNTOLD}")


def _in_order(ours: Sequence[int], frames: int, name: str) -> dict[int, int]:
    if len(ours) != frames:
        raise UserError(f"{name}: has {len(ours)} frames and the picture {frames}; {UNTOLD}")
    return {number: place for place, number in enumerate(ours)}


def _reference(item: Any) -> tuple[str, int]:
    """(SOP instance UID, frame from 1) that a frame of a SEG names; "" and 0 where it does not."""
    try:
        source = item.DerivationImageSequence[0].SourceImageSequence[0]
        number = source.get("ReferencedFrameNumber") or 0
        return str(source.ReferencedSOPInstanceUID), int(number if isinstance(number, int | str) else number[0])
    except (AttributeError, IndexError):
        return "", 0


def _instances(found: Any) -> Iterator[str]:
    """The SOP instance UIDs that a SEG refers to anywhere."""
    studies = found.get("StudiesContainingOtherReferencedInstancesSequence") or ()
    for holder in (found, *studies):
        for series in holder.get("ReferencedSeriesSequence") or ():
            for one in series.get("ReferencedInstanceSequence") or ():
                yield str(one.ReferencedSOPInstanceUID)
    for one in found.get("SourceImageSequence") or ():
        yield str(one.ReferencedSOPInstanceUID)
    yield from (uid for item in found[PER_FRAME] if (uid := _reference(item)[0]))


def _uids(picture: Path, source: Any) -> set[str]:
    """What a SEG may call the picture: by its own UID, the one that `anonymous` gives it, or one made up for it."""
    uid = "" if source is None else str(dicom_source.text(source, "SOPInstanceUID"))
    if source is None or dicom_source.valid(source, "SOPInstanceUID") is None:
        made_up = dicom_source.derived_uid("SOPInstanceUID", file_sha256(picture))
        return {made_up, uid} if uid else {made_up}
    return {uid, dicom_source.derived_uid("anonymous", uid)}


def _by_plane(found: Any, numbers: list[int], source: Any) -> dict[int, int] | None:
    """Frame of the SEG -> frame of the picture at the same place in the patient; None where that cannot be told."""
    if source is None or not _share_a_space(found, source):
        return None
    mine, theirs = _planes(found), _planes(source)
    if any(one is None for one in (*theirs, *(mine[number] for number in numbers))):
        return None
    placed = {}
    for number in numbers:
        fits = [place for place, one in enumerate(theirs) if _is_same(mine[number], one)]
        if len(fits) > 1:
            return None  # moments of one place
        if fits:
            placed[number] = fits[0]
    return placed


def _share_a_space(found: Any, source: Any) -> bool:
    mine, theirs = (str(dicom_source.text(one, "FrameOfReferenceUID")) for one in (found, source))
    return bool(theirs) and mine in (theirs, dicom_source.derived_uid("anonymous", theirs))


def _planes(dataset: Any) -> list[np.ndarray | None]:
    """Of each frame: position, two directions and pixel spacing, 11 numbers (spacing 0 where unknown), or None."""
    if not dataset.get(PER_FRAME):
        return [_plane([dataset])]
    shared = [one for holder in dataset.get(SHARED) or () for one in _macros(holder)]
    return [_plane([*_macros(item), *shared]) for item in dataset[PER_FRAME]]


def _macros(item: Any) -> list[Any]:
    sequences = ("PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence")
    return [item[keyword][0] for keyword in sequences if item.get(keyword)]


def _plane(holders: Sequence[Any]) -> np.ndarray | None:
    told = []
    for keyword, count in (("ImagePositionPatient", 3), ("ImageOrientationPatient", 6), ("PixelSpacing", 2)):
        value = next((one.get(keyword) for one in holders if one.get(keyword)), None)
        if value is None and keyword != "PixelSpacing":
            return None
        told.append(np.zeros(2) if value is None else np.asarray([float(one) for one in value]))
        if told[-1].shape != (count,):
            return None
    return np.concatenate(told)


def _is_same(mine: np.ndarray | None, theirs: np.ndarray | None) -> bool:
    if mine is None or theirs is None:
        return False
    known = bool(mine[9:].all() and theirs[9:].all())
    return (
        float(np.linalg.norm(mine[:3] - theirs[:3])) <= NEAR_MM
        and float(np.abs(mine[3:9] - theirs[3:9]).max()) <= NEAR_COSINE
        and (not known or bool((np.abs(mine[9:] - theirs[9:]) <= NEAR_SPACING * theirs[9:]).all()))
    )
