"""The linking table: which file stands behind a number. It alone, in a file of its own, knows paths and file names.

A Workspace that is passed on without this file names no patient: its pictures are kept by hash, its cases by number.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection

from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace.database import patiently, session
from unet_studio.workspace.layout import Workspace
from unet_studio.workspace.text import from_row, plain, to_row

FILE = "linking.sqlite"
IN_WORDS = "{file}"  # stands for the file's name in a sentence that is kept
MANY = 500  # from so many numbers on the whole table is read
_TABLE = "CREATE TABLE IF NOT EXISTS linking (number INTEGER PRIMARY KEY AUTOINCREMENT, path NOT NULL UNIQUE)"


def number(workspace: Workspace, paths: Sequence[str]) -> list[int]:
    """The numbers of these paths (or bare names), in their order; new ones are given and on the disk at return."""
    rows = [to_row(path) for path in paths]
    with _open(workspace.database) as connection:
        patiently(connection, "BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT OR IGNORE INTO linking (path) VALUES (?)", [(row,) for row in dict.fromkeys(rows)]
        )
        found = [_number_of(connection, row) for row in rows]
        connection.execute("COMMIT")
    return [one for one in found if one is not None]


def numbered(workspace: Workspace, path: str) -> int | None:
    """The number of a path, None where it has none."""
    with _open(workspace.database) as connection:
        return _number_of(connection, to_row(path))


def paths(workspace: Workspace, numbers: Collection[int]) -> dict[int, str]:
    """Paths by number; those that the table does not know are left out."""
    wanted = sorted(set(numbers))
    query = "SELECT number, path FROM linking"
    some = "" if len(wanted) > MANY else f" WHERE number IN ({','.join('?' * len(wanted))})"
    with _open(workspace.database) as connection:
        rows = connection.execute(query + some, wanted if some else ()).fetchall()
    return {int(row["number"]): from_row(row["path"]) for row in rows}


def name_of(path: str, number: int = 0) -> str:
    """The file name in a path, fit to be shown; of a path that is not known, words that say so."""
    if not path:
        return f"file {number}" if number else ""
    return plain(path.replace("\\", "/").rsplit("/", 1)[-1] if os.name == "nt" else path.rsplit("/", 1)[-1])


def without_name(words: str, path: str | Path) -> str:
    """A sentence to be kept: the file's name and path are taken out."""
    name = os.path.basename(os.fspath(path))  # noqa: PTH119 - a path may hold bytes that are no text
    shown = "".join(character if character.isprintable() else "?" for character in plain(name))
    for part in sorted({plain(os.fspath(path)), plain(name), shown} - {""}, key=len, reverse=True):
        words = words.replace(part, IN_WORDS)
    return words


def with_name(words: str, name: str) -> str:
    """The inverse, for the screen."""
    return words.replace(IN_WORDS, name)


def take_over(connection: Connection) -> None:
    """Bring paths and names of an older database here, inside its upgrade; they are overwritten with zeros there."""
    database = Path(next(row["file"] for row in connection.execute("PRAGMA database_list") if row["name"] == "main"))
    workspace = Workspace(database.parent, "")
    connection.execute("PRAGMA secure_delete = ON")
    cases = connection.execute("SELECT id, path, error FROM cases").fetchall()
    numbers = number(workspace, [from_row(row["path"]) for row in cases])
    for row, source in zip(cases, numbers, strict=True):
        error = without_name(row["error"], from_row(row["path"]))
        connection.execute("UPDATE cases SET path = ?, error = ? WHERE id = ?", (source, error, row["id"]))
    corrections = connection.execute("SELECT id, source_name FROM corrections WHERE source_name <> ''").fetchall()
    numbers = number(workspace, [row["source_name"] for row in corrections])
    for row, source in zip(corrections, numbers, strict=True):
        connection.execute("UPDATE corrections SET source_name = ? WHERE id = ?", (str(source), row["id"]))
    connection.execute("DELETE FROM settings WHERE name = 'user:spans'")  # their keys are paths


def _number_of(connection: Connection, row: str | bytes) -> int | None:
    found = connection.execute("SELECT number FROM linking WHERE path = ?", (row,)).fetchone()
    return None if found is None else int(found["number"])


@contextmanager
def _open(database: Path) -> Iterator[Connection]:
    """A connection to the linking table beside a database; made where there is none. Raises WorkspaceError."""
    file = database.with_name(FILE)
    if not database.is_file():
        raise WorkspaceError(f"{database}: the workspace's database is not there any more; connect its disk or folder.")
    with session(file, create=True) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'linking'").fetchone():
            patiently(connection, "BEGIN IMMEDIATE")
            connection.execute(_TABLE)
            connection.execute("COMMIT")
        yield connection
