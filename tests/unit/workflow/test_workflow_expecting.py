"""Efforts of pictures that nobody opened: kept beside the picture, and nothing else is changed by asking for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from unet_studio.core.case import Status
from unet_studio.core.errors import Cancelled, Unreadable
from unet_studio.workflow import expecting, opening, proposing, versions
from unet_studio.workflow.session import Session
from unet_studio.workspace import store


def ids(session: Session) -> list[int]:
    return [case.id for case in opening.cases(session) if case.name.startswith("film")]


def test_the_effort_is_kept_and_the_case_stays_new(session: Session) -> None:
    first, second, _third = ids(session)
    changes = expecting.expect(session, second)
    assert second in changes.cases
    efforts = {case.id: case.effort for case in opening.cases(session)}
    assert 0.0 <= efforts[second] <= 1.0
    assert efforts[first] is None
    assert store.case(session.workspace, second, session.reader).status is Status.NEW
    assert not store.drafts(session.workspace)


def test_it_is_the_effort_that_the_open_picture_is_given(session: Session) -> None:
    from unet_studio.workflow import doubting

    one = ids(session)[0]
    expecting.expect(session, one)
    before = store.case(session.workspace, one, session.reader).effort
    case = opening.open_case(session, one)
    for _look in doubting.second_look(session, case, proposing.propose(session, case)):
        pass
    assert store.case(session.workspace, one, session.reader).effort == before
    case.draft.close()


def test_known_ones_are_passed_by_in_the_order_given_until_another_model_is_active(
    session: Session, tiny_weights: Path
) -> None:
    first, second, third = ids(session)
    assert expecting.next_unknown(session, [third, first, second]) == third
    for case_id in (third, first, second):
        expecting.expect(session, case_id)
    assert expecting.next_unknown(session, [third, first, second]) is None
    versions.install(session, "lung", tiny_weights, "the same once more")
    assert expecting.next_unknown(session, [second, first]) == second


def test_pictures_in_work_or_done_are_not_asked_about(session: Session) -> None:
    first, second, third = ids(session)
    store.set_status(session.workspace, first, session.reader, Status.CORRECTED)
    store.set_status(session.workspace, second, session.reader, Status.EXCLUDED, "duplicate")
    assert expecting.next_unknown(session, [first, second, third, 999]) == third


def test_it_stops_where_it_is_asked_to(session: Session) -> None:
    one = ids(session)[0]
    asked: list[bool] = []

    def after_six() -> bool:
        asked.append(True)
        return len(asked) > 6

    with pytest.raises(Cancelled):
        expecting.expect(session, one, cancelled=after_six)
    assert store.case(session.workspace, one, session.reader).effort is None


def test_a_file_that_is_gone_is_said(session: Session) -> None:
    one = ids(session)[0]
    Path(store.case(session.workspace, one, session.reader).path).unlink()
    with pytest.raises(Unreadable):
        expecting.expect(session, one)
