"""Components and holes of a Mask: flood, fill, keep, remove, move. Imports cv2: load it late.

Foreground is 8-connected and background 4-connected, everywhere: so every closed 8-connected outline parts inside from
outside, and a hole is background that no 4-connected path of background leads out of to the picture's border
(Rosenfeld and Pfaltz, 1966). A pixel of the border belongs to the outside.
Points are (x, y) in image coordinates. Functions that return a Patch leave their Mask as it is.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from unet_studio.editing.rect import Rect, whole
from unet_studio.editing.runs import Ints, Runs, labelled, paint, runs_of
from unet_studio.editing.step import Bits, Mask
from unet_studio.editing.strokes import Point
from unet_studio.editing.threshold import Probability, mask_at

Patch = tuple[Rect, Mask]  # for put.put: the rectangle and what it is to hold, (h, w) uint8 0/1
Component = tuple[Rect, Bits]  # the smallest rectangle around one component, and its pixels in it

WINDOW = 256  # px; where the search for a region's pixels begins


def flood(mask: Mask, point: Point) -> Patch | None:
    """Toggle the region under the point: a hole is filled, a component is removed (its holes stay background).

    None where the point is outside the picture or on background that reaches the picture's border.
    """
    filled = _connected(mask, point)
    if filled is None:
        return None
    rect, bits = filled
    return rect, mask[rect.slices] ^ bits.view(np.uint8)


def fill_holes(mask: Mask, at_most_px: int | None = None) -> Patch:
    """Fill every hole, or only those of at most so many px."""
    crop = bounds(mask)
    holes = runs_of(1 - mask[crop.slices])
    label, count = labelled(holes, diagonal=False)
    rows, columns = crop.shape
    column = holes.start - holes.row * holes.stride
    # the crop is the Mask's own bounding box: background on its rim reaches the picture's border
    leaves = (holes.row == 0) | (holes.row == rows - 1) | (column == 0) | (column + holes.length == columns)
    wanted = np.bincount(label[leaves], minlength=count) == 0
    if at_most_px is not None:
        wanted &= _areas(holes, label, count) <= at_most_px
    return _written(mask, crop, holes.where(wanted[label]), 1)


def keep_largest(mask: Mask, count: int = 1) -> Patch:
    """Remove all but the `count` largest components; of equal ones the topmost, then leftmost is kept.

    (Topmost, leftmost: by the component's first pixel in raster order.) Raises ValueError for a count below 1.
    """
    if count < 1:
        raise ValueError(f"at least one component must be kept, not {count}")
    crop = bounds(mask)
    runs = runs_of(mask[crop.slices])
    label, found = labelled(runs, diagonal=True)
    removed = np.ones(found, np.bool_)
    removed[np.argsort(-_areas(runs, label, found), kind="stable")[:count]] = False
    return _written(mask, crop, runs.where(removed[label]), 0)


def remove_islands(mask: Mask, under_px: int) -> Patch:
    """Remove every component of fewer than `under_px` px."""
    crop = bounds(mask)
    runs = runs_of(mask[crop.slices])
    label, found = labelled(runs, diagonal=True)
    small = _areas(runs, label, found) < under_px
    return _written(mask, crop, runs.where(small[label]), 0)


def component_at(mask: Mask, point: Point) -> Component | None:
    """The component under the point; None on background and outside the picture."""
    pixel = _pixel(mask, point)
    if pixel is None or not mask[pixel]:
        return None
    return _connected(mask, point)


def move_component(mask: Mask, component: Component, dx: int, dy: int) -> tuple[Rect, Mask, Bits]:
    """Move a component of this Mask by whole px to the right (dx) and down (dy), onto whatever is there.

    What leaves the picture is lost. Returns the rectangle, what it is to hold, and the footprint: the component's
    old and new pixels, which put.put locks.
    """
    old, bits = component
    moved = Rect(old.top + dy, old.left + dx, old.bottom + dy, old.right + dx)
    new = moved.clipped((mask.shape[0], mask.shape[1]))
    rect = old if new.empty else old.union(new)
    left_over, arrived = np.zeros(rect.shape, np.bool_), np.zeros(rect.shape, np.bool_)
    left_over[inside(old, rect)] = bits
    if not new.empty:
        arrived[inside(new, rect)] = bits[inside(new, moved)]
    wanted = ((mask[rect.slices].view(np.bool_) & ~left_over) | arrived).view(np.uint8)
    return rect, wanted, left_over | arrived


def threshold_within(mask: Mask, rect: Rect, probability: Probability, footprint: Bits, level: float) -> Patch:
    """Inside the footprint the Mask becomes probability >= level (0..1), elsewhere it stays.

    rect, footprint: as strokes.footprint yields them; probability: (h, w) uint16 round(65535 p), the rectangle's part
    of the picture's own-size probability. A level gives the same pixels here as on the threshold slider.
    Raises ValueError for a probability of another shape.
    """
    if probability.shape != rect.shape:
        raise ValueError(f"probability of {probability.shape} for a rectangle of {rect.shape}")
    return rect, np.where(footprint, mask_at(probability, *rect.shape, level), mask[rect.slices])


def bounds(mask: Mask) -> Rect:
    """The smallest rectangle around a Mask; empty where the Mask is."""
    left, top, columns, rows = cv2.boundingRect(mask)
    return Rect(top, left, top + rows, left + columns)


def _pixel(mask: Mask, point: Point) -> tuple[int, int] | None:
    """(row, column) under a point; None outside the picture."""
    row, column = math.floor(point[1]), math.floor(point[0])
    return (row, column) if 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1] else None


def _connected(mask: Mask, point: Point) -> Component | None:
    """The component or the hole under a point; None on the outside. Costs the area of what is found."""
    pixel = _pixel(mask, point)
    if pixel is None:
        return None
    row, column = pixel
    foreground = bool(mask[pixel])
    limit = whole((mask.shape[0], mask.shape[1])) if foreground else bounds(mask)
    if not (limit.top <= row < limit.bottom and limit.left <= column < limit.right):
        return None
    side = WINDOW
    while True:
        window = Rect(
            max(row - side, limit.top),
            max(column - side, limit.left),
            min(row + side, limit.bottom),
            min(column + side, limit.right),
        )
        found = _flooded(mask, pixel, window, 8 if foreground else 4)
        rect = found[0]
        if not foreground and _reaches(rect, limit, limit):
            return None
        if not _reaches(rect, window, limit, only_inner=True):
            return found
        side *= 4


def _reaches(rect: Rect, window: Rect, limit: Rect, *, only_inner: bool = False) -> bool:
    """Whether a rectangle touches a side of the window; with only_inner, a side that is not one of the limit's."""
    return any(a == b and not (only_inner and b == c) for a, b, c in zip(rect, window, limit, strict=True))


def _flooded(mask: Mask, pixel: tuple[int, int], window: Rect, connectivity: int) -> Component:
    """The pixels of the window that are connected inside it to `pixel`, in their smallest rectangle."""
    rows, columns = window.shape
    marks = np.zeros((rows + 2, columns + 2), np.uint8)
    seed = (pixel[1] - window.left, pixel[0] - window.top)
    flags = connectivity | cv2.FLOODFILL_MASK_ONLY | (2 << 8)  # 2: cv2 itself marks the rim with 1
    seen = np.require(mask[window.slices], requirements="W")  # cv2 refuses a read-only array that it does not write
    left, top, wide, high = cv2.floodFill(seen, marks, seed, 0, flags=flags)[3]
    rect = Rect(window.top + top, window.left + left, window.top + top + high, window.left + left + wide)
    return rect, marks[1 + top : 1 + top + high, 1 + left : 1 + left + wide] == 2


def _areas(runs: Runs, label: Ints, count: int) -> npt.NDArray[np.float64]:
    """(count,) pixels of each component."""
    return np.asarray(np.bincount(label, weights=runs.length, minlength=count), np.float64)


def _written(mask: Mask, crop: Rect, runs: Runs, value: int) -> Patch:
    """The Mask with `value` in runs of its crop, in the smallest rectangle around them."""
    box = runs.box
    rect = Rect(crop.top + box.top, crop.left + box.left, crop.top + box.bottom, crop.left + box.right)
    wanted = mask[rect.slices].copy()
    paint(wanted, runs, value, box)
    return rect, wanted


def inside(rect: Rect, outer: Rect) -> tuple[slice, slice]:
    """Index of a rectangle in the patch of one that holds it."""
    return Rect(rect.top - outer.top, rect.left - outer.left, rect.bottom - outer.top, rect.right - outer.left).slices
