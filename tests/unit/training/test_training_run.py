"""A whole training: sides, heads, calibration, EM measures, and stages that a card tells one by one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
import torch

from training.checkpoint import load_model
from training.evaluate import held_out
from training.loop import Tick
from training.recipe import Recipe, resized
from training.recipes import RECIPES
from training.run import run, shipped, split


def quiet(tick: Tick) -> None:
    """Nobody is told."""


def test_sides_share_no_picture_and_follow_the_recipe(data: Path, tiny: Recipe) -> None:
    for recipe in (tiny, replace(tiny, held_out=0.3, validation=0.2), replace(tiny, held_out=0.3, fold=2)):
        sides = split(recipe, [data])
        names = [pair.picture.name for side in sides for pair in side]
        assert len(names) == len(set(names)) == 24
        assert bool(sides[1]) == (recipe.validation > 0)
        assert (len(sides[2]) > 4) == (recipe.held_out > 0.2)
    with pytest.raises(ValueError, match="24 pictures are too few to train"):
        split(replace(tiny, held_out=1.0), [data])


def test_each_convention_is_answered_by_its_own_head(data: Path, tiny: Recipe, tmp_path: Path) -> None:
    """The second folder has the same pictures with everything outside the disc drawn."""
    other = tmp_path / "negative"
    shutil.copytree(data, other)
    for mask in (other / "masks").iterdir():
        cv2.imwrite(str(mask), 255 - cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE))
    architecture = {"name": "lite0-unet", "channels": 1, "widths": [8, 8, 8, 8, 8], "heads": 2}
    spec = replace(tiny.input, size=64, multiple=32)
    recipe = replace(
        tiny, architecture=architecture, heads={"negative": 1}, input=spec, canvas=(64, 64), epochs=12, rate=3e-3
    )
    model = run(recipe, [data, other], tmp_path / "run", "cpu", False, quiet)
    assert model is not None
    metrics = model.card["metrics"]
    assert metrics["drawn"]["dice"]["mean"] > metrics["negative"]["dice"]["mean"] + 0.3
    assert metrics["negative, by its own head"]["dice"]["mean"] > metrics["negative"]["dice"]["mean"] + 0.3


def test_the_bias_moves_only_where_the_recipe_says_so(tiny: Recipe) -> None:
    from training.networks import build

    state = build(tiny.architecture).state_dict()
    kept = shipped(replace(tiny, calibrate=False), state, [])
    assert all(
        torch.equal(kept[key], value.half().to(value)) for key, value in state.items() if value.is_floating_point()
    )


def test_cells_are_measured_as_membranes_are(data: Path, tiny: Recipe, tmp_path: Path) -> None:
    model = run(replace(tiny, target="cell", epochs=1), [data], tmp_path / "run", "cpu", False, quiet)
    assert model is not None
    measures = model.card["metrics"]["drawn"]["em"]
    assert 0 <= measures["rand_error"] <= 1
    assert measures["chosen_on_training"]["rand_error"]["value"] >= measures["best_on_test"]["rand_error"]["value"]


def test_a_card_tells_every_stage(data: Path, tiny: Recipe, tmp_path: Path) -> None:
    first = run(replace(tiny, epochs=1), [data], tmp_path / "one", "cpu", False, quiet)
    assert first is not None
    second = run(replace(tiny, epochs=2, seed=5), [data], tmp_path / "two", "cpu", False, quiet, first.path)
    assert second is not None
    one, two = second.card["stages"]
    assert one == first.card["stages"][0]
    assert (one["started_from"], two["started_from"]) == ("", first.sha256)
    assert (one["epochs"], two["epochs"], two["seed"]) == (1, 2, 5)
    assert "--from PARENT" in two["command"]
    load_model(second.path, second.sha256)
    assert second.card["data"]["drawn"] == {"train": 21, "test": 3}
    (tmp_path / "two" / "lung.safetensors").unlink()  # nothing keeps the run's files open
    shutil.rmtree(tmp_path / "two")


def test_a_card_counts_what_was_set_aside_and_says_another_size(
    data: Path, tiny: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RECIPES, "tiny", tiny)
    small = replace(resized(tiny, 16), epochs=1, validation=0.3)
    model = run(small, [data], tmp_path / "run", "cpu", False, quiet)
    assert model is not None
    counts = model.card["data"]["drawn"]
    assert counts["validation"] > 0
    assert sum(counts.values()) == 24
    assert model.card["name"].endswith("; here 16 px")


def test_a_recipe_that_cannot_be_followed_is_refused_before_pictures_are_read(
    data: Path, tiny: Recipe, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="There is no loss 'foo'; choose one of"):
        run(replace(tiny, loss="foo"), [data], tmp_path / "run", "cpu", False, quiet)
    assert not (tmp_path / "run").exists()


def test_a_last_stage_may_learn_from_all_and_keeps_the_metrics_of_the_one_before(
    data: Path, tiny: Recipe, tmp_path: Path
) -> None:
    first = run(replace(tiny, epochs=1), [data], tmp_path / "one", "cpu", False, quiet)
    assert first is not None
    everything = replace(tiny, epochs=1, held_out=0.0)
    last = run(everything, [data], tmp_path / "two", "cpu", False, quiet, first.path)
    assert last is not None
    assert last.card["data"]["drawn"] == {"train": 24}
    assert last.card["metrics"]["drawn"] == first.card["metrics"]["drawn"]
    assert "by the model that the last stage started from" in last.card["metrics"]["measured_on"]
    with pytest.raises(ValueError, match="is held out from training; give --all"):
        held_out(split(tiny, [data])[0], last.card)
    with pytest.raises(ValueError, match=r"that this run holds out; give held_out=0 fold=0"):
        run(tiny, [data], tmp_path / "three", "cpu", False, quiet, last.path)
    alone = run(everything, [data], tmp_path / "four", "cpu", False, quiet)
    assert alone is not None
    assert alone.card["metrics"] == {"measured_on": "nothing: every picture was trained on"}


def test_a_parent_that_saw_what_is_held_out_now_is_refused(data: Path, tiny: Recipe, tmp_path: Path) -> None:
    parent = run(replace(tiny, epochs=1), [data], tmp_path / "one", "cpu", False, quiet)
    assert parent is not None
    for other in (replace(tiny, fold=1), replace(tiny, held_out=0.3)):
        with pytest.raises(ValueError, match=r"that this run holds out; give held_out=0\.125 fold=0"):
            run(other, [data], tmp_path / "two", "cpu", False, quiet, parent.path)


def test_a_finished_run_is_not_overwritten(data: Path, tiny: Recipe, tmp_path: Path) -> None:
    once = run(replace(tiny, epochs=1), [data], tmp_path, "cpu", False, quiet)
    assert once is not None
    with pytest.raises(ValueError, match="holds a model already"):
        run(replace(tiny, epochs=1, seed=2), [data], tmp_path, "cpu", False, quiet)
    load_model(once.path, once.sha256)


def test_someone_must_have_the_convention_that_is_proposed(data: Path, tiny: Recipe) -> None:
    with pytest.raises(ValueError, match="No picture has the convention that tiny proposes by"):
        split(replace(tiny, heads={"drawn": 1}), [data])
