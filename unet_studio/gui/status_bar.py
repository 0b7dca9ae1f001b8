"""The status bar: the last message, what is under way, the place under the cursor, window, zoom and device."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QWidget

from unet_studio.gui.controls import ElidedLabel
from unet_studio.gui.texts import tr

MESSAGE_MS, ERROR_MS = 8000, 30000


class StatusBar(QStatusBar):
    """Messages at the left; facts about picture and device at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._line = ElidedLabel(objectName="message")
        self._line.setTextFormat(self._line.textFormat().PlainText)
        self.addWidget(self._line, 1)
        self._busy = QProgressBar(objectName="busy")
        self._busy.setAccessibleName(tr("Busy"))
        self._busy.setRange(0, 0)
        self._busy.setFixedSize(72, 8)
        self._busy.setTextVisible(False)
        self._busy.hide()
        self.addPermanentWidget(self._busy)
        self._facts = {name: self._fact(name) for name in ("place", "window_level", "zoom", "device")}
        self._working = ""
        self.cleaned: Callable[[str], str] = lambda text: text  # takes names out of what is said
        self._clear = QTimer(self, singleShot=True)
        self._clear.timeout.connect(self._show_working)
        self._patience = QTimer(self, singleShot=True, interval=150)
        self._patience.timeout.connect(self._show_working)

    def _fact(self, name: str) -> QLabel:
        label = QLabel(objectName=f"status_{name}")
        self.addPermanentWidget(label)
        return label

    def say(self, text: str, error: bool = False) -> None:
        """Show one line; errors stay longer and are coloured."""
        text = self.cleaned(" ".join(text.split()))
        self._line.setProperty("kind", "bad" if error else "")
        self._line.style().polish(self._line)
        self._line.setText(("⚠ " if error and text else "") + text)
        self._line.setToolTip(text)
        self._clear.start(ERROR_MS if error else MESSAGE_MS)

    def message(self) -> str:
        """The line shown."""
        return self._line.text()

    def working(self, label: str) -> None:
        """Say what is being done in the background, once it takes long enough to be noticed; "" when nothing."""
        self._working = label
        if label:
            self._patience.start()
        else:
            self._patience.stop()
            self._busy.hide()
            if not self._clear.isActive():
                self._line.clear()

    def _show_working(self) -> None:
        self._busy.setVisible(bool(self._working))
        if not self._clear.isActive():
            self._line.setProperty("kind", "")
            self._line.style().polish(self._line)
            self._line.setText(self._working + "…" if self._working else "")
            self._line.setToolTip("")

    def show_fact(self, name: str, text: str, tip: str = "") -> None:
        """Show a fact: place, window_level, zoom or device."""
        self._facts[name].setText(text)
        self._facts[name].setToolTip(tip or text)

    def fact(self, name: str) -> str:
        """The text of a fact."""
        return self._facts[name].text()
