"""Which pixels of a picture that is a Mask are marked: labels, gray levels, one colour."""

from __future__ import annotations

import numpy as np

from unet_studio.core.errors import UserError
from unet_studio.core.image import Image
from unet_studio.core.target import TARGETS

LABELS = {name: number for number, name in enumerate(TARGETS, start=1)}
MOST_LABELS = 16  # levels beyond which gray is a matter of degree
NAMED_LABELS = 8  # of those that a sentence lists
BRIGHT = 0.75  # part of the range that degrees of gray reach; labels seldom do
LOSSY = frozenset({"JPEG", "WebP"})
NEXT_TO, NEXT_TO_LOSSY = 0.0, 0.125  # part of the range within which a level counts as 0 or full
OFF_HUE, OFF_HUE_LOSSY = 0.01, 0.2  # part of the range by which a pixel may miss the one colour


def marked(image: Image, name: str, target: str) -> np.ndarray:
    """(H, W) uint8 0/1 of a picture as `imaging.reader` decodes it. name: of the file, for sentences.

    One level but 0 is marked, whatever it is called; several are labels of this program, soft edges or degrees of
    gray. Raises UserError where they are anything else: what is marked there never becomes an empty Mask.
    """
    plane, full = _plane(image, name)
    levels = np.unique(plane[plane != 0])
    labels = [number for number in LABELS.values() if number in levels]
    if len(labels) == len(levels) > 0 and (len(levels) > 1 or labels[0] > 1):
        if LABELS[target] not in labels:
            raise UserError(f"{name}: is a label map without {target}; choose another file or target.")
        return _as_mask(plane == LABELS[target])
    if len(levels) <= 1:
        return _as_mask(plane != 0)
    slack = full * (NEXT_TO_LOSSY if image.format in LOSSY else NEXT_TO)
    if not _has_soft_edges(plane, full, slack) and (len(levels) <= MOST_LABELS or levels[-1] < BRIGHT * full):
        first = ", ".join(f"{level:g}" for level in levels[:NAMED_LABELS])
        more = ", ..." if len(levels) > NAMED_LABELS else ""
        raise UserError(f"{name}: has several labels ({first}{more}); export one mask per file, of 0 and 255.")
    return _as_mask(plane > full / 2)


def _plane(image: Image, name: str) -> tuple[np.ndarray, float]:
    """(H, W) levels, 0 the background, and the level that is full."""
    pixels = np.nan_to_num(image.pixels) if image.pixels.dtype.kind == "f" else image.pixels
    if pixels.dtype.kind == "f":
        greatest = float(pixels.max(initial=0))
        full = next((one for one in (1.0, 255.0, 65535.0) if greatest <= one), greatest)
    else:
        full = float((1 << image.bits) - 1)
    plane = pixels if pixels.ndim == 2 else _of_one_colour(pixels, full, image.format in LOSSY, name)
    return (full - plane if image.transform.inverted else plane), full


def _of_one_colour(pixels: np.ndarray, full: float, lossy: bool, name: str) -> np.ndarray:
    """(H, W) brightness of (H, W, 3) RGB in gray or in shades of one colour. Raises UserError for several colours."""
    bright: np.ndarray = pixels.max(axis=2)
    if (pixels == bright[..., None]).all():
        return bright
    lit = pixels[bright > 0].astype(np.float32)
    of_lit = lit.max(axis=1)
    brightest = int(of_lit.argmax())
    off = np.abs(lit - of_lit[:, None] * (lit[brightest] / of_lit[brightest]))
    if off.max() > full * (OFF_HUE_LOSSY if lossy else OFF_HUE):
        raise UserError(f"{name}: has several colours; export one mask per file, of 0 and 255.")
    return bright


def _has_soft_edges(plane: np.ndarray, full: float, slack: float) -> bool:
    """Whether levels between 0 and full are but edges: nowhere do they fill 3 x 3 px."""
    between = (plane > slack) & (plane < full - slack)
    rows = between[:-2] & between[1:-1] & between[2:]
    return bool(plane.max() >= full - slack) and not (rows[:, :-2] & rows[:, 1:-1] & rows[:, 2:]).any()


def _as_mask(pixels: np.ndarray) -> np.ndarray:
    mask: np.ndarray = pixels.astype(np.uint8)
    return mask
