"""The next pictures of the worklist, decoded and proposed before they are asked for.

Nothing of it is the reader's work: it is thrown away where it is no longer true, and the worklist is told of nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from unet_studio.core.case import Case, Status
from unet_studio.core.errors import Cancelled, ModelError
from unet_studio.core.image import Image, Voi
from unet_studio.core.proposal import Proposal
from unet_studio.editing.document import Document
from unet_studio.workflow import opening, proposing, renewing, versions, viewing
from unet_studio.workflow.drafting import THRESHOLD
from unet_studio.workflow.opening import OpenCase
from unet_studio.workflow.session import Session
from unet_studio.workspace import store

PICTURES = 3
LIMIT_BYTES = 256 << 20  # of pictures held; the very next one is held whatever its size
UNDONE = frozenset({Status.NEW, Status.PROPOSED, Status.LATER})  # a proposal may be put in where nothing was drawn

FileState = tuple[int, int]  # bytes, time of the last change in ns


@dataclass(frozen=True, eq=False)
class Ahead:
    """A picture made ready: what the canvas shows of it, and a Document with its Proposal as the only step.

    file: the source file's state before it was read, None where the Workspace's own copy was read.
    """

    case_id: int
    image: Image
    pixels: np.ndarray
    presets: tuple[Voi, ...]
    file: FileState | None
    proposal: Proposal | None = None
    document: Document | None = None

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        mask = 0 if self.document is None else self.document.mask.nbytes
        return mask + self.image.pixels.nbytes + (0 if self.pixels is self.image.pixels else self.pixels.nbytes)


def fetch(
    session: Session, case_id: int, *, propose: bool = True, cancelled: Callable[[], bool] = lambda: False
) -> Ahead:
    """Decode a case's picture and, with `propose`, ask the active model for its Proposal, which is kept.

    Raises Unreadable, WorkspaceError, and Cancelled where `cancelled` asks for it between two steps.
    """
    from unet_studio.imaging import windowing

    def still_wanted() -> None:
        if cancelled():
            raise Cancelled

    still_wanted()
    file = _file_state(store.case(session.workspace, case_id, session.reader))
    image = opening.load_image(session, case_id)
    still_wanted()
    pixels = viewing.display(image, windowing.default_voi(image))
    ready = Ahead(case_id, image, pixels, viewing.presets(image), file)
    case = store.case(session.workspace, case_id, session.reader)
    if not propose or not session.writable or case.target is None or case.status not in UNDONE:
        return ready
    still_wanted()
    return _proposed(session, ready, case.target, still_wanted)


def _proposed(session: Session, ready: Ahead, target: str, still_wanted: Callable[[], None]) -> Ahead:
    """With the active model's Proposal, as it was without where there is no model."""
    image = ready.image
    try:
        version = versions.active(session, target)
        proposal = store.latest_proposal(session.workspace, image.content_hash, target, version.id)
        if proposal is None or proposal.model_sha256 != version.sha256:
            proposal = proposing.model(session, version.id, "auto").propose(image)
            store.save_proposal(session.workspace, image.content_hash, proposal)
    except ModelError:  # said when a Proposal is asked for
        return ready
    still_wanted()
    from unet_studio.editing.threshold import apply_proposal

    document = Document(image.shape)
    apply_proposal(document, proposal.probability, THRESHOLD, facts={"model": proposal.model_id})
    return replace(ready, proposal=proposal, document=document)


def holds(session: Session, ahead: Ahead) -> bool:
    """Whether the picture made ready is still the one that opening the case would show."""
    case = store.case(session.workspace, ahead.case_id, session.reader)
    if case.image_hash != ahead.image.content_hash:
        return False
    return ahead.file is None or ahead.file == _file_state(case) or store.has_image(session.workspace, case.image_hash)


@dataclass(frozen=True, eq=False)
class Shown:
    """A case opened for the window: display pixels, presets, and whether a Proposal was put in ahead of the reader."""

    case: OpenCase
    pixels: np.ndarray
    presets: tuple[Voi, ...]
    proposed: bool = False


def show(session: Session, case_id: int, target: str | None = None, ahead: Ahead | None = None) -> Shown:
    """Open a case with what was made ready of it, where that still holds; a Proposal of a version that is not active
    any more, and that nobody has worked on, gives way to the active one's. Raises as `open_case`.
    """
    if ahead is not None and target is None and holds(session, ahead):
        case, proposed = open_ahead(session, ahead)
        newer = renewing.brought_up_to_date(session, case)
        return Shown(newer, ahead.pixels, ahead.presets, proposed or newer is not case)
    case = opening.open_case(session, case_id, target)
    newer = renewing.brought_up_to_date(session, case)
    return Shown(newer, viewing.display(case.image, case.window), viewing.presets(case.image), newer is not case)


def open_ahead(session: Session, ahead: Ahead) -> tuple[OpenCase, bool]:
    """Open a case whose picture `holds`; True where its Proposal was put in as the first undo step.

    That is done only where nothing was drawn or accepted, by the version that is active now. The draft has still to be
    flushed, and the case to be marked as proposed: the reader sees the picture before. Raises as `open_case`.
    """
    opened = opening.open_case(session, ahead.case_id, image=ahead.image)
    draft, proposal, document = opened.draft, ahead.proposal, ahead.document
    if draft is None or proposal is None or document is None or opened.accepted or draft.can_undo or draft.can_redo:
        return opened, False
    if opened.case.status not in UNDONE or proposal.target != opened.target:
        return opened, False
    if not _is_current(session, proposal):  # another version went live between this picture and the one before
        renewed = _proposed(session, replace(ahead, proposal=None, document=None), proposal.target, lambda: None)
        proposal, document = renewed.proposal, renewed.document
        if proposal is None or document is None:
            return opened, False
    draft.adopt(document)
    return opened.with_proposal(proposal), True


def _is_current(session: Session, proposal: Proposal) -> bool:
    version = versions.active(session, proposal.target)
    return (version.id, version.sha256) == (proposal.model_id, proposal.model_sha256)


def _file_state(case: Case) -> FileState | None:
    """None where the file cannot be looked at; the Workspace may have its copy."""
    try:
        found = Path(case.path).stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
