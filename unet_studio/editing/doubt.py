"""Where a Mask is most likely wrong, in the order in which a reader should look there. Imports cv2: load it late.

Everything is found on a small grid, at most as fine as the network's, whose cells cover the whole picture. Doubt is the
expected part of a cell that is wrong: the distance of the Mask (0/1) from the probability, plus the answers' spread.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import cv2
import numpy as np
import numpy.typing as npt

from unet_studio.core.proposal import ONE
from unet_studio.editing.rect import Rect
from unet_studio.editing.step import Bits, Mask
from unet_studio.editing.strokes import Point

MOST = 30  # stretches
FINEST = 512  # cells along the grid's long side
SAMPLES = 4  # of a large picture, along each side of a cell
LEAST = 0.2  # doubt of a cell from which it is doubtful
THICK = 1.0  # cells of doubt across the outline, from which on it is worth a look
SMOOTH = 0.03  # of the grid's long side, over which the doubt along the outline is averaged
GAP = 0.03  # of the long side: nearer stretches are one
LONGEST = 0.25  # of the long side: longer stretches are parted
SPECK = 3.0  # cells of doubt, below which a place away from the outline is left out
MARGIN = 0.35  # of a stretch's longer side, on each side of it
SMALLEST = 128  # px; least side of the rectangle to look at

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Stored = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Stretch:
    """A doubtful part of a Mask's outline, or a doubtful place away from it (length 0).

    score: expected wrong pixels, in px; centre: x, y; rect: what to zoom to, inside the picture; length: px of outline.
    """

    score: float
    centre: Point
    rect: Rect
    length: float


def stretches(
    mask: Mask, touched: Bits, probability: Stored, spread: Stored, *, least_side: int = SMALLEST, most: int = MOST
) -> tuple[Stretch, ...]:
    """The doubtful stretches of a Mask's outline and the doubtful places away from it, most expected errors first.

    mask: (H, W) uint8 0/1; touched: (H, W) bool; probability, spread: (h, w) uint16 as in inference.doubt.Doubt.
    Left out is what was touched over more than half of it. least_side: px, of rect, as far as the picture reaches.
    Raises ValueError for arrays that do not belong together.
    """
    grid = _grid(mask, touched, probability, spread)
    if not grid.doubtful.any():
        return ()
    outline = _outline(grid)
    found = [*islice(_along(grid, outline, touched), most), *islice(_away(grid, outline), most)]
    found.sort(key=lambda one: (-one.score, one.centre))
    return tuple(_zoomed(one, least_side, grid.shape) for one in found[:most])


def doubt_map(mask: Mask, touched: Bits, probability: Stored, spread: Stored) -> npt.NDArray[np.uint8]:
    """Doubt for the screen: (rows, columns) uint8, 255 where the Mask is surely wrong, 0 where it was touched.

    Arguments and errors as for `stretches`; it covers the picture and is at most as fine as the probability.
    """
    grid = _grid(mask, touched, probability, spread)
    return np.asarray(np.rint(np.minimum(grid.left, 1) * 255), np.uint8)


def expected_effort(proposal: Stored, probability: Stored, spread: Stored, threshold: float = 0.5) -> float:
    """The expected part of the picture, 0..1, that is wrong in the Mask of a Proposal: what a worklist sorts by.

    proposal: (h, w) uint16, Proposal.probability; probability, spread: (h, w) uint16 as in inference.doubt.Doubt.
    Raises ValueError for arrays of different shapes.
    """
    if not proposal.shape == probability.shape == spread.shape:
        raise ValueError(
            f"proposal {proposal.shape}, probability {probability.shape} and spread {spread.shape} differ in shape"
        )
    if not proposal.size:
        return 0.0
    inside = proposal >= math.ceil(threshold * ONE - 1e-6)
    return float(np.minimum(_doubt(inside, _unit(probability), _unit(spread)), 1).mean(dtype=np.float64))


def next_stretch(found: Sequence[Stretch], seen: Iterable[Stretch]) -> Stretch | None:
    """The first stretch that was not seen; the very first when all were, so that the walk starts over; None of none.

    A stretch that moved a little, because the Mask was corrected, counts as seen: its centre lies within half the
    longer of both stretches from that of one that was seen.
    """
    known = tuple(seen)
    for one in found:
        if not any(same(one, other) for other in known):
            return one
    return found[0] if found else None


def same(one: Stretch, other: Stretch) -> bool:
    """Whether two stretches are one place: the centres lie within half the longer of both."""
    away = math.dist(one.centre, other.centre)
    return away <= max(one.length, other.length) / 2 - 1e-9 or one.centre == other.centre


@dataclass(frozen=True, eq=False)
class _Grid:
    """The picture in cells: all arrays (rows, columns).

    doubtful: where doubt is LEAST or more; left: doubt, 0 where a pixel was touched; shape: of the picture, in px.
    """

    mask: Mask
    touched: Bits
    doubtful: Bits
    left: Floats
    shape: tuple[int, int]

    @property
    def cell(self) -> tuple[float, float]:
        """px down and across."""
        return self.shape[0] / self.mask.shape[0], self.shape[1] / self.mask.shape[1]

    def cells(self, part: float) -> int:
        """How many cells a part of the long side is, at least one."""
        return max(1, round(part * float(max(self.mask.shape))))

    def point(self, row: float, column: float) -> Point:
        """x, y of a cell's centre."""
        return (column + 0.5) * self.cell[1], (row + 0.5) * self.cell[0]

    def rect(self, top: float, left: float, bottom: float, right: float) -> Rect:
        """The pixels of a half-open rectangle of cells."""
        down, across = self.cell
        around = (
            math.floor(top * down),
            math.floor(left * across),
            math.ceil(bottom * down),
            math.ceil(right * across),
        )
        return Rect(*around).clipped(self.shape)


def _grid(mask: Mask, touched: Bits, probability: Stored, spread: Stored) -> _Grid:
    if mask.shape != touched.shape or probability.shape != spread.shape or not mask.size or not probability.size:
        raise ValueError(
            f"mask {mask.shape}, touched {touched.shape}, probability {probability.shape} and spread {spread.shape} "
            "do not belong together"
        )
    finest = max(1.0, max(probability.shape) / FINEST)
    rows, columns = (
        max(1, min(round(small / finest), large)) for small, large in zip(probability.shape, mask.shape, strict=True)
    )
    inside = _shares(mask, rows, columns) >= 0.5
    likely, apart = (_unit(_small(values, rows, columns)) for values in (probability, spread))
    doubt = _doubt(inside, likely, apart)
    known = _shares(touched.view(np.uint8), rows, columns) > 0
    shape = int(mask.shape[0]), int(mask.shape[1])
    return _Grid(inside.view(np.uint8), known, doubt >= LEAST, np.where(known, np.float32(0), doubt), shape)


def _unit(stored: Stored | Floats) -> Floats:
    return np.asarray(stored / np.float32(ONE), np.float32)


def _doubt(inside: Bits, likely: Floats, apart: Floats) -> Floats:
    return np.asarray(np.abs(inside.astype(np.float32) - likely) + apart, np.float32)


def _small(values: Mask | Stored, rows: int, columns: int, times: int = 1) -> Floats:
    """(H, W), times a factor, at the grid's size, by the mean of up to about SAMPLES x SAMPLES pixels of each cell."""
    down, across = (
        max(1, math.ceil(large / few / SAMPLES)) for large, few in zip(values.shape, (rows, columns), strict=True)
    )
    some = np.ascontiguousarray(values[(down - 1) // 2 :: down, (across - 1) // 2 :: across]) * values.dtype.type(times)
    return np.asarray(cv2.resize(some, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _shares(bits: Mask, rows: int, columns: int) -> Floats:
    """(H, W) of 0 and 1 at the grid's size: about which part of each cell is 1; more than 0 where anything seen is."""
    return np.asarray(_small(bits, rows, columns, 255) / np.float32(255), np.float32)


@dataclass(frozen=True, eq=False)
class _Outline:
    """The outline's cells, inside the Mask, and what of the doubt belongs to them.

    label: (rows, columns) of the nearest outline cell, 0 where there is no outline; near: (rows, columns), doubtful
    cells that hang together with it; chains: closed lines of cells, (n, 2) x, y, with 0 as label off the outline.
    """

    label: Ints
    near: Bits
    chains: tuple[tuple[Ints, Ints], ...]


def _outline(grid: _Grid) -> _Outline:
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    edge = (grid.mask - cv2.erode(grid.mask, cross)).view(np.bool_)  # the picture's border erodes nothing
    if not edge.any():
        return _Outline(np.zeros(edge.shape, np.intp), np.zeros(edge.shape, np.bool_), ())
    _, nearest = cv2.distanceTransformWithLabels(
        1 - edge.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    label = np.asarray(nearest, np.intp)
    parts = _parts(grid.doubtful)
    beside = np.zeros(int(parts.max()) + 1, np.bool_)
    beside[parts[cv2.dilate(edge.view(np.uint8), np.ones((3, 3), np.uint8)).view(np.bool_)]] = True
    lines, _ = cv2.findContours(grid.mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    chains = []
    for line in lines:
        cells = np.asarray(line, np.intp).reshape(-1, 2)
        x, y = cells.T
        chains.append((cells, np.where(edge[y, x], label[y, x], 0)))
    return _Outline(label, grid.doubtful & beside[parts], tuple(chains))


def _parts(bits: Bits) -> npt.NDArray[np.int32]:
    """Numbers of what hangs together, across up to two cells, from 1 on; 0 between."""
    broad = cv2.dilate(bits.view(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.connectedComponents(broad, connectivity=8)[1], np.int32)


def _along(grid: _Grid, outline: _Outline, touched: Bits) -> Iterator[Stretch]:
    """The stretches of the outline, most doubt first."""
    if not outline.chains:
        return
    label, near = outline.label, outline.near
    count = int(label.max(initial=0)) + 1
    mass = np.bincount(label[near], grid.left[near], minlength=count).astype(np.float64)
    visits = np.bincount(np.concatenate([labels for _, labels in outline.chains]), minlength=count)
    mass[0] = 0
    mass /= np.maximum(visits, 1)  # thin parts of the Mask are passed on either side
    runs = [
        (float(mass[labels[places]].sum()), cells[places], labels[places])
        for cells, labels in outline.chains
        if mass[labels].max() >= THICK
        for places in _runs(mass[labels], grid)
        if mass[labels[places]].any()  # a part that only its smoothed neighbours made thick holds none
    ]
    rows, columns = np.nonzero(near)
    owner = label[rows, columns]
    for score, line, labels in sorted(runs, key=lambda run: -run[0]):
        if _touched_share(grid, line, touched) > 0.5:
            continue
        own = np.zeros(count, np.bool_)
        own[labels] = True
        mine = own[owner]
        box = _box(np.concatenate([rows[mine], line[:, 1]]), np.concatenate([columns[mine], line[:, 0]]))
        x, y = line[min(int(np.searchsorted(np.cumsum(mass[labels]), score / 2)), len(line) - 1)]
        yield Stretch(score * math.prod(grid.cell), grid.point(y, x), grid.rect(*box), _length(line, grid.cell))


def _runs(mass: Doubles, grid: _Grid) -> list[Ints]:
    """Places on a closed line, in parts: where the smoothed doubt is thick, gaps closed, long parts divided."""
    size = len(mass)
    width = min(size, grid.cells(SMOOTH) | 1)
    around = np.concatenate([mass, mass, mass])[size - width // 2 : 2 * size + width // 2 + 1 - width % 2]
    level = np.convolve(around, np.full(width, 1 / width), "valid")[:size]
    begin = int(level.argmin())
    order = (np.arange(size) + begin) % size
    thick = np.flatnonzero(level[order] >= THICK)
    if not thick.size:
        return []
    runs = np.split(thick, np.flatnonzero(np.diff(thick) > grid.cells(GAP)) + 1)
    found: list[Ints] = []
    for run in runs:
        whole_run = np.arange(run[0], run[-1] + 1)
        found += [order[part] for part in np.array_split(whole_run, -(-len(whole_run) // grid.cells(LONGEST)))]
    return found


def _touched_share(grid: _Grid, cells: Ints, touched: Bits) -> float:
    """The part of (n, 2) x, y cells in or half a cell beside which a pixel was touched."""
    hits = 0
    for x, y in cells.tolist():
        hits += bool(touched[grid.rect(y - 0.5, x - 0.5, y + 1.5, x + 1.5).slices].any())
    return hits / len(cells)


def _away(grid: _Grid, outline: _Outline) -> Iterator[Stretch]:
    """The doubtful places that do not hang together with the outline, most doubt first."""
    alone = grid.doubtful & ~outline.near
    parts = np.where(alone, _parts(alone), 0).ravel()
    left = np.bincount(parts, grid.left.ravel())
    share = np.bincount(parts, grid.touched.ravel()) / np.maximum(np.bincount(parts), 1)
    for number in np.argsort(-left, kind="stable"):
        if not number or left[number] < SPECK or share[number] > 0.5:
            continue
        rows, columns = np.nonzero((parts == number).reshape(alone.shape))
        middle = np.hypot(rows - rows.mean(), columns - columns.mean()).argmin()
        score = float(left[number]) * math.prod(grid.cell)
        yield Stretch(score, grid.point(rows[middle], columns[middle]), grid.rect(*_box(rows, columns)), 0.0)


def _box(rows: Ints, columns: Ints) -> tuple[int, int, int, int]:
    """The half-open rectangle of cells around cells."""
    return int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1


def _length(line: Ints, cell: tuple[float, float]) -> float:
    """px along (n, 2) x, y cells; a single cell counts as its own side."""
    steps = np.hypot(*(np.diff(line, axis=0) * (cell[1], cell[0])).T).sum()
    return float(steps) + math.sqrt(math.prod(cell))


def _zoomed(one: Stretch, least_side: int, shape: tuple[int, int]) -> Stretch:
    """The stretch with a square margin around it, moved inside the picture and clipped where that is smaller."""
    margin = MARGIN * max(one.rect.shape)
    sides = [
        _span(low, high, margin, least_side, limit)
        for low, high, limit in ((one.rect.top, one.rect.bottom, shape[0]), (one.rect.left, one.rect.right, shape[1]))
    ]
    return replace(one, rect=Rect(sides[0][0], sides[1][0], sides[0][1], sides[1][1]))


def _span(low: int, high: int, margin: float, least: int, limit: int) -> tuple[int, int]:
    """low..high with a margin, at least `least` long, inside 0..limit."""
    side = min(max(math.ceil(high - low + 2 * margin), least), limit)
    begin = min(max(round((low + high - side) / 2), 0), limit - side)
    return begin, begin + side
