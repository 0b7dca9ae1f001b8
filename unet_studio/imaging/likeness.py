"""What a picture looks like, in a few bits: copies that were saved, sized, windowed or cropped anew share most of them.

The signs of its low spatial frequencies against their median (a perceptual hash). 64 bits are too few for chest films,
which look alike; see docs/decisions/0034-split-and-near-duplicates.md.
"""

from __future__ import annotations

import numpy as np

from unet_studio.core.image import Image
from unet_studio.imaging.windowing import display

SIDE = 96  # px to which the picture is reduced, whatever its shape
KEPT = 24  # frequencies across and down
FLAT = 1.0  # standard deviation in gray levels under which there is nothing to see
READ = 1024  # px of the longer side that are looked at


def likeness(image: Image) -> bytes:
    """72 bytes of bits, b"" for a picture of one colour."""
    import cv2

    shown = display(image, step=max(1, max(image.shape) // READ))
    gray = shown if shown.ndim == 2 else cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(gray, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    if float(small.std()) < FLAT:
        return b""
    waves = cv2.dct(small)[:KEPT, :KEPT].ravel()[1:]  # without the mean
    return np.packbits(waves > np.median(waves)).tobytes()
