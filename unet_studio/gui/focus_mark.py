"""Shows that the keyboard belongs to the picture, which draws no frame of its own."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget


class FocusMark(QObject):
    """The line between strip and picture lights up while the picture has the keyboard."""

    def __init__(self, picture: QWidget, strip: QWidget) -> None:
        super().__init__(strip)
        self._picture, self._strip = picture, strip
        strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        QApplication.instance().focusChanged.connect(self._follow)

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        lit = now is self._picture
        if lit != bool(self._strip.property("picture_focus")):
            self._strip.setProperty("picture_focus", lit)
            self._strip.style().polish(self._strip)
