"""Measures of membranes against counting every pair of pixels, and against cases whose numbers are known."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from training import em, metrics


def labels(rows: list[list[int]]) -> np.ndarray:
    return np.array(rows, np.int32)


def cells(side: int, *membranes: int) -> np.ndarray:
    """A (side, side) mask of cells, cut by membranes one pixel wide at these columns."""
    mask = np.ones((side, side), np.uint8)
    mask[:, list(membranes)] = 0
    return mask


def brute(proposed: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    """(Rand error, splits, merges) by the definitions, one pixel and one pair at a time."""
    both_labels = zip(truth.flat, proposed.flat, strict=True)
    places = [(int(t), int(p) or -1 - index) for index, (t, p) in enumerate(both_labels) if t]
    both = in_truth = in_proposed = 0
    for (t, p), (u, q) in itertools.combinations(places, 2):
        both += t == u and p == q
        in_truth += t == u
        in_proposed += p == q
    joint, count = Counter(places), len(places)
    truths, ours = Counter(t for t, _ in places), Counter(p for _, p in places)
    splits = -sum(n / count * math.log2(n / truths[t]) for (t, _), n in joint.items())
    merges = -sum(n / count * math.log2(n / ours[p]) for (_, p), n in joint.items())
    precision, recall = both / in_proposed if in_proposed else 0.0, both / in_truth
    error = 1 - 2 * precision * recall / (precision + recall) if both else 1.0
    return error, splits, merges


@pytest.mark.parametrize("seed", range(8))
def test_against_counting_every_pair(seed: int) -> None:
    rng = np.random.default_rng(seed)
    proposed, truth = (rng.integers(0, most, (7, 9)).astype(np.int32) for most in (5, 4))
    table = em.contingency(proposed, truth)
    error, splits, merges = brute(proposed, truth)
    assert em.rand_error(table) == pytest.approx(error)
    assert em.variation_of_information(table) == pytest.approx((splits, merges))
    assert 0 < em.information_error(table) <= 1


def test_the_examples_of_skimage() -> None:
    """`skimage.metrics` documents or tests these; labels 0 of the proposal are one pixel, so that the rules agree."""
    table = em.contingency(labels([[1, 2], [3, 1]]), labels([[2, 1], [1, 2]]))
    assert em.rand_error(table) == pytest.approx(1 / 3)
    table = em.contingency(labels([[1, 1, 8, 8]]), labels([[1, 2, 3, 4]]))
    assert em.variation_of_information(table) == pytest.approx((0, 1))
    table = em.contingency(labels([[1, 1], [1, 0]]), labels([[1, 0], [2, 3]]))
    assert em.variation_of_information(table) == pytest.approx((0, 2 / 3))


def test_identical_is_perfect_whatever_the_labels_are_called() -> None:
    truth = em.segments(cells(9, 3, 6))
    table = em.contingency(np.where(truth > 0, 40 - truth, 0), truth)
    assert em.rand_error(table) == pytest.approx(0)
    assert em.variation_of_information(table) == pytest.approx((0, 0))
    assert em.information_error(table) == pytest.approx(0)
    same = em.errors(cells(9, 3, 6), cells(9, 3, 6))
    assert [getattr(same, name) for name in em.MEASURES] == pytest.approx([0] * len(em.MEASURES), abs=1e-12)


def test_all_merged_costs_precision_and_all_split_costs_recall() -> None:
    truth = labels([[1, 1, 1, 2, 2, 2]])
    merged = em.contingency(np.ones_like(truth), truth)
    assert em.rand_error(merged) == pytest.approx(1 - 2 * 6 / (15 + 6))  # 3 + 3 pairs of the 15
    assert em.variation_of_information(merged) == pytest.approx((0, 1))
    assert em.information_error(merged) == pytest.approx(1)
    split = em.contingency(np.arange(1, 7, dtype=np.int32)[None], truth)
    assert em.rand_error(split) == 1
    assert em.variation_of_information(split) == pytest.approx((math.log2(3), 0))
    nothing = em.contingency(np.zeros_like(truth), truth)
    assert em.rand_error(nothing) == 1
    assert em.variation_of_information(nothing) == pytest.approx((math.log2(3), 0))


def test_what_is_membrane_in_the_truth_is_left_out() -> None:
    truth = cells(9, 4)
    thick = cells(9, 3, 4, 5)
    shifted = truth.copy()
    shifted[4, 4] = 1  # a gap in the membrane joins the cells
    assert em.errors(truth, thick).rand_error == pytest.approx(0)
    assert em.errors(shifted, truth).merges == pytest.approx(1)
    assert em.errors(shifted, truth).pixel_error == pytest.approx(1 / 81)


def test_segments_do_not_meet_at_corners() -> None:
    assert em.segments(np.eye(4, dtype=np.uint8) * 255).max() == 4
    assert em.segments(np.zeros((3, 3), np.uint8)).max() == 0
    assert em.segments(cells(9, 4) > 0).dtype == np.int32


def test_the_pixel_error_is_what_differs() -> None:
    assert em.pixel_error(cells(10, 4), cells(10, 5)) == pytest.approx(0.2)
    assert em.pixel_error(cells(10), cells(10) * 255) == 0
    assert em.pixel_error(cells(10, 4), cells(10, 5)) == pytest.approx(1 - metrics.accuracy(cells(10, 4), cells(10, 5)))


def test_a_truth_without_cells_compares_nothing() -> None:
    found = em.errors(cells(5), np.zeros((5, 5), np.uint8))
    assert found == em.Errors(1.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_sizes_must_agree() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        em.errors(cells(5), cells(6))
    with pytest.raises(ValueError, match="cannot be compared"):
        em.contingency(em.segments(cells(5)), em.segments(cells(6)))
    with pytest.raises(ValueError, match="no pictures"):
        em.mean_errors([])


def test_best_on_test_and_chosen_on_training_are_told_apart() -> None:
    truth = cells(12, 6)
    sharp = np.where(truth > 0, 0.95, 0.05)
    leaky = np.where(truth > 0, 0.95, 0.05)
    leaky[5, 6] = 0.45  # merged below 0.45
    dim = np.where(truth > 0, 0.55, 0.15)  # lost above 0.55
    training = [em.errors_at(picture.astype(np.float32), truth) for picture in (sharp, leaky)]
    test = [em.errors_at(dim.astype(np.float32), truth)]
    chosen = em.best_over_thresholds(training, "rand_error")
    assert chosen == em.Best(0.5, pytest.approx(0))
    assert em.at_threshold(test, "rand_error", chosen.threshold).value == pytest.approx(0)
    assert em.best_over_thresholds(test, "rand_error") == em.Best(0.2, pytest.approx(0))
    assert em.at_threshold(test, "rand_error", 0.8) == em.Best(0.8, 1.0)
    leak, none = training[1][0], training[0][0]
    assert em.mean_errors([leak, none]).merges == pytest.approx(leak.merges / 2) != 0


def test_the_measures_load_no_torch() -> None:
    code = "import sys, training.em, training.pooled; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
