"""The model registry: immutable, numbered versions; one per Target is live, and roll-back moves one pointer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unet_studio.core.errors import ModelError
from unet_studio.core.model_version import ModelVersion, Origin
from unet_studio.workspace import weights
from unet_studio.workspace.clock import now
from unet_studio.workspace.database import reading, writing
from unet_studio.workspace.layout import Workspace
from unet_studio.workspace.queue import mark_learned_in

_INSERT = """
INSERT INTO versions (id, target, number, parent, origin, sha256, file, program_file, created, reason, metrics,
    corrections, device, seconds, program_version)
VALUES (:id, :target, :number, :parent, :origin, :sha256, :file, :program_file, :created, :reason, :metrics,
    :corrections, :device, :seconds, :program_version)
"""
_SEEN = """
SELECT versions.*, EXISTS (SELECT 1 FROM activations WHERE model_id = versions.id) AS promoted,
    versions.id = (SELECT model_id FROM activations WHERE target = versions.target AND undone = ''
                   ORDER BY activations.id DESC LIMIT 1) AS active,
    EXISTS (SELECT 1 FROM version_events WHERE model_id = versions.id AND kind = 'passed') AS passed,
    EXISTS (SELECT 1 FROM version_events WHERE model_id = versions.id AND kind = 'declined') AS declined,
    (SELECT kind FROM version_events WHERE model_id = versions.id AND kind IN ('archived', 'restored')
     ORDER BY version_events.id DESC LIMIT 1) IS 'archived' AS archived
FROM versions
"""
_EVENT = "INSERT INTO version_events (model_id, kind, reader, reason, at) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class NewVersion:
    """What is known of a Candidate, or of a version that is imported."""

    target: str
    parent: str | None
    reason: str = ""  # the gate's verdict in one sentence
    metrics: dict[str, Any] = field(default_factory=dict)  # JSON values
    corrections: Sequence[int] = ()  # ids learned from
    device: str = ""
    seconds: float = 0.0
    program_version: str = ""
    origin: Origin = Origin.FINE_TUNED
    passed: bool = False  # the gate found it better


@dataclass(frozen=True)
class Activation:
    """One line of a Target's history: which version went live, when and why, when it was rolled back ("": never)."""

    model_id: str
    reason: str
    at: str
    undone: str


def register_bundled(
    workspace: Workspace,
    target: str,
    path: Path,
    sha256: str = "",
    *,
    metrics: dict[str, Any] | None = None,
    program_version: str = "",
    may_activate: bool = True,
) -> ModelVersion:
    """Make the model that comes with the program known; one that is known already is found by its SHA-256.

    It goes live where nothing is live yet or where the active version came with an older program. `may_activate`
    false (a reader study): only where nothing is live. The weights are copied when they are first used.
    Raises ModelError when `path` cannot be read.
    """
    digest = sha256 or weights.sha256_of(path)
    with writing(workspace) as connection:
        known = connection.execute(
            "SELECT id, program_file FROM versions WHERE target = ? AND origin = ? AND sha256 = ?",
            (target, Origin.BUNDLED.value, digest),
        ).fetchone()
        if known is not None:
            if known["program_file"] != str(path):
                connection.execute("UPDATE versions SET program_file = ? WHERE id = ?", (str(path), known["id"]))
            return version_in(connection, known["id"])
        live = _active(connection, target)
        goes_live, reason = _welcome(live, may_activate)
        new = NewVersion(target, None, reason, metrics or {}, program_version=program_version, origin=Origin.BUNDLED)
        model_id = _insert(connection, new, digest, file="", program_file=str(path))
        if goes_live:
            _activate(connection, target, model_id, reason)
        return version_in(connection, model_id)


def add_candidate(workspace: Workspace, path: Path, new: NewVersion) -> ModelVersion:
    """Take over a weights file as the next version of its Target; it is not live before `activate`.

    The file is copied into the Workspace; the version's number is one more than the largest so far.
    Raises ModelError when `path` cannot be read, WorkspaceError when it cannot be kept.
    """
    file, digest = weights.copy_in(workspace, path)
    with writing(workspace) as connection:
        model_id = _insert(connection, new, digest, file=file, program_file="")
        if new.passed:
            record_event(connection, model_id, "passed", "", new.reason)
        return version_in(connection, model_id)


def versions(workspace: Workspace, target: str | None = None) -> list[ModelVersion]:
    """All versions of a Target, or of all Targets, oldest first."""
    with reading(workspace) as connection:
        return versions_in(connection, target)


def versions_in(connection: sqlite3.Connection, target: str | None = None) -> list[ModelVersion]:
    """`versions` inside a transaction."""
    query = _SEEN + "WHERE target = COALESCE(?, target) ORDER BY target, number"
    return [_from_row(row) for row in connection.execute(query, (target,))]


def version(workspace: Workspace, model_id: str) -> ModelVersion:
    """One version. Raises ModelError for an unknown id."""
    with reading(workspace) as connection:
        return version_in(connection, model_id)


def active(workspace: Workspace, target: str) -> ModelVersion | None:
    """The version that is live for a Target; None before the first is registered."""
    with reading(workspace) as connection:
        return _active(connection, target)


def activate(workspace: Workspace, model_id: str, reason: str) -> ModelVersion:
    """Let a version go live, once its weights are found sound; what it learned from is marked in the same moment.

    Raises ModelError; the live one then stays.
    """
    weights_path(workspace, model_id)
    with writing(workspace) as connection:
        chosen = version_in(connection, model_id)
        if not chosen.active:
            _activate(connection, chosen.target, model_id, reason)
            mark_learned_in(connection, chosen.corrections, model_id)
        return version_in(connection, model_id)


def record_event(connection: sqlite3.Connection, model_id: str, kind: str, reader: str, reason: str = "") -> None:
    """Add what happened to a version, inside a transaction. kind: passed, declined, archived or restored."""
    connection.execute(_EVENT, (model_id, kind, reader, reason, now()))


def rollback(workspace: Workspace, target: str) -> ModelVersion:
    """Let the version that was live before the present one go live again; returns it. Raises ModelError: none was."""
    with reading(workspace) as connection:
        _, before = _last_two(connection, target)
    weights_path(workspace, before["model_id"])
    with writing(workspace) as connection:
        live, before = _last_two(connection, target)
        connection.execute("UPDATE activations SET undone = ? WHERE id = ?", (now(), live["id"]))
        return version_in(connection, before["model_id"])


def history(workspace: Workspace, target: str) -> list[Activation]:
    """Every version that ever went live for a Target, in order; the last one not undone is live."""
    query = "SELECT model_id, reason, at, undone FROM activations WHERE target = ? ORDER BY id"
    with reading(workspace) as connection:
        return [Activation(*row) for row in connection.execute(query, (target,))]


def weights_path(workspace: Workspace, model_id: str) -> Path:
    """A weights file of this version whose SHA-256 was verified just now; the Workspace's copy where it can be.

    Raises ModelError, one sentence: unknown id, missing or damaged.
    """
    with reading(workspace) as connection:
        row = _row(connection, model_id)
    if row["archived"]:
        raise ModelError(f"{model_id}: it is archived; bring it back with `unet-studio models restore {model_id}`.")
    found = weights.find(workspace, model_id, row["sha256"], row["file"], row["program_file"])
    if not row["file"]:
        file = weights.try_to_keep(workspace, found)
        if file:
            with writing(workspace) as connection:
                connection.execute("UPDATE versions SET file = ? WHERE id = ?", (file, model_id))
            return workspace.inside(file)
    return found


def ensure_local(workspace: Workspace, model_id: str) -> Path:
    """Like `weights_path`, and insists that the Workspace has a copy of its own. Raises ModelError, WorkspaceError."""
    path = weights_path(workspace, model_id)
    if path.is_relative_to(workspace.folder):
        return path
    file, _ = weights.copy_in(workspace, path)
    with writing(workspace) as connection:
        connection.execute("UPDATE versions SET file = ? WHERE id = ?", (file, model_id))
    return workspace.inside(file)


def _welcome(live: ModelVersion | None, may_activate: bool) -> tuple[bool, str]:
    """Whether a model that came with the program goes live, and the reason to record."""
    if live is None:
        return True, "The first model, it came with the program."
    if live.origin is not Origin.BUNDLED:
        return False, f"It came with a newer program; {live.id} stays live, it was not replaced by hand."
    if not may_activate:
        return False, f"It came with a newer program; {live.id} stays live, versions are frozen."
    return True, f"It came with a newer program and takes the place of {live.id}, which came with an older one."


def _insert(connection: sqlite3.Connection, new: NewVersion, sha256: str, *, file: str, program_file: str) -> str:
    largest = connection.execute("SELECT max(number) FROM versions WHERE target = ?", (new.target,)).fetchone()[0]
    number = (largest or 0) + 1
    row = {
        "id": f"{new.target}-v{number}",
        "target": new.target,
        "number": number,
        "parent": new.parent,
        "origin": new.origin.value,
        "sha256": sha256,
        "file": file,
        "program_file": program_file,
        "created": now(),
        "reason": new.reason,
        "metrics": json.dumps(new.metrics, default=float),  # numpy's numbers are numbers too
        "corrections": json.dumps([int(one) for one in new.corrections]),
        "device": new.device,
        "seconds": float(new.seconds),
        "program_version": new.program_version,
    }
    connection.execute(_INSERT, row)
    return str(row["id"])


def _activate(connection: sqlite3.Connection, target: str, model_id: str, reason: str) -> None:
    connection.execute(
        "INSERT INTO activations (target, model_id, reason, at) VALUES (?, ?, ?, ?)", (target, model_id, reason, now())
    )


def _active(connection: sqlite3.Connection, target: str) -> ModelVersion | None:
    rows = [_from_row(row) for row in connection.execute(_SEEN + "WHERE target = ?", (target,))]
    return next((one for one in rows if one.active), None)


def _last_two(connection: sqlite3.Connection, target: str) -> tuple[sqlite3.Row, sqlite3.Row]:
    """The live activation and the one before it."""
    query = "SELECT id, model_id FROM activations WHERE target = ? AND undone = '' ORDER BY id DESC LIMIT 2"
    rows = connection.execute(query, (target,)).fetchall()
    if len(rows) < 2:
        raise ModelError(f"{target}: no other version was live before this one; choose one with `models activate ID`.")
    return rows[0], rows[1]


def version_in(connection: sqlite3.Connection, model_id: str) -> ModelVersion:
    """`version` inside a transaction."""
    return _from_row(_row(connection, model_id))


def _row(connection: sqlite3.Connection, model_id: str) -> sqlite3.Row:
    row = connection.execute(_SEEN + "WHERE versions.id = ?", (model_id,)).fetchone()
    if row is None:
        raise ModelError(f"{model_id}: there is no such model version here; see `unet-studio models list`.")
    assert isinstance(row, sqlite3.Row)
    return row


def _from_row(row: sqlite3.Row) -> ModelVersion:
    return ModelVersion(
        id=row["id"],
        target=row["target"],
        number=row["number"],
        parent=row["parent"],
        origin=Origin(row["origin"]),
        sha256=row["sha256"],
        created=row["created"],
        active=bool(row["active"]),
        promoted=bool(row["promoted"]),
        reason=row["reason"],
        metrics=json.loads(row["metrics"]),
        corrections=tuple(json.loads(row["corrections"])),
        device=row["device"],
        seconds=row["seconds"],
        program_version=row["program_version"],
        passed=bool(row["passed"]),
        declined=bool(row["declined"]),
        archived=bool(row["archived"]),
    )
