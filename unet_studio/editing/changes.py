"""What a reader changed: the numbers of a Correction's effort."""

from __future__ import annotations

import numpy as np

from unet_studio.editing.history import History
from unet_studio.editing.step import Mask
from unet_studio.editing.toolbox import ROWS

BY_PROGRAM = frozenset(row.name for row in ROWS if not row.stroke)  # kinds of Steps that are not strokes of a reader


def changed_pixels(mask: Mask, proposal: Mask) -> int:
    """Pixels of two (H, W) 0/1 Masks that differ. Raises ValueError when their shapes do."""
    if mask.shape != proposal.shape:
        raise ValueError(f"masks of {mask.shape} and {proposal.shape} cannot be compared")
    return int(np.count_nonzero(mask != proposal))


def strokes(history: History) -> int:
    """Gestures of the reader that are in force."""
    return sum(kind not in BY_PROGRAM for kind in history.kinds())
