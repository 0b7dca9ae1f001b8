"""Drawing doubt over the picture: violet, the brighter the likelier an error, with the anatomy seen through it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPaintEvent, qRgba
from PySide6.QtWidgets import QWidget

from unet_studio.gui.canvas.sketch import with_view
from unet_studio.gui.canvas.view import View
from unet_studio.gui.texts import mark, tr

LEAST, MOST = 0.12, 0.8  # doubt from which it is shown, and from which it is shown at its strongest
STRONGEST = 150  # of 255: the anatomy stays visible
FAINT, BRIGHT = (150, 90, 255), (255, 150, 255)
MARGIN, BAR = 10, 90  # logical px
WORDS = (mark("Doubt"), mark("little"), mark("much"))


def colour_of(doubt: float) -> tuple[int, int, int, int]:
    """R G B and opacity of a doubt of 0..1."""
    share = min(max((doubt - LEAST) / (MOST - LEAST), 0.0), 1.0)
    red, green, blue = (round(one + share * (other - one)) for one, other in zip(FAINT, BRIGHT, strict=True))
    return red, green, blue, round(STRONGEST * share**0.7)


@dataclass
class DoubtLayer:
    """The layer of doubt: a small picture of it that covers the whole picture of `shape` (rows, columns)."""

    image: QImage | None = None
    shape: tuple[int, int] = (0, 0)
    visible: bool = False

    def show(self, doubt: np.ndarray | None, shape: tuple[int, int]) -> None:
        """Take (h, w) uint8 doubt, 255 being certain error, or None."""
        self.shape = shape
        if doubt is None:
            self.image = None
            return
        cells = np.ascontiguousarray(doubt)
        image = QImage(cells.data, cells.shape[1], cells.shape[0], cells.strides[0], QImage.Format.Format_Indexed8)
        image.setColorTable([qRgba(*colour_of(level / 255)) for level in range(256)])
        self.image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)

    def paint(self, painter: QPainter, exposed: QRectF, view: View, ratio: float) -> None:
        """Draw what the painter's clip shows."""
        if self.image is None or not self.visible:
            return
        with_view(painter, view)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(0, 0, self.shape[1], self.shape[0]), self.image)
        painter.restore()


class DoubtLegend(QWidget):
    """Says in a corner of the picture what the colours mean."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas, objectName="doubt_legend")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("Doubt: from little to much"))
        self.hide()
        canvas.resized.connect(self._place)

    def sizeHint(self) -> QSize:
        """As wide as its words and the bar."""
        text = sum(self.fontMetrics().horizontalAdvance(tr(word)) + 8 for word in WORDS)
        return QSize(text + BAR + 12, self.fontMetrics().height() + 10)

    def showEvent(self, event: QEvent) -> None:
        """Go to the corner."""
        self._place()

    def _place(self) -> None:
        self.resize(self.sizeHint())
        self.move(MARGIN, self.parentWidget().height() - self.height() - MARGIN)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words on dark ground, the bar between them."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(12, 13, 15, 215))
        painter.setPen(QColor("#ffffff"))
        metrics, x = self.fontMetrics(), 8
        for place, word in enumerate(map(tr, WORDS)):
            painter.drawText(x, 0, self.width(), self.height(), Qt.AlignmentFlag.AlignVCenter, word)
            x += metrics.horizontalAdvance(word) + 8
            if place == 1:
                self._paint_bar(painter, QRectF(x - 2, 7, BAR - 6, self.height() - 14))
                x += BAR - 4
        painter.end()

    def _paint_bar(self, painter: QPainter, bar: QRectF) -> None:
        painter.fillRect(bar, QColor(70, 70, 70))
        ramp = QLinearGradient(bar.topLeft(), bar.topRight())
        for step in range(11):
            ramp.setColorAt(step / 10, QColor(*colour_of(LEAST + (MOST - LEAST) * step / 10)))
        painter.fillRect(bar, ramp)
