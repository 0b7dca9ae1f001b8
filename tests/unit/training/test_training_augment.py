"""Augmentation: picture and mask move together, values stay in range, the seed decides."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from training import appearance, augment, marks
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


def bent(rows: int = 40, columns: int = 50) -> np.ndarray:
    """A picture whose values tell where they came from, (rows, columns, 2) in 0..1."""
    return np.stack(np.indices((rows, columns)), axis=-1).astype(np.float32) / 128


def test_mirror_shows_the_picture_s_reflection_in_picture_and_planes() -> None:
    picture = np.random.default_rng(0).random((10, 12, 1), dtype=np.float32)
    spec = augment.AugmentSpec(mirror=True)
    values, planes = augment.augment(picture, picture, (20, 24), spec, np.random.default_rng(0))
    expected = np.pad(picture[..., 0], ((5, 5), (6, 6)), mode="reflect")
    np.testing.assert_allclose(values[..., 0], expected, atol=1e-5)
    np.testing.assert_allclose(planes[..., 0], expected, atol=1e-5)


@pytest.mark.parametrize(("canvas", "overhang"), [((16, 16), 0.0), ((16, 16), 0.25), ((64, 70), 0.0)])
def test_anywhere_lays_a_patch_on_every_part_of_the_picture(canvas: tuple[int, int], overhang: float) -> None:
    picture = bent()
    spec = augment.AugmentSpec(anywhere=True, overhang=overhang)
    inside = np.ones((40, 50, 1), np.float32)
    seen = np.zeros((40, 50), bool)
    covered = []
    for seed in range(250):
        values, planes = augment.augment(picture, inside, canvas, spec, np.random.default_rng(seed))
        whole = planes[..., 0] > 0.99
        rows, columns = (np.rint(values[whole][:, axis] * 128).astype(int) for axis in (0, 1))
        seen[rows, columns] = True
        covered.append(whole.mean())
    assert seen[1:-1, 1:-1].all()
    if overhang == 0 and canvas == (16, 16):
        assert min(covered) > 0.85
    if canvas == (64, 70):
        assert min(covered) * 64 * 70 > 0.9 * 39 * 49


def test_an_unpadded_network_s_middle_reaches_the_picture_s_edges() -> None:
    """572 px in, 388 px out, 512 px picture: the paper's numbers divided by 4."""
    picture = bent(128, 128)
    spec = augment.AugmentSpec(anywhere=True, overhang=augment.EM.overhang, mirror=True)
    middles = [
        augment.augment(picture, picture, (143, 143), spec, np.random.default_rng(seed))[0][23:-23, 23:-23] * 128
        for seed in range(300)
    ]
    assert min(float(middle[..., 0].min()) for middle in middles) < 1
    assert max(float(middle[..., 0].max()) for middle in middles) > 126


def test_an_empty_window_is_blown_up_where_there_is_one() -> None:
    picture, target = bent(48, 48)[..., :1], np.zeros((48, 48, 1), np.float32)
    target[40:, 40:] = 1
    spec = augment.AugmentSpec(empty=1.0)
    for seed in range(20):
        values, planes = augment.augment(picture, target, (64, 64), spec, np.random.default_rng(seed))
        assert not planes.any()
        assert np.ptp(values[2:-2, 2:-2]) * 128 < 0.7 * 48
    _, planes = augment.augment(picture, np.ones_like(target), (64, 64), spec, np.random.default_rng(0))
    assert planes.sum() == 48 * 48


@pytest.mark.parametrize("field", ["collimate", "frame"])
def test_borders_hide_the_target_too_but_never_most_of_it(field: str, disc: Callable) -> None:
    _, mask = disc(5, 64)
    picture, target = np.full((64, 64, 3), 0.5, np.float32), mask[..., None].astype(np.float32)
    spec, changed, cut = augment.AugmentSpec(**{field: 1.0}), 0, 0
    for seed in range(40):
        everywhere = augment.augment(picture, np.ones_like(target), (64, 64), spec, np.random.default_rng(seed))
        values, planes = augment.augment(picture, target, (64, 64), spec, np.random.default_rng(seed))
        assert planes.sum() >= (1 - augment.MOST_HIDDEN) * target.sum() - 1
        if (values != 0.5).any():
            changed += 1
        # where all is target and most stays, what is gone is what the border covers
        gone = everywhere[1][..., 0] == 0
        cut += int(gone.any())
        assert len(np.unique(everywhere[0][gone])) <= 1
    assert changed > 30
    assert cut > 10


def test_small_things_hide_no_target_that_then_could_not_be_known() -> None:
    picture, target = np.full((64, 64, 1), 0.5, np.float32), np.zeros((64, 64, 1), np.float32)
    target[30:34, 30:34] = 1
    for seed in range(60):
        spec = augment.AugmentSpec(cutout=1.0)
        values, planes = augment.augment(picture, target, (64, 64), spec, np.random.default_rng(seed))
        np.testing.assert_allclose(planes, target, atol=1e-5)
        hidden = (values[30:34, 30:34] != 0.5).mean()
        assert hidden <= 0.5


CHANCES = (
    "invert", "marks", "vignette", "exposure", "sharpen", "shake", "jpeg", "tubes", "glints", "cutout", "blur", "light",
    "noise",
)  # fmt: skip


@pytest.mark.parametrize("field", CHANCES)
@pytest.mark.parametrize("channels", [1, 3])
def test_each_change_changes_values_and_not_the_planes(field: str, channels: int) -> None:
    rng = np.random.default_rng(1)
    picture = np.repeat(rng.uniform(0.2, 0.8, (12, 16, channels)), 4, axis=0).repeat(4, axis=1).astype(np.float32)
    target = np.zeros((48, 64, 1), np.float32)
    changed = 0
    for seed in range(10):
        spec = augment.AugmentSpec(**{field: 0.3 if field in ("light", "noise") else 1.0})
        values, planes = augment.augment(picture, target, (48, 64), spec, np.random.default_rng(seed))
        assert 0 <= values.min() <= values.max() <= 1
        assert not planes.any()
        changed += int((np.abs(values - picture) > 1e-3).mean() > 0.002)
    assert changed >= 9


def test_inversion_is_exact_and_hue_turns_colours_only() -> None:
    picture = np.random.default_rng(2).uniform(0.4, 0.6, (20, 24, 3)).astype(np.float32)
    mask = np.zeros((20, 24, 1), np.float32)
    values, _ = augment.augment(picture, mask, (20, 24), augment.AugmentSpec(invert=1.0), np.random.default_rng(0))
    np.testing.assert_allclose(values, 1 - picture, atol=1e-5)
    turned, _ = augment.augment(picture, mask, (20, 24), augment.AugmentSpec(hue=30.0), np.random.default_rng(0))
    np.testing.assert_allclose(turned.mean(axis=2), picture.mean(axis=2), atol=1e-5)
    spread = [np.linalg.norm(p - p.mean(axis=2, keepdims=True), axis=2) for p in (picture, turned)]
    np.testing.assert_allclose(*spread, atol=1e-5)
    assert np.abs(turned - picture).max() > 0.01
    gray = np.repeat(picture[..., :1], 3, axis=2)
    same, _ = augment.augment(gray, mask, (20, 24), augment.AugmentSpec(hue=30.0), np.random.default_rng(0))
    np.testing.assert_allclose(same, gray, atol=1e-5)


def test_a_turn_of_120_degrees_moves_each_colour_on() -> None:
    red = np.zeros((2, 2, 3), np.float32)
    red[..., 0] = 1
    turned = appearance.recolour(red, np.ones(3), 1.0, 120.0)
    assert sorted(np.rint(turned[0, 0]).tolist()) == [0, 0, 1]
    assert turned[0, 0, 0] < 0.01
    np.testing.assert_allclose(appearance.recolour(red, np.array([0.5, 1, 1]), 0.0, 0.0), 0.5 / 3, atol=1e-6)


def test_jpeg_keeps_the_order_of_colours() -> None:
    picture = np.zeros((32, 32, 3), np.float32)
    picture[..., 0], picture[..., 2] = 0.9, 0.2
    for seed in range(5):
        stored = appearance.compressed(picture, np.random.default_rng(seed))
        np.testing.assert_allclose(stored, picture, atol=0.05)


@pytest.mark.parametrize("overlay", [marks.words, marks.tubes, marks.glints])
@pytest.mark.parametrize("channels", [1, 3])
def test_overlays_leave_most_of_the_picture_and_all_of_the_original_alone(overlay: Callable, channels: int) -> None:
    picture = np.full((96, 80, channels), 0.5, np.float32)
    seen = []
    for seed in range(20):
        changed = (np.abs(overlay(picture, np.random.default_rng(seed)) - picture) > 0.02).any(axis=2)
        seen.append(changed.mean())
    assert (picture == np.float32(0.5)).all()
    assert max(seen) < 0.6
    assert np.mean(seen) < 0.3
    assert np.median(seen) > 0


def test_tubes_and_glints_are_brighter_than_what_is_below() -> None:
    picture = np.full((96, 80, 1), 0.5, np.float32)
    for seed in range(10):
        rng = np.random.default_rng(seed)
        assert marks.tubes(picture, rng).min() >= 0.5 - 1e-6
        assert marks.glints(picture, rng).min() >= 0.5 - 1e-6
        assert (marks.glints(np.zeros_like(picture), rng) == 0).all()


@pytest.mark.parametrize("cover", [marks.shutter, marks.scope_frame])
def test_a_border_is_at_the_border(cover: Callable) -> None:
    for seed in range(30):
        hidden = cover((72, 88), np.random.default_rng(seed))
        assert hidden.shape == (72, 88)
        assert 0 <= hidden.min() <= hidden.max() <= 1
        assert not hidden[20:-20, 24:-24].any()


def test_lungs_are_never_flipped_and_fine_tuning_is_milder() -> None:
    for name, spec in ALL.items():
        if name in ("lung", "lung fine", "cxr-bn", "jsrt-128"):
            assert (spec.flip_columns, spec.flip_rows) == (False, False), name
    for target, spec in augment.FOR_FINE_TUNING.items():
        whole = RECIPES[target].change
        for field in ("jpeg", "tubes", "marks", "invert", "cutout", "frame", "collimate", "glints", "light", "hue"):
            assert getattr(spec, field) <= getattr(whole, field), field


def test_everything_at_once_on_odd_small_pictures() -> None:
    spec = augment.AugmentSpec(
        rotate=180, scale=(0.5, 2.0), elastic=3, mirror=True, anywhere=True, overhang=0.1, empty=0.2, light=0.2,
        colour=0.2, hue=10, noise=0.1, **dict.fromkeys((*CHANCES[:11], "collimate", "frame"), 0.7),
    )  # fmt: skip
    for seed in range(25):
        for shape in ((1, 1, 1), (5, 3, 3), (2, 31, 3)):
            rng = np.random.default_rng(seed)
            picture = rng.random(shape, dtype=np.float32)
            values, planes = augment.augment(picture, np.ones((*shape[:2], 2), np.float32), (17, 12), spec, rng)
            assert values.shape == (17, 12, shape[2])
            assert planes.shape == (17, 12, 2)
            assert np.isfinite(values).all()
