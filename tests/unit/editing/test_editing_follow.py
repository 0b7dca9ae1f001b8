"""What follows from a few strokes: what it never does, what it does nearby, and that place and size do not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.core.proposal import ONE
from unet_studio.editing.follow import NOBODY, follow, ghost, said
from unet_studio.editing.islands import differences
from unet_studio.editing.threshold import mask_at

HALF = 32768
AXES = st.sampled_from([(0,), (1,), (0, 1)])


def drawn(seed, shape, wrong=0.25):
    """Blocks that are target or not and that the features show, with noise; the network missed some or added some."""
    rng = np.random.default_rng(seed)
    cells = rng.random((shape[0] // 12 + 1, shape[1] // 12 + 1))
    large = cells.repeat(12, axis=0).repeat(12, axis=1)[: shape[0], : shape[1]]
    truth, missed = large < 0.4, (large < 0.4 * wrong) | (large > 1 - 0.6 * wrong)
    looks = np.stack([truth, missed, large]) + rng.normal(0, 0.05, (3, *shape))
    odds = np.where(truth ^ missed, 1.5, -1.5) * rng.uniform(0.8, 3, shape)
    probability = np.rint(ONE / (1 + np.exp(-odds))).astype(np.uint16)
    return looks.astype(np.float16), probability, truth, missed


def strokes(seed, truth, size=7, count=2):
    """Squares under which the truth was painted."""
    rng = np.random.default_rng(seed)
    told = np.full(truth.shape, NOBODY, np.int8)
    for _ in range(count):
        row, column = (int(rng.integers(0, side)) for side in truth.shape)
        told[row : row + size, column : column + size] = truth[row : row + size, column : column + size]
    return told


def wrong(value, level=0.5):
    """A square of 80 px that the network has only half (value 1) or wholly in vain (0), and strokes on some of it."""
    shape = (192, 240)
    square = np.zeros(shape, bool)
    square[60:140, 80:160] = True
    told = np.full(shape, NOBODY, np.int8)
    if value:
        odds = np.where(square, -1.0, -4.0)
        odds[60:140, 80:120] = 3
        told[60:140, 126:152] = 1
    else:
        odds = np.where(square, 1.0, -4.0)
        odds[10:180, 190:230] = 4  # another part, which stays
        told[60:140, 86:116] = 0
    odds += np.log(level / (1 - level))
    looks = np.stack([square, ~square]).astype(np.float16)
    return looks, np.rint(ONE / (1 + np.exp(-odds))).astype(np.uint16), told, square


def noisy(seed, value, level=0.5):
    """`wrong` with noise on everything, cut to an even size somewhere around the square."""
    rng = np.random.default_rng(seed)
    looks, probability, told, square = wrong(value, level)
    odds = np.log(probability / (ONE - probability.astype(float))) + rng.normal(0, 0.1, told.shape)
    probability = np.rint(ONE / (1 + np.exp(-odds))).astype(np.uint16)
    top, left = (2 * int(number) for number in rng.integers(0, 25, 2))
    crop = slice(top, 192 - 2 * int(rng.integers(0, 20))), slice(left, 240)
    looks = (looks + rng.normal(0, 0.03, looks.shape)).astype(np.float16)
    return looks[:, crop[0], crop[1]], probability[crop], told[crop], square[crop]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 999),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.sampled_from(["drawn", "none", "constant", "nan", "inf", "huge"]),
    st.sampled_from(["some", "none", "all", "ones", "zeros", "random"]),
    st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]),
)
def test_nothing_raises_and_no_stroke_is_contradicted(seed, shape, kind, painted, threshold):
    features, probability, truth, _ = drawn(seed, shape)
    features = features.astype(np.float64 if kind == "huge" else np.float16)
    if kind == "none":
        features = features[:0]
    elif kind != "drawn":
        features[:2] = {"constant": 3, "nan": np.nan, "inf": np.inf, "huge": 1e300}[kind]
    told = {
        "some": strokes(seed, truth),
        "none": np.full(shape, NOBODY, np.int8),
        "all": truth.astype(np.int8),
        "ones": np.where(strokes(seed, truth) == NOBODY, NOBODY, 1).astype(np.int8),
        "zeros": np.where(strokes(seed, truth) == NOBODY, NOBODY, 0).astype(np.int8),
        "random": np.random.default_rng(seed).integers(-1, 2, shape).astype(np.int8),
    }[painted]
    given_ = [features.copy(), probability.copy(), told.copy()]
    after = follow(features, probability, told, threshold)
    assert after.shape == shape
    assert after.dtype == np.uint16
    for one, other in zip(given_, (features, probability, told), strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(after, follow(features, probability, told, threshold))
    if painted == "none":
        np.testing.assert_array_equal(after, probability)
    before_mask, after_mask = (mask_at(one, *shape, threshold) for one in (probability, after))
    flipped = before_mask != after_mask
    assert (after_mask[flipped & (told != NOBODY)] == told[flipped & (told != NOBODY)]).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999), st.integers(0, 1), AXES)
def test_a_flipped_picture_gives_the_flipped_result(seed, value, axes):
    features, probability, told, _ = noisy(seed, value)
    after = follow(features, probability, told)
    assert (after != probability).any()
    turned = follow(np.flip(features, [axis + 1 for axis in axes]), np.flip(probability, axes), np.flip(told, axes))
    # sums in another order round differently, and a pixel may lie on the very rim
    assert np.count_nonzero((after >= HALF) != (np.flip(turned, axes) >= HALF)) <= 8


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999), st.integers(0, 1), st.sampled_from([0.2, 0.5, 0.7]))
def test_strokes_of_both_kinds_in_the_way_are_never_contradicted(seed, value, level):
    features, probability, told, _ = noisy(seed, value, level)
    rng = np.random.default_rng(seed)
    for _ in range(6):
        row, column = (int(rng.integers(0, side)) for side in told.shape)
        told[row : row + 3, column : column + 9] = rng.integers(0, 2)
    after = follow(features, probability, told, level)
    before_mask, after_mask = (mask_at(one, *told.shape, level) for one in (probability, after))
    flipped = (before_mask != after_mask) & (told != NOBODY)
    assert (after_mask[flipped] == told[flipped]).all()
    np.testing.assert_array_equal(after[before_mask == after_mask], probability[before_mask == after_mask])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999), st.sampled_from([3, 4, 7]))
def test_own_size_does_not_matter(seed, factor):
    _, _, truth, _ = drawn(seed, (40, 48))
    told = strokes(seed, truth)
    own = [plane.repeat(factor, axis=0).repeat(factor, axis=1) for plane in (truth.astype(np.uint8), told != NOBODY)]
    np.testing.assert_array_equal(said(*own, (40, 48)), told)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.integers(0, 1), st.integers(1, 300), st.integers(1, 300), st.floats(0.1, 0.9))
def test_a_ghost_is_the_mask_but_where_following_changed_something(seed, value, rows, columns, level):
    features, probability, told, _ = noisy(seed, value, level)
    after = follow(features, probability, told, level)
    mask = np.random.default_rng(seed).integers(0, 2, (rows, columns), np.uint8)
    wanted = ghost(mask, probability, after, level)
    one, other = (mask_at(plane, rows, columns, level) for plane in (probability, after))
    np.testing.assert_array_equal(wanted, np.where(one != other, other, mask))
    np.testing.assert_array_equal(ghost(mask, probability, probability, level), mask)


@pytest.mark.parametrize("level", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("value", [0, 1])
def test_what_strokes_and_mask_enclose_follows_up_to_where_the_picture_changes(value, level):
    looks, probability, told, square = wrong(value, level)
    after = follow(looks, probability, told, level)
    before, wanted = (mask_at(plane, *told.shape, level) for plane in (probability, after))
    changed = before != wanted
    assert (wanted[changed] == value).all()
    gap = changed[60:140, 120:126] if value else changed[60:140, 80:86]
    assert gap.mean() > 0.9
    assert not (changed & ~square).any()
    mask = np.where(told == NOBODY, before, told).astype(np.uint8)
    found = differences(mask, ghost(mask, probability, after, level), told != NOBODY, 10)
    assert found.islands
    assert all(island.adds == bool(value) for island in found.islands)


def test_without_features_place_and_odds_still_count():
    looks, probability, told, _ = wrong(1)
    assert (follow(looks[:0], probability, told) != probability).any()
    np.testing.assert_array_equal(follow(looks[:0], probability, told), follow(looks * 0, probability, told))


def test_a_stroke_that_agrees_with_the_network_changes_nothing():
    looks, probability, told, _ = wrong(1)
    told[:] = NOBODY
    told[80:120, 88:100] = 1
    told[10:40, 10:60] = 0
    np.testing.assert_array_equal(follow(looks, probability, told), probability)


def test_a_stroke_of_the_other_kind_holds_back_what_would_follow():
    looks, probability, told, _ = wrong(1)
    free = follow(looks, probability, told) != probability
    told[60:100, 120:124] = 0
    after = follow(looks, probability, told)
    assert (after[told == 0] < HALF).all()
    assert (after != probability)[60:90, 120:126].sum() < free[60:90, 120:126].sum() / 2


def test_where_the_network_was_much_surer_than_under_the_stroke_nothing_follows():
    looks, probability, told, square = wrong(1)
    surer = np.where(square & (told == NOBODY) & (probability < HALF), 1200, probability).astype(np.uint16)
    np.testing.assert_array_equal(follow(looks, surer, told), surer)


def test_the_larger_part_of_a_mask_is_never_taken_away():
    looks, probability, told, square = wrong(0)
    assert (follow(looks, probability, told) != probability).any()
    alone = np.where(square, probability, 100).astype(np.uint16)
    told[60:140, 116:160] = 0
    np.testing.assert_array_equal(follow(looks, alone, told), alone)


def test_arrays_of_different_shapes_are_refused():
    looks, probability, told, _ = wrong(1)
    for arrays in ((looks[:, 1:], probability, told), (looks, probability[1:], told), (looks, probability, told[1:])):
        with pytest.raises(ValueError, match="differ in shape"):
            follow(*arrays)
