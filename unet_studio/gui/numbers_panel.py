"""The numbers of the open Mask, small, above the verdict."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from unet_studio.gui.keys import shown
from unet_studio.gui.texts import mark, tr

NONE = "–"
ROWS = (  # name in code, words, tooltip
    (
        "dice",
        mark("Dice"),
        mark("Overlap of the mask with the proposal at this threshold: 1 is the same, 0 nothing in common"),
    ),
    (
        "hd95",
        mark("HD95"),
        mark("95 % of the outline lie nearer than this to the proposal's, and the other way round"),
    ),
    ("changed", mark("Changed"), mark("Pixels that differ from the proposal at this threshold")),
    ("components", mark("Parts"), mark("Separate marked regions; regions that meet at a corner are one")),
    ("locked", mark("Locked"), mark("Pixels that you drew: the program never changes them  [{key}] shows them")),
    (
        "active",
        mark("Active"),
        mark("Time at work on this picture; it stops after 20 s without input and outside the program"),
    ),
)


class NumbersPanel(QWidget):
    """Six numbers in two columns; `show_number` fills them in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("numbers")
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(1)
        self._titles: dict[str, QLabel] = {}
        self._values: dict[str, QLabel] = {}
        for place, (name, words, _tip) in enumerate(ROWS):
            title, value = QLabel(tr(words), objectName="quiet"), QLabel(NONE, objectName=f"number_{name}")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            row, column = place // 2, place % 2 * 3
            layout.addWidget(title, row, column)
            layout.addWidget(value, row, column + 1)
            self._titles[name], self._values[name] = title, value
        for column in (1, 4):
            layout.setColumnStretch(column, 1)
        layout.setColumnMinimumWidth(2, 6)

    def show_tips(self) -> None:
        """Set the tooltips, one of which names a key."""
        for name, _words, tip in ROWS:
            for label in (self._titles[name], self._values[name]):
                label.setToolTip(tr(tip, key=shown("show_lock")))

    def show_number(self, name: str, text: str) -> None:
        """Show a number's text, or that there is none."""
        label, text = self._values[name], text or NONE
        if label.text() != text:
            label.setText(text)

    def text(self, name: str) -> str:
        """What is shown of a number."""
        return self._values[name].text()
