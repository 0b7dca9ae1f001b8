"""Measures against brute force and against shapes whose numbers are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from training import metrics
from training.pooled import Counts, counted, pooled

EMPTY = np.zeros((20, 30), np.uint8)


def blobs(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    mask = np.zeros((20, 30), np.uint8)
    for _ in range(3):
        row, column = rng.integers(0, 14), rng.integers(0, 22)
        mask[row : row + rng.integers(2, 7), column : column + rng.integers(2, 9)] = 1
    return mask


def pixels(mask: np.ndarray) -> set[tuple[int, int]]:
    return {(int(row), int(column)) for row, column in np.argwhere(mask)}


def border(mask: np.ndarray) -> list[tuple[int, int]]:
    inside = pixels(mask)
    around = ((1, 0), (-1, 0), (0, 1), (0, -1))
    return [(row, column) for row, column in inside if any((row + r, column + c) not in inside for r, c in around)]


def brute_hd95(a: np.ndarray, b: np.ndarray, spacing: tuple[float, float]) -> float:
    def directed(source: list[tuple[int, int]], target: list[tuple[int, int]]) -> float:
        return float(np.percentile(
            [min(math.hypot((r - y) * spacing[0], (c - x) * spacing[1]) for y, x in target) for r, c in source], 95
        ))  # fmt: skip

    return max(directed(border(a), border(b)), directed(border(b), border(a)))


@pytest.mark.parametrize("seed", range(6))
def test_overlap_against_sets(seed: int) -> None:
    a, b = blobs(seed), blobs(seed + 100)
    one, two = pixels(a), pixels(b)
    assert metrics.dice(a, b) == pytest.approx(2 * len(one & two) / (len(one) + len(two)))
    assert metrics.iou(a, b * 255) == pytest.approx(len(one & two) / len(one | two))
    assert metrics.precision_recall(a, b) == pytest.approx((len(one & two) / len(one), len(one & two) / len(two)))


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.5, 0.5), (0.2, 0.7)])
@pytest.mark.parametrize("seed", range(4))
def test_hd95_against_brute_force(seed: int, spacing: tuple[float, float]) -> None:
    a, b = blobs(seed), blobs(seed + 50)
    assert metrics.hd95(a, b, spacing) == pytest.approx(brute_hd95(a, b, spacing), rel=1e-4)
    assert metrics.hd95(b, a, spacing) == pytest.approx(metrics.hd95(a, b, spacing))


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.2, 0.7)])
@pytest.mark.parametrize("count", [1, 3, 6, 12])
def test_hd95_of_masks_that_nearly_agree(count: int, spacing: tuple[float, float]) -> None:
    a = EMPTY.copy()
    a[3:17, 4:25] = 1
    b = a.copy()
    b[17, 4 : 4 + count] = 1
    assert metrics.hd95(a, b, spacing) == pytest.approx(brute_hd95(a, b, spacing), rel=1e-4)


def test_hd95_of_a_shift_is_the_shift() -> None:
    a, b = EMPTY.copy(), EMPTY.copy()
    a[5:15, 5:15], b[5:15, 9:19] = 1, 1
    assert metrics.hd95(a, b, (2.0, 0.5)) == pytest.approx(2.0)


def test_the_rule_for_empty_masks() -> None:
    some = blobs(1)
    assert metrics.dice(EMPTY, EMPTY) == metrics.iou(EMPTY, EMPTY) == 1.0
    assert metrics.precision_recall(EMPTY, EMPTY) == (1.0, 1.0)
    assert metrics.hd95(EMPTY, EMPTY) == 0.0
    assert metrics.accuracy(EMPTY, EMPTY) == metrics.accuracy(EMPTY[:0], EMPTY[:0]) == 1.0
    assert metrics.dice(EMPTY, some) == metrics.iou(some, EMPTY) == 0.0
    assert metrics.precision_recall(EMPTY, some) == metrics.precision_recall(some, EMPTY) == (0.0, 0.0)
    assert metrics.hd95(EMPTY, some, (2.0, 1.0)) == pytest.approx(math.hypot(40, 30))


def test_masks_of_different_size_are_refused() -> None:
    for measure in (metrics.dice, metrics.iou, metrics.accuracy, metrics.precision_recall, metrics.hd95, counted):
        with pytest.raises(ValueError, match="cannot be compared"):
            measure(EMPTY, EMPTY[:, :-1])


def test_area_perimeter_and_components() -> None:
    mask = EMPTY.copy()
    mask[2:7, 3:13] = 255
    assert metrics.area(mask, (0.5, 2.0)) == pytest.approx(50)
    assert metrics.perimeter(mask) == pytest.approx(2 * (4 + 9))
    assert metrics.perimeter(mask, (0.5, 2.0)) == pytest.approx(2 * (4 * 0.5 + 9 * 2.0))
    assert metrics.components(mask) == 1
    mask[7, 13] = 1
    assert metrics.components(mask) == 1  # touches at a corner
    mask[15, 20] = 1
    assert metrics.components(mask) == 2
    assert (metrics.area(EMPTY), metrics.perimeter(EMPTY), metrics.components(EMPTY)) == (0, 0, 0)


def test_bool_masks_work() -> None:
    mask = blobs(3) > 0
    assert metrics.dice(mask, mask) == 1.0
    assert metrics.hd95(mask, mask) == 0.0
    assert metrics.components(mask) >= 1


def test_the_interval_holds_the_mean_and_narrows() -> None:
    rng = np.random.default_rng(0)
    few, many = (metrics.mean_with_interval(list(rng.normal(0.9, 0.05, count))) for count in (10, 400))
    assert few.low < few.mean < few.high
    assert many.high - many.low < (few.high - few.low) / 3
    assert metrics.mean_with_interval([0.5]).low == 0.5
    with pytest.raises(ValueError, match="no values"):
        metrics.mean_with_interval([])


@pytest.mark.parametrize("seed", range(6))
def test_accuracy_against_counting(seed: int) -> None:
    a, b = blobs(seed), blobs(seed + 100)
    same = sum(bool(one) == bool(two) for one, two in zip(a.flat, b.flat, strict=True))
    assert metrics.accuracy(a, b * 255) == pytest.approx(same / a.size)


@pytest.mark.parametrize(
    ("a", "b"),
    [*((blobs(seed), blobs(seed + 9)) for seed in range(4)), (EMPTY, EMPTY), (EMPTY, blobs(1)), (blobs(1), EMPTY)],
)
def test_the_counts_of_one_picture_say_what_its_measures_say(a: np.ndarray, b: np.ndarray) -> None:
    counts = counted(a, b)
    assert counts.true_positive + counts.false_positive + counts.false_negative + counts.true_negative == a.size
    assert counts.dice == pytest.approx(metrics.dice(a, b))
    assert counts.iou == pytest.approx(metrics.iou(a, b))
    assert counts.accuracy == pytest.approx(metrics.accuracy(a, b))
    assert (counts.precision, counts.recall) == pytest.approx(metrics.precision_recall(a, b))


def test_pooled_measures_are_those_of_all_pixels_together() -> None:
    pairs = [(blobs(seed), blobs(seed + 40)) for seed in range(5)]
    together = pooled(counted(a, b) for a, b in pairs)
    proposed, truth = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
    assert together == counted(proposed, truth)
    assert together.dice == pytest.approx(metrics.dice(proposed, truth))


def test_a_large_target_weighs_more_in_the_pool() -> None:
    large, small = Counts(900, 100, 0, 0), Counts(0, 10, 10, 980)
    assert pooled([large, small]).dice == pytest.approx(1800 / 1920)
    assert (large.dice + small.dice) / 2 < 0.5
    assert pooled([Counts(0, 5, 0, 5), Counts(0, 0, 0, 10)]).precision == 0
    assert pooled([Counts(0, 0, 0, 5)]) == Counts(0, 0, 0, 5)


@pytest.mark.filterwarnings("ignore:monai:FutureWarning")
@pytest.mark.parametrize("seed", range(4))
def test_hd95_is_that_of_monai(seed: int) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("scipy", reason="MONAI finds borders with SciPy")
    other = pytest.importorskip("monai.metrics")
    a, b = blobs(seed), blobs(seed + 50)
    one, two = (torch.from_numpy(mask.astype(np.float32))[None, None] for mask in (a, b))
    for spacing in ((1.0, 1.0), (0.5, 0.5)):
        away = other.compute_hausdorff_distance(one, two, include_background=True, percentile=95, spacing=[spacing])
        assert metrics.hd95(a, b, spacing) == pytest.approx(float(away), rel=1e-4)
