"""What was measured of accepted Masks, kept so that thousands are measured once.

Neither a Mask nor its Proposal ever changes. The rows may be lost at any time; they are measured again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import atomic
from unet_studio.workspace.database import reading, writing
from unet_studio.workspace.layout import Workspace

PROPOSAL = 0  # in place of the other Correction's id: the Mask against its own Proposal


@dataclass(frozen=True)
class Measured:
    """One accepted Mask, and how far another one is from it.

    rows, columns: of the picture. row_mm, column_mm: size of a px, None where it is not known. area, other_area: px.
    dice: 0..1. hd95: px of the picture. The last three are None where the Mask began from no Proposal.
    """

    rows: int
    columns: int
    row_mm: float | None
    column_mm: float | None
    area: int
    other_area: int | None = None
    dice: float | None = None
    hd95: float | None = None


def measures(workspace: Workspace, rule: int) -> dict[tuple[int, int], Measured]:
    """All that was measured by this rule, by (Correction, other Correction or PROPOSAL)."""
    query = (
        "SELECT correction_id, other_id, rows, columns, row_mm, column_mm, area, other_area, dice, hd95 FROM measures"
        " WHERE rule = ?"
    )
    with reading(workspace) as connection:
        return {(row[0], row[1]): Measured(*row[2:]) for row in connection.execute(query, (rule,))}


def keep_measures(workspace: Workspace, rule: int, found: Mapping[tuple[int, int], Measured]) -> None:
    """Keep these too. Raises WorkspaceError."""
    rows = [(*pair, rule, *astuple(one)) for pair, one in found.items()]
    with writing(workspace) as connection:
        connection.executemany("INSERT OR REPLACE INTO measures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


@dataclass(frozen=True)
class Origin:
    """What a Correction began from: its Proposal's threshold, the version's SHA-256 and the device; empty without."""

    threshold: float | None
    sha256: str
    device: str


def origins(workspace: Workspace) -> dict[int, Origin]:
    """Where every Correction began, by its id."""
    query = (
        "SELECT corrections.id, threshold, COALESCE(model_sha256, ''), COALESCE(device, '') FROM corrections"
        " LEFT JOIN proposals ON proposals.id = corrections.proposal_id"
    )
    with reading(workspace) as connection:
        return {row[0]: Origin(*row[1:]) for row in connection.execute(query)}


def groups_of_images(workspace: Workspace) -> dict[str, str]:
    """The salted group hash of every kept picture that has one, by content hash."""
    query = "SELECT hash, group_hash FROM images WHERE group_hash <> ''"
    with reading(workspace) as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def spacing_of(workspace: Workspace, image_hash: str) -> tuple[float, float] | None:
    """(row, column) size in mm of a px of a kept picture, None where it is not known or its facts cannot be read."""
    with reading(workspace) as connection:
        row = connection.execute("SELECT facts_file FROM images WHERE hash = ?", (image_hash,)).fetchone()
    if row is None:
        return None
    try:
        found = json.loads(atomic.read_bytes(workspace.inside(row[0])))["spacing_mm"]
        return (float(found[0]), float(found[1])) if found else None
    except (WorkspaceError, ValueError, KeyError, TypeError, IndexError):
        return None
