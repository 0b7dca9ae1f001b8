"""Losses: their closed forms, what a weight does, empty masks, extreme logits, and that they can be learned by."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch
from torch import Tensor

from training.losses import LOSSES, bce_dice, focal, loss_named, soft_dice, tversky

FROM_MONAI = ("tversky", "focal")


@pytest.fixture(params=list(LOSSES))
def name(request: pytest.FixtureRequest) -> str:
    if request.param in FROM_MONAI:
        pytest.importorskip("monai")
    return str(request.param)


def drawn(seed: int = 0, shape: tuple[int, ...] = (2, 1, 6, 5), dtype: torch.dtype = torch.float32) -> list[Tensor]:
    """Logits, a target of 0 and 1, and whole-numbered weights."""
    rng = torch.Generator().manual_seed(seed)
    target = torch.randint(0, 2, shape, generator=rng).to(dtype)
    weight = torch.randint(0, 4, shape, generator=rng).to(dtype)
    return [2 * torch.randn(shape, generator=rng, dtype=dtype), target, weight]


def by_hand(name: str, logits: np.ndarray, target: np.ndarray, weight: np.ndarray) -> float:
    """The definitions, in numpy and float64."""
    probability = 1 / (1 + np.exp(-logits))
    right = np.where(target == 1, probability, 1 - probability)
    overlap, proposed, true = (
        (weight * value).sum(axis=(1, 2, 3)) for value in (probability * target, probability, target)
    )
    per_picture = {
        "dice": 1 - (2 * overlap + 1) / (proposed + true + 1),
        "tversky": 1 - (overlap + 0.5) / (overlap + 0.3 * (proposed - overlap) + 0.7 * (true - overlap) + 0.5),
    }
    per_pixel = {
        "cross-entropy": -(weight * np.log(right)).sum() / weight.sum(),
        "focal": -(weight * (1 - right) ** 2 * np.log(right)).sum() / weight.sum(),
    }
    values = {key: float(value.mean()) for key, value in per_picture.items()} | per_pixel
    values["border-weighted"] = values["cross-entropy"]
    values["bce-dice"] = values["cross-entropy"] + values["dice"]
    return values[name]


@pytest.mark.parametrize("seed", range(3))
def test_every_loss_is_its_definition(name: str, seed: int) -> None:
    logits, target, weight = drawn(seed)
    arrays = [value.double().numpy() for value in (logits, target, weight)]
    assert float(LOSSES[name](logits, target, weight)) == pytest.approx(by_hand(name, *arrays), rel=1e-5)
    if name != "border-weighted":
        ones = np.ones_like(arrays[2])
        assert float(LOSSES[name](logits, target, None)) == pytest.approx(by_hand(name, *arrays[:2], ones), rel=1e-5)


def test_a_weight_counts_a_pixel_so_many_times(name: str) -> None:
    logits, target, _ = drawn(3, (1, 1, 6, 6))
    weight = torch.ones_like(target)
    weight[..., 2:] = 3
    thrice = torch.cat([logits[..., :2], *[logits[..., 2:]] * 3], dim=-1)
    thrice_target = torch.cat([target[..., :2], *[target[..., 2:]] * 3], dim=-1)
    expected = LOSSES[name](thrice, thrice_target, torch.ones_like(thrice))
    torch.testing.assert_close(LOSSES[name](logits, target, weight), expected)


def test_what_has_no_weight_does_not_count(name: str) -> None:
    logits, target, weight = drawn(4)
    changed = torch.where(weight == 0, -5 * logits, logits)
    torch.testing.assert_close(LOSSES[name](changed, target, weight), LOSSES[name](logits, target, weight))
    nothing = LOSSES[name](logits.requires_grad_(), target, torch.zeros_like(weight))
    nothing.backward()
    assert float(nothing.detach()) == pytest.approx(0, abs=1e-6)
    assert float(logits.grad.abs().sum()) == 0  # type: ignore[union-attr]


def test_gradients_are_right(name: str) -> None:
    logits, target, weight = drawn(5, (2, 1, 3, 2), torch.float64)
    # MONAI's focal loss is computed in float32
    tolerance = {"eps": 1e-3, "atol": 2e-3, "rtol": 1e-2} if name == "focal" else {}
    logits.requires_grad_()
    assert torch.autograd.gradcheck(lambda x: LOSSES[name](x, target, weight + 1).double(), logits, **tolerance)


@pytest.mark.parametrize("logit", [-1e4, -50.0, 0.0, 50.0, 1e4])
@pytest.mark.parametrize("filled", [0.0, 1.0])
def test_empty_and_full_masks_and_extreme_logits_stay_finite(name: str, logit: float, filled: float) -> None:
    logits = torch.full((2, 1, 4, 4), logit, requires_grad=True)
    target = torch.full_like(logits, filled).detach()
    loss = LOSSES[name](logits, target, torch.ones_like(target))
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(logits.grad).all()  # type: ignore[arg-type]
    if (logit > 0) == (filled > 0) and abs(logit) > 1:
        assert float(loss.detach()) == pytest.approx(0, abs=1e-5)


def test_a_step_against_the_gradient_agrees_better(name: str) -> None:
    logits, target, weight = drawn(6)
    logits.requires_grad_()
    before = LOSSES[name](logits, target, weight)
    before.backward()
    after = LOSSES[name](logits - 0.1 * logits.grad, target, weight)  # type: ignore[operator]
    assert after < before


@pytest.mark.parametrize("loss", [soft_dice, tversky])
def test_each_picture_counts_alike_whatever_its_size(loss: object) -> None:
    if loss is tversky:
        pytest.importorskip("monai")
    logits, target, weight = drawn(7)
    target[0, :, 1:] = 0
    both = loss(logits, target, weight)  # type: ignore[operator]
    each = [loss(logits[i : i + 1], target[i : i + 1], weight[i : i + 1]) for i in range(2)]  # type: ignore[operator]
    torch.testing.assert_close(both, sum(each) / 2)


def test_focal_forgives_what_is_nearly_right_and_tversky_blames_what_is_missed() -> None:
    pytest.importorskip("monai")
    target = torch.ones(1, 1, 4, 4)
    easy, hard = torch.full_like(target, 2.0), torch.full_like(target, -2.0)
    cross = LOSSES["cross-entropy"]
    assert focal(easy, target) / cross(easy, target, None) < 0.1 < focal(hard, target) / cross(hard, target, None)
    half = torch.zeros(1, 1, 4, 4)
    half[..., :2] = 1
    missed = (half * target - 0.5) * 60
    assert tversky(missed, target) > tversky((target - 0.5) * 60, half)


def test_names_are_offered_and_a_border_weight_is_asked_for() -> None:
    assert loss_named("bce-dice") is bce_dice
    with pytest.raises(ValueError, match=r"'hinge'; choose one of cross-entropy, border-weighted, dice"):
        loss_named("hinge")
    logits, target, _ = drawn()
    with pytest.raises(ValueError, match="needs a weight for each pixel"):
        LOSSES["border-weighted"](logits, target, None)


@pytest.mark.parametrize("loss", FROM_MONAI)
def test_without_monai_the_remedy_is_told(loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("monai", "monai.losses", "monai.losses.tversky", "monai.losses.focal_loss"):
        monkeypatch.setitem(sys.modules, module, None)
    logits, target, _ = drawn()
    with pytest.raises(ValueError, match=r'pip install "unet-studio\[train\]"'):
        LOSSES[loss](logits, target, None)


def test_loss_falls_with_agreement_and_ignores_what_has_no_weight() -> None:
    target = torch.zeros(1, 1, 8, 8)
    target[..., 2:6, 2:6] = 1
    right, wrong = (target * 2 - 1) * 8, (1 - target * 2) * 8
    assert float(bce_dice(right, target)) < 0.05 < 1 < float(bce_dice(wrong, target))
    weight = torch.ones_like(target)
    weight[..., :4] = 0
    half_wrong = torch.where(weight > 0, right, wrong)
    torch.testing.assert_close(bce_dice(half_wrong, target, weight), bce_dice(right, target, weight))


def test_empty_pictures_cost_nothing_when_nothing_is_proposed() -> None:
    empty = torch.zeros(2, 1, 8, 8)
    assert float(soft_dice(torch.full_like(empty, -30.0), empty, torch.ones_like(empty))) == pytest.approx(0, abs=1e-5)
    assert float(soft_dice(torch.full_like(empty, 30.0), empty, torch.ones_like(empty))) > 0.9
