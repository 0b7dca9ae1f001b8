"""Recipes: every row can be built and trained, and overrides change what they name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from training.augment import NONE, mild
from training.classic import border, input_side
from training.recipe import CHOICES, Recipe, overridden
from training.recipes import FOLDER, LUNG, POLYP, RECIPES, recipe_with


def test_overrides_change_what_they_name() -> None:
    changed = recipe_with("lung", ["epochs=3", "rate=0.5", "max_minutes=2", "loss=tversky", "calibrate=false"])
    assert changed == replace(LUNG, epochs=3, rate=0.5, max_minutes=2.0, loss="tversky", calibrate=False)
    assert overridden(FOLDER, ["target=liver"]).target == "liver"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("epochs=many", "'many' is not a whole number"),
        ("epochs", "is not an override; give key=value with one of"),
        ("nothing=1", "is not an override"),
        ("summary=short", "is not an override"),
        ("calibrate=yes", "give true or false"),
        ("optimiser=lion", "choose one of adamw, sgd"),
        ("augment=strong", "choose one of full, mild, none"),
        ("epochs=1.5", "'1.5' is not a whole number"),
        ("epochs=0", "give a number from 1 to"),
        ("batch=0", "give a number from 1 to"),
        ("rate=nan", "give a number from"),
        ("rate=-1", "give a number from"),
        ("threshold=1", "give a number from 0.01 to 0.99"),
        ("held_out=1.5", "give a number from 0 to 0.9"),
        ("size=-64", "give a number from 16 to 8192"),
        ("target=a/b", "give a name of letters"),
        ("target=", "give a name of letters"),
    ],
)
def test_wrong_overrides_are_named(wrong: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        recipe_with("lung", [wrong])


def test_a_last_stage_may_leave_out_what_spoils_pictures() -> None:
    assert recipe_with("polyp", []).variation == POLYP.change
    assert recipe_with("polyp", ["augment=mild"]).variation == mild(POLYP.change)
    assert recipe_with("polyp", ["augment=none"]).variation == NONE


def test_an_unknown_recipe_is_refused_with_the_choices() -> None:
    with pytest.raises(ValueError, match="choose one of lung, polyp, jsrt-128"):
        recipe_with("liver", [])


def test_another_size_keeps_the_canvas_s_shape() -> None:
    smaller = recipe_with("polyp", ["size=256"])
    assert smaller.input == replace(POLYP.input, size=256)
    assert smaller.canvas == (224, 256)
    assert recipe_with("polyp", ["size=352"]) == POLYP


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=str)
def test_each_row_is_whole(recipe: Recipe) -> None:
    assert recipe.summary
    assert recipe.published or recipe.name == "folder"
    assert recipe.input.channels == recipe.architecture["channels"]
    assert all(getattr(recipe, key) in values for key, values in CHOICES.items())
    assert set(recipe.heads.values()) <= set(range(recipe.architecture.get("heads", 1)))


@pytest.mark.parametrize("name", ["isbi-2015", "cxr-bn"])
@pytest.mark.parametrize("size", [64, 128, 200, 256, 448])
def test_an_unpadded_network_gets_sides_that_it_takes(name: str, size: int) -> None:
    recipe = recipe_with(name, [f"size={size}"])
    levels = len(recipe.architecture["widths"])
    for side in recipe.canvas:
        assert input_side(side - 2 * border(levels), levels) == side
