"""Proposals, kept compressed at network size."""

from __future__ import annotations

import sqlite3
import uuid

import numpy as np

from unet_studio.core.errors import WorkspaceError
from unet_studio.core.proposal import Proposal
from unet_studio.workspace import atomic, pixelfile
from unet_studio.workspace.clock import now
from unet_studio.workspace.database import reading, writing
from unet_studio.workspace.layout import Workspace


def save_proposal(workspace: Workspace, image_hash: str, proposal: Proposal) -> int:
    """Keep a Proposal (a 16-bit PNG and a row); returns its id. Older ones stay. Raises WorkspaceError."""
    name = uuid.uuid4().hex
    file = f"proposals/{name[:2]}/{name}.png"
    atomic.write_bytes(workspace.inside(file), pixelfile.encode(proposal.probability))
    with writing(workspace) as connection:
        cursor = connection.execute(
            "INSERT INTO proposals (image_hash, target, model_id, model_sha256, file, rows, columns, device, seconds,"
            " note, made) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                image_hash,
                proposal.target,
                proposal.model_id,
                proposal.model_sha256,
                file,
                int(proposal.rows),
                int(proposal.columns),
                proposal.device,
                float(proposal.seconds),
                proposal.note,
                now(),
            ),
        )
        return int(cursor.lastrowid or 0)


def find_proposal(workspace: Workspace, image_hash: str, target: str, model_id: str | None = None) -> int | None:
    """Id of the newest Proposal of a picture and Target, by one Model version or by any; None where there is none."""
    with reading(workspace) as connection:
        row = connection.execute(
            "SELECT max(id) AS id FROM proposals WHERE image_hash = ? AND target = ?"
            " AND model_id = COALESCE(?, model_id)",
            (image_hash, target, model_id),
        ).fetchone()
    return None if row["id"] is None else int(row["id"])


def proposal(workspace: Workspace, proposal_id: int) -> Proposal:
    """The Proposal with this id. Raises WorkspaceError when it is unknown, missing or damaged."""
    with reading(workspace) as connection:
        row = connection.execute("SELECT * FROM proposals WHERE id = ?", (proposal_id,)).fetchone()
    if row is None:
        raise WorkspaceError(f"Proposal {proposal_id}: there is none with this number; propose again.")
    return _proposal(workspace, row)


def latest_proposal(workspace: Workspace, image_hash: str, target: str, model_id: str | None = None) -> Proposal | None:
    """The newest Proposal as `find_proposal` finds it; None too where its file is lost, it can be made again."""
    found = find_proposal(workspace, image_hash, target, model_id)
    if found is None:
        return None
    try:
        return proposal(workspace, found)
    except WorkspaceError:
        return None


def save_effort(workspace: Workspace, image_hash: str, target: str, model_id: str, effort: float) -> None:
    """Keep how much of a picture (0..1) is expected to be corrected in a Model version's Proposal; the newest counts.

    Raises WorkspaceError.
    """
    with writing(workspace) as connection:
        connection.execute(
            "INSERT OR REPLACE INTO efforts (image_hash, target, model_id, effort, made) VALUES (?, ?, ?, ?, ?)",
            (image_hash, target, model_id, float(effort), now()),
        )


def efforts(workspace: Workspace) -> dict[tuple[str, str], str]:
    """Which Model version's Proposal each known effort is about, by (image hash, Target)."""
    with reading(workspace) as connection:
        rows = connection.execute("SELECT image_hash, target, model_id FROM efforts").fetchall()
    return {(row["image_hash"], row["target"]): row["model_id"] for row in rows}


def _proposal(workspace: Workspace, row: sqlite3.Row) -> Proposal:
    file = workspace.inside(row["file"])
    try:
        probability = pixelfile.decode(atomic.read_bytes(file))
    except ValueError as error:
        raise WorkspaceError(f"{file}: the proposal is damaged ({error}); propose again.") from error
    probability = probability.astype(np.uint16, copy=False)
    probability.flags.writeable = False
    return Proposal(
        probability=probability,
        rows=row["rows"],
        columns=row["columns"],
        target=row["target"],
        model_id=row["model_id"],
        model_sha256=row["model_sha256"],
        device=row["device"],
        seconds=row["seconds"],
        note=row["note"],
    )
