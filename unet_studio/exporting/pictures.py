"""The formats that are pictures of the Mask: label map and overlay."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.core.target import TARGETS
from unet_studio.exporting import newfile
from unet_studio.exporting.frame import Frame, require_same
from unet_studio.exporting.overlay import overlay_picture
from unet_studio.exporting.png import picture_png

LABELS = {name: number for number, name in enumerate(TARGETS, start=1)}  # of label maps and of COCO's categories


def labelmap(folder: Path, files: list[str], frame: Frame) -> dict[str, Any]:
    """STEM.png: (H, W) uint8, 0 = background, else the Target's number. Raises UserError."""
    label = LABELS[frame.provenance.target]
    path = folder / files[0]
    put(path, picture_png(np.where(frame.mask != 0, np.uint8(label), np.uint8(0)), frame.provenance))
    require_same(path, read_picture(path), (frame.mask != 0) * np.uint8(label))
    return {}


def overlay(folder: Path, files: list[str], frame: Frame) -> dict[str, Any]:
    """STEM.png: the picture as it is shown, with tint and outline. Raises UserError."""
    drawn = drawn_overlay(frame)
    path = folder / files[0]
    put(path, picture_png(drawn, frame.provenance))
    return {}


def drawn_overlay(frame: Frame) -> np.ndarray:
    """(H, W, 3) uint8 RGB."""
    return overlay_picture(frame.picture(), frame.mask, TARGETS[frame.provenance.target].colour)


def put(path: Path, data: bytes) -> None:
    """Write a file under a name that is free. Raises UserError."""
    if not newfile.create(path, data):
        raise newfile.taken(path)


def plain_png(pixels: np.ndarray) -> bytes:
    """A PNG of (H, W) uint8 or uint16, or (H, W, 3) uint8 RGB, with nothing else in it."""
    from PIL import Image as Pillow

    stream = io.BytesIO()
    Pillow.fromarray(np.ascontiguousarray(pixels)).save(stream, "PNG", compress_level=3)
    return stream.getvalue()


def read_picture(path: Path) -> np.ndarray:
    """The pixels of a PNG that this program has just written."""
    from PIL import Image as Pillow

    with Pillow.open(path) as picture:
        return np.asarray(picture)
