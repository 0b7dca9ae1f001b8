"""Proposals and the threshold slider."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.editing.changes import changed_pixels, strokes
from unet_studio.editing.document import Document
from unet_studio.editing.strokes import paint
from unet_studio.editing.threshold import ThresholdGesture, apply_proposal, mask_at, own_size

SHAPE = (211, 157)


@pytest.fixture
def probability():
    y, x = np.mgrid[:64, :48]
    return (65535 * np.exp(-((x - 20) ** 2 + (y - 30) ** 2) / 300)).astype(np.uint16)


def stroke(document, x, value):
    gesture = document.begin("brush", "Brush stroke")
    paint(gesture, document.mask, document.touched, (x, 20), (x, 180), 25, value)
    gesture.finish()


def test_own_size_covers_the_picture_exactly():
    ramp = np.tile(np.arange(4, dtype=np.uint16) * 1000, (3, 1))
    big = own_size(ramp, 9, 16)
    assert big.shape == (9, 16)
    assert big.dtype == np.uint16
    centres = (np.arange(16) + 0.5) / 4 - 0.5
    np.testing.assert_allclose(big[4], np.clip(centres, 0, 3) * 1000, atol=1)
    assert own_size(ramp, 3, 4) is ramp


def test_threshold_bounds(probability):
    assert mask_at(probability, *SHAPE, 0.0).all()
    assert not mask_at(np.zeros((4, 4), np.uint16), 8, 8, 0.001).any()
    full = np.full((4, 4), 65535, np.uint16)
    assert mask_at(full, 8, 8, 1.0).all()
    assert mask_at(full, 8, 8, 1.0).dtype == np.uint8
    half = np.full((4, 4), 32768, np.uint16)
    assert mask_at(half, 8, 8, 0.5).all()
    assert not mask_at(half - np.uint16(1), 8, 8, 0.5).any()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=8))
def test_slider_there_and_back_is_the_same_mask(levels):
    y, x = np.mgrid[:64, :48]
    probability = (65535 * np.exp(-((x - 20) ** 2 + (y - 30) ** 2) / 300)).astype(np.uint16)
    document = Document(SHAPE)
    apply_proposal(document, probability, 0.2)
    stroke(document, 60, 0)
    stroke(document, 120, 1)
    before, touched = document.mask.copy(), document.touched.copy()
    gesture = ThresholdGesture(document, probability)
    for level in [*levels, 0.8]:
        gesture.move(level)
        np.testing.assert_array_equal(document.mask[touched], before[touched])
    gesture.move(0.2)
    np.testing.assert_array_equal(document.mask, before)
    assert gesture.finish() is None
    np.testing.assert_array_equal(document.touched, touched)


def test_a_slide_is_one_step_with_its_threshold(probability):
    document = Document(SHAPE)
    apply_proposal(document, probability, 0.5, facts={"model_id": "lung-v1"})
    proposed = document.mask.copy()
    gesture = ThresholdGesture(document, probability, {"model_id": "lung-v1"})
    for level in (0.4, 0.3, 0.2):
        gesture.move(level)
    step = gesture.finish()
    assert step.facts == {"model_id": "lung-v1", "threshold": 0.2}
    assert [one.kind for one in document.history.steps()] == ["proposal", "threshold"]
    np.testing.assert_array_equal(document.mask, mask_at(probability, *SHAPE, 0.2))
    document.undo()
    np.testing.assert_array_equal(document.mask, proposed)
    assert document.history.newest("proposal", "threshold").facts["threshold"] == 0.5


def test_slide_can_be_cancelled(probability):
    document = Document(SHAPE)
    apply_proposal(document, probability, 0.5)
    before = document.mask.copy()
    gesture = ThresholdGesture(document, probability)
    gesture.move(0.1)
    gesture.cancel()
    gesture.move(0.9)
    np.testing.assert_array_equal(document.mask, before)
    assert len(document.history.steps()) == 1


def test_proposals_keep_touched_pixels_unless_asked(probability):
    document = Document(SHAPE)
    stroke(document, 120, 1)
    mine = document.touched.copy()
    apply_proposal(document, probability, 0.5)
    assert document.mask[mine].all()
    np.testing.assert_array_equal(document.touched, mine)
    apply_proposal(document, probability, 0.5, keep_touched=False)
    np.testing.assert_array_equal(document.mask, mask_at(probability, *SHAPE, 0.5))
    assert not document.touched.any()
    document.undo()
    np.testing.assert_array_equal(document.touched, mine)
    document.undo()
    document.undo()
    assert not document.mask.any()


def test_a_proposal_that_changes_nothing_is_still_a_step():
    document = Document(SHAPE)
    step = apply_proposal(document, np.zeros((8, 8), np.uint16), 0.5)
    assert step.parts == ()
    assert document.undo() == step


def test_effort(probability):
    document = Document(SHAPE)
    apply_proposal(document, probability, 0.5)
    proposed = document.mask.copy()
    assert changed_pixels(document.mask, proposed) == 0
    stroke(document, 150, 1)
    assert changed_pixels(document.mask, proposed) == np.count_nonzero(document.mask) - np.count_nonzero(proposed)
    assert strokes(document.history) == 1
    document.undo()
    assert strokes(document.history) == 0
    with pytest.raises(ValueError, match="compared"):
        changed_pixels(proposed, proposed[1:])
