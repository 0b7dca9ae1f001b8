"""Owns the child process of one fine-tune from a background thread. Knows no Qt and loads no torch."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import unet_studio
from unet_studio.learning.gate import Verdict
from unet_studio.learning.job import CANDIDATE, RESULT
from unet_studio.learning.messages import Outcome, Progress, parse_progress
from unet_studio.learning.turn import GO, PAUSE

GRACE, GRACE_SHARE = 30.0, 0.25  # seconds, and part of the budget, beyond which a late child is killed: on a machine
# that has become busy a late verdict is better than none
KILL_AFTER = 1.0  # seconds between asking the child to end and killing it
LOG = "child.log"
LONGEST_LINE = 65536
WINDOWS_FLAGS = 0x00004000 | 0x08000000  # BELOW_NORMAL_PRIORITY_CLASS, CREATE_NO_WINDOW

logger = logging.getLogger(__name__)


class Run:
    """One fine-tune: start it once; both callbacks are called from its own thread, `on_done` exactly once and last."""

    def __init__(
        self,
        folder: Path,
        seconds: float,
        on_progress: Callable[[Progress], None],
        on_done: Callable[[Outcome], None],
    ) -> None:
        """folder: a job written by `job.write_job`; seconds: wall time from start to end, gate included."""
        self._folder = folder
        self._seconds = seconds
        self._on_progress = on_progress
        self._on_done = on_done
        self._cancelled = threading.Event()
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()  # None: look again at cancel and process
        self._thread = threading.Thread(target=self._own, name="fine-tune", daemon=True)
        self._started = 0.0
        self._talk = threading.Lock()
        self._stdin: IO[bytes] | None = None  # guarded by _talk

    def start(self) -> None:
        """Begin in the background and return at once."""
        self._started = time.monotonic()
        self._thread.start()

    def cancel(self) -> None:
        """Ask for the end and return at once; it comes within 2 s, as an Outcome with `cancelled`."""
        self._cancelled.set()
        self._lines.put(None)

    def pause(self) -> None:
        """Ask the child to leave the device alone after its present step, until `resume`; at most 20 s."""
        self._say(PAUSE)

    def resume(self) -> None:
        """Let the child go on."""
        self._say(GO)

    def _say(self, word: bytes) -> None:
        with self._talk:
            if self._stdin is None:
                return  # not begun yet, or ended
            try:
                self._stdin.write(word + b"\n")
                self._stdin.flush()
            except OSError:
                self._stdin = None  # the child has just ended

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end, at most `seconds`; True if it has come (`on_done` has returned)."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _own(self) -> None:
        try:
            outcome = self._outcome()
        except Exception as error:
            logger.exception("the fine-tune's thread failed")
            outcome = Outcome(failed=f"Learning could not be run ({error}); nothing was changed, start it again.")
        outcome = replace(outcome, seconds=time.monotonic() - self._started)
        _call(self._on_done, outcome)

    def _outcome(self) -> Outcome:
        if self._cancelled.is_set():
            return Outcome(cancelled=True)
        with (self._folder / LOG).open("wb") as log:
            process = _spawn(child_command(self._folder, self._seconds), self._folder, log)
        assert process.stdin is not None
        assert process.stdout is not None
        with self._talk:
            self._stdin = process.stdin
        reader = threading.Thread(target=self._read, args=(process.stdout,), name="fine-tune output", daemon=True)
        reader.start()
        try:
            late = self._follow(process)
        finally:
            _end(process)
            with self._talk:
                self._stdin = None
            with contextlib.suppress(OSError):  # a word that the child no longer took
                process.stdin.close()
            reader.join(KILL_AFTER)
            process.stdout.close()
        if self._cancelled.is_set():
            return Outcome(cancelled=True)
        if late:
            return Outcome(failed=f"Learning did not end within {self._seconds:.0f} s; allow more time.")
        return _read_outcome(self._folder, process.returncode)

    def _read(self, stream: IO[bytes]) -> None:
        for line in iter(lambda: stream.readline(LONGEST_LINE), b""):
            self._lines.put(line)
        self._lines.put(None)

    def _follow(self, process: subprocess.Popen[bytes]) -> bool:
        """Hand on progress until the child's output ends; True where it overran its time."""
        grace = max(GRACE, GRACE_SHARE * self._seconds)
        while not self._cancelled.is_set():
            left = self._started + self._seconds + grace - time.monotonic()
            if left <= 0:
                return True
            try:
                line = self._lines.get(timeout=min(left, 1.0))
            except queue.Empty:
                continue
            if line is None and not _outlives(process, 0.1):
                return False
            if line is None:
                self._lines.put(None)
                continue
            if progress := parse_progress(line):
                _call(self._on_progress, progress)
        return False


def child_command(folder: Path, seconds: float) -> list[str]:
    """The command line of the child for a job folder and its wall time in seconds."""
    return [sys.executable, "-m", "unet_studio.learning.child", str(folder.resolve()), "--seconds", f"{seconds:.1f}"]


def _spawn(command: list[str], folder: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """The child with both ends of its talk piped; it runs in the job folder, so it picks up no stray module."""
    packages = str(Path(unet_studio.__file__).resolve().parent.parent)
    path = os.pathsep.join(part for part in (packages, os.environ.get("PYTHONPATH", "")) if part)
    options: dict[str, Any] = {"creationflags": WINDOWS_FLAGS} if os.name == "nt" else {"start_new_session": True}
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        cwd=folder,
        # waiting threads that spin would take the processor from the window, and from one another
        env={**os.environ, "PYTHONPATH": path, "OMP_WAIT_POLICY": "PASSIVE"},
        **options,
    )


def _outlives(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """True where a child that has closed its output is still there after `seconds`."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave no process behind: ask, then kill."""
    if process.poll() is None:
        process.terminate()
        if _outlives(process, KILL_AFTER):
            process.kill()
    process.wait()


def _read_outcome(folder: Path, code: int) -> Outcome:
    """What the child left in `result.json`; a child that died left nothing that counts."""
    try:
        result = json.loads((folder / RESULT).read_text(encoding="utf-8"))
        if result["failed"]:
            return Outcome(failed=str(result["failed"]), device=str(result["device"]))
        if code != 0:
            return Outcome(failed=_how_it_died(code), died=True)
        candidate = folder / CANDIDATE if result["candidate"] else None
        if candidate is not None and not candidate.is_file():
            raise ValueError("the weights are missing")
        verdict = result["verdict"]
        return Outcome(
            candidate=candidate,
            verdict=Verdict(verdict["promoted"] is True, str(verdict["reason"]), dict(verdict["metrics"])),
            metrics=dict(verdict["metrics"]),
            learned=tuple(str(name) for name in result["learned"]),
            device=str(result["device"]),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        logger.error("the fine-tune's child ended with code %s: %s", code, _last_words(folder))
        return Outcome(failed=_how_it_died(code), died=True)


def _last_words(folder: Path) -> str:
    """The end of what the child wrote for developers."""
    try:
        return (folder / LOG).read_text(encoding="utf-8", errors="replace")[-2000:]
    except OSError:
        return ""


def _how_it_died(code: int) -> str:
    how = f"stopped by signal {-code}" if code < 0 else f"exit code {code}"
    cause = ", perhaps for lack of memory" if code == -9 else ""
    return f"The learning process ended unexpectedly ({how}{cause}); nothing was changed, start it again."


def _call(callback: Callable[[Any], None], value: object) -> None:
    """A callback's failure is its own: it must neither end the run nor leave a child behind."""
    try:
        callback(value)
    except Exception:
        logger.exception("a fine-tune's callback failed")
