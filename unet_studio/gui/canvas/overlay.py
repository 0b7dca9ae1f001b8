"""Drawing a Mask over the picture: tint inside, a crisp outline on its border."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, qRgba

from unet_studio.gui.canvas.sampling import DeviceRect, device_rect, sampled
from unet_studio.gui.canvas.view import View

LINE = 1.5  # logical px
Colour = tuple[int, int, int]


@dataclass
class Overlay:
    """One Mask layer and its look.

    plane: gives the (H, W) uint8 0/1 array to draw, or None; colour: RGB; opacity: of the tint, 0..1.
    """

    plane: Callable[[], np.ndarray | None]
    colour: Colour
    opacity: float = 0.25
    outline: bool = True
    visible: bool = True

    def paint(self, painter: QPainter, exposed: QRectF, view: View, ratio: float) -> None:
        """Draw what lies inside `exposed` (logical px)."""
        plane = self.plane() if self.visible else None
        if plane is None:
            return
        width = line_width(ratio) if self.outline else 0
        rect = device_rect(exposed.left(), exposed.top(), exposed.right(), exposed.bottom(), ratio)
        found = sampled(plane, view, rect.grown(width), ratio)
        if found is None or not found[0].any():
            return
        inside, part = found
        shown = inside if width == 0 else inside + border(inside, width, open_sides(part, rect.grown(width)))
        image = QImage(shown.data, shown.shape[1], shown.shape[0], shown.shape[1], QImage.Format.Format_Indexed8)
        image.setColorTable(self._colours())
        image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(part.left / ratio, part.top / ratio), image)

    def _colours(self) -> list[int]:
        tint = qRgba(*self.colour, round(255 * self.opacity))
        return [0, tint, QColor(*self.colour).rgba()]


def line_width(ratio: float) -> int:
    """Width of the outline in device px."""
    return math.ceil(LINE * ratio)


def border(inside: np.ndarray, width: int, open_sides: tuple[bool, bool, bool, bool]) -> np.ndarray:
    """1 for px of (h, w) uint8 0/1 `inside` that have a 0 within `width` px along a row or column.

    open_sides: (left, top, right, bottom): whether the array was cut there by the exposed rectangle; at the other
    sides the picture ends and counts as 0 beyond.
    """
    left, top, right, bottom = (int(cut) for cut in open_sides)
    padded = np.zeros((inside.shape[0] + 2 * width, inside.shape[1] + 2 * width), np.uint8)
    height, across = inside.shape
    padded[width : width + height, width : width + across] = inside
    if left:
        padded[:, :width] = 1
    if top:
        padded[:width] = 1
    if right:
        padded[:, width + across :] = 1
    if bottom:
        padded[width + height :] = 1
    core = inside.copy()
    for shift in range(1, width + 1):
        core &= padded[width - shift : width - shift + height, width : width + across]
        core &= padded[width + shift : width + shift + height, width : width + across]
        core &= padded[width : width + height, width - shift : width - shift + across]
        core &= padded[width : width + height, width + shift : width + shift + across]
    core ^= inside
    return core


def open_sides(part: DeviceRect, asked: DeviceRect) -> tuple[bool, bool, bool, bool]:
    """(left, top, right, bottom): whether the part found ends there because no more was asked for."""
    return (
        part.left == asked.left,
        part.top == asked.top,
        part.right == asked.right,
        part.bottom == asked.bottom,
    )
