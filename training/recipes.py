"""Recipes: everything that decides what a training does, one row each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from training import augment
from training.augment import AugmentSpec
from training.preprocess import InputSpec

LITE0_WIDTHS = [128, 64, 48, 32, 16]


@dataclass(frozen=True)
class Recipe:
    """One training. Rates are AdamW's peak learning rates; `canvas` is (rows, columns) of a training picture in px.

    max_minutes: when more than 0, the schedule is shortened so that the run ends by then.
    """

    name: str
    target: str
    summary: str
    architecture: dict[str, Any]
    pretrained: bool
    input: InputSpec
    canvas: tuple[int, int]
    change: AugmentSpec
    epochs: int
    batch: int = 8
    encoder_rate: float = 3e-4
    rate: float = 1e-3
    weight_decay: float = 1e-4
    ema: float = 0.995
    seed: int = 1
    threshold: float = 0.5
    max_minutes: float = 0.0
    terms: str = "research use"
    failure_modes: tuple[str, ...] = field(default=())


LUNG = Recipe(
    name="lung",
    target="lung",
    summary="lung fields on chest radiographs, heart excluded; EfficientNet-Lite0 encoder, 256 px",
    architecture={"name": "lite0-unet", "channels": 1, "widths": LITE0_WIDTHS},
    pretrained=True,
    input=InputSpec(size=256, channels=1, kind="gray"),
    canvas=(256, 256),
    change=augment.LUNG,
    epochs=14,
    failure_modes=(
        "Only frontal films of adults were seen: lateral views, children and other body parts give meaningless masks.",
        "The heart and what lies behind it are left out, also where a reader would draw lung there.",
        "Dense consolidation, effusion and a white-out are often left out of the mask.",
        "Supine films with tubes and cables are rare in the training data; expect more to correct.",
    ),
)
POLYP = Recipe(
    name="polyp",
    target="polyp",
    summary="polyps on colonoscopy frames; EfficientNet-Lite0 encoder, 256 px",
    architecture={"name": "lite0-unet", "channels": 3, "widths": LITE0_WIDTHS},
    pretrained=True,
    input=InputSpec(size=256, channels=3, kind="colour"),
    canvas=(224, 256),
    change=augment.POLYP,
    epochs=10,
    failure_modes=(
        "Small and flat polyps are missed: at 256 px a polyp of less than 2 % of the width is a few pixels.",
        "Folds, bubbles, stool and bright reflections are sometimes marked.",
        "Frames without a polyp are rare in the training data; a mask is no evidence that there is one.",
        "Hospitals and endoscopes that were not in the training data give lower agreement.",
    ),
)
RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in (LUNG, POLYP)}


def recipe_with(name: str, overrides: Iterable[str]) -> Recipe:
    """The recipe of that name with `key=value` overrides of its numbers (epochs, batch, rate, seed, max_minutes...).

    Raises ValueError for an unknown recipe, key or value, naming what is possible.
    """
    if name not in RECIPES:
        raise ValueError(f"There is no recipe {name!r}; choose one of {', '.join(RECIPES)}.")
    recipe = RECIPES[name]
    numbers = {item.name: type(getattr(recipe, item.name)) for item in fields(Recipe)}
    numbers = {key: kind for key, kind in numbers.items() if kind in (int, float)}
    for override in overrides:
        key, separator, value = override.partition("=")
        if not separator or key not in numbers:
            raise ValueError(f"{override!r} is not an override; give key=value with one of {', '.join(numbers)}.")
        try:
            recipe = replace(recipe, **{key: numbers[key](value)})
        except ValueError as error:
            raise ValueError(f"{override!r}: {value!r} is not a number.") from error
    return recipe
