"""Which Masks an export writes, in the order of their files, and what is told about each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from unet_studio.core.case import Case, Status
from unet_studio.core.correction import Correction, QueueState
from unet_studio.core.errors import UserError
from unet_studio.core.grid import Grid
from unet_studio.core.image import Image
from unet_studio.exporting import naming
from unet_studio.exporting.png import Provenance, mask_sha256
from unet_studio.workflow import exporting
from unet_studio.workflow.drafting import open_draft
from unet_studio.workflow.exporting import Wish
from unet_studio.workflow.grids import grid_of
from unet_studio.workflow.opening import cases, kept_image, load_image
from unet_studio.workflow.readers import without_excluded
from unet_studio.workflow.scenes import scene_of
from unet_studio.workflow.session import Session
from unet_studio.workspace import store

UNREVIEWED = "unreviewed"
STATES: dict[str, QueueState] = {state.value.replace(" ", "-"): state for state in QueueState}
OPEN = (Status.PROPOSED, Status.CORRECTED, Status.LATER)


@dataclass(frozen=True, eq=False)
class Made:
    """One Mask to write. wanted, whole: names relative to the output folder, of the frame and of its file.

    path: of the source. seen: decodes the picture. grid: as that of exporting.frame's Frame.
    """

    wanted: Path
    whole: str
    mask: np.ndarray
    provenance: Provenance
    group: str
    side: str
    path: Path
    is_dicom: bool
    seen: Callable[[], Image]
    grid: Callable[[], Grid | None]


@dataclass(frozen=True, eq=False)
class Job:
    """One Mask that will be read when its turn comes; `file` is the same for the frames of one file."""

    file: str
    frame: int
    make: Callable[[], Made]


def jobs(session: Session, wish: Wish) -> list[Job]:
    """What the wish lets through, the frames of a file together. Raises WorkspaceError, UserError."""
    unknown = sorted(set(wish.states) - set(STATES) - {UNREVIEWED})
    if unknown:
        known = ", ".join((*STATES, UNREVIEWED))
        raise UserError(f"{unknown[0]}: this state is not known; choose among {known}.")
    found = _corrections(session, wish) if wish.states != (UNREVIEWED,) else []
    several = len({correction.reader for correction in found}) > 1
    shown = _Shown(session)
    listed = [_accepted_job(session, one, several, frame) for one in found for frame in shown.frames(one)]
    if (wish.include_unreviewed or UNREVIEWED in wish.states) and wish.reader in (None, session.reader):
        listed += [_unreviewed_job(session, case, several) for case in _open_cases(session, wish.target)]
    return in_files(listed)


def in_files(listed: Iterable[Job]) -> list[Job]:
    """Files in the order in which they first come, the frames of each in order."""
    order: dict[str, list[Job]] = {}
    for job in listed:
        order.setdefault(job.file, []).append(job)
    return [job for of_file in order.values() for job in sorted(of_file, key=lambda one: one.frame)]


def _corrections(session: Session, wish: Wish) -> list[Correction]:
    """Standing Corrections, without those whose reader excluded the picture afterwards."""
    states = {STATES[name] for name in wish.states if name != UNREVIEWED} or None
    found = store.corrections(session.workspace, wish.target, wish.reader, states)
    return without_excluded(session, found)


def _open_cases(session: Session, target: str | None) -> list[Case]:
    return [
        case
        for case in cases(session)
        if case.image_hash and case.status in OPEN and case.target is not None and target in (None, case.target)
    ]


@dataclass(frozen=True)
class _Frame:
    """One frame that shows a Correction's picture; number (from 0) and count are None where only the kept ones are."""

    path: Path
    number: int | None = None
    count: int | None = None


class _Shown:
    """Which rows of the worklist show a picture, for each reader."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[str, dict[str, list[Case]]] = {}

    def frames(self, correction: Correction) -> list[_Frame]:
        """Every frame of the Correction's own file that has the same pixels and was not excluded; at least one."""
        if correction.reader not in self._rows:
            rows: dict[str, list[Case]] = defaultdict(list)
            for case in store.cases(self._session.workspace, correction.reader):
                rows[case.image_hash].append(case)
            self._rows[correction.reader] = rows
        shown = self._rows[correction.reader].get(correction.image_hash, [])
        own = [case for case in shown if case.file == correction.source_file and not _is_excluded(case, correction)]
        found = [_Frame(Path(case.path), case.frame, case.frames) for case in own]
        return found or [_Frame(Path(shown[-1].path) if shown else Path())]


def _is_excluded(case: Case, correction: Correction) -> bool:
    return case.status is Status.EXCLUDED and case.target in (None, correction.target)


def _accepted_job(session: Session, correction: Correction, several: bool, frame: _Frame) -> Job:
    number = frame.number
    if number is None:
        number = int((store.kept_facts(session.workspace, correction.image_hash) or {}).get("frame", 0))
    make = partial(_accepted, session, correction, several, frame)
    return Job(f"{correction.source_sha256} {correction.target}", number, make)


def _accepted(session: Session, correction: Correction, several: bool, frame: _Frame) -> Made:
    mask = store.correction_mask(session.workspace, correction.id)
    source = correction.source_sha256 or correction.image_hash
    name = store.pseudonym(session.workspace, correction.group, source)
    image = _as_shown(without_pixels(session, correction.image_hash, name), correction, frame)
    proposal, threshold = store.correction_proposal(session.workspace, correction.id)
    provenance = exporting.provenance_of(
        image,
        name,
        correction.target,
        proposal,
        reviewed=True,
        time=correction.accepted_at,
        reader=correction.reader,
        threshold=threshold,
        options={"mask_sha256": mask_sha256(mask)},
    )
    side, kept = correction.side.value, partial(_kept, session, correction.image_hash, name)
    who, sha256 = correction.reader if several else "", correction.source_sha256
    return _made(name, mask, provenance, who, frame.path, image, side, kept, sha256)


def _as_shown(image: Image, correction: Correction, frame: _Frame) -> Image:
    """A kept picture as one frame of the Correction's file: it was kept when its first frame was seen."""
    if frame.number is None or frame.count is None:
        return image
    sha256 = correction.source_sha256 or image.source.sha256
    return replace(image, source=replace(image.source, frame=frame.number, frames=frame.count, sha256=sha256))


def _unreviewed_job(session: Session, case: Case, several: bool) -> Job:
    return Job(f"{case.path} {case.target}", case.frame, partial(_unreviewed, session, case, several))


def _unreviewed(session: Session, case: Case, several: bool) -> Made:
    assert case.target is not None
    image = load_image(session, case.id)
    name = store.pseudonym(session.workspace, _group(session, image), image.source.sha256 or image.content_hash)
    draft = open_draft(session, case.id, image.content_hash, case.target, image.shape)
    proposal = store.latest_proposal(session.workspace, image.content_hash, case.target)
    mask = draft.document.mask
    if not draft.can_undo and proposal is not None:
        mask = exporting.proposed_mask(proposal, draft.threshold)
    provenance = exporting.provenance_of(
        image,
        name,
        case.target,
        proposal,
        reviewed=False,
        time="",
        reader=session.reader,
        threshold=draft.threshold,
        options={"mask_sha256": mask_sha256(mask)},
    )
    reader = session.reader if several else ""
    return _made(name, mask, provenance, reader, Path(case.path), image, "", lambda: image)


def _made(
    name: str, mask: np.ndarray, provenance: Provenance, reader: str, path: Path, about: Image, side: str,
    seen: Callable[[], Image], sha256: str = "",
) -> Made:  # fmt: skip
    return Made(
        wanted=_place(name, provenance, reader),
        whole=_place(name, provenance, reader, whole=True).as_posix(),
        mask=mask,
        provenance=provenance,
        group=name.split("_")[0],
        side=side,
        path=path,
        is_dicom=about.format == "DICOM",
        seen=seen,
        grid=partial(grid_of, about, path, name, sha256),
    )


def _group(session: Session, image: Image) -> str:
    """The group hash of a picture that nobody accepted yet, as its Correction will have it."""
    known = store.groups_of_images(session.workspace).get(image.content_hash)
    if known:
        return known.group
    return store.group_hash(session.workspace, scene_of(session, image) or f"picture {image.content_hash}")


def without_pixels(session: Session, image_hash: str, name: str) -> Image:
    """A kept Image whose pixels are all 0 and take no memory: for what is told about it. Raises UserError."""
    from unet_studio.imaging.portable import image_from

    facts = store.kept_facts(session.workspace, image_hash)
    if facts is None:
        raise UserError(f"{name}: its kept picture is missing; put it back from a backup.")
    return image_from(facts, np.broadcast_to(np.zeros((), facts["dtype"]), tuple(facts["shape"])))


def _kept(session: Session, image_hash: str, name: str) -> Image:
    image = kept_image(session, image_hash)
    if image is None:
        raise UserError(f"{name}: its kept picture is missing; put it back from a backup.")
    return image


def _place(name: str, made: Provenance, reader: str, *, whole: bool = False) -> Path:
    """A Mask's name; the reader's ends it where there are several, whoever came first."""
    frames = 1 if whole else made.frames
    place = naming.place(Path(), Path(), name, made.frame - 1, frames)
    return place.with_name(naming.safe_piece(f"{place.name}_{'-'.join(reader.split())}")) if reader else place
