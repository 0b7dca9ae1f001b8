"""One window and one fine-tune at a time: locks that the operating system lets go when their process dies."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

import filelock

from unet_studio.core.errors import Locked, WorkspaceError
from unet_studio.workspace import atomic
from unet_studio.workspace.clock import local, now
from unet_studio.workspace.database import connect
from unet_studio.workspace.layout import Workspace

Purpose = Literal["window", "learning"]
_PATIENCE_SECONDS = 0.3  # somebody may only be asking who holds it
_WHAT = {"window": "open in a window", "learning": "being learned from"}


@dataclass(frozen=True)
class Holder:
    """Who holds a lock: reader's name, machine, and since when (ISO 8601, UTC); "" where it cannot be told."""

    reader: str
    machine: str
    since: str


class Hold:
    """A lock that is held; `release()` or the end of a `with` block lets it go. Any thread may do so."""

    def __init__(self, lock: filelock.BaseFileLock, card: Path, database: Path) -> None:
        self._lock = lock
        self._card = card
        self._anchor = _anchor(database)

    def release(self) -> None:
        """Let the lock go; a second call does nothing."""
        if self._anchor is not None:
            self._anchor.close()
            self._anchor = None
        if self._lock.is_locked:
            atomic.discard(self._card)
            self._lock.release()

    def __enter__(self) -> Hold:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def hold(workspace: Workspace, purpose: Purpose, reader: str) -> Hold:
    """Take the lock for `purpose`, or be refused within a moment.

    Raises Locked with reader, machine and time of the one who has it; WorkspaceError where it cannot be made.
    """
    lock = _acquire(workspace, purpose, _PATIENCE_SECONDS)
    if lock is None:
        raise Locked(_sentence(workspace, purpose, _read(_card(workspace, purpose))))
    card = _card(workspace, purpose)
    facts = {"reader": reader, "machine": platform.node(), "time": now(), "process": os.getpid()}
    try:
        with contextlib.suppress(WorkspaceError):  # a full disk must not keep its reader out
            atomic.write_json(card, facts)
        return Hold(lock, card, workspace.database)
    except BaseException:
        lock.release()
        raise


def holder(workspace: Workspace, purpose: Purpose) -> Holder | None:
    """Who holds the lock now, or None when it is free."""
    lock = _acquire(workspace, purpose, 0.0)
    if lock is None:
        return _read(_card(workspace, purpose))
    lock.release()
    return None


def holder_words(holder: Holder) -> str:
    """Who holds a lock, where and since when, as it stands in a sentence."""
    return f"{holder.reader} on {holder.machine} since {local(holder.since)}" if holder.since else "another program"


def _acquire(workspace: Workspace, purpose: Purpose, seconds: float) -> filelock.BaseFileLock | None:
    lock = filelock.FileLock(workspace.folder / f"{purpose}.lock", thread_local=False)
    try:
        lock.acquire(timeout=seconds)
    except filelock.Timeout:
        return None
    except (OSError, NotImplementedError) as error:
        raise WorkspaceError(f"{workspace.folder}: cannot be locked; check that the folder may be written.") from error
    return lock


def _anchor(database: Path) -> sqlite3.Connection | None:
    """An idle connection: while it is open, short ones need not fold the WAL file into the database at each end."""
    if not database.is_file():
        return None
    with contextlib.suppress(sqlite3.DatabaseError):
        connection = connect(database)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection
    return None


def _card(workspace: Workspace, purpose: Purpose) -> Path:
    return workspace.folder / f"{purpose}.lock.json"


def _read(card: Path) -> Holder:
    try:
        facts = json.loads(card.read_text(encoding="utf-8"))
        return Holder(str(facts["reader"]), str(facts["machine"]), str(facts["time"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder("", "", "")


def _sentence(workspace: Workspace, purpose: Purpose, who: Holder) -> str:
    return f"{workspace.folder}: {_WHAT[purpose]} by {holder_words(who)}; close it there or use another workspace."
