"""What the child does with a job: compare the parent, train the rounds, average and mix them, and judge the result."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from training.checkpoint import load_model, save_model
from training.device import choose
from training.finetune import FinetuneJob, FinetuneResult, Lesson, finetune
from training.finetune import Progress as Step
from training.networks import build
from unet_studio.core.errors import UserError
from unet_studio.learning import exam, plan
from unet_studio.learning.desk import Desk, go_on
from unet_studio.learning.emphasis import weights_of
from unet_studio.learning.gate import Verdict, judge
from unet_studio.learning.job import BEGIN, CANDIDATE, PARENT, Item, Job
from unet_studio.learning.messages import Progress
from unet_studio.learning.mixing import State, choose_mix

WATCHED = 6  # held-out pictures whose Dice is followed while a round trains
EXAMINATIONS = 6  # how often that is done in a round
PATIENCE = 3  # examinations in a row that were no better end a round
RATE = 1e-3
HOLD = 20.0  # per unit of rate: in a round about half of what a weight has moved is taken back
SCRATCH = "scratch"
ANCHOR_SHARE = 0.25
ANCHOR_TRUST = 0.9  # Dice of the parent on held-out Corrections
FRESH_SHARE = 2  # how often a fresh Correction is shown for each time that an earlier one is
TOO_SHORT = "There was not enough time to learn; allow more seconds."
NOT_FINITE = "Learning gave no finite numbers from its first step; look at the newest Corrections and start again."
OTHER_NETWORK = "The version to begin with is another network than the active one; begin with the active one."
EARLY = "a round ended early: the held-out Corrections got no better"
NOTHING = "Every Correction is held out for the gate, so there is nothing to learn from yet; correct more pictures."


def take_course(
    job: Job, folder: Path, deadline: float, say: Callable[[Progress], None], wait: Callable[[], None] = go_on
) -> dict[str, object]:
    """Learn from the job, write the Candidate's weights into `folder`, and return what belongs in `result.json`.

    deadline: of time.monotonic(), for everything; wait: returns when the device is free for learning. Raises UserError,
    one sentence, where the parent cannot be used or nothing was learned in the time.
    """
    torch.set_num_threads(plan.threads_for(os.cpu_count() or 1))
    torch.manual_seed(job.plan.seed)
    course = plan.make_course(job.items, job.plan.seed, scratch=job.plan.begin_from == SCRATCH)
    desk = _desk(job, folder, deadline, say, wait)
    if not course.rounds:
        return _result(desk, Verdict(False, NOTHING), ())
    desk.report("comparing")
    course = _parent_sits(desk, course)
    begin = _begin(desk, folder)
    course, states = _train_rounds(desk, course, begin)
    desk.report("judging")
    mix, candidate, found = choose_mix(desk, course, begin, states)
    _write(desk, folder, candidate)
    pairs = exam.pairs_of(course.held_out, desk.parent, found, desk.about.threshold)
    verdict = judge(pairs, job.plan.least_agreement, cross_validated=course.cross_validated, seed=job.plan.seed)
    run = {"mix": mix, "steps": desk.steps_before, "rounds": len(states), "notes": desk.notes}
    metrics = verdict.metrics | run | {"begin_from": job.plan.begin_from}
    learned = tuple(sorted({item.name for one in course.rounds for item in one.lessons}))
    return _result(desk, replace(verdict, metrics=metrics), learned)


def _desk(job: Job, folder: Path, deadline: float, say: Callable[[Progress], None], wait: Callable[[], None]) -> Desk:
    try:
        network, about = load_model(folder / PARENT)
    except (ValueError, OSError) as error:
        raise UserError(str(error)) from error
    return Desk(job, network, about, choose(job.plan.device), deadline, say, wait)


def _begin(desk: Desk, folder: Path) -> State:
    """The weights that every round begins with, on the CPU; the network has them afterwards."""
    if desk.job.plan.begin_from == SCRATCH:
        fresh = build(desk.about.architecture).state_dict()
    elif (folder / BEGIN).is_file():
        try:
            fresh = load_model(folder / BEGIN)[0].state_dict()
        except (ValueError, OSError) as error:
            raise UserError(str(error)) from error
    else:
        fresh = desk.network.state_dict()
    try:
        desk.network.load_state_dict(fresh)
    except RuntimeError as error:
        raise UserError(OTHER_NETWORK) from error
    return {key: value.to("cpu", copy=True) for key, value in desk.network.state_dict().items()}


def _parent_sits(desk: Desk, course: plan.Course) -> plan.Course:
    """Get the parent's probabilities of what is held out; returns the course with as much as there is time for."""
    first = (course.held_out or course.rounds[0].lessons)[0]
    desk.sit([first])
    sheet = desk.sit([first])
    begun = time.monotonic()
    judge(exam.pairs_of([first], sheet, sheet, desk.about.threshold), desk.job.plan.least_agreement)
    desk.judging_seconds = time.monotonic() - begun
    course, most = _affordable(desk, course, plan.EXAMINING * desk.seconds_left)
    lessons = plan.newest_first(desk.job.items)[: max(most, 1)]  # for their weights
    seated = {item.name: item for item in (*course.held_out, *lessons)}
    desk.parent = desk.sit(list(seated.values()))
    return course


def _affordable(desk: Desk, course: plan.Course, seconds: float) -> tuple[plan.Course, int]:
    """The course with no more held-out Items than can be examined in this time, and how many that would be."""
    desk.slower = False
    most = int(seconds / (desk.seconds_per_examinee + desk.sitting_seconds))
    return plan.fewer_held_out(course, most, desk.job.plan.seed), most


def _train_rounds(desk: Desk, course: plan.Course, begin: State) -> tuple[plan.Course, list[State]]:
    """The weights that each round ends with; the time that is left after the examination is shared evenly.

    Returned with them: the course with fewer held-out Items where the desk had to move to the slower CPU.
    """
    most = plan.steps_of(course, desk.job.plan.most_steps)
    desk.steps, desk.rounds = sum(most), len(course.rounds)
    states: list[State] = []
    for number in range(len(course.rounds)):
        if desk.slower:
            course, _ = _affordable(desk, course, plan.EXAMINING * desk.seconds_left)
        examination = desk.seconds_per_examinee * len(course.held_out)
        seconds = (desk.seconds_left - plan.EXIT_SECONDS - examination) / (len(course.rounds) - number)
        if seconds <= 0:
            raise UserError(TOO_SHORT)
        desk.round = number + 1
        desk.network.load_state_dict(dict(begin))
        result = _train(desk, course, course.rounds[number], seconds, most[number])
        if result.steps == 0:
            raise UserError(NOT_FINITE if result.stopped else TOO_SHORT)
        if result.device == "cpu":
            desk.move_to_cpu()
        desk.notes += [note for note in (result.stopped, EARLY if result.early else "") if note]
        desk.steps_before += result.steps
        desk.steps = desk.steps_before + sum(most[number + 1 :])
        states.append(result.state)
        _report_round(desk, course, course.rounds[number], result)
    if desk.slower:
        course, _ = _affordable(desk, course, desk.seconds_left + plan.LATE)
    return course, states


def _report_round(desk: Desk, course: plan.Course, one: plan.Round, result: FinetuneResult) -> None:
    """Say what the round came to on everything that is held out from it."""
    items = [item for item in (one.held_out or course.gate) if item.name in desk.parent]
    if not items:
        return
    desk.network.load_state_dict(result.state)
    found = desk.sit(items)
    changed = [item for item in items if item.changed] or items
    threshold = desk.about.threshold
    desk.report(
        _phase(course),
        loss=result.loss,
        held_out_dice=exam.mean_dice(found, changed, threshold),
        parent_dice=exam.mean_dice(desk.parent, changed, threshold),
    )


def _phase(course: plan.Course) -> str:
    return "rehearsing" if course.cross_validated else "learning"


def _train(desk: Desk, course: plan.Course, one: plan.Round, seconds: float, steps: int) -> FinetuneResult:
    """One round from the weights which `desk.network` holds before and after."""
    watched = [item for item in (one.held_out or course.gate) if item.changed][:WATCHED]
    threshold = desk.about.threshold
    parent_dice = exam.mean_dice(desk.parent, watched, threshold) if watched else None

    def examine(network: nn.Module, device: str) -> float:
        return exam.mean_dice(exam.sit(network, watched, device, desk.about), watched, threshold)

    def on_step(step: Step) -> None:
        desk.report(
            _phase(course), step.step, loss=step.loss, held_out_dice=step.held_out_dice, parent_dice=parent_dice
        )

    def should_stop() -> bool:
        desk.wait()
        return False

    scratch = desk.job.plan.begin_from == SCRATCH
    job = FinetuneJob(
        parent=desk.network.to("cpu"),  # a second network on the card would only take its memory
        about=desk.about,
        lessons=_lessons(desk, one.lessons),
        seconds=seconds,
        max_steps=steps,
        anchors=() if scratch else _anchors(desk, course),
        anchor_share=ANCHOR_SHARE,
        rate=RATE,
        device=desk.device.name,
        seed=desk.job.plan.seed + desk.round - 1,
        examine=examine if watched else None,
        examinations=EXAMINATIONS,
        patience=0 if scratch else PATIENCE,
        hold=0.0 if scratch else HOLD,
        new_statistics=scratch,
    )
    return finetune(job, on_step, should_stop)


def _anchors(desk: Desk, course: plan.Course) -> tuple[np.ndarray, ...]:
    """The anchors, where the parent is mostly right on such pictures; else its word would teach what was corrected."""
    changed = [item for item in course.held_out if item.changed]
    right = exam.mean_dice(desk.parent, changed, desk.about.threshold) >= ANCHOR_TRUST
    return desk.job.anchors if right or not changed else ()


def _lessons(desk: Desk, items: Sequence[Item]) -> list[Lesson]:
    """Each Item as a Lesson; fresh ones FRESH_SHARE times where there are earlier ones too."""
    mixed = len({item.fresh for item in items}) == 2
    lessons: list[Lesson] = []
    for item in items:
        known = desk.parent.get(item.name)
        weight = None if known is None else weights_of(item, known, desk.about.threshold)
        lesson = Lesson(item.picture, item.mask, (item.fit.content_rows, item.fit.content_columns), weight)
        lessons += [lesson] * (FRESH_SHARE if mixed and item.fresh else 1)
    return lessons


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
