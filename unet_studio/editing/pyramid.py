"""Smaller and turned copies of a display picture for drawing it. Imports cv2: load it late."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

RESIZABLE = (np.uint8, np.uint16, np.int16, np.float32, np.float64)


def halved(picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """An (H, W) or (H, W, 3) picture at half its size, rounded up, by area means; it covers the same ground.

    Its dtype is kept where OpenCV can resize it, else it becomes float64.
    """
    rows, columns = picture.shape[:2]
    size = ((columns + 1) // 2, (rows + 1) // 2)
    known = picture if picture.dtype in RESIZABLE else picture.astype(np.float64)
    return np.asarray(cv2.resize(known, size, interpolation=cv2.INTER_AREA))


def transposed(pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(w, h) or (w, h, 3) with rows and columns of (h, w) or (h, w, 3) uint8 or bool pixels changed, contiguous."""
    return np.asarray(cv2.transpose(pixels.view(np.uint8))).view(pixels.dtype)
