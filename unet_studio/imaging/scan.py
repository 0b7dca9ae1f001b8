"""Which files lie under the paths that a reader gave: folders walked in natural order, loops and repeats left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

NEVER_PICTURES = frozenset({"thumbs.db", "desktop.ini"})


def find_files(paths: Sequence[Path], cancelled: Callable[[], bool] = lambda: False) -> Iterator[Path]:
    """Every file among `paths` and in the folders among them, each name once, in natural order in a folder.

    Hidden files and folders inside a folder are left out. A path that does not exist is passed on for the reader
    to refuse, and so is a folder that cannot be listed. Ends early once `cancelled()`.
    """
    seen: set[object] = set()
    for path in paths:
        for found in _walk(Path(path), seen, cancelled):
            if cancelled():
                return
            yield found


def _walk(path: Path, seen: set[object], cancelled: Callable[[], bool]) -> Iterator[Path]:
    waiting = [path]
    while waiting and not cancelled():
        current = waiting.pop()
        if not _first_time(current, seen):
            continue
        if not current.is_dir():
            yield current
            continue
        try:
            names = sorted((entry.name for entry in current.iterdir()), key=natural, reverse=True)
        except OSError:
            yield current
            continue
        waiting += [current / name for name in names if not name.startswith(".") and name.lower() not in NEVER_PICTURES]


def _first_time(path: Path, seen: set[object]) -> bool:
    """False for a file's name met before, and for a folder met before under any name, so that links make no loops."""
    identity: object = path.absolute()
    if path.is_dir():
        state = path.stat()
        identity = (state.st_dev, state.st_ino) if state.st_ino else identity
    if identity in seen:
        return False
    seen.add(identity)
    return True


def natural(name: str) -> list[tuple[int, int, str]]:
    """A sort key that puts IM2 before IM10."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(1, int(part), "") if part.isdecimal() and part.isascii() else (0, 0, part) for part in parts] + [
        (0, 0, name)
    ]
