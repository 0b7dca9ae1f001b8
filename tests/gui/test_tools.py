"""What the tools have in common: exactness, the lock, giving up, undo, and the other hand meanwhile."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_studio.editing import commands, lock
from unet_studio.editing.document import Document
from unet_studio.editing.records import event_record, replay
from unet_studio.editing.threshold import apply_proposal
from unet_studio.editing.toolbox import TOOLBOX
from unet_studio.gui.canvas.picture import Picture
from unet_studio.gui.canvas.tools import TOOLS

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NO, SHIFT, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
KEY = Qt.Key

spot = st.builds(QPoint, st.integers(-40, 680), st.integers(-40, 520))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["brush", "lasso", "polygon", "rectangle", "ellipse"]),
    st.floats(0.2, 40),
    st.tuples(st.floats(0, 400), st.floats(0, 300)),
    st.lists(spot, min_size=3, max_size=7, unique_by=lambda p: (p.x() // 12, p.y() // 12)),
    st.integers(1, 120),
)
def test_a_gesture_at_any_zoom_changes_the_pixels_that_it_does_in_image_coordinates(
    reader, name, zoom, centre, points, size
):
    canvas = reader.canvas
    canvas.set_document(Document(reader.shape))
    canvas.set_zoom(zoom, centre)
    canvas.set_brush_size(size)
    wanted = reader.expected(name, points)
    reader.draw(name, points)
    np.testing.assert_array_equal(canvas.mask, wanted)
    np.testing.assert_array_equal(canvas.document.touched, wanted.astype(bool))
    assert len(canvas.document.history.steps()) == int(wanted.any())
    canvas.document.undo()
    assert not canvas.mask.any()
    assert not canvas.document.touched.any()


@pytest.mark.parametrize("name", TOOLS)
def test_each_tool_keeps_the_promise_of_its_row(reader, name):
    canvas = reader.canvas
    points = reader.made(name)
    row, document = TOOLBOX[name], canvas.document
    mask, touched = document.mask.copy(), document.touched.copy()
    reader.draw(name, points)
    (step,) = document.history.steps()
    assert (step.kind, step.label) == (row.name, row.label)
    if row.respects_lock:
        np.testing.assert_array_equal(document.touched, touched)
        np.testing.assert_array_equal(document.mask[touched], mask[touched])
        assert (document.mask != mask).any()
    elif row.clears_lock:
        np.testing.assert_array_equal(document.mask, mask)
        assert not document.touched.any()
    else:
        assert document.touched[document.mask != mask].all()
        assert document.touched.sum() > touched.sum()
        assert document.touched[touched].all()
    document.undo()
    np.testing.assert_array_equal(document.mask, mask)
    np.testing.assert_array_equal(document.touched, touched)


@pytest.mark.parametrize("name", TOOLS)
def test_escape_gives_the_gesture_up_and_leaves_no_trace(reader, name):
    canvas = reader.canvas
    points = reader.made(name)
    before = reader.state()
    reader.hold(name, points)
    QTest.keyClick(canvas, KEY.Key_Escape)
    assert reader.state() == before
    reader.move(QPoint(500, 100))
    reader.release(QPoint(500, 100))
    assert reader.state() == before
    canvas.leaveEvent(None)
    seen = reader.on_screen()
    np.testing.assert_allclose(seen, reader.repainted(), atol=1)
    reader.draw(name, points)
    assert reader.state() != before


@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize("zoom", [0.7, 2.0, 5.0])
def test_what_is_repainted_in_the_middle_of_a_gesture_adds_up_to_the_whole(reader, name, zoom):
    canvas = reader.canvas
    points = reader.made(name)
    canvas.set_lock_visible(True)
    canvas.set_zoom(zoom, (150, 120))
    canvas.set_tool(name)
    QApplication.processEvents()
    reader.press(points[0])
    for point in points[1:]:
        reader.move(point)
        QApplication.processEvents()
        if name == "polygon":
            reader.release(point)
            reader.press(point + QPoint(3, 1))
            QApplication.processEvents()
    np.testing.assert_allclose(reader.on_screen(), reader.repainted(), atol=1)
    reader.release(points[-1])
    QTest.keyClick(canvas, KEY.Key_Escape)


@pytest.mark.parametrize("name", ["lasso", "polygon", "rectangle", "ellipse"])
def test_a_preview_repaints_only_what_it_covers(reader, monkeypatch, name):
    canvas = reader.canvas
    canvas.resize(1200, 900)
    QApplication.processEvents()
    canvas.set_tool(name)
    areas = []
    draw_picture = Picture.paint
    monkeypatch.setattr(
        Picture, "paint",
        lambda self, painter, exposed, *rest: (
            areas.append(exposed.width() * exposed.height()), draw_picture(self, painter, exposed, *rest)
        ),
    )  # fmt: skip
    reader.press(QPoint(100, 100))
    if name == "polygon":
        reader.release(QPoint(100, 100))
    for at in (QPoint(700, 500), QPoint(704, 503), QPoint(708, 505)):
        QApplication.processEvents()
        areas.clear()
        reader.move(at)
        QApplication.processEvents()
    assert 0 < sum(areas) < 0.3 * canvas.width() * canvas.height()
    QTest.keyClick(canvas, KEY.Key_Escape)


@pytest.mark.parametrize("name", ["lasso", "polygon", "rectangle", "ellipse"])
def test_the_other_hand_works_in_the_middle(reader, name):
    canvas = reader.canvas
    windowed = []
    canvas.window_dragged.connect(lambda *by: windowed.append(by))
    canvas.set_tool(name)
    corners = [(150, 60), (230, 80), (240, 200), (140, 190)]
    ends = []
    for index, corner in enumerate(corners):
        at = canvas.to_widget(*corner)
        if name == "polygon" or index == 0:
            reader.press(at)
        else:
            reader.move(at)
        ends.append(canvas.to_image(QPointF(at)))
        if name == "polygon":
            reader.release(at)
        if index == 0:
            reader.press(at, button=RIGHT)
            reader.move(at + QPoint(12, 7))
            reader.release(at + QPoint(12, 7), button=RIGHT)
        elif index == 1:
            reader.wheel(at, 2, ALT | SHIFT)
        else:
            QTest.keyPress(canvas, KEY.Key_Space)
            if name == "polygon":
                reader.press(at)
            reader.move(at + QPoint(-20, 15))
            if name == "polygon":
                reader.release(at + QPoint(-20, 15))
            QTest.keyRelease(canvas, KEY.Key_Space)
    if name == "polygon":
        QTest.keyClick(canvas, KEY.Key_Return)
    else:
        last = QPoint(*(round(value) for value in canvas._view.to_widget(ends[-1])))
        reader.release(last)
    assert windowed == [(12.0, 7.0)]
    assert canvas.zoom == pytest.approx(2 * 1.2**2)
    shape, args = ("polygon", (ends,)) if name in ("lasso", "polygon") else (name, (ends[0], ends[-1]))
    np.testing.assert_array_equal(canvas.mask, reader.filled(shape, *args))


ENDS = {
    "focus": lambda canvas: QApplication.sendEvent(canvas, QFocusEvent(QEvent.Type.FocusOut)),
    "tool": lambda canvas: canvas.set_tool("eraser" if canvas.tool != "eraser" else "brush"),
    "case": lambda canvas: canvas.set_document(Document(canvas.image_shape)),
    "read only": lambda canvas: canvas.set_read_only(True),
}


@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize("end", ENDS)
def test_strokes_are_finished_and_outlines_given_up_when_the_hand_is_needed_elsewhere(reader, name, end):
    canvas = reader.canvas
    points = reader.made(name)
    before, document = reader.state(), canvas.document
    reader.hold(name, points)
    outlined = canvas._hand.drawn
    ENDS[end](canvas)
    assert canvas._hand is None
    assert len(document.history.undo_stack) == (0 if outlined else 1)
    assert ((document.mask.tobytes(), document.touched.tobytes(), 0) == before) == outlined
    after = document.mask.copy()
    reader.move(QPoint(500, 100))
    reader.release(QPoint(500, 100))
    np.testing.assert_array_equal(document.mask, after)
    assert document._open is None


@pytest.mark.parametrize("name", TOOLS)
def test_an_undo_in_the_middle_ends_the_gesture(reader, name):
    canvas = reader.canvas
    points = reader.made(name)
    reader.draw("brush", [QPoint(40, 40), QPoint(60, 60)])
    before = reader.state()
    reader.hold(name, points)
    outlined = canvas._hand.drawn
    canvas.document.undo()
    reader.move(QPoint(500, 100))
    reader.release(QPoint(500, 100))
    assert canvas._hand is None
    if outlined:
        canvas.document.redo()
    assert reader.state() == before


def test_a_proposal_in_the_middle_leaves_an_outline_in_the_hand(reader):
    canvas = reader.canvas
    reader.hold("polygon")
    gesture = canvas.document.begin("proposal", "Proposal")
    gesture.finish(even_if_empty=True)
    canvas.set_read_only(False)  # the window says so after each change
    QTest.keyClick(canvas, KEY.Key_Return)
    np.testing.assert_array_equal(canvas.mask, reader.expected("polygon", reader.ring))


@pytest.mark.parametrize("keys", [NO, SHIFT])
def test_a_stroke_goes_on_when_a_proposal_arrives_in_its_middle(reader, keys):
    canvas, points = reader.canvas, reader.ring[:3]
    reader.press(points[0], keys)
    reader.move(points[1], keys)
    apply_proposal(canvas.document, np.full((4, 4), 65535, np.uint16), 0.5)
    canvas.document.undo()
    canvas.document.redo()
    reader.release(points[1], keys)
    canvas.set_tool("eraser")
    reader.press(points[0], keys)
    apply_proposal(canvas.document, np.full((4, 4), 65535, np.uint16), 0.4)
    reader.move(points[2], keys)
    reader.release(points[2], keys)
    rest = reader.expected("eraser", [points[0], points[2]])
    np.testing.assert_array_equal(canvas.mask[rest == 1], 0)
    assert [step.kind for step in canvas.document.history.steps()][-2:] == ["proposal", "eraser"]


BETWEEN = {
    "nothing": lambda reader: None,
    "escape": lambda reader: QTest.keyClick(reader.canvas, KEY.Key_Escape),
    "undo": lambda reader: reader.canvas.document.undo(),
    "redo": lambda reader: reader.canvas.document.redo(),
    "proposal": lambda reader: apply_proposal(reader.canvas.document, reader.canvas._probability()[::9, ::9], 0.5),
    "command": lambda reader: commands.run(reader.canvas.document, "grow", 2),
    "unlock": lambda reader: lock.unlock_all(reader.canvas.document),
    "focus": ENDS["focus"],
    "tool": lambda reader: reader.canvas.swap(),
    "wheel": lambda reader: reader.wheel(QPoint(300, 200), 1),
}
gesture = st.tuples(
    st.sampled_from(sorted(TOOLS)),
    st.lists(spot, min_size=2, max_size=5),
    st.sampled_from([NO, SHIFT, ALT]),
    st.lists(st.sampled_from(sorted(BETWEEN)), max_size=3),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(gesture, min_size=1, max_size=6))
def test_whatever_the_hand_does_the_journal_tells_it_and_undo_takes_all_of_it_back(reader, gestures):
    reader.made("brush")
    canvas, document = reader.canvas, reader.canvas.document
    canvas.set_zoom(2.0)
    start, records = (document.mask.copy(), document.touched.copy()), []
    document.listeners.append(lambda event: records.append(event_record(event)))
    for name, points, keys, interruptions in gestures:
        reader.hold(name, points, keys)
        for interruption, point in zip(interruptions, points, strict=False):
            BETWEEN[interruption](canvas if interruption == "focus" else reader)
            reader.move(point, keys)
        reader.release(points[-1], keys)
        QTest.keyClick(canvas, KEY.Key_Return if len(points) % 2 else KEY.Key_Escape)
    canvas.set_read_only(True)
    canvas.set_read_only(False)
    again = replay([record for record in records if record is not None], document.shape, *start)
    for one in (document, again):
        while one.redo():
            pass
    end = document.mask.copy(), document.touched.copy()
    np.testing.assert_array_equal(again.mask, end[0])
    np.testing.assert_array_equal(again.touched, end[1])
    while document.undo():
        pass
    np.testing.assert_array_equal(document.mask, start[0])
    np.testing.assert_array_equal(document.touched, start[1])
    while document.redo():
        pass
    np.testing.assert_array_equal(document.mask, end[0])
    np.testing.assert_array_equal(document.touched, end[1])


def test_a_pen_draws_shapes_like_the_mouse_and_its_other_end_erases(reader):
    canvas = reader.canvas
    device = QPointingDevice(
        "pen", 1, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Position, 1, 1,
    )  # fmt: skip
    canvas.set_tool("lasso")
    kinds = [QEvent.Type.TabletPress, *[QEvent.Type.TabletMove] * (len(reader.ring) - 1), QEvent.Type.TabletRelease]
    for kind, at in zip(kinds, [*reader.ring, reader.ring[-1]], strict=True):
        spot = QPointF(at)
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else LEFT
        event = QTabletEvent(
            kind, device, spot, canvas.mapToGlobal(spot), 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, NO, button, LEFT
        )  # fmt: skip
        QApplication.sendEvent(canvas, event)
    np.testing.assert_array_equal(canvas.mask, reader.expected("lasso", reader.ring))
