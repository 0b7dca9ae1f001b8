"""Row runs: a Mask as the stretches of 1 in its rows, so that costs follow the outline and not the area.

Labelling by runs: He, Chao and Suzuki, "A run-based two-scan labeling algorithm", IEEE Trans. Image Processing 17(5),
2008; the labels of a run's neighbours are joined here by hooking and pointer jumping (Shiloach and Vishkin, 1982).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from unet_studio.editing.rect import NOWHERE, Rect
from unet_studio.editing.step import Bits, Mask

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Runs:
    """The stretches of 1 in an (h, w) patch, in raster order.

    start, end: (n,) int64, half-open, each row * stride + column. stride is w + 1: two rows never touch.
    """

    start: Ints
    end: Ints
    stride: int

    @property
    def row(self) -> Ints:
        """(n,) the row of each run."""
        return self.start // self.stride

    @property
    def length(self) -> Ints:
        """(n,) pixels of each run."""
        return self.end - self.start

    @property
    def box(self) -> Rect:
        """The smallest rectangle of the patch around all runs; NOWHERE without any."""
        if not self.start.size:
            return NOWHERE
        row = self.row
        left, right = self.start - row * self.stride, self.end - row * self.stride
        return Rect(int(row[0]), int(left.min()), int(row[-1]) + 1, int(right.max()))

    def where(self, chosen: Bits) -> Runs:
        """Only the runs that `chosen` ((n,) bool) names."""
        return Runs(self.start[chosen], self.end[chosen], self.stride)


def runs_of(patch: Mask) -> Runs:
    """The runs of an (h, w) uint8 0/1 patch."""
    flat, stride = _in_one_line(patch)
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    return Runs(edges[0::2], edges[1::2], stride)


def runs_by_value(patch: Mask) -> tuple[Runs, Mask]:
    """The longest stretches of one value other than 0 in the rows of an (h, w) uint8 patch, and (n,) their values."""
    flat, stride = _in_one_line(patch)
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    value = flat[1:][edges[:-1]]
    return Runs(edges[:-1], edges[1:], stride).where(value > 0), value[value > 0]


def paint(patch: Mask, runs: Runs, value: int, origin: Rect = NOWHERE) -> None:
    """Write `value` into every run, in place; `patch` (C-contiguous) begins at origin's top left of the runs' patch."""
    assert patch.flags.c_contiguous  # else a copy would be painted
    flat = patch.reshape(-1)
    row = runs.row
    shift = (row - origin.top) * patch.shape[1] - origin.left - row * runs.stride
    for start, end in zip((runs.start + shift).tolist(), (runs.end + shift).tolist(), strict=True):
        flat[start:end] = value


def merged(start: Ints, end: Ints, stride: int) -> Runs:
    """The union of intervals in any order (keys as in Runs) as runs; both arrays are sorted in place.

    A gap lies before the k-th smallest start exactly where the k smallest ends all come before it.
    """
    start.sort()
    end.sort()
    first, last = np.ones((2, start.size), np.bool_)
    first[1:] = last[:-1] = start[1:] > end[:-1]
    return Runs(start[first], end[last], stride)


def joined(one: Runs, other: Runs) -> Runs:
    """The union of two sets of runs of one patch."""
    start, end = (np.concatenate(pair) for pair in ((one.start, other.start), (one.end, other.end)))
    return merged(start, end, one.stride)


def meetings(one: Runs, other: Runs, down: int, *, diagonal: bool) -> tuple[Ints, Ints]:
    """Which runs of `one`, moved `down` rows, meet which runs of `other`: (m,) indices into each.

    diagonal: runs that only touch at a corner (after a move by a row) or side by side (in the same row) meet too.
    """
    reach = int(diagonal)
    first = np.searchsorted(other.end, one.start + (down * one.stride - reach), side="right")
    count = np.searchsorted(other.start, one.end + (down * one.stride + reach), side="left") - first
    before = np.repeat(np.cumsum(count) - count - first, count)
    return np.repeat(np.arange(count.size), count), np.arange(before.size) - before


def labelled(runs: Runs, *, diagonal: bool) -> tuple[Ints, int]:
    """(n,) the component of each run, and how many there are; 8-connected with `diagonal`, else 4-connected.

    Components are numbered 0.. by their first pixel in raster order: the topmost, then the leftmost first.
    """
    above, below = meetings(runs, runs, 1, diagonal=diagonal)
    parent = np.arange(runs.start.size)
    while above.size:
        np.minimum.at(parent, np.maximum(above, below), np.minimum(above, below))
        while not np.array_equal(parent, grand := parent[parent]):
            parent = grand
        above, below = parent[above], parent[below]
        open_ = above != below
        above, below = above[open_], below[open_]
    names, label = np.unique(parent, return_inverse=True)
    return label.astype(np.int64), names.size


def _in_one_line(patch: Mask) -> tuple[Mask, int]:
    """The rows of a patch one after the other, with a 0 before the first pixel and after each row; and the stride."""
    rows, columns = patch.shape
    flat = np.zeros(rows * (columns + 1) + 1, np.uint8)
    flat[1:].reshape(rows, columns + 1)[:, :columns] = patch
    return flat, columns + 1
