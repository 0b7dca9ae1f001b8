"""The one way from a picture's values to a network's input, for training and for proposals. numpy and cv2 only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

RESIZABLE = (np.uint8, np.uint16, np.int16, np.float32)  # what cv2.resize averages without a copy
SAMPLES = 3
MOST = 1e30  # what lies beyond counts as this, so that float32 can hold it
BELOW = 1 / 1024  # how far below the threshold a doubtful part is laid
COLOUR_FULL = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0}


@dataclass(frozen=True)
class InputSpec:
    """What a network wants to see; stored in its model file.

    size: long side in px; multiple: rows and columns are padded to it; kind: "gray" or "colour";
    low, high: percentiles of the picture that become 0 and 1; then (value - mean) / deviation.
    """

    size: int
    channels: int
    multiple: int = 32
    kind: str = "gray"
    low: float = 1.0
    high: float = 99.0
    mean: float = 0.5
    deviation: float = 0.5


@dataclass(frozen=True)
class Fit:
    """Where the picture lies in the network's grid: at the top left, `content` of `padded`, in px."""

    rows: int
    columns: int
    content_rows: int
    content_columns: int
    padded_rows: int
    padded_columns: int


def fit_to(rows: int, columns: int, spec: InputSpec) -> Fit:
    """The Fit of a picture of rows x columns px: aspect ratio kept, long side `spec.size`.

    Raises ValueError for a picture without pixels.
    """
    if rows < 1 or columns < 1:
        raise ValueError(f"A picture of {rows} x {columns} pixels has nothing to segment; open another one.")
    scale = spec.size / max(rows, columns)
    content = [max(1, round(side * scale)) for side in (rows, columns)]
    padded = [-(-side // spec.multiple) * spec.multiple for side in content]
    return Fit(rows, columns, content[0], content[1], padded[0], padded[1])


def network_input(values: Array, inverted: bool, spec: InputSpec) -> tuple[Floats, Fit]:
    """A picture as its network sees it.

    values: (H, W) or (H, W, 3) RGB of any integer or float type; inverted: low values are bright (MONOCHROME1).
    Returns (channels, h, w) float32 and the Fit; the same for values and for a * values + b with a > 0 (gray), and
    bit for bit the same for a film and for its negative that is said to be inverted.
    """
    fit = fit_to(values.shape[0], values.shape[1], spec)
    return pad(standardise(unit_picture(values, inverted, spec, fit), spec), fit), fit


def unit_picture(values: Array, inverted: bool, spec: InputSpec, fit: Fit) -> Floats:
    """(H, W) or (H, W, 3) to (content_rows, content_columns, channels) float32 in 0..1, dark to bright."""
    if spec.kind == "gray":
        values, inverted = from_zero(thinned(values, fit.content_rows, fit.content_columns), inverted), False
    return unit_values(resize(values, fit.content_rows, fit.content_columns), inverted, spec)


def from_zero(values: Array, inverted: bool) -> Array:
    """Values of any type counted from the darkest (0) up: equal for a picture and for its negative that is inverted.

    Integers of up to 16 bits come back unsigned in their own width, so that averaging rounds both alike;
    others as float32.
    """
    if values.dtype.kind in "iu" and values.itemsize <= 2:
        low, high = int(values.min()), int(values.max())
        counted = high - values.astype(np.int32) if inverted else values.astype(np.int32) - low
        return counted.astype(np.uint8 if values.itemsize == 1 else np.uint16)
    wide = values.astype(np.float64)
    known = np.isfinite(wide)
    wide[known] = np.clip(wide[known], -MOST, MOST)
    finite = wide[known]
    if not finite.size:
        return values
    upward = finite.max() - wide if inverted else wide - finite.min()
    return np.asarray(upward, dtype=np.float32)


def resize(values: Array, rows: int, columns: int) -> Array:
    """(H, W[, 3]) to (rows, columns[, 3]), averaged when smaller, bilinear when larger; dtype kept where cv2 can.

    Of a picture many times larger only every n-th pixel is averaged, at least SAMPLES of them along each side.
    """
    values = thinned(values, rows, columns)
    if values.dtype.type not in RESIZABLE:
        values = values.astype(np.float32)
    smaller = rows < values.shape[0] or columns < values.shape[1]
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    resized: Array = cv2.resize(np.ascontiguousarray(values), (columns, rows), interpolation=method)
    return resized


def thinned(values: Array, rows: int, columns: int) -> Array:
    """Every n-th pixel of (H, W[, 3]), so that at least SAMPLES are left for each of the target's rows and columns."""
    step = int(max(1, min(values.shape[0] / rows, values.shape[1] / columns) // SAMPLES))
    return values[(step - 1) // 2 :: step, (step - 1) // 2 :: step]


def unit_values(values: Array, inverted: bool, spec: InputSpec) -> Floats:
    """(h, w[, 3]) of any scale to (h, w, channels) float32 in 0..1, dark to bright."""
    picture = values.astype(np.float32)
    if spec.kind == "gray":
        gray = picture if picture.ndim == 2 else picture.mean(axis=2)
        unit = _between_percentiles(gray, spec)[..., None]
    else:
        full = COLOUR_FULL.get(values.dtype) if values.ndim == 3 else None
        unit = picture / np.float32(full) if full else _between_percentiles(picture, spec)
        unit = unit[..., None] if unit.ndim == 2 else unit
    if unit.shape[2] != spec.channels:
        unit = np.repeat(unit[..., :1], spec.channels, axis=2)
    return np.ascontiguousarray(1.0 - unit if inverted else unit, dtype=np.float32)


def _between_percentiles(values: Floats, spec: InputSpec) -> Floats:
    """Values with the `low` percentile at 0 and the `high` one at 1, clipped; 0.5 everywhere for a constant picture."""
    finite = np.isfinite(values)
    if not finite.all():
        values = np.where(finite, values, np.median(values[finite]) if finite.any() else 0.0).astype(np.float32)
    low, high = (float(value) for value in np.percentile(values, (spec.low, spec.high)))
    noise = 1e-5 * max(abs(float(values.min())), abs(float(values.max())))
    if high - low <= noise:
        low, high = float(values.min()), float(values.max())
    if high - low <= noise:
        return np.full(values.shape, 0.5, np.float32)
    return np.asarray(np.clip((values - np.float32(low)) / np.float32(high - low), 0.0, 1.0), dtype=np.float32)


def standardise(unit: Floats, spec: InputSpec) -> Floats:
    """(h, w, channels) in 0..1 to (channels, h, w) float32 as the network's weights expect it."""
    centred = (unit - np.float32(spec.mean)) / np.float32(spec.deviation)
    return np.ascontiguousarray(centred.transpose(2, 0, 1), dtype=np.float32)


def unstandardise(values: Floats, spec: InputSpec) -> Floats:
    """The inverse of `standardise`: (channels, h, w) to (h, w, channels) float32."""
    unit = values.transpose(1, 2, 0) * np.float32(spec.deviation) + np.float32(spec.mean)
    return np.ascontiguousarray(unit, dtype=np.float32)


def pad(values: Floats, fit: Fit) -> Floats:
    """(channels, content) to (channels, padded) with zeros, which are mid-gray, below and to the right."""
    below, right = fit.padded_rows - fit.content_rows, fit.padded_columns - fit.content_columns
    return np.pad(values, ((0, 0), (0, below), (0, right)))


def crop(probability: Array, fit: Fit) -> Array:
    """(padded_rows, padded_columns) to the picture's own part, (content_rows, content_columns)."""
    return probability[: fit.content_rows, : fit.content_columns]


def confident(probability: Floats, threshold: float, peak: float) -> Floats:
    """Probabilities in which no part of the mask is left that nowhere reaches `peak`: hysteresis (Canny 1986, VIII).

    probability: (h, w) float32; parts are 8-connected and come to lie just below `threshold`, so that a lower
    threshold shows them again. A peak not above the threshold changes nothing.
    """
    above = (probability >= threshold).astype(np.uint8)
    if peak <= threshold or not above.any():
        return probability
    count, parts = cv2.connectedComponents(above, connectivity=8)
    highest = np.zeros(count, np.float32)
    np.maximum.at(highest, parts.ravel().astype(np.intp), probability.ravel())
    weak = highest < peak
    weak[0] = False  # what lies outside every part
    below = np.float32(threshold - BELOW)
    return np.where(weak[parts], below, probability).astype(np.float32)


def rebased(probability: Floats, threshold: float) -> Floats:
    """Probabilities whose odds are divided by those of the threshold, so that it comes to lie at 0.5."""
    if threshold == 0.5:
        return probability
    over, under = probability * np.float32(1 - threshold), (1 - probability) * np.float32(threshold)
    return np.asarray(over / (over + under), dtype=np.float32)


def mask_to_network(mask: Bytes, fit: Fit) -> Bytes:
    """(H, W) uint8, 0 = background, to (padded_rows, padded_columns) uint8 of 0 and 1; padding is background."""
    full = (mask > 0).astype(np.uint8) * np.uint8(255)
    content = np.asarray(resize(full, fit.content_rows, fit.content_columns)) >= 128
    below, right = fit.padded_rows - fit.content_rows, fit.padded_columns - fit.content_columns
    return np.pad(content.astype(np.uint8), ((0, below), (0, right)))


def mask_at_own_size(probability: Floats, rows: int, columns: int, threshold: float) -> Bytes:
    """(content_rows, content_columns) probabilities to a (rows, columns) uint8 mask of 0 and 1."""
    own = cv2.resize(np.ascontiguousarray(probability), (columns, rows), interpolation=cv2.INTER_LINEAR)
    return (own >= threshold).astype(np.uint8)
