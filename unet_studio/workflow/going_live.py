"""When a better Candidate goes live: never while a case is open, and as the Target's mode says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from unet_studio.core.changes import Changes
from unet_studio.core.model_version import Mode, ModelVersion
from unet_studio.workflow import versions
from unet_studio.workflow.session import Session, require_writable
from unet_studio.workspace import store


class Step(str, Enum):
    """What is to be done with a Candidate that waits."""

    NOTHING = "nothing"
    WAIT = "wait"  # a case is open
    ASK = "ask"
    ACTIVATE = "activate"


@dataclass(frozen=True)
class Due:
    """What is to be done now, and with which Candidate; None where nothing waits."""

    step: Step
    version: ModelVersion | None = None


def next_step(mode: Mode, *, waiting: bool, case_open: bool) -> Step:
    """The rule: a frozen Target keeps its version, and no version changes while a case is open."""
    if not waiting or mode is Mode.FROZEN:
        return Step.NOTHING
    if case_open:
        return Step.WAIT
    return Step.ACTIVATE if mode is Mode.AUTOMATIC else Step.ASK


def due(session: Session, target: str, *, case_open: bool) -> Due:
    """What the window does with the newest Candidate that is better and undecided."""
    waiting = versions.undecided(session, target)
    step = next_step(versions.mode(session, target), waiting=bool(waiting), case_open=case_open)
    return Due(step, waiting[-1] if waiting else None)


def hindrance(session: Session, target: str, *, hold: bool) -> str:
    """Why a Candidate that has just passed does not go live by itself, one sentence; "" where it does.

    hold: the window, which asks or waits until no case is open. A command lets it go live unless its reader chose
    otherwise, or a window has the Workspace open and a case may be open there.
    """
    if hold:
        return "It waits until no case is open."
    mode = versions.chosen_mode(session, target)
    if mode is Mode.FROZEN:
        return "The versions of this target are frozen for a reader study."
    if mode is Mode.ASK:
        return "Its reader is asked first; let it go live with `unet-studio models activate`."
    if session.hold is None and store.holder(session.workspace, "window") is not None:
        return "A window has this workspace open; decide on it there."
    return ""


def go_live(session: Session, target: str, *, case_open: bool) -> Changes | None:
    """Let the newest waiting Candidate go live where the mode is automatic and no case is open; None where not.

    Raises ModelError where its weights are damaged; the active version then stays.
    """
    found = due(session, target, case_open=case_open)
    if found.step is not Step.ACTIVATE or found.version is None:
        return None
    require_writable(session)
    version = store.activate(session.workspace, found.version.id, found.version.reason)
    return Changes(queue=True, models=True, message=f"{version.id} is active for {target}")
