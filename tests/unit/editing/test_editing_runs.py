"""Runs against plain pixel loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.editing.rect import NOWHERE, Rect
from unet_studio.editing.runs import joined, labelled, paint, runs_by_value, runs_of


@st.composite
def masks(draw, values=1):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    shape = draw(st.tuples(st.integers(1, 24), st.integers(1, 24)))
    return (rng.random(shape) < draw(st.sampled_from([0, 0.1, 0.4, 0.6, 0.9, 1]))) * rng.integers(
        1, values, shape, np.uint8, endpoint=True
    )


def components(mask, diagonal):
    """Labels 1.. in raster order of first pixels, by plain search."""
    label = np.zeros(mask.shape, int)
    steps = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if diagonal or abs(a) + abs(b) == 1]
    for row, column in np.argwhere(mask):
        if label[row, column]:
            continue
        label[row, column], todo = label.max() + 1, [(row, column)]
        while todo:
            y, x = todo.pop()
            for dy, dx in steps:
                near = (y + dy, x + dx)
                if 0 <= near[0] < mask.shape[0] and 0 <= near[1] < mask.shape[1] and mask[near] and not label[near]:
                    label[near] = label[row, column]
                    todo.append(near)
    return label


@settings(max_examples=60, deadline=None)
@given(masks())
def test_runs_paint_the_mask_again(mask):
    again = np.zeros_like(mask)
    runs = runs_of(mask)
    paint(again, runs, 1)
    np.testing.assert_array_equal(again, mask)
    assert runs.length.sum() == mask.sum()
    box = runs.box
    if mask.any():
        rows, columns = np.nonzero(mask)
        assert box == Rect(rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
        part = np.zeros(box.shape, np.uint8)
        paint(part, runs, 1, box)
        np.testing.assert_array_equal(part, mask[box.slices])
    else:
        assert box == NOWHERE


@settings(max_examples=60, deadline=None)
@given(masks(), st.booleans())
def test_labels_are_those_of_a_plain_search(mask, diagonal):
    runs = runs_of(mask)
    label, count = labelled(runs, diagonal=diagonal)
    expected = components(mask, diagonal)
    assert count == expected.max()
    found = np.zeros(mask.shape, int)
    for row, start, end, name in zip(runs.row, runs.start, runs.end, label, strict=True):
        found[row, start - row * runs.stride : end - row * runs.stride] = name + 1
    np.testing.assert_array_equal(found, expected)


def test_a_long_spiral_is_one_component():
    spiral = np.zeros((101, 101), np.uint8)
    for ring in range(0, 50, 2):
        spiral[ring, ring : 101 - ring] = spiral[100 - ring, ring : 101 - ring] = 1
        spiral[ring : 101 - ring, ring] = spiral[ring : 101 - ring, 100 - ring] = 1
        spiral[ring + 1, ring] = 0
        spiral[ring + 2, ring + 1] = 1
    for diagonal in (True, False):
        assert labelled(runs_of(spiral), diagonal=diagonal)[1] == components(spiral, diagonal).max()


@settings(max_examples=60, deadline=None)
@given(masks(values=3))
def test_runs_of_each_value_join_to_the_whole(patch):
    runs, value = runs_by_value(patch)
    again = np.zeros_like(patch)
    for kind in (1, 2, 3):
        paint(again, runs.where(value == kind), kind)
    np.testing.assert_array_equal(again, patch)
    union = joined(runs.where(value == 1), runs.where(value != 1))
    plain = runs_of((patch > 0).astype(np.uint8))
    np.testing.assert_array_equal(union.start, plain.start)
    np.testing.assert_array_equal(union.end, plain.end)


def test_a_patch_that_would_be_copied_is_refused():
    with pytest.raises(AssertionError):
        paint(np.zeros((4, 4), np.uint8)[:, ::2], runs_of(np.ones((4, 2), np.uint8)), 1)
