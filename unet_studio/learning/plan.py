"""What a fine-tune of given Corrections consists of: who is learned from, who is held out, how the time is shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from unet_studio.learning.job import Item

ENOUGH_GATE_GROUPS = 5  # from here on the gate set decides alone
FOLDS = 3
MIXES = (0.5, 0.7, 0.85, 1.0)  # parts of the way from parent to result that are tried
SAME = 0.001  # of two mixes this close the one nearer to the parent is taken
MOST_LOSS = 0.005  # agreement on what the parent had right; the gate lets 0.01 pass, and pictures differ
EXIT_SECONDS = 2.0  # writing the result and ending
SPARE = 1.3  # how much longer an examination may take than the first one did
EXAMINING = 0.25  # of the time left, at most, goes into examining
LATE = 15.0  # seconds by which a verdict may come late where the card gave out; half of what the runner waits
GATE_ROUNDS = 2  # trainings of different seeds where the gate set decides; their mean is better than either


@dataclass(frozen=True, eq=False)
class Round:
    """One training: what it learns from, and which Items it may be examined on (it has not seen their groups)."""

    lessons: tuple[Item, ...]
    held_out: tuple[Item, ...]


@dataclass(frozen=True, eq=False)
class Course:
    """All rounds; the Candidate is the mean of their results, so it has learned from every lesson.

    gate: Items that no round learns from, examined on the Candidate itself.
    last_alone: the Candidate is what the last round came to; the mean of networks that did not begin with trained
    weights is no network.
    """

    rounds: tuple[Round, ...]
    gate: tuple[Item, ...]
    cross_validated: bool
    last_alone: bool = False

    @property
    def held_out(self) -> tuple[Item, ...]:
        """Every Item that some model is examined on without having seen its group."""
        return (*(item for one in self.rounds for item in one.held_out), *self.gate)


def make_course(items: Sequence[Item], seed: int, *, scratch: bool = False) -> Course:
    """Rounds judged on the gate set, or under five deciding gate groups FOLDS rounds that each hold some back.

    Items on the gate's side are never learned from, by any round. From scratch the last round learns from all others.
    """
    course = _make_course(items, seed)
    if not scratch or not course.rounds:
        return course
    whole = Round(tuple(item for item in items if not item.gate), ())
    rounds = (*course.rounds, whole) if course.cross_validated else (whole,)
    return replace(course, rounds=rounds, last_alone=True)


def _make_course(items: Sequence[Item], seed: int) -> Course:
    lessons = tuple(item for item in items if not item.gate)
    gate = tuple(item for item in items if item.gate)
    groups = sorted({item.group for item in lessons})
    if len({item.group for item in gate if item.changed}) >= ENOUGH_GATE_GROUPS or len(groups) < 2:
        return Course((Round(lessons, ()),) * GATE_ROUNDS if lessons else (), gate, cross_validated=False)
    order = np.random.default_rng(seed).permutation(len(groups))
    fold_of = {groups[index]: place % FOLDS for place, index in enumerate(order)}
    rounds = tuple(
        Round(
            tuple(item for item in lessons if fold_of[item.group] != fold),
            tuple(item for item in lessons if fold_of[item.group] == fold),
        )
        for fold in range(min(FOLDS, len(groups)))
    )
    return Course(rounds, gate, cross_validated=True)


def newest_first(items: Sequence[Item]) -> list[Item]:
    """The Items that are learned from (`items`: oldest first), fresh ones before earlier ones, each the newest first.

    In this order the parent proposes them to find the corrected bands, as far as there is time.
    """
    return sorted((item for item in reversed(items) if not item.gate), key=lambda item: not item.fresh)


def fewer_held_out(course: Course, most: int, seed: int) -> Course:
    """The Course with at most `most` held-out Items, drawn by `seed`, so that examining them fits into the time."""
    held_out = course.held_out
    if len(held_out) <= most:
        return course
    drawn = np.random.default_rng(seed).permutation(len(held_out))[: max(most, 1)]
    names = {held_out[index].name for index in drawn}
    rounds = tuple(
        Round(one.lessons, tuple(item for item in one.held_out if item.name in names)) for one in course.rounds
    )
    gate = tuple(item for item in course.gate if item.name in names)
    return replace(course, rounds=rounds, gate=gate)


def threads_for(processors: int) -> int:
    """How many threads compute: one processor stays free, except where there are only two (docs/learning.md)."""
    return processors if processors <= 2 else processors - 1


def steps_for(lessons: int) -> int:
    """After how many steps of a round more time would only teach its few pictures by heart."""
    return min(2000, 40 + 8 * lessons)


def steps_of(course: Course, most: int) -> list[int]:
    """The most steps of each round; with `most` above 0 no more than that together."""
    steps = [steps_for(len(one.lessons)) for one in course.rounds]
    return [max(1, step * most // sum(steps)) for step in steps] if 0 < most < sum(steps) else steps


def choose_mix(agreements: Sequence[float], losses: Sequence[float] = ()) -> int:
    """Index into MIXES of the mix to take, from the held-out agreement of each: the best, or one nearly as good.

    losses: by how much each agrees less than the parent on the Corrections that the parent had right, where they are a
    kind of their own: mixes that lose more than MOST_LOSS there are not taken, unless all do.
    Where nothing was held out (nan) nobody can say which is best, and it is the second.
    """
    allowed = [index for index, loss in enumerate(losses) if loss <= MOST_LOSS] or range(len(agreements))
    best = max(agreements[index] for index in allowed)
    return next((index for index in allowed if agreements[index] >= best - SAME), 1)
