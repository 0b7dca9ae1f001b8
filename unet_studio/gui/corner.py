"""The corner of the canvas: a warning while the view is turned, and the legend of a comparison."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QTransform
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from unet_studio.gui.canvas.turn import Turn
from unet_studio.gui.texts import tr

GLYPH = 22  # logical px
AWAY = 10  # logical px from the canvas's edges


class Corner(QWidget):
    """Lies over the top left corner of a canvas and lets the mouse through."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas, objectName="corner")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._warning = QFrame(objectName="turn_warning")
        self._glyph = QLabel(objectName="turn_glyph")
        self.turn_text = QLabel(objectName="turn_text")
        row = QHBoxLayout(self._warning)
        row.setContentsMargins(8, 4, 10, 4)
        row.addWidget(self._glyph)
        row.addWidget(self.turn_text)
        self.legend = QLabel(objectName="legend")
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for widget in (self._warning, self.legend):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
            widget.hide()
        self.move(AWAY, AWAY)
        self.hide()

    def show_turn(self, turn: Turn, how_back: str) -> None:
        """Warn that the view is turned; how_back: what makes it upright again."""
        words = turn.words
        self.turn_text.setText(f"{tr('View {turned}', turned=tr(words))}\n{how_back}" if words else "")
        self._glyph.setPixmap(_letter(turn, self.devicePixelRatioF()))
        self._warning.setVisible(bool(words))
        self._fit()

    def show_legend(self, text: str) -> None:
        """Explain colours, by rich text, or nothing."""
        self.legend.setText(text)
        self.legend.setVisible(bool(text))
        self._fit()

    def _fit(self) -> None:
        self.setVisible(bool(self.turn_text.text() or self.legend.text()))
        self._warning.layout().activate()
        self.layout().activate()  # else it is as large as the words before
        self.adjustSize()


def _letter(turn: Turn, ratio: float) -> QPixmap:
    """The letter F as the picture is turned."""
    found = QPixmap(round(GLYPH * ratio), round(GLYPH * ratio))
    found.setDevicePixelRatio(ratio)
    found.fill(Qt.GlobalColor.transparent)
    painter = QPainter(found)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    half = GLYPH / 2
    painter.setTransform(QTransform(*turn.forth((1.0, 0.0)), *turn.forth((0.0, 1.0)), half, half), True)
    for bar in (QRectF(-6, -10, 4, 20), QRectF(-6, -10, 13, 4), QRectF(-6, -2, 10, 4)):
        painter.fillRect(bar, QColor(255, 255, 255))
    painter.end()
    return found
