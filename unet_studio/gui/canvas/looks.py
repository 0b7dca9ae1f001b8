"""How the canvas looks: colour, tint, outline, what is shown and hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from unet_studio.gui.canvas.overlay import Colour

if TYPE_CHECKING:
    from unet_studio.gui.canvas.canvas import Canvas


class Looks:
    """The looks of the canvas's layers."""

    def set_colour(self: Canvas, colour: Colour) -> None:
        """RGB of the Mask's tint and outline."""
        self._look(colour=colour)

    def set_opacity(self: Canvas, opacity: float) -> None:
        """Opacity of the tint, 0..1; the outline stays opaque."""
        self._look(opacity=min(max(opacity, 0.0), 1.0))

    def set_outline(self: Canvas, outline: bool) -> None:
        """Draw the outline or not."""
        self._look(outline=outline)

    def set_mask_visible(self: Canvas, visible: bool) -> None:
        """Show or hide the Mask; painting goes on either way."""
        if visible != self._mask_layer.visible:
            self._look(visible=visible)
            self.mask_shown.emit(visible)

    def set_lock_visible(self: Canvas, visible: bool) -> None:
        """Show by a hatch which pixels are locked, or do not."""
        self._lock_wanted = visible
        self._show_lock()

    def _show_lock(self: Canvas) -> None:
        visible = self._lock_wanted or self._tool.shows_lock
        if visible != self._lock_layer.visible:
            self._lock_layer.visible = visible
            self.update()

    def set_difference(self: Canvas, other: np.ndarray | None) -> None:
        """Show how the Mask differs from another (H, W) uint8 0/1 one, in place of itself; None ends it.

        Raises ValueError for another size.
        """
        if other is not None and other.shape != self.image_shape:
            raise ValueError(f"mask of {other.shape} for a picture of {self.image_shape}")
        self._difference.then = other
        self.update()

    @property
    def mask_visible(self: Canvas) -> bool:
        """Whether the Mask is drawn."""
        return self._mask_layer.visible

    def _look(self: Canvas, **changes: object) -> None:
        for name, value in changes.items():
            setattr(self._mask_layer, name, value)
        self.update()
