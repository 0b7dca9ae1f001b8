"""What all files of one `predict` share: models, names, groups, and what earlier runs have finished."""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unet_studio.core import sequence
from unet_studio.core.case import Case, Status
from unet_studio.core.digests import file_sha256
from unet_studio.core.errors import ModelError, UserError
from unet_studio.core.resources import bundled_model
from unet_studio.core.target import TARGETS
from unet_studio.exporting import naming
from unet_studio.exporting.png import Exported, Provenance, already_exported
from unet_studio.workflow import proposing, versions
from unet_studio.workflow.drafting import THRESHOLD
from unet_studio.workflow.session import Session, open_session
from unet_studio.workflow.telling_names import tells
from unet_studio.workspace import store

if TYPE_CHECKING:
    from unet_studio.exporting.dicom_source import Patient
    from unet_studio.exporting.writing import Writing
    from unet_studio.inference.proposer import Proposer

AUTO = "auto"
HASH_DIGITS = 16


@dataclass(frozen=True)
class Request:
    """What to propose, with what, and where to put it.

    formats: as `formats.chosen` gives them. anonymous: files are called by hash and DICOM files name no patient.
    """

    paths: tuple[Path, ...]
    out: Path
    target: str = AUTO
    model: str | None = None
    probability: bool = False
    device: str = "auto"
    workspace: Path | None = None
    formats: tuple[str, ...] = ("png",)
    anonymous: bool = False

    def options(self) -> dict[str, object]:
        """What tells one run's masks from another's, beside model and source."""
        return {"target": self.target, "probability": self.probability}


@dataclass(frozen=True)
class Named:
    """A file: where its masks go and under which name. patient: what ties it to others, "" where nothing does."""

    path: Path
    folder: Path
    shown: str
    frames: int
    is_dicom: bool
    patient: str


@dataclass(eq=False)
class Desk:
    """`model` gives (id, sha256) of a Target's version, `load` its Proposer; `writing` is None for PNG alone."""

    request: Request
    model: Callable[[str], tuple[str, str]]
    load: Callable[[str], Proposer]
    targets: tuple[str, ...]
    warn: Callable[[str], None]
    writing: Writing | None = None
    claimed: set[Path] = field(default_factory=set)
    warned: bool = False
    salt: str = field(default_factory=lambda: secrets.token_hex(16))

    def name(self, given: Path, path: Path, frames: int, *, is_dicom: bool) -> Named:
        """The names of one file's masks; warns once where a name that is kept looks like the patient's."""
        from unet_studio.exporting import dicom_source

        who = dicom_source.patient(path) if is_dicom else dicom_source.Patient()
        if self.request.anonymous:
            shown = _sha256(path)[:HASH_DIGITS]
            return Named(path, Path(), shown, frames, is_dicom, who.key)
        folder = naming.relative_folder(path, given)
        self._warn_of_names((*folder.parts, path.name), who)
        return Named(path, folder, path.name, frames, is_dicom, who.key)

    def wanted(self, named: Named, frame: int) -> Path:
        """Where a frame's mask goes, without suffix."""
        return naming.place(self.request.out, named.folder, named.shown, frame, named.frames)

    def finished(self, named: Named, frame: int, *, claim: bool) -> tuple[str, str, Exported] | None:
        """(Target, model, files) that an earlier run left of this very request, found without decoding; or None.

        claim: the name found is given out in this run, which must happen in the order of the files.
        """
        wanted = self.wanted(named, frame)
        if not wanted.with_name(f"{wanted.name}.json").is_file():
            return None
        sha256 = _sha256(named.path)
        for target in self.targets:
            try:
                model, model_sha256 = self.model(target)
            except ModelError:
                continue  # no model, no finished file by it
            provenance = Provenance(
                source=named.shown,
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
                options=self.request.options(),
            )
            found = already_exported(wanted, provenance, self.claimed if claim else set(self.claimed))
            if found is not None:
                return target, model, found
        return None

    def group(self, named: Named, target: str) -> str:
        """A pseudonym of the patient, or of the video that the file is of, in this run; it cannot be turned back."""
        file = Case(0, str(named.path.absolute()), 0, named.frames, "", Status.NEW, target, "")
        key = named.patient or sequence.key(file) or str(named.path.absolute())
        text = f"{self.salt}\n{key}".encode("utf-8", "surrogateescape")
        return f"G{hashlib.sha256(text).hexdigest()[:10]}"

    def file_done(self, named: Named) -> list[str]:
        """Write what a file has once for all frames; a sentence for each that failed."""
        if self.writing is None:
            return []
        before = len(self.writing.problems)
        self.writing.file_done(is_dicom=named.is_dicom)
        return self.writing.problems[before:]

    def finish(self) -> list[str]:
        """Write the lists of all masks; a sentence for each that failed. Warns of formats that did not suit."""
        if self.writing is None:
            return []
        before = len(self.writing.problems)
        self.writing.close()
        for name, count in self.writing.left_out.items():
            self.warn(f"{name}: {count} of the pictures are no DICOM files and have none")
        return self.writing.problems[before:]

    def _warn_of_names(self, parts: tuple[str, ...], who: Patient) -> None:
        if not self.warned and tells(parts, who.name, who.numbers):
            self.warned = True
            self.warn("file or folder names look like the patient's name or number; --anonymous leaves them out")


def open_desk(request: Request, warn: Callable[[str], None]) -> Desk:
    """Models and names for a request. Raises UserError, ModelError where it cannot be carried out."""
    desk = _desk(request, warn)
    if set(request.formats) - {"png"}:
        from unet_studio.exporting.writing import Writing

        desk.writing = Writing(request.out, request.formats, anonymous=request.anonymous)
    return desk


def _desk(request: Request, warn: Callable[[str], None]) -> Desk:
    session = _session(request)
    if session is None:
        if request.model is not None:
            raise ModelError(f"{request.model}: there is no workspace to find this model in; give --workspace.")
        return Desk(request, _bundled, lambda target: _load_bundled(target, request.device), _targets(request), warn)
    chosen = _chosen(session, request)

    def version(target: str) -> tuple[str, str]:
        found = chosen or versions.active(session, target)
        return found.id, found.sha256

    def load(target: str) -> Proposer:
        return proposing.model(session, version(target)[0], request.device)

    return Desk(request, version, load, (chosen.target,) if chosen is not None else _targets(request), warn)


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


def _sha256(path: Path) -> str:
    try:
        return file_sha256(path)
    except OSError as error:
        raise UserError(f"{path.name}: cannot be read ({error.strerror}); check that it is still there.") from error
