"""Brush footprints: connected capsules of image pixels, exact at any zoom and mouse speed.

Points are (x, y) in image coordinates: pixel (column, row) covers [column, column + 1) x [row, row + 1).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from unet_studio.editing.document import Gesture
from unet_studio.editing.rect import Rect
from unet_studio.editing.step import Bits, Mask

SMALLEST, LARGEST = 1, 500  # brush diameters in px
EDGE = 1e-9  # px; keeps pixels whose centre lies on the rim
BAND = 64  # rows more than the diameter that one part of a long stroke may have

Point = tuple[float, float]
Floats = npt.NDArray[np.float64]
Ink = Callable[[Rect, Bits], tuple[Bits, Mask]]  # of a part of the footprint: the pixels it takes, and their values


def snapped(point: Point, size: int) -> Point:
    """The middle of a dab at `point`: its pixel's centre for odd sizes, the nearest pixel corner for even ones."""
    shift = 0.5 if size % 2 else 0.0
    return math.floor(point[0] + 0.5 - shift) + shift, math.floor(point[1] + 0.5 - shift) + shift


def footprint(shape: tuple[int, int], start: Point, end: Point, size: int) -> Iterator[tuple[Rect, Bits]]:
    """Pixels whose centre is within size / 2 of the segment between two snapped points, clipped to the picture.

    shape: (rows, columns); size: diameter in px, 1..500. Yields (rectangle, bool patch of its shape) row band by row
    band, so that a long diagonal costs its own area. A size of 1 marks exactly the pixel under each point.
    """
    start, end, radius = snapped(start, size), snapped(end, size), size / 2
    top = max(0, math.ceil(min(start[1], end[1]) - radius - 0.5))
    bottom = min(shape[0], math.floor(max(start[1], end[1]) + radius + 0.5))
    for first in range(top, bottom, size + BAND):
        rows = np.arange(first, min(first + size + BAND, bottom), dtype=np.float64)
        low, high = _spans(np.add(rows, 0.5, dtype=np.float64), start, end, radius)
        left = np.maximum(np.ceil(low - 0.5 - EDGE), 0)
        right = np.minimum(np.floor(high - 0.5 + EDGE) + 1, shape[1])
        filled = left < right
        if filled.any():
            rect = Rect(first, int(left[filled].min()), first + len(rows), int(right[filled].max()))
            columns = np.arange(rect.left, rect.right, dtype=np.int32)
            # empty rows have left > right and stay False
            yield rect, (columns >= _ints(left)) & (columns < _ints(right))


def paint(gesture: Gesture, mask: Mask, touched: Bits, start: Point, end: Point, size: int, value: int | Ink) -> None:
    """Draw one segment into a Document's arrays through its gesture: `value` into the Mask, True into touched.

    A gesture that was finished in the meantime (by an undo) draws nothing.
    """
    if not gesture.open:
        return
    for rect, patch in footprint((mask.shape[0], mask.shape[1]), start, end, size):
        taken, wanted = (patch, np.uint8(value)) if isinstance(value, int) else value(rect, patch)
        gesture.save(rect)
        np.copyto(mask[rect.slices], wanted, where=taken)
        touched[rect.slices] |= taken
        gesture.changed(rect)


def _spans(y: Floats, start: Point, end: Point, radius: float) -> tuple[Floats, Floats]:
    """The x interval of the capsule on each line y; low > high where it does not reach the line."""
    low, high = np.full(y.shape, np.inf), np.full(y.shape, -np.inf)
    for middle in (start, end):
        reach = radius * radius - (y - middle[1]) ** 2
        half = np.sqrt(np.maximum(reach, 0.0))
        inside = reach >= -EDGE
        low = np.where(inside, np.minimum(low, middle[0] - half), low)
        high = np.where(inside, np.maximum(high, middle[0] + half), high)
    if start != end:
        box_low, box_high = _box_spans(y, start, end, radius)
        inside = box_low <= box_high
        low = np.where(inside, np.minimum(low, box_low), low)
        high = np.where(inside, np.maximum(high, box_high), high)
    return low, high


def _box_spans(y: Floats, start: Point, end: Point, radius: float) -> tuple[Floats, Floats]:
    """The x interval on each line y of the rectangle between the two round ends."""
    length = math.hypot(end[0] - start[0], end[1] - start[1])
    along_x, along_y = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    down = y - start[1]
    low, high = np.full(y.shape, -np.inf), np.full(y.shape, np.inf)
    # 0 <= x * along_x + down * along_y <= length and |down * along_x - x * along_y| <= radius, x counted from start
    for factor, offset, least, most in (
        (along_x, down * along_y, 0.0, length),
        (-along_y, down * along_x, -radius, radius),
    ):
        if abs(factor) < EDGE:
            outside = (offset < least - EDGE) | (offset > most + EDGE)
            low = np.where(outside, np.inf, low)
            continue
        one, other = (least - offset) / factor, (most - offset) / factor
        low, high = np.maximum(low, np.minimum(one, other)), np.minimum(high, np.maximum(one, other))
    return low + start[0], high + start[0]


def _ints(edge: Floats) -> npt.NDArray[np.int32]:
    return np.clip(edge, -1, 2**30).astype(np.int32)[:, None]
