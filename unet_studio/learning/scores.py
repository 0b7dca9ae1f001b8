"""Held-out Corrections in numbers: how two models' Masks compare on each, and whom a Mask fits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from training.metrics import dice, hd95
from unet_studio.learning.agreement import agreement, near_touched, small
from unet_studio.learning.evidence import Evidence, weigh


@dataclass(frozen=True, eq=False)
class Pair:
    """A Correction that was not learned from, and both models' Masks of its picture.

    truth, parent, candidate: (H, W) uint8 0/1 of one shape; touched: (H, W) uint8, where a person painted, or None
    where the Mask was drawn elsewhere; step: how many px of the picture one of these px is; name: never a patient's.
    """

    name: str
    group: str
    truth: np.ndarray
    parent: np.ndarray
    candidate: np.ndarray
    touched: np.ndarray | None = None
    changed: bool = True
    step: float = 1.0


@dataclass(frozen=True)
class Score:
    """One Pair in numbers: Dice and HD95 (px of the picture) of parent and candidate, and the deciding agreement.

    parent_pixels, candidate_pixels: px of the picture to change from that Mask to the Correction; parent_near,
    candidate_near: the part of the touched px and a band around them that is right, None where nobody knows them;
    apart: how far this Correction is from those of other groups, 1 - mean Dice; own_fit: how much better the candidate
    fits this Correction than theirs; stranger: the Correction of another group that it fits best, and stranger_fit:
    by how much better than its own.
    """

    name: str
    group: str
    changed: bool
    parent_dice: float
    candidate_dice: float
    parent_hd95: float
    candidate_hd95: float
    parent_agreement: float
    candidate_agreement: float
    parent_pixels: int = 0
    candidate_pixels: int = 0
    parent_near: float | None = None
    candidate_near: float | None = None
    apart: float | None = None
    own_fit: float | None = None
    stranger: str = ""
    stranger_fit: float = 0.0

    @property
    def gain(self) -> float:
        """By how much the candidate agrees better than the parent."""
        return self.candidate_agreement - self.parent_agreement


@dataclass(frozen=True)
class Fit:
    """Whom the candidate's Mask of one picture fits; the fields are those of Score."""

    apart: float | None = None
    own_fit: float | None = None
    stranger: str = ""
    stranger_fit: float = 0.0


def score(pair: Pair) -> Score:
    """The numbers of one Pair, without those for which others are needed."""
    spacing, area = (pair.step, pair.step), pair.step**2
    return Score(
        pair.name,
        pair.group,
        pair.changed,
        dice(pair.parent, pair.truth),
        dice(pair.candidate, pair.truth),
        hd95(pair.parent, pair.truth, spacing),
        hd95(pair.candidate, pair.truth, spacing),
        agreement(pair.truth, pair.parent, pair.touched),
        agreement(pair.truth, pair.candidate, pair.touched),
        round(area * float(np.count_nonzero(pair.parent != pair.truth))),
        round(area * float(np.count_nonzero(pair.candidate != pair.truth))),
        near_touched(pair.truth, pair.parent, pair.touched),
        near_touched(pair.truth, pair.candidate, pair.touched),
    )


def thin(pair: Pair) -> Pair:
    """A small copy, all of one shape, so that Masks of different pictures can be compared."""
    masks = [small(mask) for mask in (pair.truth, pair.parent, pair.candidate)]
    return Pair(pair.name, pair.group, masks[0], masks[1], masks[2], None, pair.changed)


def fits(pairs: Sequence[Pair]) -> list[Fit]:
    """For each Pair, by copies that `thin` made, how well the candidate tells its Correction from other groups'.

    Empty where nothing is marked, where the Correction was accepted unchanged, or where no other group is there.
    """
    usable = [pair for pair in pairs if pair.changed and pair.truth.any()]
    found: list[Fit] = []
    for pair in pairs:
        others = [other for other in usable if other.group != pair.group]
        if not others or not pair.changed or not pair.truth.any():
            found.append(Fit())
            continue
        apart = 1.0 - float(np.mean([dice(pair.truth, other.truth) for other in others]))
        strange = [dice(pair.candidate, other.truth) for other in others]
        own, nearest = dice(pair.candidate, pair.truth), int(np.argmax(strange))
        found.append(Fit(apart, own - float(np.mean(strange)), others[nearest].name, strange[nearest] - own))
    return found


def weighed(scores: Sequence[Score], value: Callable[[Score], float], seed: int) -> Evidence:
    """Evidence from one number of each Score, groups weighing alike."""
    groups: dict[str, list[float]] = defaultdict(list)
    for one in scores:
        groups[one.group].append(value(one))
    return weigh(groups, seed)


def mean(scores: Sequence[Score], value: Callable[[Score], float]) -> float:
    """Mean of one number over Scores, groups weighing alike; nan without any."""
    groups: dict[str, list[float]] = defaultdict(list)
    for one in scores:
        groups[one.group].append(value(one))
    return float(np.mean([np.mean(values) for values in groups.values()])) if groups else float("nan")
