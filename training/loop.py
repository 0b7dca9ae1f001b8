"""The training loop: a recipe and samples in, averaged weights out; what OUT holds is enough to go on after a kill.

On a CPU with the same number of threads a run that was killed, at any moment, and resumed ends with the weights of an
unbroken one, bit for bit; on CUDA within rounding. A run that `max_minutes` cuts short depends on the clock and cannot
be repeated exactly.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from os import cpu_count
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import nn

from training import distributed
from training.begin import check, start
from training.dataset import Sample
from training.feed import Batch, ahead, batch_at
from training.logs import NO_TENSORBOARD, Log, Tick, logging_to
from training.recipe import Recipe
from training.schedule import has_second_stage, progress, stage_at, steps_per_epoch
from training.state import Training, forget, identity, load_state, save_state, unfinished_step
from training.step import CLIP, Outcome, blend, has_amx, learn, optimiser_for
from training.validation import validation_dice

__all__ = ["CLIP", "Tick", "Training", "blend", "train"]

SAVE_SECONDS = 120.0  # between saved states, besides the one at the end of each epoch
FEEDERS = 8  # threads that prepare batches for a CUDA device, at most
STOPPED = "Stopped and saved at step {}; the same command with --resume goes on from there."
AMX = "This CPU has AMX: precision=bfloat16 is 2 to 3.5 times as fast."
MPS = "Apple MPS computes in float32 whatever the recipe says."
NOT_SET_ASIDE = "No pictures are set aside for validation: there is no early stopping."
NOTHING_TO_RESUME = "There was no saved state to go on from: this run begins anew."
THREADS = "The number of threads is another one than before: the result will not be the same to the last bit."


@dataclass(frozen=True, eq=False)
class _Course:
    """A run with everything around it; `log` is None in all processes but the first."""

    recipe: Recipe
    run: Training
    samples: Sequence[Sample]
    validation: Sequence[Sample]
    out: Path
    device: str
    known: Mapping[str, Any]
    answer: nn.Module
    log: Log | None
    on_tick: Callable[[Tick], None]
    interrupted: Callable[[], bool]
    begun: float  # time.monotonic() at which the run would have begun without breaks

    @property
    def per_epoch(self) -> int:
        return steps_per_epoch(self.recipe, len(self.samples))

    @property
    def done(self) -> float:
        return progress(self.recipe, self.run.step, self.run.seconds, self.per_epoch)


def train(
    recipe: Recipe,
    samples: Sequence[Sample],
    out: Path,
    device: str,
    resume: bool,
    on_tick: Callable[[Tick], None],
    parent: Path | None = None,
    validation: Sequence[Sample] = (),
) -> Training:
    """Train by the recipe, on a device as `distributed.joined` names it; states and logs go to OUT.

    From the part `switch` of the run on a second stage has the other loss and rate, a fresh optimiser and a schedule
    of its own. validation: pictures on whose mean Dice early stopping decides; with them `average` is the best epoch's.
    resume: go on from the last saved state where there is one. The first Ctrl+C saves and raises KeyboardInterrupt.
    Returns the finished Training; its `average` holds the weights to keep. Raises ValueError for too few samples, an
    unfit parent, a state of another run, an unfinished one without `resume`, and a loss that stays not finite.
    """
    check(recipe, len(samples))
    run, sha256 = start(recipe, device, parent)
    known = identity(recipe, samples, validation, sha256)
    before: dict[str, Any] = {}
    if resume:
        before = load_state(run, out, known, partial(optimiser_for, recipe, run.network))
    elif (step := unfinished_step(out)) is not None:
        raise ValueError(f"{out} holds a run that stopped at step {step}; --resume goes on, another --out begins anew.")
    elif distributed.rank() == 0:
        forget(out)
    with ExitStack() as stack:
        log = stack.enter_context(logging_to(out, run.step)) if distributed.rank() == 0 else None
        interrupted = stack.enter_context(deferred_interrupt())
        answer, begun = distributed.parallel(run.network, device), time.monotonic() - run.seconds
        course = _Course(recipe, run, samples, validation, out, device, known, answer, log, on_tick, interrupted, begun)
        note = " ".join([*([NOTHING_TO_RESUME] if resume and not before else []), *notes(course, before)])
        while not ended(course):
            train_epoch(course, note)
            note = ""
        if interrupted():
            raise KeyboardInterrupt(STOPPED.format(run.step))
    if run.best is not None:
        run.average = run.best
    return run


def ended(course: _Course) -> bool:
    """By epochs, by time, or after `patience` epochs of the last stage without a better validation Dice."""
    recipe, run = course.recipe, course.run
    last = run.stage == int(has_second_stage(recipe))
    impatient = bool(course.validation) and last and 0 < recipe.patience <= run.stale
    return run.epoch >= recipe.epochs or course.done >= 1.0 or impatient


def train_epoch(course: _Course, note: str = "") -> None:
    """What is left of an epoch, in an order that the seed decides; time may end it earlier."""
    recipe, run, cuda = course.recipe, course.run, course.device.startswith("cuda")
    end, saved = (run.epoch + 1) * course.per_epoch, time.monotonic()
    threads = max(1, min(FEEDERS, (cpu_count() or 1) // distributed.on_this_machine() - 1)) if cuda else 1
    share = distributed.share(recipe.batch)

    def make(step: int) -> Batch:
        batch = batch_at(recipe, course.samples, step, share)
        return batch.pinned() if cuda else batch

    run.network.train()
    with closing(ahead(make, range(run.step, end), threads)) as batches:
        for batch in batches:
            enter_stage(course)
            outcome = learn(recipe, run, course.answer, batch.on(course.device), course.done)
            stop = agree(course)
            last = run.step == end or course.done >= 1.0
            dice = close_epoch(course, run.step == end) if last else None
            tell(course, outcome, dice, note)
            note = ""
            if last or stop or time.monotonic() - saved > SAVE_SECONDS:
                save(course)
                saved = time.monotonic()
            if stop:
                raise KeyboardInterrupt(STOPPED.format(run.step))
            if last:
                return


def enter_stage(course: _Course) -> None:
    """At the switch: a fresh optimiser, and patience from the beginning."""
    run, stage = course.run, stage_at(course.recipe, course.done)
    if stage > run.stage:
        run.stage, run.stale = stage, 0
        run.optimiser = optimiser_for(course.recipe, run.network, stage)


def agree(course: _Course) -> bool:
    """Set the clock to that of the first process; whether any process was interrupted."""
    seconds = time.monotonic() - course.begun if distributed.rank() == 0 else 0.0
    stops, course.run.seconds = distributed.total([float(course.interrupted()), seconds], course.device)
    return stops > 0


def close_epoch(course: _Course, whole: bool) -> float | None:
    """Count the epoch and measure on the validation pictures; the best weights so far are put by."""
    run = course.run
    run.epoch += whole
    if not course.validation:
        return None
    dice = validation_dice(course.recipe, run.network, run.average, course.validation, course.device)
    run.stale += whole
    if dice > run.best_dice:
        run.best_dice, run.stale = dice, 0
        run.best = {key: value.clone() for key, value in run.average.items()}
    return dice


def tell(course: _Course, outcome: Outcome, dice: float | None, note: str) -> None:
    """Log the step that was done, and tell whoever waits."""
    if course.log is None:
        return
    run, done, per_epoch = course.run, course.done, course.per_epoch
    left = run.seconds * max(0.0, 1 - done) / max(done, 1e-3)
    epoch, steps = 1 + (run.step - 1) // per_epoch, per_epoch * course.recipe.epochs
    tick = Tick(run.step, steps, epoch, outcome.loss, run.seconds, left, outcome.rate, outcome.norm, dice, run.skipped)
    course.log.write(tick)
    course.on_tick(replace(tick, note=note))


def save(course: _Course) -> None:
    """The logs and then the state that stands on them, by the first process."""
    if course.log is not None:
        course.log.keep()
        save_state(course.run, course.out, course.known, ended(course))


def notes(course: _Course, before: Mapping[str, Any]) -> list[str]:
    """What is to be said once at the beginning; before: the state's JSON that the run goes on from."""
    recipe = course.recipe
    said = {
        NO_TENSORBOARD: course.log is not None and course.log.board is None,
        NOT_SET_ASIDE: recipe.patience > 0 and not course.validation,
        AMX: course.device == "cpu" and recipe.precision == "float32" and has_amx(),
        MPS: course.device == "mps" and recipe.precision != "float32",
        THREADS: course.device == "cpu" and before.get("threads", torch.get_num_threads()) != torch.get_num_threads(),
    }
    return [text for text, true in said.items() if true]


@contextmanager
def deferred_interrupt() -> Iterator[Callable[[], bool]]:
    """Gives whether Ctrl+C was pressed: a step is not torn; the second time it interrupts at once.

    Outside the main thread, and where the signal is ignored, everything stays as it is.
    """
    pressed = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is not signal.default_int_handler:
        yield pressed.is_set
        return

    def press(number: int, frame: FrameType | None) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    signal.signal(signal.SIGINT, press)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)
