"""From the weights that rounds end with to the Candidate's: their mean, and how far towards it from the beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from training.finetune import interpolate
from unet_studio.learning import exam, plan
from unet_studio.learning.desk import Desk
from unet_studio.learning.kinds import right_before

State = Mapping[str, Tensor]


def choose_mix(
    desk: Desk, course: plan.Course, begin: State, states: Sequence[State]
) -> tuple[float, State, exam.Probabilities]:
    """The mix with the best held-out agreement: the mix, the Candidate's weights and the held-out probabilities.

    Items of the gate sit before the Candidate itself, a round's held-out ones before what that round came to.
    """
    final = states[-1] if course.last_alone else _mean_state(states)
    mixes = plan.MIXES if not course.last_alone else (1.0,)
    sheets = []
    for mix in mixes:
        found: exam.Probabilities = {}
        for one, state in zip(course.rounds, states, strict=True):
            if one.held_out:
                desk.network.load_state_dict(interpolate(begin, state, mix))
                found |= desk.sit(one.held_out)
        if course.gate:
            desk.network.load_state_dict(interpolate(begin, final, mix))
            found |= desk.sit(course.gate)
        desk.wait()
        sheets.append(found)
    agreements = [exam.mean_agreement(found, course.held_out, desk.about.threshold) for found in sheets]
    losses = _losses(desk, course, sheets)
    best = plan.choose_mix(agreements, losses) if len(mixes) > 1 else 0
    return mixes[best], interpolate(begin, final, mixes[best]), sheets[best]


def _losses(desk: Desk, course: plan.Course, sheets: Sequence[exam.Probabilities]) -> list[float]:
    """By how much each mix agrees less than the parent on what the parent had right; empty where that is no kind."""
    changed = [item for item in course.held_out if item.changed]
    before = exam.agreements(desk.parent, changed, desk.about.threshold)
    right = right_before(before)
    if not right:
        return []
    kept = [exam.agreements(sheet, changed, desk.about.threshold) for sheet in sheets]
    return [float(np.mean([before[name] - after[name] for name in right if name in after])) for after in kept]


def _mean_state(states: Sequence[State]) -> dict[str, Tensor]:
    return {
        key: torch.stack([state[key] for state in states]).mean(dim=0) if value.is_floating_point() else value
        for key, value in states[0].items()
    }
