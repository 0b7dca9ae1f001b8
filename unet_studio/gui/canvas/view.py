"""Where the picture lies on the widget: scale, turn and position, free of Qt.

Image coordinates: pixel (column, row) covers [column, column + 1) x [row, row + 1). Widget coordinates are logical
(device-independent) px; `ratio` is device px per logical px.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from unet_studio.editing.rect import Rect
from unet_studio.gui.canvas.turn import UPRIGHT, Turn

Point = tuple[float, float]

MOST_ZOOM = 64.0  # widget px for one image px
LEAST_SIDE = 32.0  # widget px that the longer side of the picture keeps
IN_SIGHT = 40.0  # widget px of the picture that no pan can push out of the widget


@dataclass(frozen=True)
class View:
    """`scale`: widget px for one image px; (x, y): widget position of image position (0, 0), however it is turned."""

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0
    turn: Turn = UPRIGHT

    def to_widget(self, point: Point) -> Point:
        """Widget position of an image position."""
        across, down = self.turn.forth(point)
        return self.x + across * self.scale, self.y + down * self.scale

    def to_image(self, point: Point) -> Point:
        """Image position under a widget position."""
        return self.turn.back(((point[0] - self.x) / self.scale, (point[1] - self.y) / self.scale))

    def device_to_image(self, index: npt.NDArray[np.int64], ratio: float, down: bool = False) -> npt.NDArray[np.int64]:
        """Image indices under the centres of device px `index` across the widget, or down it.

        They are columns across and rows down, the other way round where swapped, and fall where mirrored.
        """
        origin, sign = (self.y, self.turn.down) if down else (self.x, self.turn.across)
        return np.floor(sign * (((index + 0.5) / ratio - origin) / self.scale)).astype(np.int64)

    def bounds(self, rect: Rect) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) on the widget of a rectangle of image px."""
        one, other = self.to_widget((rect.left, rect.top)), self.to_widget((rect.right, rect.bottom))
        (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
        return left, top, right, bottom

    def covered(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) in image coordinates of a rectangle of the widget."""
        one, other = self.to_image((left, top)), self.to_image((right, bottom))
        (x0, x1), (y0, y1) = sorted((one[0], other[0])), sorted((one[1], other[1]))
        return x0, y0, x1, y1

    def around(self, point: Point, at: Point) -> View:
        """The same scale and turn with an image position at a widget position."""
        across, down = self.turn.forth(point)
        return replace(self, x=at[0] - across * self.scale, y=at[1] - down * self.scale)


def fitted(shape: tuple[int, int], width: float, height: float, turn: Turn = UPRIGHT) -> View:
    """The view that shows a picture of `shape` (rows, columns) whole and centred."""
    rows, columns = turn.shape((max(shape[0], 1), max(shape[1], 1)))
    scale = max(min(width / columns, height / rows, MOST_ZOOM), LEAST_SIDE / max(rows, columns))
    return centred(View(scale, turn=turn), shape, width, height)


def centred(view: View, shape: tuple[int, int], width: float, height: float) -> View:
    """The same scale with the picture's middle in the widget's middle, its left top corner on whole px."""
    rows, columns = view.turn.shape(shape)
    left, top = math.floor((width - columns * view.scale) / 2), math.floor((height - rows * view.scale) / 2)
    return _moved(view, shape, left, top)


def zoomed(view: View, factor: float, at: Point, shape: tuple[int, int]) -> View:
    """Scale by `factor` with the image position under the widget position `at` staying there."""
    least = min(LEAST_SIDE / max(*shape, 1), 1.0)
    scale = min(max(view.scale * factor, least), MOST_ZOOM)
    return replace(view, scale=scale).around(view.to_image(at), at)


def turned(view: View, turn: Turn, at: Point) -> View:
    """Turned so, with the image position under the widget position `at` staying there."""
    return replace(view, turn=turn).around(view.to_image(at), at)


def kept_in_sight(view: View, shape: tuple[int, int], width: float, height: float) -> View:
    """The nearest view that leaves some of the picture inside the widget."""
    x_margin, y_margin = min(IN_SIGHT, width / 2), min(IN_SIGHT, height / 2)
    left, top, right, bottom = view.bounds(Rect(0, 0, *shape))
    if right >= x_margin and bottom >= y_margin and left <= width - x_margin and top <= height - y_margin:
        return view
    x = min(max(left, x_margin - (right - left)), width - x_margin)
    y = min(max(top, y_margin - (bottom - top)), height - y_margin)
    return _moved(view, shape, x, y)


def _moved(view: View, shape: tuple[int, int], left: float, top: float) -> View:
    """With the left top corner of what is seen of the picture there."""
    rows, columns = view.turn.shape(shape)
    x = left if view.turn.across > 0 else left + columns * view.scale
    y = top if view.turn.down > 0 else top + rows * view.scale
    return replace(view, x=x, y=y)


def device_point(point: Point, ratio: float) -> Point:
    """The centre of the device px under a widget position: what the eye sees under the cursor's tip."""
    return (math.floor(point[0] * ratio) + 0.5) / ratio, (math.floor(point[1] * ratio) + 0.5) / ratio
