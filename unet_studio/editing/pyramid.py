"""Smaller and turned copies of a display picture for drawing it. Imports cv2: load it late."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from unet_studio.editing.step import Mask


def halved(picture: Mask) -> Mask:
    """An (H, W) or (H, W, 3) uint8 picture at half its size, rounded up, by area means; it covers the same ground."""
    rows, columns = picture.shape[:2]
    size = ((columns + 1) // 2, (rows + 1) // 2)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def transposed(pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(w, h) or (w, h, 3) with rows and columns of (h, w) or (h, w, 3) uint8 or bool pixels changed, contiguous."""
    return np.asarray(cv2.transpose(pixels.view(np.uint8))).view(pixels.dtype)
