"""Where the picture lies on the canvas: zoom, pan, and positions there and back."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QResizeEvent

from unet_studio.gui.canvas import view as views
from unet_studio.gui.canvas.turn import Turn
from unet_studio.gui.canvas.view import Point, View

if TYPE_CHECKING:
    from unet_studio.gui.canvas.canvas import Canvas


class Placing:
    """The canvas's View, and what moves it."""

    @property
    def zoom(self: Canvas) -> float:
        """Widget px for one image px."""
        return self._view.scale

    @property
    def placed(self: Canvas) -> View:
        """Where the picture lies, for `place`."""
        return self._view

    def place(self: Canvas, view: View) -> None:
        """Let a picture of the same size lie where another one lay."""
        self._set_view(view)

    def fit(self: Canvas) -> None:
        """Show the whole picture, and keep doing so when the widget's size changes."""
        self._set_view(views.fitted(self.image_shape, self.width(), self.height(), self._view.turn))
        self._fitted = True

    def set_zoom(self: Canvas, zoom: float, centre: Point | None = None) -> None:
        """Set the zoom with `centre` (x, y in image coordinates; the picture's middle by default) in the middle."""
        rows, columns = self.image_shape
        view = views.zoomed(replace(self._view, scale=zoom), 1.0, (0, 0), self.image_shape)
        view = view.around(centre or (columns / 2, rows / 2), (self.width() / 2, self.height() / 2))
        self._set_view(replace(view, x=round(view.x), y=round(view.y)))

    def zoom_by(self: Canvas, factor: float, at: QPointF | None = None) -> None:
        """Zoom with the pixel under widget position `at` (the middle by default) staying where it is."""
        where = at or QPointF(self.width() / 2, self.height() / 2)
        self._set_view(views.zoomed(self._view, factor, (where.x(), where.y()), self.image_shape))

    def pan(self: Canvas, dx: float, dy: float) -> None:
        """Move the picture by widget px."""
        self._set_view(replace(self._view, x=self._view.x + dx, y=self._view.y + dy))

    @property
    def turn(self: Canvas) -> Turn:
        """How the picture is turned and mirrored on the screen; its data never are."""
        return self._view.turn

    def set_turn(self: Canvas, turn: Turn) -> None:
        """Turn or mirror what is seen, about the widget's middle; a picture that is seen whole stays whole."""
        if turn != self._view.turn:
            whole = self._fitted
            self._set_view(views.turned(self._view, turn, (self.width() / 2, self.height() / 2)))
            if whole:
                self.fit()

    def to_widget(self: Canvas, column: float, row: float) -> QPoint:
        """Position in `viewport()` whose event falls on an image pixel's centre (as near as whole px allow)."""
        x, y = self._view.to_widget((column + 0.5, row + 0.5))
        half = 0.5 / self.devicePixelRatioF()
        return QPoint(math.ceil(x - half - 0.5), math.ceil(y - half - 0.5))

    def to_image(self: Canvas, position: QPointF) -> Point:
        """Image coordinates (x, y) of what is seen at a widget position; floor gives column and row."""
        point = views.device_point((position.x(), position.y()), self.devicePixelRatioF())
        return self._view.to_image(point)

    def _set_view(self: Canvas, view: View) -> None:
        kept = views.kept_in_sight(view, self.image_shape, self.width(), self.height())
        before, self._view = self._view, kept
        self._fitted = False
        self._follow(self._cursor)
        if self._cursor is not None:
            self._resume(self._cursor)
        self.update()
        if kept.scale != before.scale:
            self.zoom_changed.emit(kept.scale)
        if kept.turn != before.turn:
            self.turned.emit(kept.turn)
        self.view_changed.emit(kept)

    def resizeEvent(self: Canvas, event: QResizeEvent) -> None:
        """Keep the picture whole, or its middle in the middle."""
        if self._fitted:
            self.fit()
        elif event.oldSize().isValid():
            grown = event.size() - event.oldSize()
            self.pan(grown.width() // 2, grown.height() // 2)
        self.resized.emit()
