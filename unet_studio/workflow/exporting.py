"""Accepted Masks as files for other programs, with where they came from and under names that tell no patient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from unet_studio import __version__
from unet_studio.core.errors import UserError
from unet_studio.core.grid import Grid
from unet_studio.core.image import Image
from unet_studio.core.proposal import Proposal
from unet_studio.exporting.png import Provenance, export_mask
from unet_studio.workflow.drafting import THRESHOLD
from unet_studio.workflow.session import Session
from unet_studio.workspace.clock import now

if TYPE_CHECKING:
    from unet_studio.exporting.writing import Writing
    from unet_studio.workflow.export_jobs import Job

PROGRAM = f"U-Net Studio {__version__}"


@dataclass(frozen=True)
class ExportReport:
    """What an export wrote, how many were there already, and one sentence for each that failed.

    written: PNG masks. more: files and rows in other formats. notes: what a format was not written for.
    """

    written: tuple[Path, ...]
    skipped: int
    problems: tuple[str, ...]
    more: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wish:
    """What goes out, and how. formats: as `formats_chosen` gives them.

    states: names of STATES, any of which lets a Correction through; () takes all that stand. include_unreviewed: also
    drafts and proposals of this reader's other cases, marked not reviewed. reader: only theirs. anonymous: DICOM
    files name no patient. linking_table: where to write which name is which file; None for nowhere.
    """

    folder: Path
    formats: tuple[str, ...] = ("png",)
    target: str | None = None
    states: tuple[str, ...] = ()
    reader: str | None = None
    include_unreviewed: bool = False
    anonymous: bool = False
    linking_table: Path | None = None


@dataclass(frozen=True)
class Place:
    """Where one Mask goes: names relative to the output folder, its PNG, its group and side, its DICOM file."""

    name: str
    file_name: str
    png: Path
    group: str
    side: str = ""
    source: Path | None = None
    is_dicom: bool | None = None  # None: as `source` is there


def export_masks(
    session: Session,
    folder: Path,
    *,
    formats: tuple[str, ...] = ("png",),
    target: str | None = None,
    include_unreviewed: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ExportReport:
    """`export` of all that was accepted."""
    wish = Wish(folder, formats, target, include_unreviewed=include_unreviewed)
    return export(session, wish, on_progress, cancelled)


def export(
    session: Session,
    wish: Wish,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ExportReport:
    """Write the Masks wished for as PNG with its JSON, and in the other formats; nothing is overwritten.

    Files are called by pseudonyms, those of several readers P001_I001_READER. What an earlier export has finished is
    skipped. on_progress gets (done, total). Raises WorkspaceError, UserError where nothing can be written at all.
    """
    from unet_studio.exporting.writing import Writing
    from unet_studio.workflow import export_jobs, export_linking

    export_linking.require_free(wish.linking_table)
    jobs = export_jobs.jobs(session, wish)
    writing = Writing(wish.folder, wish.formats, anonymous=wish.anonymous)
    run = _Run(writing)
    done = 0
    for _, of_file in groupby(jobs, key=lambda job: job.file):
        for job in of_file:
            if cancelled():
                return run.report(finished=False)
            run.carry_out(wish, job)
            done += 1
            on_progress(done, len(jobs))
        writing.file_done(is_dicom=run.is_dicom)
    if wish.linking_table is not None:
        export_linking.write(wish.linking_table, run.names)
    return run.report(finished=True)


def table_beside(folder: Path) -> Path:
    """A free name for the linking table beside the output folder, never in it: that is handed on."""
    for number in range(1, 10_000):
        path = folder.with_name(f"{folder.name}-linking-table{'' if number == 1 else f'-{number}'}.csv")
        if not path.exists():
            return path
    raise UserError(f"{folder}: has thousands of linking tables beside it; remove some.")


class _Run:
    """The counts of one export."""

    def __init__(self, writing: Writing) -> None:
        self.writing = writing
        self.names: list[tuple[str, Path, Provenance]] = []
        self.is_dicom = False
        self._written: list[Path] = []
        self._problems: list[str] = []
        self._skipped = 0
        self._claimed: set[Path] = set()

    def carry_out(self, wish: Wish, job: Job) -> None:
        """Write one Mask in every format."""
        try:
            one = job.make()
            result = export_mask(wish.folder / one.wanted, one.mask, one.provenance, claimed=self._claimed)
            self._skipped += result.skipped
            if not result.skipped:
                self._written.append(result.mask)
            self.is_dicom = one.is_dicom
            name = result.mask.relative_to(wish.folder).with_suffix("").as_posix()
            self.names.append((name, one.path, one.provenance))
            place = Place(
                name=name,
                file_name=one.whole if one.provenance.frames > 1 else name,
                png=result.mask,
                group=one.group,
                side=one.side,
                source=one.path if one.is_dicom else None,
                is_dicom=one.is_dicom,
            )
            add_formats(self.writing, place, one.provenance, one.seen, one.mask, one.grid)
        except UserError as error:
            self._problems.append(str(error))

    def report(self, *, finished: bool) -> ExportReport:
        """Write the lists of all Masks, and say what was done."""
        self.writing.close()
        notes = [f"{name}: {n} of the pictures are no DICOM files" for name, n in self.writing.left_out.items()]
        problems = (*self._problems, *self.writing.problems)
        return ExportReport(
            tuple(self._written), self._skipped, problems, self.writing.written, tuple(notes if finished else ())
        )


def add_formats(
    writing: Writing,
    place: Place,
    made: Provenance,
    seen: Callable[[], Image],
    mask: np.ndarray | None = None,
    grid: Callable[[], Grid | None] | None = None,
) -> list[str]:
    """Write a Mask that is there as PNG in the other formats; one sentence for each that failed.

    seen: decodes the picture, asked only where a format needs it. mask: read from the PNG where None.
    grid: as that of a Frame; the picture's own where None.
    """
    from unet_studio.exporting.frame import Frame, mask_sha256
    from unet_studio.exporting.pictures import read_picture
    from unet_studio.workflow import viewing
    from unet_studio.workflow.pictures import full_depth

    is_dicom = place.source is not None if place.is_dicom is None else place.is_dicom
    pixels = read_picture(place.png) if mask is None else mask
    before = len(writing.problems)
    image = cache(seen)  # at most one decode, and none where no format asks
    frame = Frame(
        name=place.name,
        file_name=place.file_name,
        mask=pixels,
        provenance=replace(made, mask_sha256=made.mask_sha256 or mask_sha256(pixels)),
        group=place.group,
        side=place.side,
        picture=lambda: viewing.display(image()),
        values=lambda: full_depth(image()),
        source=place.source,
        grid=grid or (lambda: None if is_dicom else image().grid),
    )
    writing.add(frame, place.png, is_dicom=is_dicom)
    return writing.problems[before:]


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
