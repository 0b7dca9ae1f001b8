"""Background jobs: work leaves the GUI thread with a cancel token and comes back as a result or an error."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThread, QThreadPool, Signal

from unet_studio.core.errors import Cancelled, UserError
from unet_studio.workflow.faults import record_fault

# one lane = one thread: verdicts on cases keep their order, and none of them waits for a large folder or a model
MOVE, ADD, THUMBS, MODEL, FOLLOW, MEASURE = "move", "add", "thumbs", "model", "follow", "measure"
AHEAD, EXPECT, RENEW, COMPARE = "ahead", "expect", "renew", "compare"
BROWSE, BROWSE_THUMBS, LIST = "browse", "browse thumbs", "list"
QUIET = frozenset({MEASURE, AHEAD, EXPECT, RENEW, BROWSE_THUMBS})  # lanes that give way to what the reader waits for
NICENESS = 5
Work = Callable[["Token"], Any]


class Token:
    """Given to the work: ask `cancelled`, tell `report`."""

    def __init__(self, tell: Callable[[object], None]) -> None:
        self._stop = threading.Event()
        self._tell = tell

    def cancel(self) -> None:
        """Ask the work to stop; its result is then dropped."""
        self._stop.set()

    def cancelled(self) -> bool:
        """True once the work should stop."""
        return self._stop.is_set()

    def report(self, value: object) -> None:
        """Send a value to the job's `progress` callback in the GUI thread."""
        self._tell(value)


class _Run(QRunnable):
    def __init__(self, work: Work, token: Token, finish: Callable[[str, object], None], quiet: bool) -> None:
        super().__init__()
        self._work, self._token, self._finish, self._quiet = work, token, finish, quiet

    def run(self) -> None:
        """Do the work; every error becomes a value."""
        try:
            if self._quiet:
                _step_back()
            if self._token.cancelled():
                raise Cancelled
            self._finish("done", self._work(self._token))
        except Exception as error:  # nothing may escape into Qt's thread
            self._finish("failed", error)


def _step_back() -> None:
    """Give this thread, which belongs to a quiet lane, a low priority."""
    QThread.currentThread().setPriority(QThread.Priority.LowPriority)
    if sys.platform == "linux":  # where a thread's priority is its niceness, which Qt leaves alone
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class Jobs(QObject):
    """Runs work in lanes of one thread each; callbacks always come in the GUI thread."""

    said = Signal(str, bool)  # one line for the status bar, and whether it is an error
    busy_changed = Signal(str)  # what is being done, "" when nothing
    _arrived = Signal(int, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pools: dict[str, QThreadPool] = {}
        self._open: dict[int, dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        self._closed = False
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Work,
        *,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[UserError], None] | None = None,
        progress: Callable[[Any], None] | None = None,
        lane: str = MOVE,
        label: str = "",
        priority: int = 0,
        must: bool = False,
    ) -> Token:
        """Start `work(token)` in its lane. `failed` gets UserErrors; without it they go to the status bar.

        must: a verdict of the reader, carried out even while the window closes.
        Anything else becomes a UserError with one plain sentence, its call stack goes to the log.
        """
        number = next(self._numbers)
        token = Token(lambda value: self._send(number, "progress", value))
        callbacks = {"done": done, "failed": failed, "progress": progress}
        self._open[number] = {**callbacks, "label": label, "token": token, "must": must, "lane": lane}
        if self._closed:
            self._open.pop(number)
            return token
        run = _Run(work, token, lambda kind, value: self._send(number, kind, value), lane in QUIET)
        self._pool(lane).start(run, priority)
        self._tell_busy()
        return token

    def _pool(self, lane: str) -> QThreadPool:
        if lane not in self._pools:
            pool = QThreadPool(self)
            pool.setMaxThreadCount(1)
            pool.setExpiryTimeout(-1)
            self._pools[lane] = pool
        return self._pools[lane]

    def _send(self, number: int, kind: str, value: object) -> None:
        if not self._closed:
            self._arrived.emit(number, kind, value)

    def _deliver(self, number: int, kind: str, value: object) -> None:
        job = self._open.get(number)
        if job is None or self._closed:
            return
        if kind != "progress":
            self._open.pop(number)
            self._tell_busy()
        if job["token"].cancelled():
            return
        if kind == "failed":
            self._failed(job, value)
        elif job[kind] is not None:
            job[kind](value)

    def _failed(self, job: dict[str, Any], error: Exception) -> None:
        if isinstance(error, Cancelled):
            return
        if not isinstance(error, UserError):
            error = UserError(record_fault(error))
        if job["failed"] is not None:
            job["failed"](error)
        else:
            self.said.emit(str(error), True)

    def _tell_busy(self) -> None:
        labels = [job["label"] for job in self._open.values() if job["label"]]
        self.busy_changed.emit(labels[-1] if labels else "")

    def busy(self, lane_label: str = "") -> bool:
        """True while any job, or one with that label, is under way."""
        return any(not lane_label or job["label"] == lane_label for job in self._open.values())

    def lane_busy(self, lane: str) -> bool:
        """True while a job of that lane waits or is under way."""
        return any(job["lane"] == lane for job in self._open.values())

    def model_wanted(self) -> bool:
        """True while the reader waits for the model, or it works on what the reader will open next."""
        return self.lane_busy(MODEL) or self.lane_busy(AHEAD)

    def close(self, milliseconds: int = 2500) -> None:
        """Cancel all but what must be done, and wait for the threads; results that still arrive are dropped."""
        self._closed = True
        for job in self._open.values():
            if not job["must"]:
                job["token"].cancel()
        end = time.monotonic() + milliseconds / 1000
        for pool in self._pools.values():
            pool.waitForDone(max(1, round(1000 * (end - time.monotonic()))))
        self._open.clear()
