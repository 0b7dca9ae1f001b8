"""Grow and shrink by exact Euclidean discs. Imports cv2: load it late.

Outside the picture its edge goes on: a lung that the picture cuts is not eaten from the cut. (A pixel outside is
never nearer than the edge pixel that it repeats, so the outside can be left out.)
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from unet_studio.editing.rect import Rect
from unet_studio.editing.regions import Patch, bounds
from unet_studio.editing.runs import Ints, Runs, merged, paint, runs_of
from unet_studio.editing.step import Mask

SMALLEST, LARGEST = 1, 100  # radii in px
ALONE = 1 << 30  # more than any disc narrows by, however narrow the patch
CROWDED = 4  # widening runs pays while the intervals are this many times fewer than the pixels


def grow(mask: Mask, px: int) -> Patch:
    """Add every pixel whose centre is at most `px` (1..100) px from the centre of one of the Mask's.

    Raises ValueError for another radius.
    """
    rect = around(mask, checked(px))
    return rect, within(mask[rect.slices], px)


def shrink(mask: Mask, px: int) -> Patch:
    """Remove every pixel whose centre is at most `px` (1..100) px from the centre of one of background.

    A Mask without background stays. Raises ValueError for another radius.
    """
    checked(px)
    rect = around(mask, 1)  # background farther out is never the nearest
    return rect, 1 - within(1 - mask[rect.slices], px)


def within(patch: Mask, px: int) -> Mask:
    """(h, w) uint8 0/1: the pixels of a 0/1 patch at most `px` px (between centres) from one that is 1."""
    near = np.zeros(patch.shape, np.uint8)
    runs = runs_of(patch)
    if not runs.start.size:
        return near
    half_width = np.array([math.isqrt(px * px - away * away) for away in range(px + 1)])
    narrowing = half_width[:-1] - half_width[1:]  # of the disc from one row to the next away from its middle
    overhang = [_overhang(runs, side) for side in (-1, 1)]
    needed = [beyond.size - np.searchsorted(np.sort(beyond), narrowing, side="right") for beyond in overhang]
    if CROWDED * int(np.sum(needed)) > patch.size:
        distance = cv2.distanceTransform(1 - patch, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        # the next distance above px between pixels is sqrt(px^2 + 1)
        return (distance <= px + 1 / (4 * px)).view(np.uint8)
    which, down = [np.arange(runs.start.size)], [np.zeros(runs.start.size, np.int64)]
    for side, beyond, counts in zip((-1, 1), overhang, needed, strict=True):
        order = np.argsort(-beyond)
        which += [order[:count] for count in counts]
        down.append(side * np.repeat(np.arange(1, px + 1), counts))
    discs = _widened(runs, np.concatenate(which), np.concatenate(down), half_width, patch.shape[0])
    paint(near, discs, 1)
    return near


def around(mask: Mask, margin: int) -> Rect:
    """The Mask's bounding box with a margin in px, inside the picture; empty where the Mask is."""
    box = bounds(mask)
    if box.empty:
        return box
    return margined(box, margin).clipped((mask.shape[0], mask.shape[1]))


def margined(rect: Rect, margin: int) -> Rect:
    """A rectangle with a margin in px around it."""
    return Rect(rect.top - margin, rect.left - margin, rect.bottom + margin, rect.right + margin)


def checked(px: int) -> int:
    """The radius itself. Raises ValueError when it is none of 1..100."""
    if not SMALLEST <= px <= LARGEST:
        raise ValueError(f"{px} px: a radius is {SMALLEST} to {LARGEST} px")
    return px


def _overhang(runs: Runs, side: int) -> Ints:
    """(n,) px by which each run reaches beyond one that it overlaps in the next row to that side (-1: above).

    ALONE where there is none.

    A run's part of a disc in some row is covered by its neighbour's where the disc narrows by at least this much, for
    the neighbour is a row nearer: only the runs with more overhang have to be drawn there.
    """
    start, end = runs.start + side * runs.stride, runs.end + side * runs.stride
    next_to = np.minimum(np.searchsorted(runs.end, start, side="right"), start.size - 1)
    beyond = np.maximum(runs.start[next_to] - start, end - runs.end[next_to])
    return np.where(runs.row[next_to] == runs.row + side, beyond, ALONE)


def _widened(runs: Runs, which: Ints, down: Ints, half_width: Ints, rows: int) -> Runs:
    """The union of some runs, each moved `down` rows and widened to both sides as a disc is there."""
    row, wide = runs.row[which], half_width[np.abs(down)]
    inside = (row + down >= 0) & (row + down < rows)
    first, wide, which = ((row + down) * runs.stride)[inside], wide[inside], which[inside]
    shift = (down * runs.stride)[inside]
    start = np.maximum(runs.start[which] + shift - wide, first)
    end = np.minimum(runs.end[which] + shift + wide, first + runs.stride - 1)
    return merged(start, end, runs.stride)
