"""A canvas with a picture, and a reader whose mouse draws on it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow

from unet_studio.editing import shapes
from unet_studio.editing.document import Document
from unet_studio.editing.own_size import OwnSize
from unet_studio.editing.strokes import footprint
from unet_studio.gui import names
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.actions import ACTIONS
from unet_studio.gui.app import open_window
from unet_studio.gui.canvas import Canvas
from unet_studio.gui.canvas.tools import TOOLS
from unet_studio.gui.keys import put_in_force, ready_made
from unet_studio.workflow import doubting, opening, proposing
from unet_studio.workflow.session import change_reader, close_session, open_session

LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
NO = Qt.KeyboardModifier.NoModifier
RING = [QPoint(250, 150), QPoint(380, 170), QPoint(400, 300), QPoint(300, 330), QPoint(240, 260)]
GESTURES = {  # widget positions with which each tool does something to `start_mask` at twice its size
    **dict.fromkeys(TOOLS, RING),
    "fill": [QPoint(220, 240)],
    "pull": [QPoint(320, 240), QPoint(330, 240), QPoint(345, 250)],
    "move": [QPoint(160, 220), QPoint(170, 240), QPoint(181, 263)],
    "unlock": [QPoint(20, 20), QPoint(600, 30), QPoint(600, 460), QPoint(20, 440)],
}


@pytest.fixture(autouse=True)
def names_as_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window before this test says what cases are called in it."""
    monkeypatch.setattr(names, "_in_clear", [False])
    monkeypatch.setattr(names, "_clean", [str])


class Reader:
    """A reader's hand on a canvas of 640 x 480 with a picture of 300 x 400 px."""

    shape = (300, 400)
    ring = RING

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.told: list[str] = []
        canvas.said.connect(self.told.append)

    @property
    def marked(self) -> np.ndarray:
        """Two discs that overlap, the left one with a hole, and an island of 4 x 4 px."""
        return start_mask()

    def press(self, at, keys=NO, button=LEFT):
        QTest.mousePress(self.canvas, button, keys, at)

    def release(self, at, keys=NO, button=LEFT):
        QTest.mouseRelease(self.canvas, button, keys, at)

    def move(self, at, keys=NO):
        """Move with keys held, which QTest.mouseMove does not know."""
        spot = QPointF(at)
        event = QMouseEvent(QEvent.Type.MouseMove, spot, self.canvas.mapToGlobal(spot), NO_BUTTON, LEFT, keys)
        QApplication.sendEvent(self.canvas, event)

    def wheel(self, at, notches, keys=NO):
        spot, turned = QPointF(at), QPoint(0, 120 * notches)
        phase = Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(spot, self.canvas.mapToGlobal(spot), QPoint(), turned, NO_BUTTON, keys, phase, False)
        QApplication.sendEvent(self.canvas, event)

    def hold(self, name: str, points: Sequence[QPoint] = RING, keys=NO):
        """Begin a gesture with a tool and leave it in the hand."""
        self.canvas.set_tool(name)
        if name == "polygon":
            for point in points:
                QTest.mouseClick(self.canvas, LEFT, keys, point)
            self.move(points[-1] + QPoint(9, 30))
        else:
            self.press(points[0], keys)
            for point in points[1:]:
                self.move(point, keys)

    def draw(self, name: str, points: Sequence[QPoint] = RING, keys=NO):
        """Carry a whole gesture out."""
        self.hold(name, points, keys)
        if name == "polygon":
            QTest.keyClick(self.canvas, Qt.Key.Key_Return)
        else:
            self.release(points[-1], keys)

    def made(self, name: str) -> list[QPoint]:
        """Give the canvas a Mask with locked pixels; where the tool's gesture goes."""
        touched = np.zeros(self.shape, bool)
        touched[140:150, 140:260] = True
        self.canvas.set_document(Document(self.shape, start_mask(), touched))
        self.canvas.set_brush_size(40)
        return GESTURES[name]

    def in_image(self, points: Sequence[QPoint]) -> list[tuple[float, float]]:
        return [self.canvas.to_image(QPointF(point)) for point in points]

    def filled(self, shape: str, *ends, **options) -> np.ndarray:
        """The Mask of a shape in image coordinates."""
        mask = np.zeros(self.shape, np.uint8)
        rect, bits = getattr(shapes, shape)(self.shape, *ends, **options)
        mask[rect.slices][bits] = 1
        return mask

    def expected(self, name: str, points: Sequence[QPoint]) -> np.ndarray:
        """What the same gesture marks when it is drawn in image coordinates."""
        ends = self.in_image(points)
        if name in ("lasso", "polygon"):
            return self.filled("polygon", ends)
        if name in ("rectangle", "ellipse"):
            return self.filled(name, ends[0], ends[-1])
        mask = np.zeros(self.shape, np.uint8)
        for one, other in itertools.pairwise([ends[0], *ends]):
            for rect, patch in footprint(self.shape, one, other, self.canvas.brush_size):
                mask[rect.slices][patch] = 1
        return mask

    def state(self) -> tuple[bytes, bytes, int]:
        document = self.canvas.document
        return document.mask.tobytes(), document.touched.tobytes(), len(document.history.undo_stack)

    def on_screen(self) -> np.ndarray:
        """(h, w, 3) of what partial repaints have left on the screen."""
        QApplication.processEvents()
        return as_array(self.canvas.screen().grabWindow(self.canvas.winId()).toImage())

    def repainted(self) -> np.ndarray:
        """(h, w, 3) of a full repaint."""
        return as_array(self.canvas.grab().toImage())


def as_array(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def start_mask() -> np.ndarray:
    """Two discs that overlap, the left one with a hole, and an island of 4 x 4 px."""
    y, x = np.mgrid[: Reader.shape[0], : Reader.shape[1]]
    mask = np.hypot(x - 150, y - 150) < 50
    mask &= np.hypot(x - 150, y - 150) > 15
    mask |= np.hypot(x - 260, y - 150) < 30
    mask[20:24, 20:24] = True
    return mask.astype(np.uint8)


@pytest.fixture(autouse=True)
def no_second_look(monkeypatch) -> None:
    """Windows with made-up proposals ask no network behind the reader's back; who needs one puts their own in."""
    monkeypatch.setattr(doubting, "second_look", lambda *about: iter(()))


@pytest.fixture
def reader(qtbot) -> Reader:
    """A reader in front of a canvas with an empty Mask and a proposal that grows from left to right."""
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(640, 480)
    canvas.show()
    qtbot.waitExposed(canvas)
    rows, columns = Reader.shape
    y, x = np.mgrid[:rows, :columns]
    canvas.set_image(((x + y) % 200).astype(np.uint8))
    canvas.set_document(Document(Reader.shape))
    canvas.set_zoom(2.0)
    canvas.set_brush_size(9)
    probability = (np.linspace(0, 65535, columns) * np.ones((rows, 1))).astype(np.uint16)
    canvas.set_probability(OwnSize(probability, rows, columns))
    canvas.set_level(0.3)
    canvas.setFocus()
    return Reader(canvas)


@pytest.fixture
def commanded(qtbot) -> Iterator[QMainWindow]:
    """A small window with every action; `log` holds the ids of those that ran, `edit` takes typed texts."""
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(900, 700)
    window.actions_set = ActionSet(window)
    window.log = []
    window.actions_set.connect_all({row.id: lambda *on, name=row.id: window.log.append(name) for row in ACTIONS})
    window.edit = QLineEdit()
    window.setCentralWidget(window.edit)
    window.show()
    qtbot.waitActive(window)
    window.setFocus()
    yield window
    window.actions_set.set_keys(ready_made())
    window.actions_set.close()


@pytest.fixture
def studio(qtbot, tmp_path: Path, monkeypatch) -> Iterator[Callable[[], QMainWindow]]:
    """Opens the window of Dr Test with two gray pictures, the first of them open."""
    monkeypatch.setattr(proposing, "warm_up", lambda session: "CPU")
    monkeypatch.setattr(proposing, "device_summary", lambda: ("CPU", ""))
    y, x = np.mgrid[:120, :100]
    (tmp_path / "pictures").mkdir()
    for number in (1, 2):
        pixels = ((x * number + y) % 251).astype(np.uint8)
        (tmp_path / "pictures" / f"film_{number}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    session = change_reader(open_session(tmp_path / "workspace"), "Dr Test")
    opening.add_paths(session, [tmp_path / "pictures"])
    close_session(session)
    windows = []

    def show() -> QMainWindow:
        window = open_window(tmp_path / "workspace")
        qtbot.addWidget(window)
        windows.append(window)
        reading = window.reading
        qtbot.waitUntil(lambda: reading.open_case is not None and not window.jobs.busy(), timeout=30_000)
        window.activateWindow()
        window.canvas.setFocus()
        return window

    yield show
    for window in windows:
        window.shut()
    put_in_force(ready_made())
