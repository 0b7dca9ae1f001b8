"""The verdicts on a case: accept, accept as empty, take back, exclude, include, later."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np

from unet_studio.core.case import Case, Status
from unet_studio.core.changes import Changes
from unet_studio.core.correction import Correction, Effort, QueueState
from unet_studio.core.errors import UserError
from unet_studio.core.image import Image
from unet_studio.workflow import slips
from unet_studio.workflow.beginnings import (
    Beginning,
    beginning,
    changed_pixels,
    same_mask,
    says_nothing_new,
    whole_effort,
)
from unet_studio.workflow.drafting import Draft
from unet_studio.workflow.opening import OpenCase
from unet_studio.workflow.scenes import group_of, scene_of
from unet_studio.workflow.session import Session, require_writable
from unet_studio.workspace import store
from unet_studio.workspace.store import NewCorrection

STANDS = {
    QueueState.LEARNED: Status.LEARNED,
    QueueState.SET_ASIDE: Status.ASIDE,
    QueueState.FLAGGED: Status.ASIDE,
    QueueState.WITHDRAWN: Status.CORRECTED,
}


def accept(
    session: Session, open_case: OpenCase, *, active_seconds: float, wall_seconds: float, empty: bool = False
) -> Changes:
    """Keep the picture, store the Mask as this reader's Correction and queue it; on the disk when this returns.

    empty: confirm that there is nothing to mark, whatever is painted. A Mask that stands already, and of which nothing
    is new, stays the Correction that it is. Raises Locked, UserError; the draft stays then.
    """
    require_writable(session)
    draft = open_case.draft
    if draft is None or open_case.target is None:
        raise UserError(f"{open_case.case.name}: no target is chosen; choose lung or polyp, then accept.")
    draft.close()
    mask = np.zeros_like(draft.document.mask) if empty else draft.document.mask.copy()
    standing = store.current_correction(session.workspace, open_case.image.content_hash, draft.target, session.reader)
    begun = beginning(session, open_case.image.content_hash, draft)
    same = same_mask(session, mask, begun, standing)
    if standing is not None and same and says_nothing_new(session, draft, standing):
        return _leave_as_it_is(session, open_case, draft, standing, empty=empty)
    keep(session, open_case.image, scene_of(session, open_case.image))
    effort = Effort(draft.strokes, active_seconds, wall_seconds)
    saved = store.save_correction(session.workspace, _correction(session, open_case, draft, begun, mask, effort))
    asked = standing is not None and standing.state is QueueState.SET_ASIDE
    if empty or (asked and same):
        store.answer(session.workspace, saved.id, saved.state)  # said so: no slip
    draft.retire()
    message = f"{open_case.case.name}: accepted as empty" if not mask.any() else f"{open_case.case.name}: accepted"
    shown = store.cases_of_image(session.workspace, open_case.image.content_hash)
    checked = Changes()
    with contextlib.suppress(UserError):  # accepted all the same: the next check makes up for it
        checked = slips.check(session, saved.target, saved.reader, only=saved.id)
        if store.correction(session.workspace, saved.id).state is QueueState.SET_ASIDE:
            message += ", but set aside: far from the proposal and unlike your other corrections; see the queue"
    return Changes(frozenset(shown), queue=True, message=message) | checked


def _leave_as_it_is(
    session: Session, open_case: OpenCase, draft: Draft, standing: Correction, *, empty: bool
) -> Changes:
    """The Correction stays; its rows say so again, and the draft, in which nothing is in force, is put away."""
    workspace, case = session.workspace, open_case.case
    if empty and standing.state is QueueState.QUEUED:
        store.answer(workspace, standing.id, standing.state)  # said so: no slip
    else:
        store.set_state(workspace, standing.id, standing.state)
    store.set_status(workspace, case.id, session.reader, STANDS.get(standing.state, Status.QUEUED))
    store.clear_journal(workspace, standing.image_hash, standing.target, standing.reader)
    draft.retire()
    shown = store.cases_of_image(workspace, standing.image_hash)
    return Changes(frozenset(shown), message=f"{case.name}: accepted already; nothing has changed")


def _correction(
    session: Session, open_case: OpenCase, draft: Draft, begun: Beginning, mask: np.ndarray, effort: Effort
) -> NewCorrection:
    image = open_case.image
    changed = changed_pixels(session, mask, begun)
    return NewCorrection(
        image_hash=image.content_hash,
        target=draft.target,
        reader=session.reader,
        mask=mask,
        touched=draft.document.touched,
        group=scene_of(session, image),
        proposal_id=begun.proposal_id,
        model_id=begun.model_id,
        threshold=begun.threshold,
        changed=changed > 0 or not begun.model_id,
        effort=whole_effort(begun, effort, changed),
        source_name=Path(image.source.path).name,
        source_sha256=image.source.sha256,
        case_id=open_case.case.id,
    )


def keep(session: Session, image: Image, group: str = "") -> None:
    """Keep a lossless copy of the picture in the Workspace; one that is kept already stays, or is put back if lost.

    group: an identifier where the picture has no patient, study or video of its own.
    """
    from unet_studio.imaging.kept import to_kept
    from unet_studio.imaging.likeness import likeness

    data, facts = to_kept(image)
    group = group_of(image) or group
    store.keep_image(session.workspace, image.content_hash, data, facts["suffix"], facts, group, bits=likeness(image))


def take_back(session: Session, case_id: int) -> Changes:
    """Undo the accept: Mask, journal, status and queue are as before it; open the case again afterwards."""
    require_writable(session)
    case = store.case(session.workspace, case_id, session.reader)
    if case.target is None:
        raise UserError(f"{case.name}: nothing is accepted here that could be taken back.")
    taken = store.take_back(session.workspace, case_id, session.reader, case.target)
    return Changes(frozenset(taken.cases) | {case_id}, queue=True, message=f"{case.name}: accept taken back")


def exclude(session: Session, case_id: int, reason: str) -> Changes:
    """Leave a case out with a reason; an accepted Correction of it, learned or not, is withdrawn until `include`."""
    return _set(session, case_id, Status.EXCLUDED, f"excluded ({reason})", reason)


def include(session: Session, case_id: int) -> Changes:
    """Bring an excluded or put-off case back to where it stood, an excluded one's Correction too."""
    require_writable(session)
    case = store.case(session.workspace, case_id, session.reader)
    correction = _standing(session, case)
    if correction is not None and case.status is Status.EXCLUDED:
        correction = store.bring_back(session.workspace, correction.id)
    return _set(session, case_id, _where_it_stood(session, case, correction), "back on the worklist")


def later(session: Session, case_id: int) -> Changes:
    """Put a case off."""
    return _set(session, case_id, Status.LATER, "put off")


def _set(session: Session, case_id: int, status: Status, word: str, reason: str = "") -> Changes:
    require_writable(session)
    case = store.case(session.workspace, case_id, session.reader)
    correction = _standing(session, case)
    if status is Status.EXCLUDED and correction is not None and not _stands_elsewhere(session, case):
        store.leave_out(session.workspace, correction.id)
    store.set_status(session.workspace, case_id, session.reader, status, reason)
    return Changes(frozenset({case_id}), queue=correction is not None, message=f"{case.name}: {word}")


def _stands_elsewhere(session: Session, case: Case) -> bool:
    """Whether the same picture has another row that its reader did not leave out."""
    others = [one for one in store.cases_of_image(session.workspace, case.image_hash) if one != case.id]
    return any(store.case(session.workspace, one, session.reader).status is not Status.EXCLUDED for one in others)


def _standing(session: Session, case: Case) -> Correction | None:
    if case.target is None or not case.image_hash:
        return None
    return store.current_correction(session.workspace, case.image_hash, case.target, session.reader)


def _where_it_stood(session: Session, case: Case, correction: Correction | None) -> Status:
    if correction is not None:
        return STANDS.get(correction.state, Status.QUEUED)
    if case.target is None or not case.image_hash:
        return Status.NEW
    drafts = store.drafts(session.workspace, session.reader)
    if any((draft.image_hash, draft.target) == (case.image_hash, case.target) for draft in drafts):
        return Status.CORRECTED
    found = store.find_proposal(session.workspace, case.image_hash, case.target)
    return Status.PROPOSED if found is not None else Status.NEW
