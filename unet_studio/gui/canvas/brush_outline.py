"""The ring that shows where the brush would paint."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from unet_studio.editing.strokes import LARGEST, SMALLEST, snapped
from unet_studio.gui.canvas.view import Point, View

LEAST_RING = 6.0  # widget px; a smaller brush is shown by the cross cursor alone
PENS = (QPen(QColor(0, 0, 0, 170), 3.0), QPen(QColor(255, 255, 255), 1.2))  # seen on black and on white
LARGEST_KEPT = 256.0  # device px; to draw an ellipse costs more than all the rest of a dab
PARTS = 4  # of a device px by which kept rings are placed
AROUND = 8  # device px of a kept picture beyond its circle: half a pen at four times


def ring(point: Point, size: int, view: View) -> QRectF | None:
    """The footprint's circle on the widget for a brush at an image position; None where it is too small to see."""
    diameter = size * view.scale
    if diameter < LEAST_RING:
        return None
    middle = view.to_widget(snapped(point, size))
    return QRectF(middle[0] - diameter / 2, middle[1] - diameter / 2, diameter, diameter)


def ring_bounds(circle: QRectF) -> QRect:
    """The logical px that drawing the ring changes."""
    return circle.adjusted(-3, -3, 3, 3).toAlignedRect()


def paint_ring(painter: QPainter, circle: QRectF, ratio: float) -> None:
    """Draw the ring; ratio: device px for one logical px. A small one is drawn once and kept as a picture."""
    if circle.width() * ratio > LARGEST_KEPT:
        painter.save()
        _draw(painter, circle)
        painter.restore()
        return
    left, top = circle.left() * ratio, circle.top() * ratio
    whole = math.floor(left), math.floor(top)
    parts = round((left - whole[0]) * PARTS), round((top - whole[1]) * PARTS)
    at = QPointF((whole[0] - AROUND) / ratio, (whole[1] - AROUND) / ratio)
    painter.drawImage(at, _kept(circle.width(), *parts, ratio))


@lru_cache(maxsize=2 * PARTS * PARTS)
def _kept(diameter: float, across: int, down: int, ratio: float) -> QImage:
    """The ring's picture: its circle begins AROUND device px and `across`, `down` parts of one px from the corner."""
    side = math.ceil(diameter * ratio) + 1 + 2 * AROUND
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    left, top = ((AROUND + part / PARTS) / ratio for part in (across, down))
    _draw(painter, QRectF(left, top, diameter, diameter))
    painter.end()
    return image


def _draw(painter: QPainter, circle: QRectF) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in PENS:
        painter.setPen(pen)
        painter.drawEllipse(circle)


def next_size(size: int, notches: int) -> int:
    """The brush size that many notches away: 1 px apart when small, an eighth when large."""
    for _ in range(abs(notches)):
        size += max(1, round(size / 8)) * (1 if notches > 0 else -1)
    return min(max(size, SMALLEST), LARGEST)
