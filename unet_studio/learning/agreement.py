"""How well a model's Mask agrees with a Correction, without favouring the model that proposed it."""

from __future__ import annotations

import cv2
import numpy as np

TOLERANCE = 0.015  # of the picture's diagonal: a reader lets a smaller error of an outline stand
BAND = 0.01  # of the picture's diagonal: how far around the pixels that a person touched is looked at as well


def agreement(truth: np.ndarray, mask: np.ndarray, touched: np.ndarray | None) -> float:
    """1 - counted errors / (area of truth + area of mask), for (H, W) uint8 0/1 arrays: Dice, made fair.

    With `touched` None every differing pixel counts and this is Dice. Otherwise the untouched pixels of the truth are
    the proposing model's own, right to the pixel for it only because nobody minded: there an error counts only where
    it comes within the tolerance of a place that is farther than the tolerance from the truth's outline.
    Two empty masks agree fully.
    """
    area = int(np.count_nonzero(truth)) + int(np.count_nonzero(mask))
    if area == 0:
        return 1.0
    wrong = (truth != 0) != (mask != 0)
    if touched is not None:
        wrong &= (touched != 0) | _minded(truth, wrong)
    return 1.0 - float(np.count_nonzero(wrong)) / area


def near_touched(truth: np.ndarray, mask: np.ndarray, touched: np.ndarray | None) -> float | None:
    """The part of the touched pixels, and of a band around them, at which `mask` says what the truth does.

    None where nobody knows what was touched, or nothing was. All are (H, W) uint8 0/1.
    """
    if touched is None or not touched.any():
        return None
    near = _grown(touched, max(1.5, BAND * float(np.hypot(*truth.shape))))
    return 1.0 - float(np.mean((truth != 0)[near] != (mask != 0)[near]))


def _grown(mask: np.ndarray, reach: float) -> np.ndarray:
    """(H, W) bool: `mask` and what is within `reach` px of it."""
    side = 2 * round(reach) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    grown: np.ndarray = cv2.dilate((mask != 0).astype(np.uint8), disc) != 0
    return grown


def _minded(truth: np.ndarray, wrong: np.ndarray) -> np.ndarray:
    """(H, W) bool: where an error is large enough that a reader would have corrected it."""
    tolerance = max(1.5, TOLERANCE * float(np.hypot(*truth.shape)))
    inside = (truth != 0).astype(np.uint8)
    far = np.maximum(_distance_to_zero(inside), _distance_to_zero(1 - inside)) > tolerance
    return _grown(wrong & far, tolerance)


def _distance_to_zero(mask: np.ndarray) -> np.ndarray:
    """Distance in px of every pixel to the nearest zero, (H, W) float32; infinite where there is none."""
    if mask.all():
        return np.full(mask.shape, np.inf, dtype=np.float32)
    return np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), dtype=np.float32)


def small(mask: np.ndarray, side: int = 128) -> np.ndarray:
    """An (H, W) mask stretched to (side, side) bool, so that Masks of different pictures can be compared."""
    return np.asarray(cv2.resize((mask != 0).astype(np.uint8), (side, side), interpolation=cv2.INTER_AREA) != 0)
