"""A Document: the Mask of one picture with its touched pixels and undo history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from unet_studio.editing.history import History
from unet_studio.editing.rect import Rect
from unet_studio.editing.step import Bits, Mask, Part, Step, difference, toggle

TILE = 256  # px; a long thin stroke costs the tiles that it crosses, not its bounding box


@dataclass(frozen=True)
class Event:
    """What a Document tells its listeners.

    op: "step", "undo" or "redo" (the history moved: to be journalled), or "preview" (pixels changed inside an
    unfinished gesture, or a gesture was cancelled: to be painted only). step is None for a preview.
    """

    op: str
    rect: Rect
    step: Step | None = None


Listener = Callable[[Event], None]


class Document:
    """Mask and touched pixels of one picture, changed only through Steps; to be used from one thread.

    mask: (H, W) uint8, 0 or 1; touched: (H, W) bool, True while a stroke over the pixel is not undone.
    Read both freely; only a Gesture writes them.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        mask: Mask | None = None,
        touched: Bits | None = None,
        history: History | None = None,
    ) -> None:
        """Start from a Mask (0/1 or bool, copied) and touched pixels (copied), or from nothing.

        Raises ValueError for arrays that are not of `shape` (rows, columns) or a Mask with other values.
        """
        self.shape = (int(shape[0]), int(shape[1]))
        self.mask: Mask = np.zeros(self.shape, np.uint8)
        self.touched: Bits = np.zeros(self.shape, np.bool_)
        self.history = history or History()
        self.listeners: list[Listener] = []
        self._open: Gesture | None = None
        if mask is not None:
            self.mask[...] = _checked(mask, self.shape)
        if touched is not None:
            self.touched[...] = _checked(touched, self.shape)

    def begin(self, kind: str, label: str, facts: Mapping[str, str | float] | None = None) -> Gesture:
        """Open the Gesture through which the arrays are changed; an unfinished one is finished first."""
        self.settle()
        self._open = Gesture(self, kind, label, facts or {})
        return self._open

    def apply(self, step: Step) -> None:
        """Bring a Step (from a journal, or made elsewhere for this very state) into force and into the history."""
        self.settle()
        self._toggle(step)
        self.history.push(step)
        self._tell(Event("step", step.rect, step))

    def undo(self) -> Step | None:
        """Take the newest Step back and return it, an unfinished gesture being the newest; None at the start."""
        self.settle()
        step = self.history.pop_undo()
        if step is not None:
            self._toggle(step)
            self._tell(Event("undo", step.rect, step))
        return step

    def redo(self) -> Step | None:
        """Bring the Step undone last back and return it; None when there is none."""
        self.settle()
        step = self.history.pop_redo()
        if step is not None:
            self._toggle(step)
            self._tell(Event("redo", step.rect, step))
        return step

    def settle(self) -> None:
        """Finish the open Gesture, if any."""
        if self._open is not None:
            self._open.finish()

    def _toggle(self, step: Step) -> None:
        for part in step.parts:
            toggle(part, self.mask, self.touched)

    def _tell(self, event: Event) -> None:
        for listener in tuple(self.listeners):
            listener(event)


class Gesture:
    """One undo step in the making: call `save` before a rectangle's pixels change and `changed` after."""

    def __init__(self, document: Document, kind: str, label: str, facts: Mapping[str, str | float]) -> None:
        self.kind = kind
        self.label = label
        self.facts = dict(facts)
        self._document = document
        self._before: dict[Rect, tuple[Mask, Bits]] = {}

    @property
    def open(self) -> bool:
        """False once it was finished or cancelled, by whomever."""
        return self._document._open is self

    def save(self, rect: Rect) -> None:
        """Keep the state of the tiles that `rect` (inside the picture) meets."""
        rows, columns = self._document.shape
        for top in range(rect.top // TILE * TILE, rect.bottom, TILE):
            for left in range(rect.left // TILE * TILE, rect.right, TILE):
                tile = Rect(top, left, min(top + TILE, rows), min(left + TILE, columns))
                if tile not in self._before:
                    where = tile.slices
                    self._before[tile] = self._document.mask[where].copy(), self._document.touched[where].copy()

    def changed(self, rect: Rect) -> None:
        """Say that pixels in `rect` were written: it will be painted."""
        self._document._tell(Event("preview", rect))

    def finish(self, *, even_if_empty: bool = False) -> Step | None:
        """Close the gesture and put its Step into the history; None where nothing changed (or it was closed)."""
        if not self.open:
            return None
        self._document._open = None
        step = Step(self.kind, self.label, self._parts(), dict(self.facts))
        if not step.parts and not even_if_empty:
            return None
        self._document.history.push(step)
        self._document._tell(Event("step", step.rect, step))
        return step

    def restore(self) -> None:
        """Put every saved pixel back as it was when the gesture began; the gesture stays open."""
        for rect, (mask, touched) in self._before.items():
            self._document.mask[rect.slices] = mask
            self._document.touched[rect.slices] = touched
            self.changed(rect)

    def cancel(self) -> None:
        """Restore every pixel and close the gesture without a Step."""
        if self.open:
            self.restore()
            self._document._open = None

    def _parts(self) -> tuple[Part, ...]:
        document = self._document
        parts = (
            difference(rect, before, (document.mask[rect.slices], document.touched[rect.slices]))
            for rect, before in sorted(self._before.items())
        )
        return tuple(part for part in parts if part is not None)


def _checked(plane: Mask | Bits, shape: tuple[int, int]) -> Mask | Bits:
    if plane.shape != shape:
        raise ValueError(f"mask of {plane.shape} for a picture of {shape}")
    if plane.dtype != np.bool_ and plane.size and plane.max() > 1:
        raise ValueError("a mask holds 0 and 1 only")
    return plane
