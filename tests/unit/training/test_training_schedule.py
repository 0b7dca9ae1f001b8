"""Schedules, stages and the order of the pictures: pure functions."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import pytest

from training import schedule
from training.feed import order
from training.recipe import Recipe


def test_one_cycle_rises_and_falls() -> None:
    factors = [schedule.rate_factor(step / 100) for step in range(101)]
    assert factors[0] == pytest.approx(0.1)
    assert max(factors) == factors[20] == pytest.approx(1.0)
    assert factors[100] == pytest.approx(0.001)
    assert all(a >= b for a, b in itertools.pairwise(factors[20:]))


def test_cosine_only_falls_and_constant_stays() -> None:
    factors = [schedule.rate_factor(step / 100, "cosine") for step in range(101)]
    assert factors[0] == 1.0
    assert factors[50] == pytest.approx(0.5005)
    assert factors[100] == schedule.rate_factor(1.2, "cosine") == pytest.approx(0.001)
    assert all(a >= b for a, b in itertools.pairwise(factors))
    assert {schedule.rate_factor(step / 10, "constant") for step in range(11)} == {1.0}


def test_progress_is_by_steps_or_by_time_where_that_is_further(tiny: Recipe) -> None:
    assert schedule.steps_per_epoch(tiny, 23) == 5
    assert schedule.steps_per_epoch(replace(tiny, samples=9), 23) == 2
    assert schedule.progress(tiny, 25, 1e6, 5) == 0.25
    timed = replace(tiny, max_minutes=2)
    assert schedule.progress(timed, 25, 60, 5) == 0.5
    assert schedule.progress(timed, 75, 60, 5) == 0.75


def test_each_stage_has_its_loss_its_rates_and_a_schedule_of_its_own(tiny: Recipe) -> None:
    recipe = replace(tiny, loss="cross-entropy", loss_after="dice", switch=0.4, rate=1e-3, rate_after=1e-4)
    assert [schedule.stage_at(recipe, done) for done in (0.0, 0.39, 0.4, 1.0)] == [0, 0, 1, 1]
    assert [schedule.loss_name(recipe, stage) for stage in (0, 1)] == ["cross-entropy", "dice"]
    assert schedule.peak_rates(recipe, 0) == (3e-4, 1e-3)
    assert schedule.peak_rates(recipe, 1) == pytest.approx((3e-5, 1e-4))
    assert schedule.within_stage(recipe, 0.2, 0) == pytest.approx(0.5)
    assert schedule.within_stage(recipe, 0.4, 1) == 0.0
    assert schedule.within_stage(recipe, 0.7, 1) == pytest.approx(0.5)
    assert schedule.within_stage(recipe, 1.3, 1) == 1.0


def test_without_another_loss_or_rate_there_is_one_stage(tiny: Recipe) -> None:
    assert [schedule.stage_at(tiny, done) for done in (0.0, 0.6, 1.0)] == [0, 0, 0]
    assert schedule.within_stage(tiny, 0.6, 0) == 0.6
    slower = replace(tiny, rate_after=1e-3)
    assert schedule.stage_at(slower, 0.6) == 1
    assert schedule.loss_name(slower, 1) == slower.loss


def test_pictures_are_cycled_through_without_replacement() -> None:
    whole = order(seed=3, begin=0, count=35, pictures=10)
    assert all(sorted(whole[at : at + 10]) == list(range(10)) for at in (0, 10, 20))
    assert set(Counter(whole).values()) == {3, 4}
    assert order(3, 7, 11, 10) == whole[7:18]
    assert whole[:10] != whole[10:20]
    assert order(4, 0, 35, 10) != whole
