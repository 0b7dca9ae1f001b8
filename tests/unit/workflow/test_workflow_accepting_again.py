"""An accepted film accepted again: which version proposed it, whether it was changed and what it cost stay true."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from unet_studio.core.case import Status
from unet_studio.core.correction import Correction, QueueState
from unet_studio.core.model_version import ModelVersion
from unet_studio.editing.strokes import paint
from unet_studio.editing.threshold import mask_at
from unet_studio.workflow import accepting, opening, proposing, queueing, slips, versions
from unet_studio.workflow.case_rows import case_rows
from unet_studio.workflow.drafting import Draft
from unet_studio.workflow.opening import OpenCase
from unet_studio.workflow.session import Session
from unet_studio.workspace import drafts, store
from unet_studio.workspace.journal import Key


def case_id(session: Session) -> int:
    return next(case.id for case in opening.cases(session) if case.name == "film_1.png")


def status(session: Session) -> Status:
    return store.case(session.workspace, case_id(session), session.reader).status


def opened(session: Session) -> tuple[OpenCase, Draft]:
    found = opening.open_case(session, case_id(session))
    assert found.draft is not None
    return found, found.draft


def stroke(draft: Draft, row: float = 5, value: int = 1) -> None:
    gesture = draft.document.begin("brush" if value else "eraser", "Stroke")
    paint(gesture, draft.document.mask, draft.document.touched, (5, row), (60, row), 9, value)
    gesture.finish()


def accept(session: Session, case: OpenCase, seconds: float = 3.0, **more: bool) -> str:
    return accepting.accept(session, case, active_seconds=seconds, wall_seconds=2 * seconds, **more).message


def standing(session: Session) -> Correction:
    (one,) = store.corrections(session.workspace)
    return one


def first(session: Session, *, painted: bool = False) -> Correction:
    """The film as proposed, or with a stroke, accepted in 40 s."""
    case, draft = opened(session)
    draft.propose(proposing.propose(session, case), 0.5)
    if painted:
        stroke(draft)
    accept(session, case, 40.0)
    return standing(session)


@pytest.mark.parametrize("state", [QueueState.QUEUED, QueueState.LEARNED])
@pytest.mark.parametrize("painted", [False, True])
def test_the_same_accepted_again_changes_nothing(session: Session, state: QueueState, painted: bool) -> None:
    before = first(session, painted=painted)
    store.set_state(session.workspace, before.id, state)
    before, seen = standing(session), status(session)
    case, draft = opened(session)
    stroke(draft, 30)
    draft.flush()
    assert status(session) is Status.CORRECTED
    draft.undo()
    assert accept(session, case) == "film_1.png: accepted already; nothing has changed"
    assert standing(session) == before
    assert status(session) is seen
    assert store.drafts(session.workspace) == []
    assert not opened(session)[1].can_redo
    accepting.take_back(session, case_id(session))
    assert store.corrections(session.workspace) == []
    assert opened(session)[1].strokes == int(painted)


def test_put_off_and_accepted_again_it_stands_in_the_queue(session: Session) -> None:
    before = first(session)
    accepting.later(session, case_id(session))
    accept(session, opened(session)[0])
    assert (standing(session), status(session)) == (before, Status.QUEUED)


def test_an_empty_one_confirmed_again_stays(session: Session) -> None:
    case, draft = opened(session)
    draft.propose(proposing.propose(session, case), 0.5)
    accept(session, case, empty=True)
    before = standing(session)
    accept(session, opened(session)[0], empty=True)
    assert standing(session) == before


def test_a_retouch_keeps_the_version_and_counts_from_its_proposal(session: Session) -> None:
    before = first(session)
    proposal, _ = store.correction_proposal(session.workspace, before.id)
    case, draft = opened(session)
    stroke(draft)
    accept(session, case)
    after = standing(session)
    mask = store.correction_mask(session.workspace, after.id)
    proposed = mask_at(proposal.probability, proposal.rows, proposal.columns, 0.5)
    assert after.id != before.id
    assert (after.model_id, after.proposal_id, after.threshold) == (before.model_id, before.proposal_id, 0.5)
    assert (after.changed, after.effort.changed_pixels) == (True, int((mask != proposed).sum()))
    assert (after.effort.strokes, after.effort.active_seconds, after.effort.wall_seconds) == (1, 43.0, 86.0)
    (row,) = (row for row in case_rows(session, "lung") if row.accepted_at)
    assert (row.version, row.active_seconds, row.changed) == (before.model_id, 43.0, "yes")
    assert row.dice is not None
    assert row.dice < 1


def test_a_second_retouch_adds_to_the_first(session: Session) -> None:
    first(session, painted=True)
    for row in (20, 40):
        case, draft = opened(session)
        stroke(draft, row)
        accept(session, case)
    after = standing(session)
    assert (after.effort.strokes, after.effort.active_seconds) == (3, 46.0)
    touched = store.correction_touched(session.workspace, after.id)
    assert touched[5, 30]
    assert touched[20, 30]
    assert touched[40, 30]


def test_what_is_painted_back_to_the_proposal_is_unchanged(session: Session) -> None:
    before = first(session, painted=True)
    case, draft = opened(session)
    stroke(draft, value=0)
    accept(session, case)
    after = standing(session)
    assert (before.changed, after.changed, after.effort.changed_pixels) == (True, False, 0)
    assert after.effort.strokes == 2


def test_to_paint_over_what_is_marked_locks_it_and_is_no_empty_gesture(session: Session) -> None:
    before = first(session, painted=True)
    mask = store.correction_mask(session.workspace, before.id)
    case, draft = opened(session)
    gesture = draft.document.begin("brush", "Stroke")
    column, row = np.argwhere(mask & ~store.correction_touched(session.workspace, before.id))[0][::-1]
    paint(gesture, draft.document.mask, draft.document.touched, (column, row), (column, row), 1, 1)
    gesture.finish()
    accept(session, case)
    after = standing(session)
    assert after.id != before.id
    assert store.correction_touched(session.workspace, after.id)[row, column]


def test_the_newest_proposal_counts_with_what_it_cost(
    session: Session, make_version: Callable[..., ModelVersion]
) -> None:
    before = first(session)
    newer = make_version()
    versions.activate(session, newer.id, "newer")
    case, draft = opened(session)
    draft.propose(proposing.propose(session, case), 0.5)
    accept(session, case)
    after = standing(session)
    assert (before.model_id, after.model_id) == (versions.before_active(session, "lung").id, newer.id)
    assert (after.changed, after.effort.active_seconds) == (False, 3.0)


def test_the_same_version_asked_again_adds_to_the_film(session: Session) -> None:
    first(session)
    case, draft = opened(session)
    draft.propose(proposing.propose(session, case), 0.5)
    stroke(draft)
    accept(session, case)
    assert standing(session).effort.active_seconds == 43.0


def test_the_reader_finds_the_threshold_that_made_the_mask(session: Session) -> None:
    case, draft = opened(session)
    proposal = proposing.propose(session, case)
    draft.propose(proposal, 0.5)
    draft.set_threshold(proposal, 0.3, final=True)
    accept(session, case)
    case, draft = opened(session)
    assert draft.threshold == 0.3
    stroke(draft)
    accept(session, case)
    assert standing(session).threshold == 0.3


@pytest.mark.parametrize("state", [QueueState.FLAGGED, QueueState.WITHDRAWN, QueueState.SET_ASIDE])
def test_accepted_again_as_it_is_it_comes_into_the_queue(session: Session, state: QueueState) -> None:
    before = first(session)
    if state is QueueState.SET_ASIDE:
        store.set_state(session.workspace, before.id, state)
    else:
        queueing.set_queue_state(session, [before.id], state)
    accept(session, opened(session)[0])
    after = standing(session)
    assert (after.state, after.model_id, after.changed) == (QueueState.QUEUED, before.model_id, False)
    accepting.take_back(session, case_id(session))
    assert (standing(session).id, standing(session).state) == (before.id, state)
    assert status(session) is (Status.CORRECTED if state is QueueState.WITHDRAWN else Status.ASIDE)


def test_one_that_was_asked_about_and_accepted_again_is_asked_about_no_more(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = first(session)
    store.set_state(session.workspace, before.id, QueueState.SET_ASIDE)
    accept(session, opened(session)[0])
    after = standing(session)
    assert store.checks(session.workspace)[after.id].answer is QueueState.QUEUED
    monkeypatch.setattr(slips, "question", lambda *given: slips.Question.FAR)
    slips.check(session, "lung", session.reader)
    assert standing(session).state is QueueState.QUEUED


def test_a_lost_proposal_is_in_nobodys_way(session: Session, workspace: Path) -> None:
    before = first(session, painted=True)
    for file in (workspace / "proposals").rglob("*.png"):
        file.unlink()
    case, draft = opened(session)
    stroke(draft, 40)
    accept(session, case)
    after = standing(session)
    assert (after.model_id, after.changed) == (before.model_id, True)
    assert after.effort.changed_pixels > before.effort.changed_pixels


def test_a_draft_of_an_accepted_film_is_the_same_after_a_crash(session: Session) -> None:
    before = first(session)
    _, draft = opened(session)
    stroke(draft)
    draft.flush()
    again, _ = opened(session)  # as after a crash: from the journal alone
    accept(session, again)
    after = standing(session)
    assert (after.model_id, after.effort.strokes, after.effort.active_seconds) == (before.model_id, 1, 43.0)
    assert not drafts.live_path(session.workspace, Key(after.image_hash, "lung", session.reader)).exists()
    draft.close()


def test_a_mask_corrected_with_the_threshold_alone_is_changed(session: Session) -> None:
    case, draft = opened(session)
    proposal = proposing.propose(session, case)
    draft.propose(proposal, 0.5)
    proposed = draft.document.mask.copy()
    draft.set_threshold(proposal, 0.02, final=True)
    differing = int((draft.document.mask != proposed).sum())
    accept(session, case)
    one = standing(session)
    assert differing > 0
    assert (one.changed, one.effort.changed_pixels, one.threshold) == (True, differing, 0.02)
    (row,) = (row for row in case_rows(session, "lung") if row.accepted_at)
    assert (row.changed, row.changed_pixels, row.threshold) == ("yes", differing, 0.02)
    mask = store.correction_mask(session.workspace, one.id)
    assert row.dice == pytest.approx(2 * (mask & proposed).sum() / (mask.sum() + proposed.sum()), abs=1e-5)
    known = store.checks(session.workspace)[one.id].difference
    assert known is not None
    assert known.added > 0
    case, draft = opened(session)
    draft.set_threshold(proposal, 0.5, final=True)
    accept(session, case)
    assert (standing(session).changed, standing(session).threshold) == (False, 0.5)
