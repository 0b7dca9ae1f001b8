"""Two readers correct the same five films: ten masks are kept, exported and compared, and none is seen too soon."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from training import metrics
from unet_studio.core.case import Status
from unet_studio.gui.compare_link import HIDDEN, NO_COLLEAGUE
from unet_studio.workflow import exporting, reporting
from unet_studio.workspace import store

FILMS = 5
KEY = Qt.Key


@pytest.fixture
def five(tmp_path: Path) -> Path:
    folder = tmp_path / "five"
    folder.mkdir()
    y, x = np.mgrid[:150, :120]
    for number in range(1, FILMS + 1):
        pixels = ((x * number + 3 * y) % 251).astype(np.uint8)
        (folder / f"film_{number}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    return folder


def begin(reader, folder: Path) -> None:
    reader.window.add_paths([folder])
    reader.wait(lambda: len(reader.rows()) == FILMS)
    reader.settle()


def become(reader, name: str) -> None:
    reader.press(KEY.Key_F2)
    edit = reader.dialog().findChild(QLineEdit, "reader_name")
    edit.selectAll()
    QTest.keyClicks(edit, name)
    QTest.keyClick(edit, KEY.Key_Return)
    reader.wait(lambda: name in reader.window.windowTitle())
    reader.settle()


def open_film(reader, number: int) -> None:
    row = next(case for case in reader.rows() if case.name == f"film_{number}.png")
    reader.window.worklist.open(row.id)
    reader.wait(lambda: reader.name() == row.name)
    reader.settle()


def correct_all(reader, top: int) -> dict[str, np.ndarray]:
    """Paint a block on each film, by hand, and accept; the masks by content hash."""
    masks = {}
    reader.canvas.set_brush_size(15)
    for number in range(1, FILMS + 1):
        open_film(reader, number)
        assert not reader.canvas.mask.any()
        reader.stroke((30, top + number), (80, top + number))
        case = reader.window.reading.open_case
        masks[case.image.content_hash] = reader.canvas.mask
        reader.press(KEY.Key_Return)
        reader.wait(lambda case=case: reader.statuses()[case.case.name] is Status.QUEUED)
        reader.settle()
    return masks


def test_ten_of_ten(reader, five, tmp_path):
    window, beside = reader.window, reader.window.beside
    begin(reader, five)
    first = correct_all(reader, 40)
    become(reader, "Dr Other")
    assert not {Status.QUEUED, Status.LEARNED, Status.CORRECTED} & set(reader.statuses().values())
    open_film(reader, 1)
    reader.press(KEY.Key_C, Qt.KeyboardModifier.ShiftModifier)
    beside.choose("colleague")
    reader.wait(lambda: beside.note.text() == HIDDEN)
    assert not reader.canvas.mask.any()
    assert beside.canvas._ghost is None
    second = correct_all(reader, 50)
    for number in range(1, FILMS + 1):
        open_film(reader, number)
        reader.wait(lambda: beside.note.text().startswith("Dr Test: Dice "))
        case = window.reading.open_case.image.content_hash
        assert np.array_equal(beside.canvas._ghost, first[case])
        assert f"{metrics.dice(first[case], second[case]):.3f}" in beside.note.text()
    become(reader, "Dr Third")
    open_film(reader, 2)
    reader.wait(lambda: beside.note.text() == HIDDEN)
    assert beside.canvas._ghost is None
    check_files(window.reading.session, tmp_path, {"Dr Test": first, "Dr Other": second})


def check_files(session, folder: Path, masks: dict[str, dict[str, np.ndarray]]) -> None:
    """All ten are kept, exported under names of their own, and compared."""
    kept = store.corrections(session.workspace, "lung")
    assert len(kept) == 2 * FILMS
    for one in kept:
        assert np.array_equal(store.correction_mask(session.workspace, one.id), masks[one.reader][one.image_hash])
    exported = exporting.export_masks(session, folder / "masks")
    assert not exported.problems
    names = {f"P{n:03d}_I001_{who}.png" for n in range(1, FILMS + 1) for who in ("Dr-Test", "Dr-Other")}
    assert {path.name for path in exported.written if path.suffix == ".png"} == names
    for path in exported.written:
        facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        written = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(written > 0, masks[facts["reader"]][facts["content_hash"]] > 0)
    assert exporting.export_masks(session, folder / "masks").skipped == 2 * FILMS
    report = reporting.report(session, folder / "report")
    assert report.pairs == FILMS
    with (folder / "report" / "readers.csv").open(newline="") as file:
        rows = {row["picture"]: row for row in csv.DictReader(file)}
    for image_hash, mask in masks["Dr Test"].items():
        row, other = rows[image_hash[:12]], masks["Dr Other"][image_hash]
        assert float(row["dice"]) == pytest.approx(metrics.dice(mask, other), abs=1e-5)
        assert float(row["hd95_px"]) == pytest.approx(metrics.hd95(mask, other), abs=0.01)
        assert (int(row["area_a_px"]), int(row["area_b_px"])) == (mask.sum(), other.sum())


def test_alone_there_is_nobody_to_compare_with(reader, five):
    begin(reader, five)
    correct_all(reader, 40)
    open_film(reader, 1)
    reader.press(KEY.Key_C, Qt.KeyboardModifier.ShiftModifier)
    reader.window.beside.choose("colleague")
    reader.wait(lambda: reader.window.beside.note.text() == NO_COLLEAGUE)
