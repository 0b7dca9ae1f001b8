"""The numbers of the open Mask, small, above the verdict."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

NONE = "–"
ROWS = (  # name in code, words, tooltip
    ("dice", "Dice", "Overlap of the mask with the proposal at this threshold: 1 is the same, 0 nothing in common"),
    ("hd95", "HD95", "95 % of the outline lie nearer than this to the proposal's, and the other way round"),
    ("changed", "Changed", "Pixels that differ from the proposal at this threshold"),
    ("components", "Parts", "Separate marked regions; regions that meet at a corner are one"),
    ("locked", "Locked", "Pixels that you drew: the program never changes them  [Ctrl+K] shows them"),
    (
        "active",
        "Active",
        "Time at work on this picture; it stops after 20 s without input and outside the program",
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
        self._values: dict[str, QLabel] = {}
        for place, (name, words, tip) in enumerate(ROWS):
            title, value = QLabel(words, objectName="quiet"), QLabel(NONE, objectName=f"number_{name}")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for label in (title, value):
                label.setToolTip(tip)
            row, column = place // 2, place % 2 * 3
            layout.addWidget(title, row, column)
            layout.addWidget(value, row, column + 1)
            self._values[name] = value
        for column in (1, 4):
            layout.setColumnStretch(column, 1)
        layout.setColumnMinimumWidth(2, 6)

    def show_number(self, name: str, text: str) -> None:
        """Show a number's text, or that there is none."""
        label, text = self._values[name], text or NONE
        if label.text() != text:
            label.setText(text)

    def text(self, name: str) -> str:
        """What is shown of a number."""
        return self._values[name].text()
