"""The strip above the picture: what the tool in hand can be told, and the commands on the whole mask."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from unet_studio.editing.toolbox import AMOUNTS, COUNT, ISLAND, LEVEL, RADIUS, SMOOTH, Amount
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.canvas.holding import Tool
from unet_studio.gui.keys import shown
from unet_studio.gui.texts import mark, tr

ICON = QSize(18, 18)
LEAST_WIDTH = 160  # px
COMMANDS: tuple[tuple[tuple[str, ...], Amount | None], ...] = (
    (("fill_holes",), None),
    (("keep_largest",), COUNT),
    (("remove_islands",), ISLAND),
    (("grow", "shrink"), RADIUS),
    (("smooth",), SMOOTH),
)
SHORT = {
    "fill_holes": mark("Holes"),
    "keep_largest": mark("Largest"),
    "remove_islands": mark("Islands"),
    "grow": mark("Grow"),
    "shrink": mark("Shrink"),
    "smooth": mark("Smooth"),
}
WORDS, ICONS = Qt.ToolButtonStyle.ToolButtonTextOnly, Qt.ToolButtonStyle.ToolButtonIconOnly
LEAVING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class AmountBox(QSpinBox):
    """A number to be typed or turned by the wheel; Enter and Esc give the keys back to the picture."""

    left = Signal()

    def __init__(self, amount: Amount) -> None:
        super().__init__(objectName=f"amount_{amount.name}")
        self.setRange(amount.least, amount.most)
        self.setValue(amount.default)
        self.setSuffix(f" {amount.unit}" if amount.unit else "")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName(tr(amount.words))
        limits = tr("{least} to {most}", least=amount.least, most=amount.most)
        self.setToolTip(f"{tr(amount.words)}  ({limits})")

    def sizeHint(self) -> QSize:
        """As wide as the longest number."""
        longest = f"{self.maximum()}{self.suffix()}"
        return QSize(self.fontMetrics().horizontalAdvance(longest) + 16, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Nothing of it may be cut off."""
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        """Enter here accepts a number, never the mask."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in LEAVING:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave by Enter or Esc."""
        if event.key() in LEAVING:
            self.interpretText()
            self.left.emit()
        else:
            super().keyPressEvent(event)


class OptionStrip(QWidget):
    """Shows and sets the amounts of the toolbox and whether shapes take away."""

    amount_changed = Signal(str, int)
    subtract_chosen = Signal(bool)
    left = Signal()  # the keys go back to the picture

    def __init__(self, actions: ActionSet) -> None:
        super().__init__(objectName="option_strip")
        self.boxes = {amount.name: self._box(amount) for amount in AMOUNTS}
        self.name = QLabel(objectName="title")
        self.hint = QLabel(objectName="quiet")
        self.waiting = QLabel(objectName="waiting")
        self.waiting.hide()
        self._level = self._labelled(LEVEL)
        self._signs = self._sign_buttons(actions)
        self._commands = self._command_buttons(actions)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 6, 4)
        layout.setSpacing(8)
        self._tool_part = (self.name, self._signs, self._level, self.waiting)
        for widget in (*self._tool_part, self.hint):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addWidget(self._commands)

    def _box(self, amount: Amount) -> AmountBox:
        box = AmountBox(amount)
        box.valueChanged.connect(lambda value: self.amount_changed.emit(amount.name, value))
        box.left.connect(self.left)
        return box

    def _labelled(self, amount: Amount) -> QWidget:
        part = QWidget()
        layout = _row(part)
        label = QLabel(tr(amount.words))
        label.setBuddy(self.boxes[amount.name])
        layout.addWidget(label)
        layout.addWidget(self.boxes[amount.name])
        return part

    def _sign_buttons(self, actions: ActionSet) -> QWidget:
        part = QWidget()
        layout = _row(part, 0)
        group = QButtonGroup(part)
        self.signs: dict[bool, QToolButton] = {}
        for subtract, text in ((False, tr("Add")), (True, tr("Take away"))):
            button = QToolButton(objectName="subtract" if subtract else "add")
            button.setText(text)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _checked=False, subtract=subtract: self.subtract_chosen.emit(subtract))
            group.addButton(button)
            layout.addWidget(button)
            self.signs[subtract] = button
        self.signs[False].setChecked(True)
        actions.with_keys(self._show_tips)
        return part

    def _show_tips(self) -> None:
        key = shown("swap_tool")
        self.signs[False].setToolTip(tr("It adds; Alt turns it round for once  [{key}]", key=key))
        self.signs[True].setToolTip(tr("It takes away; Alt turns it round for once  [{key}]", key=key))

    def _command_buttons(self, actions: ActionSet) -> QWidget:
        part = QWidget()
        layout = _row(part, 2)
        self._buttons: list[QToolButton] = []
        for names, amount in COMMANDS:
            for name in names:
                button = QToolButton(objectName=f"strip_{name}")
                actions[name].setIconText(tr(SHORT[name]))
                button.setDefaultAction(actions[name])
                button.setIconSize(ICON)
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                layout.addWidget(button)
                self._buttons.append(button)
            if amount is not None:
                layout.addWidget(self.boxes[amount.name])
            layout.addSpacing(2)
        return part

    def show_tool(self, tool: Tool, words: str) -> None:
        """Show the options of the tool in hand; words: its name for the reader."""
        self.name.setText(words)
        self._signs.setVisible(tool.signed)
        self._level.setVisible(tool.name == "threshold_brush")
        self.hint.setText(tr(tool.hint))
        self._fit()

    def show_subtract(self, subtract: bool) -> None:
        """Show whether shapes take away."""
        self.signs[subtract].setChecked(True)

    def show_waiting(self, text: str) -> None:
        """Say what waits for the reader's yes or no; "" when nothing does."""
        self.waiting.setText(text)
        self.waiting.setVisible(bool(text))
        self._fit()

    def set_amounts(self, values: Mapping[str, int]) -> None:
        """Set what was kept."""
        for name, value in values.items():
            self.boxes[name].setValue(value)

    def amounts(self) -> dict[str, int]:
        """The amounts by name."""
        return {name: box.value() for name, box in self.boxes.items()}

    def minimumSizeHint(self) -> QSize:
        """It may be narrow, for the commands are in the menu too, and is as high with every tool."""
        margins = self.layout().contentsMargins()
        return QSize(LEAST_WIDTH, self.boxes["level"].sizeHint().height() + margins.top() + margins.bottom())

    def sizeHint(self) -> QSize:
        """As wide as there is room, and no higher."""
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what there is room for."""
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """The same for another size of text."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _width(self, style: Qt.ToolButtonStyle) -> int:
        """How wide the commands are as icons, or with words."""
        for button in self._buttons:
            button.setToolButtonStyle(style)
        self._commands.layout().invalidate()
        return self._commands.sizeHint().width()

    def _fit(self) -> None:
        """The tool's part always; where they fit beside it the commands, then their words, then the hint."""
        spacing = self.layout().spacing()
        margins = self.layout().contentsMargins()
        room = self.width() - margins.left() - margins.right() - spacing
        room -= sum(part.sizeHint().width() + spacing for part in self._tool_part if not part.isHidden())
        worded = self._width(WORDS)
        room -= worded if room >= worded else self._width(ICONS)
        self._commands.setVisible(room >= 0)
        self.hint.setVisible(room >= self.hint.sizeHint().width() + 2 * spacing)


def _row(part: QWidget, spacing: int = 6) -> QHBoxLayout:
    layout = QHBoxLayout(part)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    return layout
