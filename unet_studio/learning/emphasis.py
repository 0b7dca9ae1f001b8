"""How much each pixel of a Correction counts in learning: more where the parent's Proposal was wrong."""

from __future__ import annotations

import cv2
import numpy as np

from unet_studio.learning.job import Item

WEIGHT = 2.0  # of a pixel in a corrected band; 1 elsewhere
MARGIN = 0.015  # of the grid's long side: how far around a corrected pixel the band reaches


def weights_of(item: Item, probability: np.ndarray, threshold: float) -> np.ndarray:
    """(h, w) float32 in the network's grid: WEIGHT where the Proposal differs from the Mask and in a band around it.

    probability: (content_rows, content_columns), the parent's.
    """
    rows, columns = probability.shape
    differs = np.zeros(item.mask.shape, np.uint8)
    differs[:rows, :columns] = (probability >= threshold) != (item.mask[:rows, :columns] != 0)
    side = 2 * max(1, round(MARGIN * max(item.mask.shape))) + 1
    band = cv2.dilate(differs, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return np.asarray(np.where(band != 0, np.float32(WEIGHT), np.float32(1.0)))
