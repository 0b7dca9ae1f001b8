"""Files to worklist rows, and a row to an open case."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from unet_studio.core.case import Case, Status
from unet_studio.core.changes import Changes
from unet_studio.core.errors import Unreadable, WorkspaceError
from unet_studio.core.image import FileFacts, Image, Source, Window
from unet_studio.core.proposal import Proposal
from unet_studio.core.target import guess_target
from unet_studio.workflow import spans
from unet_studio.workflow.drafting import Draft, open_draft
from unet_studio.workflow.session import Session, require_writable
from unet_studio.workspace import store
from unet_studio.workspace.store import NewCase

BATCH = 50  # files between two refreshes of the worklist
MANY = 30  # frames of a file, from which the reader is told how to choose among them
NO_TARGET = "This is neither a chest film nor an endoscopy picture, so nothing is proposed; choose a target yourself."


@dataclass(frozen=True, eq=False)
class OpenCase:
    """A case on the screen.

    target: as guessed or chosen, None where nothing fits (note then says so). draft: None without a Target and in a
    read-only session. accepted: this reader's Correction of it stands.
    """

    case: Case
    image: Image
    window: Window
    target: str | None
    note: str
    proposal: Proposal | None
    draft: Draft | None
    accepted: bool

    def with_proposal(self, proposal: Proposal) -> OpenCase:
        """The same case with another Proposal."""
        return replace(self, proposal=proposal)


def add_paths(
    session: Session,
    paths: Sequence[Path],
    *,
    target: str | None = None,
    on_batch: Callable[[Changes], None] = lambda changes: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Changes:
    """Add files and folders to the worklist; a broken or foreign file becomes a row that says why.

    target: chosen for all of them; None leaves it to each picture. Raises Locked, WorkspaceError.
    """
    from unet_studio.imaging import reader, scan

    require_writable(session)
    total = Changes()
    batch: list[NewCase] = []
    for path in scan.find_files(paths, cancelled):
        facts = reader.probe(path)
        batch += _rows(path, facts)
        if facts.frames > MANY and not facts.video:
            words = f"{path.name}: {facts.frames} frames; Frames, Choose frames leaves out what is not needed"
            total |= Changes(message=words)
        if len(batch) >= BATCH:
            total |= _add(session, batch, target)
            on_batch(total)
            batch = []
    return total | _add(session, batch, target)


def _rows(path: Path, facts: FileFacts) -> Iterable[NewCase]:
    absolute = path.absolute()
    if facts.error:
        return (NewCase(absolute, error=facts.error),)
    frames = max(1, facts.frames)
    if facts.video:  # its other frames become rows when they are asked for
        return (NewCase(absolute, 0, frames, facts.target, video=True),)
    return (NewCase(absolute, frame, frames, facts.target) for frame in range(frames))


def _add(session: Session, batch: Sequence[NewCase], target: str | None) -> Changes:
    if not batch:
        return Changes()
    ids = store.add_cases(session.workspace, batch)
    if target is not None:
        readable = [case_id for case_id, row in zip(ids, batch, strict=True) if not row.error]
        store.set_targets(session.workspace, readable, session.reader, target)
    return Changes(frozenset(ids), worklist=True)


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
    window = windowing.default_window(image)
    if chosen is None:
        return OpenCase(case, image, window, None, NO_TARGET, None, None, accepted=False)
    draft = open_draft(session, case_id, image.content_hash, chosen, image.shape) if session.writable else None
    standing = store.current_correction(session.workspace, image.content_hash, chosen, session.reader)
    proposal = store.latest_proposal(session.workspace, image.content_hash, chosen)
    return OpenCase(case, image, window, chosen, "", proposal, draft, accepted=standing is not None)


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
