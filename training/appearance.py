"""Other gray values, colours, light, sharpness and compression of a picture in 0..1. numpy and cv2 only.

Each function takes (h, w, channels) float32 and returns as much, not clipped unless it says so. Chances in the
specification are drawn by the caller; these draw only how strongly.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from training.elastic import spread

Floats = npt.NDArray[np.float32]
MIDDLE = 0.5  # mid-gray: what the padding is, and what contrast turns about


def tone(values: Floats, gain: float, offset: float) -> Floats:
    """Contrast by `gain` about mid-gray, then brighter by `offset`."""
    return _shaped(values * np.float32(gain) + np.float32(offset + MIDDLE * (1.0 - gain)), values)


def gamma(values: Floats, power: float) -> Floats:
    """Gray values, clipped to 0..1, to the power of `power`."""
    return _shaped(cv2.pow(np.clip(values, 0.0, 1.0), power), values)


def recolour(values: Floats, gains: npt.NDArray[np.float64], saturation: float, hue: float) -> Floats:
    """RGB with each channel times its gain, then the distance to gray times `saturation` and turned by `hue` degrees.

    The turn is about the gray axis: a gray pixel stays gray, and every pixel keeps its mean.
    """
    gray = np.full((3, 3), 1 / 3)
    angle = np.deg2rad(hue)
    across = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    turned = np.cos(angle) * (np.eye(3) - gray) + np.sin(angle) * across
    matrix = (gray + saturation * turned) @ np.diag(gains)
    return _shaped(cv2.transform(values, matrix.astype(np.float32)), values)


def clipped(values: Floats, rng: np.random.Generator) -> Floats:
    """Over- and underexposed: up to 12 % of the range lost in black and up to 22 % in white; clipped to 0..1."""
    low, high = rng.uniform(0.0, 0.12), rng.uniform(0.78, 1.0)
    return np.asarray(np.clip((values - np.float32(low)) / np.float32(high - low), 0.0, 1.0), dtype=np.float32)


def uneven_light(values: Floats, strength: float, rng: np.random.Generator) -> Floats:
    """Times a smooth field whose logarithm is normal with deviation `strength` at 3 x 3 points: heel effect, light."""
    gain = np.exp(spread(strength * rng.standard_normal((3, 3, 1)), (values.shape[0], values.shape[1])))
    return _shaped(values * _for_each_channel(gain, values), values)


def vignette(values: Floats, rng: np.random.Generator) -> Floats:
    """Darker away from a bright middle, as a single light source in a tube leaves it: corners lose 20 to 80 %."""
    rows, columns = values.shape[:2]
    top, left = rng.uniform(0.3, 0.7, 2)
    down = (np.linspace(0, 1, rows) - top) ** 2
    across = (np.linspace(0, 1, columns) - left) ** 2
    radius = (down[:, None] + across[None]) / max(top, 1 - top, left, 1 - left) ** 2 / 2
    gain = (1.0 - rng.uniform(0.2, 0.8) * radius).astype(np.float32)
    return _shaped(values * _for_each_channel(gain, values), values)


def blurred(values: Floats, rng: np.random.Generator) -> Floats:
    """Out of focus: Gaussian of 0.4 to 1.6 px."""
    return _shaped(cv2.GaussianBlur(values, (0, 0), float(rng.uniform(0.4, 1.6))), values)


def shaken(values: Floats, rng: np.random.Generator) -> Floats:
    """Moved during exposure: averaged along a line of 3 to 9 px in any direction."""
    length, angle = int(rng.integers(1, 5)), rng.uniform(0, np.pi)
    side = 2 * length + 1
    kernel = np.zeros((side, side), np.float32)
    step = length * np.array([np.cos(angle), np.sin(angle)])
    first, last = (tuple(int(value) for value in np.rint(length + sign * step)) for sign in (-1, 1))
    cv2.line(kernel, first, last, 1.0)
    return _shaped(cv2.filter2D(values, -1, kernel / kernel.sum()), values)


def sharpened(values: Floats, rng: np.random.Generator) -> Floats:
    """Edges or local contrast raised by 0.3 to 1.5 of themselves, within 1 to 24 px, as a vendor's processing does."""
    side = 2 * round(float(np.exp(rng.uniform(0.0, np.log(24.0))))) + 1
    wide = _shaped(cv2.stackBlur(values, (side, side)), values)
    return _shaped(values + np.float32(rng.uniform(0.3, 1.5)) * (values - wide), values)


def noisy(values: Floats, deviation: float, rng: np.random.Generator) -> Floats:
    """Normal noise of that deviation: the same for all channels of a pixel, for RGB also, half as strong, blotches."""
    rows, columns, channels = values.shape
    noise = _for_each_channel(rng.standard_normal((rows, columns), dtype=np.float32), values)
    if channels == 3:
        coarse = rng.standard_normal((-(-rows // 2), -(-columns // 2), 3), dtype=np.float32)
        noise += np.float32(0.5) * cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_LINEAR)
    noise *= np.float32(deviation)
    noise += values
    return noise


def compressed(values: Floats, rng: np.random.Generator) -> Floats:
    """Through a JPEG of quality 25 to 90, in 0..1; gray and RGB only, other numbers of channels stay as they are."""
    quality = int(rng.integers(25, 91))
    if values.shape[2] not in (1, 3):
        return values
    stored = np.rint(np.clip(values, 0.0, 1.0) * np.float32(255)).astype(np.uint8)
    _, data = cv2.imencode(".jpg", np.ascontiguousarray(stored[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality])
    read = _shaped(np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED)), values)
    return _shaped(read[..., ::-1] * np.float32(1 / 255), values)


def _for_each_channel(plane: Floats, like: Floats) -> Floats:
    """(h, w[, 1]) repeated to (h, w, channels); many times faster than broadcasting along so short an axis."""
    return _shaped(cv2.merge([plane] * like.shape[2]), like)


def _shaped(result: npt.ArrayLike, like: Floats) -> Floats:
    """As (h, w, channels) float32: cv2 drops the axis of a single channel."""
    return np.asarray(result, dtype=np.float32).reshape(like.shape)
