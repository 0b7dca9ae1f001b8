"""A run that begins by itself: after a change of the queue, and never while one is on."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, Signal

from unet_studio.core.changes import Changes
from unet_studio.gui.auto_learn import AutoLearn
from unet_studio.gui.jobs import Jobs
from unet_studio.workflow import auto


class PlayedTeaching(QObject):
    began, ended = Signal(str), Signal(object)
    running = False


@pytest.fixture
def played(qtbot, monkeypatch):
    """AutoLearn with a Workspace that says what is due."""
    parent = QObject()
    said = SimpleNamespace(due="", learned=[], begun=[], asked=0)

    def due(_session):
        said.asked += 1
        return said.due

    monkeypatch.setattr(auto, "due", due)
    monkeypatch.setattr(auto, "begun", lambda _session, target: said.begun.append(target))
    said.jobs, said.teaching = Jobs(parent), PlayedTeaching(parent)
    reading = SimpleNamespace(session=SimpleNamespace(writable=True))
    said.link = AutoLearn(reading, said.teaching, said.learned.append, said.jobs, parent)
    said.parent = parent
    yield said
    said.jobs.close()


def settle(qtbot, played) -> None:
    qtbot.waitUntil(lambda: not played.jobs.busy())


def test_it_begins_when_it_is_due_and_not_before(played, qtbot) -> None:
    played.link.take_changes(Changes(queue=True))
    settle(qtbot, played)
    assert (played.asked, played.learned) == (1, [])
    played.due = "polyp"
    played.link.take_changes(Changes(worklist=True))
    settle(qtbot, played)
    assert played.learned == []
    played.link.take_changes(Changes(queue=True))
    settle(qtbot, played)
    assert played.learned == ["polyp"]


def test_never_while_a_run_is_on_and_again_when_it_has_ended(played, qtbot) -> None:
    played.due, played.teaching.running = "lung", True
    played.teaching.began.emit("lung")
    played.link.take_changes(Changes(queue=True))
    settle(qtbot, played)
    assert (played.begun, played.learned) == (["lung"], [])
    played.teaching.running = False
    played.teaching.ended.emit(None)
    settle(qtbot, played)
    assert played.learned == ["lung"]
