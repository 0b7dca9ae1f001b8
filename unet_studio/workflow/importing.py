"""`queue add`: pictures and Masks made elsewhere become accepted Corrections."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unet_studio.core.correction import Effort
from unet_studio.core.errors import UserError
from unet_studio.core.image import Image, modality_values
from unet_studio.exporting.naming import stem
from unet_studio.workflow import slips
from unet_studio.workflow.accepting import keep
from unet_studio.workflow.likenesses import complete
from unet_studio.workflow.scenes import group_of, scene_of
from unet_studio.workflow.session import Session, require_writable
from unet_studio.workspace import store
from unet_studio.workspace.store import NewCase, NewCorrection


@dataclass(frozen=True)
class QueueReport:
    """Ids of the Corrections added, how many were there already, a sentence for each picture that was not, and the
    ids of those that look like slips and wait for an answer."""

    ids: tuple[int, ...]
    already: int
    problems: tuple[str, ...]
    aside: tuple[int, ...] = ()

    @property
    def added(self) -> int:
        """How many came into the queue."""
        return len(self.ids)


def queue_add(
    session: Session, target: str, images: Path, masks: Path, groups: Path | None = None, *, check: bool = True
) -> QueueReport:
    """Pair pictures with masks/STEM.png (0/255, same size) and queue each as this session's reader's Correction.

    groups: CSV with columns stem,group, for pictures that name no patient. check: let the active version propose, and
    set aside what looks like a slip. A picture whose Correction is the same already stays as it is.
    Raises UserError where a folder or the CSV cannot be read.
    """
    from unet_studio.imaging import scan

    require_writable(session)
    for folder in (images, masks):
        if not folder.is_dir():
            raise UserError(f"{folder}: this folder does not exist; check the name.")
    complete(session)
    named = _read_groups(groups) if groups is not None else {}
    ids: list[int] = []
    problems: list[str] = []
    already = 0
    for path in scan.find_files([images]):
        name = stem(path.name)
        try:
            added = _add(session, target, path, masks / f"{name}.png", named.get(name, ""))
        except UserError as error:
            problems.append(str(error))
            continue
        if added is None:
            already += 1
        else:
            ids.append(added)
    if check and ids:
        slips.propose_for(session, ids)
        slips.check(session, target, session.reader)
    aside = set(ids) & slips.asked(session).keys()
    return QueueReport(tuple(ids), already, tuple(problems), tuple(sorted(aside)))


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


def _add(session: Session, target: str, path: Path, mask_path: Path, group: str) -> int | None:
    """The new Correction's id, or None where the same one stands. Raises UserError."""
    from unet_studio.imaging import reader

    if not mask_path.is_file():
        raise UserError(f"{path.name}: there is no mask {mask_path}; add it or remove the picture.")
    image = reader.read(path)
    if image.source.frames > 1:
        raise UserError(f"{path.name}: has {image.source.frames} frames; save each as a picture of its own.")
    mask = _marked(reader.read(mask_path))
    if mask.shape != image.shape:
        raise UserError(
            f"{path.name}: its mask is {mask.shape[1]} x {mask.shape[0]} px, the picture "
            f"{image.shape[1]} x {image.shape[0]}; save the mask at the picture's size."
        )
    standing = store.current_correction(session.workspace, image.content_hash, target, session.reader)
    if standing is not None and np.array_equal(store.correction_mask(session.workspace, standing.id), mask):
        return None
    case_id = _list_case(session, image, path, target)
    tie = group_of(image) or group or scene_of(session, image)
    keep(session, image, tie)
    new = NewCorrection(
        image_hash=image.content_hash,
        target=target,
        reader=session.reader,
        mask=mask,
        group=tie,
        effort=Effort(changed_pixels=int(np.count_nonzero(mask))),
        source_name=path.name,
        source_sha256=image.source.sha256,
        case_id=case_id,
    )
    return store.save_correction(session.workspace, new).id


def _marked(mask: Image) -> np.ndarray:
    """(H, W) uint8 0/1 of a mask picture: everything from half of its depth upwards."""
    values = modality_values(mask)
    plane = values if values.ndim == 2 else values.max(axis=2)
    half = 0 if mask.bits == 1 else (1 << (mask.bits - 1)) - 1
    return (plane > half).astype(np.uint8)


def _list_case(session: Session, image: Image, path: Path, target: str) -> int:
    (case_id,) = store.add_cases(session.workspace, [NewCase(path.absolute(), guess=target)])
    store.set_image(session.workspace, case_id, image.content_hash, *image.shape, target)
    store.set_target(session.workspace, case_id, session.reader, target)
    return case_id
