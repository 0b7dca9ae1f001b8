"""Gestures that change the Mask while the hand moves: strokes, and the outline that is pulled.

A tool of the brush's kind is a Stroke with another ink.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from unet_studio.editing.strokes import Ink, paint
from unet_studio.gui.canvas.holding import Aim, Held, Start
from unet_studio.gui.canvas.view import Point
from unet_studio.gui.keys import shown
from unet_studio.gui.texts import mark, tr

if TYPE_CHECKING:
    from unet_studio.editing.rect import Rect
    from unet_studio.editing.step import Bits, Mask

NO_OUTLINE = mark("No outline inside the ring: begin nearer to it, or make the ring larger")
NO_PROPOSAL = mark("There is no proposal to take from: press {key} first")


class Stroke(Held):
    """A brush drawn over the picture; Shift at the press draws a straight line, from the stroke before on a click."""

    def __init__(self, start: Start, ink: int | Ink) -> None:
        self._start, self._ink = start, ink
        self._begin()
        self._size = start.aim.size
        self._moved = False
        self.end: Point = start.aim.point
        self._segment(self.end, self.end)

    def move(self, aim: Aim) -> None:
        """Go on to here."""
        self._size = aim.size
        if not self._gesture.open:
            self._begin()  # a proposal came in between: what is drawn from here on is a step of its own
        if self._start.aim.shift:
            self._gesture.restore()
            self._segment(self._start.aim.point, aim.point)
        else:
            self._segment(self.end, aim.point)
        self.end, self._moved = aim.point, True

    def release(self, aim: Aim) -> None:
        """Make it one Step."""
        self.settle()

    def resume(self, point: Point) -> None:
        """Go on from here, with no line to here."""
        self.end = point

    def settle(self) -> None:
        """Make it one Step."""
        self.done = True
        if self._start.aim.shift and not self._moved and self._start.last_end is not None:
            self._segment(self._start.last_end, self.end)  # Shift and a click
        self._gesture.finish()

    def cancel(self) -> None:
        """Take it back."""
        self.done = True
        self.end = self._start.last_end
        self._gesture.cancel()

    def _begin(self) -> None:
        self._gesture = self._start.document.begin(self._start.tool.name, self._start.tool.label)

    def _segment(self, start: Point, end: Point) -> None:
        document = self._start.document
        paint(self._gesture, document.mask, document.touched, start, end, self._size, self._ink)


def brush(start: Start) -> Held:
    """Paint."""
    return Stroke(start, 1)


def eraser(start: Start) -> Held:
    """Erase."""
    return Stroke(start, 0)


def threshold_brush(start: Start) -> Held | None:
    """Mark what the proposal holds for at least as probable as the level, and unmark the rest."""
    if start.probability is None:
        start.surface.tell(tr(NO_PROPOSAL, key=shown("propose")))
        return None
    from unet_studio.editing.regions import threshold_within

    probability, mask = start.probability(), start.document.mask

    def ink(rect: Rect, footprint: Bits) -> tuple[Bits, Mask]:
        wanted = threshold_within(mask, rect, probability[rect.slices], footprint, start.level)[1]
        return footprint, np.asarray(wanted)

    return Stroke(start, ink)


class Smart(Stroke):
    """A stroke that takes what agrees with where it began."""

    def __init__(self, start: Start, picture: np.ndarray) -> None:
        from unet_studio.editing.smart_stroke import SmartStroke

        value, likely = 0 if start.subtract else 1, start.probability and start.probability.part
        self._smart = SmartStroke(start.document, picture, likely, start.aim.point, start.aim.size, value)
        super().__init__(start, value)

    def _segment(self, start: Point, end: Point) -> None:
        self._smart.paint(self._gesture, start, end, self._size)


def smart_brush(start: Start) -> Held | None:
    """Paint, or take away, up to the edge."""
    return None if start.picture is None else Smart(start, start.picture)


class Pulling(Held):
    """The outline under the ring is dragged."""

    def __init__(self, start: Start) -> None:
        from unet_studio.editing.pull import Pull

        self._pull = Pull(start.document, start.aim.size)
        self._pull.press(start.aim.point)
        self._given = start.aim.point
        self._shift = (0.0, 0.0)  # from the hand to where it would be had the view never jumped
        if self._pull.grip is None:
            start.surface.tell(tr(NO_OUTLINE))

    def move(self, aim: Aim) -> None:
        """Drag on."""
        self._given = aim.point[0] + self._shift[0], aim.point[1] + self._shift[1]
        self._pull.move(self._given)

    def release(self, aim: Aim) -> None:
        """Make it one Step."""
        self.settle()

    def resume(self, point: Point) -> None:
        """The way to here is not dragged."""
        self._shift = self._given[0] - point[0], self._given[1] - point[1]

    def settle(self) -> None:
        """Make it one Step."""
        self.done = True
        self._pull.finish()

    def cancel(self) -> None:
        """Let the outline back."""
        self.done = True
        self._pull.cancel()
