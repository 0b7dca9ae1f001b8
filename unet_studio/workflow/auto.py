"""Runs that begin by themselves, once enough new Corrections are there to learn from."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from unet_studio.core.correction import Correction, QueueState, Side
from unet_studio.core.model_version import Mode
from unet_studio.core.target import TARGETS
from unet_studio.workflow import versions
from unet_studio.workflow.session import Session, require_writable
from unet_studio.workspace import store

SETTING, MARK = "learn by itself", "learned up to"
LEAST, MOST = 1, 500


@dataclass(frozen=True)
class Auto:
    """Whether learning begins by itself, and after how many new Corrections of one Target."""

    on: bool = True
    after: int = 8


def auto(session: Session) -> Auto:
    """As chosen in this Workspace."""
    return Auto(**store.get_setting(session.workspace, SETTING, {}))


def set_auto(session: Session, wanted: Auto) -> None:
    """Choose it for this Workspace. Raises Locked; ValueError for a number out of range."""
    require_writable(session)
    if not LEAST <= wanted.after <= MOST:
        raise ValueError(f"from {LEAST} to {MOST} Corrections, not {wanted.after}")
    store.set_setting(session.workspace, SETTING, asdict(wanted))


def new(session: Session, target: str) -> list[Correction]:
    """The Corrections of a Target that wait in the queue and came after the last run had begun, the oldest first.

    Those that only compare models are among them; those set aside, flagged or withdrawn are not.
    """
    seen = int(store.get_setting(session.workspace, f"{MARK} {target}", 0))
    return [one for one in store.corrections(session.workspace, target, states=[QueueState.QUEUED]) if one.id > seen]


def due(session: Session) -> str:
    """The Target that learning should begin for now, "" for none.

    None where a decision about the last Candidate is still to be made, where it is frozen, and where all that is new
    only compares models. Raises ModelError, WorkspaceError.
    """
    wanted = auto(session)
    if not wanted.on or not session.writable:
        return ""
    for target in TARGETS:
        found = new(session, target)
        if len(found) < wanted.after or versions.mode(session, target) is Mode.FROZEN:
            continue
        if any(one.side is Side.TRAIN for one in found) and not versions.undecided(session, target):
            return target
    return ""


def begun(session: Session, target: str) -> None:
    """A run for a Target begins: what is in the queue now is not new any more."""
    newest = max((one.id for one in store.corrections(session.workspace, target)), default=0)
    store.set_setting(session.workspace, f"{MARK} {target}", newest)
