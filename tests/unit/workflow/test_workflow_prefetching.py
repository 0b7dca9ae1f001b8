"""Pictures made ready: shown only while they are still true, proposed only where nothing was drawn."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from unet_studio.core.case import Status
from unet_studio.core.errors import Cancelled, Unreadable
from unet_studio.editing.strokes import paint
from unet_studio.workflow import accepting, opening, prefetching, proposing, versions
from unet_studio.workflow.session import Session
from unet_studio.workspace import store


@pytest.fixture
def case_id(session: Session) -> int:
    return next(case.id for case in opening.cases(session) if case.name == "film_1.png")


def status(session: Session, case_id: int) -> Status:
    return store.case(session.workspace, case_id, session.reader).status


def stroke(draft) -> None:
    gesture = draft.document.begin("brush", "Brush stroke")
    paint(gesture, draft.document.mask, draft.document.touched, (20, 20), (60, 40), 9, 1)
    gesture.finish()


def test_a_picture_made_ready_opens_as_if_it_were_opened_and_proposed_by_hand(session: Session, case_id: int) -> None:
    ready = prefetching.fetch(session, case_id)
    assert status(session, case_id) is Status.NEW
    assert not store.drafts(session.workspace)
    shown = prefetching.show(session, case_id, ahead=ready)
    assert shown.proposed
    draft = shown.case.draft
    proposed = draft.document.mask.copy()
    assert draft.unsaved
    draft.close()
    kept = opening.open_case(session, case_id).draft
    assert (kept.next_undo, kept.can_redo, kept.unsaved) == ("Proposal", False, False)
    np.testing.assert_array_equal(kept.document.mask, proposed)
    assert (draft.strokes, draft.threshold, draft.next_undo) == (0, 0.5, "Proposal")
    draft.undo()
    assert not draft.document.mask.any()
    by_hand = proposing.propose(session, shown.case)
    draft.propose(by_hand, 0.5)
    np.testing.assert_array_equal(draft.document.mask, proposed)
    np.testing.assert_array_equal(shown.case.proposal.probability, by_hand.probability)
    draft.close()
    plain = prefetching.show(session, case_id)
    np.testing.assert_array_equal(plain.pixels, shown.pixels)
    assert plain.presets == shown.presets
    np.testing.assert_array_equal(plain.case.draft.document.mask, proposed)


@pytest.mark.parametrize("work", ["drawn", "undone", "accepted", "excluded"])
def test_nothing_is_put_into_a_case_that_somebody_worked_on(session: Session, case_id: int, work: str) -> None:
    ready = prefetching.fetch(session, case_id)
    opened = opening.open_case(session, case_id)
    if work in ("drawn", "undone"):
        stroke(opened.draft)
    if work == "undone":
        opened.draft.undo()
    mask = opened.draft.document.mask.copy()
    opened.draft.close()
    if work == "accepted":
        accepting.accept(session, opened, active_seconds=1, wall_seconds=1, empty=True)
    if work == "excluded":
        accepting.exclude(session, case_id, "duplicate")
    before = status(session, case_id)
    shown = prefetching.show(session, case_id, ahead=ready)
    assert not shown.proposed
    np.testing.assert_array_equal(shown.case.draft.document.mask, mask)
    assert status(session, case_id) is before


def test_a_proposal_by_a_version_that_is_no_longer_active_gives_way_to_the_active_ones(
    session: Session, case_id: int, tiny_weights: Path
) -> None:
    ready = prefetching.fetch(session, case_id)
    version = versions.install(session, "lung", tiny_weights, "another one")
    shown = prefetching.show(session, case_id, ahead=ready)
    assert shown.proposed
    assert shown.case.proposal.model_id == version.id != ready.proposal.model_id
    assert shown.case.draft.document.history.newest().facts["model"] == version.id
    assert shown.pixels is ready.pixels


def test_a_picture_whose_file_changed_is_read_again(session: Session, case_id: int, films: Path) -> None:
    ready = prefetching.fetch(session, case_id)
    (films / "film_1.png").write_bytes((films / "film_2.png").read_bytes())
    shown = prefetching.show(session, case_id, ahead=ready)
    assert not shown.proposed
    assert not np.array_equal(shown.pixels, ready.pixels)
    ready = prefetching.fetch(session, case_id)
    (films / "film_1.png").unlink()
    with pytest.raises(Unreadable):
        prefetching.show(session, case_id, ahead=ready)


def test_the_workspace_s_own_copy_needs_no_file(session: Session, case_id: int, films: Path) -> None:
    opened = opening.open_case(session, case_id)
    accepting.accept(session, opened, active_seconds=1, wall_seconds=1, empty=True)
    ready = prefetching.fetch(session, case_id)
    (films / "film_1.png").unlink()
    assert prefetching.show(session, case_id, ahead=ready).pixels is ready.pixels


def test_another_target_takes_the_picture_but_not_the_proposal(session: Session, case_id: int) -> None:
    ready = prefetching.fetch(session, case_id)
    store.set_target(session.workspace, case_id, session.reader, "polyp")
    shown = prefetching.show(session, case_id, ahead=ready)
    assert (shown.proposed, shown.case.target) == (False, "polyp")


def test_a_kept_proposal_is_not_made_twice_and_a_touched_file_is_read_again(
    session: Session, case_id: int, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = prefetching.fetch(session, case_id)
    monkeypatch.setattr(proposing, "model", lambda *_: pytest.fail("proposed again"))
    again = prefetching.fetch(session, case_id)
    np.testing.assert_array_equal(again.proposal.probability, first.proposal.probability)
    os.utime(films / "film_1.png", ns=(1, 1))
    assert not prefetching.holds(session, again)


def test_it_stops_when_asked_and_proposes_only_when_asked(session: Session, case_id: int) -> None:
    asked: list[bool] = []

    def second() -> bool:
        asked.append(True)
        return len(asked) > 1

    with pytest.raises(Cancelled):
        prefetching.fetch(session, case_id, cancelled=second)
    assert prefetching.fetch(session, case_id, propose=False).proposal is None
    assert store.find_proposal(session.workspace, store.case(session.workspace, case_id, "").image_hash, "lung") is None
