"""Fine-tuning: it follows another convention, keeps to its time, and survives what goes wrong."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from training import finetune as module
from training.augment import FOR_FINE_TUNING, NONE
from training.checkpoint import ModelFile
from training.finetune import FinetuneJob, Lesson, Progress, finetune, held_out_dice, interpolate
from training.networks import build
from training.preprocess import InputSpec, mask_to_network, network_input

SPEC = InputSpec(size=32, channels=1, multiple=4)
ABOUT = ModelFile(Path("parent.safetensors"), {"name": "unet", "channels": 1, "widths": [8, 12, 16]}, SPEC, "lung")


def lesson(drawn: tuple[np.ndarray, np.ndarray], grow: int = 0) -> Lesson:
    """A drawn disc as a Lesson; `grow` px (of 64) is the other convention."""
    picture, mask = drawn
    if grow:
        mask = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grow + 1, 2 * grow + 1)))
    values, fit = network_input(picture, False, SPEC)
    return Lesson(values, mask_to_network(mask, fit), (fit.content_rows, fit.content_columns))


@pytest.fixture(scope="module")
def parent() -> torch.nn.Module:
    torch.manual_seed(0)
    return build(ABOUT.architecture).eval()


@pytest.fixture(scope="module")
def trained(parent: torch.nn.Module, disc: Callable) -> torch.nn.Module:
    """A parent that knows discs in the first convention."""
    network = copy.deepcopy(parent)
    values = torch.from_numpy(np.stack([lesson(disc(seed)).picture for seed in range(16)]))
    masks = torch.from_numpy(np.stack([lesson(disc(seed)).mask for seed in range(16)]))[:, None].float()
    optimiser = torch.optim.Adam(network.train().parameters(), lr=1e-2)
    for _ in range(60):
        optimiser.zero_grad()
        module.bce_dice(network(values), masks).backward()
        optimiser.step()
    return network.eval()


def job(parent: torch.nn.Module, lessons: list[Lesson], **changes: object) -> FinetuneJob:
    return replace(FinetuneJob(parent, ABOUT, lessons, seconds=60, rate=3e-3, device="cpu"), **changes)


def never() -> bool:
    return False


def quiet(progress: Progress) -> None:
    """Nobody is told."""


def with_state(parent: torch.nn.Module, state: dict[str, torch.Tensor]) -> torch.nn.Module:
    network = copy.deepcopy(parent)
    network.load_state_dict(state)
    return network.eval()


def test_it_follows_another_convention(trained: torch.nn.Module, disc: Callable) -> None:
    lessons = [lesson(disc(seed), grow=6) for seed in range(8)]
    held_out = [lesson(disc(seed), grow=6) for seed in range(100, 112)]
    before = held_out_dice(trained, held_out, "cpu")
    state_before = copy.deepcopy(trained.state_dict())
    told: list[Progress] = []
    examine = lambda network, device: held_out_dice(network, held_out, device)  # noqa: E731
    result = finetune(job(trained, lessons, max_steps=80, examine=examine), told.append, never)
    after = held_out_dice(with_state(trained, result.state), held_out, "cpu")
    assert after > before + 0.08
    assert (result.stopped, result.steps, len(told)) == ("", 80, 80)
    dices = [progress.held_out_dice for progress in told if progress.held_out_dice is not None]
    assert len(dices) == 8
    assert dices[-1] == pytest.approx(after)
    assert told[-1].held_out_dice is not None
    assert told[-1].seconds_left == 0
    assert result.device == "cpu"
    for key, value in trained.state_dict().items():
        assert torch.equal(value, state_before[key]), key
        if "running" in key:
            assert torch.equal(value, result.state[key]), key


def test_a_hold_keeps_the_weights_near_the_parent_s(trained: torch.nn.Module, disc: Callable) -> None:
    lessons = [lesson(disc(seed), grow=6) for seed in range(4)]
    start = dict(trained.named_parameters())

    def way(hold: float) -> float:
        state = finetune(job(trained, lessons, max_steps=20, hold=hold), quiet, never).state
        return sum(float((state[name] - value.detach()).square().sum()) for name, value in start.items()) ** 0.5

    free, held, fast = way(0.0), way(20.0), way(1e9)
    assert fast < 1e-6 < held < 0.95 * free


def test_the_seed_decides(parent: torch.nn.Module, disc: Callable) -> None:
    lessons = [lesson(disc(seed)) for seed in range(3)]
    states = [finetune(job(parent, lessons, max_steps=4, seed=seed), quiet, never).state for seed in (1, 1, 2)]
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])
    assert any(not torch.equal(states[0][key], states[2][key]) for key in states[0])


def test_time_is_kept(parent: torch.nn.Module, disc: Callable) -> None:
    begun = time.monotonic()
    told: list[Progress] = []
    result = finetune(job(parent, [lesson(disc(0))], seconds=1.0, max_steps=10**6), told.append, never)
    assert 0.9 < time.monotonic() - begun < 4
    assert result.steps == len(told) > 3
    assert told[len(told) // 2].seconds_left < 1.0
    assert told[len(told) // 2].steps < 10**5


def test_steps_are_planned_from_their_speed() -> None:
    assert module.planned_steps([0.0], 60, 50) == 50
    assert module.planned_steps([0.0, 9.0, 10.0, 11.0], 60, 50) == 50  # too early to tell
    assert module.planned_steps([0.0, 9.0, 10.0, 11.0, 12.0], 60, 50) == 50
    assert module.planned_steps([0.0, 9.0, 10.0, 11.0, 12.0], 32, 50) == 24
    assert module.planned_steps([0.0, 9.0, 10.0], 9.5, 50) == 2


def test_it_can_be_stopped(parent: torch.nn.Module, disc: Callable) -> None:
    told: list[Progress] = []
    result = finetune(job(parent, [lesson(disc(0))], max_steps=50), told.append, lambda: len(told) >= 3)
    assert (result.stopped, result.steps) == ("cancelled", 3)


@pytest.mark.parametrize("bad", ["loss", "gradient"])
def test_what_is_not_finite_stops_it_with_the_best_so_far(
    bad: str, parent: torch.nn.Module, disc: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    real = module.bce_dice

    def poisoned(logits: torch.Tensor, target: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        loss = real(logits, target, weight)
        if len(calls) < 4:
            return loss
        return loss * math.nan if bad == "loss" else loss + (logits * 0).clamp(min=0).sqrt().sum()

    monkeypatch.setattr(module, "bce_dice", poisoned)
    result = finetune(job(parent, [lesson(disc(0))], max_steps=50), quiet, never)
    assert (result.stopped, result.steps) == ("not finite", 3)
    assert all(torch.isfinite(value).all() for value in result.state.values())
    assert math.isfinite(result.loss)


def test_out_of_memory_halves_the_batch(
    parent: torch.nn.Module, disc: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    real = module._step

    def small_card(job: FinetuneJob, run: object, arrays: tuple, progress: float, step: int) -> float:
        sizes.append(len(arrays[0]))
        if sizes[-1] > 1:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return real(job, run, arrays, progress, step)

    monkeypatch.setattr(module, "_step", small_card)
    result = finetune(job(parent, [lesson(disc(seed)) for seed in range(4)], max_steps=3), quiet, never)
    assert sizes == [4, 2, 1, 1, 1]
    assert result.steps == 3


def test_no_memory_at_all_is_said(parent: torch.nn.Module, disc: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    def never_enough(*arguments: object) -> float:
        raise torch.OutOfMemoryError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(module, "_step", never_enough)
    with pytest.raises(MemoryError, match="Not even one picture"):
        finetune(job(parent, [lesson(disc(0))]), quiet, never)


def test_anchors_hold_the_parent_s_convention(trained: torch.nn.Module, disc: Callable) -> None:
    lessons = [lesson(disc(seed), grow=6) for seed in range(4)]
    others = [lesson(disc(seed)) for seed in range(200, 208)]
    anchors = [one.picture for one in others]
    free, held = (
        finetune(job(trained, lessons, max_steps=60, anchors=chosen, anchor_share=0.75), quiet, never)
        for chosen in ([], anchors)
    )
    kept, lost = (held_out_dice(with_state(trained, result.state), others, "cpu") for result in (held, free))
    assert kept > lost + 0.01


def test_pixels_without_weight_are_not_learned(
    trained: torch.nn.Module, disc: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FOR_FINE_TUNING, "lung", NONE)  # this parent never saw a negative, as bundled models did
    plain = [lesson(disc(seed)) for seed in range(4)]
    left = np.arange(32) < 16
    wrong = [replace(one, mask=np.where(left, 1 - one.mask, one.mask).astype(np.uint8)) for one in plain]
    unseen = [replace(one, weight=np.where(left, 0, 1) * np.ones((32, 32), np.float32)) for one in wrong]
    spoiled, kept = (
        held_out_dice(
            with_state(trained, finetune(job(trained, chosen, max_steps=30), quiet, never).state), plain, "cpu"
        )
        for chosen in (wrong, unseen)
    )
    assert kept > 0.8 > 0.7 > spoiled


def test_nothing_to_learn_is_said(parent: torch.nn.Module) -> None:
    with pytest.raises(ValueError, match="no corrections to learn from"):
        finetune(job(parent, []), quiet, never)


def test_interpolation_goes_from_parent_to_result(parent: torch.nn.Module) -> None:
    torch.manual_seed(5)
    other = build(ABOUT.architecture).state_dict()
    start = parent.state_dict()
    for mix in (0.0, 0.25, 1.0):
        between = interpolate(start, other, mix)
        weight = "down.0.0.weight"
        torch.testing.assert_close(between[weight], start[weight] * (1 - mix) + other[weight] * mix)
    between["down.0.0.weight"].fill_(7)
    assert not (start["down.0.0.weight"] == 7).any()


def test_an_unpadded_network_learns_at_any_size(disc: Callable) -> None:
    spec = InputSpec(size=33, channels=1, multiple=1)
    architecture = {"name": "unet-2015", "channels": 1, "widths": [8, 12], "batch_norm": True, "dropout": 0.1}
    torch.manual_seed(0)
    network = build(architecture).eval()

    def odd(seed: int) -> Lesson:
        picture, mask = (plane[:, :55] for plane in disc(seed))
        values, fit = network_input(picture, False, spec)
        return Lesson(values, mask_to_network(mask, fit), (fit.content_rows, fit.content_columns))

    lessons, held_out = [odd(seed) for seed in range(6)], [odd(seed) for seed in range(100, 106)]
    assert lessons[0].mask.shape == (33, 28)
    about = replace(ABOUT, architecture=architecture, input=spec)
    before = held_out_dice(network, held_out, "cpu")
    learning = job(network, lessons, about=about, max_steps=60, rate=1e-2, anchors=[odd(200).picture], anchor_share=0.1)
    result = finetune(learning, quiet, never)
    assert result.stopped == ""
    assert held_out_dice(with_state(network, result.state), held_out, "cpu") > max(0.7, before + 0.1)


def test_other_heads_keep_their_weights(disc: Callable) -> None:
    architecture = {"name": "lite0-unet", "channels": 1, "widths": [16, 8, 8, 8, 4], "heads": 3}
    torch.manual_seed(0)
    network = build(architecture).eval()
    about = replace(ABOUT, architecture=architecture)
    result = finetune(job(network, [lesson(disc(seed)) for seed in range(2)], about=about, max_steps=3), quiet, never)
    for key in ("head.weight", "head.bias"):
        before, after = network.state_dict()[key], result.state[key]
        assert torch.equal(before[1:], after[1:])
        assert not torch.equal(before[0], after[0])


def test_it_ends_early_where_nothing_gets_better(trained: torch.nn.Module, disc: Callable) -> None:
    dice_values = iter([0.5, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9])
    lessons = [lesson(disc(seed)) for seed in range(4)]
    asked = job(trained, lessons, max_steps=80, examine=lambda *_: next(dice_values), patience=3)
    result = finetune(asked, lambda _: None, lambda: False)
    assert result.early
    assert result.steps == 50


def test_it_goes_on_while_it_gets_better() -> None:
    assert not module.no_better([0.5, 0.6, 0.7, 0.8], 3)
    assert not module.no_better([0.9, 0.8], 3)
    assert not module.no_better([0.9, 0.8, 0.8, 0.8], 0)
    assert module.no_better([0.9, 0.8, 0.8, 0.8], 3)
