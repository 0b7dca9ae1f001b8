"""Islands that follow from strokes: when they are worked out, when not, and that nothing stale is shown."""

import threading
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from unet_studio.core.changes import Changes
from unet_studio.core.proposal import Proposal
from unet_studio.editing.islands import differences
from unet_studio.gui import follow_link
from unet_studio.gui.app import open_window
from unet_studio.workflow import doubting, opening, proposing
from unet_studio.workflow.session import change_reader, close_session, open_session

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
NO, SHIFT, CONTROL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
SHAPE = (120, 100)


class Following:
    """Stands for the work: proposes a block that lies as far right as strokes were made; can be held up."""

    def __init__(self):
        self.calls = []
        self.go = threading.Event()
        self.go.set()

    def __call__(self, features, probability, mask, touched, threshold, cancelled):
        self.calls.append((mask.copy(), touched.copy()))
        self.go.wait(10)
        wanted = mask.copy()
        left = 5 * len(self.calls)
        wanted[90:110, left : left + 30] = 1
        return differences(mask, wanted, touched).islands


@pytest.fixture
def following(monkeypatch):
    found = Following()
    monkeypatch.setattr(follow_link, "following", found)
    yield found
    found.go.set()


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch, following):
    monkeypatch.setattr(proposing, "warm_up", lambda session: "CPU")
    monkeypatch.setattr(proposing, "device_summary", lambda: ("CPU", ""))
    look = SimpleNamespace(features=np.zeros((0, *SHAPE), np.float16), doubt=None, changes=Changes())
    monkeypatch.setattr(doubting, "second_look", lambda *about: iter((look,)))
    (tmp_path / "film.png").write_bytes(cv2.imencode(".png", np.full(SHAPE, 90, np.uint8))[1].tobytes())
    session = change_reader(open_session(tmp_path / "workspace"), "Dr Test")
    opening.add_paths(session, [tmp_path / "film.png"], target="lung")
    close_session(session)
    window = open_window(tmp_path / "workspace")
    qtbot.addWidget(window)
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: window.reading.open_case is not None, timeout=20_000)
    window.activateWindow()
    window.canvas.setFocus()
    window.canvas.set_brush_size(7)
    probability = np.zeros(SHAPE, np.uint16)
    probability[20:60, 20:60] = 65535
    window.reading._take_proposal(Proposal(probability, *SHAPE, "lung", "lung-v1", "", "CPU", 0.1))
    qtbot.waitUntil(lambda: window.look.features is not None, timeout=20_000)
    yield window
    following.go.set()
    window.shut()


def stroke(window, row: int) -> None:
    canvas = window.canvas
    QTest.mousePress(canvas, LEFT, NO, canvas.to_widget(30, row))
    QTest.mouseMove(canvas, canvas.to_widget(70, row))
    QTest.mouseRelease(canvas, LEFT, NO, canvas.to_widget(70, row))


def press(window, key, keys=NO) -> None:
    QTest.keyClick(window.canvas, key, keys)


def waiting(window, qtbot, count: int = 1) -> None:
    qtbot.waitUntil(lambda: len(window.ghosts.islands) == count, timeout=10_000)


def test_islands_come_after_the_hand_rests_and_nothing_changes_by_itself(window, qtbot, following):
    assert following.calls == []
    stroke(window, 65)
    assert following.calls == []  # the hand has not rested yet
    mask, touched = window.canvas.mask, window.canvas.document.touched.copy()
    waiting(window, qtbot)
    np.testing.assert_array_equal(following.calls[0][0], mask)
    np.testing.assert_array_equal(following.calls[0][1], touched)
    np.testing.assert_array_equal(window.canvas.mask, mask)
    assert "1 island proposed from your strokes" in window.strip.waiting.text()
    press(window, KEY.Key_Return, SHIFT)
    assert window.canvas.mask.sum() == mask.sum() + 20 * 30
    assert len(following.calls) == 1  # taking over is no stroke
    press(window, KEY.Key_Z, CONTROL)
    np.testing.assert_array_equal(window.canvas.mask, mask)
    waiting(window, qtbot)


def test_a_new_stroke_ends_what_is_being_worked_out_and_nothing_stale_is_shown(window, qtbot, following):
    shown = []
    window.ghosts.changed.connect(lambda: shown.append([one.rect.left for one in window.ghosts.islands]))
    following.go.clear()
    stroke(window, 65)
    qtbot.waitUntil(lambda: len(following.calls) == 1, timeout=10_000)
    stroke(window, 72)
    following.go.set()
    waiting(window, qtbot)
    assert shown == [[10]]  # the second answer; the first one would begin at 5
    assert len(following.calls) == 2
    assert following.calls[1][1].sum() > following.calls[0][1].sum()


def test_undo_takes_the_islands_of_the_stroke_away(window, qtbot, following):
    stroke(window, 65)
    waiting(window, qtbot)
    following.go.clear()
    press(window, KEY.Key_Z, CONTROL)
    assert window.ghosts.islands == ()


def test_a_proposal_takes_them_away_too(window, qtbot):
    stroke(window, 65)
    waiting(window, qtbot)
    probability = np.full(SHAPE, 65535, np.uint16)
    window.reading._take_proposal(Proposal(probability, *SHAPE, "lung", "lung-v2", "", "CPU", 0.1))
    assert window.ghosts.islands == ()


def test_nothing_is_asked_before_the_first_stroke_and_while_it_is_drawn(window, qtbot, following):
    press(window, KEY.Key_Period)
    window.reading.settle_threshold()
    canvas = window.canvas
    QTest.mousePress(canvas, LEFT, NO, canvas.to_widget(30, 65))
    qtbot.wait(follow_link.REST_MS + 200)
    assert following.calls == []
    QTest.mouseRelease(canvas, LEFT, NO, canvas.to_widget(30, 65))
    waiting(window, qtbot)


def test_it_can_be_switched_off_and_stays_off(window, qtbot, following):
    stroke(window, 65)
    waiting(window, qtbot)
    window.actions_set["follow"].trigger()
    assert window.ghosts.islands == ()
    count = len(following.calls)
    stroke(window, 72)
    qtbot.wait(follow_link.REST_MS + 200)
    assert len(following.calls) == count
    folder = window.reading.session.folder
    window.shut()
    again = open_window(folder)
    qtbot.addWidget(again)
    assert not again.actions_set["follow"].isChecked()
    again.actions_set["follow"].trigger()
    assert again.actions_set["follow"].isChecked()
    again.shut()


def test_a_dismissed_island_does_not_come_back_with_the_next_stroke(window, qtbot, following):
    stroke(window, 65)
    waiting(window, qtbot)
    press(window, KEY.Key_Escape)
    stroke(window, 72)
    qtbot.waitUntil(lambda: len(following.calls) == 2 and not window.jobs.busy(), timeout=10_000)
    assert window.ghosts.islands == ()
