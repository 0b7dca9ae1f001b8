"""Image pixels brought to device px without smoothing, for one rectangle of the widget."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from unet_studio.gui.canvas.view import View


@dataclass(frozen=True)
class DeviceRect:
    """Half-open rectangle of device px of the widget."""

    left: int
    top: int
    right: int
    bottom: int

    def grown(self, margin: int) -> DeviceRect:
        """With `margin` px more on each side."""
        return DeviceRect(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)


def device_rect(left: float, top: float, right: float, bottom: float, ratio: float) -> DeviceRect:
    """The device px that a rectangle in logical px meets."""
    return DeviceRect(
        math.floor(left * ratio), math.floor(top * ratio), math.ceil(right * ratio), math.ceil(bottom * ratio)
    )


def sampled(plane: np.ndarray, view: View, rect: DeviceRect, ratio: float) -> tuple[np.ndarray, DeviceRect] | None:
    """The image px under each device px of `rect` where the picture lies, and that part of `rect`.

    plane: (H, W) or (H, W, 3); the result has its dtype and the part's (height, width). None where they do not meet.
    """
    length, height = view.turn.shape(plane.shape[:2])[::-1]
    across, left = _inside(view.device_to_image(np.arange(rect.left, max(rect.left, rect.right)), ratio), length)
    down, top = _inside(view.device_to_image(np.arange(rect.top, max(rect.top, rect.bottom)), ratio, True), height)
    if not len(across) or not len(down):
        return None
    left, top = rect.left + left, rect.top + top
    part = DeviceRect(left, top, left + len(across), top + len(down))
    swapped = view.turn.swapped
    rows, columns = (across, down) if swapped else (down, across)
    first_row, first_column = min(rows[0], rows[-1]), min(columns[0], columns[-1])
    crop = plane[first_row : max(rows[0], rows[-1]) + 1, first_column : max(columns[0], columns[-1]) + 1]
    rows, columns = rows - first_row, columns - first_column
    # the axis that makes the array smaller, or grows it less, first
    if view.scale * ratio < 1:
        found = crop.take(rows, axis=0).take(columns, axis=1)
    else:
        found = crop.take(columns, axis=1).take(rows, axis=0)
    return (np.ascontiguousarray(found.swapaxes(0, 1)) if swapped else found), part


def _inside(index: np.ndarray, length: int) -> tuple[np.ndarray, int]:
    """The part of rising or falling indices that lies in 0..length-1, and where it begins."""
    if len(index) and index[0] > index[-1]:
        begin, end = np.searchsorted(-index, (1 - length, 1))
    else:
        begin, end = np.searchsorted(index, (0, length))
    return index[begin:end], int(begin)
