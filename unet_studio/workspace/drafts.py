"""Drafts: the journals of strokes that are not accepted yet, put away at accept and brought back by take-back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import atomic, journal
from unet_studio.workspace.database import reading
from unet_studio.workspace.journal import Contents, Journal, Key, Place, Record
from unet_studio.workspace.layout import Workspace


@dataclass(frozen=True)
class Draft:
    """A journal with unsaved strokes; `records` says how many lines, `dropped` how many bytes at its end were torn."""

    image_hash: str
    target: str
    reader: str
    records: int
    dropped: int


def open_journal(workspace: Workspace, image_hash: str, target: str, reader: str) -> Journal:
    """The journal of a draft, to go on with or to begin; no file is made before the first record.

    Close it before the draft is accepted, taken back or cleared. Raises WorkspaceError.
    """
    key = Key(image_hash, target, reader)
    path = live_path(workspace, key)
    if path.is_file():
        settle(workspace, key)
    return Journal(path, key)


def read_records(workspace: Workspace, image_hash: str, target: str, reader: str) -> Contents:
    """The records of a draft, oldest first; none where there is no draft. Raises WorkspaceError."""
    key = Key(image_hash, target, reader)
    path = live_path(workspace, key)
    if path.is_file():
        settle(workspace, key)
    found = journal.read_file(path) if path.is_file() else None
    return found or Contents(key, [], path.stat().st_size if path.is_file() else 0)


def placed_records(workspace: Workspace, image_hash: str, target: str, reader: str) -> Iterator[tuple[Record, Place]]:
    """The records of a draft one by one, oldest first, each with the place that `read_record` takes.

    Raises WorkspaceError.
    """
    key = Key(image_hash, target, reader)
    path = live_path(workspace, key)
    if path.is_file():
        settle(workspace, key)
    if path.is_file():
        yield from journal.records(path)


def read_record(workspace: Workspace, image_hash: str, target: str, reader: str, place: Place) -> Record:
    """One record of a draft that is being worked on. Raises WorkspaceError."""
    return journal.read_record(live_path(workspace, Key(image_hash, target, reader)), place)


def rewrite_journal(workspace: Workspace, image_hash: str, target: str, reader: str, records: Iterable[Record]) -> None:
    """Replace a draft's records, atomically, while its journal is closed. Raises WorkspaceError."""
    key = Key(image_hash, target, reader)
    journal.write_file(live_path(workspace, key), key, records)


def clear_journal(workspace: Workspace, image_hash: str, target: str, reader: str) -> Path | None:
    """Put a draft away into the archive, where it stays; returns its file there, None where there was no draft."""
    live = live_path(workspace, Key(image_hash, target, reader))
    if not live.is_file():
        return None
    archived = journal.archive_name(live, "cleared")
    move(live, archived)
    return archived


def drafts(workspace: Workspace, reader: str | None = None) -> list[Draft]:
    """Journals with records in them, of one reader or all; a file that cannot be read is left out and left alone."""
    found = []
    for path in sorted(workspace.journals.glob("*.jsonl")):
        with contextlib.suppress(WorkspaceError):
            contents = journal.read_file(path)
            if contents is None or not contents.records or reader not in (None, contents.key.reader):
                continue
            settle(workspace, contents.key)
            if path.is_file():
                key = contents.key
                found.append(Draft(key.image_hash, key.target, key.reader, len(contents.records), contents.dropped))
    return found


def live_path(workspace: Workspace, key: Key) -> Path:
    """The file of a draft that is being worked on."""
    return workspace.journals / f"{key.name}.jsonl"


def settle(workspace: Workspace, key: Key) -> None:
    """Finish an accept that died after its transaction and before its journal was put away."""
    with reading(workspace) as connection:
        row = connection.execute(
            "SELECT journal_file FROM corrections WHERE image_hash = ? AND target = ? AND reader = ?"
            " AND replaced_by IS NULL AND taken_back = '' AND journal_file <> ''",
            (key.image_hash, key.target, key.reader),
        ).fetchone()
    if row is not None:
        put_away(workspace, key, row["journal_file"])


def put_away(workspace: Workspace, key: Key, name: str) -> None:
    """Move a draft to the archive file that its Correction names, unless it is there already."""
    live, archived = live_path(workspace, key), workspace.inside(name)
    if live.is_file() and not archived.exists():
        move(live, archived)


def move(file: Path, to: Path) -> None:
    """Rename a journal durably. Raises WorkspaceError."""
    try:
        atomic.make_folder(to.parent)
        file.rename(to)
        atomic.sync_folder(to.parent)
        atomic.sync_folder(file.parent)
    except OSError as error:
        raise atomic.refusal(to, error) from error
