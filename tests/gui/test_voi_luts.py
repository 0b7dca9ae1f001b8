"""The window on films with a VOI LUT: what is on the screen against PS3.3 C.11.2.1.1, value by value."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from tests.formats.dicom_files import write_dicom
from unet_studio.core.image import LookupTable
from unet_studio.gui.app import open_window
from unet_studio.gui.picture_link import preset_name
from unet_studio.workflow import opening, proposing, viewing
from unet_studio.workflow.session import change_reader, close_session, open_session

KEY, RIGHT = Qt.Key, Qt.MouseButton.RightButton
BLOCK, TOP = 30, 4080
VALUES = (np.arange(16, dtype=np.uint16) * 272).reshape(4, 4)  # 0 to TOP in sixteen blocks
FALLING = 255 - np.arange(4096) // 16  # 8 bits, steps of 16


@pytest.fixture(autouse=True)
def no_torch(monkeypatch):
    monkeypatch.setattr(proposing, "warm_up", lambda session: "CPU")
    monkeypatch.setattr(proposing, "device_summary", lambda: ("CPU", "no NVIDIA driver answers"))


def lut(entries: np.ndarray, explanation: str) -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [len(entries), 0, 8])
    item.add_new("LUTData", "US", entries.tolist())
    item.LUTExplanation = explanation
    return item


@pytest.fixture
def show(qtbot, tmp_path: Path):
    """show(photometric, several=...) -> the window with one film whose first VOI LUT falls."""
    windows = []

    def open_one(photometric: str, *more: Dataset):
        film = np.kron(VALUES, np.ones((BLOCK, BLOCK), np.uint16))
        tables = Sequence([lut(FALLING, "Film & bone"), *more])
        options = {"Modality": "OT", "BitsStored": 12, "HighBit": 11, "PhotometricInterpretation": photometric}
        path = write_dicom(tmp_path / "film.dcm", film, VOILUTSequence=tables, **options)
        session = change_reader(open_session(tmp_path / "workspace"), "Dr Test")
        opening.add_paths(session, [path])
        close_session(session)
        window = open_window(tmp_path / "workspace")
        qtbot.addWidget(window)
        windows.append(window)
        qtbot.waitUntil(lambda: window.reading.open_case is not None and not window.reading.busy, timeout=20_000)
        qtbot.waitUntil(lambda: not window.jobs.busy(), timeout=20_000)
        return window

    yield open_one
    for window in windows:
        window.shut()


def on_canvas(window) -> np.ndarray:
    """(4, 4) gray in the middle of each block as the canvas draws it."""
    image = window.canvas.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    spots = [[window.canvas.to_widget(x * BLOCK + 15, y * BLOCK + 15) for x in range(4)] for y in range(4)]
    return np.array([[image.pixelColor(QPoint(spot.x(), spot.y())).red() for spot in row] for row in spots])


def middles(pixels: np.ndarray) -> np.ndarray:
    """(4, 4) gray in the middle of each block of a picture of any size."""
    step = pixels.shape[0] // 4
    return pixels[step // 2 :: step, step // 2 :: step].astype(int)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_decreasing_lut_looks_the_same_everywhere(show, photometric):
    window = show(photometric)
    expected = 255 - VALUES // 16 if photometric == "MONOCHROME2" else VALUES // 16  # inverted after the VOI step
    assert np.abs(on_canvas(window) - expected).max() <= 1
    case = window.reading.open_case
    assert np.array_equal(middles(viewing.display(case.image)), expected)
    assert np.array_equal(middles(viewing.display(case.image, case.window)), expected)
    thumbnail = opening.thumbnail(window.reading.session, case.case.id, 48)
    assert np.abs(middles(thumbnail) - expected).max() <= 2
    assert window.status.fact("window_level") == "VOI LUT"


def test_the_luts_are_presets_and_a_drag_leaves_them_with_bright_still_bright(show, qtbot):
    step = np.where(np.arange(4096) < 2048, 10, 200)
    window = show("MONOCHROME2", lut(step, ""))
    view, first = window.canvas.viewport(), on_canvas(window)
    assert [preset_name(one) for one in viewing.presets(window.reading.open_case.image)[:2]] == [
        "Film & bone  (VOI LUT)",
        "VOI LUT",
    ]
    QTest.keyClick(window.canvas, KEY.Key_2)
    qtbot.waitUntil(lambda: np.abs(on_canvas(window) - np.where(VALUES < 2048, 10, 200)).max() <= 1)
    QTest.keyClick(window.canvas, KEY.Key_1)
    qtbot.waitUntil(lambda: np.abs(on_canvas(window) - first).max() <= 1)
    middle = view.rect().center()
    QTest.mousePress(view, RIGHT, pos=middle)
    QTest.mouseMove(view, middle + QPoint(1, 0))
    QTest.mouseRelease(view, RIGHT, pos=middle + QPoint(1, 0))
    qtbot.waitUntil(lambda: window.status.fact("window_level").startswith("W "))
    assert np.abs(on_canvas(window) - first).max() <= 3
    QTest.mousePress(view, RIGHT, pos=middle)
    QTest.mouseMove(view, middle - QPoint(0, 60))
    QTest.mouseRelease(view, RIGHT, pos=middle - QPoint(0, 60))
    qtbot.waitUntil(lambda: (on_canvas(window)[1:3] > first[1:3] + 10).all())  # up brightens
    QTest.keyClick(window.canvas, KEY.Key_3)  # auto
    qtbot.waitUntil(lambda: np.abs(on_canvas(window) - first).max() <= 3)


def test_what_a_lut_is_called():
    table = LookupTable(0, FALLING, 8, "MUSCULOSKELETAL")
    assert preset_name(table) == "MUSCULOSKELETAL  (VOI LUT)"
