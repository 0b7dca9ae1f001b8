"""The weight map that makes a network learn the thin borders between objects. numpy and cv2 only."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

NEGLIGIBLE = 1e-6  # a border term below this is left out
MOST = 100.0  # largest class weight: a mask of one pixel must not outweigh the picture


def border_weights(mask: Bytes, w0: float = 10.0, sigma: float = 5.0) -> Floats:
    """w = w_c + w0 exp(-(d1 + d2)^2 / (2 sigma^2)), Ronneberger 2015, eq. 2.

    mask: (H, W) uint8, 0 = background; sigma in px. Returns (H, W) float32.
    Objects are the mask's 4-connected parts, so that a border one pixel wide, also a diagonal one, parts two cells.
    d1, d2: distances to the nearest pixel of the nearest and the second nearest object, in px between pixel centres.
    w_c: `class_weights`. The border term is for background only, "the small separation borders" that the paper wants
    learned; the formula taken literally would raise the rims of the cells beside them as much. With fewer than two
    objects it is 0.
    """
    weights = class_weights(mask)
    nearest, second = two_nearest(mask, _reach(w0, sigma))
    border = np.float32(w0) * np.exp(-((nearest + second) ** 2) / np.float32(2 * sigma**2))
    return np.asarray(weights + np.where(mask == 0, border, 0), dtype=np.float32)


def class_weights(mask: Bytes) -> Floats:
    """(H, W) float32 that gives target and background the same sum; mean 1, at most MOST; 1 where one is missing."""
    target = mask != 0
    share = float(target.mean())
    if share in (0.0, 1.0):
        return np.ones(mask.shape, np.float32)
    inside, outside = (np.float32(min(MOST, 0.5 / part)) for part in (share, 1.0 - share))
    return np.asarray(np.where(target, inside, outside), dtype=np.float32)


def two_nearest(mask: Bytes, reach: float) -> tuple[Floats, Floats]:
    """Distances in px, (H, W) float32 each, to the nearest and second nearest object; infinite beyond `reach` px.

    Only a window around each object is looked at, so that the time grows with the objects' size, not their number.
    """
    nearest, second = (np.full(mask.shape, np.inf, np.float32) for _ in range(2))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats((mask != 0).astype(np.uint8), connectivity=4)
    margin = int(np.ceil(reach))
    for label in range(1, count):
        left, top, columns, rows = (int(value) for value in boxes[label, :4])
        window = (
            slice(max(0, top - margin), top + rows + margin),
            slice(max(0, left - margin), left + columns + margin),
        )
        elsewhere = (labels[window] != label).astype(np.uint8)
        distance = cv2.distanceTransform(elsewhere, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        distance = np.where(distance <= reach, distance, np.float32(np.inf))
        second[window] = np.minimum(second[window], np.maximum(nearest[window], distance))
        nearest[window] = np.minimum(nearest[window], distance)
    return nearest, second


def _reach(w0: float, sigma: float) -> float:
    """How far away (px) an object still matters: d1 + d2 is at least d2."""
    return float(sigma * np.sqrt(2 * np.log(max(w0, NEGLIGIBLE) / NEGLIGIBLE)))
