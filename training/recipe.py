"""What a recipe is: every number that decides what a training does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from training.augment import NONE, AugmentSpec, mild
from training.preprocess import InputSpec

HELD_OUT = 0.125  # part of the groups that is never trained on
TEXTS = ("name", "summary", "published", "terms")  # what no override changes


@dataclass(frozen=True)
class Recipe:
    """One training, `python -m training train NAME`.

    published: what the source reports; architecture: as `networks.build` takes it; canvas: (rows, columns) of a
    training picture in px, what the network is shown (an unpadded one answers for less).
    heads: source -> head of its mask convention, 0 where not named.
    augment: how much of `change` is done, as CHOICES has it; "mild" leaves out what hides or spoils the picture.
    samples: pictures or patches an epoch, 0 = each picture once.
    empty: the pictures on which nothing is drawn are shown again until they are this part of all.
    loss, rate, encoder_rate: by name (`losses.LOSSES`) and the optimiser's peak rates; from the part `switch` of the
    run on `loss_after` and `rate_after`, where given.
    clip: largest norm of the gradient, 0 = none; ema: decay of the averaged weights, 0 = none are kept.
    patience: epochs without a better validation Dice after which it stops, 0 = never; validation: part of the
    training groups set aside for that. held_out and fold: which part of the groups is the test side; held_out=0 is for
    a last stage that learns from every picture and leaves nothing to measure on.
    precision: "float32" or "bfloat16" by autocast; max_minutes: more than 0 shortens the schedule to end by then.
    optimiser, schedule: as CHOICES has them.
    """

    name: str
    target: str
    summary: str
    architecture: dict[str, Any]
    input: InputSpec
    canvas: tuple[int, int]
    epochs: int
    published: str = ""
    pretrained: bool = False
    heads: dict[str, int] = field(default_factory=dict)
    change: AugmentSpec = NONE
    augment: str = "full"
    samples: int = 0
    empty: float = 0.0
    batch: int = 8
    loss: str = "bce-dice"
    loss_after: str = ""
    switch: float = 0.5
    optimiser: str = "adamw"
    momentum: float = 0.9
    schedule: str = "one-cycle"
    rate: float = 1e-3
    encoder_rate: float = 3e-4
    rate_after: float = 0.0
    weight_decay: float = 1e-4
    clip: float = 5.0
    ema: float = 0.995
    patience: int = 0
    validation: float = 0.0
    held_out: float = HELD_OUT
    fold: int = 0
    seed: int = 1
    precision: str = "float32"
    max_minutes: float = 0.0
    threshold: float = 0.5
    peak: float = 0.0  # parts of a mask that nowhere reach this probability are left out, 0 = none
    calibrate: bool = True  # move the head's bias so that `threshold` is the best one on training pictures
    terms: str = "research use"
    failure_modes: tuple[str, ...] = ()

    @property
    def variation(self) -> AugmentSpec:
        """What is done to a picture each time it is shown."""
        return {"full": self.change, "mild": mild(self.change), "none": NONE}[self.augment]


CHOICES = {
    "augment": ("full", "mild", "none"),
    "optimiser": ("adamw", "sgd"),
    "schedule": ("one-cycle", "cosine", "constant"),
    "precision": ("float32", "bfloat16"),
}


RANGES = {  # where not named: 0 or more
    "epochs": (1, 1_000_000),
    "batch": (1, 65_536),
    "size": (16, 8192),
    "rate": (1e-12, 1e3),
    "momentum": (0, 0.9999),
    "switch": (0, 1),
    "ema": (0, 0.99999),
    "validation": (0, 0.9),
    "empty": (0, 0.5),
    "held_out": (0, 0.9),
    "fold": (0, 999),
    "threshold": (0.01, 0.99),
    "peak": (0, 1),
}


def overridden(recipe: Recipe, overrides: Iterable[str]) -> Recipe:
    """The recipe with `key=value` overrides of its numbers and names (epochs=3 rate=0.0005 loss=tversky size=352).

    Raises ValueError for an unknown key or value, naming what is possible.
    """
    kinds = {item.name: type(getattr(recipe, item.name)) for item in fields(Recipe) if item.name not in TEXTS}
    kinds = {key: kind for key, kind in kinds.items() if kind in (int, float, str, bool)} | {"size": int}
    for override in overrides:
        key, separator, value = override.partition("=")
        if not separator or key not in kinds:
            raise ValueError(f"{override!r} is not an override; give key=value with one of {', '.join(kinds)}.")
        recipe = _with(recipe, key, _value(key, value, kinds[key]))
    return recipe


def _with(recipe: Recipe, key: str, value: Any) -> Recipe:
    return resized(recipe, value) if key == "size" else replace(recipe, **{key: value})


def _value(key: str, value: str, kind: type) -> Any:
    if kind is bool:
        if value not in ("true", "false"):
            raise ValueError(f"'{key}={value}': give true or false.")
        return value == "true"
    if key in CHOICES and value not in CHOICES[key]:
        raise ValueError(f"'{key}={value}': choose one of {', '.join(CHOICES[key])}.")
    if kind is str:
        if key == "target" and not value.replace("-", "").isalnum():
            raise ValueError(f"'{key}={value}': give a name of letters, digits and hyphens.")
        return value
    try:
        number = kind(value)
    except ValueError as error:
        raise ValueError(f"'{key}={value}': {value!r} is not a {'whole ' if kind is int else ''}number.") from error
    low, high = RANGES.get(key, (0, float("inf")))
    if not low <= number <= high:
        raise ValueError(f"'{key}={value}': give a number from {low:g} to {high:g}.")
    return number


def resized(recipe: Recipe, size: int) -> Recipe:
    """The recipe with another long side of its input, in px; the canvas keeps its shape, at sides the network takes."""
    factor = size / recipe.input.size
    rows, columns = (_side(recipe, side * factor) for side in recipe.canvas)
    return replace(recipe, input=replace(recipe.input, size=size), canvas=(rows, columns))


def _side(recipe: Recipe, wanted: float) -> int:
    """A side of the canvas near the wanted one, in px."""
    if recipe.architecture["name"] != "unet-2015":
        multiple = recipe.input.multiple
        return max(multiple, round(wanted / multiple) * multiple)
    from training.classic import border, input_side

    levels = len(recipe.architecture["widths"])
    return input_side(max(1, round(wanted) - 2 * border(levels)), levels)
