"""One whole training: read, train, measure on what was held out, write the model and its card."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from torch import Tensor

from training import begin, dataset, distributed, loop
from training.card import model_card
from training.checkpoint import ModelFile, load_model, network_with, save_model
from training.dataset import Pair, Sample
from training.evaluate import Result, best_threshold, evaluate, summary
from training.feed import with_empty
from training.loop import Tick
from training.recipe import Recipe
from training.store import Store

CALIBRATION = 96  # pictures
BEFORE = "held-out pictures by the model that the last stage started from; the last stage learned from them too"
NOTHING = "nothing: every picture was trained on"
CELLS = "cell"  # the Target that is measured as membranes are


def split(recipe: Recipe, folders: Sequence[Path]) -> tuple[list[Pair], list[Pair], list[Pair]]:
    """(train, validation, test) pairs of all folders. Raises ValueError when there is nothing to train or to test."""
    pairs = [pair for folder in folders for pair in dataset.find_pairs(folder)]
    train, test = (
        [pair for pair in pairs if dataset.side(pair, recipe.held_out, recipe.fold) == side]
        for side in ("train", "test")
    )
    train, validation = dataset.with_validation(train, recipe.validation)
    if not train or not (test or recipe.held_out == 0):
        raise ValueError(f"{len(pairs)} pictures are too few to train and to hold some out; add pictures.")
    if all(recipe.heads.get(pair.source, 0) for pair in train):
        raise ValueError(f"No picture has the convention that {recipe.name} proposes by; add a data set that has it.")
    return train, validation, test


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
    Raises ValueError with one sentence for data that cannot be used and for a loss that stays not finite.
    """
    if not resume and (out / f"{recipe.target}.safetensors").exists():
        raise ValueError(f"{out} holds a model already; give another --out, or --resume to go on.")
    train, validation, test = split(recipe, folders)
    begin.check(recipe, len(train))
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with distributed.rank_0_first():
            samples, aside = (read(recipe, pairs, out, stack) for pairs in (train, validation))
        shown = with_empty(samples, recipe.empty)
        finished = loop.train(recipe, shown, out, device, resume, on_tick, parent, aside)
        if distributed.rank() > 0:
            return None
        state = shipped(recipe, finished.average, samples)
    sides = {"train": train, "validation": validation, "test": test}
    before = load_model(parent)[1] if parent else None
    card = model_card(recipe, finished, sides, device, before)
    if not test:
        card["metrics"] = dict(before.card.get("metrics", {})) if before else {}
        card["metrics"]["measured_on"] = BEFORE if before else NOTHING
    return measured(recipe, card, state, train, test, out, device)


def read(recipe: Recipe, pairs: Sequence[Pair], out: Path, stack: ExitStack) -> Sequence[Sample]:
    """The pairs at network size, memory-mapped from a file in OUT that `stack` closes."""
    border = "border-weighted" in (recipe.loss, recipe.loss_after)
    samples = dataset.load(pairs, recipe.input, out, border=border)
    if isinstance(samples, Store):
        stack.callback(samples.close)
    return samples


def shipped(recipe: Recipe, average: Mapping[str, Tensor], samples: Sequence[Sample]) -> dict[str, Tensor]:
    """The averaged weights as float16, with the first head's bias moved so that the threshold is the best one.

    The loss's Dice part makes a network mark a little too much; samples: training pictures, at most CALIBRATION used.
    """
    state = {key: value.detach().cpu().clone() for key, value in average.items()}
    if recipe.calibrate:
        network = network_with(recipe.architecture, state, Path(recipe.name))
        first = [sample for sample in samples if recipe.heads.get(sample.pair.source, 0) == 0]
        thin = first[:: max(1, len(first) // CALIBRATION)]
        found = best_threshold(network, thin, recipe.input)
        state["head.bias"][0] += math.log(recipe.threshold / (1 - recipe.threshold)) - math.log(found / (1 - found))
    return {key: value.half().float() if value.is_floating_point() else value for key, value in state.items()}


def measured(
    recipe: Recipe,
    card: dict[str, Any],
    state: Mapping[str, Tensor],
    train: Sequence[Pair],
    test: Sequence[Pair],
    out: Path,
    device: str,
) -> ModelFile:
    """Save the weights as they will be shipped, measured on the held-out pairs where there are any.

    A source with a mask convention of its own is measured by the program's head and once more by its own.
    """
    path = out / f"{recipe.target}.safetensors"
    network = network_with(recipe.architecture, state, path).to(device)
    cells = recipe.target == CELLS
    about = ModelFile(path, recipe.architecture, recipe.input, recipe.target, recipe.threshold, card, peak=recipe.peak)

    def results(pairs: Sequence[Pair], head: int = 0) -> list[Result]:
        return evaluate(network, pairs, about, device, cells=cells, head=head)

    if test:
        table = summary(results(test), results(train) if cells else ())
        for source, head in recipe.heads.items():
            if own := [pair for pair in test if pair.source == source]:
                table[f"{source}, by its own head"] = summary(results(own, head))[source]
        card["metrics"] = {"measured_on": "held-out pictures at their own size, weights as stored", **table}
    return save_model(state, about, half=True)
