"""The outline of a Mask as short edges between the pixels' centres, made where it is needed. Imports cv2: load it late.

The Mask is taken to repeat its edge outside the picture, so that an outline which meets the border goes on straight.
"""

from __future__ import annotations

import math
from typing import Generic, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from unet_studio.editing.rect import Rect
from unet_studio.editing.step import Bits, Mask
from unet_studio.editing.strokes import Floats

TILE = 128  # px; the parts in which the outline is made
ROUNDS, SIGMA = 4, 1.2  # smoothing of the outline; px
SURE = 0.02  # how far a centre's value stays on its own side; the Mask's own values are -0.5 and 0.5
MARGIN = ROUNDS * math.ceil(4 * SIGMA) + 2  # px of Mask around a tile on which its outline depends

Level = npt.NDArray[np.float32]
Value = TypeVar("Value", np.uint8, np.bool_)


class Kept(Generic[Value]):
    """An (H, W) array as it was when this was made, copied tile by tile: `at` must come before a change there."""

    def __init__(self, live: npt.NDArray[Value]) -> None:
        self.shape = (live.shape[0], live.shape[1])
        self._live: npt.NDArray[Value] = live
        self._copy: npt.NDArray[Value] = np.zeros(
            self.shape, live.dtype
        )  # zeros cost memory only where they are written
        self._tiles: set[Rect] = set()

    def at(self, rect: Rect) -> npt.NDArray[Value]:
        """The array in `rect` (inside the picture) as it was."""
        for tile in _tiles(rect):
            if tile not in self._tiles:
                self._tiles.add(tile)
                where = tile.clipped(self.shape).slices
                self._copy[where] = self._live[where]
        return self._copy[rect.slices]


class Contours:
    """The outline of a Mask (0/1) as it was.

    It is the smoothest that has every centre on its own side, so that it shows no stairs of pixels where it is moved
    and gives the Mask back bit for bit where it is not: after Whitaker, Reducing aliasing artifacts in iso-surfaces of
    binary volumes, IEEE Symposium on Volume Visualization (2000) 23-32, with Gaussians for his flow.
    """

    def __init__(self, mask: Kept[np.uint8]) -> None:
        self._mask = mask
        self._shape = mask.shape
        self._level: Level = np.zeros(mask.shape, np.float32)
        self._smoothed: set[Rect] = set()
        self._found: set[Rect] = set()
        self._edges: Floats = np.zeros((0, 2, 2))

    def taken(self, rect: Rect) -> Floats:
        """The edges with an end in `rect`, which may leave the picture, that were not taken before: (n, 2, 2) x, y."""
        found = [self._edges]
        for tile in _tiles(Rect(rect.top - 1, rect.left - 1, rect.bottom + 1, rect.right + 1)):
            if tile not in self._found:
                self._found.add(tile)
                found.append(self._found_in(tile))
        edges = np.concatenate(found)
        wanted = within(edges, rect)
        self._edges = edges[~wanted]
        return edges[wanted]

    def _found_in(self, tile: Rect) -> Floats:
        """The edges in the squares between centres that begin in a tile."""
        rows = np.clip(np.arange(tile.top, tile.bottom + 1), 0, self._shape[0] - 1)
        columns = np.clip(np.arange(tile.left, tile.right + 1), 0, self._shape[1] - 1)
        rect = Rect(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
        if not _mixed(self._mask.at(rect)):
            return np.zeros((0, 2, 2))
        for part in _tiles(rect):
            if part not in self._smoothed:
                self._smoothed.add(part)
                self._smooth(part.clipped(self._shape))
        return np.add(_edges(self._level[np.ix_(rows, columns)]), (tile.left + 0.5, tile.top + 0.5))

    def _smooth(self, tile: Rect) -> None:
        around = Rect(tile.top - MARGIN, tile.left - MARGIN, tile.bottom + MARGIN, tile.right + MARGIN)
        around = around.clipped(self._shape)
        top, left = tile.top - around.top, tile.left - around.left
        level = _smoothed(self._mask.at(around))
        self._level[tile.slices] = level[top : top + tile.shape[0], left : left + tile.shape[1]]


def within(edges: Floats, rect: Rect) -> Bits:
    """Which of (n, 2, 2) edges have an end in `rect`: (n,) bool."""
    x, y = edges[..., 0], edges[..., 1]
    inside: Bits = (x >= rect.left) & (x <= rect.right) & (y >= rect.top) & (y <= rect.bottom)
    return inside[:, 0] | inside[:, 1]


def _mixed(mask: Mask) -> bool:
    return bool(mask.min() != mask.max())


def _smoothed(mask: Mask) -> Level:
    level: Level = mask.astype(np.float32) - np.float32(0.5)
    if not _mixed(mask):
        return level
    square = np.ones((3, 3), np.uint8)
    opened, closed = cv2.morphologyEx(mask, cv2.MORPH_OPEN, square), cv2.morphologyEx(mask, cv2.MORPH_CLOSE, square)
    thin = opened != closed  # lines and gaps narrower than 3 px keep their width
    least, most = np.where(mask, np.float32(SURE), np.float32(-0.5)), np.where(mask, np.float32(0.5), np.float32(-SURE))
    np.copyto(least, level, where=thin)
    np.copyto(most, level, where=thin)
    for _ in range(ROUNDS):
        level = np.asarray(cv2.GaussianBlur(level, (0, 0), SIGMA, borderType=cv2.BORDER_REPLICATE), np.float32)
        np.clip(level, least, most, out=level)
    return level


def _edges(level: Level) -> Floats:
    """The zero level of (h, w) values, linear between neighbours: (n, 2, 2) ends of x, y counted from the first centre.

    Marching squares (Lorensen & Cline 1987, in the plane); where a square's corners alternate, its mean decides.
    """
    inside = level >= 0
    above = inside[:, 1:] != inside[:, :-1]
    rows, columns = np.nonzero(above[1:] | above[:-1] | (inside[1:, 1:] != inside[:-1, 1:]))
    # clockwise from the upper left; each side is followed down or to the right, so that both its squares agree
    corners = np.stack(
        [level[rows + down, columns + right] for down, right in ((0, 0), (0, 1), (1, 1), (1, 0))], axis=1
    )
    values = corners.astype(np.float64)
    ones, others = values[:, [0, 1, 3, 0]], values[:, [1, 2, 2, 3]]
    crossed = (ones >= 0) != (others >= 0)
    share = ones / np.where(crossed, ones - others, 1.0)
    nought, one = np.zeros(len(rows)), np.ones(len(rows))
    x = np.stack([share[:, 0], one, share[:, 2], nought], axis=1) + columns[:, None]
    y = np.stack([nought, share[:, 1], one, share[:, 3]], axis=1) + rows[:, None]
    sides = np.stack([x, y], axis=2)
    saddle = crossed.all(axis=1)
    plain, double = np.flatnonzero(~saddle), np.flatnonzero(saddle)
    begin, end = crossed[plain].argmax(axis=1), 3 - crossed[plain, ::-1].argmax(axis=1)
    joined = (values[double].mean(axis=1) >= 0) == (values[double, 0] >= 0)  # the upper left with the lower right
    square = np.concatenate([plain, double, double])
    begin = np.concatenate([begin, np.full(len(double), 0), np.full(len(double), 2)])
    end = np.concatenate([end, np.where(joined, 1, 3), np.where(joined, 3, 1)])
    return np.stack([sides[square, begin], sides[square, end]], axis=1)


def _tiles(rect: Rect) -> list[Rect]:
    return [
        Rect(top, left, top + TILE, left + TILE)
        for top in range(rect.top // TILE * TILE, rect.bottom, TILE)
        for left in range(rect.left // TILE * TILE, rect.right, TILE)
    ]
