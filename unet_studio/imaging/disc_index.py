"""Which files a DICOMDIR names that are not there: on a disc that was copied in part they would go unnoticed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

# Referenced File ID as tag, VR and length; the standard has but the first way for a DICOMDIR
_EXPLICIT = re.compile(rb"\x04\x00\x00\x15CS(..)", re.DOTALL)
_BIG_ENDIAN = re.compile(rb"\x00\x04\x15\x00CS(..)", re.DOTALL)
_IMPLICIT = re.compile(rb"\x04\x00\x00\x15(..)\x00\x00", re.DOTALL)
_MOST_BYTES = 1 << 28
_INDEX = "dicomdir"


def missing(given: Path, folder: Path | None, files: Sequence[Path]) -> list[Path]:
    """Files that an index names and that are not among those found, in its order, each once.

    given: what a reader opened, a DICOMDIR or a folder. folder, files: what `folders.files_of` made of it.
    """
    if folder is None:
        return []
    top = folder.absolute()
    index = given if given != folder else next((one for one in files if _is_index(one, folder)), None)
    if index is None:
        return []
    there = {_plain(one.absolute().relative_to(top).parts) for one in files if one.absolute().is_relative_to(top)}
    lost = {_plain(parts): top.joinpath(*parts) for parts in named(index) if _plain(parts) not in there}
    return list(lost.values())


def named(index: Path) -> list[tuple[str, ...]]:
    """The parts of each path that a DICOMDIR holds, below its own folder; [] where it cannot be read.

    Found by its bytes: a record is read even where others are damaged, and no value is interpreted.
    """
    try:
        data = index.read_bytes() if index.stat().st_size <= _MOST_BYTES else b""
    except OSError:
        return []
    return _paths(_EXPLICIT, "little", data) or _paths(_BIG_ENDIAN, "big", data) or _paths(_IMPLICIT, "little", data)


def _paths(reference: re.Pattern[bytes], order: Literal["little", "big"], data: bytes) -> list[tuple[str, ...]]:
    found = []
    for match in reference.finditer(data):
        end = match.end() + int.from_bytes(match[1], order)
        parts = tuple(part.strip(" \0") for part in data[match.end() : end].decode("ascii", "replace").split("\\"))
        if all(parts) and not any(part in ("..", ".") or "/" in part or "\0" in part for part in parts):
            found.append(parts)
    return found


def _is_index(file: Path, folder: Path) -> bool:
    return file.name.lower() == _INDEX and file.parent == folder


def _plain(parts: Sequence[str]) -> tuple[str, ...]:
    """Names as discs are mounted: in any case, and without the version number behind them."""
    return tuple(part.casefold().split(";")[0].rstrip(".") for part in parts)
