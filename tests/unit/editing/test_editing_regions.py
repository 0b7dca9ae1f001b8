"""Components and holes against plain searches, and that nothing else changes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.editing import regions
from unet_studio.editing.document import Document
from unet_studio.editing.put import put
from unet_studio.editing.rect import Rect
from unet_studio.editing.threshold import mask_at

ONE, NONE = np.ones((1, 1), np.uint8), np.zeros((1, 1), np.uint8)
RING = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.uint8)  # closed by corners alone


@st.composite
def masks(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    rows, columns = draw(st.tuples(st.integers(1, 24), st.integers(1, 24)))
    coarse = rng.random((rows, columns)) < draw(st.sampled_from([0, 0.1, 0.3, 0.6, 0.8, 1]))
    times = draw(st.integers(1, 3))
    return coarse.repeat(times, 0).repeat(times, 1)[:rows, :columns].astype(np.uint8)


def connected(mask, pixel):
    """Pixels connected to one: 8-connected on foreground, 4-connected on background."""
    value, bits, todo = mask[pixel], np.zeros(mask.shape, bool), [pixel]
    bits[pixel] = True
    while todo:
        y, x = todo.pop()
        for dy, dx in [(-1, 0), (1, 0), (0, -1), (0, 1)] + [(-1, -1), (-1, 1), (1, -1), (1, 1)] * int(value):
            near = (y + dy, x + dx)
            inside = 0 <= near[0] < mask.shape[0] and 0 <= near[1] < mask.shape[1]
            if inside and mask[near] == value and not bits[near]:
                bits[near] = True
                todo.append(near)
    return bits


def on_border(bits):
    return bits[0].any() or bits[-1].any() or bits[:, 0].any() or bits[:, -1].any()


def parts(mask, value):
    """Every component (value 1) or background region (value 0) as bool planes, by first pixel in raster order."""
    left, found = mask == value, []
    while left.any():
        found.append(connected(mask, tuple(np.argwhere(left)[0])))
        left &= ~found[-1]
    return found


def after(mask, patch):
    """The Mask with a patch in it; what is given stays as it was."""
    before = mask.copy()
    rect, wanted = patch
    assert wanted.shape == rect.shape
    assert wanted.dtype == np.uint8
    changed = mask.copy()
    changed[rect.slices] = wanted
    np.testing.assert_array_equal(mask, before)
    return changed


@settings(max_examples=60, deadline=None)
@given(masks(), st.floats(-2, 26), st.floats(-2, 26), st.sampled_from([1, 3, 256]))
def test_flood_toggles_what_is_under_the_point(mask, x, y, window):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(regions, "WINDOW", window)
        result = regions.flood(mask, (x, y))
        component = regions.component_at(mask, (x, y))
    row, column = int(np.floor(y)), int(np.floor(x))
    if not (0 <= row < mask.shape[0] and 0 <= column < mask.shape[1]):
        assert result is None
        assert component is None
        return
    expected = connected(mask, (row, column))
    if mask[row, column]:
        assert component is not None
        rect, bits = component
        whole = np.zeros(mask.shape, bool)
        whole[rect.slices] = bits
        np.testing.assert_array_equal(whole, expected)
        assert bits[0].any() and bits[-1].any() and bits[:, 0].any() and bits[:, -1].any()  # noqa: PT018
    else:
        assert component is None
    if mask[row, column] == 0 and on_border(expected):
        assert result is None
    else:
        np.testing.assert_array_equal(after(mask, result), mask ^ expected)


def test_flood_reaches_beyond_its_first_window():
    mask = np.zeros((1500, 1400), np.uint8)
    mask[10:1490, 10:1390] = 1
    mask[20:1480, 20:1380] = 0
    filled = after(mask, regions.flood(mask, (700, 30)))
    assert filled.sum() == 1480 * 1380
    assert regions.flood(mask, (5, 5)) is None
    assert after(mask, regions.flood(mask, (15, 15))).sum() == 0


def test_an_outline_closed_by_corners_has_a_hole():
    np.testing.assert_array_equal(
        after(RING, regions.flood(RING, (1.5, 1.5))), RING | np.eye(3, dtype=np.uint8)[1][:, None] * [0, 1, 0]
    )
    assert after(RING, regions.fill_holes(RING)).sum() == 5
    assert after(RING, regions.flood(RING, (1.5, 0.5))).sum() == 0
    assert regions.flood(RING, (0.5, 0.5)) is None


def test_a_read_only_mask_will_do():
    mask = np.ones((5, 5), np.uint8)
    mask.setflags(write=False)
    assert regions.flood(mask, (1, 1)) is not None


@settings(max_examples=60, deadline=None)
@given(masks(), st.none() | st.integers(0, 12))
def test_fill_holes_fills_enclosed_background(mask, at_most):
    expected = mask.copy()
    for bits in parts(mask, 0):
        if not on_border(bits) and (at_most is None or bits.sum() <= at_most):
            expected[bits] = 1
    np.testing.assert_array_equal(after(mask, regions.fill_holes(mask, at_most)), expected)


@settings(max_examples=60, deadline=None)
@given(masks(), st.integers(1, 5))
def test_keep_largest_keeps_the_largest_and_of_equals_the_first(mask, count):
    expected = np.zeros_like(mask)
    for bits in sorted(parts(mask, 1), key=lambda bits: -bits.sum())[:count]:
        expected[bits] = 1
    np.testing.assert_array_equal(after(mask, regions.keep_largest(mask, count)), expected)


def test_keep_largest_of_none_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        regions.keep_largest(ONE, 0)


@settings(max_examples=60, deadline=None)
@given(masks(), st.integers(0, 12))
def test_remove_islands_removes_what_is_smaller(mask, under):
    expected = mask.copy()
    for bits in parts(mask, 1):
        if bits.sum() < under:
            expected[bits] = 0
    np.testing.assert_array_equal(after(mask, regions.remove_islands(mask, under)), expected)


@settings(max_examples=60, deadline=None)
@given(masks(), st.integers(0, 10**6), st.integers(-30, 30), st.integers(-30, 30))
def test_a_moved_component_lies_on_what_is_there(mask, pick, dx, dy):
    pixels = np.argwhere(mask)
    if not len(pixels):
        return
    row, column = pixels[pick % len(pixels)]
    component = regions.component_at(mask, (column + 0.5, row + 0.5))
    rect, wanted, footprint = regions.move_component(mask, component, dx, dy)
    old = connected(mask, (row, column))
    new = np.zeros(mask.shape, bool)
    for y, x in np.argwhere(old):
        if 0 <= y + dy < mask.shape[0] and 0 <= x + dx < mask.shape[1]:
            new[y + dy, x + dx] = True
    np.testing.assert_array_equal(after(mask, (rect, wanted)), (mask.astype(bool) & ~old) | new)
    touched = np.zeros(mask.shape, bool)
    touched[rect.slices] = footprint
    np.testing.assert_array_equal(touched, old | new)


def test_a_move_locks_the_old_and_the_new_place_and_is_undone():
    mask = np.zeros((20, 20), np.uint8)
    mask[2:5, 2:5] = 1
    document = Document((20, 20), mask)
    rect, wanted, footprint = regions.move_component(mask, regions.component_at(mask, (3, 3)), 6, 1)
    put(document, "move", "Move", rect, wanted, footprint=footprint)
    assert document.mask[3:6, 8:11].all()
    assert document.mask.sum() == 9
    assert document.touched.sum() == 18
    document.undo()
    np.testing.assert_array_equal(document.mask, mask)
    assert not document.touched.any()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 1))
def test_threshold_within_is_the_slider_inside_the_footprint(seed, level):
    rng = np.random.default_rng(seed)
    mask = (rng.random((30, 20)) < 0.5).astype(np.uint8)
    probability = rng.integers(0, 65536, (30, 20), np.uint16)
    rect = Rect(4, 3, 25, 17)
    footprint = rng.random(rect.shape) < 0.6
    expected = mask.copy()
    expected[rect.slices][footprint] = mask_at(probability, 30, 20, level)[rect.slices][footprint]
    patch = regions.threshold_within(mask, rect, probability[rect.slices], footprint, level)
    np.testing.assert_array_equal(after(mask, patch), expected)


def test_a_probability_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="probability"):
        regions.threshold_within(ONE, Rect(0, 0, 1, 1), np.zeros((2, 1), np.uint16), np.ones((1, 1), bool), 0.5)


@pytest.mark.parametrize("mask", [ONE, NONE, np.zeros((7, 9), np.uint8), np.ones((7, 9), np.uint8)])
def test_empty_and_full_masks(mask):
    for patch in (regions.fill_holes(mask), regions.keep_largest(mask), regions.remove_islands(mask, 1)):
        np.testing.assert_array_equal(after(mask, patch), mask)
        assert put(Document(mask.shape, mask), "fill", "Fill", *patch) is None
    flooded = regions.flood(mask, (0.5, 0.5))
    assert (flooded is None) == (not mask.any())
    if flooded is not None:
        assert not after(mask, flooded).any()
