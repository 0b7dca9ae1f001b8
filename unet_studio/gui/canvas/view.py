"""Where the picture lies on the widget: scale and position, free of Qt.

Image coordinates: pixel (column, row) covers [column, column + 1) x [row, row + 1). Widget coordinates are logical
(device-independent) px; `ratio` is device px per logical px.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from unet_studio.editing.rect import Rect

Point = tuple[float, float]

MOST_ZOOM = 64.0  # widget px for one image px
LEAST_SIDE = 32.0  # widget px that the longer side of the picture keeps
IN_SIGHT = 40.0  # widget px of the picture that no pan can push out of the widget


@dataclass(frozen=True)
class View:
    """`scale`: widget px for one image px; (x, y): widget position of the picture's top left corner."""

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def to_widget(self, point: Point) -> Point:
        """Widget position of an image position."""
        return self.x + point[0] * self.scale, self.y + point[1] * self.scale

    def to_image(self, point: Point) -> Point:
        """Image position under a widget position."""
        return (point[0] - self.x) / self.scale, (point[1] - self.y) / self.scale

    def device_to_image(self, index: npt.NDArray[np.int64], ratio: float, origin: float) -> npt.NDArray[np.int64]:
        """Columns (origin = x) or rows (origin = y) of the image under the centres of device px `index`."""
        return np.floor(((index + 0.5) / ratio - origin) / self.scale).astype(np.int64)

    def bounds(self, rect: Rect) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) on the widget of a rectangle of image px."""
        return *self.to_widget((rect.left, rect.top)), *self.to_widget((rect.right, rect.bottom))


def fitted(shape: tuple[int, int], width: float, height: float) -> View:
    """The view that shows a picture of `shape` (rows, columns) whole and centred."""
    rows, columns = max(shape[0], 1), max(shape[1], 1)
    scale = max(min(width / columns, height / rows, MOST_ZOOM), LEAST_SIDE / max(rows, columns))
    return centred(View(scale), shape, width, height)


def centred(view: View, shape: tuple[int, int], width: float, height: float) -> View:
    """The same scale with the picture's middle in the widget's middle, on whole px."""
    x, y = (width - shape[1] * view.scale) / 2, (height - shape[0] * view.scale) / 2
    return View(view.scale, math.floor(x), math.floor(y))


def zoomed(view: View, factor: float, at: Point, shape: tuple[int, int]) -> View:
    """Scale by `factor` with the image position under the widget position `at` staying there."""
    least = min(LEAST_SIDE / max(*shape, 1), 1.0)
    scale = min(max(view.scale * factor, least), MOST_ZOOM)
    column, row = view.to_image(at)
    return View(scale, at[0] - column * scale, at[1] - row * scale)


def kept_in_sight(view: View, shape: tuple[int, int], width: float, height: float) -> View:
    """The nearest view that leaves some of the picture inside the widget."""
    x_margin, y_margin = min(IN_SIGHT, width / 2), min(IN_SIGHT, height / 2)
    x = min(max(view.x, x_margin - shape[1] * view.scale), width - x_margin)
    y = min(max(view.y, y_margin - shape[0] * view.scale), height - y_margin)
    return View(view.scale, x, y)


def device_point(point: Point, ratio: float) -> Point:
    """The centre of the device px under a widget position: what the eye sees under the cursor's tip."""
    return (math.floor(point[0] * ratio) + 0.5) / ratio, (math.floor(point[1] * ratio) + 0.5) / ratio
