"""`predict`: the proposed masks of many pictures as files, without a worklist. Finished files are skipped."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unet_studio.core.errors import ModelError, UserError
from unet_studio.core.image import Image
from unet_studio.core.resources import bundled_model
from unet_studio.core.survey import OTHER, PICTURE, REPORT
from unet_studio.core.target import TARGETS, guess_target, why_not
from unet_studio.exporting import naming
from unet_studio.exporting.png import Exported, Provenance, already_exported, export_mask
from unet_studio.workflow import exporting, proposing, versions
from unet_studio.workflow.drafting import THRESHOLD
from unet_studio.workflow.session import Session, open_session
from unet_studio.workspace import store

if TYPE_CHECKING:
    from unet_studio.inference.proposer import Proposer

AUTO = "auto"


@dataclass(frozen=True)
class Request:
    """What to propose, with what, and where to put it."""

    paths: tuple[Path, ...]
    out: Path
    target: str = AUTO
    model: str | None = None
    probability: bool = False
    device: str = "auto"
    workspace: Path | None = None


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
class Desk:
    """What all files of one request share. `model` gives (id, sha256) of a Target's version, `load` its Proposer."""

    request: Request
    model: Callable[[str], tuple[str, str]]
    load: Callable[[str], Proposer]
    targets: tuple[str, ...]
    claimed: set[Path] = field(default_factory=set)


def predict(request: Request, on_total: Callable[[int, int], None] = lambda done, total: None) -> Iterator[Prediction]:
    """Propose every frame of every file among the paths; broken files become Predictions with an error.

    on_total gets (files done, files in all). Raises UserError where the request as a whole cannot be carried out.
    """
    from unet_studio.imaging import scan

    desk = _desk(request)
    files = [(given, path) for given in request.paths for path in scan.find_files([given])]
    for number, (given, path) in enumerate(files):
        yield from _file(desk, given, path)
        on_total(number + 1, len(files))


def _desk(request: Request) -> Desk:
    session = _session(request)
    if session is None:
        if request.model is not None:
            raise ModelError(f"{request.model}: there is no workspace to find this model in; give --workspace.")
        return Desk(request, _bundled, lambda target: _load_bundled(target, request.device), _targets(request))
    chosen = _chosen(session, request)

    def version(target: str) -> tuple[str, str]:
        found = chosen or versions.active(session, target)
        return found.id, found.sha256

    def load(target: str) -> Proposer:
        return proposing.model(session, version(target)[0], request.device)

    return Desk(request, version, load, (chosen.target,) if chosen is not None else _targets(request))


def _session(request: Request) -> Session | None:
    """The Workspace whose active models are asked, None where the user has none yet: nothing is made for a look."""
    if request.workspace is None and not (store.default_folder() / "workspace.json").is_file():
        return None
    return open_session(request.workspace)


def _chosen(session: Session, request: Request) -> Any:
    """The version asked for by id, or None. Raises ModelError for an unknown one or one of another Target."""
    if request.model is None:
        return None
    versions.versions(session)
    found = store.version(session.workspace, request.model)
    if request.target not in (AUTO, found.target):
        raise ModelError(f"{found.id}: this model proposes {found.target}, not {request.target}; leave --target out.")
    return found


def _targets(request: Request) -> tuple[str, ...]:
    return tuple(TARGETS) if request.target == AUTO else (request.target,)


@functools.cache
def _bundled(target: str) -> tuple[str, str]:
    return f"{target}-v1", _sha256(_bundled_file(target))


def _bundled_file(target: str) -> Path:
    path = bundled_model(target)
    if not path.is_file():
        raise ModelError(f"{target}: no model is installed for this target; install U-Net Studio again.")
    return path


def _load_bundled(target: str, device: str) -> Proposer:
    return proposing.load(lambda: _bundled_file(target), *_bundled(target), device)


def _file(desk: Desk, given: Path, path: Path) -> Iterator[Prediction]:
    from unet_studio.imaging import reader

    facts = reader.counted(path)
    if facts.error and facts.kind in (OTHER, REPORT) and given.is_dir():
        yield Prediction(path, note=facts.error, kind=facts.kind)
        return
    if facts.error:
        yield Prediction(path, error=facts.error)
        return
    folder = naming.relative_folder(path, given)
    frames = max(1, facts.frames)
    for frame in range(frames):
        wanted = naming.place(desk.request.out, folder, path.name, frame, frames)
        try:
            yield _finished(desk, wanted, path, frame) or _frame(desk, wanted, path, frame)
        except UserError as error:
            yield Prediction(path, frame + 1, error=str(error))


def _finished(desk: Desk, wanted: Path, path: Path, frame: int) -> Prediction | None:
    """What an earlier run left of this very request, found without decoding; None where there is nothing."""
    if not wanted.with_name(f"{wanted.name}.json").is_file():
        return None
    sha256 = _sha256(path)
    for target in desk.targets:
        try:
            model, model_sha256 = desk.model(target)
        except ModelError:
            continue  # no model, no finished file by it
        provenance = Provenance(
            source=path.name,
            source_sha256=sha256,
            content_hash="",
            target=target,
            model=model,
            model_sha256=model_sha256,
            time="",
            program="",
            rows=0,
            columns=0,
            reviewed=False,
            threshold=THRESHOLD,
            frame=frame + 1,
            options=_options(desk.request),
        )
        found = already_exported(wanted, provenance, desk.claimed)
        if found is not None:
            return Prediction(path, frame + 1, target, model, found)
    return None


def _frame(desk: Desk, wanted: Path, path: Path, frame: int) -> Prediction:
    from unet_studio.editing.threshold import own_size
    from unet_studio.imaging import reader

    image = reader.read(path, frame)
    target = _target_for(desk, image)
    if target is None:
        return Prediction(path, frame + 1, note=f"{path.name}: {why_not(image)}")
    proposal = desk.load(target).propose(image)
    rows, columns = image.shape
    provenance = exporting.provenance_of(
        image, path.name, target, proposal, reviewed=False, time="", options=_options(desk.request)
    )
    mask = exporting.proposed_mask(proposal)
    probability = own_size(proposal.probability, rows, columns) if desk.request.probability else None
    files = export_mask(wanted, mask, provenance, probability, desk.claimed)
    note = f"{path.name}: {proposal.note}" if proposal.note else ""
    return Prediction(path, frame + 1, target, proposal.model_id, files, proposal.seconds, proposal.device, note)


def _target_for(desk: Desk, image: Image) -> str | None:
    return desk.targets[0] if len(desk.targets) == 1 else guess_target(image)


def _options(request: Request) -> dict[str, object]:
    return {"target": request.target, "probability": request.probability}


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise UserError(f"{path.name}: cannot be read ({error.strerror}); check that it is still there.") from error
    return digest.hexdigest()
