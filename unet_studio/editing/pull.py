"""Edge pull: the outline itself is dragged and the contour follows smoothly. Imports cv2: load it late.

A ring that pushes like a finger in wet paint: what lies at its middle goes with it, what lies at its rim stays. The
outline is carried along as a chain of points between the pixels' centres, so that nothing is ever resampled and it
stays smooth however long the drag is; the map of the plane that carries it never folds.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from unet_studio.editing.contour import Contours, Kept, within
from unet_studio.editing.document import Document
from unet_studio.editing.rect import NOWHERE, Rect
from unet_studio.editing.shapes import even_odd
from unet_studio.editing.step import Bits, Mask, Step
from unet_studio.editing.strokes import Floats, Point

LEAST_REACH = 2.0  # px; a smaller ring cannot bend an outline that is made of pixels
STEP = 1 / 8  # of the reach, the longest way that is followed in one step
LONGEST = 1.5  # px; a longer edge is halved; none is longer at the press
LOCKED = 0.5  # px; where the outline was moved this far, the pixels beside it are locked too
BAND = 2  # px on both sides of the outline


class Pull:
    """A drag of the outline: previews while it moves, one Step (or none) when it is finished.

    It catches the outline nearest to the press within the reach (size / 2 px, at least 2) and from there follows the
    hand's motion; nothing farther than the reach from the path of `grip` changes, bit for bit. Other outlines within
    the reach are pushed too, never merged. Outside the picture the Mask is taken to repeat its edge. Pixels touched
    before may change: this is the reader's own stroke. Locked are the changed pixels and, where the outline was moved
    by half a pixel or more, 2 px on both sides of it.
    """

    def __init__(self, document: Document, size: int) -> None:
        """size: diameter of the ring in px, 1..500."""
        self.grip: Point | None = None  # the middle of the ring; None while no outline is caught
        self._hand: Point = (0.0, 0.0)
        self._reach = max(size / 2, LEAST_REACH)
        self._document = document
        self._mask, self._touched = Kept(document.mask), Kept(document.touched)  # as they were
        self._contours = Contours(self._mask)
        # edges that were within the reach: (n, 2, 2) ends of x, y in px; as they were, and as they are
        self._before: Floats = np.zeros((0, 2, 2))
        self._origin: Floats = np.zeros((0, 2, 2))  # where the ends of each edge of _now came from
        self._now: Floats = np.zeros((0, 2, 2))
        self._gesture = document.begin("pull", "Edge pull")

    def press(self, point: Point) -> None:
        """Catch the outline that is nearest to `point` (x, y; px) within the reach, if there is one."""
        self.grip, self._hand = _nearest(self._document.mask, point, self._reach), point
        if self.grip is not None:
            self._carry(self.grip, self.grip)  # finds the outline, or the first move would take longer than the others

    def move(self, point: Point) -> None:
        """Drag what was caught by the way from the last point to `point`."""
        if self.grip is None or not self._gesture.open:
            return
        start, way = self.grip, (point[0] - self._hand[0], point[1] - self._hand[1])
        steps = math.ceil(math.hypot(*way) / (self._reach * STEP))
        changed = NOWHERE
        for step in range(1, steps + 1):
            end = start[0] + way[0] * step / steps, start[1] + way[1] * step / steps
            changed = changed.union(self._carry(self.grip, end))
            self.grip = end
        self._hand = point
        self._show(changed.clipped(self._document.shape))

    def finish(self) -> Step | None:
        """Keep what is shown: one Step in the history, or None where nothing moved."""
        return self._gesture.finish()

    def cancel(self) -> None:
        """Go back to the Mask from before."""
        self._gesture.cancel()

    def _carry(self, start: Point, end: Point) -> Rect:
        """Move the outline by one step of the ring; the rectangle in which it was and is, perhaps off the picture."""
        reach = math.ceil(self._reach)
        ring = _around(np.array([start, end]), reach)
        caught = self._contours.taken(ring)
        self._before = np.concatenate([self._before, caught])
        near = within(self._now, ring)
        origin, old = np.concatenate([self._origin[near], caught]), np.concatenate([self._now[near], caught])
        new = _carried(old, start, end, self._reach)
        parts, halves = _halved(origin, new)
        self._origin, self._now = (
            np.concatenate([self._origin[~near], parts]),
            np.concatenate([self._now[~near], halves]),
        )
        moved = (new != old).any(axis=(1, 2))
        if not moved.any():
            return NOWHERE
        return _around(np.concatenate([old[moved], new[moved]]).reshape(-1, 2), 1)

    def _show(self, rect: Rect) -> None:
        """Bring Mask and lock up to date in `rect` and beside it."""
        if rect.empty:
            return
        mask, touched = self._document.mask, self._document.touched
        around = Rect(rect.top - BAND, rect.left - BAND, rect.bottom + BAND, rect.right + BAND).clipped(
            self._mask.shape
        )
        before, touched_before = self._mask.at(around), self._touched.at(around)
        self._gesture.save(around)
        edges = np.concatenate([self._before, self._now])
        mask[around.slices] = before ^ even_odd(around, edges[:, 0], edges[:, 1])
        far = np.hypot(*(self._now - self._origin).transpose(2, 0, 1)).max(axis=1, initial=0) >= LOCKED
        locked = _beside(self._now[far].mean(axis=1), around)
        touched[around.slices] = touched_before | locked | (mask[around.slices] != before)
        self._gesture.changed(around)


def _carried(points: Floats, start: Point, end: Point, reach: float) -> Floats:
    """Where (..., 2) points are when the ring has gone from start to end: its motion times _weight, by Runge-Kutta."""
    way, middle = np.subtract(end, start), np.add(start, end) / 2
    first = _weight(points - start, reach) * way
    second = _weight(points + first / 2 - middle, reach) * way
    third = _weight(points + second / 2 - middle, reach) * way
    fourth = _weight(points + third - end, reach) * way
    return points + (first + 2 * second + 2 * third + fourth) / 6


def _weight(apart: Floats, reach: float) -> Floats:
    """Cleveland's tricube: 1 in the middle, 0 from `reach` on, twice smooth, flat enough for blunt tips."""
    share = np.sqrt(np.square(apart).sum(axis=-1, keepdims=True)) / reach
    rest = np.maximum(1 - share * share * share, 0.0)
    return np.asarray(rest * rest * rest, np.float64)


def _halved(origin: Floats, now: Floats) -> tuple[Floats, Floats]:
    """Both with every edge halved until none is too long."""
    while True:
        long = np.square(now[:, 0] - now[:, 1]).sum(axis=1) > LONGEST**2
        if not long.any():
            return origin, now
        origin, now = (np.concatenate([edges[~long], *_halves(edges[long])]) for edges in (origin, now))


def _halves(edges: Floats) -> tuple[Floats, Floats]:
    middle = edges.mean(axis=1)
    return np.stack([edges[:, 0], middle], axis=1), np.stack([middle, edges[:, 1]], axis=1)


def _nearest(mask: Mask, point: Point, reach: float) -> Point | None:
    """The point of the outline (between two pixels of different value) nearest to `point`; None beyond `reach`."""
    rect = _around(np.array([point]), math.ceil(reach) + 1).clipped((mask.shape[0], mask.shape[1]))
    if rect.empty:
        return None
    part = mask[rect.slices]
    upright, level = np.argwhere(part[:, 1:] != part[:, :-1]), np.argwhere(part[1:] != part[:-1])
    found = np.concatenate([np.add(upright[:, ::-1], (1.0, 0.5)), np.add(level[:, ::-1], (0.5, 1.0))])
    found += rect.left, rect.top
    far = np.hypot(*(found - point).T)
    if not far.size or far.min() > reach:
        return None
    x, y = found[far.argmin()].tolist()
    return x, y


def _beside(points: Floats, rect: Rect) -> Bits:
    """Pixels of `rect` within BAND of the pixels in which (n, 2) points lie."""
    marked: Mask = np.zeros((rect.shape[0] + 2 * BAND, rect.shape[1] + 2 * BAND), np.uint8)
    columns, rows = np.add(np.floor(points).astype(np.int64), (BAND - rect.left, BAND - rect.top)).T
    inside = (columns >= 0) & (columns < marked.shape[1]) & (rows >= 0) & (rows < marked.shape[0])
    marked[rows[inside], columns[inside]] = 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * BAND + 1, 2 * BAND + 1))
    return np.asarray(cv2.dilate(marked, disc)[BAND:-BAND, BAND:-BAND] != 0, np.bool_)


def _around(points: Floats, by: int) -> Rect:
    """The rectangle of pixels that holds everything within `by` px along both axes of (n, 2) points."""
    (left, top), (right, bottom) = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
    return Rect(int(top) - by, int(left) - by, int(bottom) + by, int(right) + by)
