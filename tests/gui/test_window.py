"""The window on a Workspace of drawn pictures: what it shows, what it keeps, how it closes. No model is needed."""

import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolBar

from unet_studio.core.case import Status
from unet_studio.core.image import Window
from unet_studio.core.proposal import Proposal
from unet_studio.gui.app import open_window
from unet_studio.gui.learn_facts import Known
from unet_studio.gui.names import name_of
from unet_studio.gui.picture_link import preset_name
from unet_studio.workflow import opening, proposing
from unet_studio.workflow.session import change_reader, close_session, open_session

KEY = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def no_torch(monkeypatch):
    monkeypatch.setattr(proposing, "warm_up", lambda session: "CPU")
    monkeypatch.setattr(proposing, "device_summary", lambda: ("CPU", "no NVIDIA driver answers"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A Workspace of Dr Test with three gray pictures, one of unknown kind and one that is broken."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    y, x = np.mgrid[:120, :100]
    for number in range(1, 4):
        pixels = ((x * number + y) % 251).astype(np.uint8)
        (pictures / f"film_{number}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    green = np.dstack([x, 250 - x, y]).astype(np.uint8)
    (pictures / "meadow.png").write_bytes(cv2.imencode(".png", green)[1].tobytes())
    (pictures / "notes.png").write_text("not a picture at all")
    session = change_reader(open_session(tmp_path / "workspace"), "Dr Test")
    opening.add_paths(session, [pictures])
    close_session(session)
    return tmp_path / "workspace"


@pytest.fixture
def show(qtbot, folder):
    """Opens a window on the Workspace and waits for its first picture; all are shut in the end."""
    windows = []

    def open_one(wait: bool = True):
        window = open_window(folder)
        qtbot.addWidget(window)
        windows.append(window)
        if wait:
            qtbot.waitUntil(lambda: opened(window) != "", timeout=20_000)
        return window

    yield open_one
    for window in windows:
        window.shut()


def opened(window) -> str:
    case = window.reading.open_case
    return case.case.name if case is not None and not window.reading.busy else ""


def choose(window, qtbot, name: str) -> None:
    panel = window.worklist.panel
    row = next(row for row, case in enumerate(panel.shown()) if case.name == name)
    place = panel.list.visualRect(panel.order.index(row, 0)).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def idle(window, qtbot) -> None:
    qtbot.waitUntil(lambda: not window.jobs.busy(), timeout=20_000)


def test_first_picture_opens_by_itself(show, qtbot):
    window = show()
    assert opened(window) == "film_1.png"
    assert window.windowTitle() == "Picture 1 – U-Net Studio – reader: Dr Test"
    assert window.canvas.image_shape == (120, 100)
    idle(window, qtbot)
    assert "CPU" in window.status.fact("device")
    assert "no NVIDIA driver" in window.status.fact("device")


def test_empty_workspace_says_what_to_do(qtbot, tmp_path):
    window = open_window(tmp_path / "empty")
    qtbot.addWidget(window)
    words = [label.text() for label in window.start.findChildren(QLabel)]
    assert any("Drop pictures" in text for text in words)
    assert window.pages.currentWidget() is window.start
    assert not window.actions_set["propose"].isEnabled()
    window.shut()


def test_steps_through_the_list(show, qtbot):
    window = show()
    for key, name in ((KEY.Key_N, "film_2.png"), (KEY.Key_N, "film_3.png"), (KEY.Key_Backspace, "film_2.png")):
        QTest.keyClick(window.canvas, key)
        qtbot.waitUntil(lambda name=name: opened(window) == name)
    QTest.keyClick(window.canvas, KEY.Key_Backspace)
    qtbot.waitUntil(lambda: opened(window) == "film_1.png")
    QTest.keyClick(window.canvas, KEY.Key_Backspace)
    assert window.status.message() == "This is the first picture"


def test_what_cannot_be_opened_says_why(show, qtbot):
    window = show()
    choose(window, qtbot, "notes.png")
    assert opened(window) == ""
    assert window.pages.currentWidget() is window.start
    notes = next(case for case in window.worklist.panel.model.cases() if case.name == "notes.png")
    assert any(name_of(notes) in label.text() for label in window.start.findChildren(QLabel))
    assert QApplication.activeModalWidget() is None
    QTest.keyClick(window, KEY.Key_Backspace)
    qtbot.waitUntil(lambda: opened(window) == "meadow.png")


def test_a_picture_that_fits_no_target(show, qtbot):
    window = show()
    choose(window, qtbot, "meadow.png")
    qtbot.waitUntil(lambda: opened(window) == "meadow.png")
    assert window.segment.note.isVisible()
    assert not window.actions_set["accept"].isEnabled()
    QTest.keyClick(window.canvas, KEY.Key_P)
    assert "choose" in window.status.message()
    QTest.keyClick(window.canvas, KEY.Key_2, CONTROL)
    qtbot.waitUntil(lambda: opened(window) == "meadow.png" and window.reading.open_case.target == "polyp")
    assert window.actions_set["target_polyp"].isChecked()
    assert window.actions_set["accept"].isEnabled()


def test_window_and_level(show, qtbot):
    window = show()
    canvas, text = window.canvas, window.status.fact("window_level")
    before = canvas.grab().toImage()
    start = QPoint(200, 200)
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.RightButton, pos=start)
    QTest.mouseMove(canvas.viewport(), start + QPoint(60, 40))
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.RightButton, pos=start + QPoint(60, 40))
    qtbot.waitUntil(lambda: window.status.fact("window_level") != text)
    assert canvas.grab().toImage() != before
    assert not canvas.mask.any()
    QTest.keyClick(canvas, KEY.Key_1)
    qtbot.waitUntil(lambda: window.status.fact("window_level") == text)


def test_place_and_value_under_the_cursor(show, qtbot):
    window = show()
    QTest.mouseMove(window.canvas.viewport(), window.canvas.to_widget(30, 40))
    qtbot.waitUntil(lambda: window.status.fact("place") == "x 30  y 40  value 70")


def test_no_earlier_version_is_said(show, qtbot):
    window = show()
    QTest.keyPress(window.canvas, KEY.Key_V)
    idle(window, qtbot)
    QTest.keyRelease(window.canvas, KEY.Key_V)
    assert "no earlier model version" in window.status.message()


def test_enter_in_the_filter_accepts_nothing(show, qtbot):
    window = show()
    QTest.keyClick(window.canvas, KEY.Key_F, CONTROL)
    edit = window.findChild(QLineEdit, "worklist_filter")
    assert edit.hasFocus()
    film = next(case for case in window.worklist.panel.model.cases() if case.name == "film_3.png")
    QTest.keyClicks(edit, name_of(film).lower())
    QTest.keyClick(edit, KEY.Key_Return)
    idle(window, qtbot)
    assert {case.status for case in window.worklist.panel.model.cases()} == {Status.NEW, Status.UNREADABLE}
    assert [case.name for case in window.worklist.panel.shown()] == ["film_3.png"]


def test_enter_accepts_neither_nothing_nor_before_the_proposal_is_there(show, qtbot, monkeypatch):
    window = show()
    QTest.keyClick(window.canvas, KEY.Key_Return)
    assert "Nothing is marked" in window.status.message()
    arrives = threading.Event()

    def slow(session, case):
        arrives.wait(20)
        mask = np.full((12, 10), 65535, np.uint16)
        return Proposal(mask, 120, 100, "lung", "lung-v1", "", "CPU", 0.1)

    monkeypatch.setattr(proposing, "propose", slow)
    QTest.keyClick(window.canvas, KEY.Key_P)
    QTest.keyClick(window.canvas, KEY.Key_Return)
    assert "not here yet" in window.status.message()
    assert opened(window) == "film_1.png"
    arrives.set()
    qtbot.waitUntil(lambda: window.canvas.mask.all(), timeout=20_000)
    QTest.keyClick(window.canvas, KEY.Key_Return)
    qtbot.waitUntil(lambda: opened(window) == "film_2.png", timeout=20_000)
    assert window.worklist.panel.model.cases()[0].status is Status.QUEUED


def test_exclude_and_bring_back(show, qtbot):
    window = show()
    QTest.keyClick(window.canvas, KEY.Key_Delete)
    dialog = QApplication.activeModalWidget()
    QTest.keyClick(dialog, KEY.Key_2)
    qtbot.waitUntil(lambda: opened(window) == "film_2.png")
    first = window.worklist.panel.model.cases()[0]
    assert (first.status, first.reason) == (Status.EXCLUDED, "wrong body part")
    choose(window, qtbot, "film_1.png")
    qtbot.waitUntil(lambda: opened(window) == "film_1.png")
    window.actions_set["exclude"].trigger()
    qtbot.waitUntil(lambda: window.worklist.panel.model.cases()[0].status is Status.NEW)


def test_strokes_survive_a_close_without_asking(show, qtbot):
    window = show()
    window.canvas.set_brush_size(9)
    QTest.mouseClick(window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=window.canvas.to_widget(50, 60))
    mask = window.canvas.mask
    assert mask[60, 50]
    window.end_session()
    window.close()
    assert not window.isVisible()
    again = show()
    assert np.array_equal(again.canvas.mask, mask)
    assert again.worklist.panel.model.cases()[0].status is Status.CORRECTED
    assert again.canvas.brush_size == 9


def test_a_second_window_reads_only(show, folder, qtbot):
    first = show()
    second = show(wait=False)
    assert not first.banner.isVisible()
    assert second.banner.isVisible()
    assert "Dr Test" in second.banner.text()
    qtbot.waitUntil(lambda: opened(second) != "", timeout=20_000)
    for action_id in ("open", "accept", "propose", "exclude", "learn", "rollback"):
        assert not second.actions_set[action_id].isEnabled(), action_id
    QTest.mouseClick(second.canvas.viewport(), Qt.MouseButton.LeftButton, pos=second.canvas.to_widget(50, 60))
    assert not second.canvas.mask.any()


@pytest.mark.parametrize("percent", [100, 130])
def test_nothing_is_clipped_at_1366_by_768(show, qtbot, percent):
    window = show()
    window.desk.prefer(replace(window.desk.preferences, text_percent=percent))
    window.resize(1366, 768)
    idle(window, qtbot)
    QTest.qWait(300)
    assert (window.width(), window.height()) == (1366, 768)
    assert window.canvas.width() > 700
    labels = [
        label for label in window.findChildren(QLabel) if not label.wordWrap() and label.objectName() != "message"
    ]

    def clipped() -> list[str]:
        shown = [one for one in (*window.findChildren(QPushButton), *labels) if one.isVisible()]
        return [one.text() for one in shown if one.width() < one.sizeHint().width()]

    qtbot.waitUntil(lambda: not clipped(), timeout=5000)  # a label is laid out a moment after its text
    bar = window.findChild(QToolBar, "tool_bar")
    extension = bar.findChild(object, "qt_toolbar_ext_button")
    assert extension is None or not extension.isVisible()
    window.desk.prefer(replace(window.desk.preferences, text_percent=100))


def test_dialogs_open_and_close(show, qtbot):
    window = show()
    idle(window, qtbot)
    for action_id in ("reader", "preferences", "export", "versions", "shortcuts", "about", "exclude"):
        window.actions_set[action_id].trigger()
        dialog = QApplication.activeModalWidget()
        assert dialog is not None, action_id
        assert dialog.width() <= window.width()
        QTest.keyClick(dialog, KEY.Key_Escape)
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)


def test_names_of_presets():
    assert preset_name(Window(40, 400, "mediastinum")) == "Mediastinum  (W 400  L 40)"
    assert preset_name(Window(40, 400)) == "W 400  L 40"


def test_what_is_held_out_is_nothing_to_learn_from(show):
    learn = show().learn
    learn.known = Known(waiting=Counter(lung=1), held_out=Counter(lung=1))
    assert "queue" not in learn.facts()
    learn.known = Known(waiting=Counter(lung=2), held_out=Counter(lung=1))
    assert "queue" in learn.facts()
    learn.known = Known(again=Counter(lung=2))  # rolled back
    assert "queue" in learn.facts()
    learn.known = Known(learnable={"lung": Counter({"Dr A": 2})})
    assert "queue" not in learn.facts()
    learn.prefer(replace(learn.preferences, learn_from="bundled"))
    assert "queue" in learn.facts()
    assert learn.target_to_learn() == "lung"
