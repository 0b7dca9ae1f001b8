"""Files to Images and to facts about them, decoded in a child process; light to import, safe from any thread."""

from __future__ import annotations

import atexit
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from unet_studio.core.errors import Cancelled, Unreadable
from unet_studio.core.image import FileFacts, Image
from unet_studio.imaging.pool import Pool
from unet_studio.imaging.portable import image_from
from unet_studio.imaging.refusal import Refused, damaged

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


def start() -> None:
    """Starts the decode child ahead of the first file; returns at once."""
    _POOL.start()


def close() -> None:
    """Ends the decode children; a later call starts new ones."""
    _POOL.close()


def _facts(verb: str, path: Path, **more: str) -> FileFacts:
    path = Path(path)
    try:
        message, _ = _POOL.ask(verb, path.absolute(), 0, **more)
        if "facts" not in message:
            raise Refused(*_refused(message))
        return _file_facts(path, message["facts"])
    except Refused as refusal:
        return FileFacts(str(path), False, refusal.sentence(path.name))
    except (KeyError, TypeError, ValueError):
        return FileFacts(str(path), False, damaged("is damaged").sentence(path.name))


def _refused(message: dict[str, Any]) -> tuple[str, str]:
    wrong, remedy = message["refused"]
    return str(wrong), str(remedy)


def _file_facts(path: Path, facts: dict[str, Any]) -> FileFacts:
    spacing = facts["spacing_mm"]
    return FileFacts(**{**facts, "path": str(path), "spacing_mm": tuple(spacing) if spacing else None})
