"""Polygons, rectangles and ellipses against the winding number of each pixel's centre in exact fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.editing.rect import Rect
from unet_studio.editing.shapes import ellipse, even_odd, polygon, rectangle
from unet_studio.editing.strokes import footprint

SHAPE = (15, 19)
# halves come often, so that centres on the outline do
coordinate = st.one_of(
    st.integers(-10, 50).map(lambda value: value / 2), st.integers(-5000, 25000).map(lambda value: value / 1024)
)
corner = st.tuples(coordinate, coordinate)
corners = st.lists(corner, min_size=3, max_size=12)


def drawn(shape, found):
    rect, patch = found
    assert patch.shape == rect.shape
    assert patch.dtype == np.bool_
    assert rect.clipped(shape) == rect
    mask = np.zeros(shape, bool)
    mask[rect.slices] = patch
    return mask


def winding(points, x, y):
    """The winding number around a centre that stands a trifle right of and below itself where it is on the outline."""
    total = 0
    for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
        if (y0 <= y) != (y1 <= y):
            crossing = Fraction(x0) + (Fraction(y) - Fraction(y0)) * Fraction(x1 - x0) / Fraction(y1 - y0)
            total += (crossing <= x) * (1 if y1 > y0 else -1)
    return total


@settings(max_examples=60, deadline=None)
@given(corners)
def test_a_polygon_holds_the_centres_it_winds_around(points):
    expected = [[winding(points, x + 0.5, y + 0.5) != 0 for x in range(SHAPE[1])] for y in range(SHAPE[0])]
    np.testing.assert_array_equal(drawn(SHAPE, polygon(SHAPE, points)), expected)


@settings(max_examples=60, deadline=None)
@given(corners, st.integers(0, 11))
def test_start_and_direction_do_not_matter(points, turn):
    turn %= len(points)
    expected = drawn(SHAPE, polygon(SHAPE, points))
    np.testing.assert_array_equal(drawn(SHAPE, polygon(SHAPE, points[turn:] + points[:turn])), expected)
    np.testing.assert_array_equal(drawn(SHAPE, polygon(SHAPE, points[::-1])), expected)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.2, 1), min_size=5, max_size=24), st.data())
def test_neighbours_neither_overlap_nor_leave_a_gap(radii, data):
    angles = np.arange(len(radii)) * 2 * math.pi / len(radii)
    whole = [(9 + 14 * r * math.cos(a), 7 + 14 * r * math.sin(a)) for r, a in zip(radii, angles, strict=True)]
    middle = (9.0, 7.0)  # sees every corner: any two rays cut the star into two simple polygons
    i = data.draw(st.integers(0, len(whole) - 2))
    j = data.draw(st.integers(i + 1, len(whole) - 1))
    one, other = [*whole[i : j + 1], middle], [*whole[j:], *whole[: i + 1], middle]
    parts = drawn(SHAPE, polygon(SHAPE, one)).astype(int) + drawn(SHAPE, polygon(SHAPE, other))
    np.testing.assert_array_equal(parts, drawn(SHAPE, polygon(SHAPE, whole)))


def test_a_lasso_that_overshoots_its_start_has_no_hole():
    angles = np.linspace(0, 2 * math.pi + 1, 200)
    spiral = [(50 + (30 + 3 * a) * math.cos(a), 50 + (30 + 3 * a) * math.sin(a)) for a in angles.tolist()]
    mask = drawn((110, 110), polygon((110, 110), spiral))
    assert mask[50, 50]
    assert all(mask[50 + round(29 * math.sin(a)), 50 + round(29 * math.cos(a))] for a in angles)
    eight = [(10, 10), (60, 60), (60, 10), (10, 60)]
    both = drawn((70, 70), polygon((70, 70), eight))
    assert both[35, 20]
    assert both[35, 50]


@settings(max_examples=60, deadline=None)
@given(corner, corner, st.booleans())
def test_a_rectangle_is_its_polygon(a, b, square):
    if square:
        side = max(abs(b[0] - a[0]), abs(b[1] - a[1]))
        far = a[0] + math.copysign(side, b[0] - a[0]), a[1] + math.copysign(side, b[1] - a[1])
    else:
        far = b
    around = [a, (far[0], a[1]), far, (a[0], far[1])]
    expected = drawn(SHAPE, polygon(SHAPE, around))
    np.testing.assert_array_equal(drawn(SHAPE, rectangle(SHAPE, a, b, square=square)), expected)


@settings(max_examples=60, deadline=None)
@given(corner, corner)
def test_an_ellipse_holds_the_centres_within(a, b):
    mask = drawn(SHAPE, ellipse(SHAPE, a, b))
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    wide, high = abs(a[0] - b[0]) / 2, abs(a[1] - b[1]) / 2
    if not wide or not high:
        assert not mask.any()
        return
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]] + 0.5
    reach = ((columns - x) / wide) ** 2 + ((rows - y) / high) ** 2
    clear = abs(reach - 1) > 1e-9
    np.testing.assert_array_equal(mask[clear], reach[clear] < 1)
    assert not (mask & ~drawn(SHAPE, rectangle(SHAPE, a, b))).any()


def test_a_centre_on_the_outline_is_inside_on_the_left_and_top_only():
    square = [(1.5, 1.5), (4.5, 1.5), (4.5, 4.5), (1.5, 4.5)]
    expected = np.zeros((6, 6), bool)
    expected[1:4, 1:4] = True
    np.testing.assert_array_equal(drawn((6, 6), polygon((6, 6), square)), expected)
    disc = drawn((6, 6), ellipse((6, 6), (0.5, 0.5), (4.5, 4.5)))
    assert disc[2, :].tolist() == [True, True, True, True, False, False]
    assert not disc[0].any()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 41, 100])
def test_a_circle_is_a_dab_of_the_brush(size):
    shape, start = (120, 120), (5.0, 9.0)
    middle = (start[0] + size / 2, start[1] + size / 2)
    dab = sum(drawn(shape, part) for part in footprint(shape, middle, middle, size))
    circle = ellipse(shape, start, (start[0] + 0.5, start[1] + size), circle=True)
    np.testing.assert_array_equal(drawn(shape, circle), dab)


@pytest.mark.parametrize("columns", [63, 64, 65, 127, 128, 200])
def test_the_whole_picture_and_nothing(columns):
    around = [(-5, -5), (1e9, -5), (1e9, 1e9), (-5, 1e9)]
    assert drawn((3, columns), polygon((3, columns), around)).all()
    assert drawn((3, columns), rectangle((3, columns), around[0], around[2])).all()
    beside = [(-5, -5), (-1, -5), (-1, 50)]
    assert not drawn((3, columns), polygon((3, columns), beside)).any()
    assert not drawn((3, columns), ellipse((3, columns), (4, 2), (4, 2), circle=True)).any()


def test_cost_follows_the_bounding_rectangle():
    rect, patch = polygon((4096, 4096), [(3000, 3000), (3010.5, 3001), (3004, 3011)])
    assert patch.shape == rect.shape
    assert patch.size <= 144


@pytest.mark.parametrize("points", [[(0, 0), (3, 3)], [(0, 0), (3, 3), (math.nan, 1)], [(0, 0), (3, 3), (math.inf, 1)]])
def test_what_is_no_polygon_is_refused(points):
    with pytest.raises(ValueError, match="corners"):
        polygon(SHAPE, points)


@settings(max_examples=40, deadline=None)
@given(corners, corners, st.randoms(use_true_random=False))
def test_edges_in_any_order_count_by_parity(one, other, random):
    edges = [ends for points in (one, other) for ends in zip(points, points[1:] + points[:1], strict=True)]
    edges = [(b, a) if random.random() < 0.5 else (a, b) for a, b in edges]
    random.shuffle(edges)
    starts, ends = np.array(edges, float).transpose(1, 0, 2)
    rect = Rect(2, 3, 13, 18)
    expected = [
        [(winding(one, x + 0.5, y + 0.5) + winding(other, x + 0.5, y + 0.5)) % 2 for x in range(3, 18)]
        for y in range(2, 13)
    ]
    np.testing.assert_array_equal(even_odd(rect, starts, ends), np.array(expected, bool))
    twice = even_odd(rect, np.concatenate([starts, ends]), np.concatenate([ends, starts]))
    assert not twice.any()
