"""Proposed islands on the picture: taken over, dismissed and undone by click and key, in the real window."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_studio.core.proposal import Proposal
from unet_studio.editing.islands import differences
from unet_studio.gui.app import open_window
from unet_studio.workflow import opening, proposing
from unet_studio.workflow.session import change_reader, close_session, open_session

KEY = Qt.Key
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NO, SHIFT, ALT, CONTROL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
)
ADDED, REMOVED, THIRD = (50, 70), (30, 30), (95, 15)  # column, row inside each of the three islands
SHAPE = (120, 100)


def wanted() -> np.ndarray:
    mask = start()
    mask[60:90, 40:60] = 1
    mask[25:40, 25:40] = 0
    mask[10:20, 90:99] = 1
    return mask


def start() -> np.ndarray:
    mask = np.zeros(SHAPE, np.uint8)
    mask[20:60, 20:60] = 1
    return mask


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setattr(proposing, "warm_up", lambda session: "CPU")
    monkeypatch.setattr(proposing, "device_summary", lambda: ("CPU", ""))
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    for number in (1, 2):
        pixels = ((x * number + y) % 251).astype(np.uint8)
        (pictures / f"film_{number}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    session = change_reader(open_session(tmp_path / "workspace"), "Dr Test")
    opening.add_paths(session, [pictures])
    close_session(session)
    return tmp_path / "workspace"


@pytest.fixture
def window(qtbot, folder):
    """A proposal with two islands to add and one to remove waiting on it; 5 rows of the first are locked."""
    window = open_window(folder)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: opened(window) == "film_1.png", timeout=20_000)
    window.activateWindow()
    window.canvas.setFocus()
    probability = start().astype(np.uint16) * 65535
    window.reading._take_proposal(Proposal(probability, *SHAPE, "lung", "lung-v1", "", "CPU", 0.1))
    window.canvas.set_brush_size(5)
    stroke(window, (30, 62), (70, 62))
    press(window, KEY.Key_X)
    stroke(window, (30, 62), (70, 62))
    press(window, KEY.Key_B)
    offer(window)
    yield window
    window.shut()


def opened(window) -> str:
    case = window.reading.open_case
    return case.case.name if case is not None and not window.reading.busy else ""


def offer(window) -> int:
    document = window.canvas.document
    return window.ghosts.show(differences(document.mask, wanted(), document.touched).islands, "carried from frame 2")


def press(window, key, keys=NO) -> None:
    QTest.keyClick(window.canvas, key, keys)


def click(window, at, keys=NO, button=LEFT) -> None:
    QTest.mouseClick(window.canvas, button, keys, window.canvas.to_widget(*at))


def look(window):
    """What is on the screen where pixels would be added."""
    place = window.canvas.to_widget(*ADDED)
    return window.canvas.grab().toImage().copy(place.x() - 20, place.y() - 20, 40, 40)


def point(window, at) -> None:
    QTest.mouseMove(window.canvas, window.canvas.to_widget(*at))
    QApplication.processEvents()


def stroke(window, start, end, keys=NO) -> None:
    canvas = window.canvas
    QTest.mousePress(canvas, LEFT, keys, canvas.to_widget(*start))
    QTest.mouseMove(canvas, canvas.to_widget(*end))
    QTest.mouseRelease(canvas, LEFT, keys, canvas.to_widget(*end))


def steps(window) -> int:
    return len(window.canvas.document.history.undo_stack)


def told(window) -> str:
    return window.strip.waiting.text() if window.strip.waiting.isVisible() else ""


def test_a_click_takes_an_island_over_and_undo_gives_the_mask_back_bit_for_bit(window):
    before, touched, count = window.canvas.mask, window.canvas.document.touched.copy(), steps(window)
    assert told(window) == "3 islands proposed carried from frame 2: click to take over, Shift+Enter all, Esc none"
    click(window, ADDED)
    after = window.canvas.mask
    changed = after != before
    assert changed[65:90, 40:60].all()
    assert changed.sum() == 25 * 20  # without the rows that the reader had touched
    np.testing.assert_array_equal(window.canvas.document.touched, touched)
    assert steps(window) == count + 1
    assert window.canvas.document.history.newest().kind == "ghost"
    assert window.actions_set["undo"].text() == "&Undo proposed change"
    assert told(window).startswith("2 islands")
    press(window, KEY.Key_Z, CONTROL)
    np.testing.assert_array_equal(window.canvas.mask, before)
    assert told(window).startswith("3 islands")  # it waits again
    press(window, KEY.Key_Z, CONTROL | SHIFT)
    np.testing.assert_array_equal(window.canvas.mask, after)


def test_alt_and_the_right_button_dismiss_without_a_step(window):
    before, count = window.canvas.mask, steps(window)
    click(window, ADDED, ALT)
    assert told(window).startswith("2 islands")
    click(window, REMOVED, NO, RIGHT)
    assert told(window).startswith("1 island ")
    assert offer(window) == 1  # a dismissed island is not offered again
    np.testing.assert_array_equal(window.canvas.mask, before)
    assert steps(window) == count


def test_one_key_takes_all_in_one_step_and_one_takes_none(window):
    before, locked, count = window.canvas.mask, window.canvas.document.touched.copy(), steps(window)
    press(window, KEY.Key_Return, SHIFT)
    np.testing.assert_array_equal(window.canvas.mask, np.where(locked, before, wanted()))
    assert steps(window) == count + 1
    assert told(window) == ""
    press(window, KEY.Key_Z, CONTROL)
    np.testing.assert_array_equal(window.canvas.mask, before)
    press(window, KEY.Key_Escape)
    assert told(window) == ""
    assert not window.actions_set["ghost_all"].isEnabled()
    np.testing.assert_array_equal(window.canvas.mask, before)


def test_keys_go_from_island_to_island(window):
    before = window.canvas.mask
    press(window, KEY.Key_Tab)
    assert window.canvas.hasFocus()
    press(window, KEY.Key_Tab)
    second = window.ghosts.islands[1]
    press(window, KEY.Key_Y)
    expected = before.copy()
    expected[second.rect.slices][second.bits] = second.adds
    np.testing.assert_array_equal(window.canvas.mask, expected)
    press(window, KEY.Key_Y, SHIFT)  # the one after it is chosen by itself
    assert len(window.ghosts.islands) == 1
    np.testing.assert_array_equal(window.canvas.mask, expected)


def test_a_stroke_that_begins_on_an_island_is_a_stroke(window):
    before = window.canvas.mask
    stroke(window, ADDED, (70, 80))
    document = window.canvas.document
    assert document.history.newest().kind == "brush"
    assert document.mask[70, 50]
    assert document.touched[70, 50]
    assert document.touched[80, 70]
    assert len(window.ghosts.islands) == 3
    assert not any(document.touched[one.rect.slices][one.bits].any() for one in window.ghosts.islands)
    press(window, KEY.Key_Return, SHIFT)
    np.testing.assert_array_equal(document.mask[document.touched], (before | document.mask)[document.touched])


def test_shift_and_a_press_draws_its_line_there(window):
    stroke(window, ADDED, (52, 72), SHIFT)
    assert window.canvas.document.history.newest().kind == "brush"


def test_they_go_with_the_hidden_mask_and_with_the_picture(window, qtbot):
    seen = look(window)
    QTest.keyPress(window.canvas, KEY.Key_H)
    assert look(window) != seen
    count = steps(window)
    QTest.mousePress(window.canvas, LEFT, NO, window.canvas.to_widget(*THIRD))
    QTest.mouseRelease(window.canvas, LEFT, NO, window.canvas.to_widget(*THIRD))
    assert window.canvas.document.history.newest().kind == "brush"  # what is not seen is not clicked
    assert steps(window) == count + 1
    QTest.keyRelease(window.canvas, KEY.Key_H)
    press(window, KEY.Key_Z, CONTROL)
    assert look(window) == seen
    press(window, KEY.Key_N)
    qtbot.waitUntil(lambda: opened(window) == "film_2.png", timeout=20_000)
    assert window.ghosts.islands == ()
    assert told(window) == ""


def test_what_partial_repaints_leave_is_what_a_full_one_draws(window):
    canvas = window.canvas
    for at in (ADDED, THIRD, (5, 5)):
        point(window, at)
    click(window, REMOVED)
    QApplication.processEvents()
    place = canvas.mapTo(window, QPoint(0, 0))
    kept = window.screen().grabWindow(window.winId()).toImage()
    canvas.repaint()
    whole = window.screen().grabWindow(window.winId()).toImage()
    area = canvas.rect().translated(place)
    assert kept.copy(area) == whole.copy(area)


def test_sources_stand_beside_each_other(window):
    document = window.canvas.document
    carried = document.mask.copy()
    carried[100:110, 5:15] = 1
    window.ghosts.show(differences(document.mask, carried, document.touched).islands, "carried from frame 3")
    assert told(window).startswith("4 islands proposed carried from frame 2 and carried from frame 3:")
    window.ghosts.clear("carried from frame 2")
    assert told(window).startswith("1 island proposed carried from frame 3")
    window.ghosts.clear()
    assert told(window) == ""


def test_an_island_taken_over_is_in_the_journal(window, folder, qtbot):
    click(window, ADDED)
    mask = window.canvas.mask
    window.close()
    again = open_window(folder)
    qtbot.addWidget(again)
    qtbot.waitUntil(lambda: opened(again) == "film_1.png", timeout=20_000)
    np.testing.assert_array_equal(again.canvas.mask, mask)
    assert again.canvas.document.history.newest().kind == "ghost"
    again.shut()
