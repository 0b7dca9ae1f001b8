"""Two Masks told apart: what only the current one marks, what only another one does, and the other one's outline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, qRgba

from unet_studio.gui.canvas.overlay import border, line_width, open_sides
from unet_studio.gui.canvas.sampling import DeviceRect, device_rect, sampled
from unet_studio.gui.canvas.view import View

ADDED, REMOVED, LINE = (86, 180, 233), (230, 159, 0), (255, 255, 255)  # Okabe and Ito: sky blue, orange
PERIOD = 6.0  # logical px from stripe to stripe of what was removed, so that colour is not the only sign
COLOURS = [0, qRgba(*ADDED, 150), qRgba(*REMOVED, 175), qRgba(*LINE, 16), qRgba(*LINE, 230), qRgba(*REMOVED, 70)]


@dataclass
class Difference:
    """now: gives the current (H, W) uint8 0/1 Mask, or None; then: the other one, None while nothing is compared."""

    now: Callable[[], np.ndarray | None]
    then: np.ndarray | None = None

    def paint(self, painter: QPainter, exposed: QRectF, view: View, ratio: float) -> None:
        """Draw what lies inside `exposed` (logical px)."""
        now = self.now()
        if self.then is None or now is None:
            return
        width = line_width(ratio)
        rect = device_rect(exposed.left(), exposed.top(), exposed.right(), exposed.bottom(), ratio)
        found = sampled(self.then, view, rect.grown(width), ratio)
        if found is None:
            return
        other, part = found
        current, _ = sampled(now, view, rect.grown(width), ratio)
        shown = current + 2 * other
        if not shown.any():
            return
        np.copyto(shown, 5, where=(shown == 2) & _stripes(part, view, ratio))
        np.copyto(shown, 4, where=border(other, width, open_sides(part, rect.grown(width))).view(bool))
        image = QImage(shown.data, shown.shape[1], shown.shape[0], shown.shape[1], QImage.Format.Format_Indexed8)
        image.setColorTable(COLOURS)
        image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(part.left / ratio, part.top / ratio), image)


def _stripes(part: DeviceRect, view: View, ratio: float) -> np.ndarray:
    """(h, w) bool: every other stripe; they go with the picture, so that they stand still under a pan."""
    period = max(2, round(PERIOD * ratio))
    down = np.arange(part.top, part.bottom) - round(view.y * ratio)
    across = np.arange(part.left, part.right) - round(view.x * ratio)
    lines = (np.arange(period)[:, None] + across) % period >= period // 2
    return lines.take(down % period, axis=0)
