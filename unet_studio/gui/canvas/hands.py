"""What mouse, pen, wheel and keys do on the canvas."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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
from PySide6.QtWidgets import QWidget

from unet_studio.gui.canvas.holding import Aim, Held, Start, Tool
from unet_studio.gui.canvas.navigation import (
    ARROWS,
    CANCEL,
    DRAGS,
    FAR,
    HAND_KEYS,
    HELD_KEYS,
    KEYS,
    NOTCH,
    PAN,
    WHEEL,
    Drag,
)
from unet_studio.gui.canvas.sketch import covering
from unet_studio.gui.canvas.tools import TOOLS
from unet_studio.gui.canvas.view import Point

if TYPE_CHECKING:
    from unet_studio.gui.canvas.canvas import Canvas

LEFT = Qt.MouseButton.LeftButton
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
NEAR = 9.0  # widget px within which a press means a polygon's first corner


class Hands:
    """Event handlers of the canvas: turns events into calls of tools and navigation."""

    def _start_hands(self: Canvas) -> None:
        self._cursor: QPointF | None = None  # widget position
        self._ring = None
        self._hand: Held | None = None
        self._hand_tool: Tool = self._tool
        self._down = False  # the left button belongs to the hand
        self._nudging = False  # what the hand holds moves by arrow keys
        self._drag: Drag | None = None
        self._drag_button = Qt.MouseButton.NoButton
        self._space = False
        self._last_end: Point | None = None
        self._hovered = (-1, -1)
        self._held: set[int] = set()
        self._show_cursor()

    # mouse and pen

    def mousePressEvent(self: Canvas, event: QMouseEvent) -> None:
        """Begin a gesture or a drag; a second button drags in the middle of a gesture."""
        self._pressed(event.button(), event.position(), event.modifiers(), self._tool)

    def mouseMoveEvent(self: Canvas, event: QMouseEvent) -> None:
        """Go on with the drag if there is one, else with the gesture."""
        self._moved(event.position(), event.modifiers())

    def mouseReleaseEvent(self: Canvas, event: QMouseEvent) -> None:
        """End what that button began."""
        self._released(event.button(), event.position(), event.modifiers())

    def mouseDoubleClickEvent(self: Canvas, event: QMouseEvent) -> None:
        """A second quick press paints like any other, closes a polygon, and does not fill again."""
        if event.button() != LEFT or self._space or not (self._hand or self._tool.once):
            self.mousePressEvent(event)
        elif self._hand is not None:
            self._hand.double()
            self._drop_done()

    def tabletEvent(self: Canvas, event: QTabletEvent) -> None:
        """A pen draws like the mouse; its other end erases."""
        erases = event.pointerType() == QPointingDevice.PointerType.Eraser
        if event.type() == QEvent.Type.TabletPress:
            self._pressed(
                event.button(), event.position(), event.modifiers(), TOOLS["eraser"] if erases else self._tool
            )
        elif event.type() == QEvent.Type.TabletMove:
            self._moved(event.position(), event.modifiers())
        elif event.type() == QEvent.Type.TabletRelease:
            self._released(event.button(), event.position(), event.modifiers())
        event.accept()

    def wheelEvent(self: Canvas, event: QWheelEvent) -> None:
        """Zoom at the cursor, or change the brush with Ctrl."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        keys = event.modifiers()
        if self._hand is not None:
            keys &= ~(SHIFT | ALT)  # they belong to the gesture
        handler = WHEEL.get(keys)
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
        elif button == LEFT and not self._down and self._can_use(tool):
            if self._nudging:
                self._put_down()
            self._down = True
            aim = self._aim(at, keys)
            if self._hand is None:
                self._begin(tool, aim, bool(keys & ALT))
            else:
                self._hand.press(aim)
                self._drop_done()

    def _moved(self: Canvas, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        drag = self._drag or (PAN if self._space and self._down and self._hand is not None else None)
        if drag is not None:
            start, self._drag_from = self._drag_from, at
            self._cursor = at
            drag.move(self, at.x() - start.x(), at.y() - start.y())
            self._resume(at)
        elif self._hand is not None and not self._nudging:
            self._hand.move(self._aim(at, keys))
        self._follow(at)

    def _released(self: Canvas, button: Qt.MouseButton, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        if self._drag is not None and button == self._drag_button:
            self._drag = None
            self._resume(at)
            self._show_cursor()
        elif button == LEFT and self._down:
            self._down = False
            if self._hand is not None:
                self._hand.release(self._aim(at, keys))
                self._drop_done()
        self._follow(at)

    def _resume(self: Canvas, at: QPointF) -> None:
        """After the view or the hand moved without drawing: the gesture goes on from here, with no line to here."""
        if self._hand is not None and not self._nudging:
            self._hand.resume(self.to_image(at))

    # the hand

    def _aim(self: Canvas, at: QPointF, keys: Qt.KeyboardModifier) -> Aim:
        return Aim(self.to_image(at), self._brush_size, bool(keys & SHIFT))

    def _begin(self: Canvas, tool: Tool, aim: Aim, other_sign: bool = False) -> None:
        takes = tool.signed and self._subtract != other_sign
        known = self._level, self._probability, self._last_end, self._opened_as
        start = Start(tool, self._document, self, aim, takes, *known)
        self._hand, self._hand_tool = tool.begin(start), tool
        if tool.marks:
            self.painting_begun.emit()
        self._drop_done()

    def _put_down(self: Canvas) -> None:
        """The hand is needed elsewhere: what is in the Mask stays, an outline that is not closed goes."""
        if self._hand is not None:
            self._hand.settle()
            self._drop_done()

    def _drop_done(self: Canvas) -> None:
        hand = self._hand
        if hand is not None and hand.done:
            self._hand, self._nudging = None, False
            self._last_end = hand.end or self._last_end

    def trace(self: Canvas, points: Sequence[Point], closed: bool = False, curved: bool = False) -> None:
        """Repaint soon what a line through these image positions covers, or one that bulges between them."""
        self.update(covering([self._view.to_widget(point) for point in points], self.rect(), closed, curved))

    def near(self: Canvas, one: Point, other: Point) -> bool:
        """Whether two image positions are one to the reader's hand."""
        return math.dist(one, other) * self._view.scale <= NEAR

    def tell(self: Canvas, text: str) -> None:
        """Say one sentence to the reader."""
        if text:
            self.said.emit(text)

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

    def _can_use(self: Canvas, tool: Tool) -> bool:
        return self._can_paint() if tool.marks else self._picture is not None

    def _show_cursor(self: Canvas) -> None:
        if self._drag is not None:
            self.setCursor(self._drag.cursor)
        elif self._space:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            usable = not self._read_only or not self._tool.marks
            self.setCursor(self._tool.cursor if usable else Qt.CursorShape.ArrowCursor)

    @property
    def idle(self: Canvas) -> bool:
        """True while nothing is in the hand and a press of the left button would begin a gesture."""
        return self._can_paint() and self._hand is None and self._drag is None and not self._space

    @property
    def busy(self: Canvas) -> bool:
        """True while a gesture is being made or the view is dragged."""
        return self._hand is not None or self._drag is not None

    # keys

    def hold_pan(self: Canvas, held: bool) -> None:
        """While held, the left button (or a stroke's own drag) moves the picture."""
        self._space = held
        if self._cursor is not None:
            self._drag_from = self._cursor
            self._resume(self._cursor)
        self._show_cursor()

    def event(self: Canvas, event: QEvent) -> bool:
        """Keys that mean something to the gesture in the hand run no action of the window meanwhile."""
        if event.type() == QEvent.Type.ShortcutOverride and (self._for_hand(event) or self._nudges(event)):
            event.accept()
            return True
        return QWidget.event(self, event)

    def _nudges(self: Canvas, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~(SHIFT | Qt.KeyboardModifier.KeypadModifier)
        return plain and event.key() in ARROWS and self._tool.nudges and self._can_paint()

    def _for_hand(self: Canvas, event: QKeyEvent) -> Callable[[Held], None] | None:
        """What a key does to the gesture in the hand."""
        if self._hand is None:
            return None
        if event.key() == CANCEL:
            return lambda held: held.cancel()
        keys = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return HAND_KEYS.get((event.key(), keys)) if self._hand.drawn else None

    def keyPressEvent(self: Canvas, event: QKeyEvent) -> None:
        """The gesture's own keys, nudging, hold to pan, Esc to remove the ruler."""
        key, for_hand = event.key(), self._for_hand(event)
        if for_hand is not None:
            for_hand(self._hand)
            self._drop_done()
        elif key == Qt.Key.Key_Shift:
            self._shift_changed(True)
        elif key in ARROWS and self._tool.nudges:
            self._nudge(*ARROWS[key], FAR if event.modifiers() & SHIFT else 1)
        elif key in HELD_KEYS:
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
        if key == Qt.Key.Key_Shift:
            self._shift_changed(False)
        elif key in ARROWS and self._nudging:
            if not event.isAutoRepeat():
                self._put_down()
        elif key not in self._held:
            event.ignore()
        elif not event.isAutoRepeat():
            self._let_go(key)

    def _shift_changed(self: Canvas, held: bool) -> None:
        """A square or a circle comes and goes with the key."""
        if self._hand is not None and self._hand.drawn and self._cursor is not None and self._drag is None:
            self._hand.move(Aim(self.to_image(self._cursor), self._brush_size, held))

    def _nudge(self: Canvas, across: int, down: int, px: int) -> None:
        """Move the component moved last, else the one under the cursor; a key held down is one gesture."""
        if self._hand is None and self._can_paint():
            under = None if self._cursor is None else self.to_image(self._cursor)
            point = next((point for point in (self._last_end, under) if self._marked(point)), under)
            if point is not None:
                self._begin(self._tool, Aim(point, self._brush_size))
                self._nudging = self._hand is not None
        if self._hand is not None:
            self._hand.nudge(*self._view.turn.back((across * px, down * px)))

    def _marked(self: Canvas, point: Point | None) -> bool:
        if point is None:
            return False
        column, row = math.floor(point[0]), math.floor(point[1])
        rows, columns = self.image_shape
        return 0 <= row < rows and 0 <= column < columns and bool(self._document.mask[row, column])

    def focusOutEvent(self: Canvas, event: QFocusEvent) -> None:
        """Keys and buttons whose release will not be seen are let go."""
        for key in tuple(self._held):
            self._let_go(key)
        self._put_down()
        self._down, self._drag = False, None
        self._show_cursor()

    def _let_go(self: Canvas, key: int) -> None:
        self._held.discard(key)
        HELD_KEYS[key](self, False)
