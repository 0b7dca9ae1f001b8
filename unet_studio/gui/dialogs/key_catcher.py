"""A field that shows a command and, while it listens, takes the next key that is pressed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLabel

from unet_studio.gui.keys import pressed


class KeyCatcher(QLabel):
    """Takes one key; Esc and the loss of the keyboard end the listening without one."""

    caught = Signal(str)  # portable key text

    def __init__(self) -> None:
        super().__init__(objectName="key_catcher")
        self._name = ""
        self.listening = False

    def rest(self, name: str) -> None:
        """Show a command and take no key."""
        self._name, self.listening = name, False
        self._show(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def listen(self, request: str) -> None:
        """Take the next key."""
        self.listening = True
        self._show(request)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocus()

    def _show(self, text: str) -> None:
        self.setText(text)
        self.setAccessibleName(text)
        self.setProperty("listening", self.listening)
        self.style().polish(self)

    def event(self, event: QEvent) -> bool:
        """While listening every key is this field's."""
        if self.listening and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if self.listening and event.type() == QEvent.Type.KeyPress:
            self.keyPressEvent(event)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the key, unless it is only a modifier so far."""
        if not self.listening:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self.rest(self._name)
        elif key := pressed(event.key(), event.modifiers(), event.text()):
            self.listening = False
            self.caught.emit(key)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keyboard went elsewhere."""
        super().focusOutEvent(event)
        if self.listening:
            self.rest(self._name)
