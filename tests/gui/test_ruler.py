"""The ruler by real events: what it measures, that it changes nothing, and that no view alters it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_studio.editing.document import Document
from unet_studio.gui.canvas.ruler import Ruler
from unet_studio.gui.canvas.turn import UPRIGHT

KEY, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier
A, B = QPoint(200, 150), QPoint(320, 240)  # 60 columns and 45 rows apart at zoom 2


def measure(reader, *points, keys=Qt.KeyboardModifier.NoModifier):
    reader.press(points[0])
    for point in points[1:]:
        reader.move(point, keys)
    reader.release(points[-1], keys)


@pytest.fixture
def measuring(reader):
    reader.canvas.set_document(Document(reader.shape, reader.marked))
    reader.canvas.set_tool("ruler")
    return reader


def test_a_drag_measures_in_px_and_in_mm_where_the_spacing_is_known(measuring):
    canvas, before = measuring.canvas, measuring.state()
    measure(measuring, A, B)
    assert canvas.ruler_text == "75.0 px"
    canvas.set_spacing((0.2, 0.1))  # rows twice as far apart as columns
    assert canvas.ruler_text == f"{math.hypot(6, 9):.1f} mm"
    assert measuring.state() == before
    assert "Distance 75.0 px" in measuring.told[-1]


def test_escape_and_a_new_picture_take_it_away_and_undo_does_not(measuring):
    canvas = measuring.canvas
    measure(measuring, A, B)
    canvas.document.undo()
    canvas.set_tool("brush")
    assert canvas.ruler is not None
    QTest.keyClick(canvas, KEY.Key_Escape)
    assert canvas.ruler is None
    canvas.set_tool("ruler")
    measuring.press(A)
    measuring.move(B)
    QTest.keyClick(canvas, KEY.Key_Escape)
    assert canvas.ruler is None
    measuring.release(B)
    assert canvas.ruler is None
    measure(measuring, A, B)
    canvas.set_image(np.zeros((50, 60), np.uint8))
    assert canvas.ruler is None
    assert canvas.ruler_text == ""


def test_an_end_can_be_moved_and_a_click_takes_it_away(measuring):
    canvas = measuring.canvas
    measure(measuring, A, B)
    start = canvas.ruler.start
    measure(measuring, B + QPoint(2, 1), B + QPoint(40, 0))
    assert canvas.ruler == Ruler(start, canvas.to_image(QPointF(B + QPoint(40, 0))))
    measure(measuring, A, A - QPoint(0, 60))
    assert canvas.ruler.start == canvas.to_image(QPointF(B + QPoint(40, 0)))
    measure(measuring, QPoint(500, 400), QPoint(500, 400))
    assert canvas.ruler is None


def test_shift_measures_level_or_upright(measuring):
    measure(measuring, A, B, keys=SHIFT)
    assert measuring.canvas.ruler_text == "60.0 px"
    measuring.canvas.set_ruler(None)
    measure(measuring, A, A + QPoint(10, 80), keys=SHIFT)
    assert measuring.canvas.ruler_text == "40.0 px"


def test_it_measures_where_nothing_may_be_painted(measuring):
    canvas = measuring.canvas
    canvas.set_read_only(True)
    measure(measuring, A, B)
    assert canvas.ruler_text == "75.0 px"
    canvas.set_tool("brush")
    measure(measuring, A, B)
    assert not canvas.document.history.steps()


def test_pan_and_zoom_in_the_middle_measure_between_the_same_places(measuring):
    canvas = measuring.canvas
    measuring.press(A)
    start = canvas.to_image(QPointF(A))
    measuring.wheel(QPoint(300, 300), 2)
    measuring.move(QPoint(400, 400))
    measuring.release(QPoint(400, 400))
    assert canvas.ruler == Ruler(start, canvas.to_image(QPointF(400, 400)))


@pytest.mark.parametrize("turn", [UPRIGHT, UPRIGHT.right(), UPRIGHT.mirrored(), UPRIGHT.left().flipped()])
@pytest.mark.parametrize("zoom", [0.6, 2.0, 7.0])
def test_it_is_drawn_between_its_places_in_any_view(measuring, turn, zoom):
    canvas = measuring.canvas
    canvas.set_image(np.full(measuring.shape, 90, np.uint8))
    canvas.set_turn(turn)
    canvas.set_zoom(zoom, (150, 120))
    canvas.set_tool("ruler")
    start, end = QPoint(250, 200), QPoint(370, 290)
    measure(measuring, start, end)
    middle = measuring.repainted()[245, 310]
    assert middle.min() > 200, middle
    before = canvas.ruler
    canvas.set_turn(turn.right())
    canvas.set_zoom(1.3)
    x, y = ((a + b) / 2 for a, b in zip(before.start, before.end, strict=True))
    spot = canvas.to_widget(math.floor(x), math.floor(y))
    assert measuring.repainted()[spot.y() - 1 : spot.y() + 2, spot.x() - 1 : spot.x() + 2].max() > 200
    assert canvas.ruler == before


def test_partial_repaints_add_up_to_the_whole(measuring):
    canvas = measuring.canvas
    QApplication.processEvents()
    measuring.press(A)
    for point in (QPoint(30, 470), QPoint(630, 10), QPoint(210, 160), B):
        measuring.move(point)
        QApplication.processEvents()
        np.testing.assert_allclose(measuring.on_screen(), measuring.repainted(), atol=1)
    measuring.release(B)
    QTest.keyClick(canvas, KEY.Key_Escape)
    np.testing.assert_allclose(measuring.on_screen(), measuring.repainted(), atol=1)


place = st.tuples(st.floats(-50, 4000), st.floats(-50, 4000))


@settings(max_examples=50, deadline=None)
@given(place, place, st.tuples(st.floats(0.05, 3), st.floats(0.05, 3)))
def test_the_length_is_that_of_the_places_in_the_patient(start, end, spacing):
    ruler = Ruler(start, end)
    rows, columns = end[1] - start[1], end[0] - start[0]
    assert ruler.length(spacing) == pytest.approx(((rows * spacing[0]) ** 2 + (columns * spacing[1]) ** 2) ** 0.5)
    assert Ruler(end, start).length(None) == pytest.approx(ruler.length((1.0, 1.0)))
