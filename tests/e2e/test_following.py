"""Correct once, the rest follows: the sample film, its real model, real mouse and keys, from proposal to undo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from unet_studio.core.errors import UserError
from unet_studio.gui.app import open_window
from unet_studio.workflow.sample import sample_film
from unet_studio.workspace import store

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
SECONDS = 180_000  # ms that a job may take on a machine that is busy with something else


@pytest.fixture
def window(qtbot, tmp_path: Path):
    try:
        sample_film()
    except UserError as error:
        pytest.skip(str(error))
    window = open_window(tmp_path / "workspace", sample=True)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    qtbot.waitActive(window)
    qtbot.waitUntil(lambda: window.reading.open_case is not None and not window.reading.busy, timeout=SECONDS)
    window.canvas.setFocus()
    yield window
    window.shut()


def stroke(window, *points: tuple[int, int]) -> None:
    where = [window.canvas.to_widget(*point) for point in points]
    QTest.mousePress(window.canvas, LEFT, pos=where[0])
    for place in where[1:]:
        QTest.mouseMove(window.canvas, place)
    QTest.mouseRelease(window.canvas, LEFT, pos=where[-1])


def test_a_few_strokes_and_the_rest_follows(window, qtbot):
    canvas = window.canvas
    QTest.keyClick(canvas, KEY.Key_P)
    qtbot.waitUntil(lambda: window.look.doubt is not None, timeout=SECONDS)
    case = window.reading.open_case.case
    effort = store.case(window.reading.session.workspace, case.id, window.reading.session.reader).effort
    assert effort is not None
    assert 0.001 < effort < 0.2

    canvas.set_brush_size(60)  # what hangs below the right lung's base is no lung
    QTest.keyClick(canvas, KEY.Key_E)
    stroke(window, (611, 1333), (611, 1373), (611, 1413))
    before, touched = canvas.mask, canvas.document.touched.copy()
    steps = len(canvas.document.history.undo_stack)
    qtbot.waitUntil(lambda: bool(window.ghosts.islands), timeout=SECONDS)
    np.testing.assert_array_equal(canvas.mask, before)
    island = window.ghosts.islands[0]
    assert not island.adds
    assert island.area > 1000

    row, column = (int(place) for place in np.argwhere(island.bits)[island.area // 2])
    at = canvas.to_widget(column + island.rect.left, row + island.rect.top)
    QTest.mouseClick(canvas, LEFT, pos=at)
    after = canvas.mask
    assert (after != before).sum() == island.area
    np.testing.assert_array_equal(after[touched], before[touched])
    np.testing.assert_array_equal(canvas.document.touched, touched)
    assert len(canvas.document.history.undo_stack) == steps + 1

    QTest.keyClick(canvas, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(canvas.mask, before)
    np.testing.assert_array_equal(canvas.document.touched, touched)
    QTest.keyClick(canvas, KEY.Key_D)
    assert "may be wrong" in window.status.message()
