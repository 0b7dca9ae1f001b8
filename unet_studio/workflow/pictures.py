"""A picture as exports hold it: as it is shown, and at full depth for a network to be trained on."""

from __future__ import annotations

import numpy as np

from unet_studio.core.image import Image, modality_values


def full_depth(image: Image) -> np.ndarray:
    """(H, W) uint8 or uint16, dark to bright from 0 up, or (H, W, 3) RGB as it is.

    A network sees in it what it sees in the Image itself; only values wider than 16 bits are rounded to 65535 steps.
    """
    from training.preprocess import from_zero

    values = modality_values(image)
    if values.ndim == 3:
        return values
    counted = from_zero(values, image.transform.inverted)
    if counted.dtype.kind == "u":
        return counted
    known = np.nan_to_num(counted.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    return np.asarray(np.rint(known * (65535.0 / max(float(known.max(initial=0.0)), 1e-30))), dtype=np.uint16)
