"""Smart brush: of a stroke's footprint it takes what looks like the place where the stroke began. Imports cv2.

Each pixel gets the odds that the reader means it, from three things: how far out it lies under the brush, how far its
colour is from that of the first dab against the two groups into which the colours under the brush fall (Otsu, A
threshold selection method, 1979), and how much less probable than there the network finds the painted value. The
odds' probability is smoothed along the picture's edges by a guided filter (He, Sun, Tang, Guided image filtering,
2010, equations 5, 6, 8). Nothing is iterated; the three weights were fitted to simulated strokes
(docs/decisions/0013-smart-brush.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from unet_studio.editing.rect import Rect
from unet_studio.editing.step import Bits

MIDDLE = 2 / 3  # of the brush's radius: so far from the rim a pixel is always taken
WORKING_RADIUS = 32.0  # px; broader brushes are judged on a smaller copy
WORKING_AREA = 60_000  # px; so are the rectangles of long strokes
WORKING_TOTAL = 300_000  # px of all pieces that one move of the hand is looked at in
NOISE = 2.0  # levels of 255, or units of CIE Lab: differences below are not seen
BINS = 64
REACH, SOFTNESS = 0.5, 0.5  # of the guided filter: its radius in brush radii, its epsilon
HOLE = 0.02  # of the footprint: holes up to this part are taken too
# log odds of a pixel, fitted: constant, per squared way to the rim, per relative colour distance, per log odds
ALONE = (2.0, -4.2, -1.1, 0.0)
WITH_NETWORK = (2.5, -3.7, -0.9, 0.23)

Floats = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8] | npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Start:
    """What a stroke's first dab showed: colour mean and deviation (C,) and the log odds of `value`, if known."""

    value: int
    size: int
    mean: Floats
    deviation: Floats
    odds: float | None


def start(
    picture: Picture,
    probability: Floats | None,
    rect: Rect,
    dab: Bits,
    value: int,
    size: int,
    shape: tuple[int, int],
) -> Start:
    """Look at the middle of the first dab.

    picture: (h, w) or (h, w, 3) RGB, uint8 or float on the scale 0..255, the crop of rect; it must not depend on the
    window that the reader chose. probability: (h, w) float32 0..1 of label 1, or None. dab: (h, w) bool, not empty.
    value: what the stroke paints, 0 or 1. size: the brush's diameter, px. shape: (rows, columns) of the whole picture.
    """
    middle = _middle(_depth(dab, rect, size, shape))
    seen = _colours(picture)[middle]
    odds = None if probability is None else float(_odds(probability, value)[middle].mean())
    return Start(value, size, seen.mean(axis=0), np.sqrt(seen.var(axis=0) + NOISE**2), odds)


def agreeing(
    begun: Start,
    picture: Picture,
    probability: Floats | None,
    rect: Rect,
    footprint: Bits,
    shape: tuple[int, int],
    pieces: int = 1,
) -> tuple[Rect, Bits]:
    """The part of a footprint, of a whole stroke or of a piece of it, that agrees with where the stroke began.

    picture, probability: as in `start`, the crops of rect (probability also of `working_shape`); footprint: (h, w)
    bool. Returns (rect, (h, w) bool): never a pixel outside the footprint, always its middle; all of it where the
    picture is flat under it. pieces: how many there are to be looked at together with this one. The cost is that of
    rect: give a long stroke piece by piece as the hand moves, and take the union; it is nearly as good.
    """
    working = working_shape(begun.size, footprint.shape, pieces)
    scale = working[0] / footprint.shape[0]
    small = footprint if scale == 1 else _shrunk(footprint.view(np.uint8) * np.uint8(255), working) > 127
    depth = _depth(small, rect, begun.size * scale, shape)
    middle, radius = _middle(depth), float(depth.max(initial=0.0))
    if radius < 2 * scale or middle.all():
        return rect, footprint.copy()
    seen = _colours(_shrunk(picture, working))
    distance = np.sqrt((((seen - begun.mean) / begun.deviation) ** 2).sum(axis=2))
    split = _split(distance[small])
    if split is None:
        return rect, footprint.copy()
    likely = None if begun.odds is None or probability is None else _odds(_shrunk(probability, working), begun.value)
    log_odds = _log_odds(1 - depth / radius, distance / split - 1, likely, begun.odds)
    chance = _guided(distance, 1 / (np.float32(1) + np.exp(-log_odds)), max(2, round(REACH * radius)))
    return rect, _at_own_size(chance, _whole(((chance > 0.5) & small) | middle, middle, small), footprint)


def working_shape(size: int, shape: tuple[int, int], pieces: int = 1) -> tuple[int, int]:
    """(rows, columns) at which the patch of `shape` under a brush of `size` px is judged; at most `shape`."""
    area = min(WORKING_AREA, WORKING_TOTAL / pieces)
    scale = min(1.0, 2 * WORKING_RADIUS / size, (area / (shape[0] * shape[1])) ** 0.5)
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def _at_own_size(chance: Floats, taken: Bits, footprint: Bits) -> Bits:
    """What was taken on a smaller copy, in the footprint: its edge runs where the chance passes a half."""
    if taken.shape == footprint.shape:
        return taken
    sure = np.where(taken, chance > 0.5, chance < 0.5)  # else a hole, a part apart or the middle decided otherwise
    edged = np.where(sure, chance - np.float32(0.5), np.where(taken, np.float32(0.5), np.float32(-0.5)))
    edge = cv2.resize(edged, footprint.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray((edge > 0) & footprint, np.bool_)


def _log_odds(out: Floats, colour: Floats, likely: Floats | None, odds: float | None) -> Floats:
    constant, rim, unlike, unlikely = ALONE if likely is None else WITH_NETWORK
    found = constant + rim * out**2 + unlike * np.clip(colour, -1, 2)
    if likely is not None and odds is not None:
        found = found + unlikely * np.minimum(likely - odds, 0)
    return np.asarray(found, np.float32)


def _depth(footprint: Bits, rect: Rect, size: float, shape: tuple[int, int]) -> Floats:
    """Distance to the nearest pixel of the picture outside the footprint, in px; at most the brush's radius."""
    sides = (rect.top > 0, rect.bottom < shape[0], rect.left > 0, rect.right < shape[1])
    top, bottom, left, right = map(int, sides)
    framed = cv2.copyMakeBorder(footprint.view(np.uint8), top, bottom, left, right, cv2.BORDER_CONSTANT, value=0)
    if framed.all():
        return np.full(footprint.shape, size / 2, np.float32)
    depth = cv2.distanceTransform(framed, cv2.DIST_L2, 5)
    inner = depth[top : top + footprint.shape[0], left : left + footprint.shape[1]]
    return np.asarray(np.minimum(inner, size / 2), np.float32)


def _middle(depth: Floats) -> Bits:
    return np.asarray((depth > 0) & (depth >= MIDDLE * depth.max(initial=0.0)), np.bool_)


def _colours(picture: Picture) -> Floats:
    """(h, w, C) float32: gray levels, or CIE Lab; a pixel's noise is smoothed away."""
    levels = np.asarray(picture, np.float32)
    if levels.ndim == 3:
        levels = np.asarray(cv2.cvtColor(levels / np.float32(255), cv2.COLOR_RGB2LAB), np.float32)
    smooth = np.asarray(cv2.GaussianBlur(levels, (0, 0), 1.0, borderType=cv2.BORDER_REPLICATE), np.float32)
    return smooth.reshape(*picture.shape[:2], -1)


def _odds(probability: Floats, value: int) -> Floats:
    """Log odds of `value`, at most 4 either way."""
    safe = np.clip(probability if value else 1 - probability, 1e-4, 1 - 1e-4)
    return np.asarray(np.clip(np.log(safe / (1 - safe)), -4, 4), np.float32)


def _shrunk(plane: npt.NDArray[Any], shape: tuple[int, int]) -> Floats:
    if plane.shape[:2] == shape:
        return np.asarray(plane, np.float32)
    while min(plane.shape[0] // shape[0], plane.shape[1] // shape[1]) >= 4:  # to halve is three times as fast
        half = plane.shape[1] // 2, plane.shape[0] // 2
        plane = cv2.resize(plane[: 2 * half[1], : 2 * half[0]], half, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(plane, shape[::-1], interpolation=cv2.INTER_AREA), np.float32)


def _split(distances: Floats) -> float | None:
    """Otsu's threshold between near and far colours; None where both are the same to the eye."""
    if not distances.size:
        return None
    counts, edges = np.histogram(distances, BINS, (0.0, float(np.quantile(distances, 0.99)) + 1e-6))
    share, level = counts / max(counts.sum(), 1), (edges[1:] + edges[:-1]) / 2
    below, moment = np.cumsum(share)[:-1], np.cumsum(share * level)
    weight = np.maximum(below * (1 - below), 1e-9)
    between = (moment[-1] * below - moment[:-1]) ** 2 / weight
    best = int(between.argmax())
    apart = float(np.sqrt(between[best] / weight[best]))
    return float(edges[best + 1]) if apart >= 1 else None


def _guided(guide: Floats, plane: Floats, radius: int) -> Floats:
    """Guided filter of `plane`, both (h, w), with box windows of 2 radius + 1 px."""

    def mean(values: Floats) -> Floats:
        size = (2 * radius + 1, 2 * radius + 1)
        return np.asarray(cv2.blur(values, size, borderType=cv2.BORDER_REPLICATE), np.float32)

    guide_mean, plane_mean = mean(guide), mean(plane)
    slope = (mean(guide * plane) - guide_mean * plane_mean) / (mean(guide * guide) - guide_mean**2 + SOFTNESS)
    return mean(slope) * guide + mean(plane_mean - slope * guide_mean)


def _whole(taken: Bits, middle: Bits, footprint: Bits) -> Bits:
    """`taken` without parts that do not hang together with the middle, and without small holes."""
    _, parts = cv2.connectedComponents(taken.view(np.uint8), connectivity=4)
    kept = np.zeros(int(parts.max()) + 1, np.bool_)
    kept[parts[middle]] = True
    taken = kept[parts] & taken
    _, parts, stats, _ = cv2.connectedComponentsWithStats((~taken).view(np.uint8), connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] <= HOLE * footprint.sum()
    small[0] = False
    return np.asarray(taken | (small[parts] & footprint), np.bool_)
