"""A video in the real window: counted in the background, gone through by slider, number and playing, and its names."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSlider, QSpinBox

from unet_studio.core.errors import ModelError
from unet_studio.core.image import modality_values
from unet_studio.gui import worklist_link
from unet_studio.gui.app import open_window
from unet_studio.gui.dialogs.span import SpanDialog
from unet_studio.gui.jobs import LIST
from unet_studio.imaging import reader
from unet_studio.workflow import opening, proposing, spans, versions
from unet_studio.workflow.session import change_reader, close_session, open_session
from unet_studio.workspace import store

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
COUNT = 120


@pytest.fixture
def window(qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, videos):
    """The window on a Workspace with one video, counted, its first frame open."""

    def no_model(*_):
        raise ModelError("none in this test")

    reader.close()
    monkeypatch.setattr(proposing, "warm_up", lambda session: "CPU")
    monkeypatch.setattr(proposing, "device_summary", lambda: ("CPU", ""))
    monkeypatch.setattr(versions, "active", no_model)
    (tmp_path / "DOE_JANE").mkdir()
    path = videos.write(tmp_path / "DOE_JANE" / "DOE_JANE.avi", range(COUNT))
    session = change_reader(open_session(tmp_path / "workspace"), "Dr Test")
    opening.add_paths(session, [path], target="polyp")
    close_session(session)
    window = open_window(tmp_path / "workspace")
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.activateWindow()
    wait(lambda: window.reading.open_case is not None and any(f.counted for f in window.frames._facts.values()))
    window.canvas.setFocus()
    yield window
    window.close()
    reader.close()


def wait(holds, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come"
        QApplication.processEvents()
        time.sleep(0.01)


def at(window, videos, number: int):
    """Wait until frame `number` (from 0) is open."""

    def there() -> bool:
        case = window.reading.open_case
        return case is not None and not window.reading.busy and videos.number_in(case.image.pixels) == number

    wait(there)
    assert window.frame_bar.number.value() == number + 1


def test_arrows_number_and_slider_open_exactly_that_frame(window, videos) -> None:
    bar = window.frame_bar
    assert (bar.slider.maximum(), bar.words.text()) == (COUNT, f"of {COUNT}")
    QTest.keyClick(window.canvas, Qt.Key.Key_Right)
    at(window, videos, 1)
    number = window.findChild(QSpinBox, "frame_number")
    number.setFocus()
    number.selectAll()
    QTest.keyClicks(number, "77")
    QTest.keyClick(number, Qt.Key.Key_Return)
    at(window, videos, 76)
    slider = window.findChild(QSlider, "frame_slider")
    QTest.keyClick(slider, Qt.Key.Key_End)
    at(window, videos, COUNT - 1)
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_Right)
    assert window.status.message() == "This is the last frame"


def test_beside_a_long_worklist_frames_are_read_behind(window, videos, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worklist_link, "MANY", 0)
    cases, by, may_go_on = opening.cases, set(), threading.Event()

    def read(*about):
        by.add(threading.get_ident())
        may_go_on.wait(30)
        return cases(*about)

    monkeypatch.setattr(opening, "cases", read)
    may_go_on.set()
    window.frames.go(40)
    at(window, videos, 40)
    assert by
    assert threading.get_ident() not in by
    may_go_on.clear()
    window.frames.go(50)
    wait(lambda: window.jobs.lane_busy(LIST))
    window.worklist.open(window.worklist.panel.model.cases()[0].id)  # chosen before the frame was on the list
    at(window, videos, 0)
    may_go_on.set()
    wait(lambda: not window.jobs.lane_busy(LIST))
    wait(lambda: not window.jobs.busy())
    at(window, videos, 0)


def test_playing_shows_frames_in_order_and_opens_the_one_where_it_stops(window, videos) -> None:
    seen: list[int] = []
    shown = window.picture.show_moving
    window.picture.show_moving = lambda pixels: (seen.append(videos.number_in(pixels)), shown(pixels))
    QTest.keyClick(window.canvas, Qt.Key.Key_P, SHIFT)
    wait(lambda: len(seen) >= 4)
    assert window.reading.open_case is None
    assert not any(window.actions_set[name].isEnabled() for name in ("accept", "propose", "fill_holes", "exclude"))
    assert window.pages.currentIndex() == 1
    QTest.keyClick(window.canvas, Qt.Key.Key_P, SHIFT)
    wait(lambda: window.reading.open_case is not None and not window.reading.busy)
    assert seen == sorted(set(seen))
    at(window, videos, seen[-1])
    assert window.actions_set["accept"].isEnabled()


def test_only_frames_that_were_worked_on_stay_in_the_worklist(window, videos) -> None:
    cases = window.worklist.panel.model.cases
    window.frames.go(40)
    at(window, videos, 40)
    document = window.reading.draft.document
    mask = np.zeros(document.shape, np.uint8)
    mask[10:20, 10:20] = 1
    from unet_studio.editing.put import put
    from unet_studio.editing.rect import whole

    put(document, "brush", "Brush stroke", whole(document.shape), mask)
    window.reading.flush()
    window.frames.go(50)
    at(window, videos, 50)
    window.frames.go(60)
    at(window, videos, 60)
    window.worklist.refresh()
    assert [case.frame for case in cases()] == [0, 40, 60]
    session = window.reading.session
    assert {case.frames for case in store.cases(session.workspace, session.reader)} == {COUNT}
    window.carry.ask_span()
    wait(lambda: window.findChild(SpanDialog) is not None)
    dialog = window.findChild(SpanDialog)
    assert (dialog.first.value(), dialog.last.value()) == (1, COUNT)
    dialog.first.setValue(11)
    dialog.last.setValue(31)
    dialog.every.setValue(10)
    assert dialog.count.text() == f"3 of {COUNT} frames"
    dialog.accept()
    wait(lambda: {case.frame for case in cases()} >= {10, 20, 30})
    assert [case.frame for case in opening.cases(session)] == [10, 20, 30, 40]
    assert spans.spans(session)


def test_a_mask_is_copied_to_a_frame_that_had_no_row(window, videos) -> None:
    document = window.reading.draft.document
    mask = np.zeros(document.shape, np.uint8)
    mask[5:30, 5:50] = 1
    from unet_studio.editing.put import put
    from unet_studio.editing.rect import whole

    put(document, "brush", "Brush stroke", whole(document.shape), mask)
    QTest.keyClick(window.canvas, Qt.Key.Key_Right, CONTROL | SHIFT)
    at(window, videos, 1)
    assert np.array_equal(window.reading.draft.document.mask, mask)


def test_names_are_hidden_until_they_are_asked_for_and_that_is_remembered(window, qtbot) -> None:
    def words() -> str:
        panel = window.worklist.panel
        row = panel.order.index(0, 0)
        roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
        window.status.say("DOE_JANE.avi: accepted")
        return " ".join([window.windowTitle(), window.status.message(), *(str(row.data(role)) for role in roles)])

    panel = window.worklist.panel
    assert "DOE" not in words()
    assert "Video 1" in words()
    assert panel.filter.placeholderText() == "Find by number"
    panel.filter.setText("DOE")
    assert panel.shown() == []
    panel.filter.setText("video 1")
    assert len(panel.shown()) == 1
    panel.filter.clear()
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_N, CONTROL | SHIFT)
    assert words().count("DOE_JANE") >= 4
    panel.filter.setText("DOE")
    assert len(panel.shown()) == 1
    panel.filter.clear()
    folder = window.reading.session.folder
    window.close()
    again = open_window(folder)
    qtbot.addWidget(again)
    assert again.actions_set["show_names"].isChecked()
    assert "DOE_JANE" in str(again.worklist.panel.order.index(0, 0).data(Qt.ItemDataRole.DisplayRole))
    again.close()


def test_what_the_model_saw_is_its_input_whatever_the_window(window, monkeypatch: pytest.MonkeyPatch) -> None:
    from training.preprocess import InputSpec, network_input, unstandardise

    def model_input(_session, case):
        values, fit = network_input(modality_values(case.image), case.image.transform.inverted, InputSpec(100, 3, 32))
        unit = np.clip(unstandardise(values, InputSpec(100, 3, 32)), 0, 1)
        pixels = np.rint(unit * 255).astype(np.uint8)[..., 0]
        return proposing.ModelInput(pixels, fit.content_rows, fit.content_columns, "polyp-v9")

    monkeypatch.setattr(proposing, "model_input", model_input)
    wait(lambda: not window.jobs.busy())  # what opening asked for has had its say in the status bar
    found = []
    for inverted in (False, True):
        if inverted:
            QTest.keyClick(window.canvas, Qt.Key.Key_I)
            wait(lambda: "inverted" in window.status.fact("window_level"))
        before = window.canvas.grab().toImage()
        QTest.keyClick(window.canvas, Qt.Key.Key_W, SHIFT)
        wait(lambda: window.seen.on)
        assert window.canvas.image_shape == (96, 128)  # 67 x 100 of it are the picture
        assert "polyp-v9 saw 128 x 96 px: the picture takes 100 x 67" in window.status.message()
        assert not window.actions_set["accept"].isEnabled()
        found.append(window.canvas.grab().toImage())
        QTest.keyClick(window.canvas, Qt.Key.Key_W, SHIFT)
        wait(lambda: window.reading.open_case is not None and not window.reading.busy and not window.seen.on)
        wait(lambda before=before: window.canvas.grab().toImage() == before)
    assert found[0] == found[1]
    assert window.canvas.image_shape == (64, 96)
