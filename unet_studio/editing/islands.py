"""Ghosts: a proposed change that the reader takes over island by island. Imports cv2: load it late."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from unet_studio.editing.rect import NOWHERE, Rect
from unet_studio.editing.step import Bits, Mask

CELL = 64  # px; where a whole cell is unchanged nothing is searched


@dataclass(frozen=True, eq=False)
class Island:
    """Connected pixels (8 neighbours) that nobody touched and that a proposal would all change the same way.

    rect: the smallest rectangle around them; bits: (h, w) bool of rect's shape; adds: True where they would become 1,
    False where 0; area: how many they are, in px.
    """

    rect: Rect
    bits: Bits
    adds: bool
    area: int


@dataclass(frozen=True, eq=False)
class Ghost:
    """What a proposal would change: the islands, the largest first, and how many too small ones were left out."""

    islands: tuple[Island, ...]
    tiny: int


def differences(mask: Mask, proposed: Mask, touched: Bits, least: int = 1) -> Ghost:
    """The islands of `least` px and more in which `proposed` differs from the Mask and nobody touched a pixel.

    mask, proposed: (H, W) uint8 0/1; touched: (H, W) bool. With least = 1 the islands hold every such pixel once.
    Raises ValueError for arrays of different shapes.
    """
    if not mask.shape == proposed.shape == touched.shape:
        raise ValueError(
            f"mask {mask.shape}, proposal {proposed.shape} and touched pixels {touched.shape} differ in shape"
        )
    found: list[Island] = []
    tiny = 0
    for adds, rect, near in _places(mask, proposed, touched):
        now, then = mask[rect.slices], proposed[rect.slices]
        changed = ((then > now) if adds else (now > then)) & near & ~touched[rect.slices]
        islands, small = _islands(rect, changed, adds, least)
        found += islands
        tiny += small
    return Ghost(tuple(sorted(found, key=lambda island: (-island.area, island.rect, island.adds))), tiny)


def island_at(islands: Iterable[Island], point: tuple[float, float]) -> Island | None:
    """The island that holds the pixel under `point`, (x, y) in image coordinates; None where there is none."""
    column, row = math.floor(point[0]), math.floor(point[1])
    for island in islands:
        top, left, bottom, right = island.rect
        if top <= row < bottom and left <= column < right and island.bits[row - top, column - left]:
            return island
    return None


def still(island: Island, mask: Mask, touched: Bits) -> Island | None:
    """What is left of an island on another Mask: pixels that nobody touched and that would change; None for nothing.

    mask: (H, W) uint8 0/1; touched: (H, W) bool, of the picture that the island was made for.
    """
    left = island.bits & (mask[island.rect.slices] != island.adds) & ~touched[island.rect.slices]
    area = int(np.count_nonzero(left))
    if area == island.area:
        return island
    return Island(island.rect, left, island.adds, area) if area else None


def overlap(island: Island, other: Island) -> int:
    """How many pixels two islands that change the Mask the same way have in common."""
    if island.adds != other.adds:
        return 0
    both = Rect(
        max(island.rect.top, other.rect.top),
        max(island.rect.left, other.rect.left),
        min(island.rect.bottom, other.rect.bottom),
        min(island.rect.right, other.rect.right),
    )
    return 0 if both.empty else int(np.count_nonzero(_crop(island, both) & _crop(other, both)))


def accept(mask: Mask, *islands: Island) -> tuple[Rect, Mask]:
    """What to give to `put` without a footprint, so that the lock is respected and not set.

    Returns (rect, wanted): the smallest rectangle around the islands and the (h, w) uint8 Mask wanted in it. The order
    of the islands does not matter. Without any the rectangle is empty.
    """
    around = NOWHERE
    for island in islands:
        around = around.union(island.rect)
    wanted = mask[around.slices].copy()
    for island in islands:
        top, left = island.rect.top - around.top, island.rect.left - around.left
        rows, columns = island.rect.shape
        wanted[top : top + rows, left : left + columns][island.bits] = island.adds
    return around, wanted


def _crop(island: Island, rect: Rect) -> Bits:
    """The island's pixels in a rectangle inside its own."""
    top, left = island.rect.top, island.rect.left
    return island.bits[rect.top - top : rect.bottom - top, rect.left - left : rect.right - left]


def _places(mask: Mask, proposed: Mask, touched: Bits) -> Iterator[tuple[bool, Rect, Bits]]:
    """For adding and for removing: rectangles of cells that hang together, and which pixels belong to those cells."""
    rows, columns = mask.shape
    if not mask.size:
        return
    starts = np.arange(0, columns, CELL)
    cells = np.zeros((2, -(-rows // CELL), len(starts)), np.uint8)
    for band in range(cells.shape[1]):
        part = slice(band * CELL, (band + 1) * CELL)
        changed = (mask[part] != proposed[part]) & ~touched[part]
        if changed.any():
            for adds, kind in enumerate((changed & (mask[part] != 0), changed & (mask[part] == 0))):
                cells[adds, band] = np.logical_or.reduceat(kind.any(axis=0), starts)
    for adds in (True, False):
        count, labels, stats, _ = cv2.connectedComponentsWithStats(cells[int(adds)], connectivity=8)
        for label in range(1, count):
            left, top, wide, high, _ = (int(number) for number in stats[label])
            mine = labels[top : top + high, left : left + wide] == label
            rect = Rect(top * CELL, left * CELL, (top + high) * CELL, (left + wide) * CELL).clipped((rows, columns))
            near = mine.repeat(CELL, axis=0).repeat(CELL, axis=1)[: rect.bottom - rect.top, : rect.right - rect.left]
            yield adds, rect, near


def _islands(rect: Rect, changed: Bits, adds: bool, least: int) -> tuple[list[Island], int]:
    """The islands among the changed pixels of `rect`, and how many smaller ones there are."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(changed.view(np.uint8), connectivity=8)
    large = np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= least) + 1
    found = []
    for label in large:
        left, top, wide, high, area = (int(number) for number in stats[label])
        bits = labels[top : top + high, left : left + wide] == label
        place = Rect(rect.top + top, rect.left + left, rect.top + top + high, rect.left + left + wide)
        found.append(Island(place, bits, adds, area))
    return found, count - 1 - len(found)
