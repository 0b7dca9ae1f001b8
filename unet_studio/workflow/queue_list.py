"""The queue as the window lists it: a row for each standing Correction, and its picture when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unet_studio.core.correction import Correction, QueueState
from unet_studio.core.errors import UserError
from unet_studio.core.slip import Question
from unet_studio.workflow.opening import kept_image
from unet_studio.workflow.session import Session
from unet_studio.workspace import store


@dataclass(frozen=True)
class QueueRow:
    """One Correction. question: why it is set aside; follows: name of the picture that this one is nearly the same as,
    so that both are on one side; case_id: the worklist row that shows it, -1 for none; outlined: its Mask may be shown
    (a second reader sees the first one's Mask only after accepting a Mask of that picture)."""

    correction: Correction
    question: Question
    follows: str
    case_id: int
    outlined: bool


@dataclass(frozen=True, eq=False)
class Small:
    """A small picture, (h, w) or (h, w, 3) uint8, and its Mask of that size, (h, w) uint8 0/1, empty where hidden."""

    picture: np.ndarray
    mask: np.ndarray


def rows(session: Session) -> list[QueueRow]:
    """All standing Corrections: those with a question first, then the newest first. Raises WorkspaceError."""
    found = store.corrections(session.workspace)
    checks = store.checks(session.workspace)
    follows = store.followed(session.workspace)
    names = {one.image_hash: one.source_name for one in reversed(found)}
    shown = {case.image_hash: case.id for case in reversed(store.cases(session.workspace, session.reader))}
    own = {(one.image_hash, one.target) for one in found if one.reader == session.reader}
    listed = [
        QueueRow(
            one,
            checks[one.id].question if one.state is QueueState.SET_ASIDE and one.id in checks else Question.NONE,
            names.get(follows.get(one.image_hash, ""), ""),
            shown.get(one.image_hash, -1),
            (one.image_hash, one.target) in own,
        )
        for one in found
    ]
    waits = (QueueState.SET_ASIDE, QueueState.FLAGGED)
    return sorted(listed, key=lambda row: (row.correction.state not in waits, -row.correction.id))


def small(session: Session, row: QueueRow, side: int) -> Small | None:
    """A row's picture and Mask, longer side at most `side` px; None where they cannot be read."""
    from unet_studio.imaging.thumbnails import thumbnail

    one = row.correction
    try:
        image = kept_image(session, one.image_hash)
        mask = store.correction_mask(session.workspace, one.id) if row.outlined else None
    except UserError:
        return None
    if image is None:
        return None
    picture = thumbnail(image, side)
    return Small(picture, np.zeros(picture.shape[:2], np.uint8) if mask is None else _nearest(mask, picture.shape))


def _nearest(mask: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    down = (np.arange(shape[0]) * 2 + 1) * mask.shape[0] // (2 * shape[0])
    across = (np.arange(shape[1]) * 2 + 1) * mask.shape[1] // (2 * shape[1])
    return np.ascontiguousarray(mask[down[:, None], across])
