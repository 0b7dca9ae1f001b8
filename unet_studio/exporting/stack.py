"""All Masks of one file: what the formats need that write one file for all of its frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unet_studio.core.errors import UserError
from unet_studio.core.grid import Grid
from unet_studio.exporting.pictures import read_picture
from unet_studio.exporting.png import Provenance

MOST_BYTES = 1 << 30  # of pixels in memory for one file


@dataclass(frozen=True)
class Written:
    """One frame's Mask as its PNG has it; it is read back when the file's last frame is done."""

    frame: int  # counted from 0
    mask: Path
    provenance: Provenance
    identity: str

    def pixels(self) -> np.ndarray:
        """(H, W) uint8 0/1."""
        marked: np.ndarray = (read_picture(self.mask) != 0).astype(np.uint8)
        return marked


@dataclass(frozen=True)
class Stack:
    """name: relative to the output folder, without suffix. frames: how many the file has, with a Mask or without.

    grid: as that of a Frame.
    """

    name: str
    frames: int
    written: tuple[Written, ...]
    source: Path | None = None
    grid: Callable[[], Grid | None] = lambda: None

    @property
    def first(self) -> Provenance:
        """What all frames have in common: source, Target, reader, spacing, size."""
        return self.written[0].provenance

    def volume(self) -> np.ndarray:
        """(frames, H, W) uint8 0/1; frames without a Mask stay 0. Raises UserError where that is too large."""
        shape = self.first.rows, self.first.columns
        if self.frames * shape[0] * shape[1] > MOST_BYTES:
            raise UserError(f"{self.name}: {self.frames} frames are too many for one file; take png, labelmap or coco.")
        found = np.zeros((self.frames, *shape), np.uint8)
        for one in self.written:
            pixels = one.pixels()
            if pixels.shape != shape:
                raise UserError(f"{self.name}: its frames differ in size, so they do not fit one file; take png.")
            found[one.frame] = pixels
        return found
