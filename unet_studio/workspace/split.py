"""Train or gate: decided for a patient, study or video at first sight, recorded, and never computed again."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Mapping

from unet_studio.core.correction import Side
from unet_studio.workspace.clock import now
from unet_studio.workspace.database import reading, writing
from unet_studio.workspace.layout import Workspace

GATE_SHARE = 5  # one group in five
_HASH = re.compile("[0-9a-f]{64}")
HASHED = "group hash "  # before a hash that is passed on in place of the identifier


def group_hash(workspace: Workspace, identifier: str) -> str:
    """Salted SHA-256 (hex) of a patient, study or video identifier; the identifier itself is never stored."""
    with reading(workspace) as connection:
        return hash_in(connection, identifier)


def side_of(workspace: Workspace, group: str) -> Side:
    """The side of a group (as `group_hash` gives it), recorded now if it was never seen before."""
    with writing(workspace) as connection:
        return side_in(connection, group)


def take_sides(workspace: Workspace, groups: Mapping[str, str]) -> None:
    """Record groups that were never seen on the side of the group that they belong to: {group hash: group hash}."""
    with writing(workspace) as connection:
        for group, known in groups.items():
            side_in(connection, group, side_in(connection, known))


def sides(workspace: Workspace) -> dict[str, Side]:
    """Every recorded group hash and its side."""
    with reading(workspace) as connection:
        return {row["hash"]: Side(row["side"]) for row in connection.execute("SELECT hash, side FROM groups")}


def hash_in(connection: sqlite3.Connection, identifier: str) -> str:
    """`group_hash` inside a transaction; a hash that was given the mark of one stays what it is."""
    if identifier.startswith(HASHED) and _HASH.fullmatch(identifier.removeprefix(HASHED)):
        return identifier.removeprefix(HASHED)
    salt = connection.execute("SELECT value FROM settings WHERE name = 'salt'").fetchone()[0]
    return hashlib.sha256(f"{salt}\n{identifier}".encode("utf-8", "surrogateescape")).hexdigest()


def side_in(connection: sqlite3.Connection, group: str, like: Side | None = None) -> Side:
    """`side_of` inside a write transaction; a group that was never seen takes the side `like`, where one is given."""
    if not _HASH.fullmatch(group):
        raise ValueError("a hash of `group_hash` is needed: identifiers are not stored")
    row = connection.execute("SELECT side FROM groups WHERE hash = ?", (group,)).fetchone()
    if row is not None:
        return Side(row["side"])
    side = like or (Side.GATE if int(group[:15], 16) % GATE_SHARE == 0 else Side.TRAIN)
    connection.execute("INSERT INTO groups (hash, side, seen) VALUES (?, ?, ?)", (group, side.value, now()))
    return side
