"""Augmentation: picture and mask move together, values stay in range, the seed decides."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from training import augment
from training.metrics import dice
from training.recipes import RECIPES

ALL = {recipe.name: recipe.change for recipe in RECIPES.values()} | {
    f"{target} fine": spec for target, spec in augment.FOR_FINE_TUNING.items()
}


def test_nothing_to_change_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    picture = rng.random((16, 24, 3), dtype=np.float32)
    planes = rng.random((16, 24, 2), dtype=np.float32)
    values, moved = augment.augment(picture, planes, (16, 24), augment.NONE, rng)
    np.testing.assert_allclose(values, picture, atol=1e-5)
    np.testing.assert_allclose(moved, planes, atol=1e-5)


def test_a_larger_canvas_holds_the_picture_in_its_middle() -> None:
    picture = np.ones((10, 10, 1), np.float32)
    values, moved = augment.augment(picture, picture, (20, 30), augment.NONE, np.random.default_rng(0))
    assert values.shape == moved.shape == (20, 30, 1)
    assert (values[6:14, 11:19] == 1).all()
    assert values[0, 0] == augment.MIDDLE
    assert moved[0, 0] == 0


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", ALL)
def test_values_stay_in_range_and_the_seed_decides(name: str, channels: int) -> None:
    picture = np.random.default_rng(9).random((48, 40, channels), dtype=np.float32)
    mask = np.zeros((48, 40, 1), np.float32)
    for seed in range(12):
        first, second = (
            augment.augment(picture, mask, (48, 48), ALL[name], np.random.default_rng(seed)) for _ in range(2)
        )
        assert first[0].dtype == np.float32
        assert first[0].shape == (48, 48, channels)
        assert 0 <= first[0].min() <= first[0].max() <= 1
        np.testing.assert_array_equal(first[0], second[0])


@pytest.mark.parametrize("target", ["lung", "polyp"])
def test_picture_and_mask_move_together(target: str, disc: Callable) -> None:
    moves = RECIPES[target].change
    only = augment.AugmentSpec(
        rotate=moves.rotate, scale=moves.scale, stretch=moves.stretch, shift=moves.shift,
        flip_columns=moves.flip_columns, flip_rows=moves.flip_rows,
    )  # fmt: skip
    _, mask = disc(3, 64)
    drawn = mask[..., None].astype(np.float32)
    for seed in range(10):
        values, moved = augment.augment(drawn, drawn, (64, 64), only, np.random.default_rng(seed))
        assert dice(values[..., 0] > 0.6, moved[..., 0] > 0.6) > 0.97
    assert dice(moved[..., 0] >= 0.5, mask) < 0.99


def test_marks_leave_most_of_the_picture_alone() -> None:
    picture = np.full((64, 64, 1), 0.3, np.float32)
    changed = augment.draw_marks(picture, np.random.default_rng(1)) != picture
    assert 0 < changed.mean() < 0.4
    assert (picture == np.float32(0.3)).all()
