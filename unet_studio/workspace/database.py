"""Short transactions on the database, from any thread and any process."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace.layout import Workspace

BUSY_SECONDS = 20.0


@contextlib.contextmanager
def reading(workspace: Workspace) -> Iterator[sqlite3.Connection]:
    """A connection that sees one moment of the database. Raises WorkspaceError."""
    with session(workspace.database) as connection:
        _begin(connection, "BEGIN")
        yield connection
        connection.execute("COMMIT")


@contextlib.contextmanager
def writing(workspace: Workspace) -> Iterator[sqlite3.Connection]:
    """A connection inside a write transaction: all of the block happens, durably, or nothing of it.

    Raises WorkspaceError when the database is damaged, full, forbidden, or busy for longer than BUSY_SECONDS.
    """
    with session(workspace.database) as connection:
        _begin(connection, "BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextlib.contextmanager
def session(database: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection outside any transaction, closed at the end; an empty database is made only if asked for.

    Raises WorkspaceError.
    """
    if not create and not database.is_file():
        raise WorkspaceError(f"{database}: the workspace's database is not there any more; connect its disk or folder.")
    try:
        connection = connect(database)
        try:
            yield connection
        finally:
            connection.close()
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # a mistake in the program, not in the reader's folder
    except sqlite3.DatabaseError as error:
        raise refusal(database, error) from error


def connect(database: Path) -> sqlite3.Connection:
    """Open the database as every part of the program must: durable commits, checked references, patience."""
    connection = sqlite3.connect(database, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        if sys.platform == "darwin":
            connection.execute("PRAGMA fullfsync = ON")
            connection.execute("PRAGMA checkpoint_fullfsync = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def patiently(connection: sqlite3.Connection, statement: str) -> sqlite3.Row | None:
    """Run a statement that SQLite may refuse at once as "locked" instead of waiting; returns its first row."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            row: sqlite3.Row | None = connection.execute(statement).fetchone()
            return row
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > until:
                raise
        time.sleep(0.02)


def refusal(database: Path, error: sqlite3.DatabaseError) -> WorkspaceError:
    """The one sentence for a database that does not obey."""
    text = str(error)
    if is_busy(error):
        return WorkspaceError(f"{database}: another program keeps this workspace busy; close it and try again.")
    if "full" in text:
        return WorkspaceError(f"{database}: not saved because the disk is full; free some space and save again.")
    if "readonly" in text or "read-only" in text:
        return WorkspaceError(f"{database}: not saved because writing is not allowed there; choose another workspace.")
    if "unable to open" in text:
        return WorkspaceError(f"{database}: cannot be opened; check that the folder exists and may be written.")
    if "malformed" in text or "not a database" in text:
        return WorkspaceError(
            f"{database}: the database is damaged; put back the newest copy from {database.parent / 'backups'}."
        )
    return WorkspaceError(f"{database}: the database reports '{text}'; check the disk and try again.")


def _begin(connection: sqlite3.Connection, statement: str) -> None:
    patiently(connection, statement)


def is_busy(error: sqlite3.DatabaseError) -> bool:
    """True where another connection is in the way for the moment."""
    return "locked" in str(error) or "busy" in str(error)
