"""Files and folders to rows of the worklist: pictures become rows, the rest of a folder is folded into one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from unet_studio.core.changes import Changes
from unet_studio.core.survey import DAMAGED, MISSING, PICTURE, TWIN, VIEWER, Survey
from unet_studio.workflow.session import Session, require_writable
from unet_studio.workspace import store
from unet_studio.workspace.store import NewCase, OtherFile

BATCH = 50  # files between two refreshes of the worklist
MANY = 30  # frames of a file, from which the reader is told how to choose among them
ANY_SIZE = 1 << 31
ICON = 128  # px a side up to which a picture beside DICOM is taken for one of a viewer's icons
PROCESSING = "FOR PROCESSING"
OF_THE_VIEWER = "{name} is a {format} picture that came with DICOM; double-click it to put it on the worklist"
NOT_THERE = "{name} is named in DICOMDIR, but it is not there; copy the disc again"
A_TWIN = "{name} shows the same as a picture of the worklist"

Found = tuple[Path | None, list[Path], list[Path]]  # the folder that is opened, its files, what its index names besides


@dataclass(eq=False)
class _Alike:
    """Files with one fingerprint; digests of the first `read` of them are known."""

    paths: list[str]
    read: int = 0
    digests: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class _Run:
    """What has been met while one call lists: rows are written in batches, and what has to wait is kept back."""

    session: Session
    target: str | None
    seen: set[str] = field(default_factory=set)
    rows: list[tuple[NewCase, Survey]] = field(default_factory=list)
    folded: list[OtherFile] = field(default_factory=list)
    waiting: list[tuple[Survey, str]] = field(default_factory=list)  # with the folder
    has_dicom: bool = False
    by_instance: dict[str, str] = field(default_factory=dict)  # path of each SOP instance
    stands_for: dict[str, str] = field(default_factory=dict)  # path of what was made from it, or in its exposure
    alike: dict[str, _Alike] = field(default_factory=dict)  # by fingerprint
    total: Changes = field(default_factory=Changes)


def add_paths(
    session: Session,
    paths: Sequence[Path],
    *,
    target: str | None = None,
    on_batch: Callable[[Changes], None] = lambda changes: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Changes:
    """Add files and folders to the worklist; a named file that does not open becomes a row that says why.

    Of a folder (or of the disc whose DICOMDIR is named) only pictures become rows, and damaged ones, which say why;
    the rest is folded away, with twins of pictures and what a DICOMDIR names without its being there. target: chosen
    for all of them; None leaves it to each picture.
    Raises Locked, WorkspaceError.
    """
    from unet_studio.imaging import folders

    require_writable(session)
    run = _Run(session, target)
    for folder, files, missing in _together(_files_of(given, cancelled) for given in paths):
        icons = 0  # px a side up to which a picture waits until it is known whether there is DICOM
        if folder is not None and folders.holds_a_viewer(files):
            icons = ANY_SIZE
        elif folder is not None and folders.may_hold_dicom(files):
            icons = ICON
        for batch in _batches((file for file in files if _first_time(run, file)), BATCH):
            _take_batch(run, batch, folder, icons)
            on_batch(run.total)
            if cancelled():
                return run.total
        if folder is not None:
            _miss(run, folder, missing)
    _settle(run)
    _write(run)
    return run.total


def _files_of(given: Path, cancelled: Callable[[], bool]) -> Found:
    from unet_studio.imaging import disc_index, folders

    folder, files = folders.files_of(given, cancelled)
    return folder, files, [] if cancelled() else disc_index.missing(given, folder, files)


def _together(found: Iterable[Found]) -> Iterator[Found]:
    """Folders with their files; files that were named themselves, one after the other, as one list."""
    for alone, group in groupby(found, key=lambda one: one[0] is None):
        if alone:
            yield None, [file for _, files, _ in group for file in files], []
        else:
            yield from group


def _first_time(run: _Run, file: Path) -> bool:
    path = str(file.absolute())
    if path in run.seen:
        return False
    run.seen.add(path)
    return True


def _batches(files: Iterable[Path], size: int) -> Iterator[list[Path]]:
    batch: list[Path] = []
    for file in files:
        batch.append(file)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _take_batch(run: _Run, batch: Sequence[Path], folder: Path | None, icons: int) -> None:
    from unet_studio.imaging import reader

    survey = reader.survey(batch)
    new = {found.origin.looks for found in survey} - {"", *run.alike}
    run.alike |= {looks: _Alike(paths) for looks, paths in store.alike(run.session.workspace, sorted(new)).items()}
    for found in survey:
        _take(run, found, "" if folder is None else _absolute(str(folder)), icons)
        if found.frames > MANY and not found.video:
            name = Path(found.path).name
            words = f"{name}: {found.frames} frames; Frames, Choose frames leaves out what is not needed"
            run.total |= Changes(message=words)
    _write(run)


def _take(run: _Run, found: Survey, folder: str, icons: int) -> None:
    """Sort one file."""
    if found.kind != PICTURE:
        _fold_or_complain(run, found, folder)
        return
    is_dicom = found.format == "DICOM"
    run.has_dicom |= is_dicom
    icon = not is_dicom and not found.video and max(found.rows, found.columns) <= icons
    if folder and (icon or found.acquisition.intent == PROCESSING):
        run.waiting.append((found, folder))
    else:
        _list(run, found, folder)


def _fold_or_complain(run: _Run, found: Survey, folder: str) -> None:
    """A file that was named, or is a damaged picture, is a row that says why; the rest of a folder is folded away."""
    if not folder or found.kind == DAMAGED:
        run.rows.append((NewCase(Path(found.path).absolute(), error=found.error), found))
    if folder:
        run.folded.append(OtherFile(_absolute(found.path), folder, found.kind, found.error))


def _miss(run: _Run, folder: Path, missing: Sequence[Path]) -> None:
    """Tell of what an index names without its being there, in place of what was told when it was opened before."""
    where = _absolute(str(folder))
    if store.forget_missing(run.session.workspace, where) and not missing:
        run.total |= Changes(worklist=True)
    words = [(str(path), NOT_THERE.format(name=path.name)) for path in missing]
    run.folded += [OtherFile(path, where, MISSING, reason) for path, reason in words]


def _list(run: _Run, found: Survey, folder: str) -> None:
    """A row for each frame, unless another file of the folder or of the worklist shows the same."""
    twin = _twin_of(run, found) if folder else None
    if twin is not None:
        words = A_TWIN.format(name=Path(found.path).name)
        run.folded.append(OtherFile(_absolute(found.path), folder, TWIN, words, twin[0]))
        return
    path, frames = Path(found.path).absolute(), max(1, found.frames)
    listed = 1 if found.video else frames  # a video's other frames become rows when they are asked for
    run.rows += [(NewCase(path, frame, frames, video=found.video), found) for frame in range(listed)]
    if found.origin.instance:
        run.by_instance.setdefault(found.origin.instance, str(path))
    for source in found.origin.made_from:
        run.stands_for.setdefault(source, str(path))


def _twin_of(run: _Run, found: Survey) -> tuple[int | None, str] | None:
    """(case, path) of a row that shows the same pixels, or what this FOR PROCESSING picture was processed to."""
    path, origin = _absolute(found.path), found.origin
    processed = _processed_to(run, found)
    other = processed or run.by_instance.get(origin.instance, "")
    if not other or other == path or not (processed or _decoded_alike(path, other)):
        other = _same_pixels(run, path, origin.looks)
    if not other:
        return None
    _write(run)
    return store.case_at(run.session.workspace, other), other


def _same_pixels(run: _Run, path: str, looks: str) -> str:
    """The path of a row with the same stored pixels, "" where there is none; `path` is then known for the next ones.

    Each file is read through once at most, and only where another one has the same fingerprint.
    """
    from unet_studio.imaging import reader

    if not looks:
        return ""
    alike = run.alike[looks]
    if path in alike.paths:
        return ""
    for other in alike.paths[alike.read :]:
        alike.digests.setdefault(reader.digest(Path(other)), other)
    alike.read = len(alike.paths)
    if alike.paths:
        whole = reader.digest(Path(path))
        if whole and whole in alike.digests:
            return alike.digests[whole]
        alike.digests.setdefault(whole, path)
        alike.read += 1
    alike.paths.append(path)
    return ""


def _processed_to(run: _Run, found: Survey) -> str:
    if found.acquisition.intent != PROCESSING:
        return ""
    sources = (found.origin.instance, *found.origin.made_from)
    return next((run.stands_for[one] for one in sources if one in run.stands_for), "")


def _decoded_alike(path: str, other: str) -> bool:
    """The same SOP instance twice, perhaps in two transfer syntaxes: the decoded first frames decide."""
    from unet_studio.core.errors import Unreadable
    from unet_studio.core.image import meaning
    from unet_studio.imaging import reader

    try:
        one, two = reader.read(Path(path)), reader.read(Path(other))
    except Unreadable:
        return False
    return one.content_hash == two.content_hash and meaning(one.transform) == meaning(two.transform)


def _settle(run: _Run) -> None:
    """What was kept back: icons and other pictures of a viewer are folded where there is DICOM, the rest is listed."""
    for found, folder in run.waiting:
        if found.format != "DICOM" and run.has_dicom:
            words = OF_THE_VIEWER.format(name=Path(found.path).name, format=found.format)
            run.folded.append(OtherFile(_absolute(found.path), folder, VIEWER, words))
        else:
            _list(run, found, folder)
    run.waiting.clear()


def _write(run: _Run) -> None:
    """Rows and folded files into the Workspace."""
    workspace, rows, folded = run.session.workspace, run.rows, run.folded
    if not rows and not folded:
        return
    run.rows, run.folded = [], []
    ids = store.add_cases(workspace, [row for row, _ in rows])
    pairs = list(zip(ids, rows, strict=True))
    looks = [(one, found.origin.looks) for one, (row, found) in pairs if row.frame == 0 and found.origin.looks]
    store.keep_looks(workspace, looks)
    readable = [(one, row.path) for one, (row, _) in pairs if not row.error]
    store.forget_others(workspace, [one for one, _ in readable])
    store.add_others(workspace, folded)
    if run.target is not None:
        store.set_targets(workspace, [one for one, _ in readable], run.session.reader, run.target)
    run.total |= Changes(frozenset(ids), worklist=True)


def _absolute(path: str) -> str:
    return str(Path(path).absolute())
