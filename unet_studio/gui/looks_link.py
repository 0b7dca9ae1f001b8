"""Ties the looks to the window: the turned view, colours, blinking, the outline, and the ruler's millimetres."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.canvas import Canvas
from unet_studio.gui.canvas.tools import RULER
from unet_studio.gui.canvas.turn import UPRIGHT
from unet_studio.gui.corner import Corner
from unet_studio.gui.keys import shown
from unet_studio.gui.palette import colour_of
from unet_studio.gui.preferences import Preferences
from unet_studio.gui.reading import Opened, Reading
from unet_studio.gui.texts import tr

BLINK_MS = 250  # shown as long as hidden: twice a second, below what can provoke a seizure (3 a second)


class LooksLink(QObject):
    """Carries out what changes how picture and Mask are seen, and nothing in them."""

    def __init__(self, reading: Reading, canvas: Canvas, actions: ActionSet) -> None:
        super().__init__(canvas)
        self._reading, self._canvas, self._actions = reading, canvas, actions
        self._kept = Preferences()
        self.corner = Corner(canvas)
        self._blinking = QTimer(self, interval=BLINK_MS)
        self._blinking.timeout.connect(lambda: canvas.set_mask_visible(not canvas.mask_visible))
        reading.opened.connect(self._opened)
        canvas.turned.connect(lambda _turn: self._show_turn())
        actions.with_keys(self._show_turn)
        canvas.painting_begun.connect(self._stop_blinking)
        actions["hide_mask"].toggled.connect(self._stop_blinking)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the actions of this part do."""
        canvas = self._canvas
        return {
            "turn_left": lambda: canvas.set_turn(canvas.turn.left()),
            "turn_right": lambda: canvas.set_turn(canvas.turn.right()),
            "mirror": lambda: canvas.set_turn(canvas.turn.mirrored()),
            "flip": lambda: canvas.set_turn(canvas.turn.flipped()),
            "upright": lambda: canvas.set_turn(UPRIGHT),
            "blink": self._blink,
            "outline": canvas.set_outline,
            RULER.name: lambda: canvas.set_tool(RULER.name),
        }

    def _opened(self, opened: Opened | None) -> None:
        self._stop_blinking()
        if opened is not None:
            self._canvas.set_spacing(opened.case.image.spacing_mm)
            self._show_colour()

    def _show_colour(self) -> None:
        case = self._reading.open_case
        target = "" if case is None or case.target is None else case.target
        colour = colour_of(target, getattr(self._kept, f"colour_{target}", ""))
        if colour is not None:
            self._canvas.set_colour(colour)

    def _show_turn(self) -> None:
        key = shown("upright")
        how_back = tr("{key}: upright", key=key) if key else tr("see the View menu")
        self.corner.show_turn(self._canvas.turn, how_back)

    # blinking

    def _blink(self, on: bool) -> None:
        if on:
            self._blinking.start()
        else:
            self._blinking.stop()
            self._canvas.set_mask_visible(not self._actions["hide_mask"].isChecked())

    def _stop_blinking(self) -> None:
        self._actions.check("blink", False)

    # looks kept from day to day

    def restore(self, kept: Preferences) -> None:
        """Set what was kept."""
        self._actions.check("outline", kept.outline)
        self._canvas.set_outline(kept.outline)
        self.prefer(kept)

    def prefer(self, kept: Preferences) -> None:
        """Follow the chosen colours."""
        self._kept = kept
        self._show_colour()

    def kept(self) -> dict[str, Any]:
        """Fields of the preferences."""
        return {"outline": self._actions["outline"].isChecked()}
