"""Asking a model for a Proposal, and keeping it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from unet_studio.core.case import Status
from unet_studio.core.errors import ModelError, UserError
from unet_studio.core.proposal import Proposal
from unet_studio.core.target import TARGETS
from unet_studio.workflow import versions
from unet_studio.workflow.opening import OpenCase
from unet_studio.workflow.session import Session
from unet_studio.workspace import store

if TYPE_CHECKING:
    from unet_studio.inference.proposer import Proposer

LOADED = 4  # models held in memory: two Targets, each active and previous

_loaded: dict[tuple[str, str, str], Proposer] = {}
_loading = threading.Lock()


def propose(session: Session, open_case: OpenCase, *, target: str | None = None) -> Proposal:
    """The active model's Proposal of an open case, kept in the Workspace. Raises ModelError, UserError."""
    wanted = target or open_case.target
    if wanted is None:
        raise UserError(f"{open_case.case.name}: no target is chosen; choose lung or polyp, then propose.")
    version = versions.active(session, wanted)
    proposal = model(session, version.id, "auto").propose(open_case.image)
    if session.writable:
        store.save_proposal(session.workspace, open_case.image.content_hash, proposal)
        mark_proposed(session, open_case.case.id)
    return proposal


@dataclass(frozen=True, eq=False)
class ModelInput:
    """What a model sees of a picture: uint8 (h, w) or (h, w, 3), of which the picture takes rows x columns px."""

    pixels: np.ndarray
    rows: int
    columns: int
    model_id: str


def model_input(session: Session, open_case: OpenCase) -> ModelInput:
    """The active model's own input for an open case, which no window changes. Raises ModelError, UserError."""
    if open_case.target is None:
        raise UserError(f"{open_case.case.name}: no target is chosen; choose lung or polyp first.")
    version = versions.active(session, open_case.target)
    return ModelInput(*model(session, version.id, "auto").seen(open_case.image), version.id)


def mark_proposed(session: Session, case_id: int) -> None:
    """Say in the worklist that a case has a Proposal, where nothing more is said of it yet."""
    now = store.case(session.workspace, case_id, session.reader)
    if now.status in (Status.NEW, Status.LATER):
        store.set_status(session.workspace, case_id, session.reader, Status.PROPOSED)


def model(session: Session, model_id: str, device: str) -> Proposer:
    """The loaded model of one version on a device; its weights are checked when they are read. Raises ModelError."""
    version = store.version(session.workspace, model_id)
    return load(lambda: store.weights_path(session.workspace, model_id), version.id, version.sha256, device)


def load(find: Callable[[], Path], model_id: str, sha256: str, device: str) -> Proposer:
    """A loaded model, read only once a process for each version and device; `find` gives its verified file."""
    from unet_studio.inference.proposer import Proposer

    with _loading:
        key = (model_id, sha256, device)
        if key not in _loaded:
            while len(_loaded) >= LOADED:
                _loaded.pop(next(iter(_loaded)))
            try:
                _loaded[key] = Proposer.load(find(), model_id, device)
            except ValueError as error:  # the device that was asked for does not work
                raise ModelError(str(error)) from error
        return _loaded[key]


def warm_up(session: Session) -> str:
    """Load torch and the active models before they are needed, and let each see a picture; returns the device."""
    from unet_studio.core.image import Image, Source

    label, _ = device_summary()
    for target in TARGETS.values():
        try:
            proposer = model(session, versions.active(session, target.name).id, "auto")
        except ModelError:
            continue  # said when a Proposal is asked for
        shape = (64, 64) if target.channels == 1 else (64, 64, 3)
        proposer.propose(Image(np.zeros(shape, np.uint8), Source("warm-up"), "none"))
        label = proposer.device_label
    return label


def device_summary() -> tuple[str, str]:
    """The device that proposals run on, and why not a better one ("" where there is nothing to say)."""
    from unet_studio.inference.devices import summary

    return summary()


def previous_mask(session: Session, open_case: OpenCase, threshold: float) -> np.ndarray | None:
    """(H, W) uint8 0/1: what the version before the active one proposes; None where there was none."""
    from unet_studio.editing.threshold import mask_at

    if open_case.target is None:
        return None
    version = versions.before_active(session, open_case.target)
    if version is None:
        return None
    found = store.latest_proposal(session.workspace, open_case.image.content_hash, open_case.target, version.id)
    proposal = found or model(session, version.id, "auto").propose(open_case.image)
    return mask_at(proposal.probability, proposal.rows, proposal.columns, threshold)
