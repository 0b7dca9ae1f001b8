"""Brush footprints against a plain distance test."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.editing.strokes import footprint, snapped

coordinate = st.floats(-30, 90, allow_nan=False).map(lambda value: round(value, 3))
point = st.tuples(coordinate, coordinate)


def drawn(shape, start, end, size):
    mask = np.zeros(shape, np.uint8)
    for rect, patch in footprint(shape, start, end, size):
        assert patch.shape == rect.shape
        mask[rect.slices] += patch
    assert mask.max(initial=0) <= 1  # no pixel comes twice
    return mask.astype(bool)


def by_distance(shape, start, end, size):
    (x0, y0), (x1, y1) = snapped(start, size), snapped(end, size)
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    length = (x1 - x0) ** 2 + (y1 - y0) ** 2
    along = 0.0 if length == 0 else np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length, 0, 1)
    return np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0)) <= size / 2 + 1e-9


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 70), st.integers(1, 70), point, point, st.integers(1, 60))
def test_footprint_is_the_capsule(rows, columns, start, end, size):
    np.testing.assert_array_equal(
        drawn((rows, columns), start, end, size), by_distance((rows, columns), start, end, size)
    )


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (3.999, 2.001), (7.5, 7.5), (4.0, 4.0)])
def test_size_one_marks_the_pixel_under_the_point(x, y):
    expected = np.zeros((8, 8), bool)
    expected[math.floor(y), math.floor(x)] = True
    np.testing.assert_array_equal(drawn((8, 8), (x, y), (x, y), 1), expected)


@settings(max_examples=100, deadline=None)
@given(st.tuples(st.integers(0, 59), st.integers(0, 59)), st.tuples(st.integers(0, 59), st.integers(0, 59)))
def test_thinnest_line_is_connected(start, end):
    line = drawn((60, 60), (start[0] + 0.5, start[1] + 0.5), (end[0] + 0.5, end[1] + 0.5), 1)
    assert line[start[1], start[0]]
    assert line[end[1], end[0]]
    assert cv2.connectedComponents(line.astype(np.uint8), connectivity=8)[0] == 2  # the background and one line


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 41, 500])
def test_dab_has_the_width_of_the_brush(size):
    dab = drawn((600, 600), (300.2, 300.2), (300.2, 300.2), size)
    assert dab.any(axis=0).sum() == dab.any(axis=1).sum() == size


def test_long_diagonal_costs_its_own_area():
    parts = list(footprint((4096, 4096), (0.5, 0.5), (4095.5, 4095.5), 41))
    assert sum(patch.size for _, patch in parts) < 4096 * 41 * 8


def test_outside_the_picture_nothing_is_marked():
    assert list(footprint((50, 50), (-300, -300), (-100, 200), 41)) == []
