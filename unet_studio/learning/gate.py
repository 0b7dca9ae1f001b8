"""The gate: may a Candidate take the active version's place? The formula stands in docs/learning.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from training.metrics import dice, hd95
from unet_studio.learning.agreement import agreement, small
from unet_studio.learning.evidence import LEAST_GROUPS, Evidence, weigh

LEAST_GAIN = 0.002  # mean agreement; smaller gains are within what redrawing one film changes
LEAST_OWN_FIT = 0.02  # by how much a Mask must fit its own film's Correction better than the others'
OWN_PART = 1 / 3  # the least part of the fit that a perfect model would have over the others
WORST = 5


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
    """One Pair in numbers: Dice and HD95 (px of the picture) of parent and candidate, and the deciding agreement."""

    name: str
    group: str
    changed: bool
    parent_dice: float
    candidate_dice: float
    parent_hd95: float
    candidate_hd95: float
    parent_agreement: float
    candidate_agreement: float
    apart: float | None = None  # how far this Correction is from those of other groups: 1 - mean Dice
    own_fit: float | None = None  # how much better the candidate fits this Correction than those of other groups


@dataclass(frozen=True)
class Verdict:
    """Whether a Candidate goes live, why in one sentence, and the numbers behind it (JSON-safe)."""

    promoted: bool
    reason: str
    metrics: dict[str, Any] = field(default_factory=dict)


def judge(pairs: Iterable[Pair], least_agreement: float, *, cross_validated: bool = False, seed: int = 0) -> Verdict:
    """The verdict over held-out Corrections; those that were accepted unchanged are shown but never decide.

    Pairs are taken one at a time and only their numbers and a small copy are kept.
    """
    seen = [(_score(pair), _small_pair(pair)) for pair in pairs]
    fits = own_fits([small_pair for _, small_pair in seen])
    scores = [replace(score, apart=apart, own_fit=fit) for (score, _), (apart, fit) in zip(seen, fits, strict=True)]
    deciding = [score for score in scores if score.changed]
    gain = _weigh(deciding, lambda score: score.candidate_agreement - score.parent_agreement, seed)
    marked = [score for score in deciding if score.own_fit is not None]
    own_fit = _weigh(marked, lambda score: score.own_fit or 0.0, seed)
    apart = _weigh(marked, lambda score: score.apart or 0.0, seed).mean
    promoted, reason = _decide(deciding, gain, own_fit, apart, least_agreement)
    weak = cross_validated or gain.groups < LEAST_GROUPS
    unchanged = len(scores) - len(deciding)
    return Verdict(
        promoted,
        reason + _evidence_note(gain.groups, len(scores), unchanged, cross_validated),
        _metrics(scores, deciding, gain, own_fit)
        | {"apart": apart}
        | {"weak": weak, "method": "cross-validation" if cross_validated else "gate", "least": least_agreement},
    )


def _decide(
    deciding: Sequence[Score], gain: Evidence, own_fit: Evidence, apart: float, least: float
) -> tuple[bool, str]:
    if gain.groups < LEAST_GROUPS:
        return False, f"Too few changed Corrections to compare on: {LEAST_GROUPS} patients are needed"
    parent, candidate = _mean(deciding, "parent_dice"), _mean(deciding, "candidate_dice")
    moved = f"mean Dice from {parent:.3f} to {candidate:.3f}"
    if candidate < least:
        return False, (
            f"These Corrections contradict one another, or are too few: agreement on held-out ones is {candidate:.3f},"
            f" below {least:.2f} (worst: {_names(deciding)})"
        )
    if own_fit.mean < max(LEAST_OWN_FIT, OWN_PART * apart) or not own_fit.positive:
        return False, (
            "These Corrections contradict one another: the new Masks fit other pictures' Corrections as well as their"
            f" own, by {own_fit.mean:+.3f} (worst: {_names(deciding)})"
        )
    if gain.mean < LEAST_GAIN or not gain.positive:
        return False, f"Not clearly better: {moved}, gain {_interval(gain)}"
    return True, f"Better: {moved}, gain {_interval(gain)}"


def own_fits(pairs: Sequence[Pair]) -> list[tuple[float | None, float | None]]:
    """For each Pair how far its Correction is from those of other groups, and how well the candidate tells them apart.

    apart: 1 - mean Dice of its Correction with theirs; own fit: Dice of the candidate's Mask with its own Correction
    minus the mean with theirs. All Masks have one shape. None where nothing is marked, where the Correction was
    accepted unchanged, or where no other group is there.
    """
    usable = [pair for pair in pairs if pair.changed and pair.truth.any()]
    fits: list[tuple[float | None, float | None]] = []
    for pair in pairs:
        others = [other.truth for other in usable if other.group != pair.group]
        if not others or not pair.changed or not pair.truth.any():
            fits.append((None, None))
            continue
        apart = 1.0 - float(np.mean([dice(pair.truth, other) for other in others]))
        strange = float(np.mean([dice(pair.candidate, other) for other in others]))
        fits.append((apart, dice(pair.candidate, pair.truth) - strange))
    return fits


def _small_pair(pair: Pair) -> Pair:
    thin = [small(mask) for mask in (pair.truth, pair.parent, pair.candidate)]
    return Pair(pair.name, pair.group, thin[0], thin[1], thin[2], None, pair.changed)


def _score(pair: Pair) -> Score:
    spacing = (pair.step, pair.step)
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
    )


def _weigh(scores: Sequence[Score], value: Callable[[Score], float], seed: int) -> Evidence:
    groups: dict[str, list[float]] = defaultdict(list)
    for score in scores:
        groups[score.group].append(value(score))
    return weigh(groups, seed)


def _mean(scores: Sequence[Score], name: str) -> float:
    """Mean of one number over scores, groups weighing alike."""
    groups: dict[str, list[float]] = defaultdict(list)
    for score in scores:
        groups[score.group].append(getattr(score, name))
    return float(np.mean([np.mean(values) for values in groups.values()])) if groups else float("nan")


def _names(scores: Sequence[Score]) -> str:
    worst = sorted(scores, key=lambda score: score.candidate_dice if score.own_fit is None else score.own_fit)
    return ", ".join(score.name for score in worst[:3])


def _interval(evidence: Evidence) -> str:
    return f"{evidence.mean:+.3f} ({evidence.low:+.3f} to {evidence.high:+.3f})"


def _evidence_note(groups: int, pictures: int, unchanged: int, cross_validated: bool) -> str:
    note = f"; weak evidence by cross-validation, n = {groups}" if cross_validated else f"; n = {groups}"
    accepted = f", of {pictures} pictures {unchanged} were accepted unchanged" if unchanged else ""
    return f"{note}{accepted}."


def _metrics(scores: Sequence[Score], deciding: Sequence[Score], gain: Evidence, own_fit: Evidence) -> dict[str, Any]:
    means = {
        name: _json_number(_mean(deciding, name))
        for name in ("parent_dice", "candidate_dice", "parent_hd95", "candidate_hd95")
    }
    worst = sorted(deciding, key=lambda score: score.candidate_dice - score.parent_dice)[:WORST]
    return means | {
        "pictures": len(scores),
        "unchanged": len(scores) - len(deciding),
        "groups": gain.groups,
        "gain": asdict(gain),
        "own_fit": asdict(own_fit),
        "worst": [score.name for score in worst],
        "per_picture": [{key: value for key, value in asdict(score).items() if key != "group"} for score in scores],
    }


def _json_number(value: float) -> float | None:
    return value if np.isfinite(value) else None
