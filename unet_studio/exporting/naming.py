"""Names of written files: from a source's name to STEM, STEM_f0001, STEM_2."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

KNOWN_SUFFIXES = frozenset(
    f".{ending}"
    for ending in (
        *("png", "jpg", "jpeg", "jpe", "jfif", "tif", "tiff", "bmp", "dib", "gif", "webp"),
        *("jp2", "j2k", "jpf", "jxl", "ppm", "pgm", "pnm", "pbm", "dcm", "dicom", "dic", "ima"),
        *("nii", "nrrd"),
    )
)
PACKED_VOLUME = ".nii.gz"  # the one ending of two parts
_RESERVED = frozenset(["con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))])
_WINDOWS_FORBIDDEN = '<>:"|?*\\'
_LONGEST = 200  # bytes of UTF-8: leaves room for `_f0001_12_overlay.json` in the 255 of a name

_HASH_DIGITS = 16


def stem(name: str) -> str:
    """A file name without its last suffix if that is a known one, else the whole name ('1.2.840.10008' stays)."""
    if name.lower().endswith(PACKED_VOLUME) and len(name) > len(PACKED_VOLUME):
        return name[: -len(PACKED_VOLUME)]
    base, dot, ending = name.rpartition(".")
    return base if base and dot + ending.lower() in KNOWN_SUFFIXES else name


def frame_stem(name: str, frame: int, frames: int) -> str:
    """`stem` of one frame, counted from 0, of a file with `frames` of them: the first of several is STEM_f0001."""
    return f"{stem(name)}_f{frame + 1:04d}" if frames > 1 else stem(name)


def relative_folder(path: Path, given: Path) -> Path:
    """Where, below the output folder, files for `path` go: as it lies below the folder that was given on the line.

    A file that was given itself, or that does not lie below `given`, goes to the top ('.').
    """
    try:
        return path.relative_to(given).parent if path != given else Path()
    except ValueError:
        return Path()


def safe_piece(name: str, *, windows: bool = os.name == "nt") -> str:
    """One piece of a path that stays one piece: no separators, no '..', nothing that the system cannot name."""
    bad = "/" + (_WINDOWS_FORBIDDEN if windows else "")
    piece = "".join("_" if one in bad or ord(one) < 32 else one for one in name)
    if windows:
        piece = piece.rstrip(". ")
        piece = f"_{piece}" if piece.split(".")[0].lower() in _RESERVED else piece
    return _shortened("_" if piece in ("", ".", "..") else piece)


def place(out: Path, folder: Path, name: str, frame: int = 0, frames: int = 1) -> Path:
    """OUT/sub/folders/STEM, without a suffix, every piece of it made safe.

    folder: relative, as `relative_folder` gives it. name: file name of the source. frame: counted from 0.
    """
    pieces = [safe_piece(piece) for piece in folder.parts if piece not in (folder.anchor, ".")]
    return out.joinpath(*pieces, safe_piece(frame_stem(name, frame, frames)))


def numbered(wanted: Path) -> Iterator[Path]:
    """`wanted`, then `wanted_2`, `wanted_3` and so on, without end."""
    yield wanted
    number = 2
    while True:
        yield wanted.with_name(f"{wanted.name}_{number}")
        number += 1


def as_text(name: str) -> str:
    """A name that may hold bytes that are no text, fit to be written into a list of files."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def with_hash(piece: str) -> str:
    """`piece`, if it is too long for a file with its end replaced by a hash of the whole, so that no two become one."""
    data = piece.encode("utf-8", "surrogateescape")
    if len(data) <= _LONGEST:
        return piece
    ending = f"_{hashlib.sha256(data).hexdigest()[:_HASH_DIGITS]}"
    return _shortened(piece, _LONGEST - len(ending)) + ending


def _shortened(piece: str, longest: int = _LONGEST) -> str:
    data = piece.encode("utf-8", "surrogateescape")
    if len(data) <= longest:
        return piece
    cut = data[:longest]
    while cut and (data[len(cut)] & 0xC0) == 0x80:  # not inside a letter of several bytes
        cut = cut[:-1]
    return cut.decode("utf-8", "surrogateescape")
