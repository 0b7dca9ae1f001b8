"""Targets: what can be segmented, and which one a picture asks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unet_studio.core.image import VIDEOS, Image

GRAY_SATURATION = 0.08  # mean saturation of the lit part below which an RGB picture counts as gray
LIT = 40  # brightest channel (of 255) from which a pixel counts as lit
LEAST_FILM = 48  # px a side below which a gray picture of no modality is an icon
MOST_UNEVEN = 4  # times that its longer side may be the shorter one
LEAST_GRAYS = 16  # different values below which it is a mask or a drawing
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
    body: tuple[str, ...] = ()  # parts of the names of the body parts it is found in; a file that names none is taken
    video: bool = False  # numbered files of a folder may be frames of one video; films are one patient each


CHEST = ("CHEST", "THORA", "TORA", "LUNG", "PULMO", "POUMON", "RIB")
COLON = ("COLON", "RECT", "INTESTIN", "BOWEL", "SIGM", "CECUM", "CAECUM", "ANUS", "ABDOMEN", "GI ")
FRONTAL = ("", "PA", "AP", "POSTERO-ANTERIOR", "ANTERO-POSTERIOR", "POSTEROANTERIOR", "ANTEROPOSTERIOR", "LLD", "RLD")
NOT_LATERAL = ("DECUBITUS",)  # a frontal view of somebody who lies on a side

LUNG = Target("lung", "Lung", (86, 180, 233), 1, frozenset({"CR", "DX", "RG"}), 0.80, CHEST)
POLYP = Target("polyp", "Polyp", (240, 228, 66), 3, frozenset({"ES", "XC"}), 0.50, COLON, video=True)
TARGETS: dict[str, Target] = {target.name: target for target in (LUNG, POLYP)}
SIDE_VIEWS = frozenset({"LL", "RL", "LLO", "RLO", "LPO", "RPO", "LAO", "RAO", "LAT", "CC", "ML", "LM", "MLO"})
NO_TARGET = "This is neither a chest film nor an endoscopy picture, so nothing is proposed; choose a target yourself."
OTHER_BODY_PART = "The file says that this is {what}, so nothing is proposed; choose a target yourself."
OTHER_VIEW = "The file says that this view is {what}, so nothing is proposed; choose a target yourself."
LONGEST_CODE = 3  # letters of a view's code
UNDECIDED_MODALITIES = frozenset({"", "OT", "SC"})  # these say nothing: look at the pixels


def guess_target(image: Image) -> str | None:
    """The Target that the picture asks for, or None when it is neither radiograph nor endoscopy of its body part."""
    target = _by_look(image)
    return None if target is None or why_not(image, target) else target.name


def why_not(image: Image, target: Target | None = None) -> str:
    """Why nothing is proposed unasked, one sentence; "" where nothing is known against it.

    target: the one that the picture looks like, None to find it.
    """
    target = target or _by_look(image)
    taken = image.acquisition
    if target is None:
        return NO_TARGET
    if taken.body_part and not any(part in f"{taken.body_part} " for part in target.body):
        return OTHER_BODY_PART.format(what=_spoken(taken.body_part))
    if target is LUNG and not _is_frontal(taken.view):
        return OTHER_VIEW.format(what=_spoken(taken.view))
    return ""


def _spoken(word: str) -> str:
    """A word of a header for a sentence; codes such as LLO stay in capitals."""
    return word if len(word) <= LONGEST_CODE else word.lower()


def _is_frontal(view: str) -> bool:
    """True for views from the front or the back, and for unknown words that speak neither of a side nor of a slant."""
    if view in FRONTAL or any(word in view for word in NOT_LATERAL):
        return True
    if view in SIDE_VIEWS:
        return False
    return not any(word in view for word in ("LAT", "OBL", "AXIAL", "LORDOTIC"))


def _by_look(image: Image) -> Target | None:
    gray = is_gray(image.pixels)
    if image.format in VIDEOS:  # of endoscopy, unless they are gray; a dark frame says nothing
        return None if gray else POLYP
    for target in TARGETS.values():
        if image.modality in target.modalities:
            return target if gray == (target.channels == 1) else None
    if image.modality not in UNDECIDED_MODALITIES:
        return None
    if gray:
        return LUNG if looks_like_film(image.pixels) else None
    return POLYP if looks_like_endoscopy(image.pixels) else None


def is_gray(pixels: np.ndarray) -> bool:
    """True for (H, W) pixels, and for (H, W, 3) pixels whose channels are nearly equal."""
    if pixels.ndim == 2:
        return True
    lit = _lit(pixels)
    if not len(lit):
        return True
    saturation = (lit.max(axis=-1) - lit.min(axis=-1)) / lit.max(axis=-1)
    return bool(saturation.mean() < GRAY_SATURATION)


def looks_like_film(pixels: np.ndarray) -> bool:
    """True where a gray picture may be a radiograph: no icon, no strip, and neither a mask nor a scanned page."""
    rows, columns = pixels.shape[:2]
    if min(rows, columns) < LEAST_FILM or max(rows, columns) > MOST_UNEVEN * min(rows, columns):
        return False
    step = max(1, max(rows, columns) // 256)
    return len(np.unique(pixels[::step, ::step])) >= LEAST_GRAYS


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
