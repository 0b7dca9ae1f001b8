"""Does a Correction look like a slip? Only where its Proposal is sure, and only unlike the reader's other changes.

A difference that a good part of the reader's Corrections share is a convention, and one that the reader kept when asked
is never asked about again. Thresholds: docs/decisions/0035-slips.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

SURE = 0.9  # probability from which a Proposal is sure, and 1 - SURE below which it is sure of nothing
SURE_PART = 0.002  # of the picture, for a Proposal to be sure of something
FEW = 4  # with fewer other Corrections nobody knows the reader's ways: only what is blatant is asked about
ALIKE = 0.15  # two changes are alike where neither part added nor part removed differ by more
ALMOST_ALL = 0.8  # of the picture marked: a Mask turned inside out, or filled by mistake
SHARE, LEAST = 1 / 3, 2  # of the others (and how many at least) have to be alike
RECENT = 30  # Corrections that speak for a reader's ways


class Question(str, Enum):
    """Why a Correction is set aside."""

    NONE = ""
    EMPTY = "empty"  # nothing marked where the Proposal is sure
    FAR = "far"  # far from what the Proposal is sure of


@dataclass(frozen=True)
class Limits:
    """From where on a Mask is far from its Proposal: parts of the Proposal's sure pixels that the Mask takes away, or
    parts of the Mask where the Proposal is sure of nothing; the second of each where little is known of the reader."""

    removed: tuple[float, float]
    added: tuple[float, float]


# A polyp that the model misses, or sees where none is, looks like a swapped Mask: that is what readers correct.
LIMITS = {"lung": Limits(removed=(0.10, 0.80), added=(0.40, 0.80))}


@dataclass(frozen=True)
class Difference:
    """How a Mask differs from its Proposal; each value is a part, 0..1.

    sure: of the picture that the Proposal is sure of; marked: of the picture that the Mask marks; removed, added: of
    the larger of both Masks that only the Proposal, only the Mask has; sure_removed: of the sure pixels; sure_added: of
    the Mask, where the Proposal is sure of nothing; empty: nothing is marked.
    """

    sure: float
    marked: float
    removed: float
    added: float
    sure_removed: float
    sure_added: float
    empty: bool

    def like(self, other: Difference) -> bool:
        """Whether both change their Proposals by as much in the same way."""
        if self.empty != other.empty:
            return False
        return abs(self.removed - other.removed) <= ALIKE and abs(self.added - other.added) <= ALIKE


def question(
    difference: Difference, target: str, others: Sequence[Difference], kept: Sequence[Difference] = ()
) -> Question:
    """What to ask about a Correction. others: the reader's other Corrections, newest last; kept: those that the reader
    was asked about and kept. An empty Mask that was confirmed is not to be brought here."""
    if difference.sure < SURE_PART:
        return Question.NONE
    recent = others[-RECENT:]
    if difference.empty:
        return Question.NONE if _shared(difference, recent) else Question.EMPTY
    if not _far(difference, LIMITS.get(target), few=len(recent) < FEW):
        return Question.NONE
    if any(difference.like(one) for one in kept) or _shared(difference, recent):
        return Question.NONE
    return Question.FAR


def _far(difference: Difference, limits: Limits | None, *, few: bool) -> bool:
    if difference.marked >= ALMOST_ALL and difference.sure_added >= ALMOST_ALL / 2:
        return True
    if limits is None:
        return False
    return difference.sure_removed >= limits.removed[few] or difference.sure_added >= limits.added[few]


def _shared(difference: Difference, recent: Sequence[Difference]) -> bool:
    return sum(difference.like(one) for one in recent) >= max(LEAST, SHARE * len(recent))
