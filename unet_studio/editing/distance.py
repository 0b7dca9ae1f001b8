"""Signed distances to outlines, and the planes that they come from. Imports cv2: load it late."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from unet_studio.core.proposal import ONE
from unet_studio.editing.rect import NOWHERE, Rect
from unet_studio.editing.step import Mask
from unet_studio.editing.threshold import Probability

Floats = npt.NDArray[np.float32]


def marked(probability: Probability, shape: tuple[int, ...], threshold: float) -> Mask:
    """The (h, w) 0/1 plane of `shape` where a probability of any size is at least `threshold` (0..1)."""
    seen = cv2.resize(probability, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(seen >= threshold * ONE, np.uint8)


def meeting(guess: Mask, inside: Mask) -> Mask:
    """The 8-connected components of `guess` that meet `inside`; the largest one where none does."""
    _, label, facts, _ = cv2.connectedComponentsWithStats(guess, connectivity=8)
    if len(facts) == 1:
        return guess
    met = np.unique(label[inside > 0])
    chosen = met[met > 0] if (met > 0).any() else np.array([1 + int(np.argmax(facts[1:, cv2.CC_STAT_AREA]))])
    return np.asarray(np.isin(label, chosen), np.uint8)


def shrunk(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """A Mask's copy of a smaller `shape`: where it covers half a pixel, or else where it covers most."""
    share = cv2.resize(mask.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray((share > 0) & (share >= min(0.5, float(share.max()))), np.uint8)


def signed(mask: Mask, far: float) -> Floats:
    """Signed distance to the outline, -far..far px, positive inside; everywhere the same where there is no outline."""
    if not mask.any() or mask.all():
        return np.full(mask.shape, far if mask.any() else -far, np.float32)
    within, without = (cv2.distanceTransform(plane, cv2.DIST_L2, 5) for plane in (mask, 1 - mask))
    return np.asarray(np.clip(np.where(mask > 0, within - 0.5, 0.5 - without), -far, far), np.float32)


def around(mask: Mask, margin: int) -> Rect:
    """The rectangle of the picture around what is marked, `margin` px wider on each side; NOWHERE without any."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return NOWHERE
    found = Rect(
        int(rows[0]) - margin, int(columns[0]) - margin, int(rows[-1]) + 1 + margin, int(columns[-1]) + 1 + margin
    )
    return found.clipped((mask.shape[0], mask.shape[1]))


def dice(one: npt.NDArray[np.generic], other: npt.NDArray[np.generic]) -> float:
    """Dice's overlap of two planes, 1 for two empty ones."""
    total = int(np.count_nonzero(one) + np.count_nonzero(other))
    return 2 * int(np.count_nonzero(np.logical_and(one, other))) / total if total else 1.0
