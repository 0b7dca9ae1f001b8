"""Numbers, locked pixels and pictures made ready, in the window on a Workspace with a tiny model."""

import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from unet_studio.core.case import Status
from unet_studio.core.proposal import Proposal
from unet_studio.gui import ahead_link
from unet_studio.gui import reading as readings
from unet_studio.gui.app import open_window
from unet_studio.gui.numbers_link import pixels
from unet_studio.workflow import measuring, prefetching, proposing

LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
WAIT = 60_000


class Reader:
    """A reader at the window."""

    def __init__(self, qtbot, workspace, films) -> None:
        self.qtbot = qtbot
        self.window = open_window(workspace, [films])
        qtbot.addWidget(self.window)
        self.canvas, self.panel = self.window.canvas, self.window.segment
        self.wait(lambda: self.name() == "film_1.png" and self.window.reading.clock.running)
        self.settle()

    def wait(self, holds) -> None:
        self.qtbot.waitUntil(lambda: bool(holds()), timeout=WAIT)

    def settle(self) -> None:
        self.wait(lambda: not self.window.jobs.busy())

    def name(self) -> str:
        case = self.window.reading.open_case
        return case.case.name if case is not None and not self.window.reading.busy else ""

    def number(self, name: str) -> str:
        return self.panel.numbers.text(name)

    def measured(self) -> None:
        self.wait(lambda: self.number("components") != "–")

    def propose(self, value: float = 1.0) -> None:
        QTest.keyClick(self.canvas, KEY.Key_P)
        self.wait(lambda: self.window.reading.proposal is not None)
        self.settle()

    def click(self, column: int, row: int) -> None:
        QTest.mouseClick(self.canvas, LEFT, pos=self.canvas.to_widget(column, row))

    def status(self, name: str) -> Status:
        return next(case.status for case in self.window.worklist.panel.model.cases() if case.name == name)


def left_half(session, case) -> Proposal:
    """A proposal of the left half of the picture."""
    grid = np.zeros((10, 10), np.uint16)
    grid[:, :5] = 65535
    return Proposal(grid, *case.image.shape, "lung", "lung-v2", "", "CPU", 0.1)


@pytest.fixture
def reader(qtbot, workspace, films, monkeypatch):
    monkeypatch.setattr(proposing, "warm_up", lambda session: "CPU")
    monkeypatch.setattr(proposing, "device_summary", lambda: ("CPU", ""))
    monkeypatch.setattr(proposing, "propose", left_half)
    reader = Reader(qtbot, workspace, films)
    yield reader
    reader.window.shut()


def test_numbers_follow_the_mask_and_never_show_an_older_state(reader):
    reader.measured()
    assert (reader.number("components"), reader.number("dice"), reader.number("hd95")) == ("0", "–", "–")
    reader.propose()
    reader.wait(lambda: reader.number("hd95") == "0.0 px")  # it comes last
    assert (reader.number("components"), reader.number("dice"), reader.number("changed")) == ("1", "1.000", "0 px")
    reader.canvas.set_brush_size(9)
    reader.click(140, 100)
    assert (reader.number("changed"), reader.number("dice"), reader.panel.area.text()) == ("–", "–", "")
    reader.measured()
    painted = int(reader.canvas.document.touched.sum())
    assert (reader.number("components"), reader.number("changed")) == ("2", f"{painted} px")
    assert reader.number("locked") == f"{painted} px"
    assert reader.panel.area.text() == f"{int(reader.canvas.mask.sum()):,} px".replace(",", " ")
    QTest.keyClick(reader.canvas, KEY.Key_Z, CONTROL)
    reader.wait(lambda: reader.number("components") == "1")


def test_a_measure_of_a_mask_that_changed_meanwhile_is_dropped(reader, monkeypatch):
    reader.measured()
    begun, go = threading.Event(), threading.Event()
    measure, calls = measuring.measure, []

    def slow(*arguments):
        calls.append(1)
        if len(calls) == 1:
            begun.set()
            go.wait(30)
            return measuring.Measures("old", 77, 77)
        return measure(*arguments)

    monkeypatch.setattr(measuring, "measure", slow)
    reader.click(30, 30)
    reader.wait(begun.is_set)
    reader.click(100, 150)
    shown = []
    reader.window.numbers._panel.show_area = shown.append
    go.set()
    reader.measured()
    assert reader.number("components") == "2"
    assert "old" not in shown


def test_a_threshold_that_was_moved_is_a_change(reader):
    reader.propose()
    reader.wait(lambda: reader.number("changed") == "0 px")
    before = reader.canvas.mask.copy()
    reader.window.reading.move_threshold(0.02)
    reader.window.reading.settle_threshold()
    reader.measured()
    differing = int((reader.canvas.mask != before).sum())
    assert differing
    assert reader.number("changed") == f"{pixels(differing)} px"


def test_active_seconds_are_shown(reader):
    reader.window.reading.clock._active += 75
    reader.wait(lambda: reader.number("active").startswith("1:1"))


def test_a_proposal_and_a_slider_say_what_they_left_alone_and_show_it(reader):
    reader.canvas.set_brush_size(9)
    reader.click(140, 100)
    locked = int(reader.canvas.document.touched.sum())
    reader.propose()
    assert f"{locked} locked pixels kept" in reader.window.status.message()
    assert "lung-v2" in reader.window.status.message()
    assert reader.canvas._lock_layer.visible
    reader.wait(lambda: not reader.canvas._lock_layer.visible)
    assert reader.canvas.mask[100, 140]
    reader.window.status.say("")
    reader.panel.threshold.slider.setValue(0)
    reader.wait(lambda: not reader.window.reading.draft.sliding)
    assert "locked" not in reader.window.status.message()  # everything is marked: nothing was held back
    reader.panel.threshold.slider.setValue(60)
    reader.wait(lambda: "Threshold 60 %" in reader.window.status.message())
    assert f"{locked} locked pixels kept" in reader.window.status.message()
    reader.window.actions_set["show_lock"].trigger()
    reader.wait(lambda: not reader.window.lock._end.isActive())
    assert reader.canvas._lock_layer.visible  # the reader's own wish stays


def test_an_undo_that_cannot_be_read_back_is_said(reader, monkeypatch):
    reader.click(60, 60)
    document = reader.window.reading.draft.document
    document.history._limit = 0
    document.history._shrink()
    reader.window.reading.draft.close()
    (journal,) = (reader.window.reading.session.workspace.journals).glob("*.jsonl")
    kept = journal.read_bytes()
    journal.write_bytes(kept.replace(b"brush", b"BRUSH"))
    mask = reader.canvas.mask
    QTest.keyClick(reader.canvas, KEY.Key_Z, CONTROL)
    assert "changed by another program" in reader.window.status.message()
    np.testing.assert_array_equal(reader.canvas.mask, mask)
    journal.write_bytes(kept)
    QTest.keyClick(reader.canvas, KEY.Key_Z, CONTROL)
    assert not reader.canvas.mask.any()


@pytest.fixture
def ahead(reader, monkeypatch):
    """A reader for whom two pictures are made ready; the tiny model proposes."""
    monkeypatch.undo()
    monkeypatch.setattr(prefetching, "PICTURES", 2)
    reader.window.reading.state_changed.emit()
    reader.wait(lambda: len(reader.window.ahead.ready()) == 2)
    reader.settle()
    return reader


def test_the_next_picture_comes_with_its_proposal_and_is_not_accepted_unseen(ahead, monkeypatch):
    assert ahead.status("film_2.png") is Status.NEW
    monkeypatch.setattr(prefetching, "fetch", lambda *_, **__: pytest.fail("decoded again"))
    monkeypatch.setattr(prefetching, "PICTURES", 1)
    monkeypatch.setattr(readings, "LOOK_SECONDS", 1e6)
    QTest.keyClick(ahead.canvas, KEY.Key_N)
    ahead.wait(lambda: ahead.name() == "film_2.png" and ahead.window.reading.clock.running)
    assert ahead.canvas.mask.any()
    assert ahead.window.reading.proposal.model_id in ahead.window.status.message()
    ahead.wait(lambda: ahead.status("film_2.png") is Status.PROPOSED)
    QTest.keyClick(ahead.canvas, KEY.Key_Return)
    assert "look at it" in ahead.window.status.message()
    assert ahead.name() == "film_2.png"
    monkeypatch.setattr(readings, "LOOK_SECONDS", 0.0)
    QTest.keyClick(ahead.canvas, KEY.Key_Return)
    ahead.wait(lambda: ahead.name() == "film_3.png")
    assert ahead.canvas.mask.any()
    assert ahead.status("film_2.png") is Status.QUEUED
    QTest.keyClick(ahead.canvas, KEY.Key_Z, CONTROL)
    assert not ahead.canvas.mask.any()


def test_what_is_ready_follows_the_list_and_the_models(ahead):
    two = ahead.window.ahead.ready()
    ahead.window.worklist.panel.filter.setText("film_1")
    ahead.wait(lambda: not ahead.window.ahead.ready())
    ahead.window.worklist.panel.filter.clear()
    ahead.wait(lambda: ahead.window.ahead.ready() == two)
    held = dict(ahead.window.ahead._ready)
    ahead.window.teaching.began.emit("lung")
    assert not ahead.window.ahead.ready()
    ahead.wait(lambda: ahead.window.ahead.ready() == two)
    assert not any(ahead.window.ahead._ready[case_id] is held[case_id] for case_id in two)


def test_what_is_ready_is_held_while_a_picture_opens_slowly(ahead, monkeypatch):
    monkeypatch.setattr(prefetching, "PICTURES", 1)
    second = ahead.window.ahead._ready[ahead.window.ahead.ready()[1]]
    show = prefetching.show

    def slowly(*arguments):
        time.sleep(3 * ahead_link.REST_MS / 1000)
        return show(*arguments)

    monkeypatch.setattr(prefetching, "show", slowly)
    QTest.keyClick(ahead.canvas, KEY.Key_N)
    ahead.wait(lambda: ahead.name() == "film_2.png")
    assert list(ahead.window.ahead._ready.values()) == [second]


def test_only_what_there_is_room_for_is_held(ahead, monkeypatch):
    monkeypatch.setattr(prefetching, "LIMIT_BYTES", 10)
    ahead.window.ahead._drop()
    ahead.wait(lambda: ahead.window.ahead.ready())
    ahead.settle()
    QTest.qWait(700)
    assert len(ahead.window.ahead.ready()) == 1
    assert not ahead.window.jobs.busy()
