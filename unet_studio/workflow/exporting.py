"""Accepted Masks as PNG files, with where they came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unet_studio import __version__
from unet_studio.core.case import Case, Status
from unet_studio.core.correction import Correction
from unet_studio.core.errors import UserError
from unet_studio.core.image import Image
from unet_studio.core.proposal import Proposal
from unet_studio.exporting import naming
from unet_studio.exporting.png import Provenance, export_mask, mask_sha256
from unet_studio.workflow.drafting import THRESHOLD, open_draft
from unet_studio.workflow.opening import cases, kept_image, load_image
from unet_studio.workflow.readers import without_excluded
from unet_studio.workflow.session import Session
from unet_studio.workspace import store
from unet_studio.workspace.clock import now

PROGRAM = f"U-Net Studio {__version__}"


@dataclass(frozen=True)
class ExportReport:
    """What an export wrote, how many were there already, and one sentence for each that failed."""

    written: tuple[Path, ...]
    skipped: int
    problems: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Export:
    """One mask to write: its name as a path without suffix, and what goes into the file."""

    wanted: Path
    mask: np.ndarray
    provenance: Provenance


def export_masks(
    session: Session,
    folder: Path,
    *,
    target: str | None = None,
    include_unreviewed: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ExportReport:
    """Write every accepted Mask (all readers) as PNG with its JSON; nothing is overwritten.

    Masks of several readers are told apart by their names: STEM_READER.png.

    include_unreviewed: also drafts and proposals of this reader's other cases, marked not reviewed.
    on_progress gets (done, total). Raises WorkspaceError.
    """
    corrections = _corrections(session, target)
    several = len({correction.reader for correction in corrections}) > 1
    jobs = [_accepted(session, folder, correction, several) for correction in corrections]
    if include_unreviewed:
        jobs += [_unreviewed(session, folder, case, several) for case in _open_cases(session, target)]
    written: list[Path] = []
    problems: list[str] = []
    skipped = 0
    claimed: set[Path] = set()
    for number, job in enumerate(jobs):
        if cancelled():
            break
        try:
            for one in job():
                result = export_mask(one.wanted, one.mask, one.provenance, claimed=claimed)
                skipped += result.skipped
                if not result.skipped:
                    written.append(result.mask)
        except UserError as error:
            problems.append(str(error))
        on_progress(number + 1, len(jobs))
    return ExportReport(tuple(written), skipped, tuple(problems))


def _corrections(session: Session, target: str | None) -> list[Correction]:
    """Standing Corrections, without those whose reader excluded the picture afterwards."""
    return without_excluded(session, store.corrections(session.workspace, target))


def _place(folder: Path, name: str, frame: int, frames: int, reader: str = "") -> Path:
    """Where a Mask goes; the reader's name ends the file's where there are several readers, whoever came first."""
    place = naming.place(folder, Path(), name, frame, frames)
    return place.with_name(naming.safe_piece(f"{place.name}_{'-'.join(reader.split())}")) if reader else place


def _open_cases(session: Session, target: str | None) -> list[Case]:
    open_ones = (Status.PROPOSED, Status.CORRECTED, Status.LATER)
    return [
        case
        for case in cases(session)
        if case.image_hash and case.status in open_ones and case.target is not None and target in (None, case.target)
    ]


def _accepted(session: Session, folder: Path, correction: Correction, several: bool) -> Callable[[], Iterator[Export]]:
    def one() -> Iterator[Export]:
        mask = store.correction_mask(session.workspace, correction.id)
        image = kept_image(session, correction.image_hash)
        if image is None:
            raise UserError(f"{correction.source_name}: its kept picture is missing; put it back from a backup.")
        proposal, threshold = store.correction_proposal(session.workspace, correction.id)
        provenance = provenance_of(
            image,
            correction.source_name,
            correction.target,
            proposal,
            reviewed=True,
            time=correction.accepted_at,
            reader=correction.reader,
            threshold=threshold,
            options={"mask_sha256": mask_sha256(mask)},
        )
        source, reader = image.source, correction.reader if several else ""
        place = _place(folder, correction.source_name, source.frame, source.frames, reader)
        yield Export(place, mask, provenance)

    return one


def _unreviewed(session: Session, folder: Path, case: Case, several: bool) -> Callable[[], Iterator[Export]]:
    def one() -> Iterator[Export]:
        assert case.target is not None
        image = load_image(session, case.id)
        draft = open_draft(session, case.id, image.content_hash, case.target, image.shape)
        proposal = store.latest_proposal(session.workspace, image.content_hash, case.target)
        mask = draft.document.mask
        if not draft.can_undo and proposal is not None:
            mask = proposed_mask(proposal, draft.threshold)
        provenance = provenance_of(
            image,
            Path(case.path).name,
            case.target,
            proposal,
            reviewed=False,
            time="",
            reader=session.reader,
            threshold=draft.threshold,
            options={"mask_sha256": mask_sha256(mask)},
        )
        reader = session.reader if several else ""
        yield Export(_place(folder, Path(case.path).name, case.frame, case.frames, reader), mask, provenance)

    return one


def proposed_mask(proposal: Proposal, threshold: float = THRESHOLD) -> np.ndarray:
    """(H, W) uint8 0/1 at the Image's own size."""
    from unet_studio.editing.threshold import mask_at

    return mask_at(proposal.probability, proposal.rows, proposal.columns, threshold)


def provenance_of(
    image: Image,
    source: str,
    target: str,
    proposal: Proposal | None,
    *,
    reviewed: bool,
    time: str,
    reader: str = "",
    threshold: float | None = THRESHOLD,
    options: dict[str, object] | None = None,
) -> Provenance:
    """Where a mask of this Image came from; time: ISO 8601, "" for now."""
    return Provenance(
        source=source,
        source_sha256=image.source.sha256,
        content_hash=image.content_hash,
        target=target,
        model=proposal.model_id if proposal is not None else "",
        model_sha256=proposal.model_sha256 if proposal is not None else "",
        time=time or now(),
        program=PROGRAM,
        rows=image.shape[0],
        columns=image.shape[1],
        reviewed=reviewed,
        reader=reader,
        threshold=threshold,
        spacing_mm=image.spacing_mm,
        frame=image.source.frame + 1,
        frames=image.source.frames,
        options=dict(options or {}),
    )
