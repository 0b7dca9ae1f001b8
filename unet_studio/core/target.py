"""Targets: what can be segmented, and which one a picture asks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unet_studio.core.image import VIDEOS, Image

GRAY_SATURATION = 0.08  # mean saturation of the lit part below which an RGB picture counts as gray
LIT = 40  # brightest channel (of 255) from which a pixel counts as lit
RED_OVER_BLUE = 1.15  # mucosa and blood: the lit part of an endoscopy frame is clearly redder than blue


@dataclass(frozen=True)
class Target:
    """One row of the table of Targets."""

    name: str
    title: str
    colour: tuple[int, int, int]  # RGB of tint and outline, told apart by colour-blind readers
    channels: int  # colour channels that the picture should have
    modalities: frozenset[str]  # DICOM modalities it is meant for
    least_agreement: float  # Dice on held-out Corrections below which a Candidate never goes live
    video: bool = False  # numbered files of a folder may be frames of one video; films are one patient each


LUNG = Target("lung", "Lung", (86, 180, 233), 1, frozenset({"CR", "DX", "RG"}), 0.80)
POLYP = Target("polyp", "Polyp", (240, 228, 66), 3, frozenset({"ES", "XC"}), 0.50, video=True)
TARGETS: dict[str, Target] = {target.name: target for target in (LUNG, POLYP)}
UNDECIDED_MODALITIES = frozenset({"", "OT", "SC"})  # these say nothing: look at the pixels


def guess_target(image: Image) -> str | None:
    """The Target that the picture asks for, or None when it is neither radiograph nor endoscopy."""
    gray = is_gray(image.pixels)
    if image.format in VIDEOS:  # of endoscopy, unless they are gray; a dark frame says nothing
        return None if gray else POLYP.name
    for target in TARGETS.values():
        if image.modality in target.modalities:
            return target.name if gray == (target.channels == 1) else None
    if image.modality not in UNDECIDED_MODALITIES:
        return None
    if gray:
        return LUNG.name
    return POLYP.name if looks_like_endoscopy(image.pixels) else None


def is_gray(pixels: np.ndarray) -> bool:
    """True for (H, W) pixels, and for (H, W, 3) pixels whose channels are nearly equal."""
    if pixels.ndim == 2:
        return True
    lit = _lit(pixels)
    if not len(lit):
        return True
    saturation = (lit.max(axis=-1) - lit.min(axis=-1)) / lit.max(axis=-1)
    return bool(saturation.mean() < GRAY_SATURATION)


def looks_like_endoscopy(pixels: np.ndarray) -> bool:
    """True when the lit part of an (H, W, 3) picture has the red of mucosa."""
    lit = _lit(pixels)
    if len(lit) < 16:
        return False
    red, green, blue = lit.mean(axis=0)
    return bool(red > green and red > RED_OVER_BLUE * blue)


def _lit(pixels: np.ndarray) -> np.ndarray:
    """Lit pixels of a coarse grid (at most about 128 a side) as float32 (n, 3) on a scale of 0..255."""
    step = max(1, max(pixels.shape[:2]) // 128)
    thin = pixels[::step, ::step].astype(np.float32)
    if pixels.dtype == np.uint16:
        thin /= np.float32(257.0)
    lit: np.ndarray = thin[thin.max(axis=-1) > LIT]
    return lit
