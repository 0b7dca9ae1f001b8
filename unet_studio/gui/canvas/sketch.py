"""Lines drawn over the picture that are not in the Mask: painted where they are seen, repainted where they run."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QRegion, QTransform

from unet_studio.gui.canvas.view import Point, View

MARGIN = 8  # widget px that a line or a corner's mark may reach beyond its points
PIECE = 96.0  # widget px; a slanting line is repainted in pieces whose lesser side is not longer
GRID = 32  # widget px
FEW_RECTS = 3  # a region of more is painted as one where that is cheaper
ONE_MORE = 35_000  # px that can be painted in the time that one more rectangle costs
FAR = 1 << 20  # widget px; whatever lies beyond is never seen
MOST_PIECES = 48  # more of them are repainted as one
PART = 256  # points of a long line that are drawn or left out together
MARK = 3.5  # half the side of a corner's mark, widget px


def _pen(colour: QColor, width: float, dashes: Sequence[float] = ()) -> QPen:
    pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    if dashes:
        pen.setDashPattern(dashes)
    return pen


DARK, BRIGHT, TAKES = QColor(0, 0, 0, 190), QColor(255, 255, 255), QColor(255, 176, 0)
UNDER = _pen(DARK, 3.2)
ADDS = _pen(BRIGHT, 1.4)
SUBTRACTS = _pen(TAKES, 1.6, (4.0, 3.0))
CLOSING = (_pen(QColor(0, 0, 0, 110), 2.0), _pen(BRIGHT, 1.0, (4.0, 5.0)))  # how it would be closed


class Line:
    """A line through image positions that grows at its end."""

    def __init__(self, point: Point) -> None:
        self.points = [point]
        self._parts = [_begun(point)]

    def add(self, point: Point) -> None:
        """Go on to a point."""
        if self._parts[-1].elementCount() >= PART:
            self._parts.append(_begun(self.points[-1]))
        self.points.append(point)
        self._parts[-1].lineTo(*point)

    def move_end(self, point: Point) -> None:
        """Put the last point elsewhere."""
        self.points[-1] = point
        part = self._parts[-1]
        part.setElementPositionAt(part.elementCount() - 1, *point)

    def drop_end(self) -> None:
        """Forget the last point, which is not the only one."""
        points = self.points[:-1]
        self.points, self._parts = points[:1], [_begun(points[0])]
        for point in points[1:]:
            self.add(point)

    def paint(self, painter: QPainter, view: View, pens: Iterable[QPen]) -> None:
        """Draw what the painter's clip shows."""
        with_view(painter, view)
        reach = MARGIN / view.scale
        seen = painter.clipBoundingRect().adjusted(-reach, -reach, reach, reach)
        for pen in pens:
            painter.setPen(scaled(pen, view))
            for part in self._parts:
                if seen.intersects(part.controlPointRect().adjusted(-reach, -reach, reach, reach)):
                    painter.drawPath(part)
        painter.restore()


def _begun(point: Point) -> QPainterPath:
    path = QPainterPath()
    path.moveTo(*point)
    return path


def with_view(painter: QPainter, view: View) -> None:
    """Let the painter draw in image coordinates until it is restored."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    right, down = view.turn.forth((view.scale, 0.0)), view.turn.forth((0.0, view.scale))
    painter.setTransform(QTransform(*right, *down, view.x, view.y), True)


def scaled(pen: QPen, view: View) -> QPen:
    """A pen that is as wide in image coordinates as this one on the widget."""
    found = QPen(pen)
    found.setWidthF(pen.widthF() / view.scale)
    return found


def paint_mark(painter: QPainter, view: View, point: Point, *, chosen: bool = False) -> None:
    """Draw a corner's mark."""
    x, y = view.to_widget(point)
    half = MARK * (1.5 if chosen else 1.0)
    painter.save()
    painter.setPen(_pen(DARK, 1.0))
    painter.setBrush(TAKES if chosen else BRIGHT)
    painter.drawRect(QRectF(QPointF(x - half, y - half), QPointF(x + half, y + half)))
    painter.restore()


def covering(points: Sequence[Point], bounds: QRect, closed: bool = False, curved: bool = False) -> QRegion:
    """What a line through widget positions covers inside `bounds`, in few rectangles close to it.

    curved: between two positions it runs anywhere in their box, not straight.
    """
    ends = [*points, points[0]] if closed else list(points)
    if len(ends) == 1:
        ends *= 2
    pieces: list[QRectF] = []
    for start, end in itertools.pairwise(ends):
        for piece in (_box(QPointF(*start), QPointF(*end)),) if curved else _pieces(start, end):
            both = pieces[-1].united(piece) if pieces else piece
            if pieces and min(both.width(), both.height()) <= PIECE and max(both.width(), both.height()) <= 4 * PIECE:
                pieces[-1] = both
            else:
                pieces.append(piece)
    if len(pieces) > MOST_PIECES:
        pieces = [_united(pieces)]
    region = QRegion()
    for piece in pieces:
        region |= _on_grid(piece.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)) & bounds
    return region


def _on_grid(piece: QRectF) -> QRect:
    """The smallest rectangle around a piece with its corners on a grid, so that pieces of close lines coincide."""
    left, top = math.floor(max(piece.left(), -FAR) / GRID) * GRID, math.floor(max(piece.top(), -FAR) / GRID) * GRID
    right, bottom = math.ceil(min(piece.right(), FAR) / GRID) * GRID, math.ceil(min(piece.bottom(), FAR) / GRID) * GRID
    return QRect(left, top, max(right - left, 0), max(bottom - top, 0))


def _pieces(start: Point, end: Point) -> Iterator[QRectF]:
    across, down = end[0] - start[0], end[1] - start[1]
    count = min(MOST_PIECES, max(1, math.ceil(min(abs(across), abs(down)) / PIECE)))
    for index in range(count):
        first = QPointF(start[0] + across * index / count, start[1] + down * index / count)
        last = QPointF(start[0] + across * (index + 1) / count, start[1] + down * (index + 1) / count)
        yield _box(first, last)


def _box(one: QPointF, other: QPointF) -> QRectF:
    # an empty QRectF is left out of unions
    return QRectF(one, other).normalized().adjusted(-0.5, -0.5, 0.5, 0.5)


def _united(pieces: Iterable[QRectF]) -> QRectF:
    around = QRectF()
    for piece in pieces:
        around = around.united(piece)
    return around


def exposed(region: QRegion) -> list[QRect]:
    """The rectangles in which a region is painted."""
    around, rects = region.boundingRect(), list(region)
    if len(rects) <= FEW_RECTS:
        return rects
    apart = sum(rect.width() * rect.height() + ONE_MORE for rect in rects)
    return rects if apart < around.width() * around.height() else [around]
