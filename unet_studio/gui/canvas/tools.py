"""The tools: one row each, with cursor and handlers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt

from unet_studio.editing.document import Document, Gesture
from unet_studio.editing.strokes import paint
from unet_studio.gui.canvas.view import Point


@dataclass
class Hand:
    """A gesture in the making: what the reader's hand has done since the button went down.

    point: image position now; anchor: where a straight line begins; straight: Shift was held at the press.
    """

    document: Document
    gesture: Gesture
    point: Point
    anchor: Point
    size: int
    straight: bool
    moved: bool = False


@dataclass(frozen=True)
class Tool:
    """One row: `value` is what it writes into the Mask; `ring`: the brush size matters and is shown."""

    name: str
    label: str  # words in the Edit menu: "Undo brush stroke"
    value: int
    cursor: Qt.CursorShape
    ring: bool
    press: Callable[[Tool, Hand], None]
    move: Callable[[Tool, Hand, Point], None]
    release: Callable[[Tool, Hand, Point | None], None]


def _press(tool: Tool, hand: Hand) -> None:
    _segment(tool, hand, hand.point, hand.point)


def _move(tool: Tool, hand: Hand, point: Point) -> None:
    if hand.straight:
        hand.gesture.restore()
        _segment(tool, hand, hand.anchor, point)
    else:
        _segment(tool, hand, hand.point, point)
    hand.point, hand.moved = point, True


def _release(tool: Tool, hand: Hand, last_end: Point | None) -> None:
    if hand.straight and not hand.moved and last_end is not None:
        _segment(tool, hand, last_end, hand.point)  # Shift and a click: a line from the end of the stroke before
    hand.gesture.finish()


def _segment(tool: Tool, hand: Hand, start: Point, end: Point) -> None:
    paint(hand.gesture, hand.document.mask, hand.document.touched, start, end, hand.size, tool.value)


TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool("brush", "Brush stroke", 1, Qt.CursorShape.CrossCursor, True, _press, _move, _release),
        Tool("eraser", "Eraser stroke", 0, Qt.CursorShape.CrossCursor, True, _press, _move, _release),
    )
}
