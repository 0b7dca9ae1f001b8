"""`queue add` and the drafts of its reader: nothing that was drawn is put away, here or in a window that is open."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unet_studio.editing.strokes import paint
from unet_studio.workflow import accepting, importing, opening, proposing
from unet_studio.workflow.drafting import Draft
from unet_studio.workflow.opening import OpenCase
from unet_studio.workflow.session import Session
from unet_studio.workspace import store


def opened(session: Session) -> tuple[OpenCase, Draft]:
    case = next(one for one in opening.cases(session) if one.name == "film_1.png")
    found = opening.open_case(session, case.id)
    assert found.draft is not None
    return found, found.draft


def proposed(session: Session) -> tuple[OpenCase, Draft]:
    case, draft = opened(session)
    draft.propose(proposing.propose(session, case), 0.5)
    draft.flush()
    return case, draft


def stroke(draft: Draft, row: float = 5) -> None:
    gesture = draft.document.begin("brush", "Stroke")
    paint(gesture, draft.document.mask, draft.document.touched, (5, row), (60, row), 9, 1)
    gesture.finish()


def add(session: Session, films: Path, masks: Path) -> importing.QueueReport:
    return importing.queue_add(session, "lung", films, masks, check=False)


@pytest.mark.parametrize("work", ["drawn", "threshold"])
def test_a_film_under_correction_is_named_and_left_alone(
    session: Session, films: Path, masks: Path, lungs: list[np.ndarray], work: str
) -> None:
    case, draft = proposed(session)
    if work == "drawn":
        stroke(draft)
    else:
        draft.set_threshold(store.latest_proposal(session.workspace, case.image.content_hash, "lung"), 0.02, final=True)
    draft.close()
    mask = draft.document.mask.copy()
    report = add(session, films, masks)
    assert report.added == len(lungs) - 1
    assert [problem.split(";")[0] for problem in report.problems] == ["film_1.png: its mask is under correction"]
    again, draft = opened(session)
    assert not again.accepted
    assert np.array_equal(draft.document.mask, mask)
    draft.undo()
    draft.close()
    assert add(session, films, masks).added == 1
    after, draft = opened(session)
    assert after.accepted
    assert np.array_equal(draft.document.mask, lungs[0])


def test_an_accepted_film_under_correction_is_left_alone_too(session: Session, films: Path, masks: Path) -> None:
    case, draft = proposed(session)
    accepting.accept(session, case, active_seconds=1, wall_seconds=1)
    _, draft = opened(session)
    stroke(draft)
    draft.close()
    before = store.corrections(session.workspace)
    assert "under correction" in add(session, films, masks).problems[0]
    assert store.corrections(session.workspace)[0] == before[0]
    assert np.array_equal(opened(session)[1].document.mask, draft.document.mask)


@pytest.mark.parametrize("accepted", [False, True])
def test_a_window_in_which_nothing_was_drawn_goes_on_with_what_it_shows(
    session: Session, films: Path, masks: Path, lungs: list[np.ndarray], accepted: bool
) -> None:
    case, draft = proposed(session)
    if accepted:
        accepting.accept(session, case, active_seconds=1, wall_seconds=1)
        case, draft = proposed(session)
    assert add(session, films, masks).problems == ()
    stroke(draft)
    stroke(draft, 30)
    draft.undo()
    draft.close()
    again, reopened = opened(session)
    assert again.accepted
    assert np.array_equal(reopened.document.mask, draft.document.mask)
    assert np.array_equal(reopened.document.touched, draft.document.touched)
    assert (reopened.strokes, reopened.can_redo) == (1, True)
    reopened.redo()
    assert reopened.document.mask[30, 30]
    accepting.accept(session, again, active_seconds=1, wall_seconds=1)
    one = next(one for one in store.corrections(session.workspace) if one.image_hash == again.image.content_hash)
    assert one.model_id
    accepting.take_back(session, again.case.id)
    standing = store.current_correction(session.workspace, again.image.content_hash, "lung", session.reader)
    assert standing is not None
    assert np.array_equal(store.correction_mask(session.workspace, standing.id), lungs[0])
    assert opened(session)[1].strokes == 2


def test_a_window_that_was_left_before_it_drew_goes_on_too(session: Session, films: Path, masks: Path) -> None:
    proposed(session)[1].close()
    _, draft = opened(session)
    assert add(session, films, masks).problems == ()
    stroke(draft)
    draft.close()
    _, reopened = opened(session)
    assert np.array_equal(reopened.document.mask, draft.document.mask)
    assert reopened.can_undo


def test_steps_that_were_written_anew_are_undone_and_redone(session: Session, films: Path, masks: Path) -> None:
    _, draft = proposed(session)
    before = draft.document.mask.copy()
    assert add(session, films, masks).problems == ()
    stroke(draft)
    drawn = draft.document.mask.copy()
    draft.undo()
    assert np.array_equal(draft.document.mask, before)
    draft.undo()
    assert not draft.document.mask.any()
    draft.redo()
    draft.redo()
    draft.close()
    assert np.array_equal(draft.document.mask, drawn)
    assert np.array_equal(opened(session)[1].document.mask, drawn)
