"""Lossless copies of the pictures, under their content hash: whatever happens to the source files, they stay."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import atomic, split
from unet_studio.workspace.clock import now
from unet_studio.workspace.database import reading, writing
from unet_studio.workspace.layout import Workspace
from unet_studio.workspace.likeness import put_likeness


def keep_image(
    workspace: Workspace,
    image_hash: str,
    data: bytes,
    suffix: str,
    facts: dict[str, Any],
    group: str = "",
    bits: bytes | None = None,
) -> None:
    """Keep a picture: `data` is the lossless file's bytes, `suffix` its ending ('.png'), `facts` JSON of the rest.

    group: identifier of patient, study or video; only its salted hash is kept, for the day when the source is gone.
    bits: what it looks like, as `imaging.likeness` says it, so that near-duplicates follow it; None: not known.
    A picture that is kept already is never written again, only put back where its file was lost.
    Raises WorkspaceError (disk full, ...).
    """
    if has_image(workspace, image_hash):
        _complete(workspace, image_hash, data, group, bits)
        return
    folder = f"images/{image_hash[:2]}"
    names = f"{folder}/{image_hash}{suffix}", f"{folder}/{image_hash}.json"
    text = (json.dumps(facts, indent=2, sort_keys=True) + "\n").encode()
    files = [workspace.inside(name) for name in names]
    staged = [atomic.stage(files[0], data)]
    try:
        staged.append(atomic.stage(files[1], text))
        with writing(workspace) as connection:
            group_hash = split.hash_in(connection, group) if group else ""
            row = (image_hash, *names, hashlib.sha256(data).hexdigest(), group_hash, now())
            if connection.execute("SELECT 1 FROM images WHERE hash = ?", (image_hash,)).fetchone() is None:
                for temporary, file in zip(staged, files, strict=True):
                    atomic.publish(temporary, file)
                connection.execute(
                    "INSERT INTO images (hash, file, facts_file, sha256, group_hash, kept) VALUES (?, ?, ?, ?, ?, ?)",
                    row,
                )
            if bits is not None:
                put_likeness(connection, image_hash, bits)
    finally:
        for temporary in staged:
            atomic.discard(temporary)


def _complete(workspace: Workspace, image_hash: str, data: bytes, group: str, bits: bytes | None) -> None:
    """A picture seen again: put back a lost file where these are its very bytes, learn its group if it had none."""
    with reading(workspace) as connection:
        row = connection.execute("SELECT * FROM images WHERE hash = ?", (image_hash,)).fetchone()
    file = workspace.inside(row["file"])
    if not file.exists() and hashlib.sha256(data).hexdigest() == row["sha256"]:
        atomic.write_bytes(file, data)
    with writing(workspace) as connection:
        if bits is not None:
            put_likeness(connection, image_hash, bits)
        if group and not row["group_hash"]:
            found = split.hash_in(connection, group)
            connection.execute("UPDATE images SET group_hash = ? WHERE hash = ?", (found, image_hash))


def has_image(workspace: Workspace, image_hash: str) -> bool:
    """True when the picture is kept."""
    with reading(workspace) as connection:
        return connection.execute("SELECT 1 FROM images WHERE hash = ?", (image_hash,)).fetchone() is not None


def has_group(workspace: Workspace, image_hash: str) -> bool:
    """True when the patient, study or video of a kept picture is known."""
    with reading(workspace) as connection:
        row = connection.execute("SELECT group_hash FROM images WHERE hash = ?", (image_hash,)).fetchone()
    return row is not None and bool(row["group_hash"])


def kept_image(workspace: Workspace, image_hash: str) -> tuple[bytes, dict[str, Any]] | None:
    """The bytes and facts given to `keep_image`, or None where the picture was never kept.

    Raises WorkspaceError when a file is missing or is not the one that was written.
    """
    with reading(workspace) as connection:
        row = connection.execute("SELECT * FROM images WHERE hash = ?", (image_hash,)).fetchone()
    if row is None:
        return None
    file = workspace.inside(row["file"])
    data = atomic.read_bytes(file)
    if hashlib.sha256(data).hexdigest() != row["sha256"]:
        raise WorkspaceError(f"{file}: the kept picture is damaged; put it back from a backup.")
    return data, _facts(workspace, row["facts_file"])


def kept_facts(workspace: Workspace, image_hash: str) -> dict[str, Any] | None:
    """The facts given to `keep_image`, without the pixels; None where the picture was never kept.

    Raises WorkspaceError when their file is missing or damaged.
    """
    with reading(workspace) as connection:
        row = connection.execute("SELECT facts_file FROM images WHERE hash = ?", (image_hash,)).fetchone()
    return None if row is None else _facts(workspace, row["facts_file"])


def _facts(workspace: Workspace, name: str) -> dict[str, Any]:
    file = workspace.inside(name)
    try:
        return dict(json.loads(atomic.read_bytes(file)))
    except ValueError as error:
        raise WorkspaceError(f"{file}: this file is damaged; put it back from a backup.") from error
