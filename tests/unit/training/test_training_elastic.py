"""Elastic deformation: the grid's statistics, smoothness between its points, and one resampling for all."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from training.augment import AugmentSpec, augment
from training.elastic import displacements, spread, warp
from training.metrics import dice

SAME = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def test_the_grid_has_the_paper_s_deviation() -> None:
    rng = np.random.default_rng(0)
    fields = np.stack([displacements((21, 31), 10.0, rng) for _ in range(1500)])
    assert fields.dtype == np.float32
    points = fields[:, ::10, ::15]
    assert points.shape[1:] == (3, 3, 2)
    np.testing.assert_allclose(points.std(axis=0), 10.0, rtol=0.1)
    np.testing.assert_allclose(points.mean(axis=0), 0.0, atol=1.2)
    flat = points.reshape(len(points), -1)
    assert np.abs(np.corrcoef(flat.T) - np.eye(18)).max() < 0.15


def test_grid_points_keep_their_values_and_between_them_it_is_smooth() -> None:
    grid = np.random.default_rng(1).normal(0, 10, (3, 3, 2))
    field = spread(grid, (101, 141))
    np.testing.assert_allclose(field[::50, ::70], grid, atol=1e-4)
    assert np.abs(np.diff(field, axis=0)).max() < 1.5
    bends = np.abs(np.diff(field, n=2, axis=0)).max(), np.abs(np.diff(field, n=2, axis=1)).max()
    # a bilinear field would bend by whole steps at the middle point
    assert max(bends) < 0.06


def test_bicubic_keeps_a_constant_and_follows_a_slope_through_the_middle() -> None:
    np.testing.assert_allclose(spread(np.full((3, 3, 1), 4.0), (17, 9)), 4.0, rtol=1e-6)
    slope = spread(np.tile(np.array([0.0, 1.0, 2.0])[:, None, None], (1, 3, 1)), (41, 5))[:, 0, 0]
    assert (np.diff(slope) > 0).all()
    np.testing.assert_allclose(slope + slope[::-1], 2.0, atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 1), (1, 8), (2, 3)])
def test_small_shapes_have_a_field_too(shape: tuple[int, int]) -> None:
    field = displacements(shape, 2.0, np.random.default_rng(0))
    assert field.shape == (*shape, 2)
    assert np.isfinite(field).all()


def test_no_deviation_moves_nothing() -> None:
    field = displacements((12, 16), 0.0, np.random.default_rng(0))
    assert (field == 0).all()
    picture = np.random.default_rng(1).random((12, 16, 3), dtype=np.float32)
    np.testing.assert_array_equal(warp(picture, SAME, field, cv2.BORDER_REFLECT_101), picture)


def test_one_resampling_follows_the_affine_move_and_then_the_displacement() -> None:
    rows, columns = np.indices((60, 80), dtype=np.float32)
    place = np.stack([columns, rows], axis=-1)  # linear in x and y, so bilinear resampling is exact
    matrix = np.array([[0.9, -0.2, 9.0], [0.2, 0.9, 3.0]])
    moves = displacements((50, 64), 3.0, np.random.default_rng(2))
    shown = warp(place, matrix, moves, cv2.BORDER_CONSTANT, (-1000.0,) * 4)
    back = shown @ matrix[:, :2].T + matrix[:, 2]
    canvas = np.stack(np.meshgrid(np.arange(64), np.arange(50)), axis=-1) + moves
    inside = (shown > 1).all(axis=-1)
    assert inside.mean() > 0.5
    np.testing.assert_allclose(back[inside], canvas[inside], atol=0.05)


def test_picture_and_planes_bend_together_and_really_bend() -> None:
    mask = np.zeros((96, 96, 1), np.float32)
    mask[30:70, 20:60] = 1
    spec = AugmentSpec(elastic=8, rotate=10, mirror=True)
    for seed in range(8):
        values, moved = augment(mask, mask, (96, 96), spec, np.random.default_rng(seed))
        np.testing.assert_allclose(values, moved, atol=1e-6)
    stiff, _ = augment(mask, mask, (96, 96), AugmentSpec(rotate=10, mirror=True), np.random.default_rng(7))
    assert 0.5 < dice(moved[..., 0] > 0.5, stiff[..., 0] > 0.5) < 0.98
