"""Shapes drawn by their outline: lasso and polygon, rectangle, ellipse, exact at every pixel.

Points are (x, y) in image coordinates; pixel (column, row) covers [column, column + 1) x [row, row + 1). A pixel is
inside when its centre is. A centre on the outline is inside where the outline is a left or a top one and outside where
it is a right or a bottom one, so that shapes which share an edge share no pixel and leave none out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from unet_studio.editing.rect import NOWHERE, Rect
from unet_studio.editing.step import Bits
from unet_studio.editing.strokes import Floats, Point

GRID = 1024  # corners lie on 1/1024 px: mouse positions are coarser, and crossings are then exact in 64-bit integers
FARTHEST = 1 << 20  # px; corners farther from the origin are moved to it, or products would overflow

Ints = npt.NDArray[np.int64]


def polygon(shape: tuple[int, int], points: Sequence[Point]) -> tuple[Rect, Bits]:
    """Pixels inside a closed polygon, clipped to the picture: their rectangle and a bool patch of its shape.

    shape: (rows, columns); points: three or more corners, the last joined to the first, rounded to 1/1024 px.
    Self-intersections follow the non-zero winding rule: what a hand circled twice, in a curl or where the end of a
    lasso overshoots its start, stays inside, where the even-odd rule would punch a hole. Only where two loops of
    opposite direction overlap is the overlap outside. Raises ValueError for fewer points or coordinates not finite.
    """
    if len(points) < 3:
        raise ValueError(f"a polygon needs 3 corners, not {len(points)}")
    corners = _on_grid(points)
    rect = _around(corners, shape)
    if rect.empty:
        return NOWHERE, np.zeros((0, 0), np.bool_)
    keys, turns = _crossings(corners, np.roll(corners, -1, axis=0), rect)
    keys = np.sort(keys * 2 + (turns > 0))
    winding = np.cumsum((keys & 1) * 2 - 1)
    keys >>= 1
    last = np.append(keys[1:] != keys[:-1], True)
    inside = winding[last] != 0  # right of each place that is crossed; every row ends outside
    return rect, _filled(rect, keys[last][np.diff(inside, prepend=False)])


def rectangle(shape: tuple[int, int], a: Point, b: Point, *, square: bool = False) -> tuple[Rect, Bits]:
    """Pixels of the rectangle between two opposite corners, clipped to the picture.

    square: b is moved so that both sides are as long as the longer one, a staying where it is.
    Raises ValueError for coordinates not finite.
    """
    rect = _around(_on_grid((a, opposite(a, b) if square else b)), shape)
    return (NOWHERE if rect.empty else rect), np.ones((0, 0) if rect.empty else rect.shape, np.bool_)


def ellipse(shape: tuple[int, int], a: Point, b: Point, *, circle: bool = False) -> tuple[Rect, Bits]:
    """Pixels of the ellipse that touches the four sides of the rectangle between two opposite corners, clipped.

    circle: b is moved so that both axes are as long as the longer one, a staying where it is.
    Raises ValueError for coordinates not finite.
    """
    corners = _on_grid((a, opposite(a, b) if circle else b))
    rect = _around(corners, shape)
    if rect.empty:
        return NOWHERE, np.zeros((0, 0), np.bool_)
    (x, y), (width, height) = (corners.sum(0) / (2 * GRID)).tolist(), (np.ptp(corners, axis=0) / (2 * GRID)).tolist()
    down = (np.arange(rect.top, rect.bottom) + 0.5 - y) / height
    half = width * np.sqrt(np.maximum(1 - down * down, 0.0))
    stride = _words(rect) * 64
    ends = np.stack([_columns(x - half, rect), _columns(x + half, rect)], axis=1)
    ends = ends[ends[:, 0] < ends[:, 1]] + (np.flatnonzero(ends[:, 0] < ends[:, 1]) * stride)[:, None]
    return rect, _filled(rect, ends.ravel())


def even_odd(rect: Rect, starts: Floats, ends: Floats) -> Bits:
    """Pixels of a rectangle around which closed outlines wind an odd number of times: (h, w) bool.

    starts, ends: (n, 2) x and y of the outlines' edges in any order and direction, rounded to 1/1024 px; an edge that
    comes twice counts as none. Left out on the right they change nothing, left out on the left they do.
    """
    keys = np.sort(_crossings(_on_grid(starts), _on_grid(ends), rect)[0])
    firsts = np.flatnonzero(np.diff(keys, prepend=-1))
    return _filled(rect, keys[firsts[np.diff(firsts, append=len(keys)) % 2 == 1]])


def _on_grid(points: Sequence[Point] | Floats) -> Ints:
    """(n, 2) corners in units of 1 / GRID px."""
    corners: Floats = np.array(points, np.float64).reshape(-1, 2)
    if not np.isfinite(corners).all():
        raise ValueError("a shape needs finite corners")
    return np.rint(np.clip(corners, -FARTHEST, FARTHEST) * GRID).astype(np.int64)


def opposite(a: Point, b: Point) -> Point:
    """The corner of the square opposite to `a` whose sides are as long as the longer one of the rectangle a, b."""
    side = max(abs(b[0] - a[0]), abs(b[1] - a[1]))
    return a[0] + math.copysign(side, b[0] - a[0]), a[1] + math.copysign(side, b[1] - a[1])


def _first(place: Ints) -> Ints:
    """The first row or column whose centre is at or after each place (units of 1 / GRID px)."""
    return -((GRID // 2 - place) // GRID)


def _around(corners: Ints, shape: tuple[int, int]) -> Rect:
    (left, top), (right, bottom) = _first(corners.min(0)).tolist(), _first(corners.max(0)).tolist()
    return Rect(top, left, bottom, right).clipped(shape)


def _columns(x: Floats, rect: Rect) -> Ints:
    """The first column of the rectangle, counted from its left, whose centre is at or after each x (px)."""
    return np.asarray(np.clip(np.ceil(x - 0.5) - rect.left, 0, rect.shape[1]), np.int64)


def _crossings(starts: Ints, ends: Ints, rect: Rect) -> tuple[Ints, Ints]:
    """Where edges cross the centre lines of the rectangle's rows: the bit number (see _filled) of the first column to
    the right, and +1 for an edge going down or -1 for one going up.

    An edge is followed from its upper end whichever way it is drawn, so that both its neighbours get the same columns.
    """
    turn = np.sign(ends[:, 1] - starts[:, 1])
    up = (turn < 0)[:, None]
    upper, lower = np.where(up, ends, starts), np.where(up, starts, ends)
    top = np.maximum(_first(upper[:, 1]), rect.top)
    count = np.maximum(np.minimum(_first(lower[:, 1]), rect.bottom) - top, 0)
    edge = np.repeat(np.arange(len(starts)), count)
    row = np.arange(len(edge)) + np.repeat(top - np.cumsum(count) + count, count)
    across, down = (lower - upper).T
    along = (row * GRID + GRID // 2 - upper[edge, 1]) * across[edge]
    column = _first(upper[edge, 0] - (-along) // down[edge])
    return (row - rect.top) * _words(rect) * 64 + np.clip(column - rect.left, 0, rect.shape[1]), turn[edge]


def _words(rect: Rect) -> int:
    """64-bit words of a row of the rectangle with one bit more than it has columns."""
    return rect.shape[1] // 64 + 1


def _filled(rect: Rect, keys: Ints) -> Bits:
    """Fill rows between flags: Ackland & Weste, The edge flag algorithm, IEEE Trans. Computers C-30 (1981) 41-48.

    keys: ascending bit numbers, no two the same, an even number in each row of _words(rect) * 64 bits.
    """
    rows, columns = rect.shape
    words = np.zeros(rows * _words(rect), "<u8")
    if keys.size:
        word = keys >> 6
        starts = np.flatnonzero(np.diff(word, prepend=-1))
        flags = np.bitwise_or.reduceat(np.uint64(1) << (keys & 63).astype(np.uint64), starts)
        for shift in (1, 2, 4, 8, 16, 32):
            flags ^= flags << np.uint64(shift)
        words[word[starts]] = flags
    carried = np.bitwise_xor.accumulate(words >> np.uint64(63))
    words[1:] ^= np.uint64(0) - carried[:-1]
    packed = words.view(np.uint8).reshape(rows, -1)
    return np.unpackbits(packed, axis=1, count=columns, bitorder="little").view(np.bool_)
