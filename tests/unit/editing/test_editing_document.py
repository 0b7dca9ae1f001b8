"""Documents: gestures, undo, redo, the journal's replay."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.editing.document import Document
from unet_studio.editing.history import History
from unet_studio.editing.records import event_record, from_record, replay
from unet_studio.editing.rect import Rect, whole
from unet_studio.editing.step import Part, Step
from unet_studio.editing.strokes import paint

SHAPE = (300, 280)  # more than one tile each way
stroke = st.tuples(
    st.just("stroke"), st.integers(-10, 310), st.integers(-10, 310), st.integers(-10, 310), st.integers(1, 80),
    st.integers(0, 1),
)  # fmt: skip
action = st.one_of(stroke, st.just(("undo",)), st.just(("redo",)))


def draw(document, x, y, x1, size, value):
    gesture = document.begin("brush" if value else "eraser", "Brush stroke")
    paint(gesture, document.mask, document.touched, (x, y), (x1, y), size, value)
    return gesture.finish()


def act(document, what):
    if what[0] == "stroke":
        draw(document, *what[1:])
    else:
        getattr(document, what[0])()


def same(one, other):
    np.testing.assert_array_equal(one.mask, other.mask)
    np.testing.assert_array_equal(one.touched, other.touched)
    assert one.history.undo_stack == other.history.undo_stack
    assert one.history.redo_stack == other.history.redo_stack
    assert one.history.bytes_held == other.history.bytes_held


@settings(max_examples=60, deadline=None)
@given(st.lists(action, max_size=25), st.tuples(st.integers(1, 300), st.integers(1, 300)))
def test_replay_is_the_live_document(actions, shape):
    live = Document(shape)
    journal = []
    live.listeners.append(lambda event: journal.append(json.dumps(event_record(event))))
    for what in actions:
        act(live, what)
    records = [record for record in map(json.loads, journal) if record]
    same(replay(records, shape), live)


@settings(max_examples=60, deadline=None)
@given(st.lists(stroke, max_size=12))
def test_undo_all_is_the_start_and_redo_all_the_end(strokes):
    start = (np.indices(SHAPE).sum(axis=0) // 7 % 2).astype(np.uint8)
    document = Document(SHAPE, start)
    for what in strokes:
        act(document, what)
    mask, touched = document.mask.copy(), document.touched.copy()
    while document.undo():
        pass
    np.testing.assert_array_equal(document.mask, start)
    assert not document.touched.any()
    while document.redo():
        pass
    np.testing.assert_array_equal(document.mask, mask)
    np.testing.assert_array_equal(document.touched, touched)


def test_touched_is_the_whole_footprint_of_strokes_not_undone():
    document = Document(SHAPE, np.ones(SHAPE, np.uint8))
    draw(document, 50.5, 50.5, 50.5, 21, 1)  # changes no Mask pixel
    first = document.touched.copy()
    assert first[50, 40:61].all()
    draw(document, 55.5, 50.5, 55.5, 21, 0)
    document.undo()
    np.testing.assert_array_equal(document.touched, first)
    document.undo()
    assert not document.touched.any()


def test_a_stroke_that_changes_nothing_is_no_step():
    document = Document(SHAPE)
    draw(document, 50, 50, 50, 21, 1)
    assert draw(document, 50, 50, 50, 21, 1) is None
    assert len(document.history.undo_stack) == 1


def test_a_new_stroke_ends_redo():
    document = Document(SHAPE)
    draw(document, 50, 50, 50, 21, 1)
    document.undo()
    assert document.history.next_redo().label == "Brush stroke"
    draw(document, 90, 50, 90, 21, 1)
    assert document.redo() is None
    assert document.history.bytes_held == document.history.newest().size


def test_undo_in_the_middle_of_a_gesture_takes_that_gesture_back():
    document = Document(SHAPE)
    ops = []
    document.listeners.append(lambda event: ops.append(event.op))
    gesture = document.begin("brush", "Brush stroke")
    paint(gesture, document.mask, document.touched, (9, 9), (9, 9), 5, 1)
    document.undo()
    assert not document.mask.any()
    assert not gesture.open
    assert gesture.finish() is None
    assert ops == ["preview", "step", "undo"]


def test_cancelled_gesture_leaves_no_trace():
    document = Document(SHAPE)
    gesture = document.begin("brush", "Brush stroke")
    paint(gesture, document.mask, document.touched, (9, 9), (290, 9), 5, 1)
    gesture.cancel()
    assert not document.mask.any()
    assert not document.touched.any()
    assert document.undo() is None


def journalled(document):
    """Let a Document's steps be read back from records."""

    def follow(event):
        if event.op == "step":
            record = json.dumps(event_record(event))
            document.history.written(event.step, lambda: from_record(json.loads(record)))

    document.listeners.append(follow)
    return document


@settings(max_examples=60, deadline=None)
@given(st.lists(action, max_size=25), st.integers(0, 3000))
def test_steps_leave_memory_once_they_are_written_and_come_back(actions, limit):
    document, plain = journalled(Document(SHAPE, history=History(limit))), Document(SHAPE)
    for what in actions:
        act(document, what)
        act(plain, what)
        assert document.history.bytes_held <= limit
    assert document.history.kinds() == plain.history.kinds()
    assert document.history.steps() == plain.history.steps()
    for verb in ("undo", "redo", "undo"):
        while (step := getattr(document, verb)()) is not None:
            assert step == getattr(plain, verb)()
            assert document.history.bytes_held <= limit
        np.testing.assert_array_equal(document.mask, plain.mask)
        np.testing.assert_array_equal(document.touched, plain.touched)


def test_a_step_that_cannot_be_read_back_leaves_everything_as_it_was():
    def gone():
        raise OSError("gone")

    document = Document(SHAPE, history=History(0))
    document.history.written(draw(document, 50, 50, 50, 21, 1), gone)
    mask = document.mask.copy()
    with pytest.raises(OSError, match="gone"):
        document.undo()
    np.testing.assert_array_equal(document.mask, mask)
    assert document.history.newest().label == "Brush stroke"
    assert document.history.next_redo() is None


def test_without_a_journal_nothing_is_forgotten():
    document = Document(SHAPE, history=History(limit_bytes=1))
    for number in range(10):
        draw(document, 20 * number, 20, 20 * number, 15, 1)
    assert len(document.history.steps()) == 10


BROKEN = {"op": "step", "kind": "brush", "label": "", "parts": [{"rect": [0, 0, 1, 1], "packed": "?"}]}


@pytest.mark.parametrize("record", [{}, {"op": "jump"}, {"op": "step"}, BROKEN])
def test_foreign_records_are_refused(record):
    with pytest.raises(ValueError, match=r"record|step"):
        replay([record], SHAPE)


@pytest.mark.parametrize(
    "part", [Part(Rect(0, 0, 301, 1), b""), Part(Rect(0, 0, 8, 8), b"no"), Part(Rect(5, 5, 5, 9), b"")]
)
def test_parts_that_do_not_fit_are_refused(part):
    with pytest.raises(ValueError, match="part"):
        Document(SHAPE).apply(Step("brush", "Brush stroke", (part,)))


def test_masks_are_checked():
    with pytest.raises(ValueError, match="0 and 1"):
        Document(SHAPE, np.full(SHAPE, 255, np.uint8))
    with pytest.raises(ValueError, match="picture of"):
        Document(SHAPE, np.zeros((2, 2), np.uint8))


def test_steps_are_small():
    document = Document((4096, 4096))
    for number in range(100):
        draw(document, 250 + 35 * number, 700, 260 + 35 * number, 500, 1)
    assert document.history.bytes_held < 2_000_000
    assert document.history.newest().rect.clipped(document.shape) != whole(document.shape)
