"""Gestures that draw an outline first and change the Mask when it is finished: lasso, polygon, rectangle, ellipse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen

from unet_studio.editing import lock, shapes
from unet_studio.editing.put import put
from unet_studio.editing.rect import Rect
from unet_studio.editing.step import Bits
from unet_studio.gui.canvas.holding import Aim, Held, Start
from unet_studio.gui.canvas.sketch import ADDS, CLOSING, SUBTRACTS, UNDER, Line, paint_mark, scaled, with_view
from unet_studio.gui.canvas.view import Point, View
from unet_studio.gui.texts import mark, tr

ARCS = 32  # of an ellipse, for repainting; a multiple of 4, so that each lies in the box of its ends
FEWEST = mark("A polygon needs three corners; Esc gives it up")

Commit = Callable[[Start, Rect, Bits], None]
Shape = Callable[[tuple[int, int], Point, Point, bool], tuple[Rect, Bits]]


def mark(start: Start, rect: Rect, bits: Bits) -> None:
    """Add the pixels to the Mask or take them away, and lock them."""
    wanted = np.full(rect.shape, 0 if start.subtract else 1, np.uint8)
    put(start.document, start.tool.name, start.tool.label, rect, wanted, footprint=bits)


def unlock(start: Start, rect: Rect, bits: Bits) -> None:
    """Let go of the locked pixels."""
    if lock.unlock(start.document, rect, bits) is None:
        start.surface.tell(tr("No locked pixel lies there"))


class Outline(Held):
    """Base of the gestures here: what is drawn, and what is done with the pixels inside."""

    drawn = True

    def __init__(self, start: Start, commit: Commit = mark) -> None:
        self._start, self._commit = start, commit

    @property
    def _pens(self) -> tuple[QPen, QPen]:
        return UNDER, SUBTRACTS if self._start.subtract else ADDS

    def _finish(self, found: tuple[Rect, Bits]) -> None:
        self.cancel()
        if not found[0].empty:
            self._commit(self._start, *found)


class Lasso(Outline):
    """Follows the hand, with Shift in straight lines; closed where it is let go."""

    def __init__(self, start: Start, commit: Commit = mark) -> None:
        super().__init__(start, commit)
        self._line = Line(start.aim.point)
        self._straight = False

    def move(self, aim: Aim) -> None:
        """Go on to here."""
        points = self._line.points
        if aim.point == points[-1]:
            return
        surface, last = self._start.surface, points[-1]
        surface.trace((points[0], last))
        if aim.shift and self._straight:
            surface.trace(points[-2:])
            self._line.move_end(aim.point)
        else:
            self._line.add(aim.point)
        self._straight = aim.shift
        surface.trace(points[-2:])
        surface.trace((points[0], aim.point))

    def release(self, aim: Aim) -> None:
        """Close it."""
        points = self._line.points
        if len(points) < 3:
            self.cancel()
        else:
            self._finish(shapes.polygon(self._start.document.shape, points))

    def cancel(self) -> None:
        """Leave no trace."""
        self.done = True
        self._start.surface.trace(self._line.points, closed=True)

    def paint(self, painter: QPainter, view: View) -> None:
        """Draw the line and, dotted, how it would be closed."""
        closing = Line(self._line.points[-1])
        closing.add(self._line.points[0])
        closing.paint(painter, view, CLOSING)
        self._line.paint(painter, view, self._pens)


class Polygon(Outline):
    """A corner for each press; a press on the first corner, a double press or Enter closes it."""

    def __init__(self, start: Start, commit: Commit = mark) -> None:
        super().__init__(start, commit)
        self._line = Line(start.aim.point)
        self._hand = start.aim.point
        self._down = True
        self._at_first = False

    def press(self, aim: Aim) -> None:
        """Set a corner, or close."""
        self.move(aim)
        if self._at_first:
            self.close()
        else:
            self._line.add(aim.point)
            self._down = True
            self._trace()

    def move(self, aim: Aim) -> None:
        """Carry the corner that is being set, or show the next edge."""
        points = self._line.points
        self._trace()
        self._hand = aim.point
        if self._down:
            self._line.move_end(aim.point)
        self._at_first = not self._down and len(points) > 2 and self._start.surface.near(points[0], aim.point)
        self._trace()

    def release(self, aim: Aim) -> None:
        """The corner stays here."""
        self._down = False

    def double(self) -> None:
        """Close it."""
        self._down = False
        self.close()

    def close(self) -> None:
        """Fill it, if it has three corners."""
        if len(self._line.points) < 3:
            self._start.surface.tell(tr(FEWEST))
        else:
            self._finish(shapes.polygon(self._start.document.shape, self._line.points))

    def back(self) -> None:
        """Take the last corner back; the first one stays, for a key that repeats must not end up elsewhere."""
        if len(self._line.points) > 1:
            self._trace()
            self._line.drop_end()
            self._down = self._at_first = False
            self._trace()

    def cancel(self) -> None:
        """Leave no trace."""
        self.done = True
        self._start.surface.trace([*self._line.points, self._hand], closed=True)

    def paint(self, painter: QPainter, view: View) -> None:
        """Draw the edges, how they would be closed, and the corners."""
        points = self._line.points
        closing = Line(points[-1])
        if not self._at_first:
            closing.add(self._hand)
        closing.add(points[0])
        closing.paint(painter, view, CLOSING)
        self._line.paint(painter, view, self._pens)
        for point in points[1:]:
            paint_mark(painter, view, point)
        paint_mark(painter, view, points[0], chosen=self._at_first)

    def _trace(self) -> None:
        points = self._line.points
        self._start.surface.trace([*points[-2:], self._hand, points[0]])


class Box(Outline):
    """A rectangle or an ellipse between the press and the hand; Shift makes it as high as wide."""

    def __init__(self, start: Start, shape: Shape, *, round_: bool = False) -> None:
        super().__init__(start)
        self._shape, self._round = shape, round_
        self._a = self._b = start.aim.point
        self._even = False

    def move(self, aim: Aim) -> None:
        """The other corner is here."""
        self._trace()
        self._b, self._even = aim.point, aim.shift
        self._trace()

    def release(self, aim: Aim) -> None:
        """Fill it."""
        self._finish(self._shape(self._start.document.shape, self._a, self._b, self._even))

    def cancel(self) -> None:
        """Leave no trace."""
        self.done = True
        self._trace()

    def paint(self, painter: QPainter, view: View) -> None:
        """Draw the outline."""
        with_view(painter, view)
        box = QRectF(QPointF(*self._a), QPointF(*self._corner())).normalized()
        for pen in self._pens:
            painter.setPen(scaled(pen, view))
            (painter.drawEllipse if self._round else painter.drawRect)(box)
        painter.restore()

    def _corner(self) -> Point:
        return shapes.opposite(self._a, self._b) if self._even else self._b

    def _trace(self) -> None:
        (x0, y0), (x1, y1) = self._a, self._corner()
        points = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        if self._round:
            angles = np.arange(ARCS) * (2 * np.pi / ARCS)
            x = (x0 + x1) / 2 + (x1 - x0) / 2 * np.cos(angles)
            y = (y0 + y1) / 2 + (y1 - y0) / 2 * np.sin(angles)
            points = list(zip(x.tolist(), y.tolist(), strict=True))
        self._start.surface.trace(points, closed=True, curved=self._round)


def rectangle(start: Start) -> Held:
    """Draw a rectangle."""
    return Box(start, lambda shape, a, b, even: shapes.rectangle(shape, a, b, square=even))


def ellipse(start: Start) -> Held:
    """Draw an ellipse."""
    return Box(start, lambda shape, a, b, even: shapes.ellipse(shape, a, b, circle=even), round_=True)


def unlock_lasso(start: Start) -> Held:
    """Draw round what is to be unlocked."""
    return Lasso(start, unlock)
