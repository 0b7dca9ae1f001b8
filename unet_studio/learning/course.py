"""What the child does with a job: compare the parent, train the rounds, average and mix them, and judge the result."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.checkpoint import ModelFile, load_model, save_model
from training.device import DeviceChoice, choose
from training.finetune import FinetuneJob, FinetuneResult, Lesson, finetune, interpolate
from training.finetune import Progress as Step
from unet_studio.core.errors import UserError
from unet_studio.learning import exam, plan
from unet_studio.learning.gate import Verdict, judge
from unet_studio.learning.job import CANDIDATE, PARENT, Item, Job
from unet_studio.learning.messages import Progress

WATCHED = 6  # held-out pictures whose Dice is followed while a round trains
EXAMINATIONS = 6  # how often that is done in a round
RATE = 1e-3
ANCHOR_SHARE = 0.25
ANCHOR_TRUST = 0.9  # Dice of the parent on held-out Corrections
FRESH_SHARE = 2  # how often a fresh Correction is shown for each time that an earlier one is
TOO_SHORT = "There was not enough time to learn; allow more seconds."
NOT_FINITE = "Learning gave no finite numbers from its first step; look at the newest Corrections and start again."
NOTHING = "Every Correction is held out for the gate, so there is nothing to learn from yet; correct more pictures."

State = Mapping[str, Tensor]


@dataclass(eq=False)
class Desk:
    """What all parts of one run share."""

    job: Job
    network: nn.Module
    about: ModelFile
    device: DeviceChoice
    deadline: float  # of time.monotonic()
    say: Callable[[Progress], None]
    parent: exam.Probabilities = field(default_factory=dict)
    sitting_seconds: float = 0.0  # for one picture to go through the network
    judging_seconds: float = 0.0  # for one pair of Masks to be measured
    steps_before: int = 0  # of the rounds that have ended
    steps: int = 0  # of all rounds, as planned
    notes: list[str] = field(default_factory=list)  # what was unusual, for the metrics

    @property
    def seconds_left(self) -> float:
        """Until the run must have ended."""
        return max(0.0, self.deadline - time.monotonic())

    @property
    def seconds_per_examinee(self) -> float:
        """For one held-out Item to sit before every mix and to be judged."""
        return plan.SPARE * (len(plan.MIXES) * self.sitting_seconds + self.judging_seconds)

    def report(self, phase: str, step: int = 0, **values: Any) -> None:
        """Say where the run stands, `step` steps into a round."""
        self.say(
            Progress(
                phase,
                step=self.steps_before + step,
                steps=max(self.steps, self.steps_before + step),
                seconds_left=round(self.seconds_left, 1),
                device=self.device.label,
                **values,
            )
        )


def take_course(job: Job, folder: Path, deadline: float, say: Callable[[Progress], None]) -> dict[str, object]:
    """Learn from the job, write the Candidate's weights into `folder`, and return what belongs in `result.json`.

    deadline: of time.monotonic(), for everything. Raises UserError, one sentence, where the parent cannot be used or
    nothing was learned in the time.
    """
    torch.set_num_threads(plan.threads_for(os.cpu_count() or 1))
    torch.manual_seed(job.plan.seed)
    course = plan.make_course(job.items, job.plan.seed)
    desk = _desk(job, folder, deadline, say)
    if not course.rounds:
        return _result(desk, Verdict(False, NOTHING), ())
    desk.report("comparing")
    course = _parent_sits(desk, course)
    parent = {key: value.clone() for key, value in desk.network.state_dict().items()}
    results = _train_rounds(desk, course, parent)
    desk.report("judging")
    mix, candidate, found = _choose(desk, course, parent, results)
    _write(desk, folder, candidate)
    pairs = exam.pairs_of(course.held_out, desk.parent, found, desk.about.threshold)
    verdict = judge(pairs, job.plan.least_agreement, cross_validated=course.cross_validated, seed=job.plan.seed)
    metrics = verdict.metrics | {"mix": mix, "steps": desk.steps_before, "rounds": len(results), "notes": desk.notes}
    learned = tuple(sorted({item.name for one in course.rounds for item in one.lessons}))
    return _result(desk, replace(verdict, metrics=metrics), learned)


def _desk(job: Job, folder: Path, deadline: float, say: Callable[[Progress], None]) -> Desk:
    try:
        network, about = load_model(folder / PARENT)
    except (ValueError, OSError) as error:
        raise UserError(str(error)) from error
    device = choose(job.plan.device)
    return Desk(job, network.to(device.name), about, device, deadline, say)


def _parent_sits(desk: Desk, course: plan.Course) -> plan.Course:
    """Get the parent's probabilities of what is held out; returns the course with as much as there is time for."""
    first = (course.held_out or course.rounds[0].lessons)[0]
    exam.sit(desk.network, [first], desk.device.name, desk.about)
    begun = time.monotonic()
    sheet = exam.sit(desk.network, [first], desk.device.name, desk.about)
    desk.sitting_seconds = time.monotonic() - begun
    judge(exam.pairs_of([first], sheet, sheet, desk.about.threshold), desk.job.plan.least_agreement)
    desk.judging_seconds = time.monotonic() - begun - desk.sitting_seconds
    most = int(plan.EXAMINING * desk.seconds_left / (desk.seconds_per_examinee + desk.sitting_seconds))
    course = plan.fewer_held_out(course, most, desk.job.plan.seed)
    desk.parent = exam.sit(desk.network, course.held_out, desk.device.name, desk.about)
    return course


def _train_rounds(desk: Desk, course: plan.Course, parent: State) -> list[State]:
    """The weights that each round ends with; the time that is left after the examination is shared evenly."""
    examination = desk.seconds_per_examinee * len(course.held_out)
    desk.steps = sum(plan.steps_for(len(one.lessons)) for one in course.rounds)
    results: list[State] = []
    for number, one in enumerate(course.rounds):
        seconds = (desk.seconds_left - plan.EXIT_SECONDS - examination) / (len(course.rounds) - number)
        if seconds <= 0:
            raise UserError(TOO_SHORT)
        desk.network.load_state_dict(dict(parent))
        result = _train(desk, course, one, seconds, desk.job.plan.seed + number)
        if result.steps == 0:
            raise UserError(NOT_FINITE if result.stopped else TOO_SHORT)
        desk.notes += [note for note in (result.stopped, result.note) if note]
        desk.steps_before += result.steps
        desk.steps = desk.steps_before + sum(plan.steps_for(len(r.lessons)) for r in course.rounds[number + 1 :])
        results.append(result.state)
    return results


def _train(desk: Desk, course: plan.Course, one: plan.Round, seconds: float, seed: int) -> FinetuneResult:
    """One round from the parent's weights, which `desk.network` holds before and after."""
    watched = [item for item in (one.held_out or course.gate) if item.changed][:WATCHED]
    threshold = desk.about.threshold
    parent_dice = exam.mean_dice(desk.parent, watched, threshold) if watched else None
    phase = "rehearsing" if course.cross_validated else "learning"

    def examine(network: nn.Module, device: str) -> float:
        return exam.mean_dice(exam.sit(network, watched, device, desk.about), watched, threshold)

    def on_step(step: Step) -> None:
        desk.report(phase, step.step, loss=step.loss, held_out_dice=step.held_out_dice, parent_dice=parent_dice)

    job = FinetuneJob(
        parent=desk.network,
        about=desk.about,
        lessons=_lessons(one.lessons),
        seconds=seconds,
        max_steps=plan.steps_for(len(one.lessons)),
        anchors=_anchors(desk, course),
        anchor_share=ANCHOR_SHARE,
        rate=RATE,
        device=desk.device.name,
        seed=seed,
        examine=examine if watched else None,
        examinations=EXAMINATIONS,
    )
    return finetune(job, on_step, lambda: False)


def _anchors(desk: Desk, course: plan.Course) -> tuple[np.ndarray, ...]:
    """The anchors, where the parent is mostly right on such pictures; else its word would teach what was corrected."""
    changed = [item for item in course.held_out if item.changed]
    right = exam.mean_dice(desk.parent, changed, desk.about.threshold) >= ANCHOR_TRUST
    return desk.job.anchors if right or not changed else ()


def _lessons(items: Sequence[Item]) -> list[Lesson]:
    """Each Item as a Lesson; fresh ones FRESH_SHARE times where there are earlier ones too."""
    mixed = len({item.fresh for item in items}) == 2
    lessons: list[Lesson] = []
    for item in items:
        lesson = Lesson(item.picture, item.mask, (item.fit.content_rows, item.fit.content_columns))
        lessons += [lesson] * (FRESH_SHARE if mixed and item.fresh else 1)
    return lessons


def _choose(
    desk: Desk, course: plan.Course, parent: State, results: Sequence[State]
) -> tuple[float, State, exam.Probabilities]:
    """The mix with the best held-out agreement: the mix, the Candidate's weights and the held-out probabilities.

    Items of the gate sit before the Candidate itself, a round's held-out ones before what that round came to.
    """
    mean = _mean_state(results)
    sheets = []
    for mix in plan.MIXES:
        found: exam.Probabilities = {}
        for one, result in zip(course.rounds, results, strict=True):
            if one.held_out:
                desk.network.load_state_dict(interpolate(parent, result, mix))
                found |= exam.sit(desk.network, one.held_out, desk.device.name, desk.about)
        if course.gate:
            desk.network.load_state_dict(interpolate(parent, mean, mix))
            found |= exam.sit(desk.network, course.gate, desk.device.name, desk.about)
        sheets.append(found)
    agreements = [exam.mean_agreement(found, course.held_out, desk.about.threshold) for found in sheets]
    best = plan.choose_mix(agreements)
    return plan.MIXES[best], interpolate(parent, mean, plan.MIXES[best]), sheets[best]


def _mean_state(states: Sequence[State]) -> dict[str, Tensor]:
    return {
        key: torch.stack([state[key] for state in states]).mean(dim=0) if value.is_floating_point() else value
        for key, value in states[0].items()
    }


def _write(desk: Desk, folder: Path, state: State) -> None:
    about = replace(desk.about, path=folder / CANDIDATE, card={}, sha256="")
    try:
        save_model(state, about)
    except ValueError as error:
        raise UserError(str(error)) from error


def _result(desk: Desk, verdict: Verdict, learned: tuple[str, ...]) -> dict[str, object]:
    return {
        "failed": "",
        "device": desk.device.label,
        "candidate": bool(learned),
        "learned": list(learned),
        "verdict": asdict(verdict),
    }
