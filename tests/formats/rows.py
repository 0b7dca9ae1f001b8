"""The rows of docs/formats.md: a phantom went through a format, and this is what came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unet_studio.core.image import Image, modality_values
from unet_studio.imaging.windowing import display

# row, column of the phantom: stem, upper bar and middle bar of the F, the dark and the light end of the ramp
PROBES = ((30, 12), (12, 24), (29, 20), (50, 2), (50, 60))
SHAPE = (64, 80)


@dataclass(frozen=True)
class Row:
    """One line of the table. direction: "read" or "write". result: how near the values came, "exact" or "within n"."""

    direction: str
    format: str
    feature: str
    passed: bool
    result: str


def letter(top: int = 255, dtype: type = np.uint8, low: int = 0) -> np.ndarray:
    """(64, 80) an F of value `top` over a ramp from `low` to the middle; no flip and no turn maps it to itself."""
    ramp = np.linspace(low, (low + top) // 2, SHAPE[1])
    picture = np.repeat(np.rint(ramp)[None], SHAPE[0], axis=0)
    picture[:, :] = np.where(_strokes(), top, picture)
    return picture.astype(dtype)


def _strokes() -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    mask[10:54, 10:16] = True
    mask[10:16, 10:40] = True
    mask[27:33, 10:30] = True
    return mask


def coloured(dtype: type = np.uint8) -> np.ndarray:
    """(64, 80, 3) a yellowish F over a blue ramp."""
    top = np.iinfo(dtype).max
    gray = letter(top, dtype)
    channels = (np.where(_strokes(), top, gray // 4), np.where(_strokes(), top // 4 * 3, gray // 3), top - gray)
    return np.dstack(channels).astype(dtype)


def judged(name: str, feature: str, image: Image, expected: np.ndarray, within: float = 0.0) -> Row:
    """A row of "read": values at the probes and everywhere, upright and not mirrored, the F brighter than its ground.

    expected: (H, W) modality values, or (H, W, 3) RGB. within: largest difference allowed at a probe, in those values.
    """
    found = np.asarray(modality_values(image), np.float64)
    if found.shape != expected.shape:
        return Row("read", name, feature, False, f"{found.shape} instead of {expected.shape}")
    away = np.abs(found - expected)
    at_probes = max(float(np.max(away[row, column])) for row, column in PROBES)
    exact = not away.any()
    passed = (exact if within == 0.0 else at_probes <= within) and _is_upright(image)
    return Row("read", name, feature, passed, "exact" if exact else f"within {within:g}")


def _is_upright(image: Image) -> bool:
    """The bright F on the screen lies where it was drawn, better than in any turned or mirrored copy."""
    shown = display(image).astype(np.float64)
    gray = shown if shown.ndim == 2 else shown[..., 0]
    bright, strokes = gray - gray.mean(), _strokes() - _strokes().mean()
    here = float((bright * strokes).sum())
    copies = (strokes[::-1], strokes[:, ::-1], strokes[::-1, ::-1])
    return here > 0 and all(here > 1.2 * float((bright * copy).sum()) for copy in copies)


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown, a table for each direction and format in the order in which they were met."""
    words = {"read": "Read", "write": "Written"}
    parts: list[str] = []
    for direction in dict.fromkeys(row.direction for row in rows):
        parts.append(f"## {words[direction]}\n")
        for name in dict.fromkeys(row.format for row in rows if row.direction == direction):
            lines = [row for row in rows if (row.direction, row.format) == (direction, name)]
            parts.append(f"### {name}\n\n| feature | values | |\n|---|---|---|")
            parts += [f"| {row.feature} | {row.result} | {'pass' if row.passed else '**FAIL**'} |" for row in lines]
            parts.append("")
    return "\n".join(parts)
