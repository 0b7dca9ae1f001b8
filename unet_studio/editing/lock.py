"""The lock: pixels that a person touched keep their value until they are unlocked."""

from __future__ import annotations

import numpy as np

from unet_studio.editing.document import Document
from unet_studio.editing.rect import Rect
from unet_studio.editing.step import Bits, Mask, Step
from unet_studio.editing.toolbox import TOOLBOX

ROW = TOOLBOX["unlock"]


def unlock(document: Document, rect: Rect, bits: Bits) -> Step | None:
    """Let go of the touched pixels among `bits` ((h, w) bool of rect's shape); None where none is touched.

    The Mask stays as it is; it can be undone like any other Step.
    """
    document.settle()
    if not (document.touched[rect.slices] & bits).any():
        return None
    gesture = document.begin(ROW.name, ROW.label)
    gesture.save(rect)
    document.touched[rect.slices] &= ~bits
    gesture.changed(rect)
    return gesture.finish()


def unlock_all(document: Document) -> tuple[Step | None, int]:
    """Let go of every touched pixel: the Step, None where there is none, and how many px they were."""
    document.settle()
    rows = np.flatnonzero(document.touched.any(axis=1))
    if not rows.size:
        return None, 0
    rect = Rect(int(rows[0]), 0, int(rows[-1]) + 1, document.shape[1])
    count = int(np.count_nonzero(document.touched[rect.slices]))
    return unlock(document, rect, np.ones(rect.shape, np.bool_)), count


def kept(document: Document, rect: Rect, wanted: Mask) -> int:
    """Touched pixels that a tool which respects the lock leaves different from `wanted`, the (h, w) patch of rect."""
    touched = document.touched[rect.slices]
    if not touched.any():
        return 0
    return int(np.count_nonzero((document.mask[rect.slices] != wanted) & touched))
