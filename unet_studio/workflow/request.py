"""What a run of learning was asked to do; kept while it runs, so that one that died can be started again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from unet_studio.core.correction import Correction, QueueState, Side
from unet_studio.core.errors import UserError
from unet_studio.core.model_version import Mode
from unet_studio.core.target import TARGETS
from unet_studio.workflow import versions
from unet_studio.workflow.session import Session
from unet_studio.workspace import store

BEGINNINGS = ("active", "bundled", "scratch")
LEARNABLE = (QueueState.QUEUED, QueueState.LEARNED)
TRIES = 3  # a run that dies each time is not started again for ever
_NAME = "learning run"


@dataclass(frozen=True)
class Request:
    """seconds: wall time of the whole run; readers: whose Corrections are learned from, None for everyone's.

    begin_from: "active", "bundled" (the model that came with the program) or "scratch" (random weights);
    hold: a Candidate that passes waits until the window lets it go live.
    """

    target: str
    seconds: float
    device: str = "auto"
    begin_from: str = "active"
    readers: tuple[str, ...] | None = None
    hold: bool = False


def request(
    target: str, seconds: float, device: str, begin_from: str, readers: Collection[str] | None, hold: bool
) -> Request:
    """A checked Request. Raises UserError for a beginning that there is not."""
    if begin_from not in BEGINNINGS:
        raise UserError(f"{begin_from}: learning begins from {', '.join(BEGINNINGS)}; choose one of them.")
    chosen = None if readers is None else tuple(sorted(set(readers)))
    return Request(target, seconds, device, begin_from, chosen, hold)


def remember(session: Session, request: Request) -> None:
    """Keep what a run that begins now was asked; a later one takes its place."""
    before = _kept(session)
    again = before is not None and before["request"]["target"] == request.target
    tries = int(before["tries"]) + 1 if before is not None and again else 1
    store.set_setting(session.workspace, _NAME, {"request": asdict(request), "tries": tries})


def forget(session: Session) -> None:
    """The run has ended by itself, or its reader stopped it."""
    store.set_setting(session.workspace, _NAME, None)


def cut_off(session: Session) -> Request | None:
    """What a run was asked that died with its program, None where none did or there is nothing left to learn.

    A run that another program still owns has not died: it holds the lock.
    """
    kept = _kept(session)
    if kept is None or kept["tries"] >= TRIES or store.holder(session.workspace, "learning") is not None:
        return None
    facts = kept["request"]
    found = Request(**{**facts, "readers": None if facts["readers"] is None else tuple(facts["readers"])})
    if found.target not in TARGETS or versions.mode(session, found.target) is Mode.FROZEN:
        return None
    standing = store.corrections(session.workspace, found.target, states=LEARNABLE)
    theirs = [one for one in standing if found.readers is None or one.reader in found.readers]
    return found if any(one.side is Side.TRAIN for one in new_to(session, found, theirs)) else None


def new_to(session: Session, request: Request, learnable: Sequence[Correction]) -> list[Correction]:
    """Those for which a run may begin: all where it begins anew, else what the active version has not learned from."""
    if request.begin_from != "active":
        return list(learnable)
    known = versions.learned_from(session, request.target)
    return [one for one in learnable if one.state is QueueState.QUEUED or one.id not in known]


def _kept(session: Session) -> dict[str, Any] | None:
    kept: dict[str, Any] | None = store.get_setting(session.workspace, _NAME)
    return kept
