"""From the key N to the next picture with its proposal: `python tests/benchmarks/switching.py [SIDE]`, offscreen.

Drives the real window on drawn 16-bit films of SIDE x SIDE px (4096): three that were made ready while the first one
was on the screen, then as many that were not, for which P is pressed as soon as they are painted.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_studio.gui.app import open_window
from unet_studio.workflow import prefetching

PICTURES = 3


def draw(folder: Path, side: int) -> None:
    """Films with two dark ellipses and noise, 12 of 16 bits used."""
    folder.mkdir()
    y, x = np.mgrid[:side, :side].astype(np.float32) / side
    for number in range(2 * PICTURES + 1):
        rng = np.random.default_rng(number)
        lungs = np.zeros((side, side), bool)
        for middle in (0.3, 0.7):
            lungs |= ((x - middle) / rng.uniform(0.14, 0.17)) ** 2 + ((y - 0.5) / rng.uniform(0.3, 0.36)) ** 2 < 1
        pixels = np.where(lungs, 1100, 2900) + rng.normal(0, 60, lungs.shape).astype(np.float32)
        (folder / f"film_{number}.png").write_bytes(cv2.imencode(".png", pixels.astype(np.uint16))[1].tobytes())


def wait(holds, seconds: float = 600) -> float:
    """Run the event loop until something holds; the milliseconds that it took."""
    begun = time.perf_counter()
    while not holds():
        QTest.qWait(1)  # to spin would take the interpreter from the job
        if time.perf_counter() - begun > seconds:
            raise TimeoutError
    return 1000 * (time.perf_counter() - begun)


def switch(window, propose: bool) -> tuple[float, float, float]:
    """Press N: ms until the picture is painted, until that with a mask, and the process's CPU time till then."""
    painted = []
    one = window.canvas.first_painted.connect(lambda: painted.append(time.perf_counter()))
    begun, cpu = time.perf_counter(), time.process_time()
    QTest.keyClick(window.canvas, Qt.Key.Key_N)
    wait(lambda: painted)
    first = end = painted[0]
    if propose:
        QTest.keyClick(window.canvas, Qt.Key.Key_P)
        wait(lambda: window.canvas.document is not None and window.canvas.document.mask.any())
        QApplication.processEvents()
        end = time.perf_counter()
    cpu = time.process_time() - cpu
    assert window.canvas.document.mask.any()
    window.canvas.first_painted.disconnect(one)
    return 1000 * (first - begun), 1000 * (end - begun), 1000 * cpu


def main() -> None:
    """Print one line a picture, and the ratio of the medians."""
    side = int(sys.argv[1]) if len(sys.argv) > 1 else 4096
    with tempfile.TemporaryDirectory() as place:
        draw(Path(place) / "films", side)
        window = open_window(Path(place) / "workspace", [Path(place) / "films"])
        window.resize(1366, 768)
        wait(lambda: len(window.ahead.ready()) == PICTURES)
        wait(lambda: not window.jobs.busy())
        found = {}
        for name, propose in (("made ready", False), ("not made ready", True)):
            times = []
            for number in range(PICTURES):
                prefetching.PICTURES = 0 if propose else PICTURES - 1 - number  # no new ones
                times.append(switch(window, propose))
                painted, proposed, cpu = times[-1]
                line = f"painted {painted:6.0f} ms, with its proposal {proposed:6.0f} ms, CPU {cpu:6.0f} ms"
                print(f"{side}² {name:15s} {line}")
                QTest.qWait(1500)
                wait(lambda: not window.jobs.busy())
            found[name] = np.median(np.array(times)[:, 1])
        print(f"median {found['made ready']:.0f} ms (reach: 100) against {found['not made ready']:.0f} ms, "
              f"ratio {found['not made ready'] / found['made ready']:.1f}")  # fmt: skip
        window.shut()
        window.close()
        QApplication.processEvents()


if __name__ == "__main__":
    main()
