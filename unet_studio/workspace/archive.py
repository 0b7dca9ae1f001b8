"""Versions that are declined or put away: rows and numbers stay for ever, weights move to a folder of their own."""

from __future__ import annotations

from pathlib import Path

from unet_studio.core.errors import ModelError
from unet_studio.core.model_version import ModelVersion, Origin
from unet_studio.workspace import atomic, models, weights
from unet_studio.workspace.database import reading, writing
from unet_studio.workspace.layout import Workspace

FOLDER = "archive"


def archived_file(workspace: Workspace, model_id: str) -> Path:
    """Where the weights of an archived version lie."""
    return workspace.folder / FOLDER / f"{model_id}.safetensors"


def decline(workspace: Workspace, model_id: str, reader: str, reason: str = "") -> ModelVersion:
    """Record that a reader does not want a version to go live. Raises ModelError for the one that is live."""
    with writing(workspace) as connection:
        found = models.version_in(connection, model_id)
        if found.active:
            raise ModelError(f"{model_id}: it is the active version; roll back to the one before it instead.")
        if not found.declined:
            models.record_event(connection, model_id, "declined", reader, reason)
        return models.version_in(connection, model_id)


def archive(workspace: Workspace, model_id: str, reader: str = "") -> ModelVersion:
    """Move a version's weights into the archive folder; the row says so first, so a death in between loses nothing.

    Raises ModelError for the active version, one that came with the program, and one that is damaged.
    """
    with writing(workspace) as connection:
        found = models.version_in(connection, model_id)
        if found.active or found.origin is Origin.BUNDLED:
            why = "it is the active version" if found.active else "it came with the program"
            raise ModelError(f"{model_id}: {why} and is never archived; choose another one.")
    if not found.archived:
        models.weights_path(workspace, model_id)
        with writing(workspace) as connection:
            if models.version_in(connection, model_id).active:
                raise ModelError(f"{model_id}: it went live just now, so it is not archived.")
            models.record_event(connection, model_id, "archived", reader)
    _move_out(workspace, model_id)
    return models.version(workspace, model_id)


def restore(workspace: Workspace, model_id: str, reader: str = "") -> ModelVersion:
    """Bring an archived version's weights back. Raises ModelError where the archive has them no more, or damaged."""
    found = models.version(workspace, model_id)
    if not found.archived:
        return found
    stored = workspace.inside(f"models/{found.sha256}.safetensors")
    away = archived_file(workspace, model_id)
    source = stored if stored.is_file() and weights.sha256_of(stored) == found.sha256 else away
    if not source.is_file():
        raise ModelError(
            f"{model_id}: its weights are no more in the archive; put them back as {away}, then restore it."
        )
    if weights.sha256_of(source) != found.sha256:
        raise ModelError(
            f"{model_id}: {away} is damaged (SHA-256 differs); put it back from a backup, then restore it."
        )
    file, _ = weights.copy_in(workspace, source)
    with writing(workspace) as connection:
        connection.execute("UPDATE versions SET file = ? WHERE id = ?", (file, model_id))
        models.record_event(connection, model_id, "restored", reader)
    atomic.discard(away)
    return models.version(workspace, model_id)


def _move_out(workspace: Workspace, model_id: str) -> None:
    """Into the archive folder; weights that another version has too are copied."""
    with reading(workspace) as connection:
        row = connection.execute("SELECT sha256, file FROM versions WHERE id = ?", (model_id,)).fetchone()
        same = [one for one in models.versions_in(connection) if one.sha256 == row["sha256"] and not one.archived]
    stored, away = workspace.inside(row["file"]), archived_file(workspace, model_id)
    if stored.is_file():
        atomic.make_folder(away.parent)
        atomic.write_bytes(away, atomic.read_bytes(stored))
        if not same:
            atomic.discard(stored)
