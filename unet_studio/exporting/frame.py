"""What every format needs to know of one Mask that is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.core.errors import UserError
from unet_studio.core.grid import Grid
from unet_studio.exporting.png import Provenance
from unet_studio.exporting.png import mask_sha256 as mask_sha256


@dataclass(frozen=True, eq=False)
class Frame:
    """One Mask of one frame.

    name: the PNG's, relative to the output folder, with forward slashes, without suffix; other formats take it over.
    file_name: the same for all frames of its file. mask: (H, W), everything but 0 is marked.
    group: pseudonym of patient, study or video; side: "train", "gate" or "" where nothing is decided.
    picture: (H, W) or (H, W, 3) uint8 as shown; values: the same in uint8 or uint16, dark to bright, at full depth.
    source: the file that it came from, None where it is not at hand. grid: of the volume whose slice the picture is,
    None where it is none; raises UserError where that is no longer known.
    """

    name: str
    file_name: str
    mask: np.ndarray
    provenance: Provenance
    group: str
    side: str
    picture: Callable[[], np.ndarray]
    values: Callable[[], np.ndarray]
    source: Path | None = None
    grid: Callable[[], Grid | None] = lambda: None

    @property
    def subject(self) -> str:
        """What it is a Mask of and by whom: a later one of the same subject takes its place in lists of all."""
        made = self.provenance
        return digest([made.source_sha256, made.frame, made.target, made.reader if made.reviewed else ""])


def identity(provenance: Provenance, mask_sha256: str, *more: Any) -> str:
    """What must be the same for a written file to count as this very one, finished."""
    return digest([provenance.identity(), mask_sha256 if provenance.reviewed else "", *more])


def digest(values: Any) -> str:
    """32 hex digits of SHA-256 over JSON values."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode("utf-8", "replace")).hexdigest()[:32]


def require_same(path: Path, found: np.ndarray, mask: np.ndarray) -> None:
    """Raises UserError where what was read back is not the Mask, pixel for pixel; the file stays as it is."""
    if found.shape != mask.shape or not np.array_equal(found != 0, mask != 0):
        raise UserError(f"{path.name}: written, but it reads back as another mask; do not use it, export it again.")
