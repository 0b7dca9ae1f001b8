"""The canvas under real mouse and key events: what a reader's hand does to the Mask."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QInputDevice, QPointingDevice, QTabletEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_studio.editing.document import Document
from unet_studio.editing.strokes import footprint
from unet_studio.gui.canvas import Canvas

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
SHAPE = (300, 400)


@pytest.fixture
def canvas(qtbot):
    widget = Canvas()
    qtbot.addWidget(widget)
    widget.resize(640, 480)
    widget.show()
    qtbot.waitExposed(widget)
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    display = ((x + y) % 200).astype(np.uint8)
    widget.set_image(display, lambda column, row: int(display[row, column]))
    widget.set_document(Document(SHAPE))
    widget.set_zoom(2.0)
    widget.set_brush_size(1)
    return widget


def drag(canvas, *points, button=LEFT, keys=Qt.KeyboardModifier.NoModifier):
    QTest.mousePress(canvas.viewport(), button, keys, points[0])
    for point in points[1:]:
        QTest.mouseMove(canvas.viewport(), point)
    QTest.mouseRelease(canvas.viewport(), button, keys, points[-1])


def wheel(canvas, at, notches, keys=Qt.KeyboardModifier.NoModifier):
    position = QPointF(at)
    event = QWheelEvent(
        position, canvas.mapToGlobal(position), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def drawn(canvas, *points, size):
    """The Mask that the same stroke leaves when drawn in image coordinates."""
    mask = np.zeros(canvas.image_shape, np.uint8)
    ends = [canvas.to_image(QPointF(point)) for point in points]
    for start, end in itertools.pairwise([ends[0], *ends]):
        for rect, patch in footprint(canvas.image_shape, start, end, size):
            mask[rect.slices][patch] = 1
    return mask


@pytest.mark.parametrize("zoom", [1.0, 1.37, 2.0, 3.3, 7.77, 20.0, 64.0])
def test_size_one_marks_exactly_the_pixel_aimed_at(canvas, zoom):
    canvas.set_zoom(zoom, (200.3, 150.8))
    for column, row in [(200, 150), (199, 151), (203, 149)]:
        QTest.mouseClick(canvas.viewport(), LEFT, pos=canvas.to_widget(column, row))
        assert np.argwhere(canvas.mask).tolist() == [[row, column]]
        canvas.document.undo()


@pytest.mark.parametrize("zoom", [0.21, 0.5, 1.0, 2.9, 11.0])
@pytest.mark.parametrize("size", [1, 2, 9, 80, 500])
def test_a_fast_stroke_is_what_it_is_in_image_coordinates(canvas, zoom, size):
    canvas.set_zoom(zoom)
    canvas.set_brush_size(size)
    points = QPoint(20, 30), QPoint(600, 200), QPoint(300, 470), QPoint(301, 20)
    drag(canvas, *points)
    np.testing.assert_array_equal(canvas.mask, drawn(canvas, *points, size=size))
    assert len(canvas.document.history.steps()) <= 1


def test_one_gesture_is_one_step_and_undo_redo_show(canvas, qtbot):
    canvas.set_brush_size(15)
    with qtbot.waitSignal(canvas.stroke_finished) as finished:
        drag(canvas, canvas.to_widget(200, 100), canvas.to_widget(220, 140), canvas.to_widget(180, 150))
    (step,) = finished.args
    assert step.kind == "brush"
    after = canvas.mask
    canvas.document.undo()
    assert not canvas.mask.any()
    canvas.document.redo()
    np.testing.assert_array_equal(canvas.mask, after)


def test_eraser_takes_away_and_touches(canvas):
    canvas.set_document(Document(SHAPE, np.ones(SHAPE, np.uint8)))
    canvas.set_tool("eraser")
    canvas.set_brush_size(21)
    drag(canvas, canvas.to_widget(200, 100), canvas.to_widget(240, 100))
    expected = drawn(canvas, canvas.to_widget(200, 100), canvas.to_widget(240, 100), size=21)
    np.testing.assert_array_equal(canvas.mask, 1 - expected)
    np.testing.assert_array_equal(canvas.document.touched, expected.astype(bool))


def test_mask_is_a_copy(canvas):
    canvas.mask[...] = 1
    assert not canvas.mask.any()


def test_shift_draws_a_straight_line(canvas):
    canvas.set_brush_size(5)
    a, b, c = (canvas.to_widget(*at) for at in [(150, 100), (180, 160), (250, 120)])
    drag(canvas, a, b, c, keys=SHIFT)
    np.testing.assert_array_equal(canvas.mask, drawn(canvas, a, c, size=5))
    np.testing.assert_array_equal(canvas.document.touched, canvas.mask.astype(bool))


def test_shift_and_a_click_joins_the_stroke_before(canvas):
    canvas.set_brush_size(5)
    a, b = canvas.to_widget(150, 100), canvas.to_widget(250, 140)
    QTest.mouseClick(canvas.viewport(), LEFT, pos=a)
    QTest.mouseClick(canvas.viewport(), LEFT, SHIFT, b)
    np.testing.assert_array_equal(canvas.mask, drawn(canvas, a, b, size=5))
    assert len(canvas.document.history.steps()) == 2


def test_window_drag_in_the_middle_of_a_stroke(canvas):
    moved = []
    canvas.window_dragged.connect(lambda dx, dy: moved.append((dx, dy)))
    canvas.set_brush_size(7)
    view = canvas.viewport()
    a, b, c, d = (QPoint(x, 200) for x in (100, 150, 400, 430))
    QTest.mousePress(view, LEFT, pos=a)
    QTest.mouseMove(view, b)
    QTest.mousePress(view, RIGHT, pos=b)
    QTest.mouseMove(view, QPoint(300, 260))
    QTest.mouseMove(view, c)
    QTest.mouseRelease(view, RIGHT, pos=c)
    QTest.mouseMove(view, d)
    QTest.mouseRelease(view, LEFT, pos=d)
    assert moved == [(150.0, 60.0), (100.0, -60.0)]
    np.testing.assert_array_equal(canvas.mask, drawn(canvas, a, b, size=7) | drawn(canvas, c, d, size=7))
    assert len(canvas.document.history.steps()) == 1


@pytest.mark.parametrize("space", [False, True])
def test_pan_moves_the_picture_and_does_not_paint(canvas, space):
    canvas.set_zoom(5.0)
    before = canvas.to_image(QPointF(300, 200))
    if space:
        QTest.keyPress(canvas, Qt.Key.Key_Space)
    drag(canvas, QPoint(300, 200), QPoint(360, 190), QPoint(400, 260), button=LEFT if space else MIDDLE)
    if space:
        QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.to_image(QPointF(400, 260)) == pytest.approx(before)
    assert not canvas.mask.any()
    drag(canvas, QPoint(300, 200), QPoint(310, 200))
    assert canvas.mask.any()


@pytest.mark.parametrize("how", ["middle", "space"])
def test_pan_in_the_middle_of_a_stroke(canvas, how):
    view = canvas.viewport()
    a, b, c, d = (QPoint(x, 200) for x in (100, 150, 400, 430))
    QTest.mousePress(view, LEFT, pos=a)
    QTest.mouseMove(view, b)
    first = drawn(canvas, a, b, size=1)
    if how == "middle":
        QTest.mousePress(view, MIDDLE, pos=b)
    else:
        QTest.keyPress(canvas, Qt.Key.Key_Space)
    QTest.mouseMove(view, c)
    if how == "middle":
        QTest.mouseRelease(view, MIDDLE, pos=c)
    else:
        QTest.keyRelease(canvas, Qt.Key.Key_Space)
    QTest.mouseMove(view, d)
    QTest.mouseRelease(view, LEFT, pos=d)
    np.testing.assert_array_equal(canvas.mask, first | drawn(canvas, c, d, size=1))


def test_the_picture_cannot_be_lost(canvas):
    drag(canvas, QPoint(300, 200), QPoint(5000, 9000), button=MIDDLE)
    rows, columns = SHAPE
    corner, end = canvas.to_widget(0, 0), canvas.to_widget(columns - 1, rows - 1)
    assert corner.x() < canvas.width() - 20
    assert corner.y() < canvas.height() - 20
    assert end.x() > 20
    assert end.y() > 20


def test_wheel_zooms_at_the_cursor(canvas, qtbot):
    at = QPoint(123, 321)
    before = canvas.to_image(QPointF(at))
    with qtbot.waitSignal(canvas.zoom_changed) as zoomed:
        wheel(canvas, at, 3)
    assert canvas.zoom == pytest.approx(2 * 1.2**3)
    assert zoomed.args == [canvas.zoom]
    assert canvas.to_image(QPointF(at)) == pytest.approx(before, abs=0.5)
    for notches in (-100, 100):
        wheel(canvas, at, notches)
        assert 0.05 < canvas.zoom <= 64


def test_wheel_in_the_middle_of_a_stroke_draws_no_line(canvas):
    view = canvas.viewport()
    QTest.mousePress(view, LEFT, pos=QPoint(200, 200))
    wheel(canvas, QPoint(200, 200), 4)
    QTest.mouseRelease(view, LEFT, pos=QPoint(200, 200))
    assert canvas.mask.sum() == 1


def test_brush_size_by_wheel_and_call(canvas, qtbot):
    with qtbot.waitSignal(canvas.brush_size_changed) as changed:
        wheel(canvas, QPoint(200, 200), 1, CONTROL)
    assert changed.args == [2]
    canvas.step_brush(1)
    assert canvas.brush_size == 3
    canvas.step_brush(-3)
    assert canvas.brush_size == 1
    canvas.set_brush_size(9999)
    canvas.step_brush(1)
    assert canvas.brush_size == 500
    assert canvas.zoom == 2.0


def test_undo_in_the_middle_of_a_stroke_ends_it(canvas):
    steps = []
    canvas.stroke_finished.connect(steps.append)
    view = canvas.viewport()
    QTest.mousePress(view, LEFT, pos=QPoint(200, 200))
    QTest.mouseMove(view, QPoint(250, 200))
    canvas.document.undo()
    QTest.mouseMove(view, QPoint(300, 200))
    QTest.mouseRelease(view, LEFT, pos=QPoint(300, 200))
    assert not canvas.mask.any()
    assert len(steps) == 1
    canvas.document.redo()
    assert canvas.mask.any()


def test_another_tool_or_document_finishes_the_stroke(canvas):
    steps = []
    canvas.stroke_finished.connect(steps.append)
    first = canvas.document
    QTest.mousePress(canvas.viewport(), LEFT, pos=QPoint(200, 200))
    canvas.set_tool("eraser")
    QTest.mouseMove(canvas.viewport(), QPoint(250, 200))
    QTest.mouseRelease(canvas.viewport(), LEFT, pos=QPoint(250, 200))
    assert [step.kind for step in steps] == ["brush"]
    canvas.set_tool("brush")
    QTest.mousePress(canvas.viewport(), LEFT, pos=QPoint(300, 200))
    canvas.set_document(Document(SHAPE))
    assert len(steps) == 2
    assert not first.listeners
    assert first.mask.sum() == 2
    assert not canvas.mask.any()


def test_read_only_paints_nothing_and_navigates(canvas):
    canvas.set_read_only(True)
    drag(canvas, QPoint(200, 200), QPoint(300, 300))
    assert canvas.read_only
    assert not canvas.document.touched.any()
    drag(canvas, QPoint(200, 200), QPoint(300, 300), button=MIDDLE)
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor
    canvas.set_read_only(False)
    drag(canvas, QPoint(200, 200), QPoint(300, 300))
    assert canvas.document.touched.any()


def test_without_picture_or_document_nothing_breaks(canvas):
    canvas.set_image(None)
    drag(canvas, QPoint(200, 200), QPoint(300, 300))
    drag(canvas, QPoint(200, 200), QPoint(300, 300), button=MIDDLE)
    wheel(canvas, QPoint(200, 200), 2)
    canvas.grab()
    assert canvas.mask.shape == canvas.image_shape == (0, 0)
    assert canvas.value_at(0, 0) is None
    canvas.set_image(np.zeros((1, 1), np.uint8))
    drag(canvas, QPoint(200, 200), QPoint(300, 300))
    canvas.set_document(Document((1, 1)))
    drag(canvas, QPoint(200, 200), QPoint(400, 300))
    assert canvas.mask.all()
    with pytest.raises(ValueError, match="picture of"):
        canvas.set_document(Document((2, 2)))
    with pytest.raises(ValueError, match="picture of"):
        canvas.set_ghost(np.zeros((2, 2), np.uint8))
    with pytest.raises(ValueError, match="picture of"):
        canvas.set_shade(np.zeros((2, 2), np.uint8), np.asarray)


def test_hover_says_the_pixel(canvas):
    spots = []
    canvas.hovered.connect(lambda column, row: spots.append((column, row)))
    QTest.mouseMove(canvas.viewport(), canvas.to_widget(150, 120))
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert spots[-2:] == [(150, 120), (-1, -1)]
    assert canvas.value_at(150, 120) == 70
    assert canvas.value_at(400, 0) is None


def test_held_keys_are_let_go_with_the_focus(canvas):
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    QApplication.sendEvent(canvas, QFocusEvent(QEvent.Type.FocusOut))
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor
    drag(canvas, QPoint(200, 200), QPoint(210, 200))
    assert canvas.mask.any()


def test_painting_goes_on_while_the_mask_is_hidden(canvas):
    shown = []
    canvas.mask_shown.connect(shown.append)
    canvas.set_mask_visible(False)
    drag(canvas, QPoint(200, 200), QPoint(210, 200))
    canvas.set_mask_visible(True)
    assert shown == [False, True]
    assert canvas.mask.any()


def test_a_stroke_ends_with_the_focus(canvas):
    QTest.mousePress(canvas.viewport(), LEFT, pos=QPoint(200, 200))
    QApplication.sendEvent(canvas, QFocusEvent(QEvent.Type.FocusOut))
    QTest.mouseMove(canvas.viewport(), QPoint(300, 200))
    assert canvas.mask.sum() == 1
    assert len(canvas.document.history.steps()) == 1


def pen(canvas, kind, end, at):
    """Send one tablet event of a pen's tip or eraser end."""
    device = QPointingDevice(
        "pen", 1, QInputDevice.DeviceType.Stylus, end, QInputDevice.Capability.Position, 1, 1
    )  # fmt: skip
    position = QPointF(at)
    held = LEFT if kind != QEvent.Type.TabletRelease else Qt.MouseButton.NoButton
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else LEFT
    event = QTabletEvent(
        kind, device, position, canvas.mapToGlobal(position), 1.0, 0.0, 0.0, 0.0, 0.0, 0.0,
        Qt.KeyboardModifier.NoModifier, button, held,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def test_a_pen_paints_and_its_other_end_erases(canvas):
    a, b = canvas.to_widget(150, 100), canvas.to_widget(250, 100)
    for end in (QPointingDevice.PointerType.Pen, QPointingDevice.PointerType.Eraser):
        pen(canvas, QEvent.Type.TabletPress, end, a)
        pen(canvas, QEvent.Type.TabletMove, end, b)
        pen(canvas, QEvent.Type.TabletRelease, end, b)
        assert canvas.mask.sum() == (101 if end == QPointingDevice.PointerType.Pen else 0)
    assert [step.kind for step in canvas.document.history.steps()] == ["brush", "eraser"]


def test_a_touchpad_turns_the_brush_by_parts_of_a_notch(canvas):
    for _ in range(4):
        canvas.turn_brush(0.25)
    assert canvas.brush_size == 2
    canvas.turn_brush(-0.9)
    assert canvas.brush_size == 2


def test_a_second_quick_press_paints_too(canvas):
    QTest.mouseDClick(canvas.viewport(), LEFT, pos=canvas.to_widget(200, 100))
    QTest.mouseRelease(canvas.viewport(), LEFT, pos=canvas.to_widget(200, 100))
    assert np.argwhere(canvas.mask).tolist() == [[100, 200]]


def test_names_and_no_timers(canvas):
    assert canvas.objectName() == "canvas"
    assert canvas.accessibleName()
    assert not [child for child in canvas.children() if child.metaObject().className() == "QTimer"]
    with pytest.raises(KeyError):
        canvas.set_tool("hammer")
