"""What patients and pictures are called in exports: numbers given once, so that two exports name them alike."""

from __future__ import annotations

from unet_studio.workspace.database import writing
from unet_studio.workspace.layout import Workspace


def pseudonym(workspace: Workspace, group_hash: str, source: str) -> str:
    """`P007_I002`: patient, study or video 7 of this Workspace, its second file; given now where it has none yet.

    group_hash: as `group_hash` makes it. source: SHA-256 (hex) of the file, the same for all of its frames.
    """
    with writing(workspace) as connection:
        known = connection.execute(
            "SELECT source, patient, picture FROM pseudonyms WHERE group_hash = ?", (group_hash,)
        ).fetchall()
        for row in known:
            if row["source"] == source:
                return _text(row["patient"], row["picture"])
        if known:
            patient, picture = known[0]["patient"], max(row["picture"] for row in known) + 1
        else:
            last = connection.execute("SELECT COALESCE(max(patient), 0) FROM pseudonyms").fetchone()[0]
            patient, picture = last + 1, 1
        connection.execute(
            "INSERT INTO pseudonyms (group_hash, source, patient, picture) VALUES (?, ?, ?, ?)",
            (group_hash, source, patient, picture),
        )
    return _text(patient, picture)


def _text(patient: int, picture: int) -> str:
    return f"P{patient:03d}_I{picture:03d}"
