"""Left out and brought back: what is excluded is not learned from, and comes back as what it was."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from unet_studio.core.case import Status
from unet_studio.core.correction import Correction, QueueState, Side
from unet_studio.core.errors import UserError
from unet_studio.workflow import accepting, comparing, learning, opening, queueing, versions
from unet_studio.workflow.case_rows import case_rows
from unet_studio.workflow.session import Session
from unet_studio.workspace import store

SAID = {QueueState.WITHDRAWN, QueueState.FLAGGED, QueueState.SET_ASIDE}
STATUS = {
    QueueState.QUEUED: Status.QUEUED,
    QueueState.LEARNED: Status.LEARNED,
    QueueState.SET_ASIDE: Status.ASIDE,
    QueueState.FLAGGED: Status.ASIDE,
    QueueState.WITHDRAWN: Status.CORRECTED,
}
Accept = Callable[..., Correction]


def case_id(session: Session, name: str = "film_1.png") -> int:
    return next(case.id for case in opening.cases(session) if case.name == name)


def state(session: Session, one: Correction) -> QueueState:
    return store.correction(session.workspace, one.id).state


def status(session: Session, name: str = "film_1.png") -> Status:
    return store.case(session.workspace, case_id(session, name), session.reader).status


def learned_from(session: Session) -> set[int]:
    return {one.id for one in learning.to_learn(session, learning.request("lung", 60, "cpu", "active", None, False))}


def put(session: Session, one: Correction, wanted: QueueState) -> None:
    """As it comes about: by its reader's word, or by a check or a run."""
    if wanted in SAID:
        queueing.set_queue_state(session, [one.id], wanted)
    else:
        store.set_state(session.workspace, one.id, wanted)


@pytest.mark.parametrize("before", list(QueueState))
def test_excluded_and_brought_back_it_is_what_it_was(
    session: Session, accept: Accept, lungs: list[np.ndarray], before: QueueState
) -> None:
    one, other = accept(1, lungs[0]), accept(2, lungs[1])
    put(session, one, before)
    for reason in ("wrong view", "poor quality"):
        accepting.exclude(session, case_id(session), reason)
    assert (state(session, one), status(session)) == (QueueState.WITHDRAWN, Status.EXCLUDED)
    assert learned_from(session) == {other.id}
    accepting.include(session, case_id(session))
    assert (state(session, one), status(session)) == (before, STATUS[before])
    assert learned_from(session) == ({one.id, other.id} if before in learning.LEARNABLE else {other.id})


@pytest.mark.parametrize("before", list(QueueState))
def test_put_off_and_brought_back_its_correction_is_not_touched(
    session: Session, accept: Accept, lungs: list[np.ndarray], before: QueueState
) -> None:
    one = accept(1, lungs[0])
    put(session, one, before)
    accepting.later(session, case_id(session))
    assert state(session, one) is before
    accepting.include(session, case_id(session))
    assert (state(session, one), status(session)) == (before, STATUS[before])


def test_what_its_reader_says_while_it_is_excluded_stays(
    session: Session, accept: Accept, lungs: list[np.ndarray]
) -> None:
    one, other = accept(1, lungs[0]), accept(2, lungs[1])
    accepting.exclude(session, case_id(session), "wrong view")
    with pytest.raises(UserError, match=r"film_1\.png: its picture is excluded"):
        queueing.set_queue_state(session, [other.id, one.id], QueueState.QUEUED)
    queueing.set_queue_state(session, [one.id], QueueState.WITHDRAWN)
    accepting.include(session, case_id(session))
    assert state(session, one) is QueueState.WITHDRAWN
    queueing.set_queue_state(session, [one.id], QueueState.QUEUED)
    assert state(session, one) is QueueState.QUEUED


def test_what_an_older_program_excluded_comes_back_as_its_reader_said(
    session: Session, accept: Accept, lungs: list[np.ndarray]
) -> None:
    one, other = accept(1, lungs[0]), accept(2, lungs[1])
    queueing.set_queue_state(session, [one.id], QueueState.FLAGGED)
    for number, name in ((one.id, "film_1.png"), (other.id, "film_2.png")):
        store.set_state(session.workspace, number, QueueState.WITHDRAWN)
        store.set_status(session.workspace, case_id(session, name), session.reader, Status.EXCLUDED, "wrong view")
        accepting.include(session, case_id(session, name))
    assert (state(session, one), state(session, other)) == (QueueState.FLAGGED, QueueState.QUEUED)


def test_one_that_an_older_program_learned_from_and_left_in_is_learned_from_no_more(
    session: Session, accept: Accept, lungs: list[np.ndarray]
) -> None:
    one, other = accept(1, lungs[0], side=Side.GATE), accept(2, lungs[1])
    store.set_state(session.workspace, one.id, QueueState.LEARNED)
    store.set_status(session.workspace, case_id(session), session.reader, Status.EXCLUDED, "wrong view")
    assert learned_from(session) == {other.id}
    active = versions.active(session, "lung")
    assert comparing.held_out(session, "lung", active, active) == []


def test_an_excluded_gate_film_compares_no_models(
    session: Session, accept: Accept, lungs: list[np.ndarray], make_version: Callable[..., object]
) -> None:
    one, other = (accept(number, lungs[number - 1], side=Side.GATE) for number in (1, 2))
    for found in (one, other):
        store.set_state(session.workspace, found.id, QueueState.LEARNED)
    active = versions.active(session, "lung")
    accepting.exclude(session, case_id(session), "poor quality")
    assert comparing.held_out(session, "lung", active, active) == [other.id]
    rows = {row.status: row for row in case_rows(session, "lung") if row.accepted_at}
    assert (rows["excluded"].queue, rows["learned"].queue) == ("withdrawn", "learned")
    accepting.include(session, case_id(session))
    assert comparing.held_out(session, "lung", active, active) == [one.id, other.id]


def test_an_accept_that_is_taken_back_leaves_the_exclusion_as_it_was(
    session: Session, accept: Accept, lungs: list[np.ndarray]
) -> None:
    one = accept(1, lungs[0])
    store.set_state(session.workspace, one.id, QueueState.LEARNED)
    accepting.exclude(session, case_id(session), "wrong view")
    accept(1, lungs[1])
    assert status(session) is Status.QUEUED
    accepting.take_back(session, case_id(session))
    assert status(session) is Status.EXCLUDED
    accepting.include(session, case_id(session))
    assert (state(session, one), status(session)) == (QueueState.LEARNED, Status.LEARNED)
