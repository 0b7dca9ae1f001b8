"""Grow and shrink against the distance between all pairs of pixels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.editing import morphology
from unet_studio.editing.morphology import grow, shrink, within

by_either_way = pytest.mark.parametrize("crowded", [0, 10**9], ids=["runs", "distances"])


@st.composite
def masks(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    rows, columns = draw(st.tuples(st.integers(1, 30), st.integers(1, 30)))
    coarse = rng.random((rows, columns)) < draw(st.sampled_from([0, 0.01, 0.1, 0.6, 0.95, 0.99, 1]))
    times = draw(st.integers(1, 5))
    return coarse.repeat(times, 0).repeat(times, 1)[:rows, :columns].astype(np.uint8)


def near(bits, px):
    """Pixels at most px from one that is True, by trying them all."""
    y, x = np.mgrid[: bits.shape[0], : bits.shape[1]]
    found = np.zeros(bits.shape, bool)
    for row, column in np.argwhere(bits):
        found |= (y - row) ** 2 + (x - column) ** 2 <= px * px
    return found


def after(mask, patch):
    changed = mask.copy()
    rect, wanted = patch
    assert wanted.dtype == np.uint8
    changed[rect.slices] = wanted
    return changed


@by_either_way
@settings(max_examples=60, deadline=None)
@given(mask=masks(), px=st.integers(1, 12) | st.integers(1, 100))
def test_growing_adds_what_is_near(crowded, mask, px):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(morphology, "CROWDED", crowded)
        np.testing.assert_array_equal(after(mask, grow(mask, px)), near(mask, px))


@by_either_way
@settings(max_examples=60, deadline=None)
@given(mask=masks(), px=st.integers(1, 12) | st.integers(1, 100))
def test_shrinking_removes_what_is_near_background_and_the_edge_goes_on(crowded, mask, px):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(morphology, "CROWDED", crowded)
        changed = after(mask, shrink(mask, px))
    np.testing.assert_array_equal(changed, ~near(mask == 0, px))
    if px < 10:
        wider = np.pad(mask, px, mode="edge")
        np.testing.assert_array_equal(changed, ~near(wider == 0, px)[px:-px, px:-px])


@by_either_way
@pytest.mark.parametrize("px", [3, 29, 100])
@pytest.mark.parametrize("columns", [1, 2, 9])
def test_in_a_narrow_picture_a_disc_reaches_as_far_as_in_a_wide_one(monkeypatch, crowded, columns, px):
    monkeypatch.setattr(morphology, "CROWDED", crowded)
    mask = np.zeros((px + 3, columns), np.uint8)
    mask[0] = 1
    np.testing.assert_array_equal(after(mask, grow(mask, px)), near(mask, px))


@by_either_way
@pytest.mark.parametrize("px", [1, 2, 5, 29, 65, 85, 99, 100])
def test_one_pixel_grows_to_the_exact_disc(monkeypatch, crowded, px):
    monkeypatch.setattr(morphology, "CROWDED", crowded)
    patch = np.zeros((230, 240), np.uint8)
    patch[110, 117] = 1
    y, x = np.mgrid[:230, :240]
    np.testing.assert_array_equal(within(patch, px), (y - 110) ** 2 + (x - 117) ** 2 <= px * px)


def test_both_ways_agree_on_a_large_ragged_mask(monkeypatch):
    rng = np.random.default_rng(5)
    y, x = np.mgrid[:700, :900]
    mask = (np.hypot(y - 300, x - 500) < 200 + rng.integers(0, 9, (700, 900))).astype(np.uint8)
    for px in (3, 20, 100):
        results = []
        for crowded in (0, 10**9):
            monkeypatch.setattr(morphology, "CROWDED", crowded)
            results += [after(mask, grow(mask, px)), after(mask, shrink(mask, px))]
        np.testing.assert_array_equal(results[0], results[2])
        np.testing.assert_array_equal(results[1], results[3])


def test_a_lung_cut_by_the_picture_is_not_eaten_from_the_cut():
    mask = np.zeros((40, 50), np.uint8)
    mask[:, :20] = 1
    changed = after(mask, shrink(mask, 6))
    assert changed[:, :14].all()
    assert changed.sum() == 40 * 14


@pytest.mark.parametrize("value", [0, 1])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (8, 1), (20, 30)])
def test_empty_and_full_masks_stay(shape, value):
    mask = np.full(shape, value, np.uint8)
    np.testing.assert_array_equal(after(mask, grow(mask, 7)), mask)
    np.testing.assert_array_equal(after(mask, shrink(mask, 7)), mask)


@pytest.mark.parametrize("px", [0, -1, 101])
@pytest.mark.parametrize("operation", [grow, shrink])
def test_other_radii_are_refused(operation, px):
    with pytest.raises(ValueError, match="px"):
        operation(np.ones((3, 3), np.uint8), px)
