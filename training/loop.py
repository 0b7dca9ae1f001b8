"""The training loop: a recipe and folders in, a model file with its card out."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load as tensors_from
from safetensors.torch import save as tensors_to
from torch import Tensor, nn

from training import dataset
from training.checkpoint import load_model, replace_file
from training.dataset import Sample
from training.encoder import load_imagenet
from training.losses import bce_dice
from training.networks import LiteUNet, build
from training.recipe import Recipe

WARM_UP = 0.2  # part of the run in which the rate rises
CLIP = 5.0


@dataclass(frozen=True)
class Tick:
    """One step done: loss and rate of it, and how long the rest may take."""

    step: int
    steps: int
    epoch: int
    loss: float
    seconds: float
    seconds_left: float


@dataclass(eq=False)
class Training:
    """What a run carries from step to step; all of it is in its state file."""

    network: nn.Module
    average: dict[str, Tensor]
    optimiser: torch.optim.Optimizer
    epoch: int = 0
    step: int = 0
    seconds: float = 0.0


def train(
    recipe: Recipe,
    samples: Sequence[Sample],
    out: Path,
    device: str,
    resume: bool,
    on_tick: Callable[[Tick], None],
    parent: Path | None = None,
) -> Training:
    """Train by the recipe; after each epoch the state goes to OUT/state.safetensors, from which `resume` goes on.

    Returns the finished Training; its `average` holds the weights to keep.
    Raises ValueError when there are fewer samples than a batch or when the loss is not finite.
    """
    if len(samples) < recipe.batch:
        raise ValueError(f"{len(samples)} pictures are fewer than a batch of {recipe.batch}; add pictures.")
    run = start(recipe, device, parent)
    if resume and (out / "state.json").is_file():
        load_state(run, out)
    while run.epoch < recipe.epochs and schedule(recipe, run, len(samples)) < 1.0:
        train_epoch(recipe, run, samples, device, on_tick)
        run.epoch += 1
        save_state(run, out)
    return run


def start(recipe: Recipe, device: str, parent: Path | None = None) -> Training:
    """A network with fresh, ImageNet or the parent file's weights, its average and its optimiser."""
    torch.manual_seed(recipe.seed)
    network = build(recipe.architecture)
    if parent is not None:
        network.load_state_dict(load_model(parent)[0].state_dict())
    elif recipe.pretrained and isinstance(network, LiteUNet):
        load_imagenet(network.encoder, str(recipe.architecture["name"]).partition("-")[0])
    network = network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    inside = [value for name, value in network.named_parameters() if name.startswith("encoder.")]
    outside = [value for name, value in network.named_parameters() if not name.startswith("encoder.")]
    groups = [{"params": inside, "peak": recipe.encoder_rate}, {"params": outside, "peak": recipe.rate}]
    optimiser = torch.optim.AdamW([group for group in groups if group["params"]], weight_decay=recipe.weight_decay)
    average = {key: value.detach().clone() for key, value in network.state_dict().items()}
    return Training(network, average, optimiser)


def train_epoch(
    recipe: Recipe, run: Training, samples: Sequence[Sample], device: str, on_tick: Callable[[Tick], None]
) -> None:
    """One pass over the samples in an order that seed and epoch decide."""
    rng = np.random.default_rng((recipe.seed, run.epoch))
    order = rng.permutation(len(samples))
    per_epoch = len(samples) // recipe.batch
    run.network.train()
    for index in range(per_epoch):
        begun = time.monotonic()
        chosen = [samples[i] for i in order[index * recipe.batch : (index + 1) * recipe.batch]]
        inputs, masks, _ = dataset.batch(chosen, recipe.canvas, recipe.input, recipe.change, rng)
        progress = schedule(recipe, run, len(samples))
        if progress >= 1.0:
            return
        heads = torch.tensor([recipe.heads.get(sample.pair.source, 0) for sample in chosen])
        loss = train_step(recipe, run, torch.from_numpy(inputs), torch.from_numpy(masks), heads, device, progress)
        run.step += 1
        run.seconds += time.monotonic() - begun
        left = run.seconds * (1 - progress) / max(progress, 1e-3)
        on_tick(Tick(run.step, per_epoch * recipe.epochs, run.epoch + 1, loss, run.seconds, left))


def schedule(recipe: Recipe, run: Training, samples: int) -> float:
    """How much of the run is done, 0..1: by steps, or by time where that is further on."""
    done = run.step / max(1, recipe.epochs * (samples // recipe.batch))
    timed = run.seconds / (60 * recipe.max_minutes) if recipe.max_minutes > 0 else 0.0
    return max(done, timed)


def rate_factor(progress: float) -> float:
    """One cycle: from a tenth up to the peak during WARM_UP, then by a cosine down to a thousandth."""
    if progress < WARM_UP:
        return 0.1 + 0.9 * progress / WARM_UP
    falling = (min(1.0, progress) - WARM_UP) / (1 - WARM_UP)
    return 0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * falling))


def train_step(
    recipe: Recipe, run: Training, inputs: Tensor, masks: Tensor, heads: Tensor, device: str, progress: float
) -> float:
    """One optimiser step; returns its loss. Raises ValueError when that is not finite."""
    for group in run.optimiser.param_groups:
        group["lr"] = group["peak"] * rate_factor(progress)
    inputs = inputs.to(device, memory_format=torch.channels_last)
    with torch.autocast(device, dtype=torch.bfloat16, enabled=recipe.precision == "bfloat16"):
        logits = run.network(inputs)
    logits = logits[torch.arange(len(heads)), heads][:, None]
    loss = bce_dice(logits.float(), masks.to(device))
    value = float(loss.detach())
    if not math.isfinite(value):
        raise ValueError(f"The loss is not finite at step {run.step}; lower the rates or look at the data.")
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(run.network.parameters(), CLIP)
    run.optimiser.step()
    blend(run.average, run.network.state_dict(), min(recipe.ema, (1 + run.step) / (10 + run.step)))
    return value


def blend(average: dict[str, Tensor], state: dict[str, Tensor], decay: float) -> None:
    """Move the average towards the state by 1 - decay, in place; integer buffers are copied."""
    with torch.no_grad():
        for key, value in state.items():
            if value.is_floating_point():
                average[key].lerp_(value, 1 - decay)
            else:
                average[key].copy_(value)


def save_state(run: Training, out: Path) -> None:
    """Weights, average and optimiser as safetensors, counters as JSON; the JSON names the file it belongs to."""
    tensors = {f"network.{key}": value for key, value in run.network.state_dict().items()}
    tensors |= {f"average.{key}": value for key, value in run.average.items()}
    for index, state in run.optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{index}.{key}": value for key, value in state.items()}
    tensors = {key: value.detach().cpu().contiguous() for key, value in tensors.items()}
    name = f"state-{run.epoch:04d}.safetensors"
    replace_file(out / name, tensors_to(tensors))
    counters = {"file": name, "epoch": run.epoch, "step": run.step, "seconds": run.seconds}
    replace_file(out / "state.json", json.dumps(counters).encode())
    for old in out.glob("state-*.safetensors"):
        if old.name != name:
            old.unlink()


def load_state(run: Training, out: Path) -> None:
    """Put a saved state back into a freshly started run."""
    counters = json.loads((out / "state.json").read_text())
    tensors = tensors_from((out / str(counters["file"])).read_bytes())

    def part(prefix: str) -> dict[str, Tensor]:
        return {key[len(prefix) :]: value for key, value in tensors.items() if key.startswith(prefix)}

    run.network.load_state_dict(part("network."))
    for key, value in part("average.").items():
        run.average[key].copy_(value)
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in part("optimiser.").items():
        index, name = key.split(".", 1)
        state.setdefault(int(index), {})[name] = value
    run.optimiser.load_state_dict({**run.optimiser.state_dict(), "state": state})
    run.epoch, run.step, run.seconds = int(counters["epoch"]), int(counters["step"]), float(counters["seconds"])
