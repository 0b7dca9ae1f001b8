"""The worklist by effort: pictures that nobody opened are asked about in the background, by the real network."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from unet_studio.core.case import Status
from unet_studio.core.changes import Changes
from unet_studio.gui.app import open_window
from unet_studio.gui.jobs import MODEL
from unet_studio.workflow import expecting, opening
from unet_studio.workflow.session import close_session, open_session

KEY = Qt.Key


@pytest.fixture
def window(qtbot, workspace, films):
    session = open_session(workspace)
    opening.add_paths(session, [films])
    close_session(session)
    window = open_window(workspace)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: window.reading.open_case is not None and not window.jobs.busy(), timeout=20_000)
    yield window
    window.shut()


def waiting(window):
    return [case for case in opening.cases(window.reading.session) if case.status is not Status.UNREADABLE]


def by_effort(window):
    QTest.keyClick(window.worklist.panel.sorting, KEY.Key_End)


def test_every_effort_is_worked_out_once_the_list_is_ordered_by_it(window, qtbot, monkeypatch):
    asked = []
    expect = expecting.expect

    def counted(session, case_id, **how):
        asked.append(case_id)
        return expect(session, case_id, **how)

    monkeypatch.setattr(expecting, "expect", counted)
    qtbot.wait(1200)
    assert not asked
    by_effort(window)
    qtbot.waitUntil(lambda: all(case.effort is not None for case in waiting(window)), timeout=30_000)
    panel = window.worklist.panel
    qtbot.waitUntil(lambda: all(case.effort is not None for case in panel.shown()[:3]), timeout=10_000)
    efforts = [case.effort for case in panel.shown()[:3]]
    assert efforts == sorted(efforts, reverse=True)
    assert panel.rows.with_effort
    assert [case.status for case in waiting(window)] == [Status.NEW] * 3
    qtbot.wait(1500)
    assert len(asked) == len(set(asked)) == 3


def test_what_the_reader_waits_for_comes_first(window, qtbot, monkeypatch):
    begun, stopped = [], []

    def expect(session, case_id, *, cancelled):
        begun.append(case_id)
        until_cancelled(cancelled)
        stopped.append(case_id)
        return Changes()

    monkeypatch.setattr(expecting, "expect", expect)
    by_effort(window)
    qtbot.waitUntil(lambda: bool(begun), timeout=10_000)
    token = window.efforts._token
    window.jobs.run(lambda _token: None, lane=MODEL)
    assert token.cancelled()
    qtbot.waitUntil(lambda: bool(stopped), timeout=10_000)
    qtbot.waitUntil(lambda: window.efforts._token not in (None, token), timeout=10_000)  # and it goes on afterwards
    window.efforts._token.cancel()


def until_cancelled(cancelled):
    """Wait in a job's thread until it is cancelled, 20 s at most."""
    end = time.monotonic() + 20
    while not cancelled() and time.monotonic() < end:
        time.sleep(0.01)
