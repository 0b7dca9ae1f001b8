"""The loop: a drawn target is learned, every field of a recipe is obeyed, what is not finite is left out."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from training import begin, dataset, feed, loop, losses, step, validation
from training.checkpoint import ModelFile, load_model, save_model
from training.dataset import Sample
from training.evaluate import evaluate, summary
from training.logs import Tick
from training.networks import build
from training.recipe import Recipe
from training.run import run
from training.state import Training

PLAIN = {"name": "unet-2015", "channels": 1, "widths": [4, 8], "dropout": 0.0}  # unpadded, no batch norm


@pytest.fixture
def samples(data: Path, tiny: Recipe) -> list[Sample]:
    return list(dataset.load(dataset.find_pairs(data), tiny.input))


@pytest.fixture
def train(samples: list[Sample], tmp_path: Path) -> Callable[..., tuple[Training, list[Tick]]]:
    """recipe, more for loop.train -> what came out and its ticks."""

    def follow(recipe: Recipe, name: str = "run", **more: object) -> tuple[Training, list[Tick]]:
        ticks: list[Tick] = []
        finished = loop.train(recipe, samples, tmp_path / name, "cpu", False, ticks.append, **more)  # type: ignore[arg-type]
        return finished, ticks

    return follow


def test_a_tiny_network_learns_drawn_discs(data: Path, tiny: Recipe, tmp_path: Path) -> None:
    out = tmp_path / "run"
    ticks: list[Tick] = []
    model = run(tiny, [data], out, "cpu", False, ticks.append)
    assert ticks[-1].step == len(ticks) == tiny.epochs * (model.card["data"]["drawn"]["train"] // tiny.batch)
    assert ticks[-1].loss < 0.5 * ticks[0].loss
    network, about = load_model(out / "lung.safetensors", model.sha256)
    held_out = [pair for pair in dataset.find_pairs(data) if pair.side == "test"]
    results = evaluate(network, held_out, about)
    assert np.mean([result.dice for result in results]) > 0.85
    card = json.loads((out / "lung.json").read_text())
    assert card["metrics"]["drawn"] == json.loads(json.dumps(summary(results)["drawn"]))
    assert card["data"]["drawn"]["test"] == len(held_out)
    assert "Not a medical device" in card["notice"]
    assert {"recipe", "stages", "data", "failure_modes", "intended_use", "terms", "split"} <= set(card)
    assert len((out / "log.csv").read_text().splitlines()) == 1 + len(ticks)


def test_ticks_tell_where_the_run_is(train: Callable, tiny: Recipe) -> None:
    run, ticks = train(replace(tiny, epochs=2))
    assert [tick.step for tick in ticks] == list(range(1, 13))
    assert [tick.epoch for tick in ticks] == [1] * 6 + [2] * 6
    assert {tick.steps for tick in ticks} == {12}
    assert ticks[0].rate == pytest.approx(1e-3)
    assert ticks[0].norm > 0
    assert ticks[-1].seconds_left == 0
    assert (run.epoch, run.step, run.skipped) == (2, 12, 0)


def test_patches_an_epoch_are_counted_by_samples(train: Callable, tiny: Recipe) -> None:
    assert train(replace(tiny, epochs=2, samples=9))[0].step == 4
    assert train(replace(tiny, epochs=1, samples=50), "more")[0].step == 12


def test_a_time_limit_ends_the_run_with_its_schedule(train: Callable, tiny: Recipe) -> None:
    short, ticks = train(replace(tiny, epochs=10_000, max_minutes=0.02))
    assert 1.2 <= short.seconds < 20
    assert ticks[-1].step == short.step
    assert ticks[-1].seconds_left == 0
    assert ticks[-1].rate < 0.5 * tiny.rate


def test_too_few_pictures_and_unknown_losses_are_refused(
    train: Callable, tiny: Recipe, samples: list[Sample], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="fewer than a batch"):
        loop.train(tiny, samples[:2], tmp_path, "cpu", False, lambda tick: None)
    with pytest.raises(ValueError, match="choose one of"):
        train(replace(tiny, loss_after="lucky"))
    with pytest.raises(ValueError, match="seed -1 is negative"):
        train(replace(tiny, seed=-1))
    with pytest.raises(ValueError, match="names 2 heads"):
        train(replace(tiny, heads={"drawn": 1}))


def test_the_second_stage_has_its_loss_its_rate_and_a_fresh_optimiser(
    train: Callable, tiny: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    optimisers: list[torch.optim.Optimizer] = []
    monkeypatch.setattr(step, "loss_named", lambda name: asked.append(name) or losses.loss_named(name))
    make = loop.optimiser_for
    monkeypatch.setattr(loop, "optimiser_for", lambda *given: optimisers.append(make(*given)) or optimisers[-1])
    recipe = replace(
        tiny, epochs=2, schedule="constant", loss="cross-entropy", loss_after="dice", switch=0.5, rate_after=1e-4
    )
    run, ticks = train(recipe)
    assert asked == ["cross-entropy"] * 6 + ["dice"] * 6
    assert [tick.rate for tick in ticks] == pytest.approx([1e-2] * 6 + [1e-4] * 6)
    assert run.optimiser is optimisers[-1]
    assert {int(state["step"]) for state in run.optimiser.state.values()} == {6}


@pytest.mark.parametrize("name", ["adamw", "sgd"])
def test_optimisers_have_the_recipe_s_numbers(name: str, tiny: Recipe) -> None:
    recipe = replace(tiny, optimiser=name, momentum=0.99, weight_decay=0.01, rate_after=1e-3)
    optimiser = step.optimiser_for(recipe, nn.ModuleDict({"encoder": nn.Linear(1, 1), "head": nn.Linear(1, 1)}), 1)
    assert [group["peak"] for group in optimiser.param_groups] == pytest.approx([3e-5, 1e-3])
    assert {group["weight_decay"] for group in optimiser.param_groups} == {0.01}
    if name == "sgd":
        assert {group["momentum"] for group in optimiser.param_groups} == {0.99}


def test_every_optimiser_and_schedule_learns(train: Callable, tiny: Recipe) -> None:
    for name, optimiser, schedule, rate in (("a", "sgd", "cosine", 0.05), ("b", "adamw", "constant", 0.003)):
        recipe = replace(tiny, epochs=4, optimiser=optimiser, schedule=schedule, rate=rate)
        losses_seen = [tick.loss for tick in train(recipe, name)[1]]
        assert losses_seen[-1] < 0.8 * losses_seen[0]


def test_gradients_are_clipped_where_the_recipe_says_so(train: Callable, tiny: Recipe) -> None:
    recipe = replace(tiny, epochs=1, samples=4, optimiser="sgd", momentum=0.0, weight_decay=0.0, schedule="constant")
    first = begin.start(recipe, "cpu")[0].network.state_dict()
    moved = {}
    for clip in (0.0, 0.01):
        run, ticks = train(replace(recipe, clip=clip), f"clip {clip}")
        moves = [run.network.state_dict()[key] - first[key] for key, _ in run.network.named_parameters()]
        moved[clip] = float(nn.utils.get_total_norm(moves)) / recipe.rate
        assert ticks[0].norm > 0.1
    assert moved[0.0] == pytest.approx(ticks[0].norm, rel=1e-3)
    assert moved[0.01] == pytest.approx(0.01, rel=1e-3)


def test_without_ema_the_average_is_the_weights(train: Callable, tiny: Recipe) -> None:
    plain = train(replace(tiny, epochs=1, ema=0.0))[0]
    averaged = train(replace(tiny, epochs=1), "averaged")[0]
    for key, value in plain.network.state_dict().items():
        assert torch.equal(plain.average[key], value)
    assert not torch.equal(averaged.average["head.weight"], averaged.network.state_dict()["head.weight"])


def test_the_same_seed_gives_the_same_weights(train: Callable, tiny: Recipe) -> None:
    recipe = replace(tiny, epochs=1, architecture={**PLAIN, "dropout": 0.5}, canvas=(40, 40))
    one, same = (train(recipe, name)[0].average for name in ("one", "same"))
    other = train(replace(recipe, seed=2), "other")[0].average
    assert all(torch.equal(one[key], same[key]) for key in one)
    assert not torch.equal(one["head.weight"], other["head.weight"])


def test_early_stopping_keeps_the_best_weights(
    train: Callable, tiny: Recipe, samples: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = iter([0.5, 0.7, 0.6, 0.7, 0.65, 0.9])
    kept: list[dict[str, Tensor]] = []

    def score(recipe: Recipe, network: nn.Module, average: dict[str, Tensor], *rest: object) -> float:
        kept.append({key: value.clone() for key, value in average.items()})
        return next(scores)

    monkeypatch.setattr(loop, "validation_dice", score)
    run, ticks = train(replace(tiny, patience=3), validation=samples[:4])
    assert run.epoch == 5
    assert [tick.dice for tick in ticks if tick.dice is not None] == [0.5, 0.7, 0.6, 0.7, 0.65]
    assert all(tick.dice is None for tick in ticks if tick.step % 6)
    assert all(torch.equal(run.average[key], value) for key, value in kept[1].items())


def test_patience_waits_for_the_second_stage(
    train: Callable, tiny: Recipe, samples: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "validation_dice", lambda *given: 0.5)
    recipe = replace(tiny, epochs=10, patience=2, loss="cross-entropy", loss_after="dice", switch=0.5)
    assert train(recipe, validation=samples[:4])[0].epoch == 7
    assert train(replace(recipe, patience=0), "without", validation=samples[:4])[0].epoch == 10


def test_patience_without_pictures_set_aside_is_said(train: Callable, tiny: Recipe) -> None:
    ticks = train(replace(tiny, epochs=1, patience=2))[1]
    assert "No pictures are set aside" in ticks[0].note
    assert not any(tick.note for tick in ticks[1:])


def test_validation_measures_the_average_and_gives_the_weights_back(
    train: Callable, tiny: Recipe, samples: list[Sample]
) -> None:
    run = train(replace(tiny, epochs=12))[0]
    before = {key: value.clone() for key, value in run.network.state_dict().items()}
    assert validation.validation_dice(tiny, run.network, run.average, samples[:6], "cpu") > 0.8
    nothing = {key: torch.zeros_like(value) for key, value in run.average.items()} | {"head.bias": torch.tensor([-9.0])}
    assert validation.validation_dice(tiny, run.network, nothing, samples[:6], "cpu") < 0.01
    assert run.network.training
    assert all(torch.equal(value, before[key]) for key, value in run.network.state_dict().items())


def test_unpadded_networks_answer_for_the_middle(train: Callable, tiny: Recipe, samples: list[Sample]) -> None:
    values = torch.arange(2 * 6 * 8).view(2, 1, 6, 8)
    assert torch.equal(step.middle(values, (2, 4)), values[..., 2:4, 2:6])
    assert torch.equal(step.middle(values, (6, 8)), values)
    recipe = replace(tiny, architecture=PLAIN, canvas=(44, 44), epochs=8, rate=0.02)
    run, ticks = train(recipe, validation=samples[:6])
    assert run.network(torch.zeros(1, 1, 44, 44)).shape[-1] < 44
    assert ticks[-1].loss < 0.8 * ticks[0].loss
    assert run.best_dice > 0.3


def test_weights_of_pixels_reach_the_loss_as_large_as_the_logits(
    tiny: Recipe, samples: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[Tensor, Tensor | None]] = []
    monkeypatch.setattr(
        step, "loss_named", lambda name: lambda logits, masks, weights: given.append((masks, weights)) or logits.mean()
    )
    batch = feed.Batch(torch.zeros(2, 1, 8, 8), torch.rand(2, 1, 8, 8), torch.rand(2, 1, 8, 8), torch.tensor([1, 0]))
    logits = torch.stack([torch.full((4, 4), 1.0), torch.full((4, 4), 2.0)]).repeat(2, 1, 1, 1)
    assert float(step.loss_of(tiny, 0, logits, batch)) == 1.5
    masks, weights = given[0]
    assert torch.equal(masks, batch.masks[..., 2:6, 2:6])
    assert torch.equal(weights, batch.weights[..., 2:6, 2:6])


class TwoHeads(nn.Module):
    """A tiny network with a head for each of two conventions."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Conv2d(1, 2, 3, padding=1)

    def forward(self, values: Tensor) -> Tensor:
        return torch.as_tensor(self.head(values))


def test_each_sample_is_answered_by_the_head_of_its_source(
    train: Callable, tiny: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(begin, "build", lambda architecture: TwoHeads())
    recipe = replace(tiny, architecture={"heads": 2}, heads={"drawn": 1}, epochs=1, weight_decay=0.0)
    first = begin.start(recipe, "cpu")[0].network.state_dict()["head.weight"].clone()
    now = train(recipe)[0].network.state_dict()["head.weight"]
    assert torch.equal(now[0], first[0])
    assert not torch.equal(now[1], first[1])


def test_a_run_may_start_from_a_model_file(train: Callable, tiny: Recipe, tmp_path: Path) -> None:
    network = build(tiny.architecture)
    path = tmp_path / "parent.safetensors"
    save_model(network.state_dict(), ModelFile(path, tiny.architecture, tiny.input, "lung"))
    started, sha256 = begin.start(replace(tiny, seed=5), "cpu", path)
    assert torch.equal(started.network.state_dict()["head.weight"], network.state_dict()["head.weight"])
    assert len(sha256) == 64
    with pytest.raises(ValueError, match="has 1 heads, the recipe tiny 2"):
        begin.start(replace(tiny, architecture={**tiny.architecture, "heads": 2}), "cpu", path)
    with pytest.raises(ValueError, match="holds another network"):
        train(replace(tiny, architecture=PLAIN), parent=path)


def spoil(monkeypatch: pytest.MonkeyPatch, spoilt: Callable[[int], bool]) -> None:
    """Batches of the chosen steps hold a pixel that is not a number."""
    make = feed.batch_at

    def spoiling(recipe: Recipe, samples: list[Sample], step: int, share: slice) -> feed.Batch:
        batch = make(recipe, samples, step, share)
        if spoilt(step):
            batch.inputs[0, 0, 3, 3] = np.nan
        return batch

    monkeypatch.setattr(loop, "batch_at", spoiling)


def test_a_step_that_is_not_finite_is_left_out_and_counted(
    train: Callable, tiny: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, lambda step: step in (2, 3, 4, 5, 9))
    run, ticks = train(replace(tiny, epochs=2))
    assert [tick.skipped for tick in ticks] == [0, 0, 1, 2, 3, 4, 4, 4, 4, 5, 5, 5]
    assert run.skipped == 5
    for state in (run.network.state_dict(), run.average):
        assert all(bool(torch.isfinite(value).all()) for value in state.values())
    assert {int(state["step"]) for state in run.optimiser.state.values()} == {7}


def test_five_in_a_row_end_the_run_and_nothing_spoilt_is_saved(
    train: Callable, tiny: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, lambda step: step >= 7)
    with pytest.raises(ValueError, match="not finite 5 times in a row, last at step 12; lower the rates"):
        train(tiny)
    assert [path.name for path in sorted((tmp_path / "run").glob("state-*"))] == [
        "state-00000001.json", "state-00000001.safetensors",
    ]  # fmt: skip


def test_weights_that_are_not_finite_are_never_saved(
    train: Callable, tiny: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overflow(recipe: Recipe, run: Training, *rest: object) -> step.Outcome:
        outcome = step.learn(recipe, run, *rest)  # type: ignore[arg-type]
        run.average["head.bias"].fill_(torch.inf)
        return outcome

    monkeypatch.setattr(loop, "learn", overflow)
    with pytest.raises(ValueError, match=r"not finite at step 6 \(average\.head\.bias\); lower the rates"):
        train(tiny)
    assert not list((tmp_path / "run").glob("state-*"))


def test_bfloat16_learns_too(train: Callable, tiny: Recipe) -> None:
    run, ticks = train(replace(tiny, epochs=3, precision="bfloat16"))
    assert ticks[-1].loss < 0.8 * ticks[0].loss
    assert run.average["head.weight"].dtype == torch.float32


@pytest.mark.parametrize(("flags", "found"), [("fpu amx_bf16 amx_tile sse", True), ("fpu amx_tile avx512f", False)])
def test_amx_is_read_from_the_cpu_s_flags(flags: str, found: bool, tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nflags\t\t: {flags}\nbugs\t: amx_bf16\n")
    assert step.has_amx(tmp_path / "cpuinfo") is found
    assert not step.has_amx(tmp_path / "none")


def test_ctrl_c_saves_the_step_that_was_done(train: Callable, tiny: Recipe, tmp_path: Path) -> None:
    def press(tick: Tick) -> None:
        if tick.step == 8:
            signal.raise_signal(signal.SIGINT)

    samples = list(dataset.load(dataset.find_pairs(tmp_path / "drawn"), tiny.input))
    with pytest.raises(KeyboardInterrupt, match="saved at step 9; the same command with --resume"):
        loop.train(tiny, samples, tmp_path / "run", "cpu", False, press)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(ValueError, match="stopped at step 9; --resume goes on"):
        train(tiny)
    resumed = loop.train(replace(tiny, epochs=2), samples, tmp_path / "run", "cpu", True, lambda tick: None)
    assert resumed.step == 12
