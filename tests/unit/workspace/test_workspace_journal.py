"""The journal: what was appended comes back; what is torn or damaged is dropped, said and kept."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import atomic, drafts, journal, store

IMAGE = "ab" * 32
KEY = journal.Key(IMAGE, "lung", "Dr. A")
RECORDS = [{"kind": "brush", "n": number, "patch": "x" * number} for number in range(20)]


def fill(room, records: list[dict]) -> Path:
    with store.open_journal(room.ws, IMAGE, "lung", "Dr. A") as opened:
        for record in records:
            opened.append(record)
    return drafts.live_path(room.ws, KEY)


def read(room) -> journal.Contents:
    return store.read_records(room.ws, IMAGE, "lung", "Dr. A")


def test_what_was_appended_comes_back_over_many_openings(room) -> None:
    for record in RECORDS:
        fill(room, [record])
    assert read(room) == journal.Contents(KEY, RECORDS, 0)
    assert store.drafts(room.ws) == [store.Draft(IMAGE, "lung", "Dr. A", 20, 0)]
    assert store.drafts(room.ws, "Dr. B") == []


def test_looking_at_a_picture_leaves_no_file(room) -> None:
    fill(room, [])
    assert not room.ws.journals.exists()
    assert read(room) == journal.Contents(KEY, [], 0)
    assert store.drafts(room.ws) == []


def test_names_of_files_tell_nothing(room) -> None:
    path = fill(room, RECORDS)
    assert "lung" not in path.name
    assert "Dr" not in path.name
    assert IMAGE[:8] not in path.name


@settings(deadline=None, max_examples=15)
@given(st.lists(st.dictionaries(st.text(), st.integers() | st.text() | st.none() | st.booleans()), max_size=6))
def test_any_json_record_survives(tmp_path_factory: pytest.TempPathFactory, records: list[dict]) -> None:
    path = tmp_path_factory.mktemp("journal") / "a.jsonl"
    with journal.Journal(path, KEY) as opened:
        for record in records:
            opened.append(record)
    if records:
        assert journal.read_file(path) == journal.Contents(KEY, records, 0)


def test_every_torn_tail_leaves_the_whole_records_before_it(room) -> None:
    path = fill(room, RECORDS[:4])
    data = path.read_bytes()
    ends = [at + 1 for at, byte in enumerate(data) if byte == ord("\n")]
    for size in range(len(data)):
        path.write_bytes(data[:size])
        whole = max(sum(end <= size for end in ends) - 1, 0)
        found = read(room)
        assert found.records == RECORDS[:whole]
        assert found.dropped == size - max([end for end in ends if end <= size], default=0)


def test_work_goes_on_after_a_torn_tail_and_the_torn_file_is_kept(room) -> None:
    path = fill(room, RECORDS[:3])
    torn = path.read_bytes()[:-5]
    path.write_bytes(torn)
    fill(room, [{"after": 1}])
    assert read(room).records == [*RECORDS[:2], {"after": 1}]
    (kept,) = (room.ws.journals / "archive").iterdir()
    assert kept.read_bytes() == torn


def test_a_file_without_a_whole_header_begins_anew(room) -> None:
    path = fill(room, RECORDS)
    path.write_bytes(path.read_bytes()[:10])
    assert read(room).dropped == 10
    fill(room, [{"after": 1}])
    assert read(room) == journal.Contents(KEY, [{"after": 1}], 0)


def test_a_lost_doubled_or_moved_line_is_noticed(room) -> None:
    path = fill(room, RECORDS[:5])
    lines = path.read_bytes().splitlines(keepends=True)
    for changed in (lines[:2] + lines[3:], lines[:3] + lines[2:], [*lines[:2], lines[3], lines[2], *lines[4:]]):
        path.write_bytes(b"".join(changed))
        assert read(room).records == RECORDS[: 2 if len(changed) > 6 else 1]
        assert read(room).dropped > 0


def test_a_newer_format_is_refused_and_left_alone(room) -> None:
    path = fill(room, RECORDS)
    line, _ = journal._line({"format": 2}, 0)
    path.write_bytes(line)
    for call in (read, lambda room: fill(room, RECORDS)):
        with pytest.raises(WorkspaceError, match="newer U-Net Studio"):
            call(room)
    assert store.drafts(room.ws) == []
    assert path.read_bytes() == line


def test_a_foreign_file_is_refused(room) -> None:
    path = fill(room, RECORDS)
    path.write_bytes(journal._line({"some": "thing"}, 0)[0])
    with pytest.raises(WorkspaceError, match="not a journal"):
        read(room)


def test_rewriting_replaces_all_while_open_and_while_closed(room) -> None:
    opened = store.open_journal(room.ws, IMAGE, "lung", "Dr. A")
    for record in RECORDS:
        opened.append(record)
    opened.rewrite(RECORDS[-2:])
    opened.append({"after": 1})
    opened.close()
    assert read(room).records == [*RECORDS[-2:], {"after": 1}]
    store.rewrite_journal(room.ws, IMAGE, "lung", "Dr. A", [{"only": 1}])
    assert read(room).records == [{"only": 1}]


def test_clearing_puts_it_into_the_archive(room) -> None:
    data = fill(room, RECORDS).read_bytes()
    archived = store.clear_journal(room.ws, IMAGE, "lung", "Dr. A")
    assert archived is not None
    assert archived.read_bytes() == data
    assert read(room).records == []
    assert store.clear_journal(room.ws, IMAGE, "lung", "Dr. A") is None


def test_the_disk_is_asked_at_most_once_a_second(room, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr(atomic, "sync_file", calls.append)
    opened = store.open_journal(room.ws, IMAGE, "lung", "Dr. A")
    opened.append(RECORDS[0])
    opened.flush()
    for record in RECORDS[1:]:
        opened.append(record)
        opened.flush()
    assert len(calls) == 1
    opened.flush(force=True)
    opened.flush(force=True)
    assert len(calls) == 2
    monkeypatch.setattr(journal, "SYNC_SECONDS", 0.0)
    opened.append({})
    opened.flush()
    opened.close()
    opened.close()
    opened.flush()
    assert len(calls) == 3
    with pytest.raises(ValueError, match="closed"):
        opened.append({})


def test_appended_records_are_in_the_file_before_any_flush(room) -> None:
    opened = store.open_journal(room.ws, IMAGE, "lung", "Dr. A")
    opened.append(RECORDS[0])
    assert read(room).records == RECORDS[:1]
    opened.close()


def test_what_is_no_json_is_refused_and_leaves_the_file_alone(room) -> None:
    with store.open_journal(room.ws, IMAGE, "lung", "Dr. A") as opened:
        opened.append(RECORDS[0])
        for bad in ({"a": float("nan")}, {"a": b"bytes"}):
            with pytest.raises((TypeError, ValueError)):
                opened.append(bad)
        opened.append(RECORDS[1])
    assert read(room).records == RECORDS[:2]


def test_the_lines_are_plain_text(room) -> None:
    header, first = fill(room, RECORDS[:1]).read_text().splitlines()
    assert json.loads(header[9:]) == {"format": 1, "image": IMAGE, "target": "lung", "reader": "Dr. A"}
    assert json.loads(first[9:]) == RECORDS[0]
    assert os.linesep not in first
