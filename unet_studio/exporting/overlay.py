"""A picture with its mask drawn on it, for looking at and for slides."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from unet_studio.exporting import naming, newfile
from unet_studio.exporting.png import Provenance, picture_png


def overlay_picture(
    picture: np.ndarray, mask: np.ndarray, colour: tuple[int, int, int], tint: float = 0.3, outline: int | None = None
) -> np.ndarray:
    """The picture with the mask as a tint and an outline along its inner edge.

    picture: (H, W) or (H, W, 3) RGB, uint8, as it is shown. mask: (H, W), everything but 0 is marked. tint: 0 to 1.
    outline: width in px, None for one that suits the size. Returns (H, W, 3) uint8 RGB.
    """
    if mask.shape != picture.shape[:2]:
        raise ValueError(f"the mask is {mask.shape}, the picture {picture.shape}")
    drawn = np.repeat(picture[..., None], 3, axis=-1) if picture.ndim == 2 else picture.copy()
    marked = (mask != 0).astype(np.uint8)
    inside = marked.astype(bool)
    paint = np.array(colour, np.float32)
    drawn[inside] = np.rint(drawn[inside] * (1.0 - tint) + paint * tint).astype(np.uint8)
    width = outline or max(1, round(max(mask.shape) / 500))
    core = cv2.erode(marked, np.ones((3, 3), np.uint8), iterations=width, borderType=cv2.BORDER_REPLICATE)
    drawn[inside & (core == 0)] = colour
    return drawn


def export_overlay(wanted: Path, drawn: np.ndarray, provenance: Provenance) -> Path:
    """Write STEM_overlay.png; a taken name gets a number. Raises UserError (disk full, no permission).

    wanted: as `naming.place` gives it. drawn: (H, W, 3) uint8 RGB from `overlay_picture`.
    """
    data = picture_png(drawn, provenance)
    for base in naming.numbered(wanted.with_name(f"{wanted.name}_overlay")):
        path = base.with_name(f"{base.name}.png")
        if newfile.create(path, data):
            return path
    raise AssertionError("numbers do not end")
