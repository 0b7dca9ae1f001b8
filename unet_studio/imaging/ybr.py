"""Luminance and colour differences to RGB, as DICOM and TIFF store them."""

from __future__ import annotations

import numpy as np

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
