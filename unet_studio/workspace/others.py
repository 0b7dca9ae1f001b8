"""Files of an opened folder that are no rows of the worklist, and what tells a picture's twin when it turns up.

As in the worklist, files and folders are numbers of the linking table, and sentences have {file} for a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from unet_studio.core.survey import MISSING
from unet_studio.workspace import linking
from unet_studio.workspace.clock import now
from unet_studio.workspace.database import reading, writing
from unet_studio.workspace.layout import Workspace
from unet_studio.workspace.text import plain


@dataclass(frozen=True)
class OtherFile:
    """A file that is folded away under the folder that a reader opened.

    kind: core.survey's OTHER, REPORT, DAMAGED, VIEWER, TWIN or MISSING. reason: one sentence, "" for a twin. case_id:
    the row that stands for a TWIN.
    """

    path: str
    folder: str
    kind: str
    reason: str = ""
    case_id: int | None = None


def add_others(workspace: Workspace, files: Sequence[OtherFile]) -> None:
    """Remember these, in place of what was known of the same paths. Raises WorkspaceError."""
    paths = linking.number(workspace, [one.path for one in files])
    names = list(dict.fromkeys(one.folder for one in files))
    known = {name: linking.numbered(workspace, name) or linking.number(workspace, [name])[0] for name in names}
    rows = [
        (path, known[one.folder], one.kind, linking.without_name(plain(one.reason), one.path), one.case_id, now())
        for path, one in zip(paths, files, strict=True)
    ]
    with writing(workspace) as connection:
        connection.executemany(
            "INSERT OR REPLACE INTO others (path, folder, kind, reason, case_id, added) VALUES (?, ?, ?, ?, ?, ?)", rows
        )


def forget_others(workspace: Workspace, case_ids: Iterable[int]) -> None:
    """The files of these cases are in the worklist now. Raises WorkspaceError."""
    query = "DELETE FROM others WHERE path = (SELECT path FROM cases WHERE id = ?)"
    with writing(workspace) as connection:
        connection.executemany(query, [(one,) for one in case_ids])


def forget_missing(workspace: Workspace, folder: str) -> bool:
    """Forget which files were missing under a folder; False where there were none. Raises WorkspaceError."""
    with writing(workspace) as connection:
        query = "DELETE FROM others WHERE kind = ? AND folder = ?"
        return connection.execute(query, (MISSING, linking.numbered(workspace, folder))).rowcount > 0


def count_others(workspace: Workspace) -> list[tuple[str, str, int]]:
    """(folder, kind, number of files), folders in the order in which they were first opened."""
    query = "SELECT folder, kind, count(*), min(rowid) AS first FROM others GROUP BY folder, kind ORDER BY first"
    with reading(workspace) as connection:
        rows = connection.execute(query).fetchall()
    paths = linking.paths(workspace, {row[0] for row in rows}) if rows else {}
    return [(paths.get(row[0], ""), row[1], int(row[2])) for row in rows]


def others(workspace: Workspace, folder: str) -> list[OtherFile]:
    """The files folded away under one folder, damaged ones first, in the order in which they were met."""
    query = "SELECT * FROM others WHERE folder = ? ORDER BY kind <> 'damaged', rowid"
    with reading(workspace) as connection:
        rows = connection.execute(query, (linking.numbered(workspace, folder),)).fetchall()
    paths = linking.paths(workspace, {row["path"] for row in rows}) if rows else {}
    found = []
    for row in rows:
        path = paths.get(row["path"], "")
        words = linking.with_name(row["reason"], linking.name_of(path, row["path"]))
        found.append(OtherFile(path, folder, row["kind"], words, row["case_id"]))
    return found


def keep_looks(workspace: Workspace, looks: Sequence[tuple[int, str]]) -> None:
    """Remember the fingerprints of these cases' files. Raises WorkspaceError."""
    with writing(workspace) as connection:
        connection.executemany("INSERT OR REPLACE INTO looks (case_id, fingerprint) VALUES (?, ?)", looks)


def alike(workspace: Workspace, fingerprints: Sequence[str]) -> dict[str, list[str]]:
    """By fingerprint, the paths of the worklist's files that have it, the oldest first."""
    marks = ",".join("?" * len(fingerprints))
    query = (
        "SELECT looks.fingerprint, cases.path FROM looks JOIN cases ON cases.id = looks.case_id"
        f" WHERE looks.fingerprint IN ({marks}) ORDER BY cases.id"
    )
    with reading(workspace) as connection:
        rows = connection.execute(query, list(fingerprints)).fetchall()
    paths = linking.paths(workspace, {row[1] for row in rows}) if rows else {}
    found: dict[str, list[str]] = {one: [] for one in fingerprints}
    for fingerprint, number in rows:
        found[fingerprint].append(paths.get(number, ""))
    return found


def twins(workspace: Workspace, case_id: int) -> list[str]:
    """Paths of the files that this row stands for besides its own."""
    with reading(workspace) as connection:
        rows = connection.execute("SELECT path FROM others WHERE case_id = ? ORDER BY rowid", (case_id,)).fetchall()
    paths = linking.paths(workspace, {row[0] for row in rows}) if rows else {}
    return [paths.get(row[0], "") for row in rows]


def case_at(workspace: Workspace, path: str) -> int | None:
    """The row of a file's first frame, None where it is not in the worklist."""
    with reading(workspace) as connection:
        query = "SELECT id FROM cases WHERE path = ? AND frame = 0"
        row = connection.execute(query, (linking.numbered(workspace, path),)).fetchone()
    return None if row is None else int(row[0])
