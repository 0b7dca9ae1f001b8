"""Clicks on something that lies over the picture: kept from the tool in hand, unless the hand goes on to draw."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QTabletEvent
from PySide6.QtWidgets import QApplication

from unet_studio.gui.canvas.canvas import Canvas

SLOP = 4.0  # widget px that a click may move
PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.TabletPress)
MOVES = (QEvent.Type.MouseMove, QEvent.Type.TabletMove)
RELEASES = (QEvent.Type.MouseButtonRelease, QEvent.Type.TabletRelease)
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
ALT, KEYPAD = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.KeypadModifier

Pointer = QMouseEvent | QTabletEvent


class Clicks(QObject):
    """Watches a canvas while told to. `wanted`: whether a click at a widget position is meant for what lies there."""

    yes = Signal(QPointF)  # clicked
    no = Signal(QPointF)  # clicked with Alt, or with the right button
    over = Signal(object)  # QPointF under the hand that draws nothing, None outside

    def __init__(self, canvas: Canvas, wanted: Callable[[QPointF], bool]) -> None:
        super().__init__(canvas)
        self._canvas, self._wanted = canvas, wanted
        self._held: Pointer | None = None  # a press that may become a stroke
        self._right: QPointF | None = None
        self._passing = False

    def watch(self, on: bool) -> None:
        """Watch, or leave the canvas's events alone: to see them costs each event of a stroke."""
        if on:
            self._canvas.installEventFilter(self)
        else:
            self._canvas.removeEventFilter(self)
            self._held = self._right = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """True for what the canvas is not to see."""
        kind = event.type()
        if kind in PRESSES:
            return not self._passing and self._pressed(event)
        if kind in MOVES:
            return self._moved(event)
        if kind in RELEASES:
            return self._released(event)
        if kind == QEvent.Type.Leave:
            self.over.emit(None)
        elif kind == QEvent.Type.FocusOut:
            self._held = self._right = None
        return False

    def _pressed(self, event: Pointer) -> bool:
        at, keys = event.position(), event.modifiers() & ~KEYPAD
        if event.button() == RIGHT and self._canvas.idle and self._wanted(at):
            self._right = at
        if event.button() != LEFT or keys not in (Qt.KeyboardModifier.NoModifier, ALT):
            return False
        if not self._canvas.idle or not self._wanted(at):
            return False
        self._held = event.clone()
        event.accept()
        return True

    def _moved(self, event: Pointer) -> bool:
        at = event.position()
        if self._right is not None and _far(at, self._right):
            self._right = None
        if self._held is None:
            self.over.emit(at if self._canvas.idle and not event.buttons() else None)
            return False
        if not _far(at, self._held.position()):
            event.accept()
            return True
        held, self._held = self._held, None
        self._passing = True
        QApplication.sendEvent(self._canvas, held)
        self._passing = False
        return False

    def _released(self, event: Pointer) -> bool:
        if event.button() == RIGHT and self._right is not None:
            at, self._right = self._right, None
            self.no.emit(at)
        elif event.button() == LEFT and self._held is not None:
            held, self._held = self._held, None
            (self.no if held.modifiers() & ALT else self.yes).emit(held.position())
            event.accept()
            return True
        return False


def _far(one: QPointF, other: QPointF) -> bool:
    return math.hypot(one.x() - other.x(), one.y() - other.y()) > SLOP
