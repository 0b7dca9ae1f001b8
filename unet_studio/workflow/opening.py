"""Files to worklist rows, and a row to an open case."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from unet_studio.core.case import Case, Status
from unet_studio.core.changes import Changes
from unet_studio.core.errors import Unreadable, WorkspaceError
from unet_studio.core.image import Image, Source, Voi
from unet_studio.core.proposal import Proposal
from unet_studio.core.target import guess_target, why_not
from unet_studio.workflow import spans
from unet_studio.workflow.adding import add_paths as add_paths
from unet_studio.workflow.drafting import Draft, open_draft
from unet_studio.workflow.session import Session
from unet_studio.workspace import store

BURNT_IN = "The file says that patient data are burnt into the pixels."
UNEVEN = "Its pixels are not square ({height} high : {width} wide); the picture is shown as it is stored."
UNSEEN = 0.01  # of the longer side of a pixel, by which the other one may be shorter


@dataclass(frozen=True, eq=False)
class OpenCase:
    """A case on the screen.

    window: what the picture opens with, one of the file's windows or VOI LUTs where it has any.
    target: as guessed or chosen, None where nothing fits (note then says so). draft: None without a Target and in a
    read-only session. accepted: this reader's Correction of it stands.
    """

    case: Case
    image: Image
    window: Voi
    target: str | None
    note: str
    proposal: Proposal | None
    draft: Draft | None
    accepted: bool

    def with_proposal(self, proposal: Proposal) -> OpenCase:
        """The same case with another Proposal."""
        return replace(self, proposal=proposal)


def add_sample(session: Session) -> Changes:
    """Put the sample film on the worklist. Raises UserError where it is not installed."""
    from unet_studio.workflow.sample import sample_film

    return add_paths(session, [sample_film()])


def cases(session: Session, keep: Collection[int] = ()) -> list[Case]:
    """The worklist as this reader sees it, without the frames outside a chosen span; `keep` are listed all the same."""
    return spans.worklist(session, keep)


def some_cases(session: Session, case_ids: Sequence[int]) -> list[Case]:
    """These rows of the worklist as this reader sees them. Raises WorkspaceError for an unknown one."""
    return [store.case(session.workspace, case_id, session.reader) for case_id in case_ids]


def open_case(session: Session, case_id: int, target: str | None = None, image: Image | None = None) -> OpenCase:
    """Everything that the window shows of one case, its draft as it was left.

    target: instead of the one guessed or chosen before. image: what `load_image` gave for it before, and still would.
    Raises Unreadable, WorkspaceError.
    """
    from unet_studio.imaging import windowing

    image = image or load_image(session, case_id)
    if target is not None and session.writable:
        store.set_target(session.workspace, case_id, session.reader, target)
    case = store.case(session.workspace, case_id, session.reader)
    chosen = target or case.target
    window = windowing.default_voi(image)
    if chosen is None:
        return OpenCase(case, image, window, None, _note(image, chosen=False), None, None, accepted=False)
    draft = open_draft(session, case_id, image.content_hash, chosen, image.shape) if session.writable else None
    standing = store.current_correction(session.workspace, image.content_hash, chosen, session.reader)
    proposal = store.latest_proposal(session.workspace, image.content_hash, chosen)
    note = _note(image, chosen=True)
    return OpenCase(case, image, window, chosen, note, proposal, draft, accepted=standing is not None)


def _note(image: Image, chosen: bool) -> str:
    """What a reader should know of the file, one sentence a line."""
    taken = image.acquisition
    lines = [] if chosen else [why_not(image)]
    if taken.burnt_in:
        lines.append(BURNT_IN)
    if taken.aspect is not None:
        lines.append(UNEVEN.format(height=taken.aspect[0], width=taken.aspect[1]))
    if image.spacing_mm is not None and not _even(*image.spacing_mm):
        height, width = (f"{side:.4g} mm" for side in image.spacing_mm)
        lines.append(UNEVEN.format(height=height, width=width))
    return "\n".join(line for line in lines if line)


def _even(height: float, width: float) -> bool:
    """Whether nobody sees that a pixel is not square."""
    return abs(height - width) <= UNSEEN * max(height, width)


def load_image(session: Session, case_id: int) -> Image:
    """The Image of a case: the Workspace's own copy where it is kept, else from the source file.

    What the file shows is recorded in the worklist. Raises Unreadable (recorded too), WorkspaceError.
    """
    case = store.case(session.workspace, case_id, session.reader)
    kept = kept_image(session, case.image_hash) if case.image_hash else None
    if kept is not None:
        return replace(kept, source=Source(case.path, case.frame, case.frames, kept.source.sha256))
    image = _read(session, case)
    if session.writable:
        rows, columns = image.shape
        guess = guess_target(image)
        store.set_image(session.workspace, case_id, image.content_hash, rows, columns, guess)
    return image


def _read(session: Session, case: Case) -> Image:
    from unet_studio.imaging import reader

    try:
        return reader.read(Path(case.path), case.frame)
    except Unreadable as error:
        if session.writable and not case.image_hash:
            store.set_status(session.workspace, case.id, session.reader, Status.UNREADABLE, str(error))
        raise


def kept_image(session: Session, image_hash: str) -> Image | None:
    """The Workspace's lossless copy of a picture, None where it is not kept. Raises WorkspaceError when damaged."""
    from unet_studio.imaging.kept import from_kept

    found = store.kept_image(session.workspace, image_hash)
    if found is None:
        return None
    try:
        return from_kept(*found)
    except ValueError as error:
        raise WorkspaceError(f"{session.folder}: {error}; put it back from a backup.") from error


def thumbnail(session: Session, case_id: int, side: int = 96) -> np.ndarray | None:
    """A small picture of a case, uint8 (h, w) or (h, w, 3), longer side at most `side` px; None where unreadable."""
    from unet_studio.imaging.thumbnails import thumbnail as draw

    try:
        return draw(load_image(session, case_id), side)
    except (Unreadable, WorkspaceError):
        return None
