"""Islands of a proposed change: they hold every free change once, and taking them over in any order gives it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.editing.document import Document
from unet_studio.editing.islands import accept, differences, island_at, overlap, still
from unet_studio.editing.put import put
from unet_studio.editing.rect import Rect

SIZES = st.tuples(st.integers(1, 150), st.integers(1, 150))


def blobs(rng, shape, coarse):
    """Random patches of about `coarse` px."""
    seeds = rng.random((shape[0] // coarse + 1, shape[1] // coarse + 1)) < 0.4
    return seeds.repeat(coarse, axis=0).repeat(coarse, axis=1)[: shape[0], : shape[1]].astype(np.uint8)


def scene(seed, shape, coarse=5):
    rng = np.random.default_rng(seed)
    mask, proposed, touched = (blobs(rng, shape, coarse) for _ in range(3))
    return mask, proposed, touched.astype(bool)


def union(islands, shape):
    count = np.zeros(shape, int)
    for island in islands:
        count[island.rect.slices] += island.bits
    return count


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 999), SIZES, st.sampled_from([1, 3, 20, 70]))
def test_islands_hold_every_free_change_once(seed, shape, coarse):
    mask, proposed, touched = scene(seed, shape, coarse)
    ghost = differences(mask, proposed, touched)
    np.testing.assert_array_equal(union(ghost.islands, shape), (mask != proposed) & ~touched)
    assert ghost.tiny == 0
    assert [island.area for island in ghost.islands] == sorted((i.area for i in ghost.islands), reverse=True)
    for island in ghost.islands:
        assert island.area == island.bits.sum()
        assert island.bits.shape == island.rect.shape
        for side in (island.bits[0], island.bits[-1], island.bits[:, 0], island.bits[:, -1]):
            assert side.any()
        assert (proposed[island.rect.slices][island.bits] == island.adds).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.tuples(st.integers(1, 90), st.integers(1, 90)), st.sampled_from([3, 10]))
def test_accepting_all_gives_the_proposal_where_nobody_touched(seed, shape, coarse):
    mask, proposed, touched = scene(seed, shape, coarse)
    islands = list(differences(mask, proposed, touched).islands)
    np.random.default_rng(seed).shuffle(islands)
    document = Document(shape, mask, touched)
    for island in islands:
        step = put(document, "ghost", "Accept", *accept(document.mask, island))
        assert step is not None
    wanted = np.where(touched, mask, proposed)
    np.testing.assert_array_equal(document.mask, wanted)
    np.testing.assert_array_equal(document.touched, touched)
    rect, at_once = accept(mask, *islands)
    np.testing.assert_array_equal(at_once, wanted[rect.slices])
    while document.undo():
        pass
    np.testing.assert_array_equal(document.mask, mask)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.integers(1, 40))
def test_small_islands_are_counted_and_not_offered(seed, least):
    mask, proposed, touched = scene(seed, (60, 80), 2)
    every, some = differences(mask, proposed, touched), differences(mask, proposed, touched, least)
    assert len(some.islands) + some.tiny == len(every.islands)
    assert all(island.area >= least for island in some.islands)
    assert [i.rect for i in every.islands if i.area >= least] == [i.rect for i in some.islands]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999), st.floats(-2, 70), st.floats(-2, 60))
def test_the_island_under_a_point(seed, x, y):
    mask, proposed, touched = scene(seed, (50, 60))
    free = (mask != proposed) & ~touched
    islands = differences(mask, proposed, touched).islands
    found = island_at(islands, (x, y))
    column, row = int(np.floor(x)), int(np.floor(y))
    inside = 0 <= row < 50 and 0 <= column < 60
    assert (found is not None) == bool(inside and free[row, column])
    if found is not None:
        assert found.bits[row - found.rect.top, column - found.rect.left]


def test_pixels_that_meet_at_a_corner_are_one_island_even_where_cells_meet():
    mask, proposed = np.zeros((2, 130, 130), np.uint8)
    proposed[63, 63] = proposed[64, 64] = 1
    (island,) = differences(mask, proposed, np.zeros(mask.shape, bool)).islands
    assert (island.rect, island.area, island.adds) == (Rect(63, 63, 65, 65), 2, True)


def test_adding_and_removing_are_two_islands():
    mask, proposed = np.zeros((2, 9, 9), np.uint8)
    mask[:, :4], proposed[:, 4:] = 1, 1
    ghost = differences(mask, proposed, np.zeros(mask.shape, bool))
    assert [(island.adds, island.area) for island in ghost.islands] == [(True, 45), (False, 36)]


def test_a_stroke_drawn_after_the_ghost_is_kept():
    document = Document((20, 20))
    (island,) = differences(document.mask, np.ones((20, 20), np.uint8), document.touched).islands
    erased = Rect(0, 0, 20, 5)
    put(document, "eraser", "Erase", erased, np.zeros((20, 5), np.uint8), footprint=np.ones((20, 5), bool))
    put(document, "ghost", "Accept", *accept(document.mask, island))
    assert not document.mask[:, :5].any()
    assert document.mask[:, 5:].all()


def test_nothing_differs():
    document = Document((7, 9))
    ghost = differences(document.mask, document.mask, document.touched)
    assert (ghost.islands, ghost.tiny) == ((), 0)
    assert put(document, "ghost", "Accept", *accept(document.mask)) is None


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="differ in shape"):
        differences(np.zeros((3, 3), np.uint8), np.zeros((3, 4), np.uint8), np.zeros((3, 3), bool))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40))
def test_what_is_left_of_an_island_is_what_still_differs_untouched(seed, rows, columns):
    rng = np.random.default_rng(seed)
    mask, proposed, later = rng.integers(0, 2, (3, rows, columns), np.uint8)
    touched, touched_later = rng.random((2, rows, columns)) < 0.3
    for island in differences(mask, proposed, touched).islands:
        left = still(island, later, touched_later)
        expected = np.zeros(mask.shape, bool)
        expected[island.rect.slices] = island.bits
        expected &= (later != island.adds) & ~touched_later
        found = np.zeros(mask.shape, bool)
        if left is not None:
            assert left.area == left.bits.sum() > 0
            found[left.rect.slices] = left.bits
            assert overlap(island, left) == overlap(left, island) == left.area
        np.testing.assert_array_equal(found, expected)


def test_islands_that_change_the_mask_the_other_way_have_nothing_in_common():
    one = np.zeros((9, 9), np.uint8)
    other = 1 - one
    nobody = np.zeros(one.shape, bool)
    (adds,), (removes,) = differences(one, other, nobody).islands, differences(other, one, nobody).islands
    assert overlap(adds, removes) == 0
    assert overlap(adds, adds) == 81
