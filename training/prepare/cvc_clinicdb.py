"""CVC-ClinicDB (Bernal 2015): 612 frames of 29 videos, Original/N.tif and Ground Truth/N.tif, or both below PNG/.

Frames of one video look alike: the video is the group.
"""

from __future__ import annotations

from pathlib import Path

from training.dataset import group_of
from training.prepare.layout import Found, Item, Problem, part, relative, simple

NAME = "cvc-clinicdb"


def find(folder: Path) -> Found:
    """The frames with masks. Raises ValueError when the folders are not there."""
    originals, truths = part(folder, "Original", "Ground Truth")
    found = simple(originals, truths, folder, _item)
    odd = [item for item in found.items if not item.picture.stem.isdigit()]
    found.problems += [Problem("frame of no video", relative(item.picture, folder)) for item in odd]
    return found


def _item(key: str, picture: Path, masks: tuple[Path, ...]) -> Item:
    return Item(key, picture, masks, group_of(NAME, picture))
