"""Exports and imports of the window: formats as remembered check boxes, one undo step for a mask from a file."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton

from unet_studio.core.formats import FORMATS
from unet_studio.gui.dialogs.export import ExportDialog


def dialog_of(window) -> ExportDialog:
    (found,) = window.findChildren(ExportDialog)
    return found


def answer(qtbot, window, folder: Path, *formats: str, **switches: bool) -> None:
    """Choose formats and press Export, then wait for the end."""
    window.actions_set["export"].trigger()
    dialog = dialog_of(window)
    dialog.findChild(QLineEdit, "export_folder").setText(str(folder))
    for name in formats:
        dialog.findChild(QCheckBox, f"format_{name}").setChecked(True)
    for name, on in switches.items():
        dialog.findChild(QCheckBox, name).setChecked(on)
    (button,) = [one for one in dialog.findChildren(QPushButton) if one.text() == "Export"]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.findChildren(ExportDialog) and not window.jobs.busy(), timeout=30_000)


def accept(qtbot, window) -> None:
    window.reading.draft.document.mask[10:60, 20:50] = 1
    window.reading.accept()
    qtbot.waitUntil(lambda: not window.jobs.busy(), timeout=30_000)


def test_each_format_has_a_sentence_and_png_cannot_be_left_out(studio, qtbot) -> None:
    window = studio()
    window.actions_set["export"].trigger()
    dialog = dialog_of(window)
    texts = {label.text() for label in dialog.findChildren(QLabel)}
    for name, row in FORMATS.items():
        box = dialog.findChild(QCheckBox, f"format_{name}")
        assert (box.text(), box.isEnabled(), box.isChecked()) == (row.title, name != "png", name == "png")
        assert row.words in texts
        assert row.words.endswith(".")
    dialog.reject()


def test_the_formats_are_written_and_remembered(studio, qtbot, tmp_path: Path) -> None:
    window = studio()
    accept(qtbot, window)
    answer(qtbot, window, tmp_path / "out", "nrrd", "csv", linking=True)
    assert (tmp_path / "out" / "nrrd" / "P001_I001.nrrd").is_file()
    assert (tmp_path / "out" / "csv" / "measurements.csv").is_file()
    assert (tmp_path / "out-linking-table.csv").is_file()
    assert "in other formats" in window.status.message()
    window.actions_set["export"].trigger()
    dialog = dialog_of(window)
    checked = {name for name in FORMATS if dialog.findChild(QCheckBox, f"format_{name}").isChecked()}
    assert checked == {"png", "nrrd", "csv"}
    assert not dialog.findChild(QCheckBox, "linking").isChecked()
    dialog.reject()
    window.shut()
    again = studio()
    assert again.desk.preferences.export_formats == "png,nrrd,csv"


def test_what_a_format_does_not_suit_is_said(studio, qtbot, tmp_path: Path) -> None:
    window = studio()
    accept(qtbot, window)
    answer(qtbot, window, tmp_path / "out", "seg")
    assert "seg: 1 of the pictures are no DICOM files" in window.status.message()


def test_an_export_can_be_stopped_while_it_runs_only(studio, qtbot, tmp_path: Path, monkeypatch) -> None:
    from unet_studio.workflow import exporting

    window = studio()
    stop = window.actions_set["stop_export"]
    assert not stop.isEnabled()
    begun, ended = threading.Event(), threading.Event()

    def slow(session, wish, on_progress, cancelled):
        begun.set()
        while not cancelled():
            threading.Event().wait(0.01)
        ended.set()
        return exporting.ExportReport((), 0, ())

    monkeypatch.setattr(exporting, "export", slow)
    window.actions_set["export"].trigger()
    dialog = dialog_of(window)
    dialog.findChild(QLineEdit, "export_folder").setText(str(tmp_path / "out"))
    dialog.accept()
    qtbot.waitUntil(lambda: begun.is_set() and stop.isEnabled(), timeout=10_000)
    stop.trigger()
    qtbot.waitUntil(lambda: not window.jobs.busy() and ended.is_set(), timeout=10_000)
    assert not stop.isEnabled()
    assert "export again" in window.status.message()


def test_a_mask_from_a_file_is_one_undo_step(studio, qtbot, tmp_path: Path) -> None:
    window = studio()
    wanted = np.zeros(window.canvas.mask.shape, np.uint8)
    wanted[5:40, 9:70] = 1
    (tmp_path / "mine.png").write_bytes(cv2.imencode(".png", wanted * 255)[1].tobytes())
    window.exports.import_mask(tmp_path / "mine.png")
    qtbot.waitUntil(lambda: not window.jobs.busy(), timeout=30_000)
    assert np.array_equal(window.canvas.mask, wanted)
    assert window.status.message() == "Mask imported from the file"  # its name may be a patient's
    window.actions_set["undo"].trigger()
    assert not window.canvas.mask.any()
    (tmp_path / "small.png").write_bytes(cv2.imencode(".png", wanted[:20])[1].tobytes())
    window.exports.import_mask(tmp_path / "small.png")
    qtbot.waitUntil(lambda: not window.jobs.busy(), timeout=30_000)
    assert "save the mask at the picture's size" in window.status.message()
    assert "small" not in window.status.message()
