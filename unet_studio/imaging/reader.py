"""Files to Images and to facts about them, decoded in a child process; light to import, safe from any thread."""

from __future__ import annotations

import atexit
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from unet_studio.core.errors import Cancelled, Unreadable
from unet_studio.core.image import FileFacts, Image
from unet_studio.core.survey import DAMAGED, OTHER, PICTURE, Origin, Survey
from unet_studio.imaging.pool import Pool
from unet_studio.imaging.portable import acquisition_from, image_from
from unet_studio.imaging.refusal import Refused, damaged

# what is called a picture and is none was damaged on its way, or saved as something else
PICTURE_SUFFIXES = frozenset(
    {".dcm", ".dicom", ".ima", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif", ".nii", ".nrrd"}
)

_POOL = Pool()
atexit.register(_POOL.close)


def probe(path: Path) -> FileFacts:
    """What the header says, quickly: `ok` stays False and `target` None, `error` is set where it is no picture.

    Raises nothing but Cancelled, where close() is called meanwhile.
    """
    return _facts("probe", path)


def describe(path: Path) -> FileFacts:
    """What `info` says: every frame is decoded, within 20 seconds or as a video; `ok`, or one sentence in `error`.

    Raises nothing but Cancelled, where close() is called meanwhile.
    """
    facts = counted(path)
    return facts if facts.error else _facts("describe", path)


def counted(
    path: Path,
    on_part: Callable[[FileFacts], None] = lambda facts: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> FileFacts:
    """What `probe` says, with the true number of frames: a video is decoded once, which is kept for the next time.

    on_part gets the facts every few seconds: frames up to `known` can be read meanwhile. Raises Cancelled.
    """
    path = Path(path)
    facts = probe(path)
    while not facts.error and not facts.counted:
        if cancelled():
            raise Cancelled
        facts = _facts("grow", path, sha256="")
        on_part(facts)
    if facts.video and not facts.error:
        _facts("grow", path, sha256=_sha256(path, cancelled))
    return facts


def _sha256(path: Path, cancelled: Callable[[], bool]) -> str:
    """Of a whole file; "" where it cannot be read. Raises Cancelled."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 22):
                digest.update(block)
                if cancelled():
                    raise Cancelled
    except OSError:
        return ""
    return digest.hexdigest()


def read(path: Path, frame: int = 0) -> Image:
    """Frame `frame`, counted from 0, of the picture file at `path`.

    Its group is the raw patient or study identifier, for the Workspace to hash. Raises Unreadable with one sentence,
    or Cancelled where close() is called meanwhile.
    """
    path = Path(path)
    try:
        message, pixels = _POOL.ask("read", path.absolute(), frame)
        if pixels is None:
            raise Refused(*_refused(message))
        return image_from(message["facts"], pixels, str(path.absolute()), str(message["group"]))
    except Refused as refusal:
        raise Unreadable(refusal.sentence(path.name)) from None
    except (KeyError, TypeError, ValueError):
        raise Unreadable(damaged("is damaged").sentence(path.name)) from None


def survey(paths: Sequence[Path]) -> list[Survey]:
    """What each file is and belongs to, headers only: in one request, or one by one where that comes to grief.

    Raises nothing but Cancelled, where close() is called meanwhile.
    """
    try:
        message, _ = _POOL.ask("survey", Path(), paths=[str(Path(path).absolute()) for path in paths])
        return [_survey(Path(path), one) for path, one in zip(paths, message["surveys"], strict=True)]
    except (Refused, KeyError, TypeError, ValueError):
        return [_survey_alone(Path(path)) for path in paths]


def digest(path: Path) -> str:
    """A digest of all stored pixels of a file: equal ones show the same. "" where it cannot be read."""
    try:
        return str(_POOL.ask("same", Path(path).absolute())[0]["facts"]["whole"])
    except (Refused, KeyError, TypeError):
        return ""


def listed_in(path: Path) -> list[Path] | None:
    """The files that a DICOMDIR lists and that are there, in its order; None where the file is no DICOMDIR."""
    try:
        message, _ = _POOL.ask("index", Path(path).absolute())
        return [Path(str(one)) for one in message["facts"]["files"]]
    except (Refused, KeyError, TypeError):
        return None


def _survey_alone(path: Path) -> Survey:
    try:
        return _survey(path, _POOL.ask("survey", path, paths=[str(path.absolute())])[0]["surveys"][0])
    except Refused as refusal:
        return Survey(str(path), refusal.kind, refusal.sentence(path.name))
    except (KeyError, IndexError, TypeError, ValueError):
        return Survey(str(path), DAMAGED, damaged("is damaged").sentence(path.name))


def _survey(path: Path, message: dict[str, Any]) -> Survey:
    if "facts" not in message:
        refusal = Refused(*_refused(message))
        return Survey(str(path), _kind(path, refusal), refusal.sentence(path.name))
    facts, about = message["facts"], message["origin"]
    return Survey(
        str(path),
        PICTURE,
        "",
        str(facts["format"]),
        int(facts["rows"]),
        int(facts["columns"]),
        int(facts["frames"]),
        str(facts["modality"]),
        bool(facts["video"]),
        acquisition_from(facts["acquisition"]),
        Origin(**{**about, "made_from": tuple(about["made_from"])}),
    )


def _kind(path: Path, refusal: Refused) -> str:
    named_picture = refusal.kind == OTHER and path.suffix.lower() in PICTURE_SUFFIXES
    return DAMAGED if named_picture else refusal.kind


def start() -> None:
    """Starts the decode child ahead of the first file; returns at once."""
    _POOL.start()


def close() -> None:
    """Ends the decode children; a later call starts new ones."""
    _POOL.close()


def _facts(verb: str, path: Path, **more: Any) -> FileFacts:
    path = Path(path)
    try:
        message, _ = _POOL.ask(verb, path.absolute(), 0, **more)
        if "facts" not in message:
            raise Refused(*_refused(message))
        return _file_facts(path, message["facts"])
    except Refused as refusal:
        return FileFacts(str(path), False, refusal.sentence(path.name), _kind(path, refusal))
    except (KeyError, TypeError, ValueError):
        return FileFacts(str(path), False, damaged("is damaged").sentence(path.name), DAMAGED)


def _refused(message: dict[str, Any]) -> tuple[str, str, str]:
    wrong, remedy, kind = message["refused"]
    return str(wrong), str(remedy), str(kind)


def _file_facts(path: Path, facts: dict[str, Any]) -> FileFacts:
    spacing, acquisition = facts["spacing_mm"], acquisition_from(facts["acquisition"])
    plain = {**facts, "path": str(path), "spacing_mm": tuple(spacing) if spacing else None}
    return FileFacts(**{**plain, "acquisition": acquisition})
