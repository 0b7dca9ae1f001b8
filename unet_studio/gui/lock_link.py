"""Shows where locked pixels have held back a change of the program: a line, and the hatch for a moment."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.canvas import Canvas
from unet_studio.gui.canvas.clicking import kept_text
from unet_studio.gui.mask_link import MaskLink
from unet_studio.gui.reading import Reading
from unet_studio.gui.status_bar import StatusBar

SHOWN_MS = 1600


class LockLink(QObject):
    """Makes the lock visible when it mattered."""

    def __init__(self, reading: Reading, masks: MaskLink, canvas: Canvas, bar: StatusBar, actions: ActionSet) -> None:
        super().__init__(canvas)
        self._canvas, self._bar, self._actions = canvas, bar, actions
        self._end = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._end.timeout.connect(self._hide)
        reading.held_back.connect(self._tell)
        reading.opened.connect(lambda _opened: self._hide())
        masks.held_back.connect(lambda _count: self._show())

    def _tell(self, count: int) -> None:
        said = self._bar.message()
        self._bar.say("; ".join(part for part in (said, kept_text(count)) if part))
        self._show()

    def _show(self) -> None:
        self._canvas.set_lock_visible(True)
        self._end.start()

    def _hide(self) -> None:
        self._end.stop()
        self._canvas.set_lock_visible(self._actions["show_lock"].isChecked())
