"""The window under a reader's hand: `python tests/benchmarks/smoothness.py [SIDE...]`, offscreen or on an X server.

Drives the real window on a drawn 16-bit film of SIDE x SIDE px (2048, 4096) by mouse events and actions. Each time is
from the event to the end of the painting that it asks for, processed synchronously, so that the longest of all is also
the longest gap of the event loop; on a busy machine the CPU time tells of the program. Beside it, where napari is
installed and a display with OpenGL is there, the same gestures on its Labels layer over the same array, in the same
run (napari's times end with its swapped frame).
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from unet_studio.gui.app import open_window

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NO = Qt.KeyboardModifier.NoModifier
REACH = {"dab": "1 / 4", "dab 500": "- / 16", "undo": "5", "redo": "5", "pan": "16", "zoom": "16", "window": "25"}
APART = 0.011  # s; vispy drops mouse moves that are closer than 10 ms
Times = dict[str, np.ndarray]


def film(side: int) -> np.ndarray:
    """(side, side) uint16: two dark ellipses and noise, 12 of 16 bits used."""
    y, x = np.mgrid[:side, :side].astype(np.float32) / side
    lungs = (np.abs(x - 0.5) - 0.2) ** 2 / 0.0225 + (y - 0.5) ** 2 / 0.1 < 1
    noise = np.random.default_rng(0).normal(0, 60, lungs.shape).astype(np.float32)
    return np.asarray(np.where(lungs, 1100, 2900) + noise, np.uint16)


def timed(actions: Iterable[Callable[[], object]], apart: float = 0.0) -> np.ndarray:
    """(n, 2) milliseconds of each action with the painting that it asks for: wall, and the thread's own CPU time."""
    times = []
    for action in actions:
        time.sleep(apart)
        begin, cpu = time.perf_counter(), time.thread_time()
        action()
        QApplication.processEvents()
        times.append((1000 * (time.perf_counter() - begin), 1000 * (time.thread_time() - cpu)))
    return np.array(times)


def drag(widget: QWidget, button: Qt.MouseButton, count: int, apart: float = 0.0) -> np.ndarray:
    """Drag in circles about the middle; the times of each move."""
    middle, reach = widget.rect().center(), min(widget.width(), widget.height()) / 4
    angles = np.linspace(0, 12, count)
    path = [middle + QPoint(round(reach * np.cos(a)), round(reach * np.sin(a))) for a in angles]
    QTest.mousePress(widget, button, NO, path[0])
    QApplication.processEvents()
    times = timed((lambda at=at: QTest.mouseMove(widget, at) for at in path[1:]), apart)
    QTest.mouseRelease(widget, button, NO, path[-1])
    QApplication.processEvents()
    return times


def wheel(widget: QWidget, notches: int) -> None:
    """Turn the wheel over the middle."""
    at = QPointF(widget.rect().center())
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, NO,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def short_strokes(widget: QWidget, count: int = 20, apart: float = 0.0) -> None:
    """Strokes of 30 px, to be undone."""
    middle = widget.rect().center()
    for number in range(count):
        at = middle + QPoint(12 * number - 120, 60 - 6 * number)
        QTest.mousePress(widget, LEFT, NO, at)
        path = [at + QPoint(10 * step, 5 * step) for step in (1, 2, 3)]
        timed((lambda to=to: QTest.mouseMove(widget, to) for to in path), apart)
        QTest.mouseRelease(widget, LEFT, NO, at + QPoint(30, 15))
        QApplication.processEvents()


def ours(side: int) -> Times:
    """The times of our window."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "film.png"
        path.write_bytes(cv2.imencode(".png", film(side))[1].tobytes())
        window = open_window(Path(place) / "workspace", [path])
        window.resize(1400, 1000)
        canvas = window.canvas
        while canvas.document is None or window.jobs.busy():
            QTest.qWait(20)
        do = window.actions_set  # keys need a window manager on an X server
        do["propose"].trigger()
        while not canvas.document.mask.any() or window.jobs.busy():
            QTest.qWait(20)
        do["brush"].trigger()
        found: Times = {}
        for name, size in (("dab", 41), ("dab 500", 500)):
            canvas.set_brush_size(size)
            found[name] = drag(canvas, LEFT, 200)
        canvas.set_brush_size(41)
        short_strokes(canvas)
        found["undo"] = timed([do["undo"].trigger] * 20)
        found["redo"] = timed([do["redo"].trigger] * 20)
        found["zoom"] = timed([lambda: wheel(canvas, 1)] * 8 + [lambda: wheel(canvas, -1)] * 8)
        found["pan"] = drag(canvas, MIDDLE, 60)
        found["window"] = drag(canvas, RIGHT, 60)
        window.shut()
        window.close()
        QApplication.processEvents()
    return found


def napari_labels(side: int) -> Times:
    """The times of napari's Labels layer over the same array."""
    import napari

    viewer = napari.Viewer()
    viewer.window.resize(1400, 1000)
    image = viewer.add_image(film(side), contrast_limits=(0, 4095))
    labels = viewer.add_labels(np.zeros((side, side), np.uint8))
    labels.mode = "paint"
    canvas = viewer.window._qt_viewer.canvas.native
    QTest.qWait(500)
    found: Times = {}
    for name, size in (("dab", 41), ("dab 500", 500)):
        labels.brush_size = size
        found[name] = drag(canvas, LEFT, 60, APART)
    labels.brush_size = 41
    assert labels.data.any()
    short_strokes(canvas, apart=APART)
    found["undo"] = timed([labels.undo] * 20, APART)
    found["redo"] = timed([labels.redo] * 20, APART)
    zoom = viewer.scene.camera.zoom
    factors = [*(1.1**step for step in range(1, 9)), *(1.1**step for step in range(7, -1, -1))]
    found["zoom"] = timed([lambda f=f: setattr(viewer.scene.camera, "zoom", zoom * f) for f in factors], APART)
    centre = np.array(viewer.scene.camera.center)
    moves = [centre + step * side / 400 for step in range(30)]
    found["pan"] = timed([lambda at=at: setattr(viewer.scene.camera, "center", tuple(at)) for at in moves], APART)
    limits = [(10 * step, 3000 - 10 * step) for step in range(30)]
    found["window"] = timed([lambda at=at: setattr(image, "contrast_limits", at) for at in limits], APART)
    viewer.close()
    return found


def main() -> None:
    """Print the table."""
    app = QApplication.instance() or QApplication(sys.argv)
    beside = importlib.util.find_spec("napari") is not None and app.platformName() != "offscreen"
    columns = "milliseconds: median, 95th percentile, longest, CPU median"
    print(f"{app.platformName()}; {columns}{'; then napari' if beside else ''}")
    for side in [int(word) for word in sys.argv[1:]] or [2048, 4096]:
        mine = ours(side)
        other = napari_labels(side) if beside else {}
        for name, times in mine.items():
            line = f"{side:5d}²  {name:8s} reach {REACH[name]:7s}" + figures(times)
            if name in other:
                line += (
                    "   |"
                    + figures(other[name])
                    + f"   ratio {np.median(other[name][:, 0]) / np.median(times[:, 0]):6.1f}"
                )
            print(line)
        longest = max(times[:, 0].max() for times in mine.values())
        print(f"{side:5d}²  longest gap of the event loop, reach 50: {longest:.1f}")


def figures(times: np.ndarray) -> str:
    """Median, 95th percentile and longest, and the median of CPU time."""
    wall, cpu = times.T
    return f"{np.median(wall):9.2f} {np.percentile(wall, 95):8.2f} {wall.max():8.2f} {np.median(cpu):8.2f}"


if __name__ == "__main__":
    main()
