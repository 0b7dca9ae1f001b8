"""Drawing the display picture: nearest px when zoomed in, smooth when zoomed out."""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import copy
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from unet_studio.gui.canvas.sampling import device_rect, sampled
from unet_studio.gui.canvas.turn import Turn
from unet_studio.gui.canvas.view import View

NEAREST_FROM = 2.0  # device px for one image px
MARGIN = 2  # image px around the exposed ones, for the smoothing

Shade = Callable[[np.ndarray], np.ndarray]


class Picture:
    """(H, W) or (H, W, 3) pixels with smaller copies made when they are first drawn.

    shade: makes display pixels (uint8, same shape) of what is drawn of them; without it they are display pixels.
    """

    def __init__(self, pixels: np.ndarray, shade: Shade | None = None) -> None:
        self._pixels, self._levels = pixels, [np.ascontiguousarray(pixels)]
        self._shade: Shade = shade or np.asarray

    def through(self, shade: Shade) -> Picture:
        """The same pixels through another window; both share the smaller copies."""
        other = copy(self)
        other._shade = shade
        return other

    def shows(self, pixels: np.ndarray) -> bool:
        """Whether it was made of this very array."""
        return self._pixels is pixels

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) in px."""
        rows, columns = self._levels[0].shape[:2]
        return rows, columns

    def paint(self, painter: QPainter, exposed: QRectF, view: View, ratio: float) -> None:
        """Draw what lies inside `exposed` (logical px)."""
        if view.scale * ratio >= NEAREST_FROM:
            self._paint_nearest(painter, exposed, view, ratio)
        else:
            self._paint_smooth(painter, exposed, view, ratio)

    def _paint_nearest(self, painter: QPainter, exposed: QRectF, view: View, ratio: float) -> None:
        rect = device_rect(exposed.left(), exposed.top(), exposed.right(), exposed.bottom(), ratio)
        found = sampled(self._levels[0], view, rect, ratio)
        if found is not None:
            pixels, part = found
            image = as_image(self._shade(pixels)).convertToFormat(QImage.Format.Format_RGB32)
            image.setDevicePixelRatio(ratio)
            painter.drawImage(QPointF(part.left / ratio, part.top / ratio), image)

    def _paint_smooth(self, painter: QPainter, exposed: QRectF, view: View, ratio: float) -> None:
        pixels = self._level(view.scale * ratio)
        rows, columns = pixels.shape[:2]
        across, down = self.shape[1] / columns, self.shape[0] / rows  # image px for one px of the level
        left, top, right, bottom = view.covered(exposed.left(), exposed.top(), exposed.right(), exposed.bottom())
        c0, c1 = max(math.floor(left / across) - MARGIN, 0), min(math.ceil(right / across) + MARGIN, columns)
        r0, r1 = max(math.floor(top / down) - MARGIN, 0), min(math.ceil(bottom / down) + MARGIN, rows)
        if c0 >= c1 or r0 >= r1:
            return
        shown = _seen(self._shade(pixels[r0:r1, c0:c1]), view.turn)
        image = as_image(shown).convertToFormat(QImage.Format.Format_RGB32)
        corner, end = view.to_widget((c0 * across, r0 * down)), view.to_widget((c1 * across, r1 * down))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        target = QRectF(QPointF(*corner), QPointF(*end)).normalized()
        painter.drawImage(target, image, QRectF(image.rect()))

    def _level(self, device_scale: float) -> np.ndarray:
        wanted = max(0, math.floor(-math.log2(device_scale)))
        while len(self._levels) <= wanted:
            from unet_studio.editing.pyramid import halved  # cv2: not before a large picture is drawn

            self._levels.append(halved(self._levels[-1]))
        return self._levels[wanted]


def _seen(crop: np.ndarray, turn: Turn) -> np.ndarray:
    """The crop as it lies on the screen."""
    if not turn.swapped:
        return turn.seen(crop)
    from unet_studio.editing.pyramid import transposed  # a tenth of numpy's time on a crop of a large picture

    return replace(turn, swapped=False).seen(transposed(crop))


def as_image(pixels: np.ndarray) -> QImage:
    """A QImage on the memory of (H, W) or (H, W, 3) uint8 pixels, row-strided views included: draw it at once."""
    rows, columns = pixels.shape[:2]
    if pixels.strides[1:] != ((1,) if pixels.ndim == 2 else (3, 1)) or pixels.strides[0] < 0:
        pixels = np.ascontiguousarray(pixels)
    kind = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
    return QImage(buffer_of(pixels), columns, rows, pixels.strides[0], kind)


def buffer_of(pixels: np.ndarray) -> memoryview:
    """The bytes from the first pixel of a row-strided uint8 array to its last."""
    stride = pixels.strides[0]
    length = (pixels.shape[0] - 1) * stride + pixels[0].size
    return memoryview(np.lib.stride_tricks.as_strided(pixels, (length,), (1,), writeable=False))
