"""Smoothing the outline of a Mask without moving it. Imports cv2: load it late.

The Mask is blurred by 2 G(s) - G(2 s), G(s) being the Gaussian of sigma s, and cut at one half again. Straight edges
stay because a blur is even. On an outline of curvature k, G(s) differs from one half by -k s / sqrt(8 pi) to first
order, which is linear in s and so cancels in the difference: rounded parts do not creep inwards as under one Gaussian
(compare Taubin, "A signal processing approach to fair surface design", SIGGRAPH 1995).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from unet_studio.editing.morphology import around, checked, margined
from unet_studio.editing.rect import Rect
from unet_studio.editing.regions import Patch, inside
from unet_studio.editing.runs import Ints, Runs, joined, labelled, meetings, paint, runs_by_value
from unet_studio.editing.step import Bits, Mask

TILE = 128  # px; least side of the squares in which the outline is sought
COARSE = 2.0  # least blur, in samples, for which the picture may be sampled more coarsely
SPARE = 1  # sample beyond a tile from which its pixels are interpolated
TIE = 1e-5  # blurred values this close to one half leave a pixel as it was

Floats = npt.NDArray[np.float32]


def smooth_outline(mask: Mask, px: int) -> Patch:
    """Even out what is narrower than about `px` (1..100) px along the outline: teeth, spurs, notches, small holes.

    Straight edges and wider parts stay in place; a strip about px wide grows a little rather than thins. Outside the
    picture its edge goes on. The components stay as many as they are: one that would vanish is left as it is, and so
    is what would part one or join two.
    Raises ValueError for another px.
    """
    rect = around(mask, checked(px))
    old, new = mask[rect.slices], mask[rect.slices].copy()
    grid = _grid(px)
    for tile in _tiles(rect, grid):
        _smooth_tile(mask, new, rect, tile, grid)
    _keep_components(old, new)
    return rect, new


@dataclass(frozen=True, eq=False)
class _Grid:
    """How the picture is sampled for a blur: every `step` px, with a margin of `reach` samples."""

    step: int
    reach: int
    narrow: Floats
    broad: Floats


def _grid(px: int) -> _Grid:
    """The kernels of sigma = 0.4 px: teeth px apart keep 6 % of their height, those 3 px apart 86 %."""
    sigma = 0.4 * px
    step = max(1, int(sigma / COARSE))
    sampled = (1 - step**-2) / 4  # variance that the mean over step px and the line between samples bring along
    narrow, broad = (_gaussian(math.sqrt((times * sigma / step) ** 2 - sampled)) for times in (1, 2))
    return _Grid(step, broad.size // 2, narrow, broad)


def _gaussian(sigma: float) -> Floats:
    return np.asarray(cv2.getGaussianKernel(2 * math.ceil(3 * sigma) + 1, sigma, cv2.CV_32F), np.float32)


def _tiles(rect: Rect, grid: _Grid) -> Iterator[Rect]:
    """Squares over a rectangle, on multiples of the grid's step and not clipped."""
    side = max(TILE, 2 * grid.reach * grid.step) // grid.step * grid.step
    for top in range(rect.top // side * side, rect.bottom, side):
        for left in range(rect.left // side * side, rect.right, side):
            yield Rect(top, left, top + side, left + side)


def _smooth_tile(mask: Mask, new: Mask, rect: Rect, tile: Rect, grid: _Grid) -> None:
    """Write what the tile's pixels become into `new`, the patch of `rect`."""
    window = margined(tile, (grid.reach + SPARE) * grid.step).clipped((mask.shape[0], mask.shape[1]))
    seen = mask[window.slices]
    if cv2.countNonZero(seen) in (0, seen.size):
        return
    target = Rect(max(tile.top, rect.top), max(tile.left, rect.left), *tile[2:]).clipped((rect.bottom, rect.right))
    blurred = _blurred(seen, window, tile, grid)
    part = new[inside(target, rect)]
    value = blurred[inside(target, tile)]
    np.copyto(part, (value > 0.5).view(np.uint8), where=np.abs(value - 0.5) > TIE)


def _blurred(seen: Mask, window: Rect, tile: Rect, grid: _Grid) -> Floats:
    """What a window of the Mask is blurred to, from its tile's top left pixel on."""
    step = grid.step
    rows, columns = (math.ceil(side / step) * step for side in window.shape)
    padded = cv2.copyMakeBorder(seen, 0, rows - seen.shape[0], 0, columns - seen.shape[1], cv2.BORDER_REPLICATE)
    samples = np.asarray(padded, np.float32)
    if step > 1:
        samples = np.asarray(
            cv2.resize(samples, (columns // step, rows // step), interpolation=cv2.INTER_AREA), np.float32
        )
    narrow, broad = (
        cv2.sepFilter2D(samples, cv2.CV_32F, kernel, kernel, borderType=cv2.BORDER_REPLICATE)
        for kernel in (grid.narrow, grid.broad)
    )
    sharp = 2 * narrow - broad
    if step == 1:
        return np.asarray(sharp[tile.top - window.top :, tile.left - window.left :], np.float32)
    down, right = (tile.top - window.top) // step, (tile.left - window.left) // step
    top, left, count = max(down - SPARE, 0), max(right - SPARE, 0), (tile.bottom - tile.top) // step
    near = sharp[top : down + count + SPARE, left : right + count + SPARE]
    fine = cv2.resize(near, (near.shape[1] * step, near.shape[0] * step), interpolation=cv2.INTER_LINEAR)
    return np.asarray(fine[(down - top) * step :, (right - left) * step :], np.float32)


def _keep_components(old: Mask, new: Mask) -> None:
    """Take back from `new`, in place, what would part, join, remove or create 8-connected components of `old`."""
    stretches, value = runs_by_value(old + 2 * new)
    lost, gained, kept = (stretches.where(value == kind) for kind in (1, 2, 3))
    restored = _not_at_one(lost, kept, labelled(kept, diagonal=True)[0])
    paint(new, restored, 1)
    before, left_over = joined(kept, lost), joined(kept, restored)
    component = labelled(before, diagonal=True)[0]
    owner = component[np.searchsorted(before.start, left_over.start, side="right") - 1]
    paint(new, _not_at_one(gained, left_over, owner), 0)


def _not_at_one(changed: Runs, kept: Runs, name: Ints) -> Runs:
    """The runs of those connected changes that touch none, or more than one, of the named parts of `kept`."""
    label, count = labelled(changed, diagonal=True)
    pairs = [meetings(changed, kept, down, diagonal=True) for down in (-1, 0, 1)]
    touching, touched = (np.concatenate(side) for side in zip(*pairs, strict=True))
    names = int(name.max(initial=0)) + 1
    neighbours = np.unique(label[touching] * names + name[touched]) // names
    alone: Bits = np.bincount(neighbours, minlength=count) != 1
    return changed.where(alone[label])
