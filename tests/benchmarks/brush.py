"""Dab to paint, undo, pan, zoom and window/level on the canvas: `python tests/benchmarks/brush.py`, offscreen.

Each time is from the event to the end of its painting, processed synchronously.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Iterable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_studio.editing.document import Document
from unet_studio.gui.canvas import Canvas

WIDTH, HEIGHT = 1400, 1000
LEFT = Qt.MouseButton.LeftButton


def canvas_of(side: int) -> Canvas:
    """A shown canvas with a drawn gray picture of side x side px, a round Mask in it, fitted."""
    y, x = np.mgrid[:side, :side].astype(np.float32) / side
    display = (127 + 90 * np.sin(20 * x) * np.cos(15 * y)).astype(np.uint8)
    canvas = Canvas()
    canvas.resize(WIDTH, HEIGHT)
    canvas.show()
    canvas.set_image(display)
    canvas.set_document(Document(display.shape, (np.hypot(x - 0.5, y - 0.5) < 0.3).astype(np.uint8)))
    QApplication.processEvents()
    return canvas


def timed(actions: Iterable[Callable[[], object]]) -> np.ndarray:
    """Milliseconds of each action with the painting that it asks for."""
    times = []
    for action in actions:
        begin = time.perf_counter()
        action()
        QApplication.processEvents()
        times.append(1000 * (time.perf_counter() - begin))
    return np.array(times)


def dabs(canvas: Canvas, size: int, count: int = 200) -> np.ndarray:
    """Drag one stroke of `count` short moves with a brush of `size` px."""
    canvas.set_brush_size(size)
    angles = np.linspace(0, 12, count)
    path = [QPoint(round(700 + 300 * np.cos(a)), round(500 + 300 * np.sin(a))) for a in angles]
    QTest.mousePress(canvas, LEFT, pos=path[0])
    QApplication.processEvents()
    times = timed(lambda at=at: QTest.mouseMove(canvas, at) for at in path[1:])
    QTest.mouseRelease(canvas, LEFT, pos=path[-1])
    return times


def previews(canvas: Canvas, tool: str, count: int = 100) -> np.ndarray:
    """Drag a shape of the size of a lung that is not in the Mask yet, and give it up."""
    canvas.set_tool(tool)
    QTest.mousePress(canvas, LEFT, pos=QPoint(450, 250))
    if tool == "polygon":
        QTest.mouseRelease(canvas, LEFT, pos=QPoint(450, 250))
    angles = np.linspace(0, 6, count)
    path = [QPoint(round(700 + 200 * np.cos(a)), round(550 + 250 * np.sin(a))) for a in angles]
    times = timed(lambda at=at: QTest.mouseMove(canvas, at) for at in path)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas, LEFT, pos=path[-1])
    canvas.set_tool("brush")
    return times


def strokes(canvas: Canvas, size: int, count: int) -> None:
    """Short strokes all over the picture."""
    rng = np.random.default_rng(0)
    canvas.set_brush_size(size)
    for column, row in rng.integers((300, 100), (1100, 900), (count, 2)).tolist():
        QTest.mousePress(canvas, LEFT, pos=QPoint(column, row))
        QTest.mouseMove(canvas, QPoint(column + 30, row + 20))
        QTest.mouseRelease(canvas, LEFT, pos=QPoint(column + 30, row + 20))
        QApplication.processEvents()


def show(side: int, name: str, times: np.ndarray) -> None:
    """One line of the table."""
    print(f"{side:5d}²  {name:34s} {np.median(times):8.2f} {np.percentile(times, 95):8.2f} {times.max():8.2f}")


def measure(side: int) -> None:
    """All lines for one picture size."""
    canvas = canvas_of(side)
    for zoom in ("fit", 1.0, 4.0):
        if zoom == "fit":
            canvas.fit()
        else:
            canvas.set_zoom(float(zoom))
        QApplication.processEvents()
        for size in (1, 41, 500):
            show(side, f"dab {size} px, zoom {zoom}", dabs(canvas, size))
    canvas.fit()
    for tool in ("lasso", "polygon", "rectangle", "ellipse"):
        show(side, f"shape in the hand, {tool}, fit", previews(canvas, tool))
    assert canvas.document is not None
    canvas.document.touched[:, side // 4 : side // 2] = True
    show(side, "repaint", timed([canvas.update] * 20))
    canvas.set_lock_visible(True)
    show(side, "repaint with locked pixels hatched", timed([canvas.update] * 20))
    canvas.set_lock_visible(False)
    for size in (41, 500):
        document = Document((side, side))
        canvas.set_document(document)
        strokes(canvas, size, 40)
        steps = len(document.history.steps())
        show(side, f"undo a stroke of {size} px", timed([document.undo] * steps))
        show(side, f"redo a stroke of {size} px", timed([document.redo] * steps))
    for zoom in (canvas.zoom, 1.0, 4.0):
        canvas.set_zoom(zoom)
        show(side, f"pan, zoom {zoom:.2f}", timed([lambda: canvas.pan(7, 3)] * 30))
    canvas.fit()
    show(side, "zoom step", timed([lambda: canvas.zoom_by(1.2)] * 12 + [lambda: canvas.zoom_by(1 / 1.2)] * 12))
    canvas.fit()
    canvas.close()


def memory(side: int) -> None:
    """Growth of the process by strokes, in MB (the peak, so the order matters)."""
    canvas = canvas_of(side)
    for size, count in ((41, 300), (500, 100)):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        strokes(canvas, size, count)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        assert canvas.document is not None
        held = canvas.document.history.bytes_held / 2**20
        print(f"{side:5d}²  {count} strokes of {size} px: {grown:+.1f} MB at the peak, history {held:.2f} MB")
    canvas.close()


def main() -> None:
    """Print the table."""
    app = QApplication(sys.argv)
    print(f"{'':7s}{'ms':34s} {'median':>8s} {'p95':>8s} {'most':>8s}")
    memory(4096)
    for side in (2048, 4096):
        measure(side)
    app.quit()


if __name__ == "__main__":
    main()
