"""Every row of the toolbox does to touched pixels what it promises, and undo gives back mask and lock."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.editing import commands, islands, lock, shapes
from unet_studio.editing.changes import BY_PROGRAM, strokes
from unet_studio.editing.document import Document
from unet_studio.editing.pull import Pull
from unet_studio.editing.put import put
from unet_studio.editing.rect import whole
from unet_studio.editing.regions import component_at, flood, move_component, threshold_within
from unet_studio.editing.smart_stroke import SmartStroke
from unet_studio.editing.strokes import footprint, paint
from unet_studio.editing.threshold import ThresholdGesture, apply_proposal
from unet_studio.editing.toolbox import AMOUNTS, ROWS, TOOLBOX, UNLOCK_ALL

SHAPE = (60, 70)


def blobs(seed: int, count: int) -> np.ndarray:
    """(60, 70) bool: some discs, and single pixels."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    found = rng.random(SHAPE) < 0.01
    for _ in range(count):
        row, column, radius = rng.integers(0, SHAPE[0]), rng.integers(0, SHAPE[1]), rng.integers(2, 16)
        found ^= np.hypot(y - row, x - column) < radius
    return found


def probability(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 65536, (15, 20)).astype(np.uint16)


def stroke(document, rng, row, value):
    """Draw a segment; returns its footprint."""
    a, b = rng.uniform(-5, 65, (2, 2)).tolist()
    size = int(rng.integers(1, 30))
    gesture = document.begin(row.name, row.label)
    paint(gesture, document.mask, document.touched, a, b, size, value)
    gesture.finish()
    covered = np.zeros(SHAPE, bool)
    for rect, bits in footprint(SHAPE, a, b, size):
        covered[rect.slices] |= bits
    return covered


def threshold_brush(document, rng, row):
    values = rng.integers(0, 65536, SHAPE).astype(np.uint16)

    def ink(rect, bits):
        return bits, threshold_within(document.mask, rect, values[rect.slices], bits, 0.4)[1]

    covered = stroke(document, rng, row, ink)
    np.testing.assert_array_equal(document.mask[covered], values[covered] >= np.ceil(0.4 * 65535))
    return covered


def smart_brush(document, rng, row):
    picture = (rng.integers(0, 2, (6, 7)) * 120 + 60).repeat(10, 0).repeat(10, 1).astype(np.uint8)
    before, value = document.touched.copy(), int(rng.integers(2))
    a, b = rng.uniform(-5, 65, (2, 2)).tolist()
    size = int(rng.integers(1, 30))
    gesture = document.begin(row.name, row.label)
    SmartStroke(document, picture, None, a, size, value).paint(gesture, a, b, size)
    gesture.finish()
    covered = document.touched & ~before
    assert (document.mask[covered] == value).all()
    return covered


def pull(document, rng, row):
    before = document.mask.copy()
    drag = Pull(document, 20)
    at = rng.uniform(10, 50, 2)
    drag.press(tuple(at))
    drag.move(tuple(at + rng.uniform(-8, 8, 2)))
    drag.finish()
    return before != document.mask


def drawn(document, rng, row, found):
    rect, bits = found
    if not rect.empty:
        put(document, row.name, row.label, rect, np.full(rect.shape, rng.integers(2), np.uint8), footprint=bits)
    covered = np.zeros(SHAPE, bool)
    covered[rect.slices] |= bits
    return covered


def polygon(document, rng, row):
    return drawn(document, rng, row, shapes.polygon(SHAPE, rng.uniform(-5, 70, (6, 2)).tolist()))


def box(document, rng, row, shape):
    return drawn(document, rng, row, shape(SHAPE, *rng.uniform(-5, 70, (2, 2)).tolist()))


def move(document, rng, row):
    covered = np.zeros(SHAPE, bool)
    marked = np.argwhere(document.mask)
    if len(marked):
        y, x = marked[rng.integers(len(marked))]
        rect, wanted, bits = move_component(document.mask, component_at(document.mask, (x + 0.5, y + 0.5)), 5, -3)
        put(document, row.name, row.label, rect, wanted, footprint=bits)
        covered[rect.slices] |= bits
    return covered


def fill(document, rng, row):
    found = flood(document.mask, tuple(rng.uniform(0, 60, 2)))
    if found is not None:
        put(document, row.name, row.label, *found)


def command(document, rng, row):
    amount = int(rng.integers(row.amount.least, min(row.amount.most, 9) + 1)) if row.amount else 0
    before, wanted = document.mask.copy(), document.mask.copy()
    rect, patch = commands.COMMANDS[row.name](before, amount)
    wanted[rect.slices] = patch
    outcome = commands.run(document, row.name, amount)
    assert outcome.changed == np.count_nonzero(document.mask != before)
    assert outcome.kept == np.count_nonzero((wanted != before) & document.touched)


def proposal(document, rng, row):
    apply_proposal(document, probability(int(rng.integers(9))), 0.5)


def brought(document, rng, row):
    wanted = (rng.random(SHAPE) < 0.5).astype(np.uint8)
    put(document, row.name, row.label, whole(SHAPE), wanted)


def ghost(document, rng, row):
    wanted = blobs(int(rng.integers(99)), 4).astype(np.uint8)
    found = islands.differences(document.mask, wanted, document.touched).islands
    some = [one for one in found if rng.random() < 0.5]
    put(document, row.name, row.label, *islands.accept(document.mask, *some))
    assert all(islands.still(one, document.mask, document.touched) is None for one in some)
    assert all(islands.still(one, document.mask, document.touched) is one for one in found if one not in some)


def threshold(document, rng, row):
    slider = ThresholdGesture(document, probability(int(rng.integers(9))))
    slider.move(float(rng.random()))
    slider.finish()


def unlock(document, rng, row):
    before = document.touched.copy()
    rect, bits = shapes.ellipse(SHAPE, *rng.uniform(-5, 70, (2, 2)).tolist())
    lock.unlock(document, rect, bits)
    before[rect.slices] &= ~bits
    np.testing.assert_array_equal(document.touched, before)


MAKERS = {
    "brush": lambda document, rng, row: stroke(document, rng, row, 1),
    "eraser": lambda document, rng, row: stroke(document, rng, row, 0),
    "threshold_brush": threshold_brush,
    "pull": pull,
    "smart_brush": smart_brush,
    "lasso": polygon,
    "polygon": polygon,
    "rectangle": lambda document, rng, row: box(document, rng, row, shapes.rectangle),
    "ellipse": lambda document, rng, row: box(document, rng, row, shapes.ellipse),
    "move": move,
    "fill": fill,
    "copied": brought,
    "imported": brought,
    "ghost": ghost,
    "proposal": proposal,
    "threshold": threshold,
    "unlock": unlock,
    **dict.fromkeys(commands.COMMANDS, command),
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_touched_pixels_are_as_the_row_promises_and_undo_gives_everything_back(row, seed, count):
    document = Document(SHAPE, blobs(seed, count), blobs(seed + 1, 2))
    mask, touched = document.mask.copy(), document.touched.copy()
    covered = MAKERS[row.name](document, np.random.default_rng(seed), row)
    if row.sets_lock:
        assert document.touched[covered].all()
        assert not (touched & ~document.touched).any()
        if row.name != "pull":
            np.testing.assert_array_equal(document.touched, touched | covered)
        np.testing.assert_array_equal(document.mask[~document.touched], mask[~document.touched])
    if row.respects_lock:
        np.testing.assert_array_equal(document.mask[touched], mask[touched])
        np.testing.assert_array_equal(document.touched, touched)
    if row.clears_lock:
        np.testing.assert_array_equal(document.mask, mask)
        assert not (document.touched & ~touched).any()
    after = document.mask.copy(), document.touched.copy()
    steps = document.history.steps()
    assert len(steps) <= 1
    assert all((step.kind, step.label) == (row.name, row.label) for step in steps)
    assert strokes(document.history) == (len(steps) if row.stroke else 0)
    document.undo()
    np.testing.assert_array_equal(document.mask, mask)
    np.testing.assert_array_equal(document.touched, touched)
    document.redo()
    np.testing.assert_array_equal(document.mask, after[0])
    np.testing.assert_array_equal(document.touched, after[1])


def test_every_row_says_one_thing_of_the_lock():
    for row in ROWS:
        assert row.sets_lock + row.respects_lock + row.clears_lock == 1, row.name
    assert set(MAKERS) == set(TOOLBOX)


def test_names_and_keys_are_unique():
    keys = [row.key for row in ROWS if row.key] + [UNLOCK_ALL]
    assert len(set(keys)) == len(keys)
    assert len(TOOLBOX) == len(ROWS)
    assert len({amount.name for amount in AMOUNTS}) == len(AMOUNTS)
    assert all(amount.least <= amount.default <= amount.most for amount in AMOUNTS)


def test_effort_counts_what_the_reader_did():
    assert frozenset({"proposal", "threshold", "unlock"}) == BY_PROGRAM


def test_unlocking_everything():
    document = Document(SHAPE, blobs(1, 3), blobs(2, 3))
    touched, mask = document.touched.copy(), document.mask.copy()
    step, count = lock.unlock_all(document)
    assert step is not None
    assert count == touched.sum()
    assert not document.touched.any()
    np.testing.assert_array_equal(document.mask, mask)
    assert lock.unlock_all(document) == (None, 0)
    document.undo()
    np.testing.assert_array_equal(document.touched, touched)


def test_a_command_that_has_nothing_to_do_leaves_no_step():
    document = Document(SHAPE)
    for name in commands.COMMANDS:
        assert commands.run(document, name, 3) == commands.Outcome(0, 0)
    assert not document.history.steps()
    with pytest.raises(KeyError):
        commands.run(document, "sharpen")
    with pytest.raises(ValueError, match="radius"):
        commands.run(document, "grow", 0)
