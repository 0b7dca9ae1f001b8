"""When a better Candidate goes live: never while a case is open, and as the Target's mode says."""

from __future__ import annotations

from enum import Enum

from unet_studio.core.changes import Changes
from unet_studio.core.model_version import Mode, ModelVersion
from unet_studio.workflow import versions
from unet_studio.workflow.session import Session, other_window, require_writable
from unet_studio.workspace import store

BY_ITSELF = "went live automatically"  # in the record, where a person's choice has "chosen by"


class Step(str, Enum):
    """What is to be done with a Candidate that waits."""

    NOTHING = "nothing"
    WAIT = "wait"  # a case is open
    ASK = "ask"
    ACTIVATE = "activate"


def next_step(mode: Mode, *, waiting: bool, case_open: bool) -> Step:
    """The rule: a frozen Target keeps its version, and no version changes while a case is open."""
    if not waiting or mode is Mode.FROZEN:
        return Step.NOTHING
    if case_open:
        return Step.WAIT
    return Step.ACTIVATE if mode is Mode.AUTOMATIC else Step.ASK


def stale(session: Session, version: ModelVersion) -> bool:
    """True where the version that a Candidate was compared with is active no more: nobody knows if it is better."""
    return version.compared_with != versions.active(session, version.target).id


def hindrance(session: Session, version: ModelVersion, *, hold: bool) -> str:
    """Why a Candidate that has just passed does not go live by itself, one sentence; "" where it does.

    hold: the window, which asks or waits until no case is open. A command lets it go live unless its reader chose
    otherwise, or a window has the Workspace open and a case may be open there.
    """
    target = version.target
    if stale(session, version):
        return f"It was compared with {version.compared_with}, which is not active any more, so it is only kept."
    if hold:
        return "It waits until no case is open."
    mode = versions.chosen_mode(session, target)
    if mode is Mode.FROZEN:
        return "The versions of this target are frozen for a reader study."
    if mode is Mode.ASK:
        return "Its reader is asked first; let it go live with `unet-studio models activate`."
    if other_window(session) is not None:
        return "A window has this workspace open; decide on it there."
    return ""


def go_live(session: Session, model_id: str, *, case_open: bool) -> Changes | None:
    """Let a Candidate go live that waits, where the mode is automatic and no case is open; None where not.

    Raises ModelError where its weights are damaged, UserError beside another program's window; the active version then
    stays.
    """
    version = versions.named(session, model_id)
    waiting = version.id in {one.id for one in versions.undecided(session, version.target)}
    if next_step(versions.mode(session, version.target), waiting=waiting, case_open=case_open) is not Step.ACTIVATE:
        return None
    require_writable(session)
    versions.refuse_beside_window(session, f"{model_id} does not go live")
    by_itself(session, version)
    return Changes(queue=True, models=True, message=f"{model_id} is active for {version.target}")


def by_itself(session: Session, version: ModelVersion) -> ModelVersion:
    """Activate a Candidate by the gate's word alone, and record that and its reason. Raises ModelError."""
    return store.activate(session.workspace, version.id, f"{BY_ITSELF}: {version.reason}")
