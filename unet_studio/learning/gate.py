"""The gate: may a Candidate take the active version's place? The formula stands in docs/learning.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from unet_studio.learning import scores as scoring
from unet_studio.learning.evidence import LEAST_GROUPS, Evidence
from unet_studio.learning.kinds import Kind, kinds_of
from unet_studio.learning.scores import Pair, Score

LEAST_GAIN = 0.002  # mean agreement; smaller gains are within what redrawing one film changes
LEAST_OWN_FIT = 0.02  # by how much a Mask must fit its own film's Correction better than the others'
OWN_PART = 1 / 3  # the least part of the fit that a perfect model would have over the others
WORST = 5
NAMED = 3  # pairs of Corrections that a reason names


@dataclass(frozen=True)
class Verdict:
    """Whether a Candidate goes live, why in one sentence, and the numbers behind it (JSON-safe)."""

    promoted: bool
    reason: str
    metrics: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Weighed:
    """What the decision is taken from: the changed Scores and the evidence in them."""

    deciding: Sequence[Score]
    gain: Evidence
    own_fit: Evidence
    apart: float
    kinds: Sequence[Kind]
    least: float


def judge(pairs: Iterable[Pair], least_agreement: float, *, cross_validated: bool = False, seed: int = 0) -> Verdict:
    """The verdict over held-out Corrections; those that were accepted unchanged are shown but never decide.

    Pairs are taken one at a time and only their numbers and a small copy are kept.
    """
    seen = [(scoring.score(pair), scoring.thin(pair)) for pair in pairs]
    found = scoring.fits([copy for _, copy in seen])
    scores = [replace(score, **vars(fit)) for (score, _), fit in zip(seen, found, strict=True)]
    weighed = _weigh([score for score in scores if score.changed], least_agreement, seed)
    promoted, reason, contradicting = _decide(weighed)
    groups, unchanged = weighed.gain.groups, len(scores) - len(weighed.deciding)
    method = "cross-validation" if cross_validated else "gate"
    return Verdict(
        promoted,
        reason + _evidence_note(groups, len(scores), unchanged, cross_validated),
        _metrics(scores, weighed, seed)
        | {"weak": cross_validated or groups < LEAST_GROUPS, "method": method, "least": least_agreement}
        | {"contradicting": [[score.name, score.stranger] for score in contradicting]},
    )


def with_names(reason: str, names: Mapping[str, str]) -> str:
    """A reason with what the reader calls the pictures in the place of each [name of a Pair]."""
    for name, shown in names.items():
        reason = reason.replace(f"[{name}]", shown)
    return reason


def _weigh(deciding: Sequence[Score], least: float, seed: int) -> Weighed:
    marked = [score for score in deciding if score.own_fit is not None]
    return Weighed(
        deciding,
        scoring.weighed(deciding, lambda score: score.gain, seed),
        scoring.weighed(marked, lambda score: score.own_fit or 0.0, seed),
        scoring.weighed(marked, lambda score: score.apart or 0.0, seed).mean,
        kinds_of(deciding, seed),
        least,
    )


def _decide(found: Weighed) -> tuple[bool, str, Sequence[Score]]:
    """Live or not, why, and the Corrections that contradict others where that is why."""
    gain, own_fit = found.gain, found.own_fit
    if gain.groups < LEAST_GROUPS:
        return False, f"Too few changed Corrections to compare on: {LEAST_GROUPS} patients are needed", ()
    parent, candidate = _mean(found.deciding, "parent_dice"), _mean(found.deciding, "candidate_dice")
    moved = f"mean Dice from {parent:.3f} to {candidate:.3f}"
    worst = _strangest(found.deciding)
    if candidate < found.least:
        why = (
            f"These Corrections contradict one another, or are too few: agreement on held-out ones is {candidate:.3f},"
            f" below {found.least:.2f} (worst: {_pairs(worst)})"
        )
        return False, why, worst
    if own_fit.mean < max(LEAST_OWN_FIT, OWN_PART * found.apart) or not own_fit.positive:
        why = (
            "These Corrections contradict one another: the new Masks fit other pictures' Corrections as well as their"
            f" own, by {own_fit.mean:+.3f} (worst: {_pairs(worst)})"
        )
        return False, why, worst
    losing = next((kind for kind in found.kinds if kind.loses), None)
    if losing is not None:
        return False, _two_conventions(losing, moved), ()
    if gain.mean < LEAST_GAIN or not gain.positive or candidate <= parent:
        return False, f"Not clearly better: {moved}, gain {_interval(gain)}", ()
    return True, f"Better: {moved}, gain {_interval(gain)}", ()


def _two_conventions(losing: Kind, moved: str) -> str:
    right = losing.title == "right before"
    which = "that the active version had right" if right else "that were changed most"
    cause = "; these Corrections seem to follow two conventions that their pictures do not tell apart" if right else ""
    return (
        f"Worse on one kind: {moved}, but on the {losing.gain.groups} {which} from {losing.parent_dice:.3f} to"
        f" {losing.candidate_dice:.3f}{cause}"
    )


def _strangest(scores: Sequence[Score]) -> Sequence[Score]:
    """The Scores whose Mask fits another picture's Correction best, compared with its own."""
    known = [score for score in scores if score.stranger]
    if not known:
        return sorted(scores, key=lambda score: score.candidate_dice)[:NAMED]
    return sorted(known, key=lambda score: -score.stranger_fit)[:NAMED]


def _pairs(scores: Sequence[Score]) -> str:
    return ", ".join(f"[{score.name}]" + (f" and [{score.stranger}]" if score.stranger else "") for score in scores)


def _interval(evidence: Evidence) -> str:
    return f"{evidence.mean:+.3f} ({evidence.low:+.3f} to {evidence.high:+.3f})"


def _evidence_note(groups: int, pictures: int, unchanged: int, cross_validated: bool) -> str:
    note = f"; weak evidence by cross-validation, n = {groups}" if cross_validated else f"; n = {groups}"
    accepted = f", of {pictures} pictures {unchanged} were accepted unchanged" if unchanged else ""
    return f"{note}{accepted}."


def _mean(scores: Sequence[Score], name: str) -> float:
    def value(score: Score) -> float:
        return float(getattr(score, name))

    return scoring.mean(scores, value)


def _metrics(scores: Sequence[Score], found: Weighed, seed: int) -> dict[str, Any]:
    deciding = found.deciding
    means = {
        name: _json_number(_mean(deciding, name))
        for name in (
            *("parent_dice", "candidate_dice", "parent_hd95", "candidate_hd95"),
            *("parent_pixels", "candidate_pixels"),
        )
    }
    known = [score for score in deciding if score.parent_near is not None and score.candidate_near is not None]
    worst = sorted(deciding, key=lambda score: score.candidate_dice - score.parent_dice)[:WORST]

    def evidence(among: Sequence[Score], value: Callable[[Score], float]) -> dict[str, Any]:
        return asdict(scoring.weighed(among, value, seed))

    return means | {
        "pictures": len(scores),
        "unchanged": len(scores) - len(deciding),
        "groups": found.gain.groups,
        "gain": asdict(found.gain),
        "dice_gain": evidence(deciding, lambda score: score.candidate_dice - score.parent_dice),
        "near_gain": evidence(known, lambda score: (score.candidate_near or 0.0) - (score.parent_near or 0.0)),
        "pixels_saved": evidence(deciding, lambda score: score.parent_pixels - score.candidate_pixels),
        "own_fit": asdict(found.own_fit),
        "apart": found.apart,
        "kinds": [kind.row() for kind in found.kinds],
        "worst": [score.name for score in worst],
        "per_picture": [_row(score) for score in scores],
    }


def _row(score: Score) -> dict[str, Any]:
    """As one JSON object, without the group: that may be a patient's."""
    return {key: value for key, value in asdict(score).items() if key != "group"}


def _json_number(value: float) -> float | None:
    return value if np.isfinite(value) else None
