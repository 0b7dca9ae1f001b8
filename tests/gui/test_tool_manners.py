"""Each tool's own manners under real mouse and key events."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from unet_studio.editing.document import Document

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
KEY = Qt.Key


@pytest.mark.parametrize("name", ["lasso", "polygon", "rectangle", "ellipse"])
def test_alt_or_the_option_takes_away(reader, name):
    canvas = reader.canvas
    full = np.ones(reader.shape, np.uint8)
    marked = reader.expected(name, reader.ring)
    canvas.set_document(Document(reader.shape, full))
    reader.draw(name, keys=ALT)
    np.testing.assert_array_equal(canvas.mask, 1 - marked)
    canvas.document.undo()
    canvas.swap()
    assert canvas.tool == name
    reader.draw(name)
    np.testing.assert_array_equal(canvas.mask, 1 - marked)
    reader.draw(name, keys=ALT)
    np.testing.assert_array_equal(canvas.mask, full)


@pytest.mark.parametrize(("name", "option"), [("rectangle", "square"), ("ellipse", "circle")])
def test_shift_makes_squares_and_circles_and_follows_the_key(reader, name, option):
    canvas = reader.canvas
    points = [QPoint(200, 100), QPoint(420, 180)]
    ends = reader.in_image(points)
    even = reader.filled(name, *ends, **{option: True})
    reader.draw(name, points, SHIFT)
    np.testing.assert_array_equal(canvas.mask, even)
    canvas.document.undo()
    reader.hold(name, points)
    QTest.keyPress(canvas, KEY.Key_Shift)
    assert canvas._hand._even
    QTest.keyRelease(canvas, KEY.Key_Shift)
    assert not canvas._hand._even
    reader.release(points[-1])
    np.testing.assert_array_equal(canvas.mask, reader.expected(name, points))


def test_a_lasso_goes_straight_while_shift_is_held(reader):
    canvas = reader.canvas
    canvas.set_tool("lasso")
    reader.press(reader.ring[0])
    reader.move(reader.ring[1])
    for at in (QPoint(420, 250), QPoint(500, 400), reader.ring[2]):
        reader.move(at, SHIFT)
    reader.move(reader.ring[3])
    reader.release(reader.ring[3])
    np.testing.assert_array_equal(canvas.mask, reader.expected("lasso", reader.ring[:4]))


@pytest.mark.parametrize("close", ["Return", "Enter", "double", "first corner"])
def test_a_polygon_is_closed(reader, close):
    canvas = reader.canvas
    reader.hold("polygon")
    if close == "double":
        QTest.mouseDClick(canvas, LEFT, pos=reader.ring[-1])
    elif close == "first corner":
        QTest.mouseClick(canvas, LEFT, pos=reader.ring[0] + QPoint(5, -4))
    else:
        QTest.keyClick(canvas, getattr(KEY, f"Key_{close}"))
    np.testing.assert_array_equal(canvas.mask, reader.expected("polygon", reader.ring))
    assert canvas._hand is None
    assert len(canvas.document.history.steps()) == 1


def test_a_polygon_s_corners_are_taken_back_and_carried(reader):
    canvas = reader.canvas
    canvas.set_tool("polygon")
    QTest.mouseClick(canvas, LEFT, pos=reader.ring[0])
    QTest.keyClick(canvas, KEY.Key_Return)
    assert "three corners" in reader.told[-1]
    for point in (reader.ring[1], QPoint(600, 20), QPoint(610, 400)):
        QTest.mouseClick(canvas, LEFT, pos=point)
    QTest.keyClick(canvas, KEY.Key_Backspace)
    QTest.keyClick(canvas, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    reader.press(QPoint(300, 20))
    reader.move(reader.ring[2])
    reader.release(reader.ring[2])
    QTest.mouseClick(canvas, LEFT, pos=reader.ring[3])
    QTest.keyClick(canvas, KEY.Key_Return)
    np.testing.assert_array_equal(canvas.mask, reader.expected("polygon", reader.ring[:4]))
    QTest.mouseClick(canvas, LEFT, pos=reader.ring[0])
    for _ in range(5):
        QTest.keyClick(canvas, KEY.Key_Backspace)
    assert canvas._hand is not None  # the first corner stays: a key that repeats must not reach the worklist
    QTest.keyClick(canvas, KEY.Key_Escape)
    assert canvas._hand is None


def test_fill_toggles_once_and_says_what_it_left_alone(reader):
    canvas = reader.canvas
    reader.made("fill")
    hole, outside = canvas.to_widget(150, 160), canvas.to_widget(390, 290)
    before = canvas.mask
    canvas.set_tool("fill")
    QTest.mouseClick(canvas, LEFT, pos=hole)
    QTest.mouseDClick(canvas, LEFT, pos=hole)
    kept = int((before[140:150, 140:165] == 0).sum())
    assert reader.told == [f"{kept} locked pixels kept; K unlocks everything"]
    assert canvas.mask[160, 150]
    assert not canvas.mask[145, 150]
    assert len(canvas.document.history.steps()) == 1
    QTest.mouseClick(canvas, LEFT, pos=canvas.to_widget(21, 21))
    assert not canvas.mask[20:24, 20:24].any()
    QTest.mouseClick(canvas, LEFT, pos=outside)
    assert "Nothing is enclosed" in reader.told[-1]
    assert len(canvas.document.history.steps()) == 2


def test_a_component_moves_by_hand_and_by_arrow_keys(reader):
    canvas = reader.canvas
    canvas.set_document(Document(reader.shape, reader.marked))
    canvas.set_tool("move")
    island = reader.marked[20:24, 20:24].sum()
    a, b = canvas.to_widget(21, 21), canvas.to_widget(31, 26)
    reader.press(a)
    reader.move(QPoint(500, 300))
    reader.move(b)
    reader.release(b)
    assert canvas.mask[25:29, 30:34].sum() == island
    assert not canvas.mask[20:25, 20:30].any()
    reader.move(canvas.to_widget(200, 280))
    QTest.keyClick(canvas, KEY.Key_Right)
    QTest.keyClick(canvas, KEY.Key_Down, SHIFT)
    assert canvas.mask[35:39, 31:35].sum() == island
    assert [step.kind for step in canvas.document.history.steps()] == ["move"] * 3
    QTest.keyPress(canvas, KEY.Key_Left)
    QTest.keyPress(canvas, KEY.Key_Left)
    reader.move(canvas.to_widget(300, 280))
    QTest.keyRelease(canvas, KEY.Key_Left)
    assert canvas.mask[35:39, 29:33].sum() == island
    assert len(canvas.document.history.steps()) == 4
    reader.press(canvas.to_widget(390, 290))
    assert "No marked region" in reader.told[-1]
    for _ in range(4):
        canvas.document.undo()
    np.testing.assert_array_equal(canvas.mask, reader.marked)


def test_pulling_where_no_outline_is_says_so(reader):
    canvas = reader.canvas
    reader.draw("pull")
    assert "No outline" in reader.told[-1]
    assert not canvas.document.history.steps()


def test_a_zoom_or_window_drag_in_the_middle_pulls_nothing(reader):
    canvas = reader.canvas
    canvas.set_document(Document(reader.shape, reader.marked))
    canvas.set_brush_size(40)
    canvas.set_tool("pull")
    at = canvas.to_widget(200, 150)
    reader.press(at)
    reader.press(at, button=RIGHT)
    reader.move(at + QPoint(90, 60))
    reader.release(at + QPoint(90, 60), button=RIGHT)
    reader.wheel(at + QPoint(90, 60), 3)
    reader.move(at + QPoint(90, 60))
    reader.release(at + QPoint(90, 60))
    np.testing.assert_array_equal(canvas.mask, reader.marked)


def test_the_threshold_brush_marks_from_the_level_and_needs_a_proposal(reader):
    canvas = reader.canvas
    canvas.set_document(Document(reader.shape, np.ones(reader.shape, np.uint8)))
    covered = reader.expected("threshold_brush", reader.ring).astype(bool)
    reader.draw("threshold_brush")
    probable = canvas._probability() >= np.ceil(0.3 * 65535)
    np.testing.assert_array_equal(canvas.mask, np.where(covered, probable, 1))
    np.testing.assert_array_equal(canvas.document.touched, covered)
    canvas.set_probability(None)
    reader.draw("threshold_brush")
    assert "no proposal" in reader.told[-1]
    assert len(canvas.document.history.steps()) == 1


def test_the_unlocking_lasso_says_where_nothing_is_locked(reader):
    reader.draw("unlock")
    assert "No locked pixel" in reader.told[-1]


def test_locked_pixels_are_hatched_and_nothing_else(reader):
    canvas = reader.canvas
    touched = np.zeros(reader.shape, bool)
    touched[100:160, 100:200] = True
    canvas.set_document(Document(reader.shape, None, touched))
    canvas.leaveEvent(None)
    plain = reader.repainted()
    canvas.set_tool("unlock")
    assert (reader.repainted() != plain).any()
    canvas.set_tool("lasso")
    np.testing.assert_array_equal(reader.repainted(), plain)
    canvas.set_lock_visible(True)
    differs = (reader.repainted() != plain).any(axis=-1)
    (left, top), (right, bottom) = canvas._view.to_widget((100, 100)), canvas._view.to_widget((200, 160))
    inside = differs[int(top) : int(bottom), int(left) : int(right)]
    assert 0.1 < inside.mean() < 0.5
    assert differs.sum() == inside.sum()
