"""What the canvas has in hand: the tool, the brush, and what tools are told."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from unet_studio.editing.strokes import LARGEST, SMALLEST
from unet_studio.gui.canvas.brush_outline import next_size, ring, ring_bounds
from unet_studio.gui.canvas.holding import Probability, Tool
from unet_studio.gui.canvas.tools import IN_HAND

if TYPE_CHECKING:
    from unet_studio.gui.canvas.canvas import Canvas


class Kit:
    """Tool and brush of the canvas."""

    @property
    def brush_size(self: Canvas) -> int:
        """Diameter in image px."""
        return self._brush_size

    def set_brush_size(self: Canvas, px: int) -> None:
        """Brush and eraser diameter in image px, clipped to 1..500."""
        size = min(max(int(px), SMALLEST), LARGEST)
        if size != self._brush_size:
            self._brush_size = size
            self._move_ring()
            self.brush_size_changed.emit(size)

    def step_brush(self: Canvas, notches: int) -> None:
        """Make the brush larger (> 0) or smaller (< 0)."""
        self.set_brush_size(next_size(self._brush_size, notches))

    def turn_brush(self: Canvas, notches: float) -> None:
        """Make the brush larger or smaller by a wheel or touchpad; parts of a notch add up."""
        self._turned += notches
        whole = math.trunc(self._turned + math.copysign(1e-6, self._turned))
        self._turned -= whole
        self.step_brush(whole)

    @property
    def tool(self: Canvas) -> str:
        """Name of the tool in hand."""
        return self._tool.name

    def set_tool(self: Canvas, name: str) -> None:
        """Take a tool of the tools table, or the ruler. Raises KeyError for an unknown one."""
        tool: Tool = IN_HAND[name]
        if tool is not self._tool:
            self._put_down()
            if tool.ring != self._tool.ring:
                self._last_end = None
            self._tool = tool
            self._show_cursor()
            self._show_lock()
            self._move_ring()
            self.tool_changed.emit(name)

    def swap(self: Canvas) -> None:
        """Brush for eraser and back; a tool that adds takes away, and back."""
        if self._tool.signed:
            self.set_subtract(not self._subtract)
        else:
            self.set_tool("brush" if self.tool == "eraser" else "eraser")

    def set_subtract(self: Canvas, subtract: bool) -> None:
        """Whether the tools that draw an outline take away; Alt turns it round for one gesture."""
        if subtract != self._subtract:
            self._subtract = subtract
            self.subtract_changed.emit(subtract)

    def set_level(self: Canvas, level: float) -> None:
        """Probability (0..1) from which the threshold within the brush marks."""
        self._level = level

    def set_probability(self: Canvas, probability: Probability | None) -> None:
        """What gives the proposal at the picture's own size, None without one."""
        self._probability = probability

    @property
    def read_only(self: Canvas) -> bool:
        """Whether tools are put away."""
        return self._read_only

    def set_read_only(self: Canvas, read_only: bool) -> None:
        """View only: tools do nothing, navigation works."""
        if read_only:
            self._put_down()
        self._read_only = read_only
        self._show_cursor()
        self._move_ring()

    def _move_ring(self: Canvas) -> None:
        """Put the brush outline where the cursor is, and repaint where it was and is."""
        old, self._ring = self._ring, self._ring_now()
        for circle in (old, self._ring):
            if circle is not None and old != self._ring:
                self.update(ring_bounds(circle) & self.rect())

    def _ring_now(self: Canvas) -> QRectF | None:
        wanted = self._tool.ring and self._cursor is not None and self._can_paint()
        return ring(self.to_image(self._cursor), self._brush_size, self._view) if wanted else None
