"""A reader at a window whose queue can be learned from by a run that is played: it adds a Candidate at once."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import cv2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QRadioButton

from unet_studio.core.changes import Changes
from unet_studio.gui.app import open_window
from unet_studio.workflow import importing, learning, opening, proposing, versions
from unet_studio.workflow.learning import Outcome
from unet_studio.workflow.session import close_session, open_session
from unet_studio.workspace import store
from unet_studio.workspace.store import NewVersion

LEFT, KEY, CONTROL = Qt.MouseButton.LeftButton, Qt.Key, Qt.KeyboardModifier.ControlModifier
QUEUED = (1, 2, 3, 4)  # films with a Correction by the wider convention
GAINS = {1: 0.10, 2: -0.05, 3: 0.15, 4: 0.02}  # of Dice, by film: the second is the worst
WAIT = 60_000


@dataclass
class Played:
    """A run that adds a Candidate at once, with the verdict that a test asks for."""

    weights: Path
    passed: bool = True
    asked: dict | None = None
    runs: int = 0

    def start(self, session, target, *, on_progress, on_done, **about):
        self.asked, self.runs = {"target": target, **about}, self.runs + 1

        def play() -> None:
            on_progress(SimpleNamespace(
                phase="learning", step=1, steps=2, loss=0.4, held_out_dice=0.9, parent_dice=0.8, seconds_left=9.0,
                device="CPU", message="", round=1, rounds=2, memory_bytes=900_000_000,
            ))  # fmt: skip
            version = candidate(session, self.weights, self.passed)
            changes = Changes(queue=True, models=True)
            on_done(Outcome(version, version.parent, self.passed, version.reason, version.metrics, changes=changes))

        thread = threading.Thread(target=play)
        thread.start()
        return SimpleNamespace(cancel=lambda: None, join=thread.join)

    def resume(self, session, *, on_progress, on_done):
        return self.start(session, "lung", on_progress=on_progress, on_done=on_done)


def candidate(session, weights: Path, passed: bool):
    corrections = store.corrections(session.workspace, "lung")
    rows = [
        {"name": str(one.id), "parent_dice": 0.8, "candidate_dice": 0.8 + GAINS[number], "changed": True}
        for number, one in zip(QUEUED, corrections, strict=True)
    ]
    metrics = {"parent_dice": 0.801, "candidate_dice": 0.952, "per_picture": rows}
    reason = "Better: mean Dice from 0.801 to 0.952; n = 4." if passed else "Not clearly better; n = 4."
    parent = versions.active(session, "lung").id
    ids = tuple(one.id for one in corrections)
    return store.add_candidate(
        session.workspace, weights, NewVersion("lung", parent, reason, metrics, ids, passed=passed)
    )


class Reader:
    """A reader at the window."""

    def __init__(self, window, qtbot, played: Played) -> None:
        self.window, self.qtbot, self.played = window, qtbot, played
        self.session = window.reading.session

    def wait(self, holds) -> None:
        self.qtbot.waitUntil(lambda: bool(holds()), timeout=WAIT)

    def settle(self) -> None:
        self.wait(lambda: not self.window.jobs.busy() and not self.window.teaching.running)

    def press(self, key, keys=Qt.KeyboardModifier.NoModifier) -> None:
        self.window.activateWindow()
        self.wait(lambda: self.window.isActiveWindow() and QApplication.activeModalWidget() is None)
        QTest.keyClick(self.window.canvas, key, keys)

    def name(self) -> str:
        case = self.window.reading.open_case
        return case.case.name if case is not None and not self.window.reading.busy else ""

    def go(self, name: str) -> None:
        panel = self.window.worklist.panel
        row = next(row for row, case in enumerate(panel.shown()) if case.name == name)
        place = panel.list.visualRect(panel.order.index(row, 0)).center()
        QTest.mouseClick(panel.list.viewport(), LEFT, pos=place)
        self.wait(lambda: self.name() == name)
        self.settle()

    def learn(self) -> None:
        self.press(KEY.Key_L, CONTROL)
        self.wait(lambda: self.played.runs and not self.window.teaching.running)
        self.settle()

    def active(self) -> str:
        return versions.active(self.session, "lung").id

    def notice(self) -> str:
        label = self.window.findChild(QLabel, "verdict")
        return label.text() if label.isVisible() else ""

    def candidate(self, passed: bool):
        """A Candidate as yesterday's run left it."""
        return candidate(self.session, self.played.weights, passed)

    def dialog(self):
        self.wait(lambda: QApplication.activeModalWidget() is not None)
        return QApplication.activeModalWidget()

    def page(self):
        QTest.mouseClick(self.window.learn_panel.review, LEFT)
        page = self.dialog()
        self.wait(lambda: page.list.count() == len(QUEUED))
        self.settle()
        return page

    def click(self, dialog, name: str) -> None:
        button = dialog.findChild(QPushButton, name) or dialog.findChild(QRadioButton, name)
        assert button.isEnabled()
        QTest.mouseClick(button, LEFT)


@pytest.fixture
def films(tmp_path, workspace, draw_film, widen) -> Path:
    """Seven films on the worklist of Dr Test; four of them are queued with Masks of the wider convention."""
    for number in range(1, 8):
        pixels, lungs = draw_film(number)
        for folder, picture in (("queued", pixels), ("masks", widen(lungs) * 255), ("new", pixels)):
            if (number in QUEUED) is (folder != "new"):
                (tmp_path / folder).mkdir(exist_ok=True)
                (tmp_path / folder / f"film_{number}.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    groups = "\n".join(f"film_{number},{number}" for number in QUEUED)
    (tmp_path / "groups.csv").write_text(groups, encoding="utf-8")
    session = open_session(workspace)
    importing.queue_add(session, "lung", tmp_path / "queued", tmp_path / "masks", tmp_path / "groups.csv")
    opening.add_paths(session, [tmp_path / "new"])
    close_session(session)
    return workspace


@pytest.fixture
def played(wide_weights, monkeypatch) -> Played:
    run = Played(wide_weights)
    monkeypatch.setattr(learning, "start", run.start)
    monkeypatch.setattr(learning, "resume", run.resume)
    monkeypatch.setattr(proposing, "warm_up", lambda session: "CPU")
    monkeypatch.setattr(proposing, "device_summary", lambda: ("CPU", ""))
    return run


@pytest.fixture
def reader(qtbot, films, played):
    window = open_window(films)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    found = Reader(window, qtbot, played)
    found.wait(lambda: found.name() and window.learn.read_once)
    found.go("film_5.png")
    found.settle()
    yield found
    window.shut()
