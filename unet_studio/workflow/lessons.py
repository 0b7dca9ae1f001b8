"""The Corrections of a run written as a job folder, which is all that the learning child sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from unet_studio.core.case import Status
from unet_studio.core.correction import Correction, QueueState, Side
from unet_studio.core.errors import Cancelled, ModelError, UserError
from unet_studio.core.model_version import ModelVersion, Origin
from unet_studio.core.target import TARGETS
from unet_studio.workflow import likenesses, versions
from unet_studio.workflow.opening import cases, kept_image, load_image
from unet_studio.workflow.request import Request
from unet_studio.workflow.session import Session
from unet_studio.workspace import store

if TYPE_CHECKING:
    import numpy as np

    from training.preprocess import InputSpec
    from unet_studio.learning.job import Item

ANCHORS = 12  # untouched pictures on which the parent's word counts


def write(
    session: Session,
    folder: Path,
    request: Request,
    corrections: Sequence[Correction],
    cancelled: Callable[[], bool],
) -> None:
    """Write the job of these Corrections into `folder`; groups that near-duplicates tie together are one group there.

    Raises UserError where a picture is missing, the disk is full or the models do not fit one another, Cancelled.
    """
    from unet_studio.inference.devices import input_spec
    from unet_studio.learning.job import Plan, write_job

    live = versions.active(session, request.target)
    weights = store.ensure_local(session.workspace, live.id)
    spec = input_spec(weights)
    begin = beginning(session, request)
    first = None if begin is None or begin.id == live.id else store.ensure_local(session.workspace, begin.id)
    if first is not None and input_spec(first) != spec:
        raise UserError(f"{live.id}: it sees pictures otherwise than {first.name}; begin from the active version.")
    plan = Plan(
        target=request.target,
        parent_id=live.id,
        least_agreement=TARGETS[request.target].least_agreement,
        device=request.device,
        begin_from=request.begin_from,
    )

    def checked(found: Iterator[Correction]) -> Iterator[Item]:
        for correction in found:
            if cancelled():
                raise Cancelled
            yield item(session, correction, spec)

    likenesses.complete(session, cancelled)  # an older program did not say what its pictures look like
    items, anchors = checked(iter(likenesses.tied(session, corrections))), _anchors(session, request, spec, cancelled)
    try:
        write_job(folder, plan, weights, items, anchors, begin=first)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror}); free some space, then learn.") from error


def beginning(session: Session, request: Request) -> ModelVersion | None:
    """The version whose weights a run begins from; None where they are drawn anew. Raises ModelError."""
    if request.begin_from == "scratch":
        return None
    if request.begin_from == "active":
        return versions.active(session, request.target)
    came = [one for one in versions.versions(session, request.target) if one.origin is Origin.BUNDLED]
    if not came:
        raise ModelError(f"{request.target}: no model came with the program; begin from the active version.")
    return came[-1]


def item(session: Session, correction: Correction, spec: InputSpec) -> Item:
    """A Correction as learning and comparing see it. Raises UserError where its picture is gone or damaged."""
    from unet_studio.learning.job import item_from

    image = kept_image(session, correction.image_hash)
    if image is None:
        raise UserError(f"{correction.source_name}: its kept picture is missing; put it back from a backup.")
    proposed = bool(correction.model_id)
    return item_from(
        image,
        store.correction_mask(session.workspace, correction.id),
        spec,
        name=str(correction.id),
        group=correction.group,
        gate=correction.side is Side.GATE,
        touched=store.correction_touched(session.workspace, correction.id) if proposed else None,
        fresh=correction.state is QueueState.QUEUED,
        changed=correction.changed,
    )


def _anchors(
    session: Session, request: Request, spec: InputSpec, cancelled: Callable[[], bool]
) -> Iterator[np.ndarray]:
    """Pictures of the worklist that nobody has worked on, as the network sees them."""
    from unet_studio.learning.job import anchor_from

    untouched = (Status.NEW, Status.PROPOSED)
    found = [case for case in cases(session) if case.target == request.target and case.status in untouched]
    for case in found[:ANCHORS]:
        if cancelled():
            raise Cancelled
        try:
            image = load_image(session, case.id)
        except UserError:
            continue  # a source that is gone only makes the run poorer by one picture
        yield anchor_from(image, spec)
