"""Smoothing: what goes, what stays in place, and that components stay as many as they were."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.editing import smoothing
from unet_studio.editing.smoothing import smooth_outline

PX = [1, 2, 3, 5, 8, 10, 17, 31, 60, 100]


def smoothed(mask, px):
    changed, before = mask.copy(), mask.copy()
    rect, wanted = smooth_outline(mask, px)
    assert wanted.dtype == np.uint8
    assert wanted.max(initial=0) <= 1
    changed[rect.slices] = wanted
    np.testing.assert_array_equal(mask, before)
    return changed


def count(mask):
    return cv2.connectedComponents(mask, connectivity=8)[0] - 1


def disc(shape, x, y, radius):
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return (np.hypot(columns - x, rows - y) <= radius).astype(np.uint8)


@pytest.mark.parametrize("px", PX)
@pytest.mark.parametrize("where", [150, 163, 177, 190])
def test_straight_edges_stay(px, where):
    mask = np.zeros((300, 330), np.uint8)
    mask[:, :where] = 1
    np.testing.assert_array_equal(smoothed(mask, px), mask)
    upright = np.ascontiguousarray(1 - mask.T)
    np.testing.assert_array_equal(smoothed(upright, px), upright)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, np.pi), st.floats(-20, 20), st.integers(1, 30))
def test_slanted_edges_stay_within_a_pixel(angle, offset, px):
    y, x = np.mgrid[:200, :200] - 99.5
    distance = x * np.cos(angle) + y * np.sin(angle) - offset
    mask = (distance > 0).astype(np.uint8)
    changed = smoothed(mask, px) != mask
    far = 3 * px  # where the picture's edge bends what lies outside
    inner = changed[far:-far, far:-far] if far < 100 else changed[:0]
    assert not inner.any() or np.abs(distance[far:-far, far:-far][inner]).max() <= 1


@pytest.mark.parametrize("px", [3, 5, 8, 10, 17, 31])
@pytest.mark.parametrize(("times", "drift"), [(1, 0.05), (2, 0.01), (4, 0.003)])
def test_round_parts_keep_their_area(px, times, drift):
    mask = disc((320, 320), 160.3, 159.1, px * times)
    assert abs(smoothed(mask, px).sum() / mask.sum() - 1) <= drift


@pytest.mark.parametrize("px", [3, 5, 8, 12, 20])
def test_thin_strips_do_not_thin(px):
    mask = np.zeros((200, 200), np.uint8)
    mask[90 : 90 + px] = 1
    changed = smoothed(mask, px)
    assert (changed >= mask).all()
    assert changed.sum() <= mask.sum() * 1.5


@pytest.mark.parametrize("px", [6, 12, 24, 48])
def test_teeth_go(px):
    x = np.arange(400)
    teeth = np.where(x // (px // 2) % 2 == 0, px // 3, 0)
    mask = (np.arange(300)[:, None] > 150 + teeth).astype(np.uint8)
    height = np.ptp(smoothed(mask, px)[:, 100:300].argmax(axis=0))
    assert height <= 1 + px // 12


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(1, 60),
    st.integers(1, 60),
    st.sampled_from([0, 0.05, 0.2, 0.4, 0.6, 0.9, 1]),
    st.integers(1, 5),
    st.integers(1, 12) | st.integers(1, 100),
)
def test_components_stay_as_many_as_they_are(seed, rows, columns, density, times, px):
    coarse = np.random.default_rng(seed).random((rows, columns)) < density
    mask = coarse.repeat(times, 0).repeat(times, 1)[:rows, :columns].astype(np.uint8)
    changed = smoothed(mask, px)
    assert count(changed) == count(mask)
    if mask.any():
        assert changed.any()


def test_a_small_island_is_left_as_it_is():
    mask = disc((200, 200), 60, 60, 30)
    mask[150:153, 150:152] = 1
    changed = smoothed(mask, 20)
    np.testing.assert_array_equal(changed[120:, 120:], mask[120:, 120:])


def test_neighbours_are_not_joined_and_a_neck_is_not_cut():
    apart = np.zeros((100, 140), np.uint8)
    apart[20:80, 20:69] = apart[20:80, 70:120] = 1
    assert count(smoothed(apart, 10)) == 2
    neck = np.zeros((100, 140), np.uint8)
    neck[20:80, 20:60] = neck[20:80, 80:120] = neck[50, 60:80] = 1
    assert count(smoothed(neck, 10)) == 1


@pytest.mark.parametrize("px", [1, 4, 9, 25])
def test_tiles_do_not_show(monkeypatch, px):
    rng = np.random.default_rng(3)
    noise = cv2.GaussianBlur(rng.standard_normal((500, 460)), (0, 0), 6)
    mask = (noise > 0).astype(np.uint8)
    whole = []
    for tile in (64, 2000):
        monkeypatch.setattr(smoothing, "TILE", tile)
        whole.append(smoothed(mask, px))
    np.testing.assert_array_equal(*whole)


@pytest.mark.parametrize("value", [0, 1])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (8, 1), (20, 30)])
def test_empty_and_full_masks_stay(shape, value):
    mask = np.full(shape, value, np.uint8)
    for px in PX:
        np.testing.assert_array_equal(smoothed(mask, px), mask)


@pytest.mark.parametrize("px", [0, 101])
def test_other_sizes_are_refused(px):
    with pytest.raises(ValueError, match="px"):
        smooth_outline(np.ones((3, 3), np.uint8), px)
