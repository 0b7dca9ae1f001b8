"""What the middle of the window says while no picture is open."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.controls import ActionButton
from unet_studio.gui.keys import shown
from unet_studio.gui.texts import mark, tr
from unet_studio.gui.theme import icon

NOTHING = (
    mark("Drop pictures, DICOM files or folders here"),
    mark("PNG, JPEG, TIFF, BMP, DICOM. Your files are never changed."),
)
CHOOSE = (mark("No picture is open"), mark("Choose one in the worklist, or press {next} for the next."))
CANNOT = mark("This file cannot be opened")


class StartPage(QWidget):
    """A heading, one line, and the ways to open something."""

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty_page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.cleaned: Callable[[str], str] = lambda text: text  # takes names out of what is said
        self._picture.setPixmap(icon("drop").pixmap(56, 56))
        self._title = QLabel(objectName="empty_title", alignment=Qt.AlignmentFlag.AlignCenter)
        self._line = QLabel(objectName="quiet", alignment=Qt.AlignmentFlag.AlignCenter)
        for label in (self._title, self._line):
            label.setWordWrap(True)
        self._buttons = QWidget()
        row = QHBoxLayout(self._buttons)
        row.addStretch(1)
        for action_id, text in (
            ("open", tr("Open files…")),
            ("open_folder", tr("Open folder…")),
            ("sample", tr("Sample film")),
        ):
            row.addWidget(ActionButton(actions[action_id], text))
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(14)
        layout.addStretch(2)
        for widget in (self._picture, self._title, self._line, self._buttons):
            layout.addWidget(widget)
        layout.addStretch(3)
        self.say(*NOTHING)

    def say(self, title: str, line: str, buttons: bool = True) -> None:
        """Show a heading and a line."""
        self._title.setText(tr(title))
        self._line.setText(tr(line, next=shown("next")) if line == CHOOSE[1] else self.cleaned(tr(line)))
        self._buttons.setVisible(buttons)
        self._picture.setVisible(buttons)
