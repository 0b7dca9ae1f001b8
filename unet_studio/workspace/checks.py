"""What is known of each Correction as a possible slip: how it differs from its Proposal, the question, the answer."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass

from unet_studio.core.correction import QueueState
from unet_studio.core.slip import Difference, Question
from unet_studio.workspace.database import reading, writing
from unet_studio.workspace.layout import Workspace

_STANDING = "replaced_by IS NULL AND taken_back = ''"


@dataclass(frozen=True)
class Check:
    """One Correction's check. difference: None where no Proposal is known; question: asked and not yet answered, or
    asked before; answer: the state that its reader chose, None where nobody did."""

    correction_id: int
    difference: Difference | None
    question: Question
    answer: QueueState | None


def checks(workspace: Workspace) -> dict[int, Check]:
    """Every check by its Correction's id."""
    with reading(workspace) as connection:
        return {row["correction_id"]: _check(row) for row in connection.execute("SELECT * FROM checks").fetchall()}


def unchecked(workspace: Workspace, target: str, reader: str) -> list[int]:
    """Standing Corrections of a reader and Target that have a Proposal but no measures yet, oldest first."""
    query = f"SELECT id FROM corrections WHERE {_STANDING} AND target = ? AND reader = ? AND id NOT IN"
    query += " (SELECT correction_id FROM checks WHERE measures <> '{}') AND (proposal_id IS NOT NULL OR EXISTS"
    query += (
        " (SELECT 1 FROM proposals AS p WHERE p.image_hash = corrections.image_hash AND p.target = corrections.target))"
    )
    with reading(workspace) as connection:
        return [int(row["id"]) for row in connection.execute(query + " ORDER BY id", (target, reader)).fetchall()]


def save_check(
    workspace: Workspace, correction_id: int, difference: Difference | None = None, question: Question | None = None
) -> None:
    """Record how a Correction differs, or what is asked about it; what is not given stays as it is."""
    with writing(workspace) as connection:
        _begin(connection, correction_id)
        if difference is not None:
            measures = json.dumps(asdict(difference))
            connection.execute("UPDATE checks SET measures = ? WHERE correction_id = ?", (measures, correction_id))
        if question is not None:
            connection.execute(
                "UPDATE checks SET question = ? WHERE correction_id = ?", (question.value, correction_id)
            )


def put_answer(connection: sqlite3.Connection, correction_id: int, state: QueueState) -> None:
    """Record what its reader chose, inside a write transaction."""
    if connection.execute("SELECT 1 FROM corrections WHERE id = ?", (correction_id,)).fetchone() is not None:
        _begin(connection, correction_id)
        connection.execute("UPDATE checks SET answer = ? WHERE correction_id = ?", (state.value, correction_id))


def answer_in(connection: sqlite3.Connection, correction_id: int) -> QueueState | None:
    """What its reader chose, inside a transaction; None where nobody did."""
    row = connection.execute("SELECT answer FROM checks WHERE correction_id = ?", (correction_id,)).fetchone()
    return QueueState(row["answer"]) if row is not None and row["answer"] else None


def _begin(connection: sqlite3.Connection, correction_id: int) -> None:
    connection.execute("INSERT OR IGNORE INTO checks (correction_id) VALUES (?)", (correction_id,))


def _check(row: sqlite3.Row) -> Check:
    measures = json.loads(row["measures"])
    return Check(
        row["correction_id"],
        Difference(**measures) if measures else None,
        Question(row["question"]),
        QueueState(row["answer"]) if row["answer"] else None,
    )
