"""A reader's way through a case without a window: open, propose, paint, accept, take back, exclude."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from unet_studio.core.case import Status
from unet_studio.core.correction import QueueState
from unet_studio.core.errors import Locked, UserError, WorkspaceError
from unet_studio.editing.strokes import paint
from unet_studio.workflow import accepting, opening, proposing, versions
from unet_studio.workflow.drafting import Draft
from unet_studio.workflow.opening import OpenCase
from unet_studio.workflow.session import Session, change_reader, close_session, open_session
from unet_studio.workspace import store
from unet_studio.workspace.journal import Journal


def stroke(draft: Draft, start: tuple[float, float], end: tuple[float, float], value: int = 1) -> None:
    gesture = draft.document.begin("brush" if value else "eraser", "Stroke")
    paint(gesture, draft.document.mask, draft.document.touched, start, end, 9, value)
    gesture.finish()


def case_named(session: Session, name: str) -> int:
    return next(case.id for case in opening.cases(session) if case.name == name)


def draft_of(opened: OpenCase) -> Draft:
    assert opened.draft is not None
    return opened.draft


def accept(session: Session, opened: OpenCase, **more: bool) -> None:
    accepting.accept(session, opened, active_seconds=4.0, wall_seconds=5.0, **more)


def test_a_broken_file_is_one_row_with_one_sentence(session: Session) -> None:
    rows = {case.name: case for case in opening.cases(session)}
    assert [name for name, case in rows.items() if case.status is Status.UNREADABLE] == ["broken.png"]
    assert rows["broken.png"].reason.startswith("broken.png")
    assert opening.add_paths(session, [Path(rows["film_1.png"].path)]).cases == {rows["film_1.png"].id}
    assert len(opening.cases(session)) == len(rows)


def test_the_target_follows_from_the_picture_and_can_be_chosen(session: Session) -> None:
    case_id = case_named(session, "film_1.png")
    assert opening.open_case(session, case_id).target == "lung"
    assert opening.open_case(session, case_id, "polyp").target == "polyp"
    assert opening.open_case(session, case_id).target == "polyp"
    assert opening.open_case(session, case_id, "lung").target == "lung"


def test_a_proposal_is_kept_and_does_not_touch_what_was_painted(session: Session, lungs: list[np.ndarray]) -> None:
    opened = opening.open_case(session, case_named(session, "film_1.png"))
    draft = draft_of(opened)
    stroke(draft, (5, 5), (30, 5))
    touched = draft.document.touched.copy()
    proposal = proposing.propose(session, opened)
    draft.propose(proposal, 0.5)
    assert draft.document.mask[touched].all()
    overlap = np.count_nonzero(draft.document.mask.astype(bool) & lungs[0].astype(bool))
    assert 2 * overlap / (np.count_nonzero(draft.document.mask) + np.count_nonzero(lungs[0])) > 0.85
    draft.undo()
    assert np.array_equal(draft.document.mask.astype(bool), touched)
    draft.close()
    again = opening.open_case(session, opened.case.id)
    assert again.proposal is not None
    assert np.array_equal(again.proposal.probability, proposal.probability)
    assert again.case.status is Status.CORRECTED


def test_a_draft_comes_back_with_both_undo_stacks_after_a_crash(session: Session) -> None:
    case_id = case_named(session, "film_2.png")
    draft = draft_of(opening.open_case(session, case_id))
    stroke(draft, (20, 20), (60, 40))
    stroke(draft, (70, 70), (70, 90))
    draft.undo()
    mask = draft.document.mask.copy()
    again = draft_of(opening.open_case(session, case_id))
    assert np.array_equal(again.document.mask, mask)
    assert (again.can_undo, again.can_redo) == (True, True)
    again.redo()
    assert again.document.mask[80, 70] == 1
    again.close()
    draft.close()


def test_threshold_slides_over_kept_probabilities_as_one_step(session: Session) -> None:
    opened = opening.open_case(session, case_named(session, "film_1.png"))
    draft = draft_of(opened)
    proposal = proposing.propose(session, opened)
    draft.propose(proposal, 0.5)
    stroke(draft, (5, 5), (30, 5))
    before = draft.document.mask.copy()
    for threshold in (0.2, 0.5, 0.8):
        draft.set_threshold(proposal, threshold, final=False)
    draft.set_threshold(proposal, 0.8, final=True)
    assert draft.threshold == 0.8
    assert draft.document.mask.sum() < before.sum()
    draft.undo()
    assert draft.threshold == 0.5
    assert np.array_equal(draft.document.mask, before)
    draft.close()


def test_accept_keeps_everything_so_that_the_source_may_go(
    session: Session, workspace: Path, films: Path, tmp_path: Path
) -> None:
    case_id = case_named(session, "film_1.png")
    opened = opening.open_case(session, case_id)
    draft = draft_of(opened)
    draft.propose(proposing.propose(session, opened), 0.5)
    stroke(draft, (40, 60), (60, 60), value=0)
    mask, touched = draft.document.mask.copy(), draft.document.touched.copy()
    accept(session, opened)
    (correction,) = store.corrections(session.workspace)
    assert correction.state is QueueState.QUEUED
    assert (correction.changed, correction.empty, correction.effort.strokes) == (True, False, 1)
    assert correction.effort.changed_pixels > 0
    assert correction.model_id == versions.active(session, "lung").id

    shutil.rmtree(films)
    moved = tmp_path / "elsewhere"
    shutil.move(workspace, moved)
    elsewhere = open_session(moved)
    again = opening.open_case(elsewhere, case_id)
    assert np.array_equal(again.image.pixels, opened.image.pixels)
    assert again.accepted
    assert np.array_equal(draft_of(again).document.mask, mask)
    assert np.array_equal(draft_of(again).document.touched, touched)


def test_a_mask_accepted_as_proposed_is_recorded_as_unchanged(session: Session) -> None:
    opened = opening.open_case(session, case_named(session, "film_1.png"))
    draft_of(opened).propose(proposing.propose(session, opened), 0.5)
    accept(session, opened)
    (correction,) = store.corrections(session.workspace)
    assert (correction.changed, correction.effort.changed_pixels) == (False, 0)


def test_take_back_restores_mask_journal_status_and_queue(session: Session) -> None:
    case_id = case_named(session, "film_3.png")
    opened = opening.open_case(session, case_id)
    draft = draft_of(opened)
    stroke(draft, (20, 20), (60, 40))
    stroke(draft, (70, 70), (70, 90))
    mask = draft.document.mask.copy()
    accept(session, opened, empty=True)
    assert draft_of(opening.open_case(session, case_id)).document.mask.sum() == 0
    accepting.take_back(session, case_id)
    assert store.corrections(session.workspace) == []
    again = opening.open_case(session, case_id)
    assert again.case.status is Status.CORRECTED
    assert np.array_equal(draft_of(again).document.mask, mask)
    assert draft_of(again).strokes == 2


def test_correcting_an_accepted_case_again_replaces_it_and_can_be_taken_back(session: Session) -> None:
    case_id = case_named(session, "film_3.png")
    opened = opening.open_case(session, case_id)
    stroke(draft_of(opened), (20, 20), (60, 40))
    first = draft_of(opened).document.mask.copy()
    accept(session, opened)
    second = opening.open_case(session, case_id)
    stroke(draft_of(second), (70, 70), (70, 90))
    draft_of(second).flush()
    crashed = opening.open_case(session, case_id)
    assert np.array_equal(draft_of(crashed).document.mask, draft_of(second).document.mask)
    accept(session, crashed)
    (standing,) = store.corrections(session.workspace)
    assert store.correction_mask(session.workspace, standing.id)[80, 70] == 1
    accepting.take_back(session, case_id)
    (standing,) = store.corrections(session.workspace)
    assert np.array_equal(store.correction_mask(session.workspace, standing.id), first)
    draft_of(second).close()


def test_a_colleague_sees_and_keeps_their_own(session: Session) -> None:
    case_id = case_named(session, "film_1.png")
    opened = opening.open_case(session, case_id)
    stroke(draft_of(opened), (20, 20), (60, 40))
    accept(session, opened)
    colleague = change_reader(session, "Dr Other")
    beside = opening.open_case(colleague, case_id)
    assert (beside.accepted, beside.case.status) == (False, Status.NEW)
    assert draft_of(beside).document.mask.sum() == 0
    stroke(draft_of(beside), (70, 70), (70, 90))
    accept(colleague, beside)
    assert {one.reader for one in store.corrections(session.workspace)} == {"Dr Test", "Dr Other"}


def test_exclude_and_later_can_be_undone(session: Session) -> None:
    case_id = case_named(session, "film_1.png")
    opened = opening.open_case(session, case_id)
    stroke(draft_of(opened), (20, 20), (60, 40))
    accept(session, opened)
    accepting.exclude(session, case_id, "wrong view")
    case = store.case(session.workspace, case_id, session.reader)
    assert (case.status, case.reason) == (Status.EXCLUDED, "wrong view")
    assert store.corrections(session.workspace, states=[QueueState.QUEUED]) == []
    accepting.include(session, case_id)
    assert store.case(session.workspace, case_id, session.reader).status is Status.QUEUED
    assert len(store.corrections(session.workspace, states=[QueueState.QUEUED])) == 1
    other = case_named(session, "film_2.png")
    accepting.later(session, other)
    assert store.case(session.workspace, other, session.reader).status is Status.LATER
    accepting.include(session, other)
    assert store.case(session.workspace, other, session.reader).status is Status.NEW


def test_to_leave_out_a_copy_does_not_take_the_accepted_picture_from_the_queue(session: Session, films: Path) -> None:
    shutil.copy(films / "film_1.png", films / "copy.png")
    opening.add_paths(session, [films / "copy.png"])
    opened = opening.open_case(session, case_named(session, "film_1.png"))
    stroke(draft_of(opened), (20, 20), (60, 40))
    accept(session, opened)
    copy = case_named(session, "copy.png")
    opening.open_case(session, copy)
    accepting.exclude(session, copy, "duplicate")
    assert len(store.corrections(session.workspace, states=[QueueState.QUEUED])) == 1
    accepting.exclude(session, case_named(session, "film_1.png"), "wrong view")
    assert store.corrections(session.workspace, states=[QueueState.QUEUED]) == []


def test_a_step_that_the_disk_refuses_waits_and_is_written_later(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = case_named(session, "film_2.png")
    draft = draft_of(opening.open_case(session, case_id))

    def full(journal: Journal, record: dict[str, object]) -> None:
        raise WorkspaceError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "append", full)
        stroke(draft, (20, 20), (60, 40))
        assert draft.problem == "the disk is full"
        with pytest.raises(WorkspaceError, match="full"):
            draft.flush()
    stroke(draft, (70, 70), (70, 90))
    assert draft.problem == ""
    draft.close()
    again = draft_of(opening.open_case(session, case_id))
    assert np.array_equal(again.document.mask, draft.document.mask)
    assert again.strokes == 2


def test_a_second_window_is_read_only_and_says_who_has_the_workspace(workspace: Path, films: Path) -> None:
    first = open_session(workspace, window=True)
    second = open_session(workspace, window=True)
    assert (first.writable, second.writable) == (True, False)
    assert "Dr Test" in second.held_by
    opening.add_paths(first, [films])
    case_id = case_named(first, "film_1.png")
    assert opening.open_case(second, case_id).draft is None
    verbs: list[Callable[[], object]] = [
        lambda: accepting.later(second, case_id),
        lambda: opening.add_paths(second, [films]),
        lambda: change_reader(second, "x"),
    ]
    for verb in verbs:
        with pytest.raises(Locked, match="Dr Test"):
            verb()
    close_session(second)
    close_session(first)


def test_nothing_is_accepted_without_a_target(session: Session) -> None:
    opened = opening.open_case(session, case_named(session, "film_1.png"))
    draft_of(opened).close()
    without = OpenCase(opened.case, opened.image, opened.window, None, "", None, None, accepted=False)
    with pytest.raises(UserError, match="target"):
        accept(session, without)
    with pytest.raises(UserError, match="target"):
        proposing.propose(session, without)
