"""Accepted Corrections: written once, never changed, never lost; a later one takes the place of an earlier one."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from unet_studio.core.case import Status, with_frame
from unet_studio.core.correction import Correction, Effort, QueueState, Side
from unet_studio.core.errors import WorkspaceError
from unet_studio.core.proposal import Proposal
from unet_studio.workspace import atomic, drafts, journal, linking, pixelfile, proposals, split
from unet_studio.workspace.cases import put_status
from unet_studio.workspace.clock import now
from unet_studio.workspace.database import reading, writing
from unet_studio.workspace.journal import Key
from unet_studio.workspace.layout import Workspace
from unet_studio.workspace.likeness import first_like
from unet_studio.workspace.text import plain

_INSERT = """
INSERT INTO corrections (image_hash, target, reader, accepted_at, state, side, group_hash, model_id, proposal_id,
    threshold, changed, empty, strokes, active_seconds, wall_seconds, changed_pixels, source_name, source_sha256,
    mask_file, touched_file, journal_file, before)
VALUES (:image_hash, :target, :reader, :accepted_at, :state, :side, :group_hash, :model_id, :proposal_id,
    :threshold, :changed, :empty, :strokes, :active_seconds, :wall_seconds, :changed_pixels, :source_name,
    :source_sha256, :mask_file, :touched_file, :journal_file, :before)
"""
_ROWS_OF_PICTURE = """
SELECT cases.id, own.status, COALESCE(own.reason, '') AS reason, COALESCE(own.status, early.status) AS seen FROM cases
LEFT JOIN statuses AS own ON own.case_id = cases.id AND own.reader = ? AND own.target = ?
LEFT JOIN statuses AS early ON early.case_id = cases.id AND early.reader = ? AND early.target = ''
WHERE image_hash = ? AND error = ''
"""
STANDING = "replaced_by IS NULL AND taken_back = ''"


@dataclass(frozen=True, eq=False)
class NewCorrection:
    """What is accepted.

    mask: (H, W) bool or integer, everything but 0 is marked. touched: (H, W) bool, None where nobody painted.
    group: identifier of patient, study or video as `Image.group` has it; "" takes the one kept with the picture, else
    the picture is a group of its own. The first Correction of a picture decides for all later ones.
    case_id: the worklist row it was accepted in, None for an import.
    proposal_id, threshold: the Proposal it began from, as `save_proposal` numbered it, and the threshold in force.
    """

    image_hash: str
    target: str
    reader: str
    mask: np.ndarray
    touched: np.ndarray | None = None
    group: str = ""
    proposal_id: int | None = None
    model_id: str = ""
    threshold: float | None = None
    changed: bool = True
    effort: Effort = field(default_factory=Effort)
    source_name: str = ""
    source_sha256: str = ""
    state: QueueState = QueueState.QUEUED
    case_id: int | None = None


def save_correction(workspace: Workspace, new: NewCorrection) -> Correction:
    """Accept: keep the masks, put the Correction in the queue in place of an older one, and the draft away.

    When this returns, the Correction is on the disk. Its worklist row, and every other that shows the same picture
    and is not excluded (all of them where all are), becomes QUEUED for this reader and Target.
    The draft's Journal must be closed before, and a new draft opened for any stroke after it.
    Raises WorkspaceError (disk full, picture not kept, ...); nothing has changed then.
    """
    mask, touched = _checked(new)
    mask_file, touched_file = _write_masks(workspace, mask, touched)
    key = Key(new.image_hash, new.target, new.reader)
    source = _source(workspace, new)
    with writing(workspace) as connection:
        _refuse_unfit(connection, new)
        group, side = group_in(connection, new)
        live = drafts.live_path(workspace, key)
        journal_file = f"journal/archive/{journal.archive_name(live).name}" if live.is_file() else ""
        row = {
            **_plain_row(new, source, empty=not mask.any()),
            "accepted_at": now(),
            "side": side.value,
            "group_hash": group,
            "mask_file": mask_file,
            "touched_file": touched_file,
            "journal_file": journal_file,
            "before": json.dumps(_mark_accepted(connection, new)),
        }
        saved = row_of(connection, _insert(connection, row))
    if journal_file:
        with contextlib.suppress(WorkspaceError):  # accepted all the same: `settle` moves it later
            drafts.put_away(workspace, key, journal_file)
    return named(workspace, [saved])[0]


def correction(workspace: Workspace, correction_id: int) -> Correction:
    """The Correction with this id, standing or not. Raises WorkspaceError for an unknown one."""
    with reading(workspace) as connection:
        row = row_of(connection, correction_id)
    return named(workspace, [row])[0]


def current_correction(workspace: Workspace, image_hash: str, target: str, reader: str) -> Correction | None:
    """The standing Correction of one (Image, Target, reader), or None."""
    with reading(workspace) as connection:
        row = connection.execute(
            f"SELECT * FROM corrections WHERE image_hash = ? AND target = ? AND reader = ? AND {STANDING}",
            (image_hash, target, reader),
        ).fetchone()
    return None if row is None else named(workspace, [row])[0]


def corrections(
    workspace: Workspace,
    target: str | None = None,
    reader: str | None = None,
    states: Collection[QueueState] | None = None,
    *,
    replaced: bool = False,
) -> list[Correction]:
    """Corrections of any reader (or one), any Target (or one), in some states (or all), oldest first.

    Those taken back are left out; those replaced by a later one too, unless `replaced`.
    """
    query = "SELECT * FROM corrections WHERE taken_back = '' AND target = COALESCE(?, target)"
    query += " AND reader = COALESCE(?, reader)" + ("" if replaced else " AND replaced_by IS NULL")
    with reading(workspace) as connection:
        rows = connection.execute(query + " ORDER BY id", (target, reader)).fetchall()
    wanted = None if states is None else {state.value for state in states}
    return named(workspace, [row for row in rows if wanted is None or row["state"] in wanted])


@dataclass(frozen=True)
class Seen:
    """The group of a picture of which a Correction was accepted, and how early: a smaller `order` came before."""

    group: str
    order: int


def groups_of_images(workspace: Workspace) -> dict[str, Seen]:
    """Every picture, by its hash, of which a Correction was ever accepted."""
    query = "SELECT image_hash, group_hash, min(id) AS first FROM corrections GROUP BY image_hash"
    with reading(workspace) as connection:
        rows = connection.execute(query).fetchall()
    return {row["image_hash"]: Seen(row["group_hash"], row["first"]) for row in rows}


def correction_mask(workspace: Workspace, correction_id: int) -> np.ndarray:
    """The accepted Mask, (H, W) uint8 of 0 and 1. Raises WorkspaceError when it is unknown, missing or damaged."""
    marked: np.ndarray = _pixels(workspace, correction_id, "mask_file") != 0
    return marked.astype(np.uint8)


def correction_touched(workspace: Workspace, correction_id: int) -> np.ndarray:
    """The pixels that its reader touched, (H, W) bool. Raises WorkspaceError like `correction_mask`."""
    touched: np.ndarray = _pixels(workspace, correction_id, "touched_file") != 0
    return touched


def correction_proposal(workspace: Workspace, correction_id: int) -> tuple[Proposal | None, float | None]:
    """The Proposal that a Correction began from and the threshold in force; None where there was none."""
    with reading(workspace) as connection:
        row = row_of(connection, correction_id)
    found = None if row["proposal_id"] is None else proposals.proposal(workspace, row["proposal_id"])
    return found, row["threshold"]


def row_of(connection: sqlite3.Connection, correction_id: int) -> sqlite3.Row:
    """The row of a Correction, inside a transaction. Raises WorkspaceError for an unknown id."""
    row = connection.execute("SELECT * FROM corrections WHERE id = ?", (correction_id,)).fetchone()
    if row is None:
        raise WorkspaceError(f"Correction {correction_id}: there is none with this number; list the queue.")
    assert isinstance(row, sqlite3.Row)
    return row


def named(workspace: Workspace, rows: Sequence[sqlite3.Row]) -> list[Correction]:
    """Corrections out of their rows, each with the name of its source from the linking table."""
    numbers = {int(row["source_name"]) for row in rows if row["source_name"]}
    paths = linking.paths(workspace, numbers) if numbers else {}
    places = _places(workspace, numbers)
    return [_from_row(row, paths, places) for row in rows]


def _places(workspace: Workspace, numbers: Collection[int]) -> dict[tuple[int, str], sqlite3.Row]:
    """By file and picture, the frame of the worklist row, for files of several frames."""
    some = f" AND path IN ({','.join(map(str, sorted(numbers)))})" if len(numbers) <= linking.MANY else ""
    with reading(workspace) as connection:
        rows = connection.execute(f"SELECT path, image_hash, frame, frames, video FROM cases WHERE frames > 1{some}")
        return {(row["path"], row["image_hash"]): row for row in rows}


def _from_row(row: sqlite3.Row, paths: dict[int, str], places: dict[tuple[int, str], sqlite3.Row]) -> Correction:
    number = int(row["source_name"] or 0)
    place = places.get((number, row["image_hash"]))
    frame, frames, video = (place["frame"], place["frames"], place["video"]) if place is not None else (0, 1, 0)
    return Correction(
        id=row["id"],
        image_hash=row["image_hash"],
        target=row["target"],
        reader=row["reader"],
        accepted_at=row["accepted_at"],
        state=QueueState(row["state"]),
        side=Side(row["side"]),
        model_id=row["model_id"],
        changed=bool(row["changed"]),
        empty=bool(row["empty"]),
        effort=Effort(row["strokes"], row["active_seconds"], row["wall_seconds"], row["changed_pixels"]),
        source_name=with_frame(linking.name_of(paths.get(number, ""), number), frame, frames),
        source_sha256=row["source_sha256"],
        source_file=number,
        frame=frame,
        frames=frames,
        video=bool(video),
        group=row["group_hash"],
        replaced_by=row["replaced_by"],
        proposal_id=row["proposal_id"],
        threshold=row["threshold"],
    )


def _checked(new: NewCorrection) -> tuple[np.ndarray, np.ndarray]:
    """(mask, touched) as bool arrays of one size. Raises ValueError."""
    if new.mask.ndim != 2 or not new.mask.size:
        raise ValueError(f"a Mask of (rows, columns) is needed, not {new.mask.shape}")
    touched = np.zeros(new.mask.shape, bool) if new.touched is None else new.touched != 0
    if touched.shape != new.mask.shape:
        raise ValueError(f"touched {touched.shape} is not of the Mask's size {new.mask.shape}")
    return new.mask != 0, touched


def _refuse_unfit(connection: sqlite3.Connection, new: NewCorrection) -> None:
    """Raises WorkspaceError where the picture is not kept, ValueError where it is of another size than the Mask."""
    if connection.execute("SELECT 1 FROM images WHERE hash = ?", (new.image_hash,)).fetchone() is None:
        raise WorkspaceError(f"{plain(new.source_name)}: its picture is not kept yet; open it again and accept.")
    sizes = connection.execute("SELECT rows, columns FROM cases WHERE image_hash = ? AND rows > 0", (new.image_hash,))
    for rows, columns in sizes.fetchall():
        if new.mask.shape != (rows, columns):
            raise ValueError(f"the Mask is {new.mask.shape}, the picture {rows} x {columns}")


def group_in(connection: sqlite3.Connection, new: NewCorrection) -> tuple[str, Side]:
    """The picture's group hash and its side; neither changes once a Correction of it was accepted.

    A near-duplicate follows the first accepted picture of its kind: into its group where it has none of its own, else
    its group takes that side, unless the group was seen before: a patient is never on both sides.
    """
    first = connection.execute(
        "SELECT group_hash, side FROM corrections WHERE image_hash = ? ORDER BY id LIMIT 1", (new.image_hash,)
    ).fetchone()
    if first is not None:
        return str(first["group_hash"]), Side(first["side"])
    kept = connection.execute("SELECT group_hash FROM images WHERE hash = ?", (new.image_hash,)).fetchone()
    own = split.hash_in(connection, new.group) if new.group else str(kept["group_hash"])
    like = first_like(connection, new.image_hash)
    group = own or (split.hash_in(connection, f"picture {new.image_hash}") if like is None else like.group)
    return group, split.side_in(connection, group, None if like is None else like.side)


def _write_masks(workspace: Workspace, mask: np.ndarray, touched: np.ndarray) -> tuple[str, str]:
    """Both PNG files (0 and 255), under names that no other Correction has; without their row they mean nothing."""
    name = uuid.uuid4().hex
    files = f"masks/{name[:2]}/{name}.png", f"masks/{name[:2]}/{name}-touched.png"
    for file, marked in zip(files, (mask, touched), strict=True):
        atomic.write_bytes(workspace.inside(file), pixelfile.encode(marked.astype(np.uint8) * np.uint8(255)))
    return files


def _source(workspace: Workspace, new: NewCorrection) -> str:
    """The number of the file that a Correction comes from: its worklist row's, else its name's."""
    if new.case_id is not None:
        with reading(workspace) as connection:
            row = connection.execute("SELECT path FROM cases WHERE id = ?", (new.case_id,)).fetchone()
        if row is not None:
            return str(row["path"])
    return str(linking.number(workspace, [new.source_name])[0]) if new.source_name else ""


def _plain_row(new: NewCorrection, source: str, *, empty: bool) -> dict[str, object]:
    return {
        "image_hash": new.image_hash,
        "target": new.target,
        "reader": new.reader,
        "state": new.state.value,
        "model_id": new.model_id,
        "proposal_id": new.proposal_id,
        "threshold": None if new.threshold is None else float(new.threshold),
        "changed": bool(new.changed),
        "empty": empty,
        "strokes": int(new.effort.strokes),
        "active_seconds": float(new.effort.active_seconds),
        "wall_seconds": float(new.effort.wall_seconds),
        "changed_pixels": int(new.effort.changed_pixels),
        "source_name": source,
        "source_sha256": new.source_sha256,
    }


def _mark_accepted(connection: sqlite3.Connection, new: NewCorrection) -> list[list[object]]:
    """Set the picture's rows QUEUED; returns [case id, status or None, reason] of each as it was before."""
    rows = connection.execute(_ROWS_OF_PICTURE, (new.reader, new.target, new.reader, new.image_hash)).fetchall()
    wanted = [row for row in rows if row["id"] == new.case_id or row["seen"] != Status.EXCLUDED.value]
    rows = wanted or rows
    for row in rows:
        put_status(connection, row["id"], new.reader, new.target, Status.QUEUED)
    return [[row["id"], row["status"], row["reason"]] for row in rows]


def _insert(connection: sqlite3.Connection, row: dict[str, object]) -> int:
    """Add the row and return its id; an older standing one names it as the one that replaced it."""
    key = (row["image_hash"], row["target"], row["reader"])
    older = connection.execute(
        f"SELECT id FROM corrections WHERE image_hash = ? AND target = ? AND reader = ? AND {STANDING}", key
    ).fetchone()
    if older is not None:  # out of the way of the unique index until the new id is known
        connection.execute("UPDATE corrections SET replaced_by = id WHERE id = ?", (older["id"],))
    new_id = int(connection.execute(_INSERT, row).lastrowid or 0)
    if older is not None:
        connection.execute("UPDATE corrections SET replaced_by = ? WHERE id = ?", (new_id, older["id"]))
    return new_id


def _pixels(workspace: Workspace, correction_id: int, column: str) -> np.ndarray:
    with reading(workspace) as connection:
        row = row_of(connection, correction_id)
    file = workspace.inside(row[column])
    try:
        return pixelfile.decode(atomic.read_bytes(file))
    except ValueError as error:
        raise WorkspaceError(f"{file}: this mask is damaged ({error}); put it back from a backup.") from error
