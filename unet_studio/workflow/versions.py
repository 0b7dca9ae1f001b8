"""Model versions: what is active, what was before, what waits for a decision, the mode, and going back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from unet_studio import __version__
from unet_studio.core.changes import Changes
from unet_studio.core.errors import ModelError, UserError
from unet_studio.core.model_version import Mode, ModelVersion, Origin
from unet_studio.core.resources import bundled_model
from unet_studio.core.target import TARGETS
from unet_studio.workflow.session import Session, other_window, require_writable
from unet_studio.workspace import store
from unet_studio.workspace.store import NewVersion

KEPT = 10  # versions of a Target whose weights stay at hand where nobody chose a number
MODES = {
    Mode.ASK: "its reader is asked before a better version goes live",
    Mode.AUTOMATIC: "a better version goes live by itself when no case is open",
    Mode.FROZEN: "frozen for a reader study; nothing is learned and nothing goes live",
}
_registered: dict[tuple[Path, str], tuple[Path, int, int]] = {}  # Workspace and Target: file, bytes, ns of its change


def versions(session: Session, target: str | None = None) -> list[ModelVersion]:
    """All versions, oldest first; the bundled ones are made known to the Workspace at the first look."""
    for name in TARGETS if target is None else (target,):
        _register(session, name)
    return store.versions(session.workspace, target)


def named(session: Session, model_id: str) -> ModelVersion:
    """The version with this id. Raises ModelError for an unknown one."""
    versions(session)
    return store.version(session.workspace, model_id)


def with_names(session: Session, kept: Sequence[ModelVersion]) -> list[ModelVersion]:
    """With names in the place of [ids] in their reasons. They are kept with ids, since they may leave this machine."""
    if not any("[" in one.reason for one in kept):
        return list(kept)
    from unet_studio.learning import gate

    names = {str(one.id): one.source_name for one in store.corrections(session.workspace)}
    return [replace(one, reason=gate.with_names(one.reason, names)) for one in kept]


def active(session: Session, target: str) -> ModelVersion:
    """The version that is live for a Target. Raises ModelError where the program has none for it."""
    _register(session, target)
    version = store.active(session.workspace, target)
    if version is None:
        raise ModelError(f"{target}: no model is installed for this target; install U-Net Studio again.")
    return version


def learned_from(session: Session, target: str) -> set[int]:
    """Ids of the Corrections that the active version, or one that it descends from, has learned from."""
    known = {one.id: one for one in versions(session, target)}
    found: set[int] = set()
    at: ModelVersion | None = active(session, target)
    while at is not None:  # a parent is older than its child, so this ends
        found.update(at.corrections)
        at = known.get(at.parent or "")
    return found


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
    live = store.active(session.workspace, target)
    if live is not None and _registered.get((session.folder, target)) != seen and other_window(session) is not None:
        return  # a newer program's model could go live, beside a case that is open in a window
    if _registered.get((session.folder, target)) != seen or live is None:
        may_activate = mode(session, target) is not Mode.FROZEN
        store.register_bundled(session.workspace, target, path, program_version=__version__, may_activate=may_activate)
        _registered[session.folder, target] = seen


def mode(session: Session, target: str) -> Mode:
    """What happens to a better Candidate of this Target; its reader is asked where nobody has chosen."""
    return chosen_mode(session, target) or Mode.ASK


def chosen_mode(session: Session, target: str) -> Mode | None:
    """The mode that was set for a Target, None where nobody has."""
    kept = store.get_setting(session.workspace, f"mode:{target}")
    return Mode(kept) if kept in set(Mode) else None


def set_mode(session: Session, target: str, mode: Mode) -> Changes:
    """Choose what happens to better Candidates of a Target from now on."""
    require_writable(session)
    active(session, target)  # known before it is frozen
    store.set_setting(session.workspace, f"mode:{target}", mode.value)
    return Changes(models=True, message=f"{target}: {MODES[mode]}")


def refuse_frozen(session: Session, target: str, what: str) -> None:
    """Raises UserError where the Target is frozen. what: for instance "nothing is learned"."""
    if mode(session, target) is Mode.FROZEN:
        raise UserError(
            f"{target}: its versions are frozen for a reader study, so {what};"
            f" unfreeze them first (`unet-studio models mode --target {target} ask`)."
        )


def refuse_beside_window(session: Session, what: str) -> None:
    """Raises UserError where another program's window has the Workspace open: no version changes while a case is open.

    what: for instance "lung-v2 does not go live".
    """
    other = other_window(session)
    if other is not None:
        who = store.holder_words(other)
        raise UserError(f"{what}: this workspace is open in a window by {who}; do it there, or close that window.")


def undecided(session: Session, target: str) -> list[ModelVersion]:
    """Candidates that are better than the active version and that nobody has decided on, oldest first.

    One that was compared with a version that is active no more is left out: nobody knows whether it is better.
    """
    live = active(session, target).id
    return [
        one
        for one in store.versions(session.workspace, target)
        if one.passed and not (one.promoted or one.declined or one.archived) and one.compared_with == live
    ]


def activate(session: Session, model_id: str, reason: str = "") -> Changes:
    """Let a version go live by a person's choice, and count its Corrections as learned.

    Raises ModelError for an unknown, archived or damaged one, UserError where the Target is frozen, for a command
    beside an open window and, without a reason, for a Candidate that the gate refused.
    """
    require_writable(session)
    version = named(session, model_id)
    refuse_frozen(session, version.target, f"{model_id} does not go live")
    refuse_beside_window(session, f"{model_id} does not go live")
    if needs_reason(version) and not reason.strip():
        raise UserError(f"{model_id}: it was not found better, so a reason is needed to let it go live; give one.")
    chosen = f"chosen by {session.reader}"
    version = store.activate(session.workspace, model_id, f"{chosen}: {reason.strip()}" if reason.strip() else chosen)
    return Changes(queue=True, models=True, message=f"{version.id} is active for {version.target}")


def needs_reason(version: ModelVersion) -> bool:
    """True for a Candidate that the gate refused and that has never been live."""
    return version.origin is Origin.FINE_TUNED and not version.passed and not version.promoted


def decline(session: Session, model_id: str, reason: str = "") -> Changes:
    """Keep a version from being asked about again; it can still be made active later. Raises ModelError."""
    require_writable(session)
    version = store.decline(session.workspace, model_id, session.reader, reason.strip())
    return Changes(models=True, message=f"{version.id} is kept but does not propose")


def rollback(session: Session, target: str) -> Changes:
    """Let the version before the active one go live again. Raises ModelError where there was none, UserError."""
    require_writable(session)
    refuse_frozen(session, target, "nothing is rolled back")
    refuse_beside_window(session, f"{target} is not rolled back")
    version = store.rollback(session.workspace, target)
    return Changes(models=True, message=f"Rolled back: {version.id} is active for {target}")


def install(session: Session, target: str, weights: Path, reason: str) -> ModelVersion:
    """Take over a weights file (safetensors) as a new version and make it active. Raises ModelError."""
    require_writable(session)
    refuse_frozen(session, target, "no other model goes live")
    refuse_beside_window(session, f"{target}: no other model goes live")
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


def archive(session: Session, model_id: str) -> Changes:
    """Move a version's weights into the Workspace's folder `archive`; its row and its numbers stay for ever.

    Raises ModelError for an unknown or damaged version, UserError for one that is needed: the active one, one that
    came with the program, and one that waits for a decision.
    """
    require_writable(session)
    version = store.version(session.workspace, model_id)
    if version.id in {one.id for one in undecided(session, version.target)}:
        raise UserError(f"{model_id}: it waits for a decision; activate or decline it first.")
    store.archive(session.workspace, model_id, session.reader)
    return Changes(
        models=True, message=f"{model_id} is archived; `unet-studio models restore {model_id}` brings it back"
    )


def restore(session: Session, model_id: str) -> Changes:
    """Bring an archived version's weights back. Raises ModelError where they are not in the archive any more."""
    require_writable(session)
    version = store.restore(session.workspace, model_id, session.reader)
    return Changes(models=True, message=f"{version.id} is back from the archive")


def kept_with_weights(session: Session, target: str) -> int:
    """How many of a Target's newest versions keep their weights at hand."""
    return int(store.get_setting(session.workspace, f"versions kept:{target}", KEPT))


def keep_last(session: Session, target: str, count: int | None = None) -> Changes:
    """Archive all but the newest `count` versions of a Target; a number given is also kept for later runs.

    Never archived, and not counted: what came with the program. Never archived either: the active version, the one
    before it, and those that wait for a decision.
    """
    require_writable(session)
    if count is not None:
        if count < 1:
            raise UserError(f"{count}: at least one version is kept; give a number from 1.")
        store.set_setting(session.workspace, f"versions kept:{target}", count)
    count = kept_with_weights(session, target)
    made = [one for one in versions(session, target) if one.origin is not Origin.BUNDLED and not one.archived]
    before = before_active(session, target)
    needed = {one.id for one in undecided(session, target)} | ({before.id} if before is not None else set())
    old = [one for one in made[: max(0, len(made) - count)] if not one.active and one.id not in needed]
    for one in old:
        store.archive(session.workspace, one.id)
    return Changes(models=bool(old), message=f"{target}: {len(old)} versions archived, the newest {count} are kept")


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
        "passed": version.passed,
        "declined": version.declined,
        "archived": version.archived,
        "reason": version.reason,
        "created": version.created,
        "sha256": version.sha256,
        "corrections": list(version.corrections),
        "metrics": version.metrics,
        "device": version.device,
        "seconds": version.seconds,
        "program_version": version.program_version,
    }
