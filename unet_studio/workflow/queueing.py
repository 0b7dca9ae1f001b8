"""The Queue as commands and window see it: what waits, and what is to be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from unet_studio.core.changes import Changes
from unet_studio.core.correction import Correction, QueueState
from unet_studio.core.errors import UserError
from unet_studio.workflow import slips
from unet_studio.workflow.readers import without_excluded
from unet_studio.workflow.session import Session, require_writable
from unet_studio.workspace import store

QUEUE_VERBS = {"keep": QueueState.QUEUED, "withdraw": QueueState.WITHDRAWN, "flag": QueueState.FLAGGED}


def queue(session: Session, target: str | None = None) -> list[Correction]:
    """All standing Corrections, of every reader, oldest first."""
    return store.corrections(session.workspace, target)


def queue_row(correction: Correction) -> dict[str, Any]:
    """A Correction as one JSON object."""
    return {
        "id": correction.id,
        "target": correction.target,
        "reader": correction.reader,
        "state": correction.state.value,
        "side": correction.side.value,
        "accepted_at": correction.accepted_at,
        "source": correction.source_name,
        "image": correction.image_hash,
        "model": correction.model_id or None,
        "changed": correction.changed,
        "empty": correction.empty,
        "strokes": correction.effort.strokes,
        "active_seconds": correction.effort.active_seconds,
        "changed_pixels": correction.effort.changed_pixels,
    }


def set_queue_state(session: Session, correction_ids: Sequence[int], state: QueueState) -> Changes:
    """Queue, withdraw, flag or set aside Corrections by their reader's word, which may answer for others as well.

    Raises Locked; WorkspaceError for an unknown one; UserError where one is to be queued whose picture is excluded.
    """
    require_writable(session)
    if state is QueueState.QUEUED:
        _refuse_excluded(session, correction_ids)
    changed: set[int] = set()
    for number in correction_ids:
        correction = store.answer(session.workspace, number, state)
        changed.update(store.cases_of_image(session.workspace, correction.image_hash))
    changes = Changes(frozenset(changed), queue=True, message=f"{len(correction_ids)} corrections: {state.value}")
    return changes | slips.check_again(session, correction_ids)


def _refuse_excluded(session: Session, correction_ids: Sequence[int]) -> None:
    """Nothing is learned from an excluded picture. Raises UserError."""
    found = [store.correction(session.workspace, number) for number in correction_ids]
    included = without_excluded(session, found)
    for one in found:
        if one not in included:
            raise UserError(f"{one.source_name}: its picture is excluded; bring it back to the worklist, then keep it.")
