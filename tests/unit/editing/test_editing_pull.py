"""Edge pull: the outline follows the hand, smoothly, and nothing else changes."""

import math
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.editing.document import Document
from unet_studio.editing.pull import BAND, LEAST_REACH, Pull

SHAPE = (120, 140)
SMALL = (50, 60)
paths = st.lists(st.tuples(st.floats(-20, 80), st.floats(-20, 70)), min_size=2, max_size=4)
angles = st.floats(0, math.tau)


def disc(x, y, radius, shape=SHAPE):
    rows, columns = np.mgrid[: shape[0], : shape[1]] + 0.5
    return (np.hypot(columns - x, rows - y) <= radius).astype(np.uint8)


def half_plane(angle, shape=SHAPE):
    rows, columns = np.mgrid[: shape[0], : shape[1]] + 0.5
    across = (columns - shape[1] / 2) * math.cos(angle) + (rows - shape[0] / 2) * math.sin(angle)
    return (across < 1e-6).astype(np.uint8)


def pulled(mask, size, path, pieces=1):
    document = Document(mask.shape, mask)
    pull = Pull(document, size)
    pull.press(path[0])
    for (x0, y0), (x1, y1) in pairwise(path):
        for piece in range(1, pieces + 1):
            pull.move((x0 + (x1 - x0) * piece / pieces, y0 + (y1 - y0) * piece / pieces))
    return document, pull.finish()


def from_outline(mask):
    """How far each pixel's centre is from the nearest one of the other value."""
    inside, outside = (cv2.distanceTransform(plane, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) for plane in (mask, 1 - mask))
    return np.maximum(inside, outside)


def parts(mask):
    """Components and, of what is left, those that do not meet the border: holes."""
    around = np.pad(1 - mask, 1, constant_values=1)
    return cv2.connectedComponents(mask)[0] - 1, cv2.connectedComponents(around, connectivity=4)[0] - 2


def from_path(shape, path):
    rows, columns = np.mgrid[: shape[0], : shape[1]] + 0.5
    nearest = np.full(shape, np.inf)
    for (x0, y0), (x1, y1) in pairwise(path):
        length = (x1 - x0) ** 2 + (y1 - y0) ** 2
        along = np.clip(((columns - x0) * (x1 - x0) + (rows - y0) * (y1 - y0)) / length, 0, 1) if length else 0.0
        nearest = np.minimum(nearest, np.hypot(columns - x0 - along * (x1 - x0), rows - y0 - along * (y1 - y0)))
    return nearest


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0, 1, 4]), st.integers(1, 70), paths)
def test_nothing_changes_beyond_the_reach_and_undo_is_exact(seed, grain, size, path):
    noise = np.random.default_rng(seed).standard_normal(SMALL)
    mask = ((cv2.GaussianBlur(noise, (0, 0), grain) if grain else noise) > 0).astype(np.uint8)
    document = Document(SMALL, mask)
    pull = Pull(document, size)
    pull.press(path[0])
    assert pull.grip is None or math.dist(pull.grip, path[0]) <= max(size / 2, LEAST_REACH)
    held = [pull.grip]
    for end in path[1:]:
        pull.move(end)
        held.append(pull.grip)
    step = pull.finish()
    if held[0] is None:
        assert step is None
        held = [(-1e6, -1e6)] * 2
    far = from_path(SMALL, held) - max(size / 2, LEAST_REACH)
    np.testing.assert_array_equal(document.mask[far > 0], mask[far > 0])
    assert not document.touched[far > BAND + 2].any()
    assert document.touched[document.mask != mask].all()
    after, locked = document.mask.copy(), document.touched.copy()
    if step is not None:
        assert document.undo() == step
        np.testing.assert_array_equal(document.mask, mask)
        assert not document.touched.any()
        document.redo()
        np.testing.assert_array_equal(document.mask, after)
        np.testing.assert_array_equal(document.touched, locked)


@pytest.mark.parametrize("path", [[(70, 60)], [(70, 60), (70, 60)], [(20, 60), (60, 60)], [(-500, 9), (60, 60)]])
def test_without_a_move_or_an_outline_there_is_no_step(path):
    mask = half_plane(0)
    document, step = pulled(mask, 30, path)
    assert step is None
    assert not document.history.undo_stack
    np.testing.assert_array_equal(document.mask, mask)
    assert not document.touched.any()


@settings(max_examples=30, deadline=None)
@given(st.integers(40, 90), st.floats(-12, 12), st.integers(1, 9))
def test_a_straight_border_goes_with_the_hand_and_falls_off_smoothly(size, way, pieces):
    mask = half_plane(0)
    document, _ = pulled(mask, size, [(70, 60), (70 + way, 60)], pieces)
    offset = (document.mask.sum(axis=1).astype(int) - 70) * (1 if way > 0 else -1)
    np.testing.assert_array_equal(document.mask, np.arange(SHAPE[1]) < document.mask.sum(axis=1)[:, None])
    assert abs(offset[60] - abs(way)) <= 1
    reach = math.ceil(size / 2)
    assert not offset[: 60 - reach].any()
    assert not offset[60 + reach :].any()
    assert (np.diff(offset[:60]) >= 0).all()
    assert (np.diff(offset[60:]) <= 0).all()
    assert abs(np.diff(offset)).max() <= 1 + 2.2 * abs(way) * 2 / size  # no step is steeper than the weight's slope


@settings(max_examples=30, deadline=None)
@given(angles, st.floats(-10, 14))
def test_a_slanted_border_stays_as_smooth_as_the_true_one(angle, way):
    shape = (160, 160)
    middle, normal = np.array([80.0, 80.0]), np.array([math.cos(angle), math.sin(angle)])
    document, _ = pulled(half_plane(angle, shape), 70, [tuple(middle), tuple(middle + way * normal)])
    rows, columns = np.mgrid[:160, :160] + 0.5
    apart = np.stack([columns, rows], axis=2) - middle
    across, along = apart @ normal, apart @ (normal[1], -normal[0])
    # the centre nearest to the true border's tip on either side of it, two pixels apart, is on its own side
    tip = abs(along) < 2
    assert document.mask[tip & (across < way - 1.3)].all()
    assert not document.mask[tip & (across > way + 1.3)].any()
    assert parts(document.mask) == (1, 0)


@settings(max_examples=30, deadline=None)
@given(angles, st.integers(16, 60), st.floats(1, 25), st.integers(0, 1))
def test_a_disc_pulled_out_stays_in_one_piece(angle, size, way, holed):
    mask = disc(70, 60, 30) - holed * disc(70, 60, 8)
    x, y = 70 + 30 * math.cos(angle), 60 + 30 * math.sin(angle)
    document, _ = pulled(mask, size, [(x, y), (x + way * math.cos(angle), y + way * math.sin(angle))], 3)
    assert parts(document.mask) == (1, holed)
    assert document.mask.sum() >= mask.sum()


@settings(max_examples=30, deadline=None)
@given(st.integers(8, 80), angles, st.floats(0, 4), st.integers(2, 40))
def test_how_a_straight_path_is_cut_into_moves_hardly_matters(size, angle, ways, pieces):
    end = 100 + ways * size / 2 * math.cos(angle), 60 + ways * size / 2 * math.sin(angle)
    once, often = (pulled(disc(70, 60, 30), size, [(100, 60), end], count)[0].mask for count in (1, pieces))
    differs = once != often
    assert from_outline(once)[differs].max(initial=0) <= 1
    assert differs.sum() <= 4


@settings(max_examples=30, deadline=None)
@given(st.integers(8, 80), angles, st.floats(0, 4), st.integers(1, 20))
def test_out_and_back_is_where_it_began(size, angle, ways, pieces):
    end = 100 + ways * size / 2 * math.cos(angle), 60 + ways * size / 2 * math.sin(angle)
    mask = disc(70, 60, 30)
    document, _ = pulled(mask, size, [(100, 60), end, (100, 60)], pieces)
    assert from_outline(mask)[document.mask != mask].max(initial=0) <= 1


def test_a_press_beside_the_outline_catches_it():
    document, _ = pulled(half_plane(0), 60, [(78, 60), (83, 60)])
    assert abs(int(document.mask[60].sum()) - 75) <= 1


@pytest.mark.parametrize("way", [-15, 15])
def test_outside_the_picture_the_mask_repeats_its_edge(way):
    mask = half_plane(math.pi / 2)
    wide = np.pad(mask, ((0, 0), (60, 0)), mode="edge")
    document, _ = pulled(mask, 50, [(3, 60), (-2, 60 + way)], 4)
    whole, _ = pulled(wide, 50, [(63, 60), (58, 60 + way)], 4)
    np.testing.assert_array_equal(document.mask, whole.mask[:, 60:])
    assert (document.mask != mask).any()


@pytest.mark.parametrize("value", [0, 1])
@pytest.mark.parametrize("width", [1, 2])
def test_thin_lines_and_gaps_stay_whole(value, width):
    mask = np.full(SHAPE, 1 - value, np.uint8)
    mask[:, 70 : 70 + width] = value
    document, _ = pulled(mask, 60, [(70, 60), (82, 65)], 5)
    line = (document.mask == value).astype(np.uint8)
    assert cv2.connectedComponents(line)[0] == 2
    assert line.any(axis=1).all()


def test_neighbours_are_pushed_and_not_merged():
    mask = disc(40, 60, 28) | disc(100, 60, 28)
    document, _ = pulled(mask, 40, [(68, 60), (98, 60)], 10)
    assert parts(document.mask) == (2, 0)


def test_changed_pixels_and_a_band_beside_the_outline_are_locked():
    mask = half_plane(0)
    document = Document(SHAPE, mask, disc(20, 20, 5).view(bool))
    pull = Pull(document, 60)
    pull.press((70, 60))
    pull.move((76, 60))
    pull.move((75, 60))
    step = pull.finish()
    assert step.kind == "pull"
    row = document.touched[60]
    assert row[70 : 75 + BAND].all()
    assert not row[:70].any()
    assert not row[75 + BAND + 1 :].any()
    assert document.touched[20, 20]
    document.undo()
    np.testing.assert_array_equal(document.touched, disc(20, 20, 5))


def test_a_pull_can_be_cancelled():
    mask = disc(70, 60, 30)
    document = Document(SHAPE, mask)
    pull = Pull(document, 40)
    pull.press((100, 60))
    pull.move((120, 60))
    assert (document.mask != mask).any()
    pull.cancel()
    pull.move((130, 60))
    np.testing.assert_array_equal(document.mask, mask)
    assert not document.touched.any()
    assert not document.history.undo_stack


def test_what_was_pulled_is_locked_even_when_another_gesture_ends_it():
    mask = disc(70, 60, 30)
    document = Document(SHAPE, mask)
    pull = Pull(document, 40)
    pull.press((100, 60))
    pull.move((120, 60))
    shown = document.mask.copy()
    document.begin("brush", "Brush stroke").finish()
    pull.move((60, 60))
    assert pull.finish() is None
    np.testing.assert_array_equal(document.mask, shown)
    assert document.touched[shown != mask].all()
    document.undo()
    np.testing.assert_array_equal(document.mask, mask)


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (9, 1)])
def test_smallest_pictures(shape):
    mask = np.zeros(shape, np.uint8)
    mask[0, 0] = 1
    document, _ = pulled(mask, 5, [(1, 1), (4, 4), (-3, 2)])
    while document.undo():
        pass
    np.testing.assert_array_equal(document.mask, mask)
