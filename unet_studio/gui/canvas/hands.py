"""What mouse, pen, wheel and keys do on the canvas."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)

from unet_studio.gui.canvas.navigation import DRAGS, HELD_KEYS, KEYS, NOTCH, PAN, WHEEL, Drag
from unet_studio.gui.canvas.tools import TOOLS, Hand, Tool
from unet_studio.gui.canvas.view import Point

if TYPE_CHECKING:
    from unet_studio.gui.canvas.canvas import Canvas

LEFT = Qt.MouseButton.LeftButton


class Hands:
    """Event handlers of the canvas: turns events into calls of tools and navigation."""

    def _start_hands(self: Canvas) -> None:
        self._cursor: QPointF | None = None  # widget position
        self._ring = None
        self._hand: Hand | None = None
        self._hand_tool: Tool = self._tool
        self._drag: Drag | None = None
        self._drag_button = Qt.MouseButton.NoButton
        self._space = False
        self._last_end: Point | None = None
        self._hovered = (-1, -1)
        self._held: set[int] = set()
        self._show_cursor()

    # mouse and pen

    def mousePressEvent(self: Canvas, event: QMouseEvent) -> None:
        """Begin a stroke or a drag; a second button drags in the middle of a stroke."""
        self._pressed(event.button(), event.position(), event.modifiers(), self._tool)

    def mouseMoveEvent(self: Canvas, event: QMouseEvent) -> None:
        """Go on with the drag if there is one, else with the stroke."""
        self._moved(event.position())

    def mouseReleaseEvent(self: Canvas, event: QMouseEvent) -> None:
        """End what that button began."""
        self._released(event.button(), event.position())

    def mouseDoubleClickEvent(self: Canvas, event: QMouseEvent) -> None:
        """A second quick press paints like any other."""
        self.mousePressEvent(event)

    def tabletEvent(self: Canvas, event: QTabletEvent) -> None:
        """A pen paints like the mouse; its other end erases."""
        erases = event.pointerType() == QPointingDevice.PointerType.Eraser
        if event.type() == QEvent.Type.TabletPress:
            self._pressed(
                event.button(), event.position(), event.modifiers(), TOOLS["eraser"] if erases else self._tool
            )
        elif event.type() == QEvent.Type.TabletMove:
            self._moved(event.position())
        elif event.type() == QEvent.Type.TabletRelease:
            self._released(event.button(), event.position())
        event.accept()

    def wheelEvent(self: Canvas, event: QWheelEvent) -> None:
        """Zoom at the cursor, or change the brush with Ctrl."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        handler = WHEEL.get(event.modifiers())
        if handler is None or turned == 0:
            event.ignore()
            return
        handler(self, turned / NOTCH, event.position())
        self._resume(event.position())
        event.accept()

    def enterEvent(self: Canvas, event: QEnterEvent) -> None:
        """Show the brush outline."""
        self._follow(event.position())

    def leaveEvent(self: Canvas, event: QEvent) -> None:
        """Take the brush outline away."""
        self._follow(None)

    def _pressed(self: Canvas, button: Qt.MouseButton, at: QPointF, keys: Qt.KeyboardModifier, tool: Tool) -> None:
        self._follow(at)
        drag = PAN if button == LEFT and self._space else DRAGS.get(button)
        if drag is not None:
            self._drag, self._drag_button, self._drag_from = drag, button, at
            self._show_cursor()
        elif button == LEFT and self._hand is None and self._can_paint():
            point = self.to_image(at)
            gesture = self._document.begin(tool.name, tool.label)
            straight = bool(keys & Qt.KeyboardModifier.ShiftModifier)
            self._hand = Hand(self._document, gesture, point, point, self._brush_size, straight)
            self._hand_tool = tool
            tool.press(tool, self._hand)

    def _moved(self: Canvas, at: QPointF) -> None:
        drag = self._drag or (PAN if self._space and self._hand is not None else None)
        if drag is not None:
            start, self._drag_from = self._drag_from, at
            self._cursor = at
            drag.move(self, at.x() - start.x(), at.y() - start.y())
            self._resume(at)
        elif self._hand is not None:
            self._hand.size = self._brush_size
            self._hand_tool.move(self._hand_tool, self._hand, self.to_image(at))
        self._follow(at)

    def _released(self: Canvas, button: Qt.MouseButton, at: QPointF) -> None:
        if self._drag is not None and button == self._drag_button:
            self._drag = None
            self._resume(at)
            self._show_cursor()
        elif button == LEFT:
            self._finish_hand()
        self._follow(at)

    def _resume(self: Canvas, at: QPointF) -> None:
        """After the view or the hand moved without painting: the stroke goes on from here, with no line to here."""
        if self._hand is not None:
            self._hand.point = self.to_image(at)

    def _finish_hand(self: Canvas) -> None:
        hand, self._hand = self._hand, None
        if hand is not None:
            self._hand_tool.release(self._hand_tool, hand, self._last_end)
            self._last_end = hand.point

    def _follow(self: Canvas, at: QPointF | None) -> None:
        self._cursor = at
        self._move_ring()
        column, row = (-1, -1) if at is None else map(math.floor, self.to_image(at))
        rows, columns = self.image_shape
        spot = (column, row) if 0 <= column < columns and 0 <= row < rows else (-1, -1)
        if spot != self._hovered:
            self._hovered = spot
            self.hovered.emit(*spot)

    def _can_paint(self: Canvas) -> bool:
        return self._document is not None and not self._read_only

    def _show_cursor(self: Canvas) -> None:
        if self._drag is not None:
            self.setCursor(self._drag.cursor)
        elif self._space:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor if self._read_only else self._tool.cursor)

    # keys

    def hold_pan(self: Canvas, held: bool) -> None:
        """While held, the left button (or a stroke's own drag) moves the picture."""
        self._space = held
        if self._cursor is not None:
            self._drag_from = self._cursor
            self._resume(self._cursor)
        self._show_cursor()

    def keyPressEvent(self: Canvas, event: QKeyEvent) -> None:
        """Brush size, hold to pan, hold to hide the Mask."""
        key = event.key()
        if key in HELD_KEYS:
            if not event.isAutoRepeat() and key not in self._held:
                self._held.add(key)
                HELD_KEYS[key](self, True)
        elif key in KEYS:
            KEYS[key](self)
        else:
            event.ignore()

    def keyReleaseEvent(self: Canvas, event: QKeyEvent) -> None:
        """Let go of a held key."""
        key = event.key()
        if key not in self._held:
            event.ignore()
        elif not event.isAutoRepeat():
            self._let_go(key)

    def focusOutEvent(self: Canvas, event: QFocusEvent) -> None:
        """Keys and buttons whose release will not be seen are let go."""
        for key in tuple(self._held):
            self._let_go(key)
        self._finish_hand()
        self._drag = None
        self._show_cursor()

    def _let_go(self: Canvas, key: int) -> None:
        self._held.discard(key)
        HELD_KEYS[key](self, False)
