"""When a run is due: what is new counts, on either side, once there is something to be learned from."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from unet_studio.core.correction import QueueState, Side
from unet_studio.core.model_version import Mode
from unet_studio.workflow import auto, queue_list, versions
from unet_studio.workflow.auto import Auto
from unet_studio.workflow.session import Session
from unet_studio.workspace import store


@pytest.fixture
def accept(session: Session) -> Iterator:
    """Accepts a Mask of a made-up picture on a chosen side."""
    count = iter(range(1, 1000))

    def save(side: Side = Side.TRAIN, target: str = "lung") -> store.NewCorrection:
        number = next(count)
        image = f"{number:064x}"
        store.keep_image(session.workspace, image, b"pixels", ".png", {})
        group = next(
            name for name in (f"patient {number} {turn}" for turn in range(999))
            if store.side_of(session.workspace, store.group_hash(session.workspace, name)) is side
        )  # fmt: skip
        new = store.NewCorrection(image, target, session.reader, np.ones((4, 4), np.uint8), group=group)
        return store.save_correction(session.workspace, new)

    return save


def test_eight_new_ones_are_enough_whichever_side_they_are_on(session: Session, accept) -> None:
    assert auto.auto(session) == Auto(on=True, after=8)
    for number in range(7):
        accept(Side.GATE if number % 3 == 2 else Side.TRAIN)
        assert auto.due(session) == ""
    last = accept(Side.GATE)
    assert auto.due(session) == "lung"
    for state in (QueueState.SET_ASIDE, QueueState.FLAGGED, QueueState.WITHDRAWN):
        store.set_state(session.workspace, last.id, state)
        assert auto.due(session) == ""


def test_nothing_begins_before_one_is_to_be_learned_from(session: Session, accept) -> None:
    auto.set_auto(session, Auto(on=True, after=2))
    accept(), auto.begun(session, "lung")
    accept(Side.GATE), accept(Side.GATE), accept(Side.GATE)
    assert auto.due(session) == ""
    accept()
    assert auto.due(session) == "lung"


def test_what_a_run_has_seen_is_not_new(session: Session, accept) -> None:
    auto.set_auto(session, Auto(on=True, after=2))
    accept(), accept()
    assert len(auto.new(session, "lung")) == 2
    auto.begun(session, "lung")
    assert (auto.new(session, "lung"), auto.due(session)) == ([], "")
    accept()
    accept(target="polyp")
    assert auto.due(session) == ""
    accept(target="polyp")
    assert auto.due(session) == "polyp"


def test_switched_off_frozen_or_undecided_nothing_begins(session: Session, accept, monkeypatch) -> None:
    auto.set_auto(session, Auto(on=True, after=1))
    accept()
    assert auto.due(session) == "lung"
    auto.set_auto(session, Auto(on=False, after=1))
    assert auto.due(session) == ""
    auto.set_auto(session, Auto(on=True, after=1))
    versions.set_mode(session, "lung", Mode.FROZEN)
    assert auto.due(session) == ""
    versions.set_mode(session, "lung", Mode.ASK)
    monkeypatch.setattr(versions, "undecided", lambda _session, target: [SimpleNamespace(id="lung-v2")])
    assert auto.due(session) == ""
    with pytest.raises(ValueError, match="0"):
        auto.set_auto(session, Auto(on=True, after=0))


def test_rows_begin_with_what_waits_for_an_answer(session: Session, accept) -> None:
    first, second, third = accept(), accept(), accept()
    store.set_state(session.workspace, first.id, QueueState.SET_ASIDE)
    store.withdraw(session.workspace, third.id)
    assert [row.correction.id for row in queue_list.rows(session)] == [first.id, third.id, second.id]


def test_a_second_reader_sees_no_mask_before_accepting_one(session: Session, accept) -> None:
    from dataclasses import replace

    accept()
    assert queue_list.rows(session)[0].outlined
    assert not queue_list.rows(replace(session, reader="Dr Other"))[0].outlined
