"""Putting a computed Mask into a Document as one undo step, under the rule of the lock."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from unet_studio.editing.document import Document
from unet_studio.editing.rect import Rect
from unet_studio.editing.step import Bits, Mask, Step


def put(
    document: Document,
    kind: str,
    label: str,
    rect: Rect,
    wanted: Mask,
    *,
    footprint: Bits | None = None,
    facts: Mapping[str, str | float] | None = None,
) -> Step | None:
    """Write `wanted` ((h, w) uint8 0/1 of rect's shape) into the Mask; None where nothing would change.

    footprint: (h, w) bool: these pixels, and no others, take the value and become touched, changed by it or not (a
    tool that sets the lock). Without it touched pixels keep their value and none becomes touched (one that respects
    it). Only the tiles in which something changes are kept for undo.
    """
    document.settle()
    mask, touched = document.mask[rect.slices], document.touched[rect.slices]
    if footprint is None:
        writes = (mask != wanted) & ~touched
        differs = writes
    else:
        writes = footprint
        differs = footprint & ((mask != wanted) | ~touched)
    around = _box(differs, rect)
    if around is None:
        return None
    gesture = document.begin(kind, label, facts)
    gesture.save(around)
    np.copyto(mask, wanted, where=writes)
    if footprint is not None:
        touched |= footprint
    gesture.changed(around)
    return gesture.finish()


def _box(bits: Bits, rect: Rect) -> Rect | None:
    """The smallest rectangle of the picture around the True pixels of `rect`'s patch; None without any."""
    rows = np.flatnonzero(bits.any(axis=1))
    if not rows.size:
        return None
    columns = np.flatnonzero(bits[rows[0] : rows[-1] + 1].any(axis=0))
    top, left = rect.top, rect.left
    return Rect(top + int(rows[0]), left + int(columns[0]), top + int(rows[-1]) + 1, left + int(columns[-1]) + 1)
