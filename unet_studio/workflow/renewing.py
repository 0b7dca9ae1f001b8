"""After a Model version went live: which pictures of the worklist get new Proposals, and how they reach the reader.

Only pictures in which nobody has worked: no stroke, no threshold moved, nothing accepted. What is shown of them when
they are opened again is the new Proposal, as one undo step above the old one.
"""

from __future__ import annotations

from unet_studio.core.case import Case, Status
from unet_studio.core.model_version import ModelVersion
from unet_studio.workflow import spans, versions
from unet_studio.workflow.opening import OpenCase
from unet_studio.workflow.session import Session
from unet_studio.workspace import store


def outdated(session: Session) -> list[int]:
    """The cases that have a Proposal, but none by the version that is active now, and in which nobody has worked."""
    active = {one.target: one for one in versions.versions(session) if one.active}
    return [case.id for case in spans.worklist(session) if _waits(session, case, active.get(case.target or ""))]


def _waits(session: Session, case: Case, version: ModelVersion | None) -> bool:
    if version is None or case.status is not Status.PROPOSED or not case.image_hash:
        return False
    about = session.workspace, case.image_hash, version.target
    return store.find_proposal(*about) is not None and store.find_proposal(*about, version.id) is None


def brought_up_to_date(session: Session, opened: OpenCase) -> OpenCase:
    """The case with the active version's Proposal put in, where an older one's is all that its draft holds.

    Only a Proposal that is kept already: nobody waits for a model here. Raises WorkspaceError.
    """
    draft, image = opened.draft, opened.image
    if draft is None or opened.accepted or opened.target is None or opened.case.status is not Status.PROPOSED:
        return opened
    history = draft.document.history
    if draft.can_redo or set(history.kinds()) != {"proposal"} or draft.document.touched.any():
        return opened
    version = versions.active(session, opened.target)
    newest = history.newest()
    if newest is None or newest.facts.get("model") == version.id:
        return opened
    found = store.latest_proposal(session.workspace, image.content_hash, opened.target, version.id)
    if found is None or found.model_sha256 != version.sha256:
        return opened
    draft.propose(found, draft.threshold)
    return opened.with_proposal(found)
