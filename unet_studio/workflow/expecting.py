"""The effort expected of pictures that nobody opened yet, so that the worklist can be put in its order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unet_studio.core.changes import Changes
from unet_studio.core.errors import Cancelled
from unet_studio.workflow import doubting, prefetching, proposing, versions
from unet_studio.workflow.session import Session
from unet_studio.workspace import store


def next_unknown(session: Session, case_ids: Sequence[int]) -> int | None:
    """The first of these cases in which nothing was drawn and whose effort the active model was not asked for."""
    known = store.efforts(session.workspace)
    active = {version.target: version.id for version in versions.versions(session) if version.active}
    cases = {case.id: case for case in store.cases(session.workspace, session.reader)}
    for case_id in case_ids:
        case = cases.get(case_id)
        if case is None or case.status not in prefetching.UNDONE:
            continue
        model_id = known.get((case.image_hash, case.target or ""))
        if model_id is None or model_id != active.get(case.target or ""):
            return case_id
    return None


def expect(session: Session, case_id: int, *, cancelled: Callable[[], bool] = lambda: False) -> Changes:
    """Ask the active model for a case's Proposal and its doubt, and keep the effort to be expected; nothing else.

    No change where the picture asks for no Target or its model is missing. Raises Unreadable, ModelError,
    WorkspaceError, and Cancelled where `cancelled` asks for it between two passes of the network.
    """
    ready = prefetching.fetch(session, case_id, cancelled=cancelled)
    image, proposal = ready.image, ready.proposal
    if proposal is None:
        return Changes()
    for doubt in proposing.model(session, proposal.model_id, "auto").doubting(image):
        if cancelled():
            raise Cancelled
        if doubt is not None:
            return doubting.keep_effort(session, image.content_hash, proposal, doubt)
    return Changes()
