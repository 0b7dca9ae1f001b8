"""Near-duplicates among the kept pictures: a copy that was saved, sized or cropped anew follows the first of its kind.

What a picture looks like is a row of bits (`imaging.likeness`); two pictures are near-duplicates where few of them
differ. See docs/decisions/0034-split-and-near-duplicates.md for the numbers.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from unet_studio.core.correction import Side
from unet_studio.workspace.database import reading, writing
from unet_studio.workspace.layout import Workspace

ALIKE = 0.12  # part of the bits that may differ

_FIRST_OF_EACH = """
SELECT bits, image_hash, group_hash, side FROM likenesses JOIN corrections USING (image_hash)
WHERE bits <> x'' AND image_hash <> ? AND length(bits) = ?
    AND corrections.id = (SELECT min(id) FROM corrections AS c WHERE c.image_hash = likenesses.image_hash)
ORDER BY corrections.id
"""
_GROUP_AND_BITS = """
SELECT group_hash, COALESCE(bits, x'') AS bits FROM corrections LEFT JOIN likenesses USING (image_hash)
WHERE corrections.id = (SELECT min(id) FROM corrections AS c WHERE c.image_hash = corrections.image_hash)
ORDER BY corrections.id
"""


@dataclass(frozen=True)
class Like:
    """An accepted picture that another one is a near-duplicate of."""

    image_hash: str
    group: str
    side: Side


def keep_likeness(workspace: Workspace, image_hash: str, bits: bytes) -> None:
    """Record what a kept picture looks like; what is recorded already stays."""
    with writing(workspace) as connection:
        put_likeness(connection, image_hash, bits)


def put_likeness(connection: sqlite3.Connection, image_hash: str, bits: bytes) -> None:
    """`keep_likeness` inside a write transaction."""
    connection.execute("INSERT OR IGNORE INTO likenesses (image_hash, bits) VALUES (?, ?)", (image_hash, bits))


def without_likeness(workspace: Workspace) -> list[str]:
    """Kept pictures of which nobody knows what they look like: a Workspace of an older format has them."""
    with reading(workspace) as connection:
        rows = connection.execute("SELECT hash FROM images WHERE hash NOT IN (SELECT image_hash FROM likenesses)")
        return [row["hash"] for row in rows.fetchall()]


def followed(workspace: Workspace) -> dict[str, str]:
    """Pictures that took the side of a near-duplicate, and which one that is."""
    with reading(workspace) as connection:
        rows = connection.execute("SELECT image_hash, follows FROM likenesses WHERE follows <> ''")
        return {row["image_hash"]: row["follows"] for row in rows.fetchall()}


def first_like(connection: sqlite3.Connection, image_hash: str) -> Like | None:
    """The first accepted picture that this one is a near-duplicate of; recorded, inside a write transaction."""
    own = connection.execute("SELECT bits FROM likenesses WHERE image_hash = ?", (image_hash,)).fetchone()
    if own is None or not own["bits"]:
        return None
    rows = connection.execute(_FIRST_OF_EACH, (image_hash, len(own["bits"]))).fetchall()
    if not rows:
        return None
    near = np.flatnonzero(apart(own["bits"], [row["bits"] for row in rows]) <= ALIKE)
    if not len(near):
        return None
    first = rows[int(near[0])]
    connection.execute("UPDATE likenesses SET follows = ? WHERE image_hash = ?", (first["image_hash"], image_hash))
    return Like(first["image_hash"], first["group_hash"], Side(first["side"]))


def united_groups(workspace: Workspace) -> dict[str, str]:
    """Every group of accepted pictures, by its hash, and the one of the groups tied to it that stands for them all.

    Two groups are tied where a picture of the one is a near-duplicate of a picture of the other; ties go on and on.
    """
    with reading(workspace) as connection:
        rows = connection.execute(_GROUP_AND_BITS).fetchall()
    stands_for = {row["group_hash"]: row["group_hash"] for row in rows}

    def first(group: str) -> str:
        while stands_for[group] != group:
            stands_for[group] = stands_for[stands_for[group]]  # shorter for the next one who asks
            group = stands_for[group]
        return group

    by_length: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        by_length[len(row["bits"])].append(row)
    for length, alike in by_length.items():
        for place, row in enumerate(alike[:-1] if length else []):
            later = alike[place + 1 :]
            for near in np.flatnonzero(apart(row["bits"], [other["bits"] for other in later]) <= ALIKE):
                ends = first(row["group_hash"]), first(later[int(near)]["group_hash"])
                stands_for[max(ends)] = min(ends)
    return {group: first(group) for group in stands_for}


def apart(bits: bytes, others: list[bytes]) -> np.ndarray:
    """(n,) float64: the part of the bits in which each of n others of the same length differs, black for white too."""
    table = np.frombuffer(b"".join(others), np.uint8).reshape(len(others), -1)
    counts = np.unpackbits(table ^ np.frombuffer(bits, np.uint8), axis=1).sum(axis=1, dtype=np.int64)
    total = 8 * len(bits)
    return np.asarray(np.minimum(counts, total - counts) / total)
