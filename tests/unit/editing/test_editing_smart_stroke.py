"""The smart brush's strokes on drawn edges, and probabilities of a part of the picture."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.editing.document import Document
from unet_studio.editing.own_size import OwnSize
from unet_studio.editing.rect import Rect
from unet_studio.editing.smart_stroke import MOST_PIECES, SmartStroke, joined, pieces
from unet_studio.editing.strokes import footprint

SHAPE = (200, 300)


def halves() -> np.ndarray:
    """Dark above row 100, bright below, with noise."""
    picture = np.random.default_rng(0).normal(70, 5, SHAPE)
    picture[100:] += 110
    return np.clip(picture, 0, 255).astype(np.uint8)


def drawn(start, end, size=40, value=1, likely=None, mask=None):
    document = Document(SHAPE, mask)
    gesture = document.begin("smart_brush", "Smart stroke")
    SmartStroke(document, halves(), likely, start, size, value).paint(gesture, start, end, size)
    gesture.finish()
    return document


@pytest.mark.parametrize("row", [88, 92])
def test_it_stops_at_the_edge_where_the_brush_does_not(row):
    document = drawn((60, row), (240, row))
    plain = joined(SHAPE, (60, row), (240, row), 40)[0]
    assert plain.bottom > 106
    assert document.mask[row - 12 : row, 60:240].all()
    beyond = document.mask[102:].sum() / (plain.bottom - 102) / 180
    assert beyond < 0.1
    np.testing.assert_array_equal(document.touched, document.mask.astype(bool))


def test_it_takes_away_as_it_adds():
    document = drawn((60, 90), (240, 90), value=0, mask=np.ones(SHAPE, np.uint8))
    np.testing.assert_array_equal(document.mask == 0, drawn((60, 90), (240, 90)).mask == 1)


def test_the_network_is_asked_beside_an_edge():
    def likely(rect, shape):
        rows = np.linspace(rect.top, rect.bottom - 1, shape[0])[:, None]
        return np.broadcast_to(np.where(rows < 90, 0.97, 0.03), shape).astype(np.float32)

    alone, asked = drawn((60, 84), (240, 84)), drawn((60, 84), (240, 84), likely=likely)
    assert asked.mask[92:98].sum() < alone.mask[92:98].sum()
    assert asked.mask[72:88, 60:240].all()


def test_a_stroke_that_begins_outside_paints_where_it_comes_in():
    document = drawn((-80, 50), (60, 50))
    assert document.mask[50, 20]


@settings(max_examples=60, deadline=None)
@given(*[st.floats(-300, 600)] * 4, st.integers(1, 90))
def test_pieces_make_up_the_segment_and_one_patch_is_the_footprint(x, y, to_x, to_y, size):
    parts = list(pieces((x, y), (to_x, to_y)))
    assert len(parts) <= MOST_PIECES
    assert (parts[0][0], parts[-1][1]) == ((x, y), pytest.approx((to_x, to_y)))
    assert all(one[1] == other[0] for one, other in itertools.pairwise(parts))
    whole, patched = np.zeros((2, *SHAPE), bool)
    for rect, bits in footprint(SHAPE, (x, y), (to_x, to_y), size):
        whole[rect.slices] |= bits
    rect, bits = joined(SHAPE, (x, y), (to_x, to_y), size)
    patched[rect.slices] = bits
    np.testing.assert_array_equal(patched, whole)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 20), st.integers(2, 20))
def test_a_part_of_the_probability_is_that_of_the_whole(seed, rows, columns):
    rng = np.random.default_rng(seed)
    shape = int(rng.integers(rows, 90)), int(rng.integers(columns, 90))
    own = OwnSize(rng.integers(0, 65536, (rows, columns)).astype(np.uint16), *shape)
    top, left = int(rng.integers(shape[0])), int(rng.integers(shape[1]))
    rect = Rect(top, left, int(rng.integers(top, shape[0])) + 1, int(rng.integers(left, shape[1])) + 1)
    part = own.part(rect)
    assert np.abs(part - own()[rect.slices] / 65535).max() < 0.04
    np.testing.assert_allclose(own.part(rect), own()[rect.slices] / 65535, atol=1e-6)  # once the whole is there
