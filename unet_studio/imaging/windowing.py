"""From stored values to 8-bit gray on the screen: modality step, window or VOI LUT, and inversion after it.

Integer pictures of up to 16 bits go through a table of all stored values (`window_table`, then `apply_table`), so
that dragging the window costs a table and one pass; others are computed value by value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from unet_studio.core.image import Image, LookupTable, ValueTransform, Voi, Window, modality, table_index

Shade = Callable[[np.ndarray], np.ndarray]
TAIL_PERCENT = 0.5  # of the values that the robust window leaves out at either end
SAMPLED = 512  # values a side that percentiles are taken from
IDENTITY = np.arange(256, dtype=np.uint8)
COLOUR_WINDOW = Window(128.0, 256.0)  # exactly the identity on 0..255


def default_window(image: Image) -> Window:
    """The window nearest to what a picture opens with, in modality values.

    The file's first one; else that of its first VOI LUT; else, up to 8 bits, all values; else robust percentiles.
    """
    transform = image.transform
    if image.pixels.ndim == 3:
        return COLOUR_WINDOW
    if transform.windows:
        return transform.windows[0]
    if transform.voi_luts:
        return window_of(transform.voi_luts[0])
    if image.bits <= 8 and image.pixels.dtype == np.uint8 and _plain(transform):
        return _span(0, (1 << image.bits) - 1)
    return robust_window(image)


def robust_window(image: Image) -> Window:
    """The window between the 0.5th and the 99.5th percentile of an (H, W) picture's modality values."""
    if image.pixels.ndim == 3:
        return COLOUR_WINDOW
    values = modality(thin(image.pixels, SAMPLED), image.transform)
    low, high = (float(one) for one in np.percentile(values, (TAIL_PERCENT, 100.0 - TAIL_PERCENT)))
    if values.dtype.kind in "iu":
        return _span(round(low), round(high))
    if high <= low:
        return Window(low, 1.0, "", "LINEAR_EXACT")
    return Window((low + high) / 2, high - low, "", "LINEAR_EXACT")


def window_of(voi: Voi) -> Window:
    """A window itself, or the LINEAR one over the input values between which a VOI LUT's entries change."""
    if isinstance(voi, Window):
        return voi
    entries = voi.values.astype(np.int64)
    steps = np.flatnonzero(np.diff(entries))
    low, high = (int(steps[0]), int(steps[-1]) + 1) if steps.size else (0, len(entries) - 1)
    return replace(_span(voi.first + low, voi.first + high), falling=bool(entries[-1] < entries[0]))


def _span(low: int, high: int) -> Window:
    """The LINEAR window that shows `low` as 0 and `high` as 255."""
    width = max(1.0, float(high - low)) + 1.0
    return Window(low + width / 2, width)


def _plain(transform: ValueTransform) -> bool:
    return transform.modality_lut is None and transform.slope == 1.0 and transform.intercept == 0.0


def default_voi(image: Image) -> Voi:
    """What a picture opens with (PS3.3 C.11.2): the file's first window, else its first VOI LUT, else default_window.

    `display` applies it when it is given none.
    """
    if image.pixels.ndim == 2 and not image.transform.windows and image.transform.voi_luts:
        return image.transform.voi_luts[0]
    return default_window(image)


def display(image: Image, window: Voi | None = None, *, inverted: bool = False, step: int = 1) -> np.ndarray:
    """The picture as 8-bit gray (h, w) or RGB (h, w, 3), contiguous.

    window: a window, or one of the file's VOI LUTs; None for the default. For RGB it acts on 0..255, at any depth.
    inverted: turn the gray scale (or colours) over once more, on top of the file's own inversion.
    step: every step-th pixel only, for a quick preview while the window is dragged.
    """
    pixels = image.pixels[::step, ::step] if step > 1 else image.pixels
    return shade(image, window, inverted=inverted)(pixels)


def shade(image: Image, window: Voi | None = None, *, inverted: bool = False) -> Shade:
    """What turns any stored values of this picture into the uint8 that `display` shows of them, of the same shape.

    For a part of the picture, or a smaller copy of it: a drag of the window then costs what is on the screen.
    """
    if has_table(image.pixels):
        table = window_table(image, window, inverted=inverted)
        return lambda pixels: apply_table(pixels, table)
    voi, turned = window or default_voi(image), image.transform.inverted != inverted

    def each(pixels: np.ndarray) -> np.ndarray:
        shown = gray_of(modality(pixels, image.transform), voi)
        return np.ascontiguousarray(255 - shown if turned else shown)

    return each


def has_table(pixels: np.ndarray) -> bool:
    """True where stored values are integers of up to 16 bits."""
    return pixels.dtype.kind in "iu" and pixels.dtype.itemsize <= 2


def window_table(image: Image, window: Voi | None = None, *, inverted: bool = False) -> np.ndarray:
    """What every stored value looks like: (256,) or (65536,) uint8, indexed by the stored value's bit pattern.

    For pictures that has_table; arguments as for display.
    """
    dtype = image.pixels.dtype
    patterns = np.arange(1 << (8 * dtype.itemsize), dtype=f"u{dtype.itemsize}")
    voi = window or default_voi(image)
    if image.pixels.ndim == 3:
        table = gray_of(patterns / np.float64(257.0 if dtype == np.uint16 else 1.0), voi)
    else:
        table = gray_of(modality(patterns.view(dtype), image.transform), voi)
    return 255 - table if image.transform.inverted != inverted else table


def apply_table(pixels: np.ndarray, table: np.ndarray) -> np.ndarray:
    """uint8 of the shape of `pixels` (8- or 16-bit integers, any strides), each by window_table's `table`.

    The pixels themselves where the table changes nothing.
    """
    import cv2

    if pixels.dtype == np.uint8 and np.array_equal(table, IDENTITY):
        return np.ascontiguousarray(pixels)

    patterns = np.ascontiguousarray(pixels).view(f"u{pixels.dtype.itemsize}")
    try:
        return np.asarray(cv2.LUT(patterns, table)).reshape(pixels.shape)
    except cv2.error:  # OpenCV before 5 has no 16-bit tables
        return np.asarray(table[patterns])


def gray_of(values: np.ndarray, voi: Voi) -> np.ndarray:
    """uint8 gray of modality values by a window (PS3.3 C.11.2.1.2.1 and .3) or a VOI LUT (C.11.2.1.1)."""
    if isinstance(voi, LookupTable):
        gray = voi.values[table_index(values, voi)] * (255.0 / ((1 << voi.bits) - 1))
    else:
        gray = _windowed(values.astype(np.float64), voi)
        gray = 255.0 - gray if voi.falling else gray
    return np.asarray(np.clip(np.floor(gray + 0.5), 0.0, 255.0).astype(np.uint8))


def _windowed(values: np.ndarray, window: Window) -> np.ndarray:
    center, width = window.center, window.width
    if window.function == "SIGMOID":
        exponent = np.clip(-4.0 * (values - center) / max(width, 1e-12), -700.0, 700.0)
        return 255.0 / (1.0 + np.exp(exponent))
    if window.function != "LINEAR_EXACT":
        center, width = center - 0.5, width - 1.0
    if width <= 0.0:
        return np.where(values <= center, 0.0, 255.0)
    return ((values - center) / width + 0.5) * 255.0


def thin(pixels: np.ndarray, side: int) -> np.ndarray:
    """Every n-th row and column, so that no side is much longer than `side`."""
    return pixels[:: max(1, pixels.shape[0] // side), :: max(1, pixels.shape[1] // side)]
