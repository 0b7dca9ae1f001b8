"""Looking through a folder or disc before anything is put on the worklist: what series it holds, and small pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unet_studio.core.errors import Unreadable
from unet_studio.core.survey import PICTURE, Survey

BATCH = 100


@dataclass(frozen=True)
class Looked:
    """A part of what was found: pictures, and how many of how many files have been looked at so far.

    missing: how many more the disc's DICOMDIR names that are not there.
    """

    pictures: tuple[Survey, ...]
    done: int
    files: int
    missing: int = 0


def look_through(
    path: Path,
    on_batch: Callable[[Looked], None],
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Survey a folder, a disc by its DICOMDIR, or a file; `on_batch` gets the pictures as they are found,
    on an export disc those in DICOM and videos only.

    Returns the number of files. Nothing is kept: names of patients go no further than the caller.
    """
    from unet_studio.imaging import disc_index, folders, reader

    folder, files = folders.files_of(path, cancelled)
    missing = len(disc_index.missing(path, folder, files))
    viewer = folders.holds_a_viewer(files)
    if not files:
        on_batch(Looked((), 0, 0, missing))
    for start in range(0, len(files), BATCH):
        if cancelled():
            return start
        batch = files[start : start + BATCH]
        found = [one for one in reader.survey(batch) if one.kind == PICTURE]
        pictures = tuple(one for one in found if one.format == "DICOM" or one.video or not viewer)
        on_batch(Looked(pictures, start + len(batch), len(files), missing))
    return len(files)


def thumbnail(path: Path, side: int = 64) -> np.ndarray | None:
    """A small picture of a file's middle frame, uint8 (h, w) or (h, w, 3); None where it cannot be read."""
    from unet_studio.imaging import reader
    from unet_studio.imaging.thumbnails import thumbnail as draw

    try:
        frames = reader.probe(path).frames
        return draw(reader.read(path, max(0, (frames - 1) // 2)), side)
    except Unreadable:
        return None
