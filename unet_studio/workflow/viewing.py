"""What the reader sees of an Image: gray on the screen, window presets, values and areas as text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from unet_studio.core.image import Image, Voi, Window, modality_values

DRAG_STEPS = 600.0  # px of dragging that change a window by the whole range of the picture
LEAST_WIDTH = 1e-3  # of the whole range: a window never closes
WHOLE = "whole range"
AUTO = ("auto", 0.5, 99.5)  # name, and the percentiles that become black and white
LUNGS, MEDIASTINUM = ("lungs", 0.5, 75.0), ("mediastinum", 25.0, 99.9)  # what is darker, what is brighter
BY_PERCENTILE = dict.fromkeys(("CR", "DX", "RG"), (AUTO, LUNGS, MEDIASTINUM))
BY_MODALITY = {  # values with a fixed meaning: HU
    "CT": (
        Window(-600.0, 1500.0, "lung"),
        Window(40.0, 400.0, "soft tissue"),
        Window(400.0, 1800.0, "bone"),
        Window(40.0, 80.0, "brain"),
    )
}
PRESET_NAMES = (WHOLE, AUTO[0], LUNGS[0], MEDIASTINUM[0], *(one.explanation for one in BY_MODALITY["CT"]))


def display(image: Image, window: Voi | None = None, *, inverted: bool = False) -> np.ndarray:
    """The picture as uint8 (H, W) gray or (H, W, 3) RGB, contiguous; None takes what it opens with.

    inverted: bright and dark change places, on top of what the file says of them.
    """
    from unet_studio.imaging import windowing

    return windowing.display(image, window, inverted=inverted)


def shade(image: Image, window: Voi, *, inverted: bool = False) -> Callable[[np.ndarray], np.ndarray]:
    """What turns stored values of any part or smaller copy of the picture into what `display` shows of them."""
    from unet_studio.imaging import windowing

    return windowing.shade(image, window, inverted=inverted)


def presets(image: Image) -> tuple[Voi, ...]:
    """For the digit keys: what the picture opens with, the file's own windows and VOI LUTs, then windows from
    percentiles, the modality's and the whole range, which fall where the picture opens with a decreasing VOI LUT.
    """
    from unet_studio.imaging import windowing

    opening, transform = windowing.default_voi(image), image.transform
    falling = windowing.window_of(opening).falling

    low, high = _value_range(image)
    whole = Window((low + high) / 2, max(high - low, 1.0), WHOLE)
    usual = BY_MODALITY.get(image.modality, ()) if image.pixels.ndim == 2 else ()
    tails = tuple(between(image, *row) for row in BY_PERCENTILE.get(image.modality, (AUTO,)))
    made = (replace(window, falling=falling) for window in (*tails, *usual, whole))
    found: list[Voi] = []
    for voi in (opening, *transform.windows, *transform.voi_luts, *made):
        if not any(_alike(voi, other) for other in found):
            found.append(voi)
    return tuple(found[:9])


def _alike(one: Voi, other: Voi) -> bool:
    if isinstance(one, Window) and isinstance(other, Window):
        return (one.center, one.width) == (other.center, other.width)
    return one is other


def between(image: Image, name: str, low: float, high: float) -> Window:
    """The window between two percentiles of a picture's values, which colour pictures have no use for."""
    from unet_studio.imaging import windowing

    if image.pixels.ndim == 3:
        return windowing.default_window(image)
    thin = Image(windowing.thin(image.pixels, windowing.SAMPLED), image.source, image.format, image.transform)
    values = modality_values(thin)
    ends = np.percentile(values[np.isfinite(values)] if values.dtype.kind == "f" else values, (low, high))
    first, last = float(ends[0]), float(ends[1])
    return Window((first + last) / 2, max(last - first, 1.0 if values.dtype.kind in "iu" else 1e-6), name)


def dragged(voi: Voi, dx: float, dy: float, image: Image) -> Window:
    """The window after a right-drag of (dx, dy) screen px: right widens (less contrast), up brightens.

    A VOI LUT gives way to the window nearest to it, so that bright stays bright.
    """
    from unet_studio.imaging import windowing

    window = windowing.window_of(voi)
    low, high = _value_range(image)
    span = max(high - low, 1.0)
    width = max(window.width + dx * span / DRAG_STEPS, LEAST_WIDTH * span)
    brighter = -dy if window.falling else dy
    return replace(window, center=window.center + brighter * span / DRAG_STEPS, width=width, explanation="")


def value_text(image: Image, column: int, row: int) -> str:
    """The modality value (or R G B) of one pixel, "" outside the picture."""
    rows, columns = image.shape
    if not (0 <= row < rows and 0 <= column < columns):
        return ""
    if image.pixels.ndim == 3:
        return " ".join(str(int(channel)) for channel in image.pixels[row, column])
    one = Image(image.pixels[row : row + 1, column : column + 1], image.source, image.format, image.transform)
    return f"{float(modality_values(one)[0, 0]):.6g}"


def area_text(mask: np.ndarray, spacing_mm: tuple[float, float] | None) -> str:
    """Area of the (H, W) Mask in cm² or mm² where the spacing is known, else in px."""
    pixels = int(np.count_nonzero(mask))
    if spacing_mm is None:
        return f"{pixels:,} px".replace(",", " ")
    square_mm = pixels * spacing_mm[0] * spacing_mm[1]
    return f"{square_mm / 100:.1f} cm²" if square_mm >= 100 else f"{square_mm:.1f} mm²"


def _value_range(image: Image) -> tuple[float, float]:
    """Least and greatest modality value of a coarse grid of the picture; 0..255 or 0..65535 for colour."""
    if image.pixels.ndim == 3:
        return 0.0, float(np.iinfo(image.pixels.dtype).max)
    step = max(1, max(image.shape) // 512)
    thin = Image(image.pixels[::step, ::step], image.source, image.format, image.transform)
    values = modality_values(thin)
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
