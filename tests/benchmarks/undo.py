"""Undo and redo of a stroke, and what strokes cost in memory: `python tests/benchmarks/undo.py [SIDE]`, offscreen.

Strokes are made by the mouse on the canvas at SIDE x SIDE px (4096), with a journal as in the program. Memory is that
of the process after the strokes, its unused part given back to the system, less what it was before; a fresh process
for each line. Times are from the call to the end of its painting; beside them a copy of 1 MB, to tell how busy the
machine is, and the thread's own CPU time.
"""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_studio.gui.canvas import Canvas
from unet_studio.workflow.drafting import Draft, open_draft
from unet_studio.workflow.session import open_session
from unet_studio.workspace import store

LEFT = Qt.MouseButton.LeftButton
LINES = {"41": ((41,), 300, 15), "500": ((500,), 100, 50), "mixed": ((5, 21, 41, 101, 250, 500), 1000, 150)}


def draft_on_canvas(side: int, folder: Path) -> tuple[Canvas, Draft]:
    """A canvas with a drawn picture and the draft of it in a Workspace of its own."""
    session = open_session(folder, reader="benchmark")
    (case_id,) = store.add_cases(session.workspace, [store.NewCase("/film.png", guess="lung")])
    draft = open_draft(session, case_id, "0" * 64, "lung", (side, side))
    canvas = Canvas()
    canvas.resize(1400, 1000)
    canvas.show()
    canvas.set_image((np.indices((side, side)).sum(axis=0) % 251).astype(np.uint8))
    canvas.set_document(draft.document)
    QApplication.processEvents()
    return canvas, draft


def strokes(canvas: Canvas, sizes: tuple[int, ...], count: int) -> None:
    """Short strokes all over the picture, by turns of every size."""
    rng = np.random.default_rng(0)
    for number, (column, row) in enumerate(rng.integers((220, 20), (1150, 950), (count, 2)).tolist()):
        canvas.set_tool("eraser" if number % 3 == 2 else "brush")
        canvas.set_brush_size(sizes[number % len(sizes)])
        QTest.mousePress(canvas, LEFT, pos=QPoint(column, row))
        for step in range(1, 6):
            QTest.mouseMove(canvas, QPoint(column + 6 * step, row + 4 * step))
        QTest.mouseRelease(canvas, LEFT, pos=QPoint(column + 30, row + 20))
        QApplication.processEvents()


def resident() -> float:
    """MB of memory that the process holds now (Linux); what the allocator keeps for later is given back first."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def times(canvas: Canvas, call, count: int) -> np.ndarray:
    """(count, 2) ms of wall and of CPU time of a call with its painting."""
    found = []
    for _ in range(count):
        begin, cpu = time.perf_counter(), time.thread_time()
        call()
        QApplication.processEvents()
        found.append((time.perf_counter() - begin, time.thread_time() - cpu))
    return 1000 * np.array(found)


def measure(side: int, name: str) -> None:
    """One line of the table of memory, and undo and redo of up to 100 of its strokes."""
    sizes, count, reach = LINES[name]
    with tempfile.TemporaryDirectory() as place:
        canvas, draft = draft_on_canvas(side, Path(place))
        strokes(canvas, sizes, 3)
        draft.document.mask += 0  # the system gives pages of zeros only when they are written: not the strokes' cost
        draft.document.touched |= False
        before = resident()
        strokes(canvas, sizes, count)
        grown, held = resident() - before, draft.document.history.bytes_held / 2**20
        print(f"{side}²  {count:5d} strokes of {name:>5s} px: {grown:+7.1f} MB (reach +{reach}), history {held:.2f} MB")
        some = min(100, count)
        for verb, call in (("undo", draft.undo), ("redo", draft.redo)):
            ms = times(canvas, call, some)
            (wall, cpu), (late, cpu95) = np.median(ms, axis=0), np.percentile(ms, 95, axis=0)
            text = f"median {wall:6.2f} ms (CPU {cpu:5.2f}), p95 {late:6.2f} ms (CPU {cpu95:5.2f})"
            print(f"{side}²  {verb} of a stroke of {name:>5s} px: {text} (reach 5)")
        block = np.zeros(1 << 20, np.uint8)
        copies = times(canvas, block.copy, 50)
        print(f"{side}²  a copy of 1 MB beside it: median {np.median(copies[:, 0]):6.2f} ms")
        draft.close()
        canvas.close()


def main() -> None:
    """Print the table; each line is measured in a process of its own."""
    side = int(sys.argv[1]) if len(sys.argv) > 1 else 4096
    if len(sys.argv) > 2:
        app = QApplication(sys.argv[:1])
        measure(side, sys.argv[2])
        app.quit()
        return
    for name in LINES:
        subprocess.run([sys.executable, __file__, str(side), name], check=True)


if __name__ == "__main__":
    main()
