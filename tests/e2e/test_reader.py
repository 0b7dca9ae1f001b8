"""What a reader does, in the real window, with real mouse and key events: the seven steps of the main job."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import cv2
import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QPushButton

from unet_studio.core.case import Status
from unet_studio.core.correction import QueueState
from unet_studio.workflow import versions
from unet_studio.workflow.session import close_session, open_session
from unet_studio.workspace import store

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key
SECONDS = 180_000  # ms that a job may take on a machine that is busy with something else


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return 2 * float(np.logical_and(one, other).sum()) / max(float((one > 0).sum() + (other > 0).sum()), 1.0)


def painted(reader, column: int, row: int) -> tuple[int, int, int]:
    """Colour on the screen at the centre of an image pixel."""
    place = reader.canvas.to_widget(column, row)
    colour = reader.canvas.grab().toImage()
    ratio = colour.devicePixelRatio()
    pixel = colour.pixelColor(round(place.x() * ratio), round(place.y() * ratio))
    return pixel.red(), pixel.green(), pixel.blue()


def is_tinted(colour: tuple[int, int, int]) -> bool:
    return colour[2] - colour[0] > 10


def accept_the_first(reader, films) -> np.ndarray:
    """Open films, correct the first one's Proposal and accept it; returns its Mask, the second is open."""
    reader.window.add_paths([films])
    reader.wait(lambda: reader.name() == "film_1.png")
    reader.propose()
    reader.canvas.set_brush_size(9)
    reader.stroke((80, 20), (80, 60))
    mask = reader.canvas.mask
    reader.press(KEY.Key_Return)
    reader.wait(lambda: reader.name() == "film_2.png")
    return mask


def test_opening_by_drop(reader, films):
    assert reader.rows() == []
    reader.drop(films)
    reader.wait(lambda: len(reader.rows()) == 4)
    reader.wait(lambda: reader.name() == "film_1.png")
    statuses = reader.statuses()
    assert statuses.pop("broken.png") is Status.UNREADABLE
    assert set(statuses.values()) == {Status.NEW}
    broken = next(case for case in reader.rows() if case.name == "broken.png")
    assert broken.reason.startswith("broken.png")
    assert "\n" not in broken.reason
    assert QApplication.activeModalWidget() is None
    assert "Dr Test" in reader.window.windowTitle()


def test_propose_and_threshold(reader, films, lungs):
    reader.window.add_paths([films])
    reader.wait(lambda: reader.name() == "film_1.png")
    reader.propose()
    first = reader.canvas.mask
    assert first.shape == lungs[0].shape
    assert first.dtype == np.uint8
    assert dice(first, lungs[0]) > 0.9
    runs = reader.window.reading.proposal
    reader.threshold.setFocus()
    for _ in range(6):
        QTest.keyClick(reader.threshold, KEY.Key_PageUp)
    assert reader.canvas.mask.sum() < first.sum()
    assert reader.window.reading.proposal is runs
    reader.window.reading.settle_threshold()
    reader.press(KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(reader.canvas.mask, first)
    assert reader.threshold.value() == 50


def test_correct_undo_and_hide(reader, films):
    reader.window.add_paths([films])
    reader.wait(lambda: reader.name() == "film_1.png")
    reader.propose()
    proposed = reader.canvas.mask
    reader.canvas.set_brush_size(9)
    reader.stroke((80, 20), (80, 60))
    painted_mask = reader.canvas.mask
    assert painted_mask[20:61, 80].all()
    reader.press(KEY.Key_E)
    assert reader.canvas.tool == "eraser"
    reader.stroke((46, 100), (50, 100))
    assert not reader.canvas.mask[100, 46:51].any()
    assert is_tinted(painted(reader, 80, 40))
    QTest.keyPress(reader.canvas, KEY.Key_H)
    assert not is_tinted(painted(reader, 80, 40))
    QTest.keyRelease(reader.canvas, KEY.Key_H)
    assert is_tinted(painted(reader, 80, 40))
    for _ in range(2):
        reader.press(KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(reader.canvas.mask, proposed)
    reader.press(KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not reader.canvas.mask.any()
    for _ in range(2):
        reader.press(KEY.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert np.array_equal(reader.canvas.mask, painted_mask)


def test_a_second_proposal_keeps_what_was_painted(reader, films):
    reader.window.add_paths([films])
    reader.wait(lambda: reader.name() == "film_1.png")
    reader.propose()
    reader.canvas.set_brush_size(9)
    reader.stroke((80, 20), (80, 60))
    reader.press(KEY.Key_P)
    reader.settle()
    assert reader.canvas.mask[20:61, 80].all()


def test_accept_take_back_exclude_later(reader, films):
    mask = accept_the_first(reader, films)
    assert reader.statuses()["film_1.png"] is Status.QUEUED
    assert not reader.canvas.mask.any()
    workspace = reader.window.reading.session.workspace
    (kept,) = store.corrections(workspace)
    assert kept.reader == "Dr Test"
    assert kept.state is QueueState.QUEUED
    assert kept.effort.strokes == 1
    assert np.array_equal(store.correction_mask(workspace, kept.id), mask)
    reader.press(KEY.Key_U)
    reader.wait(lambda: reader.name() == "film_1.png")
    assert np.array_equal(reader.canvas.mask, mask)
    assert reader.statuses()["film_1.png"] is not Status.QUEUED
    reader.press(KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not np.array_equal(reader.canvas.mask, mask)
    reader.press(KEY.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    reader.press(KEY.Key_T)
    reader.wait(lambda: reader.name() == "film_2.png")
    reader.press(KEY.Key_Delete)
    QTest.keyClick(reader.dialog(), KEY.Key_4)
    reader.wait(lambda: reader.name() == "film_3.png")
    reader.press(KEY.Key_O)
    reader.wait(lambda: reader.name() == "film_1.png")
    statuses = reader.statuses()
    assert statuses["film_1.png"] is Status.LATER
    assert statuses["film_2.png"] is Status.EXCLUDED
    assert statuses["film_3.png"] is Status.QUEUED
    assert any(one.empty for one in store.corrections(workspace))


def test_accepted_again_as_it_is_nothing_changes(reader, films):
    mask = accept_the_first(reader, films)
    workspace = reader.window.reading.session.workspace
    (kept,) = store.corrections(workspace)
    reader.press(KEY.Key_Backspace)
    reader.wait(lambda: reader.name() == "film_1.png")
    reader.settle()
    reader.press(KEY.Key_Return)
    reader.wait(lambda: reader.name() == "film_2.png")
    assert store.corrections(workspace, replaced=True) == [kept]
    assert reader.statuses()["film_1.png"] is Status.QUEUED
    reader.press(KEY.Key_U)
    reader.wait(lambda: reader.name() == "film_1.png")
    assert np.array_equal(reader.canvas.mask, mask)
    assert store.corrections(workspace) == []


def test_all_is_there_after_closing(reader, films):
    reader.window.add_paths([films])
    reader.wait(lambda: reader.name() == "film_1.png")
    reader.propose()
    reader.press(KEY.Key_Return)
    reader.wait(lambda: reader.name() == "film_2.png")
    (kept,) = store.corrections(reader.window.reading.session.workspace)
    accepted = store.correction_mask(reader.window.reading.session.workspace, kept.id)
    reader.canvas.set_brush_size(15)
    reader.stroke((40, 90), (60, 120))
    mask, before = reader.canvas.mask, reader.statuses()
    reader.close()
    (films / "film_1.png").unlink()
    reader.open()
    reader.wait(lambda: reader.name() == "film_2.png")
    after = reader.statuses()
    assert after.pop("film_2.png") is Status.CORRECTED
    assert {name: status for name, status in before.items() if name != "film_2.png"} == after
    assert np.array_equal(reader.canvas.mask, mask)
    reader.press(KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not reader.canvas.mask.any()
    reader.press(KEY.Key_Backspace)
    reader.wait(lambda: reader.name() == "film_1.png")
    assert np.array_equal(reader.canvas.mask, accepted)


def test_another_reader(reader, films):
    reader.window.add_paths([films])
    reader.wait(lambda: reader.name() == "film_1.png")
    reader.propose()
    reader.press(KEY.Key_Return)
    reader.wait(lambda: reader.name() == "film_2.png")
    reader.press(KEY.Key_F2)
    dialog = reader.dialog()
    edit = dialog.findChild(QLineEdit, "reader_name")
    edit.selectAll()
    QTest.keyClicks(edit, "Dr Other")
    QTest.keyClick(edit, KEY.Key_Return)
    reader.wait(lambda: "Dr Other" in reader.window.windowTitle())
    reader.wait(lambda: reader.name() == "film_2.png")
    assert reader.statuses()["film_1.png"] is not Status.QUEUED


def test_learning(reader, films):
    reader.window.add_paths([films])
    for number in (1, 2, 3):
        reader.wait(lambda number=number: reader.name() == f"film_{number}.png")
        reader.propose()
        reader.press(KEY.Key_Return)
    reader.wait(lambda: all(s is not Status.NEW for s in reader.statuses().values()))
    reader.settle()
    # how many of them are held out is the split's to say
    assert sum(map(int, re.findall(r"\d+", reader.window.findChild(QLabel, "queue_count").text()))) == 3
    desk, outcomes = reader.window.desk, []
    desk.prefer(replace(desk.preferences, learn_seconds=1800))  # at most: it ends by itself long before
    reader.window.teaching.ended.connect(outcomes.append)
    reader.press(KEY.Key_L, Qt.KeyboardModifier.ControlModifier)
    reader.wait(lambda: reader.window.learn_panel.plot is not None or outcomes)
    reader.canvas.set_brush_size(5)
    before = reader.canvas.mask
    reader.stroke((5, 5), (9, 9))
    assert not np.array_equal(reader.canvas.mask, before)
    reader.qtbot.waitUntil(lambda: bool(outcomes), timeout=240_000)
    (outcome,) = outcomes
    assert not outcome.failed
    assert reader.window.learn_panel.plot.curves()["loss"], outcome
    assert reader.window.findChild(QLabel, "verdict").text()
    assert not reader.window.teaching.running
    reader.settle()
    found = versions.versions(reader.window.reading.session, "lung")
    assert sum(one.active for one in found) == 1
    assert not outcome.live  # a case is open
    assert outcome.model is None or outcome.model.id in {one.id for one in found}


def test_closing_asks_while_learning(reader, films):
    reader.window.add_paths([films])
    reader.wait(lambda: reader.name() == "film_1.png")
    reader.propose()
    reader.press(KEY.Key_Return)
    reader.wait(lambda: reader.name() == "film_2.png")
    reader.settle()
    reader.action("learn").trigger()
    reader.wait(lambda: reader.window.teaching.running)
    reader.window.close()
    assert reader.window.isVisible()
    reader.click_soon = reader.dialog()
    button = next(b for b in reader.click_soon.findChildren(QPushButton) if "Stop" in b.text())
    QTest.mouseClick(button, LEFT)
    reader.qtbot.waitUntil(lambda: not reader.window.isVisible(), timeout=SECONDS)
    session = open_session(reader.folder, window=True)
    try:
        assert session.writable
        states = [one.state for one in store.corrections(session.workspace)]
        assert states == [QueueState.QUEUED]
    finally:
        close_session(session)


def test_export(reader, films, tmp_path):
    reader.window.add_paths([films])
    reader.wait(lambda: reader.name() == "film_1.png")
    reader.propose()
    mask = reader.canvas.mask
    reader.press(KEY.Key_Return)
    reader.wait(lambda: reader.name() == "film_2.png")
    out = tmp_path / "out"
    for _ in range(2):
        reader.press(KEY.Key_E, Qt.KeyboardModifier.ControlModifier)
        dialog = reader.dialog()
        dialog.findChild(QLineEdit, "export_folder").setText(str(out))
        assert not dialog.findChild(QCheckBox, "unreviewed").isChecked()
        reader.click(dialog, "Export")
    assert "written to" in reader.window.status.message() or "there already" in reader.window.status.message()
    file = out / "P001_I001.png"
    written = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(written, mask * 255)
    facts = json.loads((out / "P001_I001.json").read_text(encoding="utf-8"))
    assert "Dr Test" in json.dumps(facts)
    assert not (out / "P002_I001.png").exists()
    workspace = reader.window.reading.session.workspace
    (kept,) = store.corrections(workspace)
    assert np.array_equal(store.correction_mask(workspace, kept.id) * 255, written)


def test_the_screen_shows_the_mask(reader, films):
    reader.window.add_paths([films])
    reader.wait(lambda: reader.name() == "film_1.png")
    reader.propose()
    mask = reader.canvas.mask
    image = reader.canvas.grab().toImage()
    rng = np.random.default_rng(0)
    for row, column in rng.integers((5, 5), (195, 155), (200, 2)):
        around = mask[row - 2 : row + 3, column - 2 : column + 3]
        if around.min() != around.max():
            continue
        place = reader.canvas.to_widget(int(column), int(row))
        pixel = image.pixelColor(place)
        assert is_tinted((pixel.red(), pixel.green(), pixel.blue())) == bool(mask[row, column]), (row, column)
