"""The smart brush: what it never takes, what it always takes, and that it stops at an edge."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.editing.rect import Rect
from unet_studio.editing.smart import agreeing, start
from unet_studio.editing.strokes import footprint, snapped

POINT = st.tuples(st.floats(-10, 70), st.floats(-10, 60))


def stroke(shape, begin, end, size):
    """The whole stroke and its first dab, planes of the picture's shape."""
    whole, dab = np.zeros((2, *shape), bool)
    for plane, last in ((whole, end), (dab, begin)):
        for rect, bits in footprint(shape, begin, last, size):
            plane[rect.slices] |= bits
    return whole, dab


def around(plane):
    rows, columns = np.flatnonzero(plane.any(axis=1)), np.flatnonzero(plane.any(axis=0))
    return Rect(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def taken(picture, probability, whole, dab, size, value=1):
    shape = picture.shape[:2]

    def crops(rect):
        return picture[rect.slices], None if probability is None else probability[rect.slices]

    at, rect = around(dab), around(whole)
    begun = start(*crops(at), at, dab[at.slices], value, size, shape)
    found, bits = agreeing(begun, *crops(rect), rect, whole[rect.slices], shape)
    assert found == rect
    assert bits.shape == rect.shape
    assert bits.dtype == np.bool_
    full = np.zeros(shape, bool)
    full[rect.slices] = bits
    return full


def drawn(seed, shape, colour):
    rng = np.random.default_rng(seed)
    picture = rng.integers(0, 256, (shape[0] // 9 + 1, shape[1] // 9 + 1, *((3,) if colour else ())), np.uint8)
    return picture.repeat(9, axis=0).repeat(9, axis=1)[: shape[0], : shape[1]]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 999), POINT, POINT, st.integers(1, 90), st.booleans(), st.booleans(), st.integers(0, 1))
def test_inside_the_footprint_with_its_middle_and_the_same_every_time(seed, begin, end, size, colour, known, value):
    shape = (50, 60)
    whole, dab = stroke(shape, begin, end, size)
    if not dab.any():
        return
    picture = drawn(seed, shape, colour)
    probability = np.random.default_rng(seed).random(shape, np.float32) if known else None
    first = taken(picture, probability, whole, dab, size, value)
    assert not (first & ~whole).any()
    assert first.any()
    column, row = (int(np.floor(number)) for number in snapped(end, size))
    if size // 2 <= row < shape[0] - size // 2 and size // 2 <= column < shape[1] - size // 2:
        assert first[row, column]
    np.testing.assert_array_equal(first, taken(picture.copy(), probability, whole, dab, size, value))
    shades = taken(picture.astype(np.float32), probability, whole, dab, size, value)
    assert (first != shades).mean() < 0.01  # a smaller copy of whole levels has whole levels


@settings(max_examples=40, deadline=None)
@given(POINT, POINT, st.integers(1, 90), st.integers(0, 254), st.booleans(), st.integers(0, 1))
def test_on_a_flat_picture_it_is_the_plain_brush(begin, end, size, level, known, value):
    shape = (50, 60)
    whole, dab = stroke(shape, begin, end, size)
    if not dab.any():
        return
    picture = np.full(shape, level, np.uint8)
    picture[::2, ::3] += 1  # what nobody sees
    probability = np.full(shape, 0.3, np.float32) if known else None
    np.testing.assert_array_equal(taken(picture, probability, whole, dab, size, value), whole)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(15, 60),
    st.floats(0, 1 / 3),
    st.booleans(),
    st.sampled_from([(40,), (0, 0, 0), (90, 30, 20)]),
    st.integers(0, 1),
)
def test_it_stops_at_an_edge(size, overlap, upright, tone, value):
    shape, border = (140, 150), 80
    clean = np.full((*shape, len(tone)), tone, np.float32)
    clean[border:] = 130
    picture = np.random.default_rng(size).normal(clean, 3).clip(0, 255)
    picture = picture if len(tone) == 3 else picture[..., 0]
    middle = border - size * (0.5 - overlap)
    whole, dab = stroke(shape, (60.0, middle), (100.0, middle), size)
    if upright:
        found = taken(picture.swapaxes(0, 1), None, whole.T, dab.T, size, value).T
    else:
        found = taken(picture, None, whole, dab, size, value)
    assert found[border + 2 :].sum() <= 0.05 * whole.sum()
    assert found[: border - 2].sum() >= 0.8 * whole[: border - 2].sum()


@pytest.mark.parametrize("seed", range(5))
def test_the_network_helps_where_the_picture_does_not(seed):
    shape = (100, 100)
    picture = drawn(seed, shape, colour=False)
    probability = np.full(shape, 0.5, np.float32)
    probability[50:] = 0.02
    whole, dab = stroke(shape, (30.0, 42.0), (70.0, 42.0), 40)
    alone, helped = taken(picture, None, whole, dab, 40), taken(picture, probability, whole, dab, 40)
    assert helped[52:].sum() <= alone[52:].sum()
    assert helped[:48].sum() >= alone[:48].sum()
    np.testing.assert_array_equal(taken(picture, 1 - probability, whole, dab, 40, 0), helped)


@pytest.mark.parametrize("size", [1, 2, 500])
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (5, 1), (1, 1, 3)])
def test_tiny_pictures(size, shape):
    picture = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape) * 20
    whole, dab = stroke(shape[:2], (0.5, 0.5), (0.5, 0.5), size)
    found = taken(picture, np.full(shape[:2], 0.4, np.float32), whole, dab, size)
    assert found[0, 0]
    assert not (found & ~whole).any()


def test_a_broad_brush_works_on_a_smaller_copy():
    shape, border = (800, 700), 420
    picture = np.full(shape, 60, np.uint8)
    picture[border:] = 140
    whole, dab = stroke(shape, (350.0, 270.0), (360.0, 270.0), 500)
    found = taken(picture, None, whole, dab, 500)
    assert found[border + 16 :].sum() <= 0.01 * whole.sum()
    assert found[: border - 16].sum() >= 0.8 * whole[: border - 16].sum()


def test_islands_and_specks_of_the_result():
    shape = (90, 90)
    picture = np.full(shape, 50, np.uint8)
    picture[40:44] = 200  # a wall through the brush: beyond it the same colour is not reached
    picture[20:22, 44:46] = 200  # a speck
    whole, dab = stroke(shape, (45.0, 22.0), (45.0, 22.0), 60)
    found = taken(picture, None, whole, dab, 60)
    assert not found[46:].any()
    assert found[20:22, 44:46].all()
