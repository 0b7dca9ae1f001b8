"""How like each other two Masks are, measured once and kept: a Correction and its Proposal, or two readers'."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from unet_studio.core.correction import Correction
from unet_studio.core.errors import Cancelled, WorkspaceError
from unet_studio.workflow.drafting import THRESHOLD
from unet_studio.workflow.session import Session
from unet_studio.workspace import store
from unet_studio.workspace.store import PROPOSAL, Measured

RULE = 2  # changes with anything below that gives another number
SIDE = 1024  # px: HD95 is measured on every n-th row and column, so that the long side is at most this
BATCH = 50  # measures that a death of the program may cost

Pair = tuple[int, int]


def dice_and_hd95(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """(Dice at own size, HD95 in px of the picture) of two (H, W) Masks, with the rule for empty ones of `metrics`."""
    from training import metrics

    step = -(-max(one.shape) // SIDE)
    thin = slice(None, None, step)
    if one.any() and other.any() and not (one[thin, thin].any() and other[thin, thin].any()):
        step, thin = 1, slice(None)  # a Mask of a few px falls through the grid
    return metrics.dice(one, other), metrics.hd95(one[thin, thin], other[thin, thin]) * step


def against_proposals(
    session: Session,
    corrections: Sequence[Correction],
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[int, Measured]:
    """Each Correction against the Proposal that it began from, as the program put it in.

    Raises Cancelled, WorkspaceError.
    """
    pairs = [(one.id, PROPOSAL) for one in corrections]
    by_id = {one.id: one for one in corrections}
    found = _measured(session, pairs, lambda pair: _proposed(session, by_id[pair[0]]), on_progress, cancelled)
    return {one: measured for (one, _), measured in found.items()}


def between(
    session: Session,
    pairs: Iterable[tuple[Correction, Correction]],
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[Pair, Measured]:
    """Two Corrections of one picture against each other, by their ids. Raises Cancelled, WorkspaceError."""
    wanted = {(one.id, other.id): (one, other) for one, other in pairs}
    return _measured(session, list(wanted), lambda pair: _two(session, *wanted[pair]), on_progress, cancelled)


def _measured(
    session: Session,
    pairs: Sequence[Pair],
    measure: Callable[[Pair], tuple[Measured, bool]],
    on_progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> dict[Pair, Measured]:
    known = store.measures(session.workspace, RULE)
    missing = [pair for pair in pairs if pair not in known]
    fresh: dict[Pair, Measured] = {}
    try:
        for number, pair in enumerate(missing, 1):
            if cancelled():
                raise Cancelled
            known[pair], lasting = measure(pair)
            if lasting:
                fresh[pair] = known[pair]
            if len(fresh) >= BATCH:
                _keep(session, fresh)
                fresh = {}
            on_progress(number, len(missing))
    finally:
        _keep(session, fresh)
    return {pair: known[pair] for pair in pairs}


def _keep(session: Session, fresh: dict[Pair, Measured]) -> None:
    """A Workspace that cannot be written to, or is busy, has its Masks measured again the next time."""
    if fresh and session.writable:
        with contextlib.suppress(WorkspaceError):
            store.keep_measures(session.workspace, RULE, fresh)


def _proposed(session: Session, one: Correction) -> tuple[Measured, bool]:
    """The measures, and whether they are to be kept: a Proposal that is lost may come back from a backup."""
    from unet_studio.editing.threshold import mask_at

    mask = store.correction_mask(session.workspace, one.id)
    try:
        proposal, _ = store.correction_proposal(session.workspace, one.id)
    except WorkspaceError:  # costs its numbers, not the report
        return _of(session, one, mask, None), False
    if proposal is None:
        return _of(session, one, mask, None), True
    return _of(session, one, mask, mask_at(proposal.probability, mask.shape[0], mask.shape[1], THRESHOLD)), True


def _two(session: Session, one: Correction, other: Correction) -> tuple[Measured, bool]:
    masks = [store.correction_mask(session.workspace, correction.id) for correction in (one, other)]
    return _of(session, one, masks[0], masks[1]), True


def _of(session: Session, one: Correction, mask: np.ndarray, other: np.ndarray | None) -> Measured:
    rows, columns = mask.shape
    row_mm, column_mm = store.spacing_of(session.workspace, one.image_hash) or (None, None)
    area = int(np.count_nonzero(mask))
    if other is None:
        return Measured(rows, columns, row_mm, column_mm, area)
    dice, hd95 = dice_and_hd95(mask, other)
    return Measured(rows, columns, row_mm, column_mm, area, int(np.count_nonzero(other)), dice, hd95)
