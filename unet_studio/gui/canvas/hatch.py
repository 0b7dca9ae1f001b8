"""Showing locked pixels: a fine hatch that is seen on black, on white and on the Mask's tint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, qRgba

from unet_studio.gui.canvas.sampling import device_rect, sampled
from unet_studio.gui.canvas.view import View

PERIOD = 7.0  # logical px from line to line, along a row
COLOURS = [0, qRgba(255, 255, 255, 170), qRgba(0, 0, 0, 150)]


@dataclass
class Hatch:
    """The layer of touched pixels; plane: gives the (H, W) bool array to show, or None."""

    plane: Callable[[], np.ndarray | None]
    visible: bool = False

    def paint(self, painter: QPainter, exposed: QRectF, view: View, ratio: float) -> None:
        """Draw what lies inside `exposed` (logical px)."""
        plane = self.plane() if self.visible else None
        if plane is None:
            return
        rect = device_rect(exposed.left(), exposed.top(), exposed.right(), exposed.bottom(), ratio)
        found = sampled(plane, view, rect, ratio)
        if found is None or not found[0].any():
            return
        touched, part = found
        period, width = round(PERIOD * ratio), max(1, round(ratio))
        # the hatch goes with the picture, so that it stands still under a pan
        down = np.arange(part.top, part.bottom) - round(view.y * ratio)
        across = np.arange(part.left, part.right) - round(view.x * ratio)
        colour = np.repeat(np.array([1, 2, 0], np.uint8), (width, width, period - 2 * width))
        lines = colour[(np.arange(period)[:, None] + across) % period]
        shown = lines.take(down % period, axis=0)
        shown *= touched.view(np.uint8)
        image = QImage(shown.data, shown.shape[1], shown.shape[0], shown.shape[1], QImage.Format.Format_Indexed8)
        image.setColorTable(COLOURS)
        image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(part.left / ratio, part.top / ratio), image)
