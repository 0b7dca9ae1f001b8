"""Evaluation of networks whose answers are known: each pixel's probability is its gray value, or a constant."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from training import em, evaluate
from training.__main__ import main
from training.checkpoint import ModelFile, save_model
from training.dataset import Pair, find_pairs, side
from training.networks import build
from training.preprocess import InputSpec

SPEC = InputSpec(size=64, channels=1, multiple=4, kind="gray", low=0, high=100)
ABOUT = ModelFile(Path("gray"), {}, SPEC, "lung")


class Gray(nn.Module):
    """Bright is the target: the standardised input, -1 .. 1, as logits."""

    def forward(self, values: Tensor) -> Tensor:
        return 6 * values


class Nothing(nn.Module):
    def forward(self, values: Tensor) -> Tensor:
        return torch.full_like(values, -9.0)


def write(folder: Path, name: str, picture: np.ndarray, mask: np.ndarray) -> None:
    for part, plane in (("images", picture), ("masks", mask)):
        (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / part / name).write_bytes(cv2.imencode(".png", plane)[1].tobytes())


def square(rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros((64, 64), np.uint8)
    mask[rows, columns] = 255
    return mask


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    """Three pictures: found exactly, half found, and marked although nothing is drawn."""
    folder = tmp_path / "squares"
    one = square(slice(8, 40), slice(8, 40))
    write(folder, "a.png", one, one)
    write(folder, "b.png", square(slice(8, 24), slice(8, 40)), one)
    write(folder, "c.png", square(slice(0, 16), slice(0, 16)), np.zeros_like(one))
    return folder


def test_what_is_measured_of_a_picture(squares: Path) -> None:
    a, b, c = evaluate.evaluate(Gray(), find_pairs(squares), ABOUT)
    assert (a.name, a.source) == ("a.png", "squares")
    assert (a.dice, a.iou, a.accuracy, a.hd95, a.empty) == (1, 1, 1, 0, False)
    assert (b.dice, b.precision, b.recall) == pytest.approx((2 / 3, 1, 0.5))
    assert b.accuracy == pytest.approx(1 - 512 / 4096)
    assert b.hd95 == pytest.approx(16, abs=1)
    assert (c.dice, c.empty, c.marked) == (0, True, pytest.approx(1 / 16))
    assert (c.counts.false_positive, c.counts.true_negative) == (256, 4096 - 256)
    assert a.cells is None


def test_the_summary_has_means_per_picture_and_pooled_ones(squares: Path) -> None:
    table = evaluate.summary(evaluate.evaluate(Gray(), find_pairs(squares), ABOUT))["squares"]
    assert table["dice"]["mean"] == pytest.approx((1 + 2 / 3) / 3, abs=1e-4)
    assert table["dice"]["count"] == 3
    assert table["accuracy"] == pytest.approx(1 - (512 + 256) / 3 / 4096, abs=1e-4)
    assert set(table["pooled"]) == {"accuracy", "iou", "dice", "precision", "recall"}
    assert table["pooled"]["dice"] == pytest.approx(2 * 1536 / (2 * 1536 + 256 + 512), abs=1e-4)
    assert table["pooled"]["precision"] == pytest.approx(1536 / 1792, abs=1e-4)
    assert list(table["worst"]) == ["c.png", "b.png", "a.png"]
    assert (table["empty_pictures"], table["empty_marked"]) == (1, 0.0625)
    assert "em" not in table
    json.dumps(table)


def test_of_cells_the_membrane_measures_too(tmp_path: Path) -> None:
    folder = tmp_path / "em"
    truth = np.full((64, 64), 255, np.uint8)
    truth[:, 32] = 0
    leaky = truth.copy()
    leaky[20, 32] = 150  # a probability of about 0.74
    write(folder, "a.png", leaky, truth)
    results = evaluate.evaluate(Gray(), find_pairs(folder), ABOUT, cells=True)
    assert results[0].cells is not None
    assert results[0].cells.errors.rand_error == pytest.approx(1 / 3, abs=0.01)
    table = evaluate.summary(results)["em"]["em"]
    assert table["pixel_error"] == pytest.approx(1 / 4096, abs=1e-4)
    assert table["variation_of_information"] == pytest.approx(1, abs=0.01)
    assert table["best_on_test"]["rand_error"] == {"threshold": 0.8, "value": 0.0}
    assert "chosen_on_training" not in table
    write(tmp_path / "training", "t.png", truth, truth)
    training = evaluate.evaluate(Gray(), find_pairs(tmp_path / "training"), ABOUT, cells=True)
    chosen = evaluate.summary(results, training)["em"]["em"]["chosen_on_training"]
    assert set(chosen) == set(em.RANKED) == set(table["best_on_test"])
    assert chosen["rand_error"]["threshold"] == 0.1
    assert chosen["rand_error"]["value"] == pytest.approx(1 / 3, abs=0.01)


def test_a_proposal_has_the_size_of_its_picture() -> None:
    values = square(slice(8, 40), slice(8, 30))[:50, :33]
    mask = evaluate.proposal(Gray(), values, ABOUT)
    assert (mask.shape, mask.dtype, set(np.unique(mask))) == (values.shape, np.uint8, {0, 1})
    assert not evaluate.proposal(Nothing(), values, ABOUT).any()


def test_held_out_is_what_the_card_says_was_held_out(data: Path) -> None:
    pairs = find_pairs(data)
    assert evaluate.held_out(pairs, {}) == [pair for pair in pairs if pair.side == "test"]
    found = evaluate.held_out(pairs, {"recipe": {"held_out": 0.3, "fold": 1}})
    assert found == [pair for pair in pairs if side(pair, 0.3, 1) == "test"] != evaluate.held_out(pairs, {})


def test_nothing_held_out_is_said_with_its_remedy(tmp_path: Path) -> None:
    pairs = [Pair("drawn", tmp_path / f"{stem}.png", tmp_path / "m.png", stem) for stem in ("p0", "p2")]
    trained_on = [pair for pair in pairs if pair.side == "train"]
    with pytest.raises(ValueError, match=r"None of these \d pictures is held out .* --all"):
        evaluate.held_out(trained_on, {})
    with pytest.raises(ValueError, match=r"no held-out pictures .* --all"):
        evaluate.evaluate(Nothing(), [], ABOUT)


def test_a_mask_of_another_size_is_named(squares: Path) -> None:
    write(squares, "d.png", square(slice(0, 9), slice(0, 9)), np.zeros((64, 32), np.uint8))
    with pytest.raises(ValueError, match=r"d\.png is \(64, 32\) but"):
        evaluate.evaluate(Gray(), find_pairs(squares)[-1:], ABOUT)


def test_the_command_says_that_nothing_is_held_out(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = InputSpec(size=32, channels=1, multiple=4)
    about = ModelFile(tmp_path / "lung.safetensors", {"name": "unet", "channels": 1, "widths": [4, 8]}, spec, "lung")
    save_model(build(about.architecture).state_dict(), about)
    for pair in find_pairs(data):
        if pair.side == "test":
            pair.picture.unlink()
            pair.mask.unlink()
    words = ["evaluate", str(about.path), "--data", str(data), "--device", "cpu"]
    assert main(words) == 1
    said = capsys.readouterr().err
    assert "held out" in said
    assert "--all" in said
    assert said.count("\n") == 1
    assert main([*words, "--all"]) == 0
