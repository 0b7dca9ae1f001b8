"""Slips set aside on the way into the queue, and what answers do."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.conftest import write_films
from unet_studio.core.case import Status
from unet_studio.core.correction import QueueState
from unet_studio.workflow import accepting, importing, opening, proposing, queueing, slips
from unet_studio.workflow.session import Session
from unet_studio.workspace import store

COUNT = 8


@pytest.fixture
def many(tmp_path: Path) -> tuple[Path, list[np.ndarray]]:
    return tmp_path / "many", write_films(tmp_path / "many", COUNT)


def queue(session: Session, many: tuple[Path, list[np.ndarray]], masks: list[np.ndarray]) -> importing.QueueReport:
    """Bring films and masks into the queue."""
    folder = many[0].parent / "masks"
    folder.mkdir(exist_ok=True)
    for number, mask in enumerate(masks, start=1):
        cv2.imwrite(str(folder / f"film_{number}.png"), mask * 255)
    return importing.queue_add(session, "lung", many[0], folder)


def states(session: Session) -> dict[str, QueueState]:
    return {one.source_name: one.state for one in queueing.queue(session, "lung")}


def test_masks_without_proposals_get_them_and_the_slip_waits(session: Session, many) -> None:
    masks = list(many[1])
    masks[4] = np.roll(masks[4], 60, 0)
    masks[6] = np.zeros_like(masks[6])
    report = queue(session, many, masks)
    found = states(session)
    assert [name for name, state in found.items() if state is QueueState.SET_ASIDE] == ["film_5.png", "film_7.png"]
    assert len(report.aside) == 2
    questions = slips.asked(session)
    assert set(questions) == set(report.aside)
    assert len(set(questions.values())) == 2
    aside = [case.name for case in opening.cases(session) if case.status is Status.ASIDE]
    assert aside == ["film_5.png", "film_7.png"]
    assert not any(one.model_id for one in queueing.queue(session, "lung"))  # no person began from these Proposals


def test_answers_are_final(session: Session, many) -> None:
    masks = list(many[1])
    masks[4] = np.roll(masks[4], 60, 0)
    masks[6] = np.zeros_like(masks[6])
    shifted, empty = queue(session, many, masks).aside
    queueing.set_queue_state(session, [shifted], QueueState.QUEUED)
    queueing.set_queue_state(session, [empty], QueueState.WITHDRAWN)
    assert not slips.check(session, "lung", session.reader).cases
    assert store.correction(session.workspace, shifted).state is QueueState.QUEUED
    assert store.correction(session.workspace, empty).state is QueueState.WITHDRAWN
    assert slips.asked(session) == {}


def test_a_convention_is_none_and_brings_back_what_was_asked_before(session: Session, many) -> None:
    one_lung = [mask.copy() for mask in many[1]]
    for mask in one_lung[4:]:
        mask[:, : mask.shape[1] // 2] = 0
    report = queue(session, many, one_lung)
    assert report.aside == ()  # four of eight share it
    usual = [*many[1][:7], one_lung[7]]
    assert len(queue(session, many, usual).aside) == 0 or states(session)["film_8.png"] is QueueState.SET_ASIDE
    assert states(session)["film_8.png"] is QueueState.SET_ASIDE
    assert queue(session, many, one_lung).added == 3
    assert states(session)["film_8.png"] is QueueState.QUEUED


def test_a_confirmed_empty_is_no_slip_and_one_from_elsewhere_is(session: Session, films: Path) -> None:
    cases = [case for case in opening.cases(session) if case.name.startswith("film")]
    case = opening.open_case(session, cases[0].id, "lung")
    proposing.propose(session, case)
    accepting.accept(session, case, active_seconds=1, wall_seconds=1, empty=True)
    assert states(session) == {"film_1.png": QueueState.QUEUED}
    blank = films.parent / "blank"
    blank.mkdir()
    cv2.imwrite(str(blank / "film_2.png"), np.zeros((200, 160), np.uint8))
    importing.queue_add(session, "lung", films, blank)
    assert states(session)["film_2.png"] is QueueState.SET_ASIDE


def test_a_new_correction_takes_the_place_of_a_slip(session: Session, many) -> None:
    masks = list(many[1])
    masks[4] = np.roll(masks[4], 60, 0)
    (slip,) = queue(session, many, masks).aside
    report = queue(session, many, many[1])
    assert report.added == 1
    assert states(session)["film_5.png"] is QueueState.QUEUED
    assert store.correction(session.workspace, slip).replaced_by == report.ids[0]
    assert slips.asked(session) == {}


def test_without_a_model_nothing_looks_like_a_slip(session: Session, many, monkeypatch) -> None:
    from unet_studio.core.errors import ModelError

    def missing(*_about: object) -> None:
        raise ModelError("lung-v1: its weights are missing; put them back.")

    monkeypatch.setattr(proposing, "model", missing)
    report = queue(session, many, [np.zeros_like(mask) for mask in many[1]])
    assert (report.added, report.aside, report.problems) == (COUNT, (), ())


def test_a_workspace_of_an_older_program_is_made_up_for(session: Session, many) -> None:
    from unet_studio.workflow import likenesses
    from unet_studio.workspace.database import writing

    masks = list(many[1])
    masks[4] = np.roll(masks[4], 60, 0)
    (slip,) = queue(session, many, masks).aside
    with writing(session.workspace) as connection:
        connection.execute("DELETE FROM checks")
        connection.execute("DELETE FROM likenesses")
        connection.execute("UPDATE corrections SET state = 'queued'")
    assert likenesses.complete(session) == COUNT
    assert likenesses.complete(session) == 0
    slips.measure_all(session)
    assert len(store.checks(session.workspace)) == COUNT
    assert states(session)["film_5.png"] is QueueState.QUEUED  # measured, and nothing was asked yet
    slips.check(session, "lung", session.reader)
    assert store.correction(session.workspace, slip).state is QueueState.SET_ASIDE


def test_an_answer_in_the_queue_answers_for_others_of_its_kind(session: Session, many) -> None:
    masks = list(many[1])
    for place in (4, 6):
        masks[place] = masks[place].copy()
        masks[place][:, : masks[place].shape[1] // 2] = 0
    one, other = queue(session, many, masks).aside
    queueing.set_queue_state(session, [one], QueueState.QUEUED)
    assert store.correction(session.workspace, other).state is QueueState.QUEUED
    assert slips.asked(session) == {}
