"""Format numbers: older ones are upgraded stepwise after a copy, all or nothing; newer ones refused."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from unet_studio.core.errors import Locked, WorkspaceError
from unet_studio.workspace import folder, migrations, store
from unet_studio.workspace.schema import SCHEMA_VERSION


def read(database: Path, query: str) -> list[tuple]:
    connection = sqlite3.connect(database)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A made-up database of format 1 with one row."""
    database = tmp_path / "old.sqlite"
    connection = sqlite3.connect(database)
    connection.executescript("CREATE TABLE masks (name); INSERT INTO masks VALUES ('a'); PRAGMA user_version = 1;")
    connection.close()
    return database


def add_size(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE masks ADD COLUMN size INTEGER NOT NULL DEFAULT 7")


def double_size(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE masks SET size = 2 * size")


def fail(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE masks")
    raise WorkspaceError("the step failed.")


def test_steps_are_taken_one_after_the_other_after_a_copy(old: Path, tmp_path: Path) -> None:
    copy = migrations.upgrade(old, tmp_path / "backups", {1: add_size, 2: double_size}, 3)
    assert read(old, "SELECT name, size FROM masks") == [("a", 14)]
    assert read(old, "PRAGMA user_version") == [(3,)]
    assert copy is not None
    assert copy.parent == tmp_path / "backups"
    assert read(copy, "SELECT * FROM masks") == [("a",)]
    assert read(copy, "PRAGMA user_version") == [(1,)]
    assert migrations.upgrade(old, tmp_path / "backups", {1: add_size, 2: double_size}, 3) is None
    assert len(list((tmp_path / "backups").iterdir())) == 1


def test_a_step_that_fails_undoes_all_of_them(old: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="the step failed"):
        migrations.upgrade(old, tmp_path / "backups", {1: add_size, 2: fail}, 3)
    assert read(old, "SELECT * FROM masks") == [("a",)]
    assert read(old, "PRAGMA user_version") == [(1,)]


def test_a_missing_step_is_one_sentence(old: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="format 2 is not known"):
        migrations.upgrade(old, tmp_path / "backups", {1: add_size}, 3)
    assert read(old, "PRAGMA user_version") == [(1,)]


def test_a_newer_one_is_refused_untouched(old: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="newer"):
        migrations.upgrade(old, tmp_path / "backups", {}, 0)
    assert not (tmp_path / "backups").exists()


def test_format_1_gets_a_table_of_efforts_and_keeps_everything_else(room) -> None:
    saved = room.accept()
    connection = sqlite3.connect(room.ws.database)
    connection.executescript("DROP TABLE efforts; PRAGMA user_version = 1;")
    connection.close()
    assert store.open_workspace(room.ws.folder) == room.ws
    assert read(room.ws.database, "PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert read(room.ws.database, "SELECT id FROM corrections") == [(saved.id,)]
    (copy,) = room.ws.backups.iterdir()
    assert read(copy, "PRAGMA user_version") == [(1,)]
    case_id = store.add_cases(room.ws, [store.NewCase("/pictures/one.png", guess="lung")])[0]
    store.set_image(room.ws, case_id, "f" * 64, 4, 5)
    assert store.case(room.ws, case_id, "Dr. A").effort is None
    for effort in (0.5, 0.25):
        store.save_effort(room.ws, "f" * 64, "lung", "lung-v1", effort)
    store.save_effort(room.ws, "f" * 64, "polyp", "polyp-v1", 0.75)
    assert store.case(room.ws, case_id, "Dr. A").effort == 0.25
    store.set_target(room.ws, case_id, "Dr. A", "polyp")
    assert store.case(room.ws, case_id, "Dr. A").effort == 0.75
    assert store.case(room.ws, case_id, "Dr. B").effort == 0.25


def test_format_3_gets_all_tables_of_a_new_workspace(room) -> None:
    tables = "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
    saved, new = room.accept(), read(room.ws.database, tables)
    connection = sqlite3.connect(room.ws.database)
    connection.executescript("""
        ALTER TABLE cases DROP COLUMN video;
        DROP TABLE others; DROP TABLE looks; DROP TABLE pseudonyms;
        UPDATE cases SET path = '/old/film' || id || '.png';
        UPDATE corrections SET source_name = 'film.png';
        PRAGMA user_version = 3;
    """)
    connection.close()
    assert store.open_workspace(room.ws.folder) == room.ws
    assert read(room.ws.database, "PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert read(room.ws.database, tables) == new
    assert store.correction(room.ws, saved.id).source_name == "film.png"
    names = [store.pseudonym(room.ws, *row) for row in (("one", "a"), ("one", "b"), ("two", "c"), ("one", "a"))]
    assert names == ["P001_I001", "P001_I002", "P002_I001", "P001_I001"]


def test_opening_upgrades_and_waits_for_no_window(room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next format, made up: a column more."""
    saved = room.accept()

    def step(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE corrections ADD COLUMN grade TEXT NOT NULL DEFAULT 'good'")

    newest = SCHEMA_VERSION + 1
    real = migrations.upgrade
    monkeypatch.setattr(folder, "SCHEMA_VERSION", newest)
    monkeypatch.setattr(
        migrations, "upgrade", lambda database, backups: real(database, backups, {SCHEMA_VERSION: step}, newest)
    )
    with store.hold(room.ws, "window", "Dr. A"), pytest.raises(Locked, match=r"Dr\. A"):
        store.open_workspace(room.ws.folder)
    assert store.open_workspace(room.ws.folder) == room.ws
    assert read(room.ws.database, "SELECT id, grade FROM corrections") == [(saved.id, "good")]
    assert read(room.ws.database, "PRAGMA user_version") == [(newest,)]
    (copy,) = room.ws.backups.iterdir()
    assert read(copy, "SELECT id FROM corrections") == [(saved.id,)]
