"""Gaps in the window's event loop while a fine-tune runs: `python tests/benchmarks/gaps.py [FILMS] [SECONDS]`.

Draws films, accepts their true lungs as Corrections, starts a run in the window, paints strokes all the while, and
prints how long the event loop was away (a 5 ms timer's own period counts as nothing), how long a run took to be
cancelled, and the window to be closed in the middle of one.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_studio.gui.app import open_window

PERIOD_MS = 5
LEFT = Qt.MouseButton.LeftButton


class Gaps:
    """Collects the time between ticks of a 5 ms timer: wall time, and the GUI thread's own CPU time.

    On a machine that is busy with something else the wall time tells of the scheduler, the CPU time of the program.
    """

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.cpu: list[float] = []
        self._last, self._last_cpu = time.perf_counter(), time.thread_time()
        self.timer = QTimer()
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self._tick)
        self.timer.start(PERIOD_MS)

    def _tick(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        self.seconds.append(max(0.0, now - self._last - PERIOD_MS / 1000))
        self.cpu.append(cpu - self._last_cpu)
        self._last, self._last_cpu = now, cpu

    def report(self, title: str) -> None:
        """Print and begin anew."""
        print(f"{title}, {len(self.seconds)} ticks:")
        for name, seconds in (("wall", self.seconds), ("GUI thread's CPU", self.cpu)):
            values = np.array(seconds) * 1000
            median, p99 = np.percentile(values, (50, 99))
            worst = ", ".join(f"{one:.0f}" for one in np.sort(values)[:-6:-1])
            print(f"  {name}: median {median:.1f}, p99 {p99:.1f}, worst {worst} ms")
            seconds.clear()


def draw(folder: Path, count: int) -> None:
    """Films of 1024 x 1024 with two dark ellipses."""
    folder.mkdir(parents=True)
    y, x = np.mgrid[:1024, :1024]
    for number in range(count):
        rng = np.random.default_rng(number)
        lungs = np.zeros((1024, 1024), bool)
        for middle in (300, 724):
            lungs |= ((x - middle) / rng.uniform(140, 170)) ** 2 + ((y - 512) / rng.uniform(300, 360)) ** 2 < 1
        pixels = np.clip(np.where(lungs, 70, 180) + rng.normal(0, 8, lungs.shape), 0, 255).astype(np.uint8)
        (folder / f"film_{number}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())


def wait(holds, seconds: float = 300) -> None:
    """Run the event loop until something holds."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        QTest.qWait(20)


def accept_all(window, count: int) -> None:
    """Propose and accept every film."""
    for _ in range(count):
        wait(lambda: window.reading.open_case is not None and not window.reading.busy)
        case_id = window.reading.case_id
        QTest.keyClick(window.canvas, Qt.Key.Key_P)
        wait(lambda: window.reading.proposal is not None)
        QTest.keyClick(window.canvas, Qt.Key.Key_Return)
        wait(lambda case_id=case_id: window.reading.case_id != case_id or not window.jobs.busy(), 30)
    wait(lambda: not window.jobs.busy())


def paint(window, step: int) -> None:
    """One dab somewhere."""
    place = window.canvas.to_widget(200 + step * 37 % 600, 200 + step * 91 % 600)
    QTest.mouseClick(window.canvas.viewport(), LEFT, pos=place)


def stop_and_close(window, outcomes: list) -> None:
    """Seconds that a run takes to stop, and the window to close in the middle of another one."""
    if not outcomes:
        begun = time.monotonic()
        window.teaching.cancel()
        wait(lambda: outcomes, 10)
        print(f"cancelled after {time.monotonic() - begun:.2f} s")
    window.actions_set["learn"].trigger()
    wait(lambda: window.teaching.running, 30)
    QTest.qWait(5000)
    begun, running = time.monotonic(), window.teaching.running
    window.shut()
    window.close()
    QApplication.processEvents()
    print(f"closed after {time.monotonic() - begun:.2f} s, a run under way: {running}")


def main() -> None:
    """Measure idle, then while learning."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    most = float(sys.argv[2]) if len(sys.argv) > 2 else 120
    with tempfile.TemporaryDirectory() as place:
        draw(Path(place) / "films", count)
        window = open_window(Path(place) / "workspace", [Path(place) / "films"])
        window.warmed.connect(gc.freeze)  # as `run` does
        wait(lambda: window.worklist.panel.model.rowCount() == count)
        accept_all(window, count)
        gaps, outcomes = Gaps(), []
        for step in range(100):
            paint(window, step)
            QTest.qWait(10)
        gaps.report("painting, nothing learned")
        window.teaching.ended.connect(outcomes.append)
        window.actions_set["learn"].trigger()
        begun, step = time.monotonic(), 0
        while not outcomes and time.monotonic() - begun < most:
            step += 1
            paint(window, step)
            QTest.qWait(10)
        gaps.report(f"painting while learning ({time.monotonic() - begun:.0f} s)")
        gaps.timer.stop()
        stop_and_close(window, outcomes)


if __name__ == "__main__":
    main()
