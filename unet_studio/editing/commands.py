"""Commands on the whole Mask: one undo step each, under the rule of the lock. Imports cv2: load it late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unet_studio.editing.document import Document
from unet_studio.editing.lock import kept
from unet_studio.editing.morphology import grow, shrink
from unet_studio.editing.put import put
from unet_studio.editing.regions import Patch, fill_holes, keep_largest, remove_islands
from unet_studio.editing.smoothing import smooth_outline
from unet_studio.editing.step import Mask
from unet_studio.editing.toolbox import TOOLBOX

COMMANDS: dict[str, Callable[[Mask, int], Patch]] = {
    "fill_holes": lambda mask, _: fill_holes(mask),
    "keep_largest": keep_largest,
    "remove_islands": remove_islands,
    "grow": grow,
    "shrink": shrink,
    "smooth": smooth_outline,
}


@dataclass(frozen=True)
class Outcome:
    """What a command did: pixels that it changed, and locked pixels that it would have changed."""

    changed: int
    kept: int


def run(document: Document, name: str, amount: int = 0) -> Outcome:
    """Carry out a command of the toolbox. Raises KeyError for an unknown one, ValueError for an amount out of range."""
    document.settle()
    rect, wanted = COMMANDS[name](document.mask, amount)
    locked = kept(document, rect, wanted)
    differing = int(np.count_nonzero(document.mask[rect.slices] != wanted))
    row = TOOLBOX[name]
    put(document, row.name, row.label, rect, wanted, facts={"amount": amount} if row.amount else None)
    return Outcome(differing - locked, locked)
