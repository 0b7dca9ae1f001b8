"""Whether two frames belong to one scene. Imports cv2: load it late."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from unet_studio.editing.motion import Floats, Gray, likeness, pulled

BINS = 16
TINY = 64  # px; side of the copy that the colours are counted on
DARK, BRIGHT = 24, 250  # gray values beyond which a hue says nothing
FOUND = 0.09  # how far the texture must be found again, 0..1; median of neighbours in ClinicDB 0.36
FOREIGN = 0.12  # how much more where the hues are as far apart as ALIEN
ALIEN = 0.06  # Bhattacharyya distance, 0..1; 0.04 and less between neighbours in ClinicDB
MOST = 2.5  # of ALIEN; what is further apart counts the same

Look = Floats


def look(picture: npt.NDArray[np.uint8]) -> Look:
    """(16, 16) float32: the square root of how often each hue occurs in (H, W[, 3]) RGB, whatever its light.

    Axes: log of red over green, log of green over blue. All 0 for a picture that is black or white everywhere.
    """
    tiny = cv2.resize(picture, (TINY, TINY), interpolation=cv2.INTER_AREA)
    colour = (tiny if tiny.ndim == 3 else cv2.merge([tiny] * 3)).astype(np.float32) + 8
    shown = (colour.mean(axis=2) > DARK + 8) & (colour.max(axis=2) < BRIGHT)
    ratios = np.log(colour[..., :2] / colour[..., 1:])[shown]
    counts = np.histogram2d(ratios[:, 0], ratios[:, 1], bins=BINS, range=[[-1, 2], [-1, 1.5]])[0]
    share = cv2.GaussianBlur(counts.astype(np.float32), (0, 0), 1)
    return np.asarray(np.sqrt(share / max(float(share.sum()), 1e-6)), np.float32)


def is_cut(before: tuple[Gray, Look], after: tuple[Gray, Look], moved: Floats, sure: Floats) -> bool:
    """Whether the flow `moved` from `after` to `before` (believed by `sure`, 0..1) finds too little again.

    Texture is compared by correlation, so that a flash or a darker light changes nothing; hues by Bhattacharyya's
    distance say how much must be found. Two pictures without any texture are judged by their hues alone.
    """
    weight = np.maximum(_roughness(after[0]), pulled(_roughness(before[0]), moved))
    found = weight * np.sqrt(sure) * np.maximum(likeness(after[0], before[0], moved), 0)
    shown = [bool(hues.any()) for _, hues in (before, after)]
    other = 1 - float((before[1] * after[1]).sum()) if all(shown) else 0.0
    if float(weight.mean()) < 0.5:
        return other > 0.5
    return float(found.sum() / weight.sum()) < FOUND + FOREIGN * min(MOST, other / ALIEN)


def _roughness(gray: Gray) -> Floats:
    edges = np.abs(cv2.Laplacian(cv2.GaussianBlur(gray, (0, 0), 1), cv2.CV_32F))
    return np.asarray(cv2.blur(np.minimum(edges, 20), (9, 9)), np.float32)
