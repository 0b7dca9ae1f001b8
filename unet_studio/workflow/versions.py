"""Model versions: what is active, what was before, and going back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unet_studio import __version__
from unet_studio.core.changes import Changes
from unet_studio.core.errors import ModelError
from unet_studio.core.model_version import ModelVersion, Origin
from unet_studio.core.resources import bundled_model
from unet_studio.core.target import TARGETS
from unet_studio.workflow.session import Session, require_writable
from unet_studio.workspace import store
from unet_studio.workspace.store import NewVersion

_registered: dict[tuple[Path, str], tuple[Path, int, int]] = {}  # Workspace and Target: file, bytes, ns of its change


def versions(session: Session, target: str | None = None) -> list[ModelVersion]:
    """All versions, oldest first; the bundled ones are made known to the Workspace at the first look."""
    for name in TARGETS if target is None else (target,):
        _register(session, name)
    return store.versions(session.workspace, target)


def active(session: Session, target: str) -> ModelVersion:
    """The version that is live for a Target. Raises ModelError where the program has none for it."""
    _register(session, target)
    version = store.active(session.workspace, target)
    if version is None:
        raise ModelError(f"{target}: no model is installed for this target; install U-Net Studio again.")
    return version


def before_active(session: Session, target: str) -> ModelVersion | None:
    """The version that was live before the active one, None where there was none."""
    live = [entry.model_id for entry in store.history(session.workspace, target) if not entry.undone]
    return store.version(session.workspace, live[-2]) if len(live) > 1 else None


def _register(session: Session, target: str) -> None:
    """Read through the bundled file once a process, and again where another one has come in its place."""
    path = bundled_model(target)
    if not path.is_file():
        return
    state = path.stat()
    seen = path, state.st_size, state.st_mtime_ns
    if _registered.get((session.folder, target)) != seen or store.active(session.workspace, target) is None:
        store.register_bundled(session.workspace, target, path, program_version=__version__)
        _registered[session.folder, target] = seen


def activate(session: Session, model_id: str, reason: str = "") -> Changes:
    """Let a version go live by a person's choice. Raises ModelError for an unknown or damaged one."""
    require_writable(session)
    versions(session)
    version = store.activate(session.workspace, model_id, reason or f"chosen by {session.reader}")
    return Changes(models=True, message=f"{version.id} is active for {version.target}")


def rollback(session: Session, target: str) -> Changes:
    """Let the version before the active one go live again. Raises ModelError where there was none."""
    require_writable(session)
    version = store.rollback(session.workspace, target)
    return Changes(models=True, message=f"Rolled back: {version.id} is active for {target}")


def install(session: Session, target: str, weights: Path, reason: str) -> ModelVersion:
    """Take over a weights file (safetensors) as a new version and make it active. Raises ModelError."""
    require_writable(session)
    parent = store.active(session.workspace, target)
    new = NewVersion(
        target,
        parent.id if parent is not None else None,
        reason=reason,
        program_version=__version__,
        origin=Origin.IMPORTED,
    )
    version = store.add_candidate(session.workspace, weights, new)
    return store.activate(session.workspace, version.id, reason)


def version_row(version: ModelVersion) -> dict[str, Any]:
    """A version as one JSON object."""
    return {
        "id": version.id,
        "target": version.target,
        "number": version.number,
        "parent": version.parent,
        "origin": version.origin.value,
        "active": version.active,
        "promoted": version.promoted,
        "reason": version.reason,
        "created": version.created,
        "sha256": version.sha256,
        "corrections": list(version.corrections),
        "metrics": version.metrics,
        "device": version.device,
        "seconds": version.seconds,
        "program_version": version.program_version,
    }
