"""Training: data sets and their split, learning drawn discs, resuming, the model that comes out."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from training import dataset, loop
from training.checkpoint import load_model
from training.evaluate import evaluate, summary
from training.loop import Tick
from training.recipe import Recipe
from training.run import run


def quiet(tick: Tick) -> None:
    """Nobody is told."""


def test_the_split_is_fixed_and_keeps_videos_together() -> None:
    frames = [Path(f"{number}.jpg") for number in range(1, 613)]
    groups = [dataset.group_of("cvc-clinicdb", path) for path in frames]
    assert len(set(groups)) == 29
    assert groups[24] != groups[25] == groups[49]
    sides = {dataset.Pair("cvc-clinicdb", p, p, g).side for p, g in zip(frames, groups, strict=True) if g == groups[0]}
    assert len(sides) == 1
    pairs = [dataset.Pair("films", Path(f"{n}.png"), Path(f"{n}.png"), str(n)) for n in range(2000)]
    share = sum(pair.side == "test" for pair in pairs) / len(pairs)
    assert 0.10 < share < 0.15
    held_out = [p for p, g in zip(frames, groups, strict=True) if dataset.Pair("cvc-clinicdb", p, p, g).side == "test"]
    assert 30 < len(held_out) < 120


def test_missing_and_mismatched_masks_are_named(data: Path, tiny: Recipe) -> None:
    (data / "masks" / "p3.png").unlink()
    with pytest.raises(ValueError, match=r"lacks 1 masks, first p3\.png"):
        dataset.find_pairs(data)
    cv2.imwrite(str(data / "masks" / "p3.png"), np.zeros((3, 3), np.uint8))
    with pytest.raises(ValueError, match=r"p3\.png is \(3, 3\)"):
        dataset.load(dataset.find_pairs(data), tiny.input)
    (data / "images" / "p3.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"p3\.png cannot be read"):
        dataset.load(dataset.find_pairs(data), tiny.input)
    with pytest.raises(ValueError, match="holds no pictures"):
        dataset.find_pairs(data / "nothing")


def test_sixteen_bit_and_colour_pictures_are_read_as_they_are(tmp_path: Path) -> None:
    deep = np.array([[0, 4000], [60000, 1]], np.uint16)
    cv2.imwrite(str(tmp_path / "deep.png"), deep)
    np.testing.assert_array_equal(dataset.read_picture(tmp_path / "deep.png"), deep)
    cv2.imwrite(str(tmp_path / "red.png"), np.full((2, 2, 3), (0, 0, 255), np.uint8))
    assert dataset.read_picture(tmp_path / "red.png")[0, 0].tolist() == [255, 0, 0]


def test_a_tiny_network_learns_drawn_discs(data: Path, tiny: Recipe, tmp_path: Path) -> None:
    out = tmp_path / "run"
    ticks: list[Tick] = []
    model = run(tiny, [data], out, "cpu", False, ticks.append)
    assert ticks[-1].step == len(ticks) == tiny.epochs * (model.card["data"]["drawn"]["train"] // tiny.batch)
    assert ticks[-1].loss < 0.5 * ticks[0].loss
    network, about = load_model(out / "lung.safetensors", model.sha256)
    held_out = [pair for pair in dataset.find_pairs(data) if pair.side == "test"]
    results = evaluate(network, held_out, about.input, about.threshold)
    assert np.mean([result.dice for result in results]) > 0.85
    card = json.loads((out / "lung.json").read_text())
    assert card["metrics"]["drawn"] == json.loads(json.dumps(summary(results)["drawn"]))
    assert card["data"]["drawn"]["test"] == len(held_out)
    assert "Not a medical device" in card["notice"]
    assert {"recipe", "stages", "data", "failure_modes", "intended_use", "terms", "split"} <= set(card)
    assert len((out / "log.csv").read_text().splitlines()) == len(ticks)


def test_a_resumed_run_ends_with_the_same_weights(data: Path, tiny: Recipe, tmp_path: Path) -> None:
    recipe = replace(tiny, epochs=4)
    samples = dataset.load(dataset.find_pairs(data), recipe.input)
    whole = loop.train(recipe, samples, tmp_path / "whole", "cpu", False, quiet)

    def die(tick: Tick) -> None:
        if tick.epoch == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loop.train(recipe, samples, tmp_path / "broken", "cpu", False, die)
    resumed = loop.train(recipe, samples, tmp_path / "broken", "cpu", True, quiet)
    assert resumed.step == whole.step
    for key, value in whole.average.items():
        assert torch.equal(value, resumed.average[key]), key


def test_a_time_limit_ends_the_run_with_its_schedule(data: Path, tiny: Recipe, tmp_path: Path) -> None:
    samples = dataset.load(dataset.find_pairs(data), tiny.input)
    short = loop.train(replace(tiny, epochs=10_000, max_minutes=0.02), samples, tmp_path, "cpu", False, quiet)
    assert 1.2 <= short.seconds < 5
    assert loop.schedule(replace(tiny, max_minutes=0.02), short, len(samples)) >= 1


def test_a_loss_that_is_not_finite_stops_the_run(data: Path, tiny: Recipe, tmp_path: Path) -> None:
    samples = dataset.load(dataset.find_pairs(data), tiny.input)
    with pytest.raises(ValueError, match="not finite at step"):
        loop.train(replace(tiny, rate=1e30), samples, tmp_path, "cpu", False, quiet)
    with pytest.raises(ValueError, match="fewer than a batch"):
        loop.train(tiny, samples[:2], tmp_path, "cpu", False, quiet)


def test_the_rate_rises_and_falls() -> None:
    factors = [loop.rate_factor(step / 100) for step in range(101)]
    assert factors[0] == pytest.approx(0.1)
    assert max(factors) == factors[20] == pytest.approx(1.0)
    assert factors[100] == pytest.approx(0.001)
    assert all(a >= b for a, b in itertools.pairwise(factors[20:]))


def test_empty_masks_count_by_the_rule(data: Path, tiny: Recipe, disc: Callable) -> None:
    cv2.imwrite(str(data / "masks" / "p5.png"), np.zeros((64, 64), np.uint8))

    class Nothing(torch.nn.Module):
        def forward(self, values: torch.Tensor) -> torch.Tensor:
            return torch.full_like(values, -9.0)

    results = evaluate(Nothing(), dataset.find_pairs(data), tiny.input, 0.5)
    row = summary(results)["drawn"]
    assert row["empty_pictures"] == 1
    assert row["empty_marked"] == 0
    assert row["dice"]["mean"] == pytest.approx(1 / 24, abs=1e-4)
