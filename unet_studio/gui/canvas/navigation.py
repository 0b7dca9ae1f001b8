"""The reader's other hand: pan, zoom, window/level and brush size, all usable in the middle of a stroke."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from unet_studio.gui.canvas.holding import Held

if TYPE_CHECKING:
    from unet_studio.gui.canvas.canvas import Canvas

NOTCH = 120  # eighths of a degree of one wheel notch
ZOOM_STEP = 1.2  # for one notch


@dataclass(frozen=True)
class Drag:
    """What moving the mouse does while a button (or the space bar) is held."""

    cursor: Qt.CursorShape
    move: Callable[[Canvas, float, float], None]  # by (dx, dy) widget px


def _pan(canvas: Canvas, dx: float, dy: float) -> None:
    canvas.pan(dx, dy)


def _window(canvas: Canvas, dx: float, dy: float) -> None:
    canvas.window_dragged.emit(dx, dy)


PAN = Drag(Qt.CursorShape.ClosedHandCursor, _pan)
DRAGS: dict[Qt.MouseButton, Drag] = {
    Qt.MouseButton.MiddleButton: PAN,
    Qt.MouseButton.RightButton: Drag(Qt.CursorShape.SizeAllCursor, _window),
}


def _zoom(canvas: Canvas, notches: float, at: QPointF) -> None:
    canvas.zoom_by(ZOOM_STEP**notches, at)


def _brush_size(canvas: Canvas, notches: float, at: QPointF) -> None:
    canvas.turn_brush(notches)


WHEEL: dict[Qt.KeyboardModifier, Callable[[Canvas, float, QPointF], None]] = {
    Qt.KeyboardModifier.NoModifier: _zoom,
    Qt.KeyboardModifier.ControlModifier: _brush_size,
}

KEYS: dict[int, Callable[[Canvas], None]] = {
    Qt.Key.Key_Escape: lambda canvas: canvas.set_ruler(None),
}

HELD_KEYS: dict[int, Callable[[Canvas, bool], None]] = {
    Qt.Key.Key_Space: lambda canvas, held: canvas.hold_pan(held),
    Qt.Key.Key_H: lambda canvas, held: canvas.set_mask_visible(not held),
}

CANCEL = Qt.Key.Key_Escape  # of every gesture
HAND_KEYS: dict[tuple[int, Qt.KeyboardModifier], Callable[[Held], None]] = {  # of one that is drawn first
    (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier): lambda held: held.close(),
    (Qt.Key.Key_Enter, Qt.KeyboardModifier.NoModifier): lambda held: held.close(),
    (Qt.Key.Key_Backspace, Qt.KeyboardModifier.NoModifier): lambda held: held.back(),
    (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier): lambda held: held.back(),
}
ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
FAR = 10  # px of an arrow key with Shift
