"""One optimiser step: forward, loss, backward, clip, and the averaged weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from training import distributed
from training.feed import Batch
from training.losses import loss_named
from training.recipe import Recipe
from training.schedule import loss_name, peak_rates, rate_factor, within_stage
from training.state import Training

CLIP = 5.0  # largest norm of the gradient, where no recipe says another
IN_A_ROW = 5  # steps without a finite loss and gradient after which a run gives up


@dataclass(frozen=True)
class Outcome:
    """What a step came to: loss, the gradient's norm before clipping, the rate outside the encoder."""

    loss: float
    norm: float
    rate: float


def optimiser_for(recipe: Recipe, network: nn.Module, stage: int) -> torch.optim.Optimizer:
    """A fresh optimiser, the encoder's weights with a peak rate of their own."""
    encoder_peak, peak = peak_rates(recipe, stage)
    inside = [value for name, value in network.named_parameters() if name.startswith("encoder.")]
    outside = [value for name, value in network.named_parameters() if not name.startswith("encoder.")]
    groups = [{"params": inside, "peak": encoder_peak}, {"params": outside, "peak": peak}]
    groups = [group for group in groups if group["params"]]
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(groups, lr=peak, momentum=recipe.momentum, weight_decay=recipe.weight_decay)
    return torch.optim.AdamW(groups, lr=peak, weight_decay=recipe.weight_decay)


def learn(recipe: Recipe, run: Training, answer: Callable[[Tensor], Tensor], batch: Batch, done: float) -> Outcome:
    """One step on a batch that lies on the network's device; `answer` calls the network, `done` is the run's progress.

    A step whose loss or gradient is not finite changes nothing and is counted; the IN_A_ROW-th in a row raises
    ValueError. Dropout draws from (seed, step, process).
    """
    rate = set_rates(recipe, run, done)
    torch.manual_seed(seed_of(recipe.seed, run.step, distributed.rank()))
    before = [buffer.clone() for buffer in run.network.buffers()]
    with autocast(recipe, batch.inputs.device.type):
        logits = answer(batch.inputs)
    loss = loss_of(recipe, run.stage, logits, batch)
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    weights = list(run.network.parameters())
    gradient_norm = nn.utils.get_total_norm([weight.grad for weight in weights if weight.grad is not None])
    device = str(batch.inputs.device)
    value = distributed.total([float(loss.detach()) / distributed.size()], device)[0]
    outcome = Outcome(value, float(gradient_norm), rate)
    run.step += 1
    if not (math.isfinite(outcome.loss) and math.isfinite(outcome.norm)):
        skip(run, before)
        return outcome
    if recipe.clip > 0:
        nn.utils.clip_grads_with_norm_(weights, recipe.clip, gradient_norm)
    run.optimiser.step()
    run.in_a_row = 0
    blend(run.average, run.network.state_dict(), min(recipe.ema, run.step / (9 + run.step)))
    return outcome


def set_rates(recipe: Recipe, run: Training, done: float) -> float:
    """Give every group of weights its rate; returns that of the last one, which is not the encoder's."""
    factor = rate_factor(within_stage(recipe, done, run.stage), recipe.schedule)
    for group in run.optimiser.param_groups:
        group["lr"] = group["peak"] * factor
    return float(run.optimiser.param_groups[-1]["lr"])


def loss_of(recipe: Recipe, stage: int, logits: Tensor, batch: Batch) -> Tensor:
    """The stage's loss of each picture's own head; an unpadded network answers for the middle of its input."""
    own = logits[torch.arange(len(batch.heads), device=logits.device), batch.heads][:, None].float()
    weights = None if batch.weights is None else middle(batch.weights, own.shape[-2:])
    return loss_named(loss_name(recipe, stage))(own, middle(batch.masks, own.shape[-2:]), weights)


def middle(values: Tensor, shape: tuple[int, ...]) -> Tensor:
    """(..., H, W) cut to the (h, w) in its middle."""
    top, left = ((whole - part) // 2 for whole, part in zip(values.shape[-2:], shape, strict=True))
    return values[..., top : top + shape[0], left : left + shape[1]]


def skip(run: Training, buffers: list[Tensor]) -> None:
    """Count a step that is left out and put batch norm's statistics back, which the forward pass has changed."""
    with torch.no_grad():
        for buffer, old in zip(run.network.buffers(), buffers, strict=True):
            buffer.copy_(old)
    run.skipped += 1
    run.in_a_row += 1
    if run.in_a_row >= IN_A_ROW:
        raise ValueError(
            f"Loss or gradient was not finite {IN_A_ROW} times in a row, last at step {run.step}; "
            "lower the rates, set clip=1 or look at the pictures."
        )


def blend(average: dict[str, Tensor], state: Mapping[str, Tensor], decay: float) -> None:
    """Move the average towards the state by 1 - decay, in place; integer buffers are copied."""
    with torch.no_grad():
        for key, value in state.items():
            if value.is_floating_point():
                average[key].lerp_(value, 1 - decay)
            else:
                average[key].copy_(value)


def seed_of(seed: int, step: int, rank: int) -> int:
    """A seed for torch, of 63 bits, that depends on all three."""
    return int(np.random.SeedSequence((seed, step, rank)).generate_state(1, np.uint64)[0] >> np.uint64(1))


def autocast(recipe: Recipe, device: str) -> AbstractContextManager[None]:
    """bfloat16 on CPUs and CUDA where the recipe says so (it needs no loss scaling); Apple MPS stays with float32."""
    if recipe.precision == "bfloat16" and device in ("cpu", "cuda"):
        return torch.autocast(device, dtype=torch.bfloat16)
    return nullcontext()


@cache
def has_amx(cpu: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether Linux says that this CPU multiplies bfloat16 matrices in tiles (Intel AMX)."""
    try:
        flags = cpu.read_text(encoding="ascii", errors="replace").partition("flags")[2].partition("\n")[0].split()
    except OSError:
        return False
    return {"amx_tile", "amx_bf16"} <= set(flags)
