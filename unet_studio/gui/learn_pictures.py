"""A held-out picture with the outlines of the reader's Mask and of a model's, drawn for any size of screen."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, qRgba
from PySide6.QtWidgets import QSizePolicy, QWidget

from unet_studio.gui.canvas.overlay import Colour, border, line_width
from unet_studio.gui.texts import tr
from unet_studio.gui.worklist_model import to_qimage

TRUTH: Colour = (255, 255, 255)
BEFORE: Colour = (230, 159, 0)  # Okabe and Ito: orange and sky blue, told apart by every reader
AFTER: Colour = (86, 180, 233)
WRONG = 110  # opacity, of 255, of what differs from the reader's Mask
CLOSED = (False, False, False, False)


def drawn(picture: np.ndarray, truth: np.ndarray | None, model: np.ndarray | None, colour: Colour, room: QSize,
          ratio: float = 1.0) -> QImage:  # fmt: skip
    """The picture, as large as fits into `room` (logical px), with both outlines; what differs is tinted.

    picture: (H, W) or (H, W, 3) uint8; truth, model: (H, W) uint8 0/1; model None: it is not known yet; truth None:
    it is hidden from this reader, and nothing is tinted.
    """
    rows, columns = picture.shape[:2]
    scale = min(room.width() * ratio / columns, room.height() * ratio / rows)
    size = QSize(max(1, round(columns * scale)), max(1, round(rows * scale)))
    smooth = Qt.TransformationMode.SmoothTransformation
    image = to_qimage(picture).scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.drawImage(0, 0, _layer(truth, model, colour, size, ratio))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def _layer(truth: np.ndarray | None, model: np.ndarray | None, colour: Colour, size: QSize, ratio: float) -> QImage:
    """Outlines and tint as an image of their own, `size` in device px."""
    thin = line_width(ratio) if size.height() > 200 * ratio else max(1, round(ratio))
    own = None if truth is None else _sized(truth, size)
    shown = np.zeros((size.height(), size.width()), np.uint8)
    if model is not None:
        found = _sized(model, size)
        if own is not None:
            shown[own != found] = 1
        shown[border(found, thin + max(1, round(ratio)), CLOSED).view(bool)] = 2
    if own is not None:
        shown[border(own, thin, CLOSED).view(bool)] = 3
    layer = QImage(shown.data, size.width(), size.height(), shown.shape[1], QImage.Format.Format_Indexed8)
    layer.setColorTable([0, qRgba(*colour, WRONG), qRgba(*colour, 255), qRgba(*TRUTH, 255)])
    return layer.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _sized(mask: np.ndarray, size: QSize) -> np.ndarray:
    """(h, w) uint8 0/1 of `size`, each px the nearest of the mask."""
    down = np.arange(size.height()) * mask.shape[0] // size.height()
    across = np.arange(size.width()) * mask.shape[1] // size.width()
    return np.ascontiguousarray((mask != 0).view(np.uint8)[down[:, None], across])


class Film(QWidget):
    """One held-out picture with two outlines; it is drawn anew only where size or picture changes."""

    def __init__(self, name: str, colour: Colour) -> None:
        super().__init__(objectName=name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(180, 180)
        self._colour = colour
        self._about: tuple[np.ndarray, np.ndarray | None, np.ndarray | None] | None = None
        self._image: tuple[tuple[QSize, float], QImage] | None = None

    def show_film(self, picture: np.ndarray, truth: np.ndarray | None, model: np.ndarray | None) -> None:
        """Show a picture with the reader's Mask and the model's; see `drawn`."""
        self._about, self._image = (picture, truth, model), None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it in the middle."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor("#000000"))
        if self._about is None:
            painter.setPen(QColor("#b4bcc5"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("Comparing…"))
            return
        key = self.size(), self.devicePixelRatioF()
        if self._image is None or self._image[0] != key:
            self._image = key, drawn(*self._about, self._colour, self.size(), self.devicePixelRatioF())
        image = self._image[1]
        place = QRect(0, 0, round(image.width() / key[1]), round(image.height() / key[1]))
        place.moveCenter(self.rect().center())
        painter.drawImage(place.topLeft(), image)


def strip(
    picture: np.ndarray, truth: np.ndarray | None, one: np.ndarray, other: np.ndarray, side: int, ratio: float
) -> QImage:
    """Before and after beside each other, each in a square of `side` logical px."""
    whole = QImage(round(ratio * (2 * side + 4)), round(ratio * side), QImage.Format.Format_RGB32)
    whole.setDevicePixelRatio(ratio)
    whole.fill(QColor("#000000"))
    painter = QPainter(whole)
    for place, (mask, colour) in enumerate(((one, BEFORE), (other, AFTER))):
        image = drawn(picture, truth, mask, colour, QSize(side, side), ratio)
        wide, high = image.width() / ratio, image.height() / ratio
        painter.drawImage(round(place * (side + 4) + (side - wide) / 2), round((side - high) / 2), image)
    painter.end()
    return whole
