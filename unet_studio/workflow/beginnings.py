"""What an accepted Mask began from: a Proposal, an earlier Correction of the same picture, or nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unet_studio.core.correction import Correction, Effort, QueueState
from unet_studio.core.errors import WorkspaceError
from unet_studio.workflow.drafting import THRESHOLD, Draft
from unet_studio.workflow.session import Session
from unet_studio.workspace import store

SETTLED = (QueueState.QUEUED, QueueState.LEARNED)  # to accept the same again says nothing new


@dataclass(frozen=True)
class Beginning:
    """model_id, proposal_id, threshold: of the Proposal that the Mask comes from, "" and None where there was none.

    base: the Correction that it goes on from, where both come from the same version's Proposal.
    """

    model_id: str = ""
    proposal_id: int | None = None
    threshold: float | None = None
    base: Correction | None = None


def beginning(session: Session, image_hash: str, draft: Draft) -> Beginning:
    """What a draft's Mask comes from: the newest Proposal in force, else its base's. Raises WorkspaceError."""
    base = None if draft.base is None else store.correction(session.workspace, draft.base)
    newest = draft.document.history.newest("proposal", "threshold")
    model_id = str(newest.facts.get("model", "")) if newest is not None else ""
    if base is not None and model_id in ("", base.model_id):
        return Beginning(base.model_id, base.proposal_id, draft.threshold if base.model_id else None, base)
    number = store.find_proposal(session.workspace, image_hash, draft.target, model_id) if model_id else None
    return Beginning() if number is None else Beginning(model_id, number, draft.threshold)


def changed_pixels(session: Session, mask: np.ndarray, begun: Beginning) -> int:
    """Pixels of a (H, W) Mask that differ from what the program itself proposed; all marked ones without a Proposal.

    Where the Proposal of an earlier Correction is lost, its own count and what differs from it. Raises WorkspaceError.
    """
    from unet_studio.editing.changes import changed_pixels
    from unet_studio.editing.threshold import mask_at

    try:
        proposal = None if begun.proposal_id is None else store.proposal(session.workspace, begun.proposal_id)
    except WorkspaceError:
        if begun.base is None:
            raise
        proposal = None  # accepted once more all the same
    if proposal is not None:
        return changed_pixels(mask, mask_at(proposal.probability, proposal.rows, proposal.columns, THRESHOLD))
    if begun.base is not None and begun.model_id:
        before = store.correction_mask(session.workspace, begun.base.id)
        return begun.base.effort.changed_pixels + changed_pixels(mask, before)
    return int(np.count_nonzero(mask))


def whole_effort(begun: Beginning, effort: Effort, changed: int) -> Effort:
    """What a film has cost so far: this time, and what the Correction cost that it goes on from."""
    before = Effort() if begun.base is None else begun.base.effort
    return Effort(
        before.strokes + effort.strokes,
        before.active_seconds + effort.active_seconds,
        before.wall_seconds + effort.wall_seconds,
        changed,
    )


def same_mask(session: Session, mask: np.ndarray, begun: Beginning, standing: Correction | None) -> bool:
    """Whether a Mask is the standing Correction's, and goes on from it. Raises WorkspaceError."""
    if standing is None or begun.base is None or begun.base.id != standing.id:
        return False
    return np.array_equal(store.correction_mask(session.workspace, standing.id), mask)


def says_nothing_new(session: Session, draft: Draft, standing: Correction) -> bool:
    """Whether the same Mask accepted again leaves all as it is: settled, and no other pixels touched.

    Raises WorkspaceError.
    """
    touched = store.correction_touched(session.workspace, standing.id)
    return standing.state in SETTLED and np.array_equal(touched, draft.document.touched)
