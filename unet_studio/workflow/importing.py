"""Masks made elsewhere: accepted Corrections by `queue add`, or the start of an open case's Mask."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from unet_studio.core.case import Status, with_frame
from unet_studio.core.correction import Correction, Effort
from unet_studio.core.errors import UserError
from unet_studio.core.image import Image
from unet_studio.exporting.naming import stem
from unet_studio.exporting.png import mask_sha256
from unet_studio.workflow import slips
from unet_studio.workflow.accepting import STANDS, keep
from unet_studio.workflow.drafting import worked_on
from unet_studio.workflow.likenesses import complete
from unet_studio.workflow.mask_files import MaskFolder, NotMarked, mask_folder, read_mask
from unet_studio.workflow.opening import OpenCase
from unet_studio.workflow.scenes import group_of, scene_of
from unet_studio.workflow.session import Session, require_writable
from unet_studio.workspace import store
from unet_studio.workspace.store import NewCase, NewCorrection


@dataclass(frozen=True)
class QueueReport:
    """Ids of the Corrections added, how many were there already, a sentence for each picture that was not, the ids of
    those that look like slips and wait for an answer, and how many frames their file of Masks says nothing of."""

    ids: tuple[int, ...]
    already: int
    problems: tuple[str, ...]
    aside: tuple[int, ...] = ()
    unmarked: int = 0

    @property
    def added(self) -> int:
        """How many came into the queue."""
        return len(self.ids)


def queue_add(
    session: Session, target: str, images: Path, masks: Path, groups: Path | None = None, *, check: bool = True
) -> QueueReport:
    """Pair pictures with Masks of the same name, size and frame, and queue each as this session's reader's Correction.

    masks: a folder with STEM.png (0/255 or label map), .dcm (SEG), .nii.gz, .nrrd, .json (labelme) or .txt (YOLO), in
    the sub-folders of the pictures or beside each other, with exports of this program, or with annotations.json (COCO);
    or one COCO file. A file of several frames takes one SEG, NIfTI or NRRD, or STEM_f0001.png and so on; frames that
    have no Mask, and those in which the Masks of the whole file mark nothing, are left out. One that its reader is
    correcting is left alone and named.
    groups: CSV with columns stem,group, for pictures that name no patient. check: let the active version propose, and
    set aside what looks like a slip. A picture whose Correction is the same already stays as it is; of pictures with
    the same pixels only the first Mask counts, and another one is a problem.
    Raises UserError where a folder or the CSV cannot be read.
    """
    require_writable(session)
    if not images.is_dir():
        raise UserError(f"{images}: this folder does not exist; check the name.")
    pictures = _pictures(images, masks)
    found = mask_folder(masks, pictures)
    complete(session)
    named = _read_groups(groups) if groups is not None else {}
    adding = _Adding(session, target, images, found)
    problems = adding.problems
    for picture in pictures:
        problems += _problem_of(partial(adding.add, picture, named.get(stem(picture.name), "")))
    ids = adding.ids
    if check and ids:
        slips.propose_for(session, ids)
        slips.check(session, target, session.reader)
    aside = set(ids) & slips.asked(session).keys()
    return QueueReport(tuple(ids), adding.already, tuple(problems), tuple(sorted(aside)), adding.unmarked)


def _pictures(images: Path, masks: Path) -> list[Path]:
    """The files below `images`, relative to it; those in a folder of Masks that lies there are no pictures."""
    from unet_studio.imaging import scan

    files = [one.relative_to(images) for one in scan.find_files([images])]
    root, inner = images.resolve(), masks.resolve()
    if inner == root or not inner.is_relative_to(root):
        return files
    return [one for one in files if not (root / one).is_relative_to(inner)]


def _problem_of(work: Callable[[], object]) -> list[str]:
    """What went wrong with one picture, [] where nothing did."""
    try:
        work()
    except UserError as error:
        return [str(error)]
    return []


def import_mask(session: Session, onto: OpenCase, path: Path) -> bool:
    """Put a Mask from a file into an open case, as one undo step that keeps locked pixels; False where nothing changes.

    Raises UserError where nothing may be changed, and where the file holds no Mask of this picture and Target.
    """
    return put_mask(onto, read_for(onto, path))


def read_for(onto: OpenCase, path: Path) -> np.ndarray:
    """(H, W) uint8 0/1: the Mask of an open case's picture in a file. Raises UserError."""
    if onto.draft is None or onto.target is None:
        raise UserError(f"{onto.case.name}: no target is chosen; choose lung or polyp, then import.")
    return read_mask(path, onto.image, onto.target)


def put_mask(onto: OpenCase, mask: np.ndarray) -> bool:
    """Put a Mask that was read into an open case's draft. Raises UserError where nothing may be changed."""
    from unet_studio.editing.put import put
    from unet_studio.editing.rect import whole
    from unet_studio.editing.toolbox import TOOLBOX

    if onto.draft is None:
        raise UserError(f"{onto.case.name}: no target is chosen; choose lung or polyp, then import.")
    row, document = TOOLBOX["imported"], onto.draft.document
    return put(document, row.name, row.label, whole(document.shape), mask) is not None


def _read_groups(path: Path) -> dict[str, str]:
    """stem -> group, from a CSV with or without a header line."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: cannot be read as CSV; save it as text with the columns stem,group.") from error
    if any(len(row) < 2 for row in rows):
        raise UserError(f"{path}: a line has no group; give two columns, stem,group.")
    return {row[0].strip(): row[1].strip() for row in rows if row[0].strip().lower() != "stem"}


@dataclass(eq=False)
class _Adding:
    """What `queue_add` has added so far."""

    session: Session
    target: str
    images: Path
    masks: MaskFolder
    ids: list[int] = field(default_factory=list)
    already: int = 0
    unmarked: int = 0
    problems: list[str] = field(default_factory=list)
    given: dict[str, tuple[str, str]] = field(default_factory=dict)  # of an Image: which picture, SHA-256 of its Mask

    def add(self, picture: Path, group: str) -> None:
        """Queue every frame of a file that has a Mask. Raises UserError."""
        from unet_studio.imaging import reader

        path = self.images / picture
        facts = reader.counted(path)
        image = reader.read(path)
        found, told = False, set[str]()
        for frame in range(max(1, facts.frames)):
            mask_path = self.masks.find(picture, replace(image.source, frame=frame), self.target)
            if mask_path is None:
                continue
            found = True
            try:
                image = image if frame == image.source.frame else reader.read(path, frame)
                mask = self.masks.read(mask_path, picture, image, self.target)
                name = with_frame(str(picture), frame, image.source.frames)
                if self._is_first(name, image, mask):
                    self._queue(path, name, image, mask, group, video=facts.video)
            except NotMarked:
                self.unmarked += 1
            except UserError as error:  # of one frame: the others have Masks of their own
                if str(error) in told:
                    return
                told.add(str(error))
                self.problems.append(str(error))
        if not found:
            of = "any of its frames" if image.source.frames > 1 else "it"
            raise UserError(
                f"{path.name}: there is no mask for {of} in {self.masks.path}; add it or remove the picture."
            )

    def _is_first(self, name: str, image: Image, mask: np.ndarray) -> bool:
        """Whether no other Mask was given to the same pixels in this run: one would silently replace the other."""
        first, digest = self.given.setdefault(image.content_hash, (name, mask_sha256(mask)))
        if digest == mask_sha256(mask):
            return True
        self.problems.append(f"{name}: shows the same pixels as {first}, but has another mask; keep one of the two.")
        return False

    @cached_property
    def _listed(self) -> set[tuple[Path, int, str]]:
        """The worklist before this run: path, frame and what it shows."""
        rows = store.cases(self.session.workspace, self.session.reader)
        return {(Path(one.path), one.frame, one.image_hash) for one in rows}

    def _list_twin(self, image: Image, path: Path, standing: Correction, *, video: bool) -> None:
        """Put a frame on the worklist whose pixels have their Correction already, so that exports write it, too."""
        source, session = image.source, self.session
        if source.frames > 1 and (path.absolute(), source.frame, image.content_hash) not in self._listed:
            case_id = _list_case(session, image, path, self.target, video=video)
            store.set_status(session.workspace, case_id, session.reader, STANDS.get(standing.state, Status.QUEUED))

    def _queue(self, path: Path, name: str, image: Image, mask: np.ndarray, group: str, *, video: bool) -> None:
        session, workspace = self.session, self.session.workspace
        standing = store.current_correction(workspace, image.content_hash, self.target, session.reader)
        if standing is not None and np.array_equal(store.correction_mask(workspace, standing.id), mask):
            self.already += 1
            self._list_twin(image, path, standing, video=video)
            return
        if worked_on(session, image.content_hash, self.target):
            raise UserError(
                f"{name}: its mask is under correction; accept it in the window, or undo what was drawn, then add"
                " it again."
            )
        case_id = _list_case(session, image, path, self.target, video=video)
        tie = group_of(image) or group or scene_of(session, image)
        keep(session, image, tie)
        new = NewCorrection(
            image_hash=image.content_hash,
            target=self.target,
            reader=session.reader,
            mask=mask,
            group=tie,
            effort=Effort(changed_pixels=int(np.count_nonzero(mask))),
            source_name=path.name,
            source_sha256=image.source.sha256,
            case_id=case_id,
        )
        self.ids.append(store.save_correction(workspace, new).id)


def _list_case(session: Session, image: Image, path: Path, target: str, *, video: bool) -> int:
    source = image.source
    new = NewCase(path.absolute(), source.frame, source.frames, guess=target, video=video)
    (case_id,) = store.add_cases(session.workspace, [new])
    store.set_image(session.workspace, case_id, image.content_hash, *image.shape, target)
    store.set_target(session.workspace, case_id, session.reader, target)
    return case_id
