"""Fine-tuning: a parent's weights and a few corrected pictures in, new weights out, within a time budget."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from training.augment import FOR_FINE_TUNING, NONE, augment
from training.checkpoint import ModelFile
from training.device import choose, free_card, out_of_memory
from training.loop import CLIP, blend
from training.losses import bce_dice
from training.metrics import dice
from training.preprocess import Bytes, Floats, standardise, unstandardise
from training.step import has_amx
from training.tiles import logits

WARM_UP_STEPS = 5
EMA = 0.9
BETTER = 0.0005  # held-out Dice: less is no reason to go on
CANCELLED = "cancelled"
NOT_FINITE = "not finite"
T = TypeVar("T")
ON_THE_CPU = "The graphics card had too little free memory; learning went on on the CPU."


@dataclass(frozen=True, eq=False)
class Lesson:
    """One picture to learn from, at network size.

    picture: (channels, h, w) float32 as `network_input` gives it; mask: (h, w) uint8 of 0 and 1;
    content: (rows, columns) px of the picture within the grid, None = all of it;
    weight: (h, w) float32, how much each pixel counts, None = 1 everywhere.
    """

    picture: Floats
    mask: Bytes
    content: tuple[int, int] | None = None
    weight: Floats | None = None


@dataclass(frozen=True, eq=False)
class FinetuneJob:
    """What to learn, from whom, and for how long.

    parent: the network to start from (in eval mode, on the CPU; it is left as it is); about: its model file;
    seconds: wall time for everything that `finetune` does; max_steps: steps after which it ends in any case;
    anchors: further pictures, (channels, h, w) float32, on which the parent's own proposals are to stay as they are;
    anchor_share: their part of a batch; rate: AdamW's peak; device: as `training.device.choose` takes it;
    examine: gets the averaged network (eval mode) and its device, returns held-out Dice; called `examinations` times.
    patience: after how many examinations in a row without a better one it ends early; 0: never;
    hold: how strongly weights are drawn back to the parent's, per unit of rate (decoupled L2-SP: Li, Grandvalet and
    Davoine, Explicit inductive bias for transfer learning, 2018); 0: not at all;
    new_statistics: batch norm learns too, which a network needs that begins with random weights.
    """

    parent: nn.Module
    about: ModelFile
    lessons: Sequence[Lesson]
    seconds: float
    max_steps: int = 60
    anchors: Sequence[Floats] = ()
    anchor_share: float = 0.25
    batch: int = 4
    rate: float = 3e-4
    device: str = "auto"
    seed: int = 0
    examine: Callable[[nn.Module, str], float] | None = None
    examinations: int = 8
    patience: int = 0
    hold: float = 0.0
    new_statistics: bool = False


@dataclass(frozen=True)
class Progress:
    """After a step: `steps` is how many there will be at this speed; held_out_dice is None between examinations."""

    step: int
    steps: int
    loss: float
    held_out_dice: float | None
    seconds_left: float


@dataclass(frozen=True, eq=False)
class FinetuneResult:
    """New weights on the CPU, finite, float32; `stopped` is "" or CANCELLED or NOT_FINITE: then the best so far."""

    state: dict[str, Tensor]
    steps: int
    loss: float
    device: str
    seconds: float
    stopped: str = ""
    note: str = ""
    early: bool = False  # ended before its steps did, as nothing got better


@dataclass(eq=False)
class _Run:
    network: nn.Module
    average: dict[str, Tensor]
    parent: tuple[Tensor, ...]  # where the weights are drawn back to, in the order of parameters()
    optimiser: torch.optim.Optimizer
    device: str
    batch: int
    note: str = ""


def finetune(
    job: FinetuneJob, on_progress: Callable[[Progress], None], should_stop: Callable[[], bool]
) -> FinetuneResult:
    """Learn the lessons; the same job gives the same weights on one machine as long as max_steps, not time, ends it.

    Raises ValueError when there are no lessons, MemoryError when not even one picture fits into memory.
    """
    if not job.lessons:
        raise ValueError("There are no corrections to learn from; accept some first.")
    begun = time.monotonic()
    torch.manual_seed(job.seed)
    rng = np.random.default_rng(job.seed)
    run = _start(job, job.parent.state_dict(), choose(job.device).name, min(job.batch, max(1, len(job.lessons))))
    pool, run = _or_on_the_cpu(job, run, lambda run: _Pool(job, run, rng))
    step, planned, loss, stopped, seen = 0, job.max_steps, math.nan, "", list[float]()
    examined, early = 0, False
    ends = [time.monotonic() - begun]
    while step < planned and not early:
        if should_stop():
            stopped = CANCELLED
            break
        value, run = _step_or_smaller(job, run, pool, step / planned, step)
        if not math.isfinite(value):
            stopped = NOT_FINITE
            break
        step, loss, held_out = step + 1, value, None
        ends.append(time.monotonic() - begun)
        planned = planned_steps(ends, job.seconds, job.max_steps)
        if step * job.examinations >= (examined + 1) * planned:
            held_out, run = _or_on_the_cpu(job, run, lambda run: _examine(job, run))
            examined = step * job.examinations // planned
            seen += [] if held_out is None else [held_out]
            early = no_better(seen, job.patience)
        left = max(0.0, (ends[-1] - ends[0]) / step * (planned - step))
        on_progress(Progress(step, planned, loss, held_out, min(left, job.seconds)))
    state = {key: value.detach().to("cpu", torch.float32 if value.is_floating_point() else None).clone()
             for key, value in run.average.items()}  # fmt: skip
    return FinetuneResult(state, step, loss, run.device, time.monotonic() - begun, stopped, run.note, early)


def no_better(seen: Sequence[float], patience: int) -> bool:
    """Whether the last `patience` of these held-out Dice are all no better than the best before them; 0: never."""
    if patience == 0 or len(seen) <= patience:
        return False
    return max(seen[-patience:]) < max(seen[:-patience]) + BETTER


def planned_steps(ends: Sequence[float], seconds: float, most: int) -> int:
    """How many steps there will be: `most`, or as many as `seconds` allow.

    ends: seconds after the beginning at which the first step began and each step ended, examinations between included.
    The first step is left out of the speed, and until the fourth nothing is known: then there is only the hard limit.
    """
    step = len(ends) - 1
    if ends[-1] >= seconds:
        return step
    if step < 4:
        return max(most, 1)
    one = (ends[-1] - ends[1]) / (step - 1)
    return max(step, min(most, step + int((seconds - ends[-1]) / max(one, 1e-6))))


def _start(job: FinetuneJob, state: Mapping[str, Tensor], device: str, batch: int) -> _Run:
    """A network with these weights ready to learn on the device, or on the CPU where the card is full."""
    try:
        network = copy.deepcopy(job.parent)
        network.load_state_dict(dict(state))
        network = network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        average = {key: value.detach().clone() for key, value in network.state_dict().items()}
        parent = tuple(value.detach().to(device).clone() for value in job.parent.parameters()) if job.hold else ()
    except RuntimeError as error:
        if device == "cpu" or not out_of_memory(error):
            raise
    else:
        optimiser = torch.optim.AdamW(network.parameters(), lr=job.rate, weight_decay=0.0)
        return _Run(network, average, parent, optimiser, device, batch)
    return _on_the_cpu(job, state, batch)


def _on_the_cpu(job: FinetuneJob, state: Mapping[str, Tensor], batch: int) -> _Run:
    run = _start(job, {key: value.cpu() for key, value in state.items()}, "cpu", batch)
    run.note = ON_THE_CPU
    free_card()
    return run


def _or_on_the_cpu(job: FinetuneJob, run: _Run, piece: Callable[[_Run], T]) -> tuple[T, _Run]:
    """What `piece` comes to, and the run to go on with: on the CPU, where the card was too full for it."""
    try:
        return piece(run), run
    except RuntimeError as error:
        if run.device == "cpu" or not out_of_memory(error):
            raise
    moved = _on_the_cpu(job, run.average, min(job.batch, len(job.lessons)))
    return piece(moved), moved


def _step_or_smaller(job: FinetuneJob, run: _Run, pool: _Pool, progress: float, step: int) -> tuple[float, _Run]:
    """One step; out of memory it is tried again with half the batch, then on the CPU."""
    while True:
        inputs, targets, weights = pool.take(run.batch)
        try:
            return _step(job, run, (inputs, targets, weights), progress, step), run
        except RuntimeError as error:
            if not out_of_memory(error):
                raise
        run.optimiser.zero_grad(set_to_none=True)
        if run.batch > 1:
            run.batch //= 2
        elif run.device != "cpu":
            run = _on_the_cpu(job, run.average, min(job.batch, len(job.lessons)))
        else:
            raise MemoryError("Not even one picture fits into memory; close other programs and start again.")


def _step(job: FinetuneJob, run: _Run, arrays: tuple[Floats, Floats, Floats], progress: float, step: int) -> float:
    """One optimiser step; returns its loss, NaN when loss or gradient is not finite: then nothing was changed."""
    run.network.train()
    if not job.new_statistics:
        freeze_batch_norm(run.network)
    for group in run.optimiser.param_groups:
        group["lr"] = job.rate * min(1.0, (step + 1) / WARM_UP_STEPS) * (1.0 - progress)
    inputs, targets, weights = (torch.from_numpy(array).to(run.device) for array in arrays)
    # the program's head; zero gradient and no decay leave the others as they are
    with low_precision(run.device):
        found = logits(run.network, inputs.contiguous(memory_format=torch.channels_last))[:, :1]
    loss = bce_dice(found.float(), targets, weights)
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    norm = nn.utils.clip_grad_norm_(run.network.parameters(), CLIP)
    if not (math.isfinite(float(loss.detach())) and math.isfinite(float(norm))):
        return math.nan
    run.optimiser.step()
    _hold(job, run)
    blend(run.average, run.network.state_dict(), min(EMA, (1 + step) / (10 + step)))
    return float(loss.detach())


def _hold(job: FinetuneJob, run: _Run) -> None:
    """Draw the weights a little way back to the parent's."""
    if not run.parent:
        return
    share = min(1.0, job.hold * float(run.optimiser.param_groups[0]["lr"]))
    with torch.no_grad():
        for value, before in zip(run.network.parameters(), run.parent, strict=True):
            value.lerp_(before, share)


def low_precision(device: str) -> AbstractContextManager[None]:
    """bfloat16 where a CPU multiplies it in hardware: half the time a step, and it needs no scaling of the loss."""
    return torch.autocast("cpu", dtype=torch.bfloat16) if device == "cpu" and has_amx() else nullcontext()


def freeze_batch_norm(network: nn.Module) -> None:
    """Keep the parent's statistics: a few pictures would spoil them."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


def _examine(job: FinetuneJob, run: _Run) -> float | None:
    """The held-out Dice of the averaged weights."""
    if job.examine is None:
        return None
    learning = {key: value.detach().clone() for key, value in run.network.state_dict().items()}
    run.network.load_state_dict(run.average)
    try:
        return job.examine(run.network.eval(), run.device)
    finally:
        run.network.load_state_dict(learning)


class _Pool:
    """Batches without end: lessons in shuffled rounds, and where there are anchors a part of those."""

    def __init__(self, job: FinetuneJob, run: _Run, rng: np.random.Generator) -> None:
        self._job, self._rng = job, rng
        self._change = FOR_FINE_TUNING.get(job.about.target, NONE)
        pictures = [lesson.picture for lesson in job.lessons] + list(job.anchors)
        self._canvas = max(p.shape[1] for p in pictures), max(p.shape[2] for p in pictures)
        self._soft = [_probability(run.network.eval(), anchor, run.device) for anchor in job.anchors]
        self._lessons = self._shuffled(len(job.lessons))
        self._anchors = self._shuffled(len(job.anchors))

    def _shuffled(self, count: int) -> Iterator[int]:
        while count:
            yield from self._rng.permutation(count).tolist()

    def take(self, size: int) -> tuple[Floats, Floats, Floats]:
        """Inputs (n, channels, h, w), targets and weights (n, 1, h, w), all float32."""
        from_anchors = min(size - 1, round(size * self._job.anchor_share)) if self._job.anchors else 0
        variants = [self._lesson(self._job.lessons[next(self._lessons)]) for _ in range(size - from_anchors)]
        variants += [self._anchor(next(self._anchors)) for _ in range(from_anchors)]
        inputs, targets, weights = (np.stack(arrays) for arrays in zip(*variants, strict=True))
        return inputs, targets, weights

    def _lesson(self, lesson: Lesson) -> tuple[Floats, Floats, Floats]:
        rows, columns = lesson.content or lesson.mask.shape
        weight = np.ones(lesson.mask.shape, np.float32) if lesson.weight is None else lesson.weight
        planes = np.stack([lesson.mask.astype(np.float32), weight], axis=-1)[:rows, :columns]
        inputs, targets, weights = self._variant(lesson.picture[:, :rows, :columns], planes)
        return inputs, (targets >= 0.5).astype(np.float32), weights

    def _anchor(self, index: int) -> tuple[Floats, Floats, Floats]:
        soft = self._soft[index]
        return self._variant(self._job.anchors[index], np.stack([soft, np.ones_like(soft)], axis=-1))

    def _variant(self, picture: Floats, planes: Floats) -> tuple[Floats, Floats, Floats]:
        spec = self._job.about.input
        unit = unstandardise(picture, spec)
        beyond = 1.0 - planes[..., 1:]  # kept as what is missing, so that the canvas around the picture counts
        stacked = np.concatenate([planes[..., :1], beyond], axis=-1)
        values, moved = augment(unit, stacked, self._canvas, self._change, self._rng)
        return standardise(values, spec), moved[None, ..., 0], np.maximum(0.0, 1.0 - moved[None, ..., 1])


def _probability(network: nn.Module, picture: Floats, device: str) -> npt.NDArray[np.float32]:
    with torch.inference_mode():
        batch = torch.from_numpy(picture)[None].to(device, memory_format=torch.channels_last)
        return np.asarray(torch.sigmoid(logits(network, batch).float())[0, 0].cpu().numpy(), dtype=np.float32)


def held_out_dice(network: nn.Module, lessons: Sequence[Lesson], device: str, threshold: float = 0.5) -> float:
    """Mean Dice at network size over pictures that were not learned from. Raises ValueError without any."""
    if not lessons:
        raise ValueError("There are no held-out pictures; accept more corrections.")
    values = []
    for lesson in lessons:
        rows, columns = lesson.content or lesson.mask.shape
        found = _probability(network.eval(), lesson.picture, device)[:rows, :columns] >= threshold
        values.append(dice(found, lesson.mask[:rows, :columns]))
    return float(np.mean(values))


def interpolate(parent: Mapping[str, Tensor], result: Mapping[str, Tensor], mix: float) -> dict[str, Tensor]:
    """Weights `mix` of the way from parent (0) to result (1); integer buffers are the parent's."""
    return {
        key: torch.lerp(value, result[key].to(value), mix) if value.is_floating_point() else value.clone()
        for key, value in parent.items()
    }
