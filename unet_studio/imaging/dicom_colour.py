"""Colour DICOM samples to RGB: YBR in its kinds, palettes, and depths other than 8 and 16 bits."""

from __future__ import annotations

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut

from unet_studio.imaging.refusal import damaged

# PS3.3 C.7.6.3.1.2: Y, Cb, Cr to R, G, B
FULL_RANGE = np.array([[1.0, 0.0, 1.402], [1.0, -0.344136, -0.714136], [1.0, 1.772, 0.0]], np.float32)
# ITU-R BT.601 with Y in 16..235 and Cb, Cr in 16..240
PARTIAL_RANGE = np.array([[1.1644, 0.0, 1.5960], [1.1644, -0.3917, -0.8130], [1.1644, 2.0173, 0.0]], np.float32)


def from_ybr(samples: np.ndarray, bits: int, photometric: str) -> np.ndarray:
    """(H, W, 3) RGB of the same dtype from YBR_FULL, YBR_FULL_422 (already expanded) or YBR_PARTIAL samples."""
    middle = np.float32(1 << (bits - 1))
    partial = "PARTIAL" in photometric
    values = samples.astype(np.float32)
    values[..., 0] -= np.float32(middle / 8) if partial else np.float32(0)
    values[..., 1:] -= middle
    values = values @ (PARTIAL_RANGE if partial else FULL_RANGE).T
    np.rint(values, out=values)
    return np.asarray(np.clip(values, 0, (1 << bits) - 1, out=values).astype(samples.dtype))


def from_palette(index: np.ndarray, dataset: Dataset) -> np.ndarray:
    """(H, W, 3) RGB of PALETTE COLOR; uint8 where the 16-bit entries carry no more than 8 bits."""
    try:
        coloured = np.asarray(apply_color_lut(index, dataset))[..., :3]
    except MemoryError:
        raise
    except Exception as error:  # pydicom raises whatever a damaged palette provokes
        raise damaged("has a damaged colour palette") from error
    if coloured.dtype == np.uint8:
        return coloured
    wide = coloured.astype(np.uint16)
    if not (wide & 255).any() or not (wide % 257).any():
        return (wide >> 8).astype(np.uint8)
    return wide


def full_depth(samples: np.ndarray, bits: int) -> np.ndarray:
    """(H, W, 3) uint8 or uint16 whose values use the whole range, from unsigned samples of `bits` bits."""
    if bits <= 8:
        return samples.astype(np.uint8) if bits == 8 else _scaled(samples, bits, np.uint8)
    if bits == 16:
        return samples.astype(np.uint16)
    return (samples >> (bits - 16)).astype(np.uint16) if bits > 16 else _scaled(samples, bits, np.uint16)


def _scaled(samples: np.ndarray, bits: int, to: type[np.uint8] | type[np.uint16]) -> np.ndarray:
    top, most = (1 << bits) - 1, int(np.iinfo(to).max)
    wide = np.minimum(samples, top).astype(np.uint32) * np.uint32(most)
    return np.asarray(((wide + np.uint32(top // 2)) // np.uint32(top)).astype(to))
