"""Targets: what can be segmented, and which one a picture asks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unet_studio.core.image import Image

GRAY_SPREAD = 12.0  # mean channel difference (of 255) below which an RGB picture counts as gray
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


LUNG = Target("lung", "Lung", (86, 180, 233), 1, frozenset({"CR", "DX", "RG"}), 0.80)
POLYP = Target("polyp", "Polyp", (240, 228, 66), 3, frozenset({"ES", "XC"}), 0.50)
TARGETS: dict[str, Target] = {target.name: target for target in (LUNG, POLYP)}
UNDECIDED_MODALITIES = frozenset({"", "OT", "SC"})  # these say nothing: look at the pixels


def guess_target(image: Image) -> str | None:
    """The Target that the picture asks for, or None when it is neither radiograph nor endoscopy."""
    gray = is_gray(image.pixels)
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
    thin = _thin(pixels)
    spread = np.abs(thin[..., 0] - thin[..., 1]) + np.abs(thin[..., 1] - thin[..., 2])
    return bool(spread.mean() / 2 < GRAY_SPREAD)


def looks_like_endoscopy(pixels: np.ndarray) -> bool:
    """True when the lit part of an (H, W, 3) picture has the red of mucosa."""
    thin = _thin(pixels)
    lit = thin[thin.max(axis=-1) > 40]
    if len(lit) < 16:
        return False
    red, green, blue = lit.mean(axis=0)
    return bool(red > green and red > RED_OVER_BLUE * blue)


def _thin(pixels: np.ndarray) -> np.ndarray:
    """Every n-th pixel as float32 (h, w, 3) scaled to 0..255, at most about 128 a side."""
    step = max(1, max(pixels.shape[:2]) // 128)
    thin = pixels[::step, ::step].astype(np.float32)
    return thin / 257.0 if pixels.dtype == np.uint16 else thin
