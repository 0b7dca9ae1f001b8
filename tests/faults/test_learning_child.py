"""What may go wrong with the child of a fine-tune, injected by children that misbehave."""

import json
import os
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from unet_studio.learning import runner
from unet_studio.learning.messages import Outcome, Progress, parse_progress
from unet_studio.learning.runner import Run

FINE = Progress("learning", 3, 10, 0.5, 0.9, 0.8, 12.0, "CPU", "").line()
RESULT = {
    "failed": "",
    "device": "CPU",
    "candidate": True,
    "learned": ["#1"],
    "verdict": {"promoted": True, "reason": "Better.", "metrics": {"mix": 1.0}},
}


class Watch:
    """Collects what a Run says."""

    def __init__(self) -> None:
        self.progress: list[Progress] = []
        self.outcomes: list[Outcome] = []
        self.threads: set[str] = set()

    def on_progress(self, progress: Progress) -> None:
        self.threads.add(threading.current_thread().name)
        self.progress.append(progress)

    @property
    def outcome(self) -> Outcome:
        assert len(self.outcomes) == 1
        return self.outcomes[0]


@pytest.fixture(autouse=True)
def nothing_left_behind():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Start a Run whose child is this Python text; `run.pid` is a file that it may write."""

    def start(text: str, seconds: float = 30.0) -> tuple[Run, Watch]:
        script = "import os, sys, time, json\nfrom pathlib import Path\n" + textwrap.dedent(text)
        monkeypatch.setattr(runner, "child_command", lambda folder, seconds: [sys.executable, "-S", "-c", script])
        watch = Watch()
        one = Run(tmp_path, seconds, watch.on_progress, watch.outcomes.append)
        one.start()
        return one, watch

    return start


def wait_for(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_good_child(run, tmp_path):
    (tmp_path / "candidate.safetensors").write_bytes(b"x")
    one, watch = run(f"print('''{FINE}'''); Path('result.json').write_text('''{json.dumps(RESULT)}''')")
    assert one.wait(20)
    assert watch.progress == [parse_progress(FINE.encode())]
    assert watch.threads == {"fine-tune"}
    assert watch.outcome.verdict is not None
    assert watch.outcome.verdict.promoted
    assert watch.outcome.candidate == tmp_path / "candidate.safetensors"
    assert watch.outcome.learned == ("#1",)
    assert watch.outcome.seconds > 0


def test_garbage_is_passed_over(run):
    one, watch = run(
        f"""
        sys.stdout.buffer.write(b"\\xff\\x00 not json\\n" + b"[" * 100000 + b"\\n" + b'{{"progress": 3}}\\n')
        sys.stdout.buffer.write(b'{{"progress": {{"phase": "learning", "step": NaN}}}}\\n' + b"x" * 300000)
        print(); print('''{FINE}''', flush=True); sys.exit(5)
        """
    )
    assert one.wait(20)
    assert len(watch.progress) == 1
    assert "exit code 5" in watch.outcome.failed


def test_a_killed_child_is_one_sentence(run):
    one, watch = run("os.kill(os.getpid(), 9)")
    assert one.wait(20)
    assert "signal 9, perhaps for lack of memory" in watch.outcome.failed
    assert watch.outcome.died
    assert watch.outcome.candidate is None


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{}", "{", json.dumps(RESULT | {"verdict": None}), json.dumps(RESULT), "[" * 100000],
)
def test_a_result_that_cannot_be_believed(run, text):
    one, watch = run(f"Path('result.json').write_text('''{text}''')")
    assert one.wait(20)
    assert "unexpectedly" in watch.outcome.failed
    assert watch.outcome.verdict is None


def test_what_the_child_says_of_its_failure_is_passed_on(run):
    result = json.dumps(RESULT | {"failed": "No memory."})
    one, watch = run(f"Path('result.json').write_text('''{result}'''); sys.exit(1)")
    assert one.wait(20)
    assert watch.outcome.failed == "No memory."
    assert not watch.outcome.died


def test_a_child_killed_after_its_last_word_has_died_too(run, tmp_path):
    (tmp_path / "candidate.safetensors").write_bytes(b"x")
    one, watch = run(f"Path('result.json').write_text('''{json.dumps(RESULT)}'''); os.kill(os.getpid(), 9)")
    assert one.wait(20)
    assert watch.outcome.died
    assert watch.outcome.candidate is None


def test_a_child_that_cannot_be_started(run, monkeypatch, tmp_path):
    monkeypatch.setattr(runner, "child_command", lambda folder, seconds: [str(tmp_path / "nothing")])
    watch = Watch()
    one = Run(tmp_path, 5, watch.on_progress, watch.outcomes.append)
    one.start()
    assert one.wait(20)
    assert "could not be run" in watch.outcome.failed


@pytest.mark.parametrize(
    "text",
    [
        "time.sleep(60)",
        "import signal; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)",
        "os.close(1); time.sleep(60)",
        f"while True: print('''{FINE}''', flush=True)",
    ],
)
@pytest.mark.parametrize("after", [0.0, 0.3])
def test_cancel_ends_it_within_two_seconds(run, text, after):
    one, watch = run(text)
    time.sleep(after)
    begun = time.monotonic()
    one.cancel()
    assert one.wait(10)
    assert time.monotonic() - begun < 2.0
    assert watch.outcome.cancelled
    assert not watch.outcome.failed


def test_the_budget_is_kept(run, monkeypatch):
    monkeypatch.setattr(runner, "GRACE", 0.2)
    monkeypatch.setattr(runner, "GRACE_SHARE", 0.1)
    begun = time.monotonic()
    one, watch = run("os.close(1); time.sleep(60)", seconds=0.5)
    assert one.wait(20)
    assert time.monotonic() - begun < 5.0
    assert "did not end within" in watch.outcome.failed


def test_callbacks_that_fail_change_nothing(tmp_path, monkeypatch, caplog):
    script = f"print('''{FINE}''')"
    monkeypatch.setattr(runner, "child_command", lambda folder, seconds: [sys.executable, "-S", "-c", script])

    def fail(value):
        raise RuntimeError("window gone")

    one = Run(tmp_path, 20, fail, fail)
    one.start()
    assert one.wait(20)
    assert "callback failed" in caplog.text


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_pause_and_go_reach_the_child(run, tmp_path):
    one, watch = run(f"""
        print('''{FINE}''', flush=True)
        Path('heard.part').write_text(sys.stdin.readline() + sys.stdin.readline())
        os.rename('heard.part', 'heard')
        sys.exit(1)
    """)
    wait_for(lambda: watch.progress)
    one.pause()
    one.resume()
    wait_for((tmp_path / "heard").exists)
    assert (tmp_path / "heard").read_text() == "pause\ngo\n"
    assert one.wait(20)
    one.pause()  # it has ended: nothing happens
    one.resume()


def test_a_child_that_no_longer_listens_does_not_hurt(run):
    one, watch = run(f"""
        print('''{FINE}''', flush=True)
        os.close(0)
        print('''{FINE}''', flush=True)
        time.sleep(60)
    """)
    wait_for(lambda: len(watch.progress) == 2)
    one.pause()
    one.resume()
    one.cancel()
    assert one.wait(20)
    assert watch.outcome.cancelled


def test_the_child_hears_words_in_pieces():
    """`_listen` in a process of its own: pause, go, and the end of its input."""
    script = """
import threading
from unet_studio.learning.child import _listen
from unet_studio.learning.turn import Turn
class Loud(Turn):
    def hear(self, word):
        print(word.decode(), flush=True)
threading.Thread(target=_listen, args=(Loud(),)).start()
"""
    child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for part in (b"pau", b"se\ng", b"o\n"):
        child.stdin.write(part)
        child.stdin.flush()
    assert child.stdout.readline().strip() == b"pause"
    assert child.stdout.readline().strip() == b"go"
    child.stdin.close()
    assert child.wait(60) == 3
    child.stdout.close()


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
def test_the_child_does_not_outlive_its_parent(tmp_path):
    """The real child, waiting in its first step, ends when the program that started it is killed."""
    text = f"""
import sys, time
from pathlib import Path
from unet_studio.learning import runner
real = runner.child_command
slow = "import os, threading, time; from unet_studio.learning.child import _listen;"
slow += "from unet_studio.learning.turn import Turn;"
slow += "threading.Thread(target=_listen, args=(Turn(),), daemon=True).start();"
slow += "print(os.getpid(), file=open('pid.part', 'w')); os.rename('pid.part', 'pid'); time.sleep(60)"
runner.child_command = lambda folder, seconds: [sys.executable, "-c", slow]
runner.Run(Path({str(tmp_path)!r}), 60, print, print).start()
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", text])
    try:
        wait_for((tmp_path / "pid").exists)
        child = int((tmp_path / "pid").read_text())
        assert alive(child)
    finally:
        parent.kill()
        parent.wait()
    wait_for(lambda: not alive(child))
