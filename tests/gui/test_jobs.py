"""Jobs: results and errors come back in the GUI thread, one line each."""

import threading

import pytest

from unet_studio.core.errors import Unreadable
from unet_studio.gui.jobs import Jobs


@pytest.fixture
def jobs(qtbot):
    jobs = Jobs()
    jobs.lines = []
    jobs.said.connect(lambda text, error: jobs.lines.append((text, error)))
    yield jobs
    jobs.close()


def test_result_comes_in_the_gui_thread(jobs, qtbot):
    got = []
    jobs.run(lambda token: threading.get_ident(), done=lambda worker: got.append((worker, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(got))
    assert got[0][0] != got[0][1] == threading.get_ident()


def test_reader_error_is_one_line(jobs, qtbot):
    def work(token):
        raise Unreadable("a.dcm ends early; copy it again")

    jobs.run(work)
    qtbot.waitUntil(lambda: bool(jobs.lines))
    assert jobs.lines == [("a.dcm ends early; copy it again", True)]


def test_any_other_error_is_one_plain_sentence(jobs, qtbot):
    got = []
    jobs.run(lambda token: 1 / 0, failed=got.append)
    jobs.run(lambda token: {}["secret name"])
    qtbot.waitUntil(lambda: bool(got and jobs.lines))
    for text in (str(got[0]), jobs.lines[0][0]):
        assert "\n" not in text
        assert "Traceback" not in text
        assert "secret name" not in text


def test_a_lane_keeps_its_order(jobs, qtbot):
    got = []
    for number in range(20):
        jobs.run(lambda token, number=number: number, done=got.append)
    qtbot.waitUntil(lambda: len(got) == 20)
    assert got == list(range(20))


def test_progress_and_cancel(jobs, qtbot):
    seen, ended, gate = [], [], threading.Event()

    def work(token):
        token.report("half")
        gate.wait(5)
        ended.append(token.cancelled())

    token = jobs.run(work, done=seen.append, progress=seen.append, label="Working")
    qtbot.waitUntil(lambda: seen == ["half"])
    assert jobs.busy("Working")
    token.cancel()
    gate.set()
    qtbot.waitUntil(lambda: not jobs.busy())
    assert ended == [True]
    assert seen == ["half"]


def test_close_drops_what_waits(qtbot):
    jobs, ran, gate = Jobs(), [], threading.Event()
    jobs.run(lambda token: gate.wait(5))
    jobs.run(lambda token: ran.append(1), done=ran.append)
    threading.Timer(0.05, gate.set).start()
    jobs.close()
    qtbot.wait(20)
    assert ran == []
    jobs.run(lambda token: ran.append(2), done=ran.append)
    qtbot.wait(20)
    assert ran == []
