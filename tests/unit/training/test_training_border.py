"""The border weights against the formula computed pixel by pixel and object by object."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from training.border import MOST, border_weights, class_weights, two_nearest


def slowly(mask: np.ndarray, w0: float = 10.0, sigma: float = 5.0) -> np.ndarray:
    """Equation 2 with distances from every pixel to every pixel of every object."""
    count, labels = cv2.connectedComponents(mask, connectivity=4)
    rows, columns = np.indices(mask.shape)
    distances = []
    for label in range(1, count):
        y, x = np.nonzero(labels == label)
        distances.append(np.sqrt(((rows[..., None] - y) ** 2 + (columns[..., None] - x) ** 2).min(axis=-1)))
    border = np.zeros(mask.shape)
    if len(distances) > 1:
        nearest, second = np.sort(np.stack(distances), axis=0)[:2]
        border = w0 * np.exp(-((nearest + second) ** 2) / (2 * sigma**2))
    share = (mask > 0).mean()
    classes = np.where(mask > 0, 0.5 / share, 0.5 / (1 - share)) if 0 < share < 1 else np.ones(mask.shape)
    return classes + border * (mask == 0)


def discs(count: int, seed: int = 0, shape: tuple[int, int] = (70, 90)) -> np.ndarray:
    """So many discs, some overlapping, some at the picture's edge."""
    rng, mask = np.random.default_rng(seed), np.zeros(shape, np.uint8)
    for _ in range(count):
        centre = int(rng.integers(0, shape[1])), int(rng.integers(0, shape[0]))
        cv2.circle(mask, centre, int(rng.integers(1, 8)), 1, -1)
    return mask


def cells(shape: tuple[int, int], spacing: int) -> np.ndarray:
    """Squares filling the picture, one pixel of membrane between them."""
    mask = np.ones(shape, np.uint8)
    mask[spacing - 1 :: spacing] = 0
    mask[:, spacing - 1 :: spacing] = 0
    return mask


@pytest.mark.parametrize("mask", [*[discs(count, count) for count in (0, 1, 2, 3, 9, 30)], cells((40, 33), 9)])
def test_every_pixel_has_the_paper_s_weight(mask: np.ndarray) -> None:
    weights = border_weights(mask)
    assert weights.dtype == np.float32
    np.testing.assert_allclose(weights, slowly(mask), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("w0", "sigma"), [(10.0, 2.0), (3.0, 8.0), (0.0, 5.0)])
def test_the_formula_s_constants_are_obeyed(w0: float, sigma: float) -> None:
    mask = discs(8, 5)
    np.testing.assert_allclose(border_weights(mask, w0, sigma), slowly(mask, w0, sigma), rtol=1e-5, atol=1e-5)


def test_a_thin_membrane_weighs_most_and_cells_only_their_class() -> None:
    mask = cells((30, 30), 10)
    weights = border_weights(mask)
    inside = weights[mask > 0]
    assert np.ptp(inside) == 0
    background = 0.5 / float((mask == 0).mean())
    # between two cells, one pixel from either
    assert weights[9, 4] == pytest.approx(background + 10 * np.exp(-4 / 50), rel=1e-5)
    assert weights[mask == 0].min() > inside.max()


def test_a_diagonal_membrane_parts_two_cells() -> None:
    mask = np.ones((20, 20), np.uint8)
    np.fill_diagonal(mask, 0)
    assert border_weights(mask)[10, 10] > 9
    np.testing.assert_allclose(border_weights(mask), slowly(mask), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("filled", [0, 1])
def test_a_mask_of_one_class_weighs_one(filled: int) -> None:
    assert (border_weights(np.full((7, 9), filled, np.uint8)) == 1).all()


def test_classes_weigh_the_same_together_unless_one_is_a_speck() -> None:
    mask = discs(6, 1)
    weights = class_weights(mask)
    assert weights[mask > 0].sum() == pytest.approx(weights[mask == 0].sum(), rel=1e-4)
    assert weights.mean() == pytest.approx(1, rel=1e-4)
    speck = np.zeros((200, 200), np.uint8)
    speck[3, 3] = 255
    assert class_weights(speck).max() == MOST


def test_distances_are_infinite_beyond_their_reach() -> None:
    mask = np.zeros((9, 60), np.uint8)
    mask[4, 5] = mask[4, 50] = 1
    nearest, second = two_nearest(mask, reach=10.0)
    assert nearest[4, 12] == 7
    assert np.isinf(nearest[4, 16])
    assert np.isinf(second).all()
    assert two_nearest(mask, reach=100.0)[1][4, 12] == 38
