"""The Mask menu, the strip and the keys in the real window: what is done, said, undone, kept and journalled."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from unet_studio.core.proposal import Proposal
from unet_studio.editing import commands
from unet_studio.editing.toolbox import TOOLBOX
from unet_studio.gui import preferences
from unet_studio.gui.actions import ACTIONS
from unet_studio.gui.app import open_window
from unet_studio.gui.canvas.tools import TOOLS
from unet_studio.workflow import opening, proposing
from unet_studio.workflow.session import change_reader, close_session, open_session

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton
NO, SHIFT, CONTROL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """A Workspace of Dr Test with two gray pictures."""
    monkeypatch.setattr(proposing, "warm_up", lambda session: "CPU")
    monkeypatch.setattr(proposing, "device_summary", lambda: ("CPU", ""))
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    y, x = np.mgrid[:120, :100]
    for number in (1, 2):
        pixels = ((x * number + y) % 251).astype(np.uint8)
        (pictures / f"film_{number}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    session = change_reader(open_session(tmp_path / "workspace"), "Dr Test")
    opening.add_paths(session, [pictures])
    close_session(session)
    return tmp_path / "workspace"


@pytest.fixture
def show(qtbot, folder):
    windows = []

    def open_one():
        window = open_window(folder)
        qtbot.addWidget(window)
        windows.append(window)
        qtbot.waitUntil(lambda: opened(window) != "", timeout=20_000)
        window.activateWindow()
        window.canvas.setFocus()
        return window

    yield open_one
    for window in windows:
        window.shut()


def opened(window) -> str:
    case = window.reading.open_case
    return case.case.name if case is not None and not window.reading.busy else ""


def propose(window) -> np.ndarray:
    """Two regions, the larger one with a hole."""
    mask = np.zeros((120, 100), np.uint16)
    mask[20:60, 20:60] = 65535
    mask[35:40, 35:40] = 0
    mask[80:84, 80:84] = 40000
    window.reading._take_proposal(Proposal(mask, 120, 100, "lung", "lung-v1", "", "CPU", 0.1))
    return window.canvas.mask


def dab(window, column, row, size=5, keys=NO):
    window.canvas.set_brush_size(size)
    QTest.mouseClick(window.canvas, LEFT, keys, window.canvas.to_widget(column, row))


@pytest.mark.parametrize("name", commands.COMMANDS)
def test_a_command_is_one_step_by_its_key_and_keeps_locked_pixels(show, name):
    window = show()
    canvas = window.canvas
    window.strip.set_amounts({"island": 100, "radius": 2})
    propose(window)
    QTest.keyClick(canvas, KEY.Key_E)
    dab(window, 59, 22)  # a notch on the outline
    dab(window, 80, 20)
    QTest.keyClick(canvas, KEY.Key_B)
    dab(window, 90, 100)
    document = canvas.document
    before, touched = document.mask.copy(), document.touched.copy()
    row = TOOLBOX[name]
    amount = window.strip.amounts()[row.amount.name] if row.amount else 0
    wanted = before.copy()
    rect, patch = commands.COMMANDS[name](before, amount)
    wanted[rect.slices] = patch
    steps = len(document.history.steps())
    QTest.keyClick(canvas, getattr(KEY, f"Key_{row.key[-1]}"), SHIFT)
    np.testing.assert_array_equal(document.mask, np.where(touched, before, wanted))
    np.testing.assert_array_equal(document.touched, touched)
    assert len(document.history.steps()) == steps + 1
    kept = int(((wanted != before) & touched).sum())
    assert (f"{kept} locked pixels kept; K unlocks everything" in window.status.message()) == (kept > 1)
    assert window.actions_set["undo"].text() == f"&Undo {row.label.lower()}"
    QTest.keyClick(canvas, KEY.Key_Z, CONTROL)
    np.testing.assert_array_equal(document.mask, before)
    assert window.actions_set["redo"].text() == f"&Redo {row.label.lower()}"


def test_undo_says_what_it_takes_back(show):
    window = show()
    assert window.actions_set["undo"].text() == "&Undo"
    QTest.keyClick(window.canvas, KEY.Key_R)
    QTest.mousePress(window.canvas, LEFT, NO, window.canvas.to_widget(20, 20))
    QTest.mouseMove(window.canvas, window.canvas.to_widget(40, 50))
    QTest.mouseRelease(window.canvas, LEFT, NO, window.canvas.to_widget(40, 50))
    assert window.canvas.mask.any()
    assert window.actions_set["undo"].text() == "&Undo rectangle"
    assert window.actions_set["undo"].toolTip() == "Undo rectangle  [Ctrl+Z]"


def test_one_key_unlocks_everything_and_undo_locks_it_again(show):
    window = show()
    propose(window)
    dab(window, 10, 100, 7)
    touched = window.canvas.document.touched.copy()
    QTest.keyClick(window.canvas, KEY.Key_K)
    assert not window.canvas.document.touched.any()
    assert f"{touched.sum()} pixels unlocked" in window.status.message()
    strokes = window.reading.draft.strokes
    QTest.keyClick(window.canvas, KEY.Key_K)
    assert window.status.message() == "No pixel is locked"
    QTest.keyClick(window.canvas, KEY.Key_Z, CONTROL)
    np.testing.assert_array_equal(window.canvas.document.touched, touched)
    assert window.reading.draft.strokes == strokes == 1


def test_what_was_unlocked_follows_the_threshold_again(show):
    window = show()
    propose(window)
    dab(window, 82, 82, 9)
    window.segment.threshold.slider.setValue(90)
    assert window.canvas.mask[82, 82]
    QTest.keyClick(window.canvas, KEY.Key_K)
    window.segment.threshold.slider.setValue(91)
    assert not window.canvas.mask[82, 82]


def test_keys_of_a_polygon_do_not_reach_the_worklist(show, qtbot):
    window = show()
    canvas = window.canvas
    QTest.keyClick(canvas, KEY.Key_G)
    for at in ((20, 20), (60, 20), (60, 70), (90, 100)):
        QTest.mouseClick(canvas, LEFT, NO, canvas.to_widget(*at))
    QTest.keyClick(canvas, KEY.Key_Backspace)
    QTest.keyClick(canvas, KEY.Key_3)  # presets and the like still work
    assert opened(window) == "film_1.png"
    QTest.keyClick(canvas, KEY.Key_Return)
    assert opened(window) == "film_1.png"
    assert canvas.mask[30, 50]
    assert not canvas.mask[90, 88]
    QTest.keyClick(canvas, KEY.Key_N)
    qtbot.waitUntil(lambda: opened(window) == "film_2.png", timeout=20_000)
    QTest.keyClick(canvas, KEY.Key_Backspace)
    qtbot.waitUntil(lambda: opened(window) == "film_1.png", timeout=20_000)


def test_another_case_in_the_middle_keeps_the_stroke_and_drops_the_polygon(show, qtbot):
    window = show()
    canvas = window.canvas
    canvas.set_brush_size(9)
    QTest.mousePress(canvas, LEFT, NO, canvas.to_widget(50, 60))
    QTest.keyClick(canvas, KEY.Key_N)
    qtbot.waitUntil(lambda: opened(window) == "film_2.png", timeout=20_000)
    QTest.mouseRelease(canvas, LEFT, NO, canvas.to_widget(50, 60))
    assert not canvas.mask.any()
    QTest.keyClick(canvas, KEY.Key_G)
    for at in ((20, 20), (60, 20), (60, 70)):
        QTest.mouseClick(canvas, LEFT, NO, canvas.to_widget(*at))
    window.worklist.step(-1)
    qtbot.waitUntil(lambda: opened(window) == "film_1.png", timeout=20_000)
    assert canvas.mask[60, 50]
    assert canvas._hand is None
    assert len(canvas.document.history.steps()) == 1


def test_every_tool_has_an_action_with_its_key_and_shows_its_options(show):
    window = show()
    propose(window)
    window.canvas.set_tool("unlock")
    for name in TOOLS:
        (row,) = (row for row in ACTIONS if row.id == name)
        assert row.keys == (TOOLBOX[name].key,)
        window.actions_set[name].trigger()
        assert window.canvas.tool == name
        assert window.actions_set[name].isChecked()
        assert window.strip.signs[True].isVisible() == TOOLS[name].signed
        assert window.strip.boxes["level"].isVisible() == (name == "threshold_brush")
        assert TOOLS[name].hint in window.status.message()
    heights = {window.canvas.height()}
    for name in TOOLS:
        window.actions_set[name].trigger()
        heights.add(window.canvas.height())
    assert len(heights) == 1


def test_numbers_are_typed_without_running_actions_and_enter_goes_back_to_the_picture(show):
    window = show()
    propose(window)
    box = window.strip.boxes["radius"]
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "b7")
    QTest.keyClick(box, KEY.Key_Return)
    assert box.value() == 7
    assert window.canvas.hasFocus()
    assert window.canvas.tool == "brush"
    assert opened(window) == "film_1.png"
    assert not window.reading.busy


def test_taking_away_by_button_and_key(show):
    window = show()
    QTest.keyClick(window.canvas, KEY.Key_L)
    QTest.mouseClick(window.strip.signs[True], LEFT)
    assert window.canvas.hasFocus()
    assert window.canvas._subtract
    QTest.keyClick(window.canvas, KEY.Key_X)
    assert window.strip.signs[False].isChecked()
    QTest.keyClick(window.canvas, KEY.Key_E)
    QTest.keyClick(window.canvas, KEY.Key_X)
    assert window.canvas.tool == "brush"


def test_the_threshold_brush_takes_its_level_from_the_strip(show):
    window = show()
    assert not window.actions_set["threshold_brush"].isEnabled()
    propose(window)
    QTest.keyClick(window.canvas, KEY.Key_A)
    window.strip.boxes["level"].setValue(70)  # the island is probable to 61 %
    dab(window, 82, 82, 11)
    assert not window.canvas.mask[78:90, 78:90].any()
    window.strip.boxes["level"].setValue(60)
    dab(window, 82, 82, 11)
    assert window.canvas.mask[80:84, 80:84].all()
    assert window.canvas.mask[78:90, 78:90].sum() == 16


def test_amounts_and_the_lock_s_look_are_kept(show, folder):
    window = show()
    window.strip.set_amounts({"largest": 2, "island": 77, "radius": 3, "smooth": 9, "level": 44})
    QTest.keyClick(window.canvas, KEY.Key_K, CONTROL)
    window.close()
    kept = preferences.load(folder)
    assert (kept.amount_largest, kept.amount_island, kept.amount_level, kept.show_lock) == (2, 77, 44, True)
    again = show()
    assert again.strip.amounts() == {"largest": 2, "island": 77, "radius": 3, "smooth": 9, "level": 44}
    assert again.canvas._level == 0.44
    assert again.actions_set["show_lock"].isChecked()
    assert again.canvas._lock_layer.visible


def test_everything_is_journalled(show):
    window = show()
    propose(window)
    canvas = window.canvas
    QTest.keyClick(canvas, KEY.Key_L)
    QTest.mousePress(canvas, LEFT, NO, canvas.to_widget(70, 20))
    for at in ((90, 20), (90, 60), (70, 60)):
        QTest.mouseMove(canvas, canvas.to_widget(*at))
    QTest.mouseRelease(canvas, LEFT, NO, canvas.to_widget(70, 60))
    for key in (KEY.Key_F, KEY.Key_G, KEY.Key_O):
        QTest.keyClick(canvas, key, SHIFT)
    QTest.keyClick(canvas, KEY.Key_K)
    mask, touched = canvas.mask, canvas.document.touched.copy()
    labels = [step.label for step in canvas.document.history.steps()]
    assert labels[:4] == ["Proposal", "Lasso", "Fill holes", "Grow"]
    assert labels[-1] == "Unlock"
    window.close()
    again = show()
    np.testing.assert_array_equal(again.canvas.mask, mask)
    np.testing.assert_array_equal(again.canvas.document.touched, touched)
    assert [step.label for step in again.canvas.document.history.steps()] == labels
    assert again.actions_set["undo"].text() == "&Undo unlock"


def test_the_strip_is_never_in_the_way_of_a_narrow_picture(show):
    window = show()
    window.resize(1366, 768)
    QTest.qWait(50)
    button = window.strip.findChild(object, "strip_smooth")
    assert button.isVisible()
    assert button.mapTo(window.strip, QPoint(0, 0)).x() < window.strip.width() - button.width()
    window.splitter.setSizes([600, 330, 400])
    QTest.qWait(50)
    assert not button.isVisible()
    assert window.canvas.to_image(QPointF(0, 0)) is not None
