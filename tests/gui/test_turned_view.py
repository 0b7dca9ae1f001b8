"""The view turned and mirrored: the picture is seen otherwise, and every gesture changes the pixels it is drawn on."""

import os
import subprocess
import sys
import textwrap
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_studio.editing.document import Document
from unet_studio.editing.pyramid import transposed
from unet_studio.editing.rect import Rect
from unet_studio.gui.canvas.turn import UPRIGHT, WORDS, Turn
from unet_studio.gui.canvas.view import fitted, turned, zoomed

KEY = Qt.Key
TURNS = [Turn(*key) for key in WORDS]
NAMES = [turn.words or "upright" for turn in TURNS]
any_turn = st.sampled_from(TURNS)
spot = st.builds(QPoint, st.integers(-40, 680), st.integers(-40, 520))


def test_turning_is_what_it_is_called():
    picture = np.arange(6).reshape(2, 3)
    assert UPRIGHT.right().seen(picture).tolist() == np.rot90(picture, -1).tolist()
    assert UPRIGHT.left().seen(picture).tolist() == np.rot90(picture).tolist()
    assert UPRIGHT.mirrored().seen(picture).tolist() == picture[:, ::-1].tolist()
    assert UPRIGHT.flipped().seen(picture).tolist() == picture[::-1].tolist()
    assert UPRIGHT.right().words == "turned 90° right"
    assert UPRIGHT.left().words == "turned 90° left"
    assert UPRIGHT.right().mirrored().words == "turned 90° right, mirrored left–right"
    assert UPRIGHT.left().mirrored().words == "turned 90° left, mirrored left–right"
    assert UPRIGHT.words == ""


@given(st.lists(st.sampled_from(["right", "left", "mirrored", "flipped"]), max_size=8))
@settings(deadline=None, max_examples=60)
def test_turns_follow_each_other_like_those_of_an_array(steps):
    picture, seen, turn = np.arange(15).reshape(3, 5), np.arange(15).reshape(3, 5), UPRIGHT
    do = {"right": lambda a: np.rot90(a, -1), "left": np.rot90, "mirrored": np.fliplr, "flipped": np.flipud}
    for step in steps:
        turn, seen = getattr(turn, step)(), do[step](seen)
    assert turn.seen(picture).tolist() == seen.tolist()
    assert turn.shape(picture.shape) == seen.shape
    assert turn.back(turn.forth((3.0, -7.0))) == (3.0, -7.0)
    assert (turn == UPRIGHT) == (turn.words == "")


@pytest.mark.parametrize("shape", [(3, 5), (1, 4), (4, 1), (3, 5, 3), (1, 1, 3), (2, 1, 3)])
@pytest.mark.parametrize("kind", [np.uint8, bool])
def test_pixels_are_transposed(shape, kind):
    pixels = np.random.default_rng(0).integers(0, 2, shape).astype(kind)
    for given_ in (pixels, pixels[::-1, ::-1]):
        found = transposed(given_)
        assert (found.dtype, found.flags.c_contiguous) == (pixels.dtype, True)
        np.testing.assert_array_equal(found, given_.swapaxes(0, 1))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["brush", "lasso", "polygon", "rectangle", "ellipse"]),
    any_turn,
    st.floats(0.2, 40),
    st.tuples(st.floats(0, 400), st.floats(0, 300)),
    st.tuples(st.integers(-200, 200), st.integers(-200, 200)),
    st.lists(spot, min_size=3, max_size=7, unique_by=lambda p: (p.x() // 12, p.y() // 12)),
    st.integers(1, 120),
    st.sampled_from([1.0, 2.0]),
)
def test_a_gesture_in_any_view_changes_the_pixels_that_it_does_in_image_coordinates(
    reader, name, turn, zoom, centre, shift, points, size, ratio
):
    canvas = reader.canvas
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canvas, "devicePixelRatioF", lambda: ratio, raising=False)
        canvas.set_turn(turn)
        canvas.set_document(Document(reader.shape))
        canvas.set_zoom(zoom, centre)
        canvas.pan(*shift)
        canvas.set_brush_size(size)
        wanted = reader.expected(name, points)
        reader.draw(name, points)
    np.testing.assert_array_equal(canvas.mask, wanted)
    np.testing.assert_array_equal(canvas.document.touched, wanted.astype(bool))
    canvas.document.undo()
    assert not canvas.mask.any()


@pytest.mark.parametrize("turn", TURNS, ids=NAMES)
def test_what_is_seen_is_the_turned_picture_and_a_click_marks_what_is_seen(reader, turn):
    canvas = reader.canvas
    picture = np.random.default_rng(0).integers(0, 255, reader.shape).astype(np.uint8)
    canvas.set_image(picture)
    canvas.set_document(Document(reader.shape))
    canvas.set_turn(turn)
    canvas.set_zoom(3.0)
    canvas.set_brush_size(1)
    seen = turn.seen(picture)
    left, top = (640 - 3 * seen.shape[1]) / 2, (480 - 3 * seen.shape[0]) / 2
    for x, y in [(320, 240), (101, 57), (600, 470), (333, 12)]:
        column, row = int((x + 0.5 - left) // 3), int((y + 0.5 - top) // 3)
        assert reader.repainted()[y, x].tolist() == [seen[row, column]] * 3
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
        assert np.argwhere(turn.seen(canvas.mask)).tolist() == [[row, column]]
        canvas.document.undo()
    assert not canvas.mask.any()


@pytest.mark.parametrize("turn", TURNS, ids=NAMES)
@pytest.mark.parametrize("zoom", [0.4, 0.9, 1.0, 2.6, 8.0])
def test_mask_outline_hatch_and_sketch_are_turned_with_the_picture(reader, turn, zoom):
    """Beside a canvas that shows the same arrays turned beforehand."""
    canvas = reader.canvas
    canvas.resize(480, 480)
    canvas.set_outline(False)
    seen = []
    y, x = np.mgrid[:300, :400]
    picture = (127 + 60 * np.sin(x / 40) + 50 * np.cos(y / 30)).astype(np.uint8)
    for first, then in ((UPRIGHT, turn), (turn, UPRIGHT)):
        canvas.set_image(np.ascontiguousarray(first.seen(picture)))
        mask = np.ascontiguousarray(first.seen(reader.marked))
        canvas.set_document(Document(mask.shape, mask))
        canvas.set_turn(then)
        canvas.set_zoom(zoom)
        canvas.set_tool("rectangle")
        reader.press(QPoint(200, 210))
        reader.move(QPoint(300, 260))
        seen.append(reader.repainted())
        QTest.keyClick(canvas, KEY.Key_Escape)
        reader.release(QPoint(300, 260))
    outer = np.abs(seen[0] - seen[1]).max(axis=-1) > 6
    tinted = seen[0][..., 2] - seen[0][..., 0] > 12
    assert tinted.sum() > 500
    assert outer.sum() < 0.3 * tinted.sum()  # px of an edge may round to the other side


@pytest.mark.parametrize("turn", TURNS, ids=NAMES)
@pytest.mark.parametrize("zoom", [0.37, 1.0, 1.7, 3.3])
def test_partial_repaints_add_up_to_the_whole(reader, turn, zoom):
    canvas = reader.canvas
    rng = np.random.default_rng(3)
    canvas.set_image(rng.integers(0, 255, reader.shape).astype(np.uint8))
    canvas.set_document(Document(reader.shape, reader.marked))
    canvas.set_lock_visible(True)
    canvas.set_turn(turn)
    canvas.set_zoom(zoom)
    QApplication.processEvents()
    for size in (1, 7, 40):
        canvas.set_brush_size(size)
        points = [QPoint(*at) for at in rng.integers((250, 180), (400, 300), (5, 2)).tolist()]
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(canvas, point)
            QApplication.processEvents()
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=points[-1])
    canvas.document.undo()
    np.testing.assert_allclose(reader.on_screen(), reader.repainted(), atol=1)


@settings(max_examples=60, deadline=None)
@given(any_turn, any_turn, st.floats(0.3, 20), st.tuples(st.integers(0, 639), st.integers(0, 479)), st.integers(-4, 4))
def test_zooming_and_turning_keep_what_is_under_the_cursor(turn, other, zoom, at, notches):
    view = replace(fitted((300, 400), 640, 480, turn), scale=zoom)
    under = view.to_image(at)
    assert zoomed(view, 1.2**notches, at, (300, 400)).to_image(at) == pytest.approx(under, abs=1e-6)
    assert turned(view, other, at).to_image(at) == pytest.approx(under, abs=1e-6)
    assert view.to_widget(under) == pytest.approx(at)


@pytest.mark.parametrize("turn", TURNS, ids=NAMES)
def test_wheel_and_middle_drag_work_on_what_is_seen(reader, turn):
    canvas = reader.canvas
    canvas.set_turn(turn)
    at = QPoint(350, 260)
    under = canvas.to_image(QPointF(at))
    reader.wheel(at, 3)
    assert canvas.zoom > 3
    assert canvas.to_image(QPointF(at)) == pytest.approx(under, abs=0.5)
    reader.press(at, button=Qt.MouseButton.MiddleButton)
    reader.move(at + QPoint(40, -25))
    reader.release(at + QPoint(40, -25), button=Qt.MouseButton.MiddleButton)
    assert canvas.to_image(QPointF(at + QPoint(40, -25))) == pytest.approx(under, abs=0.5)
    canvas.pan(5000, 5000)
    left, top, right, bottom = canvas._view.bounds(Rect(0, 0, *reader.shape))
    assert left <= 600
    assert top <= 440
    assert right - left == pytest.approx(turn.shape(reader.shape)[1] * canvas.zoom)
    assert bottom - top == pytest.approx(turn.shape(reader.shape)[0] * canvas.zoom)


@pytest.mark.parametrize("turn", TURNS, ids=NAMES)
def test_arrow_keys_and_drags_move_a_region_as_the_hand_does(reader, turn):
    canvas = reader.canvas
    canvas.set_document(Document(reader.shape, reader.marked))
    canvas.set_turn(turn)
    canvas.set_zoom(2.0, (22, 22))
    canvas.set_tool("move")
    start = turn.seen(canvas.mask)
    island = turn.seen((np.indices(reader.shape) < 30).all(axis=0))
    rows, columns = np.argwhere(island & (start == 1)).mean(axis=0)
    QTest.mouseMove(canvas, canvas.to_widget(22, 22))
    QTest.keyClick(canvas, KEY.Key_Right)
    QTest.keyClick(canvas, KEY.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    moved = np.argwhere(island & (turn.seen(canvas.mask) == 1)) if turn == UPRIGHT else None
    found = np.argwhere((turn.seen(canvas.mask) == 1) & (start == 0)).mean(axis=0)
    assert found == pytest.approx((rows - 10, columns + 1))
    assert moved is None or len(moved) == 16


def test_a_stroke_goes_on_when_the_view_is_turned_in_its_middle_without_a_line_to_there(reader):
    canvas = reader.canvas
    canvas.set_brush_size(3)
    reader.press(QPoint(200, 200))
    reader.move(QPoint(230, 200))
    before = canvas.mask.sum()
    canvas.set_turn(UPRIGHT.right())
    assert canvas.mask.sum() == before
    reader.move(QPoint(231, 200))
    reader.release(QPoint(231, 200))
    assert canvas.mask.sum() <= before + 12
    assert len(canvas.document.history.steps()) == 1


def test_a_new_picture_opens_upright_and_whole(reader):
    canvas = reader.canvas
    canvas.set_turn(UPRIGHT.left().mirrored())
    canvas.set_image(np.zeros((100, 200), np.uint8))
    assert canvas.turn == UPRIGHT
    assert canvas.zoom == pytest.approx(3.2)


def test_a_whole_picture_stays_whole_when_it_is_turned(reader):
    canvas = reader.canvas
    canvas.fit()
    canvas.set_turn(UPRIGHT.right())
    assert canvas.zoom == pytest.approx(480 / 400)
    canvas.resize(700, 600)
    assert canvas.zoom == pytest.approx(600 / 400)


HIGH_DPI = """
    import numpy as np
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication
    from unet_studio.editing.document import Document
    from unet_studio.gui.canvas import Canvas
    from unet_studio.gui.canvas.turn import WORDS, Turn

    app = QApplication([])
    canvas = Canvas()
    canvas.resize(500, 400)
    canvas.set_image(np.full((120, 160), 100, np.uint8))
    canvas.set_outline(False)
    canvas.show()
    app.processEvents()
    ratio = canvas.devicePixelRatioF()
    for key in WORDS:
        canvas.set_turn(Turn(*key))
        for zoom in (1.0, 2.3, 9.0):
            canvas.set_document(Document((120, 160)))
            canvas.set_zoom(zoom)
            canvas.set_brush_size(1)
            for at in [(80, 60), (83, 61)] if zoom > 1 else []:  # else whole px reach not every pixel
                QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.to_widget(*at))
                assert np.argwhere(canvas.mask).tolist() == [[at[1], at[0]]], (key, zoom, at)
                canvas.document.undo()
            canvas.set_brush_size(31)
            QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.to_widget(70, 55))
            canvas.leaveEvent(None)
            app.processEvents()
            image = canvas.grab().toImage()
            wrong = marked = 0
            for y in range(0, image.height(), 5):
                for x in range(0, image.width(), 5):
                    at = canvas._view.to_image(((x + 0.5) / ratio, (y + 0.5) / ratio))
                    column, row = map(int, np.floor(at))
                    inside = 0 <= column < 160 and 0 <= row < 120
                    tinted = bool(inside and canvas.mask[row, column])
                    wrong += tinted != (image.pixelColor(x, y).blue() > 105)
                    marked += tinted
            assert wrong == 0 < marked, (key, zoom, wrong, marked)
    print("ratio", ratio)
"""


@pytest.mark.parametrize("ratio", ["1.25", "2"])
def test_high_dpi(ratio):
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": ratio}
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(HIGH_DPI)],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["ratio", str(float(ratio))]
