"""Shows that the keyboard belongs to the picture, which draws no frame of its own."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget


class FocusMark(QObject):
    """The line between strip and picture lights up while the picture has the keyboard."""

    def __init__(self, picture: QWidget, strip: QWidget) -> None:
        super().__init__(strip)
        self._strip = strip
        strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        picture.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the keyboard; swallow nothing."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._strip.setProperty("picture_focus", event.type() == QEvent.Type.FocusIn)
            self._strip.style().polish(self._strip)
        return False
