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
    columns, left = _inside(view, rect.left, rect.right, ratio, view.x, plane.shape[1])
    rows, top = _inside(view, rect.top, rect.bottom, ratio, view.y, plane.shape[0])
    if not len(columns) or not len(rows):
        return None
    part = DeviceRect(left, top, left + len(columns), top + len(rows))
    crop = plane[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    rows, columns = rows - rows[0], columns - columns[0]
    # the axis that makes the array smaller, or grows it less, first
    if view.scale * ratio < 1:
        return crop.take(rows, axis=0).take(columns, axis=1), part
    return crop.take(columns, axis=1).take(rows, axis=0), part


def _inside(view: View, first: int, last: int, ratio: float, origin: float, length: int) -> tuple[np.ndarray, int]:
    """Image indices under device px first..last-1 as far as they lie in 0..length-1, and the first such px."""
    index = view.device_to_image(np.arange(first, max(first, last)), ratio, origin)
    begin, end = np.searchsorted(index, (0, length))
    return index[begin:end], first + int(begin)
