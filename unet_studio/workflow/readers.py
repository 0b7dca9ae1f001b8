"""Several readers of one picture: each sees another's Mask only after accepting their own, and then both compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from itertools import combinations

import numpy as np

from unet_studio.core.case import Status
from unet_studio.core.correction import Correction
from unet_studio.workflow.case_rows import group, picture
from unet_studio.workflow.likeness import between, likeness
from unet_studio.workflow.session import Session
from unet_studio.workspace import store


@dataclass(frozen=True, eq=False)
class OtherMask:
    """Another reader's accepted Mask, (H, W) uint8 0/1, against one's own: Dice and HD95 in px of the picture."""

    reader: str
    mask: np.ndarray
    dice: float
    hd95: float


@dataclass(frozen=True)
class ReadersRow:
    """One line of readers.csv: one picture and Target, two readers, in the order in which they accepted."""

    picture: str
    group: str
    target: str
    reader_a: str
    reader_b: str
    dice: float
    hd95_px: float
    hd95_mm: float | None
    area_a_px: int
    area_b_px: int
    accepted_at_a: str
    accepted_at_b: str


COLUMNS = tuple(one.name for one in fields(ReadersRow))


def may_see(session: Session) -> Callable[[Correction], bool]:
    """Tells which Corrections this reader may be shown: their own, and others' of what they have accepted themselves.

    A list may name the others, but must not draw their Masks, nor give numbers that are made from them.
    """
    own = {(one.image_hash, one.target) for one in store.corrections(session.workspace, reader=session.reader)}
    return lambda one: one.reader == session.reader or (one.image_hash, one.target) in own


def other_masks(session: Session, image_hash: str, target: str) -> list[OtherMask] | None:
    """The other readers' accepted Masks of a picture, by name; None while this reader has not accepted their own.

    Raises WorkspaceError.
    """
    workspace = session.workspace
    own = store.current_correction(workspace, image_hash, target, session.reader)
    if own is None:
        return None
    mine = store.correction_mask(workspace, own.id)
    found = []
    for reader in store.readers(workspace):
        one = None if reader == session.reader else store.current_correction(workspace, image_hash, target, reader)
        if one is not None:
            mask = store.correction_mask(workspace, one.id)
            found.append(OtherMask(reader, mask, *likeness(mine, mask)))
    return found


def readers_rows(
    session: Session,
    target: str | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[ReadersRow]:
    """Every two readers of one picture and Target, without what one of them excluded. Raises Cancelled."""
    pairs = list(_pairs(session, target))
    measured = between(session, pairs, on_progress, cancelled)
    rows = []
    for one, other in pairs:
        found = measured[one.id, other.id]
        assert found.dice is not None
        assert found.hd95 is not None
        assert found.other_area is not None
        square = found.row_mm is not None and found.row_mm == found.column_mm
        rows.append(
            ReadersRow(
                picture=picture(one.image_hash),
                group=group(one.group),
                target=one.target,
                reader_a=one.reader,
                reader_b=other.reader,
                dice=round(found.dice, 5),
                hd95_px=round(found.hd95, 2),
                hd95_mm=round(found.hd95 * found.row_mm, 2) if square and found.row_mm is not None else None,
                area_a_px=found.area,
                area_b_px=found.other_area,
                accepted_at_a=one.accepted_at,
                accepted_at_b=other.accepted_at,
            )
        )
    return rows


def without_excluded(session: Session, corrections: Iterable[Correction]) -> list[Correction]:
    """Those whose reader did not exclude the picture afterwards, under every name that it has on the worklist."""
    found = list(corrections)
    names: dict[tuple[str, str, str | None], list[Status]] = defaultdict(list)
    for reader in {one.reader for one in found}:
        for case in store.cases(session.workspace, reader):
            names[reader, case.image_hash, case.target].append(case.status)
    excluded = {key for key, statuses in names.items() if set(statuses) == {Status.EXCLUDED}}
    return [one for one in found if (one.reader, one.image_hash, one.target) not in excluded]


def _pairs(session: Session, target: str | None) -> Iterable[tuple[Correction, Correction]]:
    by_picture: dict[tuple[str, str], list[Correction]] = defaultdict(list)
    for one in without_excluded(session, store.corrections(session.workspace, target)):
        by_picture[one.image_hash, one.target].append(one)
    for several in by_picture.values():
        yield from combinations(several, 2)
