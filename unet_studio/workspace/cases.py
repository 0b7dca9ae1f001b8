"""The worklist: one row per frame of a file, and where each stands for each reader and Target."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from unet_studio.core.case import Case, Status, with_frame
from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import linking
from unet_studio.workspace.clock import now
from unet_studio.workspace.database import reading, writing
from unet_studio.workspace.layout import Workspace
from unet_studio.workspace.text import plain

_ADD = """
INSERT INTO cases (path, frame, frames, guess, error, added, video) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (path, frame) DO UPDATE SET frames = excluded.frames, guess = excluded.guess, error = ''
    WHERE cases.error <> '' AND excluded.error = ''
"""

_SEEN = """
SELECT cases.*, COALESCE(choices.target, cases.guess) AS target,
    COALESCE(own.status, early.status, 'new') AS status, COALESCE(own.reason, early.reason, '') AS reason,
    efforts.effort AS effort
FROM cases
LEFT JOIN choices ON choices.case_id = cases.id AND choices.reader = :reader
LEFT JOIN statuses AS own ON own.case_id = cases.id AND own.reader = :reader
    AND own.target = COALESCE(choices.target, cases.guess, '')
LEFT JOIN statuses AS early ON early.case_id = cases.id AND early.reader = :reader AND early.target = ''
LEFT JOIN efforts ON efforts.image_hash = cases.image_hash AND efforts.image_hash <> ''
    AND efforts.target = COALESCE(choices.target, cases.guess, '')
"""

_IN_ORDER = " ORDER BY min(cases.id) OVER (PARTITION BY cases.path), cases.frame"

_SET_STATUS = """
INSERT INTO statuses (case_id, reader, target, status, reason, changed) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (case_id, reader, target)
    DO UPDATE SET status = excluded.status, reason = excluded.reason, changed = excluded.changed
"""


@dataclass(frozen=True)
class NewCase:
    """One frame to add to the worklist; `error` (one sentence) where the file cannot be read."""

    path: str | Path
    frame: int = 0
    frames: int = 1
    guess: str | None = None  # Target guessed from the picture
    error: str = ""
    video: bool = False


def add_cases(workspace: Workspace, new: Iterable[NewCase]) -> list[int]:
    """Add rows in this order, in one transaction; returns their ids in the same order.

    A (path, frame) that is there already stays as it is and gives its old id; one that was unreadable and now is
    not becomes readable.
    """
    ids = []
    rows = [(os.path.abspath(case.path), case) for case in new]  # noqa: PTH100
    numbers = linking.number(workspace, [path for path, _ in rows])
    with writing(workspace) as connection:
        for source, (path, case) in zip(numbers, rows, strict=True):
            error = linking.without_name(plain(case.error), path)
            connection.execute(
                _ADD, (source, int(case.frame), int(case.frames), case.guess, error, now(), bool(case.video))
            )
            row = connection.execute(
                "SELECT id FROM cases WHERE path = ? AND frame = ?", (source, case.frame)
            ).fetchone()
            ids.append(int(row["id"]))
    return ids


def frame_of(workspace: Workspace, file: int, frame: int) -> int | None:
    """The row of a frame of a file (by its number in the linking table), None where there is none."""
    with reading(workspace) as connection:
        row = connection.execute("SELECT id FROM cases WHERE path = ? AND frame = ?", (file, frame)).fetchone()
    return None if row is None else int(row["id"])


def add_frames(workspace: Workspace, case_id: int, reader: str, frames: Iterable[int]) -> list[int]:
    """Rows for other frames of a case's file, with the Target that the case has for `reader`; returns their ids."""
    ids = []
    with writing(workspace) as connection:
        like = _seen(connection, case_id, reader)
        for frame in frames:
            row = (like["path"], frame, like["frames"], like["target"], "", now(), like["video"])
            connection.execute(_ADD, row)
            found = connection.execute(
                "SELECT id FROM cases WHERE path = ? AND frame = ?", (like["path"], frame)
            ).fetchone()
            ids.append(int(found["id"]))
    return ids


def set_frames(workspace: Workspace, file: int, frames: int) -> None:
    """Record how many frames a file has."""
    with writing(workspace) as connection:
        connection.execute("UPDATE cases SET frames = ? WHERE path = ?", (int(frames), file))


def cases(workspace: Workspace, reader: str) -> list[Case]:
    """The whole worklist as `reader` sees it: files as they were added, the frames of each in order."""
    with reading(workspace) as connection:
        rows = connection.execute(_SEEN + _IN_ORDER, {"reader": reader}).fetchall()
    paths = linking.paths(workspace, {row["path"] for row in rows})
    return [_case(row, paths) for row in rows]


def case(workspace: Workspace, case_id: int, reader: str) -> Case:
    """One row of the worklist as `reader` sees it. Raises WorkspaceError for an unknown id."""
    with reading(workspace) as connection:
        row = _seen(connection, case_id, reader)
    return _case(row, {row["path"]: _path_of(workspace, row)})


def cases_of_image(workspace: Workspace, image_hash: str) -> list[int]:
    """Ids of all rows that show this picture (the same content under several names)."""
    with reading(workspace) as connection:
        rows = connection.execute("SELECT id FROM cases WHERE image_hash = ? ORDER BY id", (image_hash,))
        return [int(row["id"]) for row in rows]


def set_status(workspace: Workspace, case_id: int, reader: str, status: Status, reason: str = "") -> None:
    """Set where a case stands for `reader` and the Target it has for them; UNREADABLE holds for every reader."""
    with writing(workspace) as connection:
        if status is Status.UNREADABLE:
            path = _path_of(workspace, _seen(connection, case_id, reader))
            error = linking.without_name(plain(reason), path) or "cannot be read"
            connection.execute("UPDATE cases SET error = ? WHERE id = ?", (error, case_id))
            return
        target = _seen(connection, case_id, reader)["target"] or ""
        put_status(connection, case_id, reader, target, status, plain(reason))


def set_target(workspace: Workspace, case_id: int, reader: str, target: str) -> None:
    """Choose the Target of a case for `reader`.

    Each Target has its own status; EXCLUDED and LATER are said of the picture and go along to a Target not used yet.
    """
    set_targets(workspace, [case_id], reader, target)


def set_targets(workspace: Workspace, case_ids: Iterable[int], reader: str, target: str) -> None:
    """`set_target` for many cases in one transaction."""
    with writing(workspace) as connection:
        for case_id in case_ids:
            _choose(connection, case_id, reader, target)


def set_image(
    workspace: Workspace, case_id: int, image_hash: str, rows: int, columns: int, guess: str | None = None
) -> None:
    """Record what a case showed when it was opened; it is readable from now on.

    A file that holds another picture than before begins anew, unless a Correction of the older picture was
    accepted from it: then WorkspaceError, and the kept picture stays in use.
    """
    with writing(workspace) as connection:
        before = _seen(connection, case_id, "")
        if before["image_hash"] not in ("", image_hash):
            _refuse_if_corrected(workspace, connection, before)
            connection.execute("DELETE FROM statuses WHERE case_id = ?", (case_id,))
        connection.execute(
            "UPDATE cases SET image_hash = ?, rows = ?, columns = ?, guess = COALESCE(?, guess), error = ''"
            " WHERE id = ?",
            (image_hash, int(rows), int(columns), guess, case_id),
        )


def put_status(
    connection: sqlite3.Connection, case_id: int, reader: str, target: str, status: Status, reason: str = ""
) -> None:
    """`set_status` for a given Target, inside a write transaction."""
    connection.execute(_SET_STATUS, (case_id, reader, target, status.value, reason, now()))


def _choose(connection: sqlite3.Connection, case_id: int, reader: str, target: str) -> None:
    before = _seen(connection, case_id, reader)
    connection.execute(
        "INSERT INTO choices (case_id, reader, target) VALUES (?, ?, ?)"
        " ON CONFLICT (case_id, reader) DO UPDATE SET target = excluded.target",
        (case_id, reader, target),
    )
    if before["status"] in (Status.EXCLUDED.value, Status.LATER.value):
        connection.execute(
            "INSERT INTO statuses (case_id, reader, target, status, reason, changed) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (case_id, reader, target, before["status"], before["reason"], now()),
        )


def _seen(connection: sqlite3.Connection, case_id: int, reader: str) -> sqlite3.Row:
    row = connection.execute(_SEEN + "WHERE cases.id = :id", {"reader": reader, "id": case_id}).fetchone()
    if row is None:
        raise WorkspaceError(f"Case {case_id}: there is none with this number; refresh the worklist.")
    assert isinstance(row, sqlite3.Row)
    return row


def _refuse_if_corrected(workspace: Workspace, connection: sqlite3.Connection, row: sqlite3.Row) -> None:
    corrected = connection.execute(
        "SELECT 1 FROM corrections WHERE image_hash = ? AND taken_back = '' LIMIT 1", (row["image_hash"],)
    ).fetchone()
    if corrected:
        raise WorkspaceError(
            f"{_path_of(workspace, row) or 'A picture'}: the file has changed since its correction was accepted;"
            " the kept picture stays in use, add the new one under another name."
        )


def _path_of(workspace: Workspace, row: sqlite3.Row) -> str:
    return linking.paths(workspace, {row["path"]}).get(row["path"], "")


def _case(row: sqlite3.Row, paths: dict[int, str]) -> Case:
    path, frame, frames = paths.get(row["path"], ""), row["frame"], row["frames"]
    name = linking.name_of(path, row["path"])
    unreadable = bool(row["error"])
    return Case(
        id=row["id"],
        path=path,
        frame=frame,
        frames=frames,
        name=with_frame(name, frame, frames),
        status=Status.UNREADABLE if unreadable else Status(row["status"]),
        target=row["target"],
        image_hash=row["image_hash"],
        rows=row["rows"],
        columns=row["columns"],
        reason=linking.with_name(row["error"], name) or row["reason"],
        effort=row["effort"],
        file=row["path"],
        video=bool(row["video"]),
    )
