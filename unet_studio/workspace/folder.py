"""Opening a Workspace: its folder, its id, its format numbers."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import time
from pathlib import Path

from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import atomic, filesystem, lock, migrations
from unet_studio.workspace.database import BUSY_SECONDS, is_busy, patiently, session
from unet_studio.workspace.layout import DATABASE, FACTS, Workspace
from unet_studio.workspace.schema import SCHEMA_VERSION

FORMAT = 1  # of the folder's layout
_WAL_HEADER = b"\2\2"  # bytes 18 and 19 of a database in WAL mode

__all__ = ["FORMAT", "Workspace", "default_folder", "open_workspace"]


def default_folder() -> Path:
    """The Workspace of this user in the local profile (never the roaming one)."""
    import platformdirs

    return Path(platformdirs.user_data_dir("unet-studio", appauthor=False, roaming=False)) / "workspace"


def open_workspace(path: Path | None = None, *, create: bool = True) -> Workspace:
    """Open the Workspace in `path` (None: the user's own), or make one there.

    Safe while other processes open, make or use the same one. Raises WorkspaceError, one sentence: nothing there
    and `create` is false, no permission, disk full, damaged, or written by a newer program.
    """
    folder = Path(os.path.abspath(path if path is not None else default_folder()))  # noqa: PTH100
    facts = _read_facts(folder / FACTS)
    database = folder / DATABASE
    if not database.is_file():
        _refuse_to_start_anew(folder, facts is not None, create)
        _make_folder(folder)
    found = _prepare(database, is_new=facts is None)
    if found < SCHEMA_VERSION:
        _upgrade(Workspace(folder, ""))
    workspace = Workspace(folder, _id_of(database))
    if facts is None or facts.get("id") != workspace.id:
        atomic.write_json(folder / FACTS, {"format": FORMAT, "id": workspace.id, "program": "U-Net Studio"})
    return workspace


def _read_facts(path: Path) -> dict[str, object] | None:
    """What workspace.json says; None where there is none (yet). Refuses a newer folder."""
    if not path.is_file():
        return None
    try:
        facts = json.loads(atomic.read_bytes(path))
        number = int(facts["format"])
    except (ValueError, KeyError, TypeError):
        return {}  # the database knows the same facts and has its own format number
    migrations.refuse_newer(path, number, FORMAT)
    return dict(facts)


def _refuse_to_start_anew(folder: Path, is_workspace: bool, create: bool) -> None:
    """An empty database beside a Workspace's masks would hide them all: never make one."""
    if is_workspace:
        raise WorkspaceError(
            f"{folder / DATABASE}: the database is missing; put back a copy from {folder / 'backups'}."
        )
    if not create:
        raise WorkspaceError(f"{folder}: there is no workspace here; check the folder's name.")


def _make_folder(folder: Path) -> None:
    try:
        atomic.make_folder(folder)
    except OSError as error:
        raise atomic.refusal(folder, error) from error


def _prepare(database: Path, *, is_new: bool) -> int:
    """Set the journal mode that the file system allows and make missing tables; returns the format number found."""
    network = filesystem.is_network(database.parent)
    if network:
        _leave_wal(database)
    with session(database, create=is_new) as connection:
        if not network:
            patiently(connection, "PRAGMA journal_mode = WAL")
        if is_new:
            migrations.create_tables(connection)
        found = migrations.format_of(connection)
    if found == 0:
        raise WorkspaceError(f"{database}: the database is damaged; put back a copy from the backups folder.")
    migrations.refuse_newer(database, found)
    return found


def _leave_wal(database: Path) -> None:
    """Switch a database over that was moved to a network folder; the WAL file is read without shared memory.

    Two that try at once each keep the other out, so each lets go before it tries again.
    """
    until = time.monotonic() + BUSY_SECONDS
    while _is_wal(database):
        with session(database) as connection:
            connection.execute("PRAGMA busy_timeout = 100")
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            try:
                connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() > until:
                    raise
        time.sleep(random.uniform(0.01, 0.1))


def _is_wal(database: Path) -> bool:
    try:
        with database.open("rb") as file:
            return file.read(20)[18:] == _WAL_HEADER
    except OSError:  # not made yet, or `session` finds the words
        return False


def _upgrade(workspace: Workspace) -> None:
    """No other program may work on the tables while they change."""
    with lock.hold(workspace, "window", "an upgrade"), lock.hold(workspace, "learning", "an upgrade"):
        migrations.upgrade(workspace.database, workspace.backups)


def _id_of(database: Path) -> str:
    with session(database) as connection:
        row = connection.execute("SELECT value FROM settings WHERE name = 'workspace_id'").fetchone()
    if row is None:
        raise WorkspaceError(f"{database}: the database is damaged; put back a copy from the backups folder.")
    return str(row[0])
