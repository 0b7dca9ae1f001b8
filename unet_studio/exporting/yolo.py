"""YOLO segmentation: a line for each separate part, `class x1 y1 x2 y2 ...` in parts of the picture's sides."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.core.target import TARGETS
from unet_studio.exporting.frame import Frame
from unet_studio.exporting.pictures import put
from unet_studio.exporting.polygons import outlines, require_close
from unet_studio.exporting.reading import yolo_polygons

CLASSES = {name: number for number, name in enumerate(TARGETS)}
DIGITS = 8


def write(folder: Path, files: list[str], frame: Frame) -> dict[str, Any]:
    """STEM.txt; no line for an empty Mask. Raises UserError."""
    path = folder / files[0]
    shape = frame.mask.shape
    number = CLASSES[frame.provenance.target]
    lines = [" ".join([str(number), *_parts(one, shape)]) + "\n" for one in outlines(frame.mask)]
    put(path, "".join(lines).encode("ascii"))
    require_close(path, yolo_polygons(path, shape, [number]), frame.mask)
    return {}


def classes() -> str:
    """The text of classes.txt: the name of class 0, of class 1 and so on."""
    return "".join(f"{name}\n" for name in CLASSES)


def _parts(points: np.ndarray, shape: tuple[int, ...]) -> list[str]:
    """Column / width and row / height, rounded up, so that readers who cut decimals off get the same pixel."""
    scale = 10**DIGITS
    sizes = (shape[1], shape[0]) * len(points)
    flat = points.ravel().tolist()
    return [f"{math.ceil(value * scale / size) / scale:.{DIGITS}f}" for value, size in zip(flat, sizes, strict=True)]
