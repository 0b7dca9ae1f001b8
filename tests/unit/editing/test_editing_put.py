"""Putting a computed Mask in: what the lock keeps, what a footprint locks, and that undo is exact."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.editing.document import Document
from unet_studio.editing.put import put
from unet_studio.editing.rect import Rect

SHAPE = (300, 270)  # more than one tile each way


def drawn(seed):
    rng = np.random.default_rng(seed)
    mask, touched = (rng.random((2, *SHAPE)) < 0.3).astype(np.uint8)
    return Document(SHAPE, mask, touched.astype(bool)), rng


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 99), st.integers(0, 200), st.integers(0, 200), st.integers(1, 70), st.booleans())
def test_only_what_may_be_written_is_written(seed, top, left, side, locks):
    document, rng = drawn(seed)
    mask, touched = document.mask.copy(), document.touched.copy()
    rect = Rect(top, left, top + side, left + side)
    wanted = (rng.random(rect.shape) < 0.5).astype(np.uint8)
    footprint = rng.random(rect.shape) < 0.4 if locks else None
    step = put(document, "grow", "Grow", rect, wanted, footprint=footprint)
    writes = ~touched[rect.slices] if footprint is None else footprint
    expected, locked = mask.copy(), touched.copy()
    expected[rect.slices] = np.where(writes, wanted, expected[rect.slices])
    if footprint is not None:
        locked[rect.slices] |= footprint
    np.testing.assert_array_equal(document.mask, expected)
    np.testing.assert_array_equal(document.touched, locked)
    assert (step is None) == bool((expected == mask).all() and (locked == touched).all())
    if step is not None:
        document.undo()
        np.testing.assert_array_equal(document.mask, mask)
        np.testing.assert_array_equal(document.touched, touched)


def test_a_footprint_locks_what_it_does_not_change():
    document = Document((8, 8))
    step = put(
        document, "lasso", "Lasso", Rect(2, 2, 4, 4), np.zeros((2, 2), np.uint8), footprint=np.ones((2, 2), bool)
    )
    assert step is not None
    assert document.touched.sum() == 4
    assert not document.mask.any()


@pytest.mark.parametrize("footprint", [None, np.zeros((3, 3), bool)])
def test_nothing_to_change_is_no_step(footprint):
    document = Document((8, 8), np.ones((8, 8), np.uint8), np.ones((8, 8), bool))
    wanted = np.zeros((3, 3), np.uint8)
    assert put(document, "fill", "Fill", Rect(0, 0, 3, 3), wanted, footprint=footprint) is None
    assert not document.history.undo_stack
