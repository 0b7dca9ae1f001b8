"""Kinds of held-out Corrections: those that the parent had right, and those that readers change.

A queue may hold two outline conventions. Where the pictures tell them apart a Candidate learns both; where they do not,
it moves towards the one and away from the other, and a mean over all hides the loss.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from unet_studio.learning.evidence import LEAST_GROUPS, Evidence
from unet_studio.learning.scores import Score, mean, weighed

LEAST_APART = 0.03  # agreement of the parent, between the means of two kinds
MOST_LOSS = 0.01  # mean agreement that a Candidate may lose on one kind


@dataclass(frozen=True)
class Kind:
    """One kind of held-out Corrections: how many groups, mean Dice of both models, and the candidate's gain."""

    title: str
    names: tuple[str, ...]
    parent_dice: float
    candidate_dice: float
    gain: Evidence

    @property
    def loses(self) -> bool:
        """Whether the candidate is clearly worse on it, by more than MOST_LOSS."""
        return self.gain.mean < -MOST_LOSS and self.gain.high < 0

    def row(self) -> dict[str, Any]:
        """As one JSON object."""
        return asdict(self) | {"names": list(self.names), "loses": self.loses}


def kinds_of(scores: Sequence[Score], seed: int = 0) -> list[Kind]:
    """Two kinds, "right before" first, or none where the parent does not tell them apart.

    The groups are parted where the variance of the parent's agreement within both parts is least (Otsu 1979); each part
    has LEAST_GROUPS at least, and their means are LEAST_APART apart.
    """
    by_group: dict[str, list[float]] = defaultdict(list)
    for one in scores:
        by_group[one.group].append(one.parent_agreement)
    ranked = sorted(by_group, key=lambda group: float(np.mean(by_group[group])))
    values = np.array([np.mean(by_group[group]) for group in ranked])
    places = range(LEAST_GROUPS, len(ranked) - LEAST_GROUPS + 1)
    if not places:
        return []
    cut = min(places, key=lambda place: place * values[:place].var() + (len(ranked) - place) * values[place:].var())
    if values[cut:].mean() - values[:cut].mean() < LEAST_APART:
        return []
    return [_kind("right before", ranked[cut:], scores, seed), _kind("changed", ranked[:cut], scores, seed)]


def _kind(title: str, groups: Sequence[str], scores: Sequence[Score], seed: int) -> Kind:
    inside = [one for one in scores if one.group in set(groups)]
    return Kind(
        title,
        tuple(one.name for one in inside),
        mean(inside, lambda one: one.parent_dice),
        mean(inside, lambda one: one.candidate_dice),
        weighed(inside, lambda one: one.gain, seed),
    )
