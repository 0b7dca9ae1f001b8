"""Small pictures for the worklist."""

from __future__ import annotations

import numpy as np

from unet_studio.core.image import Image
from unet_studio.imaging.windowing import display


def thumbnail(image: Image, side: int) -> np.ndarray:
    """The picture with its default window, uint8 (h, w) or (h, w, 3), its longer side at most `side` px."""
    import cv2

    rows, columns = image.shape
    shown = display(image, step=max(1, max(rows, columns) // (4 * side)))
    scale = min(1.0, side / max(rows, columns))
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    if size == (shown.shape[1], shown.shape[0]):
        return shown
    return np.ascontiguousarray(cv2.resize(shown, size, interpolation=cv2.INTER_AREA))
