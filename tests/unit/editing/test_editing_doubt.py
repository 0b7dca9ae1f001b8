"""Doubtful stretches of drawn masks."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.core.proposal import ONE
from unet_studio.editing.doubt import MOST, Stretch, doubt_map, expected_effort, next_stretch, stretches
from unet_studio.editing.rect import Rect
from unet_studio.editing.threshold import mask_at


def stored(values):
    return np.rint(np.clip(values, 0, 1) * ONE).astype(np.uint16)


def disc(centre=(64, 64), radius=30, side=128, width=0.5):
    """Probability of a disc whose border is `width` wide, px; width may be an array."""
    y, x = np.mgrid[:side, :side] + 0.5
    away = (radius - np.hypot(x - centre[0], y - centre[1])) / width
    return 1 / (1 + np.exp(-np.clip(away, -30, 30)))


def blurred_right():
    x = np.mgrid[:128, :128][1]
    return stored(disc(width=np.where(x > 75, 5.0, 0.3)))


def nothing(probability):
    return np.zeros_like(probability)


def found_in(mask, probability, touched=None, spread=None, **options):
    touched = np.zeros(mask.shape, np.bool_) if touched is None else touched
    return stretches(mask, touched, probability, nothing(probability) if spread is None else spread, **options)


@pytest.mark.parametrize("side", [128, 100, 60, 700, 1024])
def test_the_first_stretch_lies_at_the_blurred_border(side):
    probability = blurred_right()
    found = found_in(mask_at(probability, side, side, 0.5), probability)
    assert found
    for one in found:
        x, y = (value * 128 / side for value in one.centre)
        assert x > 70
        assert abs(np.hypot(x - 64, y - 64) - 30) < 4
        assert one.length > 0
    assert found[0].centre[0] * 128 / side > 80


def test_a_sharp_border_has_no_doubtful_stretch():
    probability = stored(disc(width=0.1))
    assert found_in(mask_at(probability, 256, 256, 0.5), probability) == ()


def test_the_spread_of_the_answers_counts():
    probability = stored(disc(width=0.1))
    spread = nothing(probability)
    spread[20:50, 50:78] = ONE // 3  # above the disc's centre
    found = found_in(mask_at(probability, 256, 256, 0.5), probability, spread=spread)
    assert found
    assert all(one.centre[1] < 100 for one in found)


def test_a_likely_missed_polyp_is_a_place():
    probability = np.maximum(disc(width=0.1), 0.45 * disc((110, 20), 8, width=0.1))
    found = found_in(mask_at(stored(probability), 256, 256, 0.5), stored(probability))
    assert [one.length for one in found] == [0.0]
    assert np.hypot(found[0].centre[0] - 220, found[0].centre[1] - 40) < 4
    assert found[0].score == pytest.approx(0.45 * np.pi * 16**2, rel=0.1)


def test_an_island_that_may_be_false_comes_first():
    probability = np.maximum(disc(width=0.1), 0.55 * disc((110, 20), 8, width=0.1))
    found = found_in(mask_at(stored(probability), 256, 256, 0.5), stored(probability))
    rect = found[0].rect
    assert rect.left <= 204 < 236 <= rect.right
    assert rect.top <= 24 < 56 <= rect.bottom


def test_a_hole_that_may_be_true_is_a_place():
    probability = disc(radius=50, width=0.1) * (1 - 0.4 * disc(radius=8, width=0.1))
    found = found_in(mask_at(stored(probability), 128, 128, 0.5), stored(probability), least_side=16)
    assert len(found) == 1
    assert np.hypot(found[0].centre[0] - 64, found[0].centre[1] - 64) < 2


def test_a_touched_stretch_is_left_out():
    probability = blurred_right()
    mask = mask_at(probability, 512, 512, 0.5)
    touched = np.zeros(mask.shape, np.bool_)
    touched[:, 270:] = True
    assert found_in(mask, probability, touched) == ()
    line = np.zeros(mask.shape, np.uint8)
    cv2.circle(line, (256, 256), 120, 1, 2)  # a thin stroke along the outline
    assert found_in(mask, probability, line.view(np.bool_)) == ()
    corner = np.zeros(mask.shape, np.bool_)
    corner[:60, :60] = True
    assert found_in(mask, probability, corner) == found_in(mask, probability)


def test_a_touched_place_is_left_out():
    probability = stored(0.45 * disc((110, 20), 8, width=0.1))
    mask = np.zeros((256, 256), np.uint8)
    assert len(found_in(mask, probability)) == 1
    touched = np.zeros(mask.shape, np.bool_)
    touched[:, 212:] = True
    assert found_in(mask, probability, touched) == ()


@pytest.mark.parametrize("value", [0, 1])
@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (300, 200)])
def test_empty_and_full_masks(value, shape):
    mask = np.full(shape, value, np.uint8)
    sure = np.full((64, 48), value * ONE, np.uint16)
    assert found_in(mask, sure) == ()
    wrong = found_in(mask, ONE - sure)
    assert all(0 <= one.centre[0] <= shape[1] and 0 <= one.centre[1] <= shape[0] for one in wrong)
    assert all(one.length == 0 for one in wrong)
    assert len(wrong) == (min(shape) > 1 or max(shape) > 1)


def test_a_mask_cut_by_the_pictures_border_has_no_outline_there():
    probability = np.full((64, 64), 0.6)
    probability[:, :32] = 0
    found = found_in(mask_at(stored(probability), 64, 64, 0.5), stored(probability), least_side=1)
    assert found
    assert all(abs(one.centre[0] - 32.5) <= 1 for one in found)


@st.composite
def cases(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, columns = draw(st.integers(1, 90)), draw(st.integers(1, 90))
    small = draw(st.integers(1, 70)), draw(st.integers(1, 70))

    def field(shape):
        values = cv2.GaussianBlur(rng.random(shape), (0, 0), draw(st.sampled_from([0.5, 2.0, 5.0])))
        return (values - values.min()) / max(np.ptp(values), 1e-9)

    mask = (field((rows, columns)) > 0.5).astype(np.uint8)
    touched = field((rows, columns)) > draw(st.sampled_from([0.5, 0.9, 2.0]))
    return mask, touched, stored(field(small)), stored(field(small) / 2 * draw(st.sampled_from([0, 0, 1])))


@settings(max_examples=60, deadline=None)
@given(cases(), st.integers(1, 60))
def test_what_holds_for_every_stretch(case, least_side):
    mask = case[0]
    before = [plane.copy() for plane in case]
    found = stretches(*case, least_side=least_side)
    for plane, old in zip(case, before, strict=True):
        np.testing.assert_array_equal(plane, old)
    assert found == stretches(*case, least_side=least_side)
    assert len(found) <= MOST
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    shown = doubt_map(*case)
    rows, columns = mask.shape
    for one in found:
        x, y = one.centre
        assert one.score > 0
        assert one.length >= 0
        assert one.rect.clipped(mask.shape) == one.rect
        assert not one.rect.empty
        assert one.rect.left <= x <= one.rect.right
        assert one.rect.top <= y <= one.rect.bottom
        assert one.rect.shape[0] >= min(least_side, rows)
        assert one.rect.shape[1] >= min(least_side, columns)
        down, across = rows / shown.shape[0], columns / shown.shape[1]
        part = shown[
            int(one.rect.top / down) : int(np.ceil(one.rect.bottom / down)),
            int(one.rect.left / across) : int(np.ceil(one.rect.right / across)),
        ]
        assert part.max() >= 50  # it holds doubtful cells


@settings(max_examples=30, deadline=None)
@given(cases())
def test_nothing_is_left_of_what_is_touched_everywhere(case):
    mask, touched, probability, spread = case
    everywhere = np.ones_like(touched)
    assert stretches(mask, everywhere, probability, spread) == ()
    assert not doubt_map(mask, everywhere, probability, spread).any()


def test_no_more_than_asked_for():
    probability = stored(np.random.default_rng(0).random((128, 128)))
    mask = mask_at(stored(disc()), 128, 128, 0.5)
    every = found_in(mask, probability)
    assert found_in(mask, probability, most=2) == every[:2]


def test_the_map_is_bright_where_the_mask_is_wrong():
    probability = stored(disc(width=0.1))
    shown = doubt_map(np.zeros((512, 512), np.uint8), np.zeros((512, 512), np.bool_), probability, nothing(probability))
    assert shown.shape == (128, 128)
    assert shown[64, 64] == 255
    assert shown[5, 5] == 0


def test_expected_effort_is_the_expected_wrong_part():
    proposal = np.array([[ONE, 0], [ONE, 0]], np.uint16)
    sure = nothing(proposal)
    assert expected_effort(proposal, proposal, sure) == 0
    assert expected_effort(proposal, ONE - proposal, sure) == 1
    assert expected_effort(proposal, stored(np.array([[0.6, 0], [1, 0]])), sure) == pytest.approx(0.1, abs=1e-4)
    assert expected_effort(proposal, proposal, stored(np.full((2, 2), 0.2))) == pytest.approx(0.2, abs=1e-4)
    assert expected_effort(np.zeros((0, 3), np.uint16), np.zeros((0, 3), np.uint16), np.zeros((0, 3), np.uint16)) == 0
    blurred, sharp = stored(disc(width=4)), stored(disc(width=0.5))
    assert expected_effort(blurred, blurred, nothing(blurred)) > expected_effort(sharp, sharp, nothing(sharp))


def test_what_does_not_belong_together_is_refused():
    one, other = np.zeros((4, 4), np.uint16), np.zeros((4, 5), np.uint16)
    with pytest.raises(ValueError, match="differ in shape"):
        expected_effort(one, other, one)
    with pytest.raises(ValueError, match="belong together"):
        stretches(np.zeros((8, 8), np.uint8), np.zeros((8, 8), np.bool_), one, other)
    with pytest.raises(ValueError, match="belong together"):
        stretches(np.zeros((8, 8), np.uint8), np.zeros((8, 9), np.bool_), one, one)


def test_the_walk_goes_through_all_and_starts_over():
    found = tuple(Stretch(9.0 - i, (100.0 * i, 5.0), Rect(0, 0, 10, 10), 20.0) for i in range(4))
    seen = []
    for one in found:
        assert next_stretch(found, seen) == one
        seen.append(one)
    assert next_stretch(found, seen) == found[0]
    assert next_stretch((), seen) is None


def test_a_stretch_that_moved_a_little_was_seen():
    old = Stretch(9.0, (50.0, 50.0), Rect(0, 0, 90, 90), 40.0)
    moved = Stretch(5.0, (60.0, 55.0), Rect(0, 0, 90, 90), 30.0)
    far = Stretch(4.0, (150.0, 55.0), Rect(0, 0, 190, 90), 30.0)
    assert next_stretch((moved, far), (old,)) == far
