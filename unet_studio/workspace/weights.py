"""Weights files: kept under their SHA-256, verified whenever they are handed out."""

from __future__ import annotations

import hashlib
from pathlib import Path

from unet_studio.core.errors import ModelError, WorkspaceError
from unet_studio.workspace import atomic
from unet_studio.workspace.layout import Workspace


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file. Raises ModelError when it cannot be read."""
    return hashlib.sha256(_read(path)).hexdigest()


def copy_in(workspace: Workspace, path: Path) -> tuple[str, str]:
    """Copy a weights file into the Workspace; returns (name inside it, SHA-256). Raises ModelError, WorkspaceError."""
    data = _read(path)
    digest = hashlib.sha256(data).hexdigest()
    name = f"models/{digest}.safetensors"
    kept = workspace.inside(name)
    if not kept.is_file() or sha256_of(kept) != digest:
        atomic.write_bytes(kept, data)
    return name, digest


def try_to_keep(workspace: Workspace, path: Path) -> str:
    """`copy_in` where it is possible, for instance not on a full disk; else ""."""
    try:
        return copy_in(workspace, path)[0]
    except WorkspaceError:
        return ""


def find(workspace: Workspace, model_id: str, sha256: str, file: str, program_file: str) -> Path:
    """The first of the Workspace's copy and the program's file that is as it was registered.

    Raises ModelError, one sentence, when neither is.
    """
    places = [workspace.inside(file)] if file else []
    places += [Path(program_file)] if program_file else []
    present = [place for place in places if place.is_file()]
    for place in present:
        if sha256_of(place) == sha256:
            return place
    if not present:
        raise ModelError(f"{model_id}: its weights file {places[0].name} is missing; choose another version.")
    raise ModelError(
        f"{model_id}: its weights file {present[0].name} is damaged (SHA-256 differs); choose another version."
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: the model file cannot be read; check its place and permissions.") from error
