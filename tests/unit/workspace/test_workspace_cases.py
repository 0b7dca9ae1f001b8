"""The worklist: adding, statuses per reader and Target, pictures that change."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from unet_studio.core.case import Status
from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import store
from unet_studio.workspace.text import from_row, plain, to_row


def test_rows_come_back_in_order_and_only_once(room) -> None:
    new = [store.NewCase("/v/clip.dcm", frame, 3) for frame in range(3)] + [store.NewCase("/v/a.png")]
    ids = store.add_cases(room.ws, new)
    assert store.add_cases(room.ws, reversed(new)) == ids[::-1]
    seen = store.cases(room.ws, "anyone")
    assert [case.id for case in seen] == [room.case_id, *ids]
    assert [case.name for case in seen[1:]] == ["clip.dcm (1/3)", "clip.dcm (2/3)", "clip.dcm (3/3)", "a.png"]
    assert {case.status for case in seen} == {Status.NEW}


def test_adding_again_changes_nothing(room) -> None:
    store.set_status(room.ws, room.case_id, "a", Status.EXCLUDED, "duplicate")
    before = store.cases(room.ws, "a")
    store.add_cases(room.ws, [store.NewCase("/films/film.png", 0, 9, "polyp", "broken")])
    assert store.cases(room.ws, "a") == before


def test_an_unreadable_file_is_a_row_with_its_reason(room) -> None:
    (bad,) = store.add_cases(room.ws, [store.NewCase("/films/x.dcm", error="x.dcm: cut short; copy it again.")])
    assert room.case(bad).status is Status.UNREADABLE
    assert room.case(bad, "b").reason == "x.dcm: cut short; copy it again."
    store.add_cases(room.ws, [store.NewCase("/films/x.dcm", 0, 2)])
    assert (room.case(bad).status, room.case(bad).frames, room.case(bad).reason) == (Status.NEW, 2, "")
    store.set_status(room.ws, bad, "b", Status.UNREADABLE, "gone.")
    assert room.case(bad, "c").reason == "gone."
    store.set_image(room.ws, bad, "ef" * 32, 10, 20)
    assert room.case(bad).status is Status.NEW


def test_each_reader_has_their_own_statuses(room) -> None:
    store.set_status(room.ws, room.case_id, "a", Status.LATER)
    store.set_status(room.ws, room.case_id, "b", Status.EXCLUDED, "wrong view")
    assert (room.case(reader="a").status, room.case(reader="a").reason) == (Status.LATER, "")
    assert (room.case(reader="b").status, room.case(reader="b").reason) == (Status.EXCLUDED, "wrong view")
    assert room.case(reader="c").status is Status.NEW
    assert store.readers(room.ws) == ["a", "b"]


def test_each_target_has_its_own_status(room) -> None:
    store.set_status(room.ws, room.case_id, "a", Status.PROPOSED)
    store.set_target(room.ws, room.case_id, "a", "polyp")
    assert (room.case(reader="a").target, room.case(reader="a").status) == ("polyp", Status.NEW)
    assert (room.case(reader="b").target, room.case(reader="b").status) == ("lung", Status.NEW)
    store.set_targets(room.ws, [room.case_id, room.case_id], "a", "lung")
    assert room.case(reader="a").status is Status.PROPOSED


@pytest.mark.parametrize("status", [Status.EXCLUDED, Status.LATER])
def test_what_is_said_of_the_picture_goes_along_to_another_target(room, status: Status) -> None:
    store.set_status(room.ws, room.case_id, "a", status, "other")
    store.set_target(room.ws, room.case_id, "a", "polyp")
    assert (room.case(reader="a").status, room.case(reader="a").reason) == (status, "other")
    store.set_status(room.ws, room.case_id, "a", Status.NEW)
    assert room.case(reader="a").status is Status.NEW


def test_a_status_set_before_the_target_was_guessed_stays(room) -> None:
    (case_id,) = store.add_cases(room.ws, [store.NewCase("/films/y.png")])
    store.set_status(room.ws, case_id, "a", Status.LATER)
    store.set_image(room.ws, case_id, "ef" * 32, 10, 20, guess="lung")
    assert (room.case(case_id, "a").target, room.case(case_id, "a").status) == ("lung", Status.LATER)
    store.set_status(room.ws, case_id, "a", Status.PROPOSED)
    assert room.case(case_id, "a").status is Status.PROPOSED


def test_size_and_hash_are_kept_and_shared_by_copies(room) -> None:
    second = room.add("copy.png", room.case().image_hash)
    assert (room.case(second).rows, room.case(second).columns) == (37, 53)
    assert store.cases_of_image(room.ws, room.case().image_hash) == [room.case_id, second]


def test_a_changed_file_begins_anew_unless_it_was_corrected(room) -> None:
    store.set_status(room.ws, room.case_id, "a", Status.PROPOSED)
    store.set_image(room.ws, room.case_id, "ef" * 32, 5, 6)
    assert (room.case(reader="a").status, room.case().rows) == (Status.NEW, 5)
    other = room.add("other.png", "cd" * 32)
    room.accept(image_hash="cd" * 32)
    with pytest.raises(WorkspaceError, match="has changed"):
        store.set_image(room.ws, other, "ef" * 32, 5, 6)
    assert (room.case(other).image_hash, room.case(other).status) == ("cd" * 32, Status.QUEUED)


def test_an_unknown_case_is_one_sentence(room) -> None:
    for call in (
        lambda: store.case(room.ws, 999, "a"),
        lambda: store.set_status(room.ws, 999, "a", Status.LATER),
        lambda: store.set_target(room.ws, 999, "a", "lung"),
        lambda: store.set_image(room.ws, 999, "ef" * 32, 1, 1),
    ):
        with pytest.raises(WorkspaceError, match="Case 999"):
            call()


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes only there")
def test_names_that_are_not_utf8_survive(room) -> None:
    path = os.fsdecode(b"/films/M\xfcller.dcm")
    ids = store.add_cases(room.ws, [store.NewCase(path), store.NewCase(Path(path))])
    assert ids[0] == ids[1]
    assert room.case(ids[0]).path == path
    assert room.case(ids[0]).name == "M?ller.dcm"
    assert from_row(to_row(path)) == path
    assert plain("Müller") == "Müller"


def test_frames_that_come_later_stand_beside_their_file(room) -> None:
    store.add_cases(room.ws, [store.NewCase("/films/a.mp4", 0, 60, video=True), store.NewCase("/films/b.png")])
    store.add_cases(room.ws, [store.NewCase("/films/a.mp4", 41, 60, video=True)])
    store.add_cases(room.ws, [store.NewCase("/films/a.mp4", 16, 60, video=True)])
    found = [(case.name, case.frame) for case in store.cases(room.ws, room.reader)]
    assert found[1:] == [("a.mp4 (1/60)", 0), ("a.mp4 (17/60)", 16), ("a.mp4 (42/60)", 41), ("b.png", 0)]
