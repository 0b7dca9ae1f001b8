"""`predict`: the proposed masks of many pictures as files, without a worklist. Finished files are skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from unet_studio.core.errors import UserError
from unet_studio.core.image import Image
from unet_studio.core.survey import OTHER, PICTURE, REPORT
from unet_studio.core.target import guess_target, why_not
from unet_studio.exporting import naming
from unet_studio.exporting.png import Exported, export_mask, read_provenance
from unet_studio.workflow import exporting
from unet_studio.workflow.prediction_desk import AUTO, Desk, Named, Request, open_desk

__all__ = ["AUTO", "Prediction", "Request", "predict"]


@dataclass(frozen=True)
class Prediction:
    """What became of one frame; `error` is one sentence, `note` says why nothing was proposed or what was unusual."""

    path: Path
    frame: int = 1  # counted from 1
    target: str | None = None
    model: str = ""
    files: Exported | None = None
    seconds: float = 0.0
    device: str = ""
    note: str = ""
    error: str = ""
    kind: str = PICTURE  # of a folder's file: OTHER or REPORT where it is no picture, which is no error

    def row(self) -> dict[str, Any]:
        """As one JSON object."""
        files = self.files
        return {
            "path": str(self.path),
            "ok": not self.error,
            "frame": self.frame,
            "target": self.target,
            "model": self.model or None,
            "mask": str(files.mask) if files is not None else None,
            "json": str(files.json) if files is not None else None,
            "probability": str(files.probability) if files is not None and files.probability is not None else None,
            "skipped": files.skipped if files is not None else False,
            "seconds": round(self.seconds, 3),
            "device": self.device or None,
            "note": self.note or None,
            "error": self.error or None,
            "kind": self.kind,
        }


@dataclass(frozen=True, eq=False)
class Ready:
    """A frame made ready by a thread: its picture, or why there is none; neither where it seems to be finished."""

    image: Image | None = None
    error: str = ""


@dataclass(frozen=True, eq=False)
class Opened:
    """A file made ready: how many frames it has, its names, and its first frame where it is the only one."""

    path: Path
    frames: int = 1
    named: Named | None = None
    only: Ready | None = None
    error: str = ""
    note: str = ""
    kind: str = PICTURE


def predict(
    request: Request,
    on_total: Callable[[int, int], None] = lambda done, total: None,
    on_warning: Callable[[str], None] = lambda sentence: None,
) -> Iterator[Prediction]:
    """Propose every frame of every file among the paths; broken files become Predictions with an error.

    The next files are decoded while the network has one. on_total gets (files done, files in all), on_warning what is
    to be said of all of them. Raises UserError where the request as a whole cannot be carried out.
    """
    from unet_studio.imaging import limits, reader, scan
    from unet_studio.workflow.ahead import working_ahead

    desk = open_desk(request, on_warning)
    files = [(given, path) for given in request.paths for path in scan.find_files([given])]
    with working_ahead(limits.CHILDREN, reader.close) as ahead:
        opened = ahead.results(partial(_open, desk, given, path) for given, path in files)
        for number, one in enumerate(opened):
            if one.named is None:
                yield Prediction(one.path, error=one.error, note=one.note, kind=one.kind)
            else:
                ready = (
                    [one.only]
                    if one.only is not None
                    else ahead.results(partial(_ready, desk, one.named, frame) for frame in range(one.frames))
                )
                yield from _file(desk, one.named, ready)
            on_total(number + 1, len(files))
    for problem in desk.finish():
        yield Prediction(request.out, error=problem)


def _open(desk: Desk, given: Path, path: Path) -> Opened:
    """In a thread: look into a file, and decode it where it has one frame."""
    from unet_studio.imaging import reader

    facts = reader.counted(path)
    if facts.error and facts.kind in (OTHER, REPORT) and given.is_dir():
        return Opened(path, note=facts.error, kind=facts.kind)
    if facts.error:
        return Opened(path, error=facts.error)
    try:
        named = desk.name(given, path, max(1, facts.frames), is_dicom=facts.format == "DICOM")
    except UserError as error:
        return Opened(path, error=str(error))
    only = _ready(desk, named, 0) if named.frames == 1 else None
    return Opened(path, named.frames, named, only)


def _ready(desk: Desk, named: Named, frame: int) -> Ready:
    """In a thread: the frame's picture, unless its mask seems to be there already."""
    from unet_studio.imaging import reader

    try:
        if desk.finished(named, frame, claim=False) is not None:
            return Ready()
        return Ready(reader.read(named.path, frame))
    except UserError as error:
        return Ready(error=str(error))


def _file(desk: Desk, named: Named, ready: Any) -> Iterator[Prediction]:
    """The Predictions of one file's frames; what is written once for all of them belongs to the last."""
    last: Prediction | None = None
    for frame, one in enumerate(ready):
        if last is not None:
            yield last
        try:
            last = _frame(desk, named, frame, one)
        except UserError as error:
            last = Prediction(named.path, frame + 1, error=str(error))
    assert last is not None
    problems = desk.file_done(named)
    yield replace(last, error="; ".join([last.error, *problems] if last.error else problems))


def _frame(desk: Desk, named: Named, frame: int, ready: Ready) -> Prediction:
    from unet_studio.imaging import reader

    if ready.error:
        raise UserError(ready.error)
    finished = desk.finished(named, frame, claim=True)
    if finished is not None:
        target, model, files = finished
        problems = _other_formats(desk, named, frame, files, ready.image)
        return Prediction(named.path, frame + 1, target, model, files, error="; ".join(problems))
    image = ready.image if ready.image is not None else reader.read(named.path, frame)
    chosen = desk.targets[0] if len(desk.targets) == 1 else guess_target(image)
    if chosen is None:
        note = f"{named.shown}: {why_not(image)}"
        return Prediction(named.path, frame + 1, note=note)
    return _proposed(desk, named, frame, image, chosen)


def _proposed(desk: Desk, named: Named, frame: int, image: Image, target: str) -> Prediction:
    from unet_studio.editing.threshold import own_size

    proposal = desk.load(target).propose(image)
    provenance = exporting.provenance_of(
        image, named.shown, target, proposal, reviewed=False, time="", options=desk.request.options()
    )
    mask = exporting.proposed_mask(proposal)
    probability = own_size(proposal.probability, *image.shape) if desk.request.probability else None
    files = export_mask(desk.wanted(named, frame), mask, provenance, probability, desk.claimed)
    problems = _other_formats(desk, named, frame, files, image)
    note = f"{named.shown}: {proposal.note}" if proposal.note else ""
    return Prediction(
        named.path,
        frame + 1,
        target,
        proposal.model_id,
        files,
        proposal.seconds,
        proposal.device,
        note,
        "; ".join(problems),
    )


def _other_formats(desk: Desk, named: Named, frame: int, files: Exported, image: Image | None) -> list[str]:
    """Write a mask that is there as PNG in the other formats; a sentence for each that failed."""
    from unet_studio.imaging import reader

    if desk.writing is None:
        return []
    made = read_provenance(files.json)
    if made is None:
        return [f"{files.json.name}: cannot be read any more; remove it with its mask and run again."]
    name = files.mask.relative_to(desk.request.out).with_suffix("").as_posix()
    whole = naming.place(Path(), named.folder, named.shown).as_posix()
    place = exporting.Place(
        name=name,
        file_name=whole if named.frames > 1 else name,
        png=files.mask,
        group=desk.group(named, made.target),
        source=named.path if named.is_dicom else None,
    )
    seen = partial(reader.read, named.path, frame) if image is None else lambda: image
    return exporting.add_formats(desk.writing, place, made, seen)
