"""The ruler: a distance between two image positions, drawn over the picture, never part of the Mask."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QRegion

from unet_studio.gui.canvas.holding import Aim, Held, Start
from unet_studio.gui.canvas.sketch import ADDS, UNDER, Line, covering, paint_mark
from unet_studio.gui.canvas.view import Point, View
from unet_studio.gui.texts import tr

if TYPE_CHECKING:
    from unet_studio.gui.canvas.canvas import Canvas

Spacing = tuple[float, float]  # (row, column) in mm

BOX, INK = QColor(12, 13, 15, 215), QColor(255, 255, 255)
PADDING, AWAY, EDGE = 5, 12, 4  # logical px: inside the text's box, from the line to it, from it to the widget's edge


@dataclass(frozen=True)
class Ruler:
    """From `start` to `end`, image positions."""

    start: Point
    end: Point

    def length(self, spacing_mm: Spacing | None) -> float:
        """In mm, or in px where the spacing is not known."""
        down, across = spacing_mm or (1.0, 1.0)
        return math.hypot((self.end[0] - self.start[0]) * across, (self.end[1] - self.start[1]) * down)

    def text(self, spacing_mm: Spacing | None) -> str:
        """The length for the reader."""
        return f"{self.length(spacing_mm):.1f} {'px' if spacing_mm is None else 'mm'}"


class Measuring(Held):
    """Draws a ruler, or moves the end of the one that is there; with Shift level or upright."""

    drawn = True

    def __init__(self, start: Start) -> None:
        self._surface = start.surface
        before, here = self._surface.ruler, start.aim.point
        ends = () if before is None else (before.end, before.start)
        grabbed = next((end for end in ends if self._surface.near(end, here)), None)
        self._anchor = here if grabbed is None else ends[1 - ends.index(grabbed)]
        self._surface.set_ruler(Ruler(self._anchor, grabbed or here))

    def move(self, aim: Aim) -> None:
        """Measure to here."""
        (x0, y0), (x, y) = self._anchor, aim.point
        if aim.shift:
            x, y = (x, y0) if abs(x - x0) >= abs(y - y0) else (x0, y)
        self._surface.set_ruler(Ruler(self._anchor, (x, y)))

    def release(self, aim: Aim) -> None:
        """Keep it; a click that measures nothing takes it away."""
        self.done = True
        ruler = self._surface.ruler
        if ruler.start == ruler.end:
            self._surface.set_ruler(None)
        else:
            self._surface.tell(tr("Distance {length}; Esc takes the ruler away", length=self._surface.ruler_text))

    def settle(self) -> None:
        """Keep it."""
        self.done = True

    def cancel(self) -> None:
        """Take it away."""
        self.done = True
        self._surface.set_ruler(None)


class Measures:
    """The ruler of the canvas."""

    @property
    def ruler(self: Canvas) -> Ruler | None:
        """The ruler on the picture, None without one."""
        return self._ruler

    @property
    def ruler_text(self: Canvas) -> str:
        """What it measures, "" without one."""
        return "" if self._ruler is None else self._ruler.text(self._spacing)

    def set_spacing(self: Canvas, spacing_mm: Spacing | None) -> None:
        """(row, column) pixel spacing in mm, None where it is not known; set_image forgets it."""
        self._spacing = spacing_mm
        self.update()

    def set_ruler(self: Canvas, ruler: Ruler | None) -> None:
        """Put the ruler there, or take it away; repaints what it covered and covers."""
        before, self._ruler = self._ruler, ruler
        for one in (before, ruler):
            if one is not None and before != ruler:
                self.update(self._ruler_region(one))

    def _ruler_region(self: Canvas, ruler: Ruler) -> QRegion:
        ends = [self._view.to_widget(ruler.start), self._view.to_widget(ruler.end)]
        return covering(ends, self.rect()) | self._ruler_box(ruler).adjusted(-1, -1, 1, 1)

    def _ruler_box(self: Canvas, ruler: Ruler) -> QRect:
        """Where the text stands: beyond the ruler's end, inside the widget."""
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(ruler.text(self._spacing)) + 2 * PADDING
        height = metrics.height() + PADDING
        (x0, y0), (x1, y1) = self._view.to_widget(ruler.start), self._view.to_widget(ruler.end)
        left = x1 + AWAY if x1 >= x0 else x1 - AWAY - width
        top = y1 + AWAY if y1 >= y0 else y1 - AWAY - height
        left = min(max(left, EDGE), self.width() - width - EDGE)
        top = min(max(top, EDGE), self.height() - height - EDGE)
        return QRect(round(left), round(top), width, height)

    def _paint_ruler(self: Canvas, painter: QPainter) -> None:
        if self._ruler is None:
            return
        paint_line(painter, self._ruler, self._view)
        box = self._ruler_box(self._ruler)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(BOX)
        painter.drawRoundedRect(QRectF(box), 4, 4)
        painter.setFont(self.font())
        painter.setPen(INK)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.ruler_text)
        painter.restore()


def paint_line(painter: QPainter, ruler: Ruler, view: View) -> None:
    """Draw the line and a cross-stroke at each end."""
    line = Line(ruler.start)
    line.add(ruler.end)
    line.paint(painter, view, (UNDER, ADDS))
    one, other = QPointF(*view.to_widget(ruler.start)), QPointF(*view.to_widget(ruler.end))
    across = other - one
    length = math.hypot(across.x(), across.y())
    if length < 1:
        paint_mark(painter, view, ruler.start)
        return
    stroke = QPointF(-across.y(), across.x()) * (6.0 / length)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for pen in (UNDER, ADDS):
        painter.setPen(pen)
        for end in (one, other):
            painter.drawLine(end - stroke, end + stroke)
    painter.restore()
