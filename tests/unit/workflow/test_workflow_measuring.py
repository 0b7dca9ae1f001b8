"""The numbers beside the Mask against what is counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training import metrics
from unet_studio.core.errors import Cancelled
from unet_studio.core.proposal import Proposal
from unet_studio.workflow.measuring import Measures, measure

SHAPE = (60, 80)


def proposal(mask: np.ndarray) -> Proposal:
    return Proposal(mask.astype(np.uint16) * 65535, *SHAPE, "lung", "lung-v1", "", "CPU", 0.1)


def square(top: int, left: int, side: int) -> np.ndarray:
    mask = np.zeros(SHAPE, np.uint8)
    mask[top : top + side, left : left + side] = 1
    return mask


def test_numbers_without_a_proposal() -> None:
    mask = square(5, 5, 10) | square(30, 40, 5)
    touched = square(0, 0, 7) > 0
    assert measure(mask, touched, None) == Measures("125 px", 2, 49)
    assert measure(mask, touched, (2.0, 0.5)).area == "1.2 cm²"


@pytest.mark.parametrize("spacing", [None, (0.5, 0.5), (0.5, 2.0)])
def test_numbers_against_the_proposal(spacing: tuple[float, float] | None) -> None:
    mask, proposed = square(10, 10, 20), square(10, 14, 20)
    found = measure(mask, mask > 0, spacing, proposal(proposed))
    assert (found.changed, found.components, found.locked) == (160, 1, 400)
    assert found.dice == pytest.approx(0.8)
    assert found.hd95 == pytest.approx(metrics.hd95(mask, proposed, spacing or (1, 1)))
    assert found.hd95 == pytest.approx(4 * (spacing or (1, 1))[1])
    assert found.unit == ("px" if spacing is None else "mm")


def test_the_threshold_in_force_makes_the_proposal() -> None:
    soft = Proposal(np.full(SHAPE, 0.4 * 65535, np.uint16), *SHAPE, "lung", "lung-v1", "", "CPU", 0.1)
    full, none = np.ones(SHAPE, np.uint8), np.zeros(SHAPE, bool)
    assert measure(full, none, None, soft, 0.3).changed == 0
    empty = measure(full, none, None, soft, 0.5)
    assert (empty.changed, empty.dice, empty.hd95) == (full.size, 0.0, None)


def test_all_but_hd95_is_told_before_it_is_measured() -> None:
    mask, told = square(5, 5, 15), []
    found = measure(mask, mask > 0, None, proposal(square(8, 8, 22)), early=told.append)
    assert found.hd95 > 3
    assert told == [replace(found, hd95=None)]


def test_it_stops_between_two_measures() -> None:
    with pytest.raises(Cancelled):
        measure(square(5, 5, 9), square(5, 5, 9) > 0, None, cancelled=lambda: True)
