"""The canvas widget: shows one picture with its Mask and takes the reader's strokes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from unet_studio.editing.document import Document, Event
from unet_studio.editing.rect import Rect
from unet_studio.gui.canvas.brush_outline import paint_ring
from unet_studio.gui.canvas.difference import Difference
from unet_studio.gui.canvas.hands import Hands
from unet_studio.gui.canvas.hatch import Hatch
from unet_studio.gui.canvas.holding import Layer, Probability
from unet_studio.gui.canvas.kit import Kit
from unet_studio.gui.canvas.looks import Looks
from unet_studio.gui.canvas.overlay import Colour, Overlay
from unet_studio.gui.canvas.picture import Picture, Shade
from unet_studio.gui.canvas.placing import Placing
from unet_studio.gui.canvas.ruler import Measures, Ruler, Spacing
from unet_studio.gui.canvas.sketch import exposed
from unet_studio.gui.canvas.tools import TOOLS
from unet_studio.gui.canvas.turn import UPRIGHT
from unet_studio.gui.canvas.view import View
from unet_studio.gui.texts import tr

BACKGROUND = QColor(12, 13, 15)
SURROUND = 3  # logical px that an outline may reach beyond the changed pixels

Values = Callable[[int, int], object]


class Canvas(Hands, Kit, Looks, Measures, Placing, QWidget):
    """Picture, Mask, ghost and brush outline in one widget.

    The Document is drawn and edited in place; the canvas repaints what the Document reports as changed, so undo,
    redo, proposals and threshold previews need no call here. Mouse and keys are handled by `Hands`; tool and brush
    stand in `Kit`, colours and layers in `Looks`, zoom and pan in `Placing`, the ruler in `Measures`.
    """

    painting_begun = Signal()  # a tool for the Mask begins a gesture
    stroke_finished = Signal(object)  # the editing Step of a tool's gesture
    hovered = Signal(int, int)  # column, row under the cursor; -1, -1 outside the picture
    brush_size_changed = Signal(int)  # px
    tool_changed = Signal(str)
    subtract_changed = Signal(bool)
    said = Signal(str)  # one sentence for the reader
    zoom_changed = Signal(float)  # widget px for one image px
    turned = Signal(object)  # the Turn of what is seen
    view_changed = Signal(object)  # the View
    window_dragged = Signal(float, float)  # dx, dy in widget px since the last one
    mask_shown = Signal(bool)
    picture_changed = Signal()  # another picture, or the same one through another window
    resized = Signal()
    first_painted = Signal()  # a picture given to set_image is on the screen

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setAccessibleName(tr("Picture"))
        self.setAccessibleDescription(tr("Paint with the left button, window with the right, pan with the middle."))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(QSize(160, 120))
        self._picture: Picture | None = None
        self._values: Values | None = None
        self._opened_as: np.ndarray | None = None  # the picture through its own window, which tools look at
        self._document: Document | None = None
        self._ghost: np.ndarray | None = None
        self._mask_layer = Overlay(self._mask_plane, (86, 180, 233))
        self._ghost_layer = Overlay(lambda: self._ghost, (230, 159, 0), opacity=0.15)
        self._lock_layer = Hatch(lambda: None if self._document is None else self._document.touched)
        self._difference = Difference(lambda: None if self._document is None else self._document.mask)
        self._ruler: Ruler | None = None
        self._spacing: Spacing | None = None
        self.layers: list[Layer] = []  # painted above the Mask, in this order
        self._view = View()
        self._fitted = True
        self._brush_size = 41
        self._turned = 0.0  # wheel notches that have not changed the brush yet
        self._tool = TOOLS["brush"]
        self._subtract = self._lock_wanted = False
        self._level = 0.5
        self._probability: Probability | None = None
        self._read_only = False
        self._announce_paint = False
        self._start_hands()

    # what is shown

    def viewport(self) -> QWidget:
        """The widget that mouse events go to: the canvas itself."""
        return self

    def set_image(self, display: np.ndarray | None, values: Values | None = None, *, keep_view: bool = False) -> None:
        """Show another picture, whole unless keep_view, without a Document; None shows nothing.

        display: (H, W) or (H, W, 3) uint8; values: gives what `value_at` says of a (column, row).
        """
        self.set_document(None)
        self.set_ghost(None)
        self.set_difference(None)
        self.set_ruler(None)
        self.set_spacing(None)
        self.set_probability(None)
        known = self._picture is not None and display is not None and self._picture.shape == display.shape[:2]
        self._picture = None if display is None else Picture(display)
        self._values, self._opened_as = values, display
        self._announce_paint = display is not None
        if not (keep_view and known):
            self.set_turn(UPRIGHT)
            self.fit()
        self.update()
        self.picture_changed.emit()

    def set_shade(self, pixels: np.ndarray, shade: Shade) -> None:
        """Show the same picture through another window: `shade` makes display pixels of the part that is drawn.

        pixels: the stored values, (H, W) or (H, W, 3), the same array at each call, since smaller copies of it are
        kept. Raises ValueError when its size is not the picture's.
        """
        if self._picture is None or pixels.shape[:2] != self.image_shape:
            raise ValueError(f"pixels of {pixels.shape[:2]} for a picture of {self.image_shape}")
        shown = self._picture
        self._picture = shown.through(shade) if shown.shows(pixels) else Picture(pixels, shade)
        self.update()
        self.picture_changed.emit()

    def set_document(self, document: Document | None) -> None:
        """Show and edit this Document from now on. Raises ValueError when it is not of the picture's size."""
        if document is not None and document.shape != self.image_shape:
            raise ValueError(f"document of {document.shape} for a picture of {self.image_shape}")
        self._put_down()
        if self._document is not None:
            self._document.listeners.remove(self._document_changed)
        self._document = document
        self._last_end = None
        if document is not None:
            document.listeners.append(self._document_changed)
        self.update()

    def set_ghost(self, mask: np.ndarray | None, colour: Colour | None = None) -> None:
        """Show a second (H, W) uint8 0/1 Mask, for comparison, or none. Raises ValueError for another size."""
        if mask is not None and mask.shape != self.image_shape:
            raise ValueError(f"ghost of {mask.shape} for a picture of {self.image_shape}")
        self._ghost = mask
        self._ghost_layer.colour = colour or self._ghost_layer.colour
        self.update()

    @property
    def image_shape(self) -> tuple[int, int]:
        """(rows, columns) of the picture shown, (0, 0) without one."""
        return self._picture.shape if self._picture is not None else (0, 0)

    @property
    def document(self) -> Document | None:
        """The Document that is edited."""
        return self._document

    @property
    def mask(self) -> np.ndarray:
        """A copy of the Mask shown, (H, W) uint8 0/1; zeros without a Document."""
        return np.zeros(self.image_shape, np.uint8) if self._document is None else self._document.mask.copy()

    def value_at(self, column: int, row: int) -> object | None:
        """What the picture's accessor says of a pixel; None outside the picture."""
        rows, columns = self.image_shape
        inside = 0 <= column < columns and 0 <= row < rows
        return self._values(column, row) if inside and self._values is not None else None

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the exposed rectangles and nothing else."""
        painter = QPainter(self)
        ratio = painter.device().devicePixelRatioF()
        region = event.region()
        for rect in exposed(region):
            painter.setClipRect(rect)
            painter.fillRect(rect, BACKGROUND)
            if self._picture is not None:
                self._picture.paint(painter, QRectF(rect), self._view, ratio)
            for layer in (self._ghost_layer, self._mask_layer, self._difference, self._lock_layer, *self.layers):
                layer.paint(painter, QRectF(rect), self._view, ratio)
        painter.setClipRegion(region)
        if self._hand is not None:
            self._hand.paint(painter, self._view)
        self._paint_ruler(painter)
        if self._ring is not None:
            paint_ring(painter, self._ring, ratio)
        painter.end()
        if self._announce_paint:
            self._announce_paint = False
            QTimer.singleShot(0, self, self._say_painted)

    def _say_painted(self) -> None:
        if not self._announce_paint:  # else another picture came in between and says so itself
            self.first_painted.emit()

    def refresh(self, rect: Rect) -> None:
        """Repaint a rectangle of image px soon."""
        if not rect.empty:
            left, top, right, bottom = self._view.bounds(rect)
            around = QRectF(QPointF(left, top), QPointF(right, bottom))
            self.update(around.adjusted(-SURROUND, -SURROUND, SURROUND, SURROUND).toAlignedRect() & self.rect())

    def _document_changed(self, event: Event) -> None:
        self.refresh(event.rect)
        if event.op in ("undo", "redo"):
            self._put_down()
        if event.op == "step" and event.step is not None and event.step.kind in TOOLS:
            self.stroke_finished.emit(event.step)

    def _mask_plane(self) -> np.ndarray | None:
        hidden = self._document is None or self._difference.then is not None
        return None if hidden else self._document.mask

    def sizeHint(self) -> QSize:
        """A comfortable first size."""
        return QSize(900, 700)
