"""What dialogs share: a heading, a body, buttons, and opening without a nested event loop."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QMessageBox, QVBoxLayout, QWidget

from unet_studio.gui.texts import tr


class Frame(QDialog):
    """A dialog of heading, body and buttons; `self.body` is the layout to fill."""

    def __init__(self, parent: QWidget | None, title: str, heading: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(18, 16, 18, 14)
        outer.setSpacing(12)
        if heading:
            label = QLabel(heading)
            label.setWordWrap(True)
            outer.addWidget(label)
        self.body = QVBoxLayout()
        outer.addLayout(self.body, 1)
        self.buttons = QDialogButtonBox()
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        outer.addWidget(self.buttons)

    def offer(self, yes: str, no: str | None = None) -> None:
        """Name the buttons; an empty text leaves one out."""
        if yes:
            self.buttons.addButton(yes, QDialogButtonBox.ButtonRole.AcceptRole).setDefault(True)
        no = tr("Cancel") if no is None else no
        if no:
            self.buttons.addButton(no, QDialogButtonBox.ButtonRole.RejectRole)

    def showEvent(self, event: QShowEvent) -> None:
        """Be tall enough for texts that take more than one line at this width."""
        super().showEvent(event)
        needed = self.layout().totalHeightForWidth(self.width())
        if needed > self.height():
            self.resize(self.width(), needed)

    def done(self, result: int) -> None:
        """Close, and give the keyboard back to the window below."""
        super().done(result)
        if self.parentWidget() is not None:
            self.parentWidget().activateWindow()


def ask(parent: QWidget, title: str, text: str, yes: str, no: str, on_yes: Callable[[], object]) -> QMessageBox:
    """Ask one question; `on_yes` runs if the answer is yes. Returns the open box, "no" is the default."""
    box = QMessageBox(QMessageBox.Icon.Question, title, text, QMessageBox.StandardButton.NoButton, parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    yes_button = box.addButton(yes, QMessageBox.ButtonRole.YesRole)
    box.setDefaultButton(box.addButton(no, QMessageBox.ButtonRole.NoRole))
    box.buttonClicked.connect(lambda button: on_yes() if button is yes_button else None)
    box.open()
    return box
