"""The canvas: picture, mask and brush in one widget."""

from unet_studio.gui.canvas.canvas import Canvas

__all__ = ["Canvas"]
