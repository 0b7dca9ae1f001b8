"""No name of a patient stands in a Workspace, but for the linking table: paths and file names are numbers elsewhere."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from unet_studio.core.case import Status
from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import linking, migrations, store
from unet_studio.workspace.schema import SCHEMA_VERSION

CANARY = "ZYX_CANARY_19500101"


def hits(folder: Path, linked: bool = False) -> list[str]:
    """Files with the canary in their bytes or names; the linking table's only if asked for."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and path.name.startswith(linking.FILE) == linked:
            data = path.read_bytes()
            if CANARY.encode() in data or CANARY.encode("utf-16-le") in data or CANARY in path.name:
                found.append(path.name)
    return found


def test_paths_and_names_stand_in_the_linking_table_alone(room) -> None:
    folder = f"/archive/{CANARY}"
    bad = f"{CANARY}.dcm is cut short; copy it again"
    ids = store.add_cases(
        room.ws,
        [store.NewCase(f"{folder}/{CANARY}.png", guess="lung"), store.NewCase(f"{folder}/{CANARY}.dcm", error=bad)],
    )
    store.set_image(room.ws, ids[0], "ab" * 32, 37, 53)
    saved = room.accept(source_name=f"{CANARY}.png", case_id=ids[0])
    imported = room.accept(source_name=f"{CANARY}-2.png", reader="Dr. B")
    store.set_status(room.ws, ids[0], "Dr. A", Status.UNREADABLE, f"{folder}/{CANARY}.png is not there")
    assert hits(room.ws.folder) == []
    assert hits(room.ws.folder, linked=True) == [linking.FILE]
    # and everything reads as before
    assert saved.source_name == f"{CANARY}.png"
    assert imported.source_name == f"{CANARY}-2.png"
    first, second = room.case(ids[0]), room.case(ids[1])
    assert (first.path, first.name) == (f"{folder}/{CANARY}.png", f"{CANARY}.png")
    assert second.reason == bad
    assert [one.source_name for one in store.corrections(room.ws)] == [f"{CANARY}.png", f"{CANARY}-2.png"]


def test_without_the_linking_table_everything_but_names_is_there(room) -> None:
    saved = room.accept(case_id=1)
    (room.ws.folder / linking.FILE).unlink()
    case = room.case(1)
    assert (case.path, case.name, case.status) == ("", "file 1", Status.QUEUED)
    assert store.correction(room.ws, saved.id).source_name == "file 1"
    assert store.correction_mask(room.ws, saved.id).any()


def test_the_same_path_keeps_its_number(room) -> None:
    one, two, again = linking.number(room.ws, ["/a/b.png", "/a/c.png", "/a/b.png"])
    assert (one, linking.numbered(room.ws, "/a/c.png")) == (again, two)
    assert linking.numbered(room.ws, "/a/d.png") is None
    odd = "/a/caf\udce9.png"  # bytes that are no text
    assert linking.paths(room.ws, linking.number(room.ws, [odd])) == {two + 1: odd}
    many = [f"/many/{number}.png" for number in range(linking.MANY + 5)]
    assert list(linking.paths(room.ws, linking.number(room.ws, many)).values())[-len(many) :] == many


def test_a_database_that_is_gone_gets_no_linking_table(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="not there any more"):
        linking.number(store.Workspace(tmp_path, ""), ["/a"])
    assert list(tmp_path.iterdir()) == []


def test_an_older_database_gives_its_names_up(room) -> None:
    saved = room.accept(case_id=1)
    connection = sqlite3.connect(room.ws.database)
    connection.executescript(f"""
        ALTER TABLE cases DROP COLUMN video;
        UPDATE cases SET path = '/old/{CANARY}.png', error = '{CANARY}.png is damaged';
        UPDATE corrections SET source_name = '{CANARY}.png';
        INSERT INTO settings (name, value) VALUES ('user:spans', '{{"/old/{CANARY}.png": [1, 2, 1]}}');
        PRAGMA user_version = 2;
        PRAGMA wal_checkpoint(TRUNCATE);
    """)
    connection.close()
    assert store.open_workspace(room.ws.folder) == room.ws
    case = room.case(1)
    assert (case.path, case.reason) == (f"/old/{CANARY}.png", f"{CANARY}.png is damaged")
    assert store.correction(room.ws, saved.id).source_name == f"{CANARY}.png"
    (copy,) = room.ws.backups.iterdir()
    assert hits(room.ws.folder) == [copy.name]  # the copy of what was before, which the reader may delete
    assert migrations.format_of(sqlite3.connect(room.ws.database)) == SCHEMA_VERSION
