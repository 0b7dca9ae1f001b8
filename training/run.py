"""One whole training: read, train, measure on what was held out, write the model and its card."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from training import dataset, distributed, loop
from training.card import model_card
from training.checkpoint import ModelFile, load_model, network_with, save_model
from training.dataset import Pair, Sample
from training.evaluate import best_threshold, evaluate, summary
from training.loop import Tick
from training.recipe import Recipe

CALIBRATION = 96  # pictures


def split(folders: Sequence[Path]) -> tuple[list[Pair], list[Pair]]:
    """(train, test) pairs of all folders. Raises ValueError when a side is empty."""
    pairs = [pair for folder in folders for pair in dataset.find_pairs(folder)]
    sides = [[pair for pair in pairs if pair.side == side] for side in ("train", "test")]
    if not sides[0] or not sides[1]:
        raise ValueError(f"{len(pairs)} pictures are too few to train and to hold some out; add pictures.")
    return sides[0], sides[1]


def run(
    recipe: Recipe,
    folders: Sequence[Path],
    out: Path,
    device: str,
    resume: bool,
    on_tick: Callable[[Tick], None],
    parent: Path | None = None,
) -> ModelFile | None:
    """Train by the recipe and write OUT/TARGET.safetensors, its card and logs.

    All but the first of several processes only train; they return None.
    Raises ValueError with one sentence for data that cannot be used and for a loss that is not finite.
    """
    out.mkdir(parents=True, exist_ok=True)
    train, test = split(folders)
    with distributed.rank_0_first():
        samples = dataset.load(train, recipe.input)
    finished = loop.train(recipe, samples, out, device, resume, on_tick, parent)
    if distributed.rank() > 0:
        return None
    state = shipped(recipe, finished.average, samples)
    card = model_card(recipe, finished, train, test, device, load_model(parent)[1] if parent else None)
    return measured(recipe, card, state, test, out)


def shipped(recipe: Recipe, average: Mapping[str, Tensor], samples: Sequence[Sample]) -> dict[str, Tensor]:
    """The averaged weights with the head's bias moved so that the recipe's threshold is the best one, as float16.

    The loss's Dice part makes a network mark a little too much; samples: training pictures, at most CALIBRATION used.
    """
    state = {key: value.detach().cpu().clone() for key, value in average.items()}
    network = network_with(recipe.architecture, state, Path(recipe.name))
    first = [sample for sample in samples if recipe.heads.get(sample.pair.source, 0) == 0]
    thin = first[:: max(1, len(first) // CALIBRATION)]
    found = best_threshold(network, thin, recipe.input)
    state["head.bias"][0] += math.log(recipe.threshold / (1 - recipe.threshold)) - math.log(found / (1 - found))
    return {key: value.half().float() if value.is_floating_point() else value for key, value in state.items()}


def measured(
    recipe: Recipe, card: dict[str, Any], state: Mapping[str, Tensor], test: Sequence[Pair], out: Path
) -> ModelFile:
    """Save the weights as they will be shipped, measured on the held-out pairs."""
    path = out / f"{recipe.target}.safetensors"
    network = network_with(recipe.architecture, state, path)
    results = evaluate(network, test, recipe.input, recipe.threshold)
    card["metrics"] = {"measured_on": "held-out pictures at their own size, weights as stored", **summary(results)}
    about = ModelFile(path, recipe.architecture, recipe.input, recipe.target, recipe.threshold, card)
    return save_model(state, about, half=True)
