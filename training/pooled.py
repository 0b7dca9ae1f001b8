"""Measures over the pixels of many pictures taken together. numpy only.

A mean of Dice per picture says how a usual picture comes out; a pooled Dice weighs each picture by its target's size.
Papers report both under the same names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass

import numpy as np

from training.metrics import Mask

MEASURES = ("accuracy", "iou", "dice", "precision", "recall")


@dataclass(frozen=True)
class Counts:
    """Pixels by what was proposed and what is true; its measures are 0..1, Dice being the same as F1.

    The rule for empty masks is that of `training.metrics`: with nothing proposed and nothing true, all are 1.
    """

    true_positive: int = 0
    false_positive: int = 0
    false_negative: int = 0
    true_negative: int = 0

    @property
    def accuracy(self) -> float:
        """The part of all pixels that is right."""
        right = self.true_positive + self.true_negative
        return _part(right, right + self.false_positive + self.false_negative)

    @property
    def iou(self) -> float:
        """The target that both have, of what either has."""
        return _part(self.true_positive, self.true_positive + self.false_positive + self.false_negative)

    @property
    def dice(self) -> float:
        """The harmonic mean of precision and recall."""
        return _part(2 * self.true_positive, 2 * self.true_positive + self.false_positive + self.false_negative)

    @property
    def precision(self) -> float:
        """How much of the proposed is true; 0 where something is true and nothing is proposed."""
        return _part(self.true_positive, self.true_positive + self.false_positive, 0.0 if self.false_negative else 1.0)

    @property
    def recall(self) -> float:
        """How much of what is true is proposed; 0 where nothing is true and something is proposed."""
        return _part(self.true_positive, self.true_positive + self.false_negative, 0.0 if self.false_positive else 1.0)


def counted(proposed: Mask, truth: Mask) -> Counts:
    """The Counts of one picture; anything above 0 is the target. Raises ValueError for masks of different size."""
    if proposed.shape != truth.shape:
        raise ValueError(
            f"Masks of {proposed.shape} and {truth.shape} pixels cannot be compared; make them equal in size."
        )
    one, two = proposed > 0, truth > 0
    both, ones, twos = (int(np.count_nonzero(mask)) for mask in (one & two, one, two))
    return Counts(both, ones - both, twos - both, one.size - ones - twos + both)


def pooled(counts: Iterable[Counts]) -> Counts:
    """The sum of all pictures' Counts."""
    columns = zip(*(astuple(count) for count in counts), strict=True)
    return Counts(*(sum(column) for column in columns))


def _part(part: int, whole: int, of_nothing: float = 1.0) -> float:
    return part / whole if whole else of_nothing
