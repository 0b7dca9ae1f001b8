"""Side by side: a second canvas that only shows, linked with the first in zoom, pan, turn and window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSplitter, QToolButton, QVBoxLayout, QWidget

from unet_studio.gui.canvas import Canvas
from unet_studio.gui.canvas.brush_outline import LEAST_RING, ring
from unet_studio.gui.canvas.overlay import Colour
from unet_studio.gui.canvas.view import Point, View
from unet_studio.gui.texts import mark, tr

PICTURE, PROPOSAL, EARLIER, COLLEAGUE = "picture", "proposal", "earlier", "colleague"
CHOICES = (
    (PICTURE, mark("The picture alone")),
    (PROPOSAL, mark("The proposal")),
    (EARLIER, mark("The earlier model's mask")),
    (COLLEAGUE, mark("Another reader's mask")),
)


class Companion(Canvas):
    """Shows the leader's picture where the leader shows it, and marks where the leader's cursor is."""

    def __init__(self, leader: Canvas) -> None:
        self._leader = leader
        self._pointed: Point | None = None
        super().__init__()
        self.setObjectName("companion")
        self.setAccessibleName(tr("Picture for comparison"))
        self.setAccessibleDescription(tr("Shows only: nothing here can be changed."))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.set_read_only(True)
        leader.picture_changed.connect(self.show_picture)
        leader.view_changed.connect(self.show_view)
        leader.hovered.connect(self._point_at)
        self.window_dragged.connect(leader.window_dragged)

    def show_picture(self) -> None:
        """Show the leader's picture through its window; the pixels are shared."""
        if self._picture is None or self.image_shape != self._leader.image_shape:
            self._ghost = None
        self._picture = self._leader._picture
        self.show_view(self._leader._view)

    def show_mask(self, mask: np.ndarray | None, colour: Colour) -> None:
        """Show a (H, W) uint8 0/1 Mask as the leader shows its own, or none."""
        look = self._leader._mask_layer
        self._ghost_layer.opacity, self._ghost_layer.outline = look.opacity, look.outline
        self.set_ghost(mask, colour)

    def show_view(self, view: View) -> None:
        """Show what the leader shows in its middle in the middle, at the same height of the screen."""
        across, down = self._apart()
        self._view = replace(view, x=view.x + across, y=view.y + down)
        self._move_ring()
        self.update()

    def step_brush(self, notches: int) -> None:
        """The leader's brush."""
        self._leader.step_brush(notches)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stay with the leader."""
        self.show_view(self._leader._view)

    def _apart(self) -> tuple[int, int]:
        """From the leader's widget coordinates to these: middle on middle across, level on the screen down."""
        return (self.width() - self._leader.width()) // 2, -self.y()

    def _set_view(self, view: View) -> None:
        across, down = self._apart()
        self._leader._set_view(replace(view, x=view.x - across, y=view.y - down))

    def _point_at(self, column: int, row: int) -> None:
        self._pointed = None if column < 0 else (column + 0.5, row + 0.5)
        self._move_ring()

    def _ring_now(self) -> QRectF | None:
        if self._pointed is None:
            return None
        least = int(2 * LEAST_RING / self._view.scale) + 1
        return ring(self._pointed, max(self._leader.brush_size, least), self._view)


class Beside(QWidget):
    """The companion with a line above that says and chooses what it shows. `pair` holds the canvas and this."""

    choice_changed = Signal(str)
    left = Signal()  # the reader closes it

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(objectName="beside")
        self.canvas = Companion(canvas)
        self.choice = QComboBox(objectName="beside_choice")
        self.choice.setAccessibleName(tr("Shown for comparison"))
        for value, text in CHOICES:
            self.choice.addItem(tr(text), value)
        self.note = QLabel(objectName="quiet")
        self.note.setWordWrap(True)  # a long line must not take room from the picture
        close = QToolButton(objectName="beside_close")
        close.setText("✕")
        close.setToolTip(tr("Close the comparison"))
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out(close)
        self.choice.currentIndexChanged.connect(lambda _index: self.choice_changed.emit(self.chosen))
        self.choice.activated.connect(lambda _index: canvas.setFocus())
        close.clicked.connect(self.left)
        self.pair = QSplitter(Qt.Orientation.Horizontal, objectName="pair")
        self.pair.setChildrenCollapsible(False)
        for place, widget in enumerate((canvas, self)):
            self.pair.addWidget(widget)
            self.pair.setStretchFactor(place, 1)
        self.hide()

    def _lay_out(self, close: QWidget) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 3, 4, 3)
        row.setSpacing(8)
        row.addWidget(self.choice)
        row.addWidget(self.note, 1)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self.canvas, 1)

    @property
    def chosen(self) -> str:
        """What is to be shown: picture, proposal, earlier or colleague."""
        return str(self.choice.currentData())

    def choose(self, what: str) -> None:
        """Choose what is shown; an unknown name changes nothing."""
        self.choice.setCurrentIndex(max(0, self.choice.findData(what)))

    def open(self, on: bool) -> None:
        """Show it, as wide as the canvas, or put it away."""
        self.setVisible(on)
        if on:
            half = self.pair.width() // 2
            self.pair.setSizes([half, half])
            self.canvas.show_picture()

    def show_mask(self, mask: np.ndarray | None, colour: Colour = (255, 255, 255), note: str = "") -> None:
        """Show a Mask over the picture, or none, and a few words."""
        self.canvas.show_mask(mask, colour)
        self.note.setText(note)
        self.note.setToolTip(note)
