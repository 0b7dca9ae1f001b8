"""Small controls that the panels share: a button that shows its action's key, a slider with name
and value, a choice of values."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from unet_studio.gui.texts import plain


class ActionButton(QPushButton):
    """A button for a QAction: its icon, words and key."""

    def __init__(self, action: QAction, text: str = "", *, kind: str = "", show_key: bool = True) -> None:
        super().__init__()
        self._action, self._text = action, text
        self.setProperty("kind", kind)
        self.setIconSize(QSize(18, 18))
        self.setCheckable(action.isCheckable())
        self._key = QLabel(objectName="key")
        self._key.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 9, 0)
        layout.addStretch(1)
        layout.addWidget(self._key)
        self._show_key = show_key
        self.clicked.connect(self._trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _trigger(self) -> None:
        self._action.trigger()
        self._follow()  # a click alone leaves the button as the action is

    def _follow(self) -> None:
        action = self._action
        self.setText(self._text or plain(action.text()))
        self.setIcon(action.icon())
        self.setToolTip(action.toolTip())
        self.setAccessibleName(plain(action.text()))
        self.setAccessibleDescription(action.toolTip())
        self.setEnabled(action.isEnabled())
        if self.isCheckable():
            self.setChecked(action.isChecked())
        self._key.setText(action.shortcut().toString(QKeySequence.SequenceFormat.NativeText))
        self._key.setVisible(self._show_key and not action.shortcut().isEmpty())
        self._key.setEnabled(action.isEnabled())

    def sizeHint(self) -> QSize:
        """Wide enough for words and key."""
        hint = super().sizeHint()
        extra = self._key.sizeHint().width() + 10 if self._key.isVisibleTo(self) else 0
        return QSize(hint.width() + extra, max(hint.height(), 30))

    def minimumSizeHint(self) -> QSize:
        """Nothing of it may be cut off."""
        return self.sizeHint()


class ValueSlider(QWidget):
    """Name above left, value above right, slider below."""

    def __init__(self, name: str, object_name: str, tip: str, text: Callable[[int], str]) -> None:
        super().__init__()
        self._text = text
        self.slider = QSlider(Qt.Orientation.Horizontal, objectName=object_name)
        self.slider.setAccessibleName(name)
        self.slider.setToolTip(tip)
        self.slider.setMinimumHeight(20)
        label = QLabel(name)
        label.setBuddy(self.slider)
        self.value = QLabel(objectName="value")
        head = QHBoxLayout()
        head.addWidget(label)
        head.addStretch(1)
        head.addWidget(self.value)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.slider)
        self.slider.valueChanged.connect(self._show_value)

    def _show_value(self, value: int) -> None:
        self.value.setText(self._text(value))

    def set_range(self, low: int, high: int, value: int, page: int = 5) -> None:
        """Set range, value and page step at once."""
        self.slider.setRange(low, high)
        self.slider.setPageStep(page)
        self.slider.setValue(value)
        self._show_value(value)

    def show_value(self, value: int) -> None:
        """Move the slider without telling anybody."""
        was = self.slider.blockSignals(True)
        self.slider.setValue(value)
        self.slider.blockSignals(was)
        self._show_value(self.slider.value())


class ElidedLabel(QLabel):
    """One line of plain text that ends in an ellipsis where it does not fit; the tooltip has all of it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        painter = QPainter(self)
        box = self.contentsRect().adjusted(7, 0, -7, 0)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, box.width())
        colour = self.palette().color(self.foregroundRole())
        painter.setPen(colour)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def minimumSizeHint(self) -> QSize:
        """It may be narrow."""
        return QSize(60, super().minimumSizeHint().height())


class SideArea(QScrollArea):
    """A column of controls that scrolls up and down and is never narrower than what stands in it."""

    def __init__(self, column: QWidget, least: int) -> None:
        super().__init__(objectName="side")
        self._least = least
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(column)

    def minimumSizeHint(self) -> QSize:
        """As wide as the widest control at this size of text, with its scroll bar where there is one."""
        inner = self.widget().minimumSizeHint()
        bar = self.verticalScrollBar()
        extra = bar.sizeHint().width() if bar.isVisible() else 0
        return QSize(max(self._least, inner.width() + extra), super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell the splitter when the column's size has changed."""
        if watched is self.widget() and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self.updateGeometry()
        return super().eventFilter(watched, event)


def rule() -> QFrame:
    """A thin line between groups of controls."""
    line = QFrame(objectName="rule")
    line.setFrameShape(QFrame.Shape.HLine)
    return line


def choices(name: str, rows: Iterable[tuple[object, str]], now: object) -> QComboBox:
    """A box of (value, words) in which `now` is chosen."""
    box = QComboBox(objectName=name)
    for value, words in rows:
        box.addItem(words, value)
    box.setCurrentIndex(max(0, box.findData(now)))
    return box
