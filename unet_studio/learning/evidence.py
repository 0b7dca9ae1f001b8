"""How sure a mean of paired differences is: the statistics of the gate, honest for a handful of pictures too."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

LEAST_GROUPS = 3  # below this no difference is evidence
MANY_GROUPS = 10  # from here on the bootstrap interval alone decides
LEVEL = 0.05
RESAMPLES = 4000
STUDENT = {3: 2.920, 4: 2.353}  # one-sided 5 % points for n groups, where sign flips cannot reach 5 %


@dataclass(frozen=True)
class Evidence:
    """A mean of paired differences over independent groups; `low` and `high` are its 95 % bootstrap interval."""

    groups: int
    mean: float
    low: float
    high: float
    positive: bool  # above zero by the rule in `weigh`


def weigh(differences: Mapping[str, Sequence[float]], seed: int = 0) -> Evidence:
    """Evidence from differences per group; pictures of one group are averaged first, they are not independent.

    Positive: the bootstrap interval of the mean lies above zero and, as that interval is too narrow for few groups,
    under 10 groups an exact sign-flip test (5 to 9) or Student's test (3 and 4) says so as well, each at 5 %.
    """
    means = np.array([float(np.mean(values)) for values in differences.values()], dtype=np.float64)
    if len(means) == 0:
        return Evidence(0, 0.0, 0.0, 0.0, False)
    picks = np.random.default_rng(seed).integers(0, len(means), size=(RESAMPLES, len(means)))
    low, high = np.quantile(means[picks].mean(axis=1), [0.025, 0.975])
    positive = len(means) >= LEAST_GROUPS and float(low) > 0 and _few_agree(means)
    return Evidence(len(means), float(means.mean()), float(low), float(high), positive)


def _few_agree(means: np.ndarray) -> bool:
    """The second test that few groups must pass; True for many groups."""
    if len(means) >= MANY_GROUPS:
        return True
    if len(means) in STUDENT:
        error = means.std(ddof=1) / np.sqrt(len(means))
        return bool(means.mean() > STUDENT[len(means)] * error)
    return sign_flip(means) <= LEVEL


def sign_flip(means: np.ndarray) -> float:
    """One-sided exact p: how often the mean of (n,) differences with random signs is at least the one seen."""
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=len(means))))
    flipped = signs @ means
    return float(np.mean(flipped >= means.sum() - 1e-12))
