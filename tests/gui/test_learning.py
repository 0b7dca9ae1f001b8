"""Learning seen from the window, with a run that is played from a script."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtWidgets import QMainWindow

from unet_studio.core.changes import Changes
from unet_studio.core.errors import Locked
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.dialogs.run import RunChoice
from unet_studio.gui.jobs import Jobs
from unet_studio.gui.learn_link import verdict
from unet_studio.gui.learn_panel import LearnPanel, time_left
from unet_studio.gui.teaching import Teaching
from unet_studio.gui.window import RIGHT_WIDTH
from unet_studio.workflow import learning
from unet_studio.workflow.learning import Outcome


def progress(step, loss=None, dice=None, parent=None):
    return SimpleNamespace(
        phase="learning", step=step, steps=10, loss=loss, held_out_dice=dice, parent_dice=parent, seconds_left=75.0,
        device="CPU", message="", round=0, rounds=0, memory_bytes=None,
    )  # fmt: skip


class PlayedRun:
    """Says three steps, then waits to be cancelled."""

    def __init__(self, on_progress, on_done):
        self._tell, self._done, self._stop = on_progress, on_done, threading.Event()
        self._thread = threading.Thread(target=self._play)
        self._thread.start()

    def _play(self):
        for step in range(3):
            self._tell(progress(step, 0.5 / (step + 1), 0.8 + step / 100, 0.79))
        self._stop.wait(20)
        self._done(Outcome(None, "lung-v1", cancelled=True))

    def cancel(self):
        self._stop.set()

    def join(self, timeout):
        self._thread.join(timeout)
        return not self._thread.is_alive()


@pytest.fixture
def desk(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    actions, jobs = ActionSet(window), Jobs(window)
    panel, teaching = LearnPanel(actions), Teaching(jobs, window)
    window.setCentralWidget(panel)
    teaching.began.connect(lambda target: panel.begin())
    teaching.progressed.connect(panel.show_progress)
    window.show()
    yield SimpleNamespace(window=window, jobs=jobs, panel=panel, teaching=teaching, actions=actions)
    teaching.cancel()
    jobs.close()
    teaching.join(5)
    panel.close_plot()
    actions.close()


def test_a_run_is_drawn_and_stopped(desk, qtbot, monkeypatch):
    asked = {}

    def start(session, target, *, on_progress, on_done, **about):
        asked.update(about, target=target)
        return PlayedRun(on_progress, on_done)

    monkeypatch.setattr(learning, "start", start)
    ended = []
    desk.teaching.ended.connect(ended.append)
    desk.teaching.start(None, "lung", RunChoice(60.0, "bundled", ("Dr A",), "cpu"))
    assert desk.teaching.running
    qtbot.waitUntil(lambda: desk.panel.plot is not None and len(desk.panel.plot.curves()["loss"]) == 3, timeout=20_000)
    assert desk.panel.plot.curves()["candidate"][-1] == (2.0, pytest.approx(0.82))
    assert desk.panel.plot.curves()["active"][-1] == (2.0, 0.79)
    assert "1 min" not in desk.panel.state.text()
    assert "75 s left" in desk.panel.state.text()
    assert "0.820" in desk.panel.dice.text()
    assert desk.panel.stop.isVisible()
    assert not desk.panel.start.isVisible()
    assert asked == {
        "target": "lung", "seconds": 60.0, "begin_from": "bundled", "readers": ("Dr A",), "device": "cpu", "hold": True,
    }  # fmt: skip
    desk.teaching.cancel()
    qtbot.waitUntil(lambda: bool(ended), timeout=5000)
    assert not desk.teaching.running
    assert ended[0].cancelled


def test_a_run_fits_the_side_column(desk, qtbot):
    desk.panel.begin()
    words = {
        "phase": "rehearsing", "device": "CUDA: NVIDIA GeForce RTX 4070 Laptop GPU", "seconds_left": 3599.0,
        "round": 2, "rounds": 3, "memory_bytes": 3_400_000_000,
    }  # fmt: skip
    desk.panel.show_progress(SimpleNamespace(**{**vars(progress(1, 0.5, 0.8, 0.79)), **words}))
    desk.panel.show_verdict("", "quiet")
    desk.panel.show_run(True)
    assert desk.panel.minimumSizeHint().width() <= RIGHT_WIDTH
    for part in ("round 2 of 3", "RTX 4070", "3.4 GB", "59 min 59 s"):
        assert part in desk.panel.state.text()


def test_rounds_are_marked_and_part_the_curves(desk):
    desk.panel.begin()
    for number, step in ((1, 0), (1, 5), (2, 10), (2, 15), (3, 20)):
        told = {**vars(progress(step, 0.5, 0.8, 0.79)), "round": number, "rounds": 3}
        desk.panel.show_progress(SimpleNamespace(**told))
    plot = desk.panel.plot
    assert plot.rounds() == [(1, 0.0), (2, 10.0), (3, 20.0)]
    labels = [line.label.toPlainText() for line in plot.getPlotItem().items if hasattr(line, "label")]
    assert labels == ["1", "2", "3"]
    drawn = plot._candidate.getData()[1]
    assert np.isnan(drawn).sum() == 2  # a gap before the second and third round
    assert len(drawn) == 5 + 2
    desk.panel.begin()
    assert plot.rounds() == []


def test_a_run_that_cannot_begin_is_one_line(desk, qtbot, monkeypatch):
    def refuse(*_args, **_more):
        raise Locked("Dr B learns on ward-3 since 09:12; wait for the end")

    monkeypatch.setattr(learning, "start", refuse)
    ended, lines = [], []
    desk.teaching.ended.connect(ended.append)
    desk.jobs.said.connect(lambda text, error: lines.append((text, error)))
    desk.teaching.start(None, "lung", RunChoice())
    qtbot.waitUntil(lambda: bool(ended), timeout=20_000)
    assert ended == [None]
    assert lines == [("Dr B learns on ward-3 since 09:12; wait for the end", True)]
    assert not desk.teaching.running


def test_the_queue_says_what_is_held_out(desk):
    for to_learn, held_out, text in (
        ({}, 0, "The queue is empty. Accept a picture to fill it."),
        ({"lung": 1}, 0, "1 correction waiting"),
        ({"lung": 8}, 4, "8 corrections waiting, 4 held out"),
        ({"polyp": 1, "lung": 7}, 1, "8 corrections waiting (7 Lung, 1 Polyp), 1 held out"),
        ({}, 4, "0 corrections waiting, 4 held out"),
    ):
        desk.panel.show_queue(to_learn, held_out)
        assert desk.panel.queue.text() == text
    desk.panel.show_queue({}, 1, 3, "lung-v1")
    assert desk.panel.queue.text() == "0 corrections waiting, 3 that lung-v1 has not learned from, 1 held out"


def test_verdicts_are_sentences():
    model = SimpleNamespace(id="lung-v2")
    better = Outcome(model, "lung-v1", promoted=True, live=True, reason="Dice 0.93 against 0.81", changes=Changes())
    assert verdict(better) == ("lung-v2 proposes from now on. Dice 0.93 against 0.81", "good")
    kept = Outcome(model, "lung-v1", reason="Too few films")
    assert verdict(kept)[0] == "lung-v2 is kept but does not propose. Too few films"
    late = Outcome(model, "lung-v1", promoted=True, reason="Better", waits="lung-v1 is not active", stale=True)
    assert verdict(late) == ("lung-v2 is kept but does not propose. lung-v1 is not active", "quiet")
    assert verdict(Outcome(None, "lung-v1", failed="The disk is full"))[1] == "bad"
    assert "queue is as it was" in verdict(Outcome(None, "lung-v1", cancelled=True))[0]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (-1, "at most 0 s left"), (75, "at most 75 s left"), (185, "at most 3 min 05 s left")],
)
def test_time_left(seconds, text):
    assert time_left(seconds) == text
