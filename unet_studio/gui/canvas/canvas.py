"""The canvas widget: shows one picture with its Mask and takes the reader's strokes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from unet_studio.editing.document import Document, Event
from unet_studio.editing.rect import Rect
from unet_studio.editing.strokes import LARGEST, SMALLEST
from unet_studio.gui.canvas import view as views
from unet_studio.gui.canvas.brush_outline import next_size, paint_ring, ring, ring_bounds
from unet_studio.gui.canvas.hands import Hands
from unet_studio.gui.canvas.hatch import Hatch
from unet_studio.gui.canvas.holding import Layer, Probability, Tool
from unet_studio.gui.canvas.overlay import Colour, Overlay
from unet_studio.gui.canvas.picture import Picture
from unet_studio.gui.canvas.sketch import exposed
from unet_studio.gui.canvas.tools import TOOLS
from unet_studio.gui.canvas.view import Point, View

BACKGROUND = QColor(12, 13, 15)
SURROUND = 3  # logical px that an outline may reach beyond the changed pixels

Values = Callable[[int, int], object]


class Canvas(Hands, QWidget):
    """Picture, Mask, ghost and brush outline in one widget.

    The Document is drawn and edited in place; the canvas repaints what the Document reports as changed, so undo,
    redo, proposals and threshold previews need no call here. Mouse and keys are handled by `Hands`.
    """

    stroke_finished = Signal(object)  # the editing Step of a tool's gesture
    hovered = Signal(int, int)  # column, row under the cursor; -1, -1 outside the picture
    brush_size_changed = Signal(int)  # px
    tool_changed = Signal(str)
    subtract_changed = Signal(bool)
    said = Signal(str)  # one sentence for the reader
    zoom_changed = Signal(float)  # widget px for one image px
    window_dragged = Signal(float, float)  # dx, dy in widget px since the last one
    mask_shown = Signal(bool)
    first_painted = Signal()  # a picture given to set_image is on the screen

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setAccessibleName("Picture")
        self.setAccessibleDescription("Paint with the left button, window with the right, pan with the middle.")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(QSize(160, 120))
        self._picture: Picture | None = None
        self._values: Values | None = None
        self._document: Document | None = None
        self._ghost: np.ndarray | None = None
        self._mask_layer = Overlay(self._mask_plane, (86, 180, 233))
        self._ghost_layer = Overlay(lambda: self._ghost, (230, 159, 0), opacity=0.15)
        self._lock_layer = Hatch(lambda: None if self._document is None else self._document.touched)
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
        self.set_probability(None)
        known = self._picture is not None and display is not None and self._picture.shape == display.shape[:2]
        self._picture = None if display is None else Picture(display)
        self._values = values
        self._announce_paint = display is not None
        if not (keep_view and known):
            self.fit()
        self.update()

    def set_display(self, display: np.ndarray) -> None:
        """Show the same picture through another window: new display pixels of the same size.

        Raises ValueError when their size is another.
        """
        if display.shape[:2] != self.image_shape:
            raise ValueError(f"display of {display.shape[:2]} for a picture of {self.image_shape}")
        self._picture = Picture(display)
        self.update()

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

    # how it looks

    def set_colour(self, colour: Colour) -> None:
        """RGB of the Mask's tint and outline."""
        self._look(colour=colour)

    def set_opacity(self, opacity: float) -> None:
        """Opacity of the tint, 0..1; the outline stays opaque."""
        self._look(opacity=min(max(opacity, 0.0), 1.0))

    def set_outline(self, outline: bool) -> None:
        """Draw the outline or not."""
        self._look(outline=outline)

    def set_mask_visible(self, visible: bool) -> None:
        """Show or hide the Mask; painting goes on either way."""
        if visible != self._mask_layer.visible:
            self._look(visible=visible)
            self.mask_shown.emit(visible)

    def set_lock_visible(self, visible: bool) -> None:
        """Show by a hatch which pixels are locked, or do not."""
        self._lock_wanted = visible
        self._show_lock()

    def _show_lock(self) -> None:
        visible = self._lock_wanted or self._tool.shows_lock
        if visible != self._lock_layer.visible:
            self._lock_layer.visible = visible
            self.update()

    @property
    def mask_visible(self) -> bool:
        """Whether the Mask is drawn."""
        return self._mask_layer.visible

    def _look(self, **changes: object) -> None:
        for name, value in changes.items():
            setattr(self._mask_layer, name, value)
        self.update()

    # the brush

    @property
    def brush_size(self) -> int:
        """Diameter in image px."""
        return self._brush_size

    def set_brush_size(self, px: int) -> None:
        """Brush and eraser diameter in image px, clipped to 1..500."""
        size = min(max(int(px), SMALLEST), LARGEST)
        if size != self._brush_size:
            self._brush_size = size
            self._move_ring()
            self.brush_size_changed.emit(size)

    def step_brush(self, notches: int) -> None:
        """Make the brush larger (> 0) or smaller (< 0)."""
        self.set_brush_size(next_size(self._brush_size, notches))

    def turn_brush(self, notches: float) -> None:
        """Make the brush larger or smaller by a wheel or touchpad; parts of a notch add up."""
        self._turned += notches
        whole = math.trunc(self._turned + math.copysign(1e-6, self._turned))
        self._turned -= whole
        self.step_brush(whole)

    @property
    def tool(self) -> str:
        """Name of the tool in hand."""
        return self._tool.name

    def set_tool(self, name: str) -> None:
        """Take a tool of the tools table. Raises KeyError for an unknown one."""
        tool: Tool = TOOLS[name]
        if tool is not self._tool:
            self._put_down()
            if tool.ring != self._tool.ring:
                self._last_end = None
            self._tool = tool
            self._show_cursor()
            self._show_lock()
            self._move_ring()
            self.tool_changed.emit(name)

    def swap(self) -> None:
        """Brush for eraser and back; a tool that adds takes away, and back."""
        if self._tool.signed:
            self.set_subtract(not self._subtract)
        else:
            self.set_tool("brush" if self.tool == "eraser" else "eraser")

    def set_subtract(self, subtract: bool) -> None:
        """Whether the tools that draw an outline take away; Alt turns it round for one gesture."""
        if subtract != self._subtract:
            self._subtract = subtract
            self.subtract_changed.emit(subtract)

    def set_level(self, level: float) -> None:
        """Probability (0..1) from which the threshold within the brush marks."""
        self._level = level

    def set_probability(self, probability: Probability | None) -> None:
        """What gives the proposal at the picture's own size, None without one."""
        self._probability = probability

    @property
    def read_only(self) -> bool:
        """Whether tools are put away."""
        return self._read_only

    def set_read_only(self, read_only: bool) -> None:
        """View only: tools do nothing, navigation works."""
        if read_only:
            self._put_down()
        self._read_only = read_only
        self._show_cursor()
        self._move_ring()

    # where it lies

    @property
    def zoom(self) -> float:
        """Widget px for one image px."""
        return self._view.scale

    def fit(self) -> None:
        """Show the whole picture, and keep doing so when the widget's size changes."""
        self._set_view(views.fitted(self.image_shape, self.width(), self.height()))
        self._fitted = True

    def set_zoom(self, zoom: float, centre: Point | None = None) -> None:
        """Set the zoom with `centre` (x, y in image coordinates; the picture's middle by default) in the middle."""
        rows, columns = self.image_shape
        x, y = centre or (columns / 2, rows / 2)
        scale = views.zoomed(View(zoom), 1.0, (0, 0), self.image_shape).scale
        self._set_view(View(scale, round(self.width() / 2 - x * scale), round(self.height() / 2 - y * scale)))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom with the pixel under widget position `at` (the middle by default) staying where it is."""
        where = at or QPointF(self.width() / 2, self.height() / 2)
        self._set_view(views.zoomed(self._view, factor, (where.x(), where.y()), self.image_shape))

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by widget px."""
        self._set_view(View(self._view.scale, self._view.x + dx, self._view.y + dy))

    def to_widget(self, column: float, row: float) -> QPoint:
        """Position in `viewport()` whose event falls on an image pixel's centre (as near as whole px allow)."""
        x, y = self._view.to_widget((column + 0.5, row + 0.5))
        half = 0.5 / self.devicePixelRatioF()
        return QPoint(math.ceil(x - half - 0.5), math.ceil(y - half - 0.5))

    def to_image(self, position: QPointF) -> Point:
        """Image coordinates (x, y) of what is seen at a widget position; floor gives column and row."""
        point = views.device_point((position.x(), position.y()), self.devicePixelRatioF())
        return self._view.to_image(point)

    def _set_view(self, view: View) -> None:
        kept = views.kept_in_sight(view, self.image_shape, self.width(), self.height())
        zoomed = kept.scale != self._view.scale
        self._fitted = False
        self._view = kept
        self._follow(self._cursor)
        self.update()
        if zoomed:
            self.zoom_changed.emit(kept.scale)

    # painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the picture whole, or its middle in the middle."""
        if self._fitted:
            self.fit()
        elif event.oldSize().isValid():
            grown = event.size() - event.oldSize()
            self.pan(grown.width() // 2, grown.height() // 2)

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
            for layer in (self._ghost_layer, self._mask_layer, self._lock_layer, *self.layers):
                layer.paint(painter, QRectF(rect), self._view, ratio)
        painter.setClipRegion(region)
        if self._hand is not None:
            self._hand.paint(painter, self._view)
        if self._ring is not None:
            paint_ring(painter, self._ring)
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
        return None if self._document is None else self._document.mask

    def _move_ring(self) -> None:
        """Put the brush outline where the cursor is, and repaint where it was and is."""
        old, self._ring = self._ring, self._ring_now()
        for circle in (old, self._ring):
            if circle is not None and old != self._ring:
                self.update(ring_bounds(circle) & self.rect())

    def _ring_now(self) -> QRectF | None:
        wanted = self._tool.ring and self._cursor is not None and self._can_paint()
        return ring(self.to_image(self._cursor), self._brush_size, self._view) if wanted else None

    def sizeHint(self) -> QSize:
        """A comfortable first size."""
        return QSize(900, 700)
