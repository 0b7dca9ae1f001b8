"""The database's format number: made new, upgraded stepwise after a backup, or refused."""

from __future__ import annotations

import secrets
import sqlite3
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import atomic, linking
from unet_studio.workspace.clock import now
from unet_studio.workspace.database import patiently, session
from unet_studio.workspace.schema import (
    EFFORTS,
    LOOKS,
    LOOKS_INDEX,
    MEASURES,
    OTHERS,
    PSEUDONYMS,
    QUEUE_TABLES,
    SCHEMA_VERSION,
    TABLES,
    VERSION_EVENTS,
)

Step = Callable[[sqlite3.Connection], None]


def _add_efforts(connection: sqlite3.Connection) -> None:
    connection.execute(EFFORTS)


def _add_version_events(connection: sqlite3.Connection) -> None:
    connection.execute(VERSION_EVENTS)


def _add_measures(connection: sqlite3.Connection) -> None:
    connection.execute(MEASURES)


def _add_queue_tables(connection: sqlite3.Connection) -> None:
    for statement in QUEUE_TABLES:
        connection.execute(statement)


# its parts, each apart from the others
FORMAT_3: tuple[Step, ...] = (_add_version_events, _add_queue_tables, _add_measures)


def _to_format_3(connection: sqlite3.Connection) -> None:
    for part in FORMAT_3:
        part(connection)


def _add_others(connection: sqlite3.Connection) -> None:
    for statement in (OTHERS, LOOKS, LOOKS_INDEX):
        connection.execute(statement)


def _move_names(connection: sqlite3.Connection) -> None:
    """Paths and names leave the database for the linking table."""
    columns = {row["name"] for row in connection.execute("PRAGMA table_info(cases)")}
    if columns and "video" not in columns:
        connection.execute("ALTER TABLE cases ADD COLUMN video INTEGER NOT NULL DEFAULT 0")
        linking.take_over(connection)


def _to_format_4(connection: sqlite3.Connection) -> None:
    _move_names(connection)
    _add_others(connection)
    connection.execute(PSEUDONYMS)


# STEPS[n] brings format n to n + 1 inside the caller's transaction
STEPS: Mapping[int, Step] = {1: _add_efforts, 2: _to_format_3, 3: _to_format_4}


def format_of(connection: sqlite3.Connection) -> int:
    """The format number of an open database; 0 for one without tables."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty database, and draw its id and salt; leaves one with tables as it is."""
    patiently(connection, "BEGIN IMMEDIATE")
    try:
        empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if format_of(connection) == 0 and empty:
            for statement in TABLES:
                connection.execute(statement)
            facts = [("workspace_id", uuid.uuid4().hex), ("salt", secrets.token_hex(32)), ("created", now())]
            connection.executemany("INSERT INTO settings (name, value) VALUES (?, ?)", facts)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def refuse_newer(path: Path, found: int, newest: int = SCHEMA_VERSION) -> None:
    """Raises WorkspaceError when a file's format number is one that this program does not know."""
    if found > newest:
        raise WorkspaceError(
            f"{path}: written by a newer U-Net Studio (format {found}, this one knows {newest}); install that one."
        )


def upgrade(
    database: Path, backups: Path, steps: Mapping[int, Step] = STEPS, newest: int = SCHEMA_VERSION
) -> Path | None:
    """Bring an older database to `newest`, one step after the other, after a copy into `backups`.

    Returns the copy, or None where there was nothing to do. All steps are one transaction: a failure leaves the
    database as it was. Raises WorkspaceError for a newer database and for one that no step leads on from.
    """
    with session(database) as connection:
        found = format_of(connection)
        refuse_newer(database, found, newest)
        if found == newest:
            return None
        copy = backup(connection, backups, found)
        patiently(connection, "BEGIN IMMEDIATE")
        try:
            for version in range(format_of(connection), newest):
                if version not in steps:
                    raise WorkspaceError(f"{database}: format {version} is not known; open it with an older program.")
                steps[version](connection)
            connection.execute(f"PRAGMA user_version = {newest}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    return copy


def backup(connection: sqlite3.Connection, folder: Path, version: int) -> Path:
    """A whole copy of the open database in `folder`, named by its format and the time. Raises WorkspaceError."""
    stamp = now().replace(":", "").replace("+0000", "Z")
    path = folder / f"studio-format{version}-{stamp}.sqlite"
    temporary = path.with_suffix(".tmp")
    try:
        atomic.make_folder(folder)
        target = sqlite3.connect(temporary)
        try:
            connection.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
        finally:
            target.close()
    except OSError as error:
        raise atomic.refusal(path, error) from error
    except BaseException:
        atomic.discard(temporary)
        raise
    atomic.publish(temporary, path)
    return path
