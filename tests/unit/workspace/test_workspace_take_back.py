"""Taking an accept back: status, queue and draft are as they were, and nothing is thrown away."""

from __future__ import annotations

from pathlib import Path

import pytest

from unet_studio.core.case import Status
from unet_studio.core.correction import QueueState
from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import drafts, store

IMAGE = "ab" * 32


def paint(room, *strokes: int) -> None:
    with store.open_journal(room.ws, IMAGE, "lung", room.reader) as journal:
        for stroke in strokes:
            journal.append({"stroke": stroke})


def strokes(room) -> list[int]:
    return [record["stroke"] for record in store.read_records(room.ws, IMAGE, "lung", room.reader).records]


def live(room) -> Path:
    return drafts.live_path(room.ws, drafts.Key(IMAGE, "lung", room.reader))


def take_back(room) -> store.TakenBack:
    return store.take_back(room.ws, room.case_id, room.reader, "lung")


@pytest.mark.parametrize("status", [None, Status.NEW, Status.PROPOSED, Status.CORRECTED, Status.LATER])
def test_status_queue_and_draft_are_as_before(room, status: Status | None) -> None:
    if status is not None:
        store.set_status(room.ws, room.case_id, room.reader, status, "why")
    before = room.case()
    paint(room, 1, 2)
    data = live(room).read_bytes()
    saved = room.accept()
    assert strokes(room) == []
    assert store.drafts(room.ws) == []
    taken = take_back(room)
    assert (taken.correction.id, taken.standing, taken.cases, taken.draft) == (saved.id, None, (room.case_id,), True)
    assert room.case() == before
    assert live(room).read_bytes() == data
    assert strokes(room) == [1, 2]
    assert store.corrections(room.ws, replaced=True) == []
    assert store.queue_length(room.ws) == 0
    assert (store.correction_mask(room.ws, saved.id) == room.mask()).all()


def test_the_older_one_stands_again(room) -> None:
    first = room.accept(0)
    paint(room, 1)
    room.accept(1)
    taken = take_back(room)
    assert taken.standing == first
    assert store.corrections(room.ws) == [first]
    assert room.case().status is Status.QUEUED
    assert strokes(room) == [1]
    assert take_back(room).standing is None
    assert room.case().status is Status.NEW


def test_accept_and_take_back_again_and_again(room) -> None:
    for turn in range(4):
        paint(room, turn)
        room.accept(turn)
        take_back(room)
        assert strokes(room) == list(range(turn + 1))
    saved = room.accept(9)
    assert store.corrections(room.ws) == [saved]


def test_one_that_was_learned_meanwhile_stands_as_learned(room) -> None:
    first = room.accept(0)
    room.accept(1)
    store.mark_learned(room.ws, [first.id], "lung-v2")
    assert take_back(room).standing == store.correction(room.ws, first.id)
    assert room.case().status is Status.LEARNED


def test_one_taken_back_is_learned_from_no_more(room) -> None:
    saved = room.accept()
    take_back(room)
    assert store.correction(room.ws, saved.id).state is QueueState.WITHDRAWN
    store.mark_learned(room.ws, [saved.id], "lung-v2")
    assert store.correction(room.ws, saved.id).state is QueueState.WITHDRAWN
    with pytest.raises(WorkspaceError):
        store.keep(room.ws, saved.id)


def test_strokes_made_since_are_put_away_not_thrown_away(room) -> None:
    paint(room, 1)
    room.accept()
    paint(room, 7)
    take_back(room)
    assert strokes(room) == [1]
    kept = [path.read_text() for path in (room.ws.journals / "archive").iterdir()]
    assert any('"stroke":7' in text for text in kept)


def test_without_a_draft_there_is_none_afterwards(room) -> None:
    room.accept()
    assert not take_back(room).draft
    assert not live(room).exists()


def test_other_readers_are_not_concerned(room) -> None:
    hers = room.accept(reader="Dr. B")
    room.accept()
    take_back(room)
    assert store.corrections(room.ws) == [hers]
    assert room.case(reader="Dr. B").status is Status.QUEUED


def test_copies_of_the_picture_follow(room) -> None:
    copy = room.add("copy.png", IMAGE)
    store.set_status(room.ws, copy, room.reader, Status.PROPOSED)
    room.accept()
    assert set(take_back(room).cases) == {room.case_id, copy}
    assert (room.case().status, room.case(copy).status) == (Status.NEW, Status.PROPOSED)


def test_nothing_accepted_is_one_sentence(room) -> None:
    with pytest.raises(WorkspaceError, match="nothing is accepted"):
        take_back(room)


def test_an_accept_that_died_before_the_draft_was_put_away_is_finished(room, monkeypatch: pytest.MonkeyPatch) -> None:
    paint(room, 1)
    monkeypatch.setattr(drafts, "put_away", lambda *_: None)
    room.accept()
    monkeypatch.undo()
    assert live(room).is_file()
    assert store.drafts(room.ws) == []
    assert not live(room).exists()
    take_back(room)
    assert strokes(room) == [1]


def test_a_take_back_that_died_halfway_leaves_the_accept_standing(room, monkeypatch: pytest.MonkeyPatch) -> None:
    paint(room, 1)
    saved = room.accept()
    from unet_studio.workspace import queue

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(queue, "_restore_statuses", die)
    with pytest.raises(KeyboardInterrupt):
        take_back(room)
    monkeypatch.undo()
    assert store.corrections(room.ws) == [saved]
    assert room.case().status is Status.QUEUED
    assert store.drafts(room.ws) == []
    take_back(room)
    assert strokes(room) == [1]
