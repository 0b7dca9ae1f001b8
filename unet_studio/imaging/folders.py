"""What a reader means by a path: a file, a folder with what lies in it, or the disc that a DICOMDIR lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from unet_studio.imaging import reader
from unet_studio.imaging.scan import find_files

DICOM_SUFFIXES = frozenset({"", ".dcm", ".dicom", ".ima"})
DISC_NAMES = frozenset({"dicomdir", "autorun.inf"})
VIEWER_SUFFIXES = frozenset({".exe", ".dll", ".html", ".htm", ".css", ".js", ".jar", ".app", ".msi"})


def files_of(path: Path, cancelled: Callable[[], bool] = lambda: False) -> tuple[Path | None, list[Path]]:
    """(the folder that is opened, its files), in natural order; (None, [path]) for a file.

    A DICOMDIR stands for the files that it lists and that are there. A folder that cannot be listed is passed on for
    the reader to refuse.
    """
    path = Path(path)
    if path.is_dir():
        files = list(find_files([path], cancelled))
        return (None if files == [path] else path), files
    listed = reader.listed_in(path) if path.name.lower().startswith("dicomdir") else None
    return (None, [path]) if listed is None else (path.parent, listed)


def holds_a_viewer(files: Sequence[Path]) -> bool:
    """True for an export disc: it has an index, or programs and pages that bring icons of their own."""
    return any(file.name.lower() in DISC_NAMES or file.suffix.lower() in VIEWER_SUFFIXES for file in files)


def may_hold_dicom(files: Sequence[Path]) -> bool:
    """True where some names look like DICOM's: .dcm, none of the usual endings, or a number as in a UID."""
    return any(file.suffix.lower() in DICOM_SUFFIXES or file.suffix[1:].isdecimal() for file in files)
