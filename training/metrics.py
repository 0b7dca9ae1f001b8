"""Measures of masks. numpy and cv2 only; any room may import this.

Masks are (H, W) arrays in which anything above 0 is the target. The rule for empty masks: two empty masks agree
completely (overlap measures 1, distance 0); an empty mask against one that is not has overlap 0 and, as a distance,
the picture's diagonal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[Any]


def _pair(a: Mask, b: Mask) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    if a.shape != b.shape:
        raise ValueError(f"Masks of {a.shape} and {b.shape} pixels cannot be compared; make them equal in size.")
    return a > 0, b > 0


def dice(a: Mask, b: Mask) -> float:
    """2 |a and b| / (|a| + |b|), 0..1. Raises ValueError for masks of different size."""
    one, two = _pair(a, b)
    total = np.count_nonzero(one) + np.count_nonzero(two)
    return 2.0 * np.count_nonzero(one & two) / total if total else 1.0


def iou(a: Mask, b: Mask) -> float:
    """|a and b| / |a or b|, 0..1. Raises ValueError for masks of different size."""
    one, two = _pair(a, b)
    union = np.count_nonzero(one | two)
    return np.count_nonzero(one & two) / union if union else 1.0


def accuracy(a: Mask, b: Mask) -> float:
    """The part of all pixels on which the masks agree, target or not, 0..1; 1 for masks without pixels."""
    one, two = _pair(a, b)
    return np.count_nonzero(one == two) / one.size if one.size else 1.0


def precision_recall(proposed: Mask, truth: Mask) -> tuple[float, float]:
    """How much of the proposed is true, and how much of the truth is proposed, each 0..1."""
    one, two = _pair(proposed, truth)
    both, ones, twos = np.count_nonzero(one & two), np.count_nonzero(one), np.count_nonzero(two)
    if ones == 0 or twos == 0:
        value = 1.0 if ones == twos else 0.0
        return value, value
    return both / ones, both / twos


def hd95(a: Mask, b: Mask, spacing: tuple[float, float] = (1.0, 1.0)) -> float:
    """95th percentile of the distances between the borders, the larger of both directions.

    spacing: (row, column) size of a pixel; the result has its unit (px by default, mm when given in mm).
    """
    one, two = _pair(a, b)
    if not one.any() or not two.any():
        if one.any() == two.any():
            return 0.0
        return math.hypot(a.shape[0] * spacing[0], a.shape[1] * spacing[1])
    # everything else of the picture is outside of both and changes no distance
    part = _around(one | two)
    first, second = _border(one[part]), _border(two[part])
    return max(_directed(first, second, spacing), _directed(second, first, spacing))


def _around(mask: npt.NDArray[np.bool_]) -> tuple[slice, slice]:
    """The smallest rectangle that holds every pixel of a mask that is not empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _border(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Pixels of the mask with a 4-neighbour outside; outside the picture counts as outside."""
    inner = cv2.erode(mask.astype(np.uint8), CROSS, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(mask & (inner == 0))


MOST_PAIRS = 1 << 20  # distances in memory at once
CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def _directed(source: npt.NDArray[np.bool_], target: npt.NDArray[np.bool_], spacing: tuple[float, float]) -> float:
    """95th percentile of the distance from each source pixel to its nearest target pixel."""
    apart = source & ~target
    if 20 * np.count_nonzero(apart) < np.count_nonzero(source):  # at least 95 % lie on each other
        return 0.0
    if spacing[0] == spacing[1]:
        away = cv2.distanceTransform((~target).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        return float(np.percentile(away[source], 95) * spacing[0])
    scale = np.asarray(spacing, np.float64)
    points, others = np.argwhere(apart) * scale, np.argwhere(target) * scale
    chunk = max(1, MOST_PAIRS // len(others))
    nearest = [
        np.sqrt(((points[i : i + chunk, None] - others[None]) ** 2).sum(axis=2).min(axis=1))
        for i in range(0, len(points), chunk)
    ]
    same = np.zeros(np.count_nonzero(source) - len(points))
    return float(np.percentile(np.concatenate([same, *nearest]), 95))


def area(mask: Mask, spacing: tuple[float, float] = (1.0, 1.0)) -> float:
    """Area of the target in squared units of the spacing (row, column)."""
    return float(np.count_nonzero(mask)) * spacing[0] * spacing[1]


def perimeter(mask: Mask, spacing: tuple[float, float] = (1.0, 1.0)) -> float:
    """Length of all outlines, holes included, through the centres of the border pixels, in the spacing's unit."""
    outlines, _ = cv2.findContours((mask > 0).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    scale = np.array([spacing[1], spacing[0]])
    total = 0.0
    for outline in outlines:
        points = outline.reshape(-1, 2) * scale
        total += float(np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1).sum())
    return total


def components(mask: Mask) -> int:
    """Number of separate parts, neighbours counted over corners too (8-connected)."""
    return int(cv2.connectedComponents((mask > 0).astype(np.uint8), connectivity=8)[0]) - 1


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % bootstrap interval over `count` pictures."""

    mean: float
    low: float
    high: float
    count: int


def mean_with_interval(values: list[float], draws: int = 2000, seed: int = 0) -> Interval:
    """The mean and its percentile bootstrap interval, pictures drawn with replacement. Raises ValueError when empty."""
    if not values:
        raise ValueError("There are no values to average; give at least one picture.")
    numbers = np.asarray(values, np.float64)
    rng = np.random.default_rng(seed)
    means = numbers[rng.integers(0, len(numbers), (draws, len(numbers)))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return Interval(float(numbers.mean()), float(low), float(high), len(numbers))
