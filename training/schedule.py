"""How far a run is, its stages and its rates: pure functions of what was done."""

from __future__ import annotations

import math

from training.recipe import Recipe

WARM_UP = 0.2  # part of a one-cycle stage in which the rate rises
LOWEST = 0.001  # of the peak, at the end of a falling schedule


def steps_per_epoch(recipe: Recipe, pictures: int) -> int:
    """Whole batches in an epoch; what is left over is dropped."""
    return (recipe.samples or pictures) // recipe.batch


def progress(recipe: Recipe, step: int, seconds: float, per_epoch: int) -> float:
    """How much of the run is done, 0..1 or more: by steps, or by time (s) where that is further on."""
    done = step / max(1, recipe.epochs * per_epoch)
    timed = seconds / (60 * recipe.max_minutes) if recipe.max_minutes > 0 else 0.0
    return max(done, timed)


def has_second_stage(recipe: Recipe) -> bool:
    """Whether another loss or another rate takes over on the way."""
    return bool(recipe.loss_after) or recipe.rate_after > 0


def stage_at(recipe: Recipe, done: float) -> int:
    """0, or 1 from the part `switch` of the run on; done: as `progress` gives it."""
    return int(has_second_stage(recipe) and done >= recipe.switch)


def within_stage(recipe: Recipe, done: float, stage: int) -> float:
    """How much of the stage is done, 0..1: each stage runs through a schedule of its own."""
    if not has_second_stage(recipe):
        return min(1.0, done)
    begin, end = (recipe.switch, 1.0) if stage else (0.0, recipe.switch)
    return min(1.0, max(0.0, done - begin) / max(end - begin, 1e-9))


def loss_name(recipe: Recipe, stage: int) -> str:
    """The loss of a stage, by name."""
    return recipe.loss_after if stage and recipe.loss_after else recipe.loss


def peak_rates(recipe: Recipe, stage: int) -> tuple[float, float]:
    """(encoder's, others') peak rates of a stage; `rate_after` scales both alike."""
    scale = recipe.rate_after / recipe.rate if stage and recipe.rate_after > 0 else 1.0
    return recipe.encoder_rate * scale, recipe.rate * scale


def rate_factor(done: float, schedule: str = "one-cycle") -> float:
    """What the peak rate is multiplied by, after the part `done` (0..1) of a stage.

    one-cycle: from a tenth up to 1 during WARM_UP, then by a cosine down to LOWEST (after Smith and Topin 2019,
    "Super-Convergence"); cosine: from 1 down to LOWEST (Loshchilov and Hutter 2017, "SGDR", equation 5, one period);
    constant: 1.
    """
    if schedule == "constant":
        return 1.0
    warm_up = WARM_UP if schedule == "one-cycle" else 0.0
    if done < warm_up:
        return 0.1 + 0.9 * done / warm_up
    falling = (min(1.0, done) - warm_up) / (1 - warm_up)
    return LOWEST + (1 - LOWEST) * 0.5 * (1 + math.cos(math.pi * falling))
