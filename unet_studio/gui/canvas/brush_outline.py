"""The ring that shows where the brush would paint."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from unet_studio.editing.strokes import LARGEST, SMALLEST, snapped
from unet_studio.gui.canvas.view import Point, View

LEAST_RING = 6.0  # widget px; a smaller brush is shown by the cross cursor alone
PENS = (QPen(QColor(0, 0, 0, 170), 3.0), QPen(QColor(255, 255, 255), 1.2))  # seen on black and on white


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


def paint_ring(painter: QPainter, circle: QRectF) -> None:
    """Draw the ring."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in PENS:
        painter.setPen(pen)
        painter.drawEllipse(circle)
    painter.restore()


def next_size(size: int, notches: int) -> int:
    """The brush size that many notches away: 1 px apart when small, an eighth when large."""
    for _ in range(abs(notches)):
        size += max(1, round(size / 8)) * (1 if notches > 0 else -1)
    return min(max(size, SMALLEST), LARGEST)
