"""Smaller copies of a display picture for drawing it zoomed out. Imports cv2: load it late."""

from __future__ import annotations

import cv2
import numpy as np

from unet_studio.editing.step import Mask


def halved(picture: Mask) -> Mask:
    """An (H, W) or (H, W, 3) uint8 picture at half its size, rounded up, by area means; it covers the same ground."""
    rows, columns = picture.shape[:2]
    size = ((columns + 1) // 2, (rows + 1) // 2)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
