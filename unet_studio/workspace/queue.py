"""The Queue: what learning may do with each Correction, and taking an accept back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from unet_studio.core.case import Status
from unet_studio.core.correction import Correction, QueueState
from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import drafts, journal, settings
from unet_studio.workspace.cases import put_status
from unet_studio.workspace.checks import answer_in, put_answer
from unet_studio.workspace.clock import now
from unet_studio.workspace.corrections import STANDING, named, row_of
from unet_studio.workspace.database import reading, writing
from unet_studio.workspace.journal import Key
from unet_studio.workspace.layout import Workspace

_STATUS = {
    QueueState.QUEUED: Status.QUEUED,
    QueueState.LEARNED: Status.LEARNED,
    QueueState.SET_ASIDE: Status.ASIDE,
    QueueState.FLAGGED: Status.ASIDE,
    QueueState.WITHDRAWN: Status.CORRECTED,
}
_LEFT_OUT = "state before exclusion {}"  # of a Correction; kept while its exclusion is what withdraws it


@dataclass(frozen=True)
class TakenBack:
    """What taking an accept back gave: the Correction that stood, the older one that stands again (or None), the
    worklist rows whose status changed, and whether a draft came back."""

    correction: Correction
    standing: Correction | None
    cases: tuple[int, ...]
    draft: bool


def set_state(workspace: Workspace, correction_id: int, state: QueueState) -> Correction:
    """Queue, set aside, flag or withdraw a Correction; the worklist rows of its picture follow.

    Raises WorkspaceError for an unknown one and for one that no longer stands.
    """
    with writing(workspace) as connection:
        row = _set_in(connection, correction_id, state)
    return named(workspace, [row])[0]


def answer(workspace: Workspace, correction_id: int, state: QueueState) -> Correction:
    """`set_state` by its reader's word, which no later check goes against."""
    with writing(workspace) as connection:
        settings.drop_in(connection, _LEFT_OUT.format(correction_id))  # the reader's later word
        put_answer(connection, correction_id, state)
        row = _set_in(connection, correction_id, state)
    return named(workspace, [row])[0]


def _set_in(connection: sqlite3.Connection, correction_id: int, state: QueueState) -> sqlite3.Row:
    row = row_of(connection, correction_id)
    if row["taken_back"] or row["replaced_by"] is not None:
        raise WorkspaceError(f"Correction {correction_id}: a later one stands in its place; list the queue.")
    connection.execute("UPDATE corrections SET state = ? WHERE id = ?", (state.value, correction_id))
    _follow(connection, row, _STATUS[state])
    return row_of(connection, correction_id)


def keep(workspace: Workspace, correction_id: int) -> Correction:
    """Into the queue again: it is right as it is."""
    return answer(workspace, correction_id, QueueState.QUEUED)


def withdraw(workspace: Workspace, correction_id: int) -> Correction:
    """Not to be learned from; Mask and history stay."""
    return answer(workspace, correction_id, QueueState.WITHDRAWN)


def flag(workspace: Workspace, correction_id: int) -> Correction:
    """To be looked at again before it is learned from."""
    return answer(workspace, correction_id, QueueState.FLAGGED)


def leave_out(workspace: Workspace, correction_id: int) -> Correction:
    """Withdrawn because its picture is excluded; `bring_back` gives it the state that it has now, whatever that is."""
    with writing(workspace) as connection:
        name, row = _LEFT_OUT.format(correction_id), row_of(connection, correction_id)
        if settings.get_in(connection, name) is None:  # excluded once more, for another reason
            settings.put_in(connection, name, row["state"])
        row = _set_in(connection, correction_id, QueueState.WITHDRAWN)
    return named(workspace, [row])[0]


def bring_back(workspace: Workspace, correction_id: int) -> Correction:
    """Undo `leave_out`; what its reader has said of it since then stays.

    An older program remembered no state: what its reader had answered counts then, and without an answer it is queued.
    """
    with writing(workspace) as connection:
        name, row = _LEFT_OUT.format(correction_id), row_of(connection, correction_id)
        if row["state"] == QueueState.WITHDRAWN.value:
            before = settings.get_in(connection, name) or answer_in(connection, correction_id) or QueueState.QUEUED
            row = _set_in(connection, correction_id, QueueState(before))
        settings.drop_in(connection, name)
    return named(workspace, [row])[0]


def queue_length(workspace: Workspace, target: str | None = None, reader: str | None = None) -> int:
    """How many standing Corrections wait to be learned from."""
    query = f"SELECT count(*) FROM corrections WHERE {STANDING} AND state = ?"
    query += " AND target = COALESCE(?, target) AND reader = COALESCE(?, reader)"
    with reading(workspace) as connection:
        return int(connection.execute(query, (QueueState.QUEUED.value, target, reader)).fetchone()[0])


def mark_learned(workspace: Workspace, correction_ids: Iterable[int], model_id: str) -> None:
    """Record that a Model version learned from these; only those still in the queue change their state."""
    with writing(workspace) as connection:
        mark_learned_in(connection, correction_ids, model_id)


def mark_learned_in(connection: sqlite3.Connection, correction_ids: Iterable[int], model_id: str) -> None:
    """`mark_learned` inside a transaction."""
    for correction_id in correction_ids:
        row = row_of(connection, correction_id)
        connection.execute("UPDATE corrections SET learned_by = ? WHERE id = ?", (model_id, correction_id))
        if row["state"] != QueueState.QUEUED.value or row["taken_back"]:
            continue
        connection.execute("UPDATE corrections SET state = ? WHERE id = ?", (QueueState.LEARNED.value, correction_id))
        if row["replaced_by"] is None:
            _follow(connection, row, Status.LEARNED)


def take_back(workspace: Workspace, case_id: int, reader: str, target: str) -> TakenBack:
    """Undo the accept of a case: status, queue and draft are as they were before it.

    The Correction's row and Masks stay as history. A draft begun since then goes to the archive. Its Journal must be
    closed before. Raises WorkspaceError when nothing is accepted.
    """
    with reading(workspace) as connection:
        row = _standing(connection, case_id, reader, target)
    key = Key(row["image_hash"], row["target"], row["reader"])
    draft = _bring_back(workspace, key, row["journal_file"])
    with writing(workspace) as connection:
        row = _standing(connection, case_id, reader, target)
        connection.execute("UPDATE corrections SET taken_back = ?, state = ? WHERE id = ?",
                           (now(), QueueState.WITHDRAWN.value, row["id"]))  # fmt: skip
        connection.execute("UPDATE corrections SET replaced_by = NULL WHERE replaced_by = ?", (row["id"],))
        changed = _restore_statuses(connection, row)
        older = connection.execute(
            f"SELECT * FROM corrections WHERE image_hash = ? AND target = ? AND reader = ? AND {STANDING}",
            (key.image_hash, key.target, key.reader),
        ).fetchone()
        if older is not None and older["state"] == QueueState.LEARNED.value:
            _follow(connection, older, Status.LEARNED)
        taken = row_of(connection, row["id"])
    found = named(workspace, [taken] if older is None else [taken, older])
    return TakenBack(found[0], None if older is None else found[1], changed, draft)


def _standing(connection: sqlite3.Connection, case_id: int, reader: str, target: str) -> sqlite3.Row:
    row = connection.execute(
        "SELECT corrections.* FROM corrections JOIN cases USING (image_hash)"
        f" WHERE cases.id = ? AND reader = ? AND target = ? AND {STANDING}",
        (case_id, reader, target),
    ).fetchone()
    if row is None:
        raise WorkspaceError(f"Case {case_id}: nothing is accepted here that could be taken back.")
    assert isinstance(row, sqlite3.Row)
    return row


def _bring_back(workspace: Workspace, key: Key, journal_file: str) -> bool:
    """The draft as it was at accept; files first: should the process die here, `settle` puts it away again."""
    live = drafts.live_path(workspace, key)
    archived = workspace.inside(journal_file) if journal_file else None
    if archived is not None and not archived.exists():
        return live.is_file()  # the accept died before it was put away
    if live.is_file():
        drafts.move(live, journal.archive_name(live, "later"))
    if archived is None:
        return False
    drafts.move(archived, live)
    return True


def _restore_statuses(connection: sqlite3.Connection, row: sqlite3.Row) -> tuple[int, ...]:
    before = json.loads(row["before"])
    for case_id, status, reason in before:
        if status is None:
            connection.execute(
                "DELETE FROM statuses WHERE case_id = ? AND reader = ? AND target = ?",
                (case_id, row["reader"], row["target"]),
            )
        else:
            put_status(connection, case_id, row["reader"], row["target"], Status(status), reason)
    return tuple(case_id for case_id, *_ in before)


def _follow(connection: sqlite3.Connection, row: sqlite3.Row, status: Status) -> None:
    """The picture's rows that count as accepted take the status of their Correction."""
    rows = connection.execute(
        "SELECT case_id FROM statuses JOIN cases ON cases.id = case_id"
        " WHERE image_hash = ? AND reader = ? AND target = ? AND status IN ('queued', 'learned', 'aside', 'corrected')",
        (row["image_hash"], row["reader"], row["target"]),
    ).fetchall()
    for found in rows:
        put_status(connection, found["case_id"], row["reader"], row["target"], status)
