"""Proposals at own size: probabilities to a Mask, and the threshold slider. Imports cv2: load it late."""

from __future__ import annotations

import math
from collections.abc import Mapping

import cv2
import numpy as np
import numpy.typing as npt

from unet_studio.core.proposal import ONE
from unet_studio.editing.document import Document, Gesture
from unet_studio.editing.lock import kept
from unet_studio.editing.rect import whole
from unet_studio.editing.step import Mask, Step

Probability = npt.NDArray[np.uint16]


def own_size(probability: Probability, rows: int, columns: int) -> Probability:
    """Resize (h, w) uint16 to (rows, columns) uint16: bilinear, pixel centres at half-integers, borders on borders."""
    if probability.shape == (rows, columns):
        return probability
    return np.asarray(cv2.resize(probability, (columns, rows), interpolation=cv2.INTER_LINEAR), np.uint16)


def mask_at(probability: Probability, rows: int, columns: int, threshold: float) -> Mask:
    """The (rows, columns) uint8 0/1 Mask of all pixels whose probability is at least `threshold` (0..1)."""
    return (own_size(probability, rows, columns) >= _level(threshold)).view(np.uint8)


def apply_proposal(
    document: Document,
    probability: Probability,
    threshold: float,
    *,
    keep_touched: bool = True,
    facts: Mapping[str, str | float] | None = None,
) -> Step:
    """Put a proposal's Mask into the Document as one Step, even where it changes nothing.

    With keep_touched the touched pixels keep their value and stay touched; without, nothing is touched afterwards.
    facts: for instance the model's id; the threshold is added, and where touched pixels stay different from the
    proposal, their number as `kept`.
    """
    gesture = document.begin("proposal", "Proposal", {**(facts or {}), "threshold": float(threshold)})
    gesture.save(whole(document.shape))
    proposed = mask_at(probability, *document.shape, threshold)
    if keep_touched:
        _note_kept(gesture, document, proposed)
        np.copyto(document.mask, proposed, where=~document.touched)
    else:
        document.mask[...] = proposed
        document.touched[...] = False
    gesture.changed(whole(document.shape))
    step = gesture.finish(even_if_empty=True)
    assert step is not None  # this gesture was opened above
    return step


class ThresholdGesture:
    """A drag of the threshold slider: previews while it moves, one Step (or none) when it is finished.

    Touched pixels keep their value; every other pixel follows the probability, so that going back to a threshold
    gives the same Mask again bit for bit.
    """

    def __init__(
        self, document: Document, probability: Probability, facts: Mapping[str, str | float] | None = None
    ) -> None:
        self._document = document
        self._own_size = own_size(probability, *document.shape)
        self._free = ~document.touched
        self._shown: Mask | None = None
        self._gesture = document.begin("threshold", "Threshold", facts)
        self._gesture.save(whole(document.shape))

    @property
    def open(self) -> bool:
        """False once it was finished or cancelled, by whomever."""
        return self._gesture.open

    def move(self, threshold: float) -> None:
        """Show the Mask at `threshold` (0..1)."""
        if not self._gesture.open:
            return
        self._gesture.facts["threshold"] = float(threshold)
        shown = (self._own_size >= _level(threshold)).view(np.uint8)
        np.copyto(self._document.mask, shown, where=self._free)
        self._shown = shown
        self._gesture.changed(whole(self._document.shape))

    def finish(self) -> Step | None:
        """Keep what is shown: one Step in the history, or None where it equals what was there before."""
        if self._gesture.open and self._shown is not None:
            _note_kept(self._gesture, self._document, self._shown)
        return self._gesture.finish()

    def cancel(self) -> None:
        """Go back to the Mask from before."""
        self._gesture.cancel()


def _note_kept(gesture: Gesture, document: Document, wanted: Mask) -> None:
    count = kept(document, whole(document.shape), wanted)
    if count:
        gesture.facts["kept"] = count


def _level(threshold: float) -> int:
    return math.ceil(threshold * ONE - 1e-6)
