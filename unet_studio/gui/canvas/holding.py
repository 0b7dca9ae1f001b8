"""What a tool is, and what the hand holds while a gesture is being made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from unet_studio.editing.document import Document
from unet_studio.editing.rect import Rect
from unet_studio.editing.toolbox import TOOLBOX
from unet_studio.gui.canvas.view import Point, View

if TYPE_CHECKING:
    from unet_studio.gui.canvas.ruler import Ruler


class Probability(Protocol):
    """The proposal at the picture's own size."""

    def __call__(self) -> np.ndarray:
        """All of it, (H, W) uint16."""

    def part(self, rect: Rect) -> np.ndarray:
        """(h, w) float32 0..1 of a rectangle."""


@dataclass(frozen=True)
class Aim:
    """Where the hand is: image position, brush size in image px, and whether Shift is held."""

    point: Point
    size: int
    shift: bool = False


class Layer(Protocol):
    """What is painted above the picture and the Mask."""

    def paint(self, painter: QPainter, exposed: QRectF, view: View, ratio: float) -> None:
        """Draw what lies inside `exposed` (logical px); ratio: device px per logical px."""


class Surface(Protocol):
    """What a gesture asks of the canvas."""

    def trace(self, points: Sequence[Point], closed: bool = False, curved: bool = False) -> None:
        """Repaint soon what a line through these image positions covers, or one that bulges between them."""

    def near(self, one: Point, other: Point) -> bool:
        """Whether two image positions are one to the reader's hand."""

    def tell(self, text: str) -> None:
        """Say one sentence to the reader."""

    @property
    def ruler(self) -> Ruler | None:
        """The ruler on the picture."""

    @property
    def ruler_text(self) -> str:
        """What it measures."""

    def set_ruler(self, ruler: Ruler | None) -> None:
        """Put the ruler there, or take it away."""


@dataclass(frozen=True)
class Start:
    """What a gesture begins with.

    subtract: it takes away. level: probability (0..1) from which the threshold within the brush marks.
    probability: None without a proposal. last_end: where the stroke before ended. picture: (H, W) or (H, W, 3) uint8 as
    it was opened, whatever window the reader chose since.
    """

    tool: Tool
    document: Document
    surface: Surface
    aim: Aim
    subtract: bool
    level: float
    probability: Probability | None
    last_end: Point | None
    picture: np.ndarray | None = None


class Held:
    """A gesture in the hand. Every one ends by `release`, `settle` or `cancel` and then says `done`.

    drawn: nothing is in the Mask before it is finished, so that Enter, Backspace and Ctrl+Z are its own and an undo
    from elsewhere cancels it. end: where a straight line from here would begin.
    """

    drawn = False
    done = False
    end: Point | None = None

    def press(self, aim: Aim) -> None:
        """The button goes down again, for a gesture that outlives its release."""

    def move(self, aim: Aim) -> None:
        """The hand moves, with the button down or not."""

    def release(self, aim: Aim) -> None:
        """The button is let go."""

    def double(self) -> None:
        """The button was pressed twice quickly."""

    def close(self) -> None:
        """Enter."""

    def back(self) -> None:
        """Backspace or Ctrl+Z: take the newest part back."""
        self.cancel()

    def nudge(self, dx: int, dy: int) -> None:
        """An arrow key: by image px."""

    def resume(self, point: Point) -> None:
        """The view, or the hand without drawing, moved: go on from this image position."""

    def settle(self) -> None:
        """The hand is needed elsewhere: keep what is in the Mask, forget what is not."""
        self.cancel()

    def cancel(self) -> None:
        """Leave no trace."""
        self.done = True

    def paint(self, painter: QPainter, view: View) -> None:
        """Draw what is not in the Mask yet."""


@dataclass(frozen=True)
class Tool:
    """One row of the tools; its name is that of a row of the toolbox.

    begin: gives what the hand holds, None where there is nothing to begin. ring: the brush size matters and is shown.
    signed: it adds or takes away. nudges: arrow keys move what it holds. once: a second quick press is none.
    shows_lock: locked pixels are hatched while it is in the hand. marks: it is for the Mask, and is put away where that
    may not be changed.
    """

    name: str
    cursor: Qt.CursorShape
    begin: Callable[[Start], Held | None]
    hint: str
    ring: bool = False
    signed: bool = False
    nudges: bool = False
    once: bool = False
    shows_lock: bool = False
    marks: bool = True

    @property
    def label(self) -> str:
        """Its words in the Edit menu."""
        return TOOLBOX[self.name].label
