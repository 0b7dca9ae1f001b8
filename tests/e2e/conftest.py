"""A reader at the window, for the stories of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView, QPushButton, QSlider

from unet_studio.core.case import Status
from unet_studio.gui.app import open_window
from unet_studio.gui.worklist_model import CASE_ROLE

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key
SECONDS = 180_000  # ms that a job may take on a machine that is busy with something else


class Reader:
    """A reader at the window: what they press, and what they then see."""

    def __init__(self, qtbot, folder: Path) -> None:
        self.qtbot, self.folder = qtbot, folder
        self.open()

    def open(self, *paths: Path) -> None:
        self.window = open_window(self.folder, paths)
        self.qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.qtbot.waitActive(self.window)
        self.canvas = self.window.findChild(object, "canvas")
        self.worklist = self.window.findChild(QListView, "worklist")
        self.threshold = self.window.findChild(QSlider, "threshold")

    def close(self) -> None:
        self.window.close()
        self.settle()

    def wait(self, holds) -> None:
        self.qtbot.waitUntil(lambda: bool(holds()), timeout=SECONDS)

    def settle(self) -> None:
        self.wait(lambda: not self.window.jobs.busy())

    def press(self, key: Qt.Key, keys=Qt.KeyboardModifier.NoModifier) -> None:
        if not self.window.isActiveWindow():
            self.window.activateWindow()
            self.wait(self.window.isActiveWindow)
        QTest.keyClick(self.canvas, key, keys)

    def action(self, action_id: str):
        return self.window.findChild(object, action_id)

    def stroke(self, *points: tuple[int, int]) -> None:
        where = [self.canvas.to_widget(*point) for point in points]
        QTest.mousePress(self.canvas.viewport(), LEFT, pos=where[0])
        for place in where[1:]:
            QTest.mouseMove(self.canvas.viewport(), place)
        QTest.mouseRelease(self.canvas.viewport(), LEFT, pos=where[-1])

    def rows(self) -> list:
        model = self.worklist.model()
        return [model.index(row, 0).data(CASE_ROLE) for row in range(model.rowCount())]

    def statuses(self) -> dict[str, Status]:
        return {case.name: case.status for case in self.rows()}

    def name(self) -> str:
        case = self.window.reading.open_case
        return case.case.name if case is not None and not self.window.reading.busy else ""

    def propose(self) -> None:
        self.press(KEY.Key_P)
        self.wait(lambda: self.window.reading.proposal is not None and self.canvas.mask.any())
        self.settle()

    def dialog(self):
        self.wait(lambda: QApplication.activeModalWidget() is not None)
        return QApplication.activeModalWidget()

    def click(self, dialog, text: str) -> None:
        button = next(b for b in dialog.findChildren(QPushButton) if b.text().replace("&", "") == text)
        QTest.mouseClick(button, LEFT)
        self.settle()

    def drop(self, *paths: Path) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        place, none = QPoint(300, 300), Qt.KeyboardModifier.NoModifier
        copy = Qt.DropAction.CopyAction
        QApplication.sendEvent(self.window, QDragEnterEvent(place, copy, data, LEFT, none))
        QApplication.sendEvent(self.window, QDropEvent(QPointF(place), copy, data, LEFT, none))


@pytest.fixture
def reader(qtbot, workspace):
    reader = Reader(qtbot, workspace)
    yield reader
    reader.window.shut()
