"""From what a codec returns to the pixels of an Image: gray or RGB, alpha composited, contiguous and read-only."""

from __future__ import annotations

import numpy as np

from unet_studio.imaging.refusal import Refused


def as_pixels(decoded: np.ndarray) -> np.ndarray:
    """Pixels for an Image from (H, W), (H, W, 1), gray + alpha (H, W, 2), RGB (H, W, 3) or RGBA (H, W, 4).

    Alpha is composited over black, three equal channels become one, colour becomes uint8 or uint16, float64 and
    half floats become float32 and 64-bit integers float32 too. Raises Refused for complex and other values.
    """
    pixels = decoded[..., 0] if decoded.ndim == 3 and decoded.shape[2] == 1 else decoded
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        pixels = over_black(pixels)
    if pixels.ndim == 3 and pixels.shape[2] == 3 and channels_equal(pixels):
        pixels = pixels[..., 0]
    if pixels.ndim == 3 and pixels.shape[2] == 3:
        pixels = colour(pixels)
    elif pixels.ndim == 2:
        pixels = gray(pixels)
    else:
        raise Refused("has pixels of several values that are no colours", "export it as gray or RGB")
    return frozen(pixels)


def gray(pixels: np.ndarray) -> np.ndarray:
    """(H, W) values in a type that an Image may have: integers up to 32 bits or finite float32."""
    if pixels.dtype == bool:
        return np.asarray(pixels.astype(np.uint8) * np.uint8(255))
    if pixels.dtype.kind in "iu" and pixels.dtype.itemsize <= 4:
        return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    if pixels.dtype.kind in "iuf":
        return finite(pixels.astype(np.float32))
    raise Refused("has complex or compound pixel values", "export it as gray or RGB")


def finite(values: np.ndarray) -> np.ndarray:
    """The same float32 values with NaN and infinities replaced by the smallest and largest finite ones."""
    good = np.isfinite(values)
    if good.all():
        return values
    if not good.any():
        return np.zeros_like(values)
    low, high = float(values[good].min()), float(values[good].max())
    return np.asarray(np.nan_to_num(values, nan=low, posinf=high, neginf=low))


def colour(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 or uint16 from integers up to 32 bits or floats (0..1, or 0..their maximum)."""
    if pixels.dtype in (np.uint8, np.uint16):
        return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    if pixels.dtype == np.uint32:
        return np.asarray((pixels >> np.uint32(16)).astype(np.uint16))
    if pixels.dtype.kind == "f":
        values = finite(pixels.astype(np.float32))
        top = max(1.0, float(values.max()))
        return np.asarray(np.rint(np.clip(values, 0.0, None) * np.float32(65535.0 / top)).astype(np.uint16))
    raise Refused("has signed or compound colour values", "export it as 8-bit or 16-bit RGB")


def over_black(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 2) or (H, W, 4) integers with alpha last, composited over black; opaque ones just lose their alpha."""
    values, alpha = pixels[..., :-1], pixels[..., -1:]
    if pixels.dtype.kind != "u" or pixels.dtype.itemsize > 2:
        return values[..., 0] if values.shape[2] == 1 else values
    full = np.uint64(np.iinfo(pixels.dtype).max)
    if not (alpha == full).all():
        wide = values.astype(np.uint32) * alpha.astype(np.uint32) + np.uint32(full // np.uint64(2))
        values = (wide // np.uint32(full)).astype(pixels.dtype)
    return values[..., 0] if values.shape[2] == 1 else values


def channels_equal(pixels: np.ndarray) -> bool:
    """True where all three channels of (H, W, 3) are the same; a thin look first keeps colour pictures quick."""
    for view in (pixels[::37, ::37], pixels):
        if not (np.array_equal(view[..., 0], view[..., 1]) and np.array_equal(view[..., 1], view[..., 2])):
            return False
    return True


def frozen(pixels: np.ndarray) -> np.ndarray:
    """The same pixels, contiguous and read-only."""
    whole = np.ascontiguousarray(pixels)
    whole.setflags(write=False)
    return whole


def oriented(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Pixels (H, W) or (H, W, n) turned upright for an EXIF or TIFF orientation 1..8; others change nothing."""
    if orientation in (5, 6, 7, 8):
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels


def depth(pixels: np.ndarray) -> int:
    """Bits of one stored value."""
    return int(pixels.dtype.itemsize) * 8
