"""Drawing proposed changes: a broken outline and a hatch, one way for what is added, crossed for what is removed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, qRgba

from unet_studio.editing.rect import Rect
from unet_studio.gui.canvas.overlay import border, line_width, open_sides
from unet_studio.gui.canvas.sampling import device_rect, sampled
from unet_studio.gui.canvas.view import Point, View

ADDS, REMOVES, CHOSEN = 1, 2, 2  # codes of the plane; CHOSEN is added to them for the island that is looked at
PERIOD, DASH = 8.0, 5.0  # logical px: from line to line of the hatch, and of one dash
SMALL = 12.0  # logical px: islands that look smaller get a ring
RING = 9.0  # logical px, its radius
GREEN, VERMILLION = (60, 230, 160), (255, 120, 40)  # told apart by colour-blind readers, and by the hatch


def _looks(colour: tuple[int, int, int], tint: int, dash: tuple[int, int, int]) -> list[int]:
    """Tint, hatch, and the two colours of the broken outline."""
    return [qRgba(*colour, tint), qRgba(*colour, 3 * tint), qRgba(*dash, 255), qRgba(*colour, 255)]


DARK, WHITE = (10, 10, 10), (255, 255, 255)
COLOURS = [
    0,
    *_looks(GREEN, 55, DARK),
    *_looks(VERMILLION, 55, DARK),
    *_looks(GREEN, 80, WHITE),
    *_looks(VERMILLION, 80, WHITE),
]
FIRST = np.array([0, 1, 5, 9, 13], np.uint8)  # of COLOURS, for each code


@dataclass
class GhostLayer:
    """The layer of proposed changes.

    plane: (H, W) uint8: 0, ADDS or REMOVES, plus CHOSEN for the island that is looked at; rects: of its islands.
    """

    plane: np.ndarray | None = None
    rects: tuple[Rect, ...] = ()
    visible: bool = True

    def paint(self, painter: QPainter, exposed: QRectF, view: View, ratio: float) -> None:
        """Draw what lies inside `exposed` (logical px)."""
        if self.plane is None or not self.visible:
            return
        self._paint_islands(painter, exposed, view, ratio)
        self._paint_rings(painter, exposed, view)

    def _paint_islands(self, painter: QPainter, exposed: QRectF, view: View, ratio: float) -> None:
        width = line_width(ratio)
        asked = device_rect(exposed.left(), exposed.top(), exposed.right(), exposed.bottom(), ratio).grown(width)
        found = sampled(self.plane, view, asked, ratio)
        if found is None or not found[0].any():
            return
        codes, part = found
        edge = border((codes > 0).view(np.uint8), width, open_sides(part, asked))
        # hatch and dashes go with the picture, so that they stand still under a pan
        down = (np.arange(part.top, part.bottom) - round(view.y * ratio))[:, None]
        across = np.arange(part.left, part.right) - round(view.x * ratio)
        period, line = round(PERIOD * ratio), max(1, round(ratio))
        hatch = (across + down) % period < line
        hatch |= ((across - down) % period < line) & (codes % CHOSEN == REMOVES % CHOSEN)
        dash = (across + down) // round(DASH * ratio) % 2
        shown = np.where(edge > 0, 2 + dash, hatch).astype(np.uint8)
        shown += FIRST[codes]
        shown *= codes > 0
        image = QImage(shown.data, shown.shape[1], shown.shape[0], shown.shape[1], QImage.Format.Format_Indexed8)
        image.setColorTable(COLOURS)
        image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(part.left / ratio, part.top / ratio), image)

    def _paint_rings(self, painter: QPainter, exposed: QRectF, view: View) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for rect in self.rects:
            x, y = view.to_widget(_middle(rect))
            ring = QRectF(x - RING, y - RING, 2 * RING, 2 * RING)
            if _small(rect, view.scale) and ring.adjusted(-2, -2, 2, 2).intersects(exposed):
                for pen in (QPen(QColor(0, 0, 0, 190), 3.0), QPen(QColor(*WHITE), 1.4)):
                    painter.setPen(pen)
                    painter.drawEllipse(ring)
        painter.restore()


def in_ring(rect: Rect, zoom: float, point: Point) -> bool:
    """Whether an image position lies in the ring of an island that looks small at this zoom."""
    return _small(rect, zoom) and math.dist(_middle(rect), point) * zoom <= RING


def _small(rect: Rect, zoom: float) -> bool:
    return max(rect.shape) * zoom < SMALL


def _middle(rect: Rect) -> Point:
    return (rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2
