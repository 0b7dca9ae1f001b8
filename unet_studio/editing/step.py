"""Steps: frozen, compressed differences between two states of a Mask and its touched pixels."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from unet_studio.editing.rect import NOWHERE, Rect

Bits = npt.NDArray[np.bool_]
Mask = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Part:
    """What one rectangle's pixels changed: before XOR after, so that one value serves undo and redo.

    packed: zlib of packbits of (2, rows, columns): plane 0 the Mask, plane 1 the touched pixels.
    """

    rect: Rect
    packed: bytes


@dataclass(frozen=True)
class Step:
    """One entry of the undo history: a gesture, a proposal, a threshold.

    kind: what made it ("brush", "proposal", ...); label: its words in the Edit menu.
    facts: what a reader of the history needs later, for instance `threshold` and `model_id` of a proposal.
    """

    kind: str
    label: str
    parts: tuple[Part, ...]
    facts: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def rect(self) -> Rect:
        """The smallest rectangle that holds every changed pixel's part."""
        around = NOWHERE
        for part in self.parts:
            around = around.union(part.rect)
        return around

    @property
    def size(self) -> int:
        """Bytes that the compressed parts hold."""
        return sum(len(part.packed) for part in self.parts)


def difference(rect: Rect, before: tuple[Mask, Bits], after: tuple[Mask, Bits]) -> Part | None:
    """The Part between two states (mask 0/1 uint8, touched bool), all of rect's shape; None where they are equal."""
    planes = np.stack([before[0] != after[0], before[1] != after[1]])
    if not planes.any():
        return None
    return Part(rect, zlib.compress(np.packbits(planes).tobytes(), 1))


def toggle(part: Part, mask: Mask, touched: Bits) -> None:
    """Apply a Part to the whole-picture arrays in place: undoes it where it stands, redoes it where it does not.

    Raises ValueError when the part does not fit the picture or is damaged.
    """
    rows, columns = part.rect.shape
    if part.rect.empty or part.rect.clipped((mask.shape[0], mask.shape[1])) != part.rect:
        raise ValueError(f"part {tuple(part.rect)} lies outside the picture of {mask.shape[0]} x {mask.shape[1]}")
    try:
        raw = np.frombuffer(zlib.decompress(part.packed), np.uint8)
    except zlib.error as error:
        raise ValueError(f"part {tuple(part.rect)} is damaged: {error}") from error
    if raw.size != (2 * rows * columns + 7) // 8:
        raise ValueError(f"part {tuple(part.rect)} has {raw.size} bytes, not those of its rectangle")
    planes = np.unpackbits(raw, count=2 * rows * columns).reshape(2, rows, columns)
    mask[part.rect.slices] ^= planes[0]
    touched[part.rect.slices] ^= planes[1].view(np.bool_)
