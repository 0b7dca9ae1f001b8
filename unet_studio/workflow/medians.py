"""Medians with an interval in which pictures of one patient or video count as one draw, not as many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST = 10  # films, and patients or videos: below this no interval and no saving is said
DRAWS = 2000
AT_ONCE = 1 << 22  # weights in memory


@dataclass(frozen=True)
class Middle:
    """A median; `low` and `high` are its 95 % interval, None below LEAST."""

    median: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Sample:
    """One measure of `films` pictures of `patients` patients or videos: values and whose they are."""

    values: tuple[float, ...]
    groups: tuple[str, ...]

    @property
    def films(self) -> int:
        """How many pictures."""
        return len(self.values)

    @property
    def patients(self) -> int:
        """How many patients or videos they are of."""
        return len(set(self.groups))

    @property
    def enough(self) -> bool:
        """True where an interval can be given."""
        return min(self.films, self.patients) >= LEAST


def middle(sample: Sample) -> Middle:
    """The median, with the 2.5 and 97.5 % quantiles of medians of redrawn patients where there are enough of them.

    Raises ValueError for a sample without values.
    """
    if not sample.films:
        raise ValueError("a median needs at least one value")
    median = float(np.median(sample.values))
    if not sample.enough:
        return Middle(median)
    low, high = np.quantile(redrawn(sample, 0), (0.025, 0.975))
    return Middle(median, float(low), float(high))


def difference(before: Sample, after: Sample) -> Middle:
    """Median before minus median after, with the same kind of interval where both have enough patients."""
    found = float(np.median(before.values) - np.median(after.values))
    if not (before.enough and after.enough):
        return Middle(found)
    low, high = np.quantile(redrawn(before, 1) - redrawn(after, 2), (0.025, 0.975))
    return Middle(found, float(low), float(high))


def redrawn(sample: Sample, seed: int, draws: int = DRAWS) -> np.ndarray:
    """(draws,) medians of as many patients drawn with replacement, each with all of their pictures."""
    order = np.argsort(sample.values, kind="stable")
    values = np.asarray(sample.values, np.float64)[order]
    names, owner = np.unique(np.asarray(sample.groups)[order], return_inverse=True)
    rng = np.random.default_rng(seed)
    found = np.empty(draws)
    step = max(1, AT_ONCE // len(values))
    for start in range(0, draws, step):
        count = min(step, draws - start)
        picks = rng.integers(0, len(names), (count, len(names)))
        weights = np.zeros((count, len(names)), np.int64)
        np.add.at(weights, (np.arange(count)[:, None], picks), 1)
        found[start : start + count] = _weighted(values, weights[:, owner])
    return found


def _weighted(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Medians of ascending (n,) values, each taken as often as the (draws, n) weights say."""
    sums = np.cumsum(weights, axis=1)
    total = sums[:, -1:]
    lower = np.argmax(sums >= (total + 1) // 2, axis=1)
    upper = np.argmax(sums >= total // 2 + 1, axis=1)
    return np.asarray((values[lower] + values[upper]) / 2)


def sample_of(pairs: Sequence[tuple[float, str]]) -> Sample:
    """A sample of (value, group)."""
    return Sample(tuple(value for value, _ in pairs), tuple(group for _, group in pairs))
