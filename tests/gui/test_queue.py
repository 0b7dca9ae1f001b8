"""The queue's dialog: questions first, words for everything, verbs, and a thousand rows."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt

from unet_studio.core.correction import Correction, Effort, QueueState, Side
from unet_studio.core.slip import Question
from unet_studio.gui import names
from unet_studio.gui.dialogs.queue import QueueDialog
from unet_studio.gui.queue_model import CHANGE, EFFORT, KEPT_PICTURES, PICTURE, SIDE, STATE, USE
from unet_studio.workflow import importing, opening
from unet_studio.workflow.auto import Auto, auto
from unet_studio.workflow.queue_list import QueueRow, Small
from unet_studio.workspace import store


def row(number: int, state: QueueState = QueueState.QUEUED, **more) -> QueueRow:
    question, follows = more.pop("question", Question.NONE), more.pop("follows", "")
    facts = {
        "image_hash": f"{number:064x}", "target": "lung", "reader": "Dr A", "accepted_at": "2026-03-01T10:20:30Z",
        "side": Side.TRAIN, "model_id": "lung-v1", "changed": True, "empty": False,
        "effort": Effort(3, 41.0, 60.0, 1234), "source_name": f"film_{number}.png", "source_sha256": "", "group": "",
        **more,
    }  # fmt: skip
    return QueueRow(Correction(id=number, state=state, **facts), question, follows, number, outlined=True)


@pytest.fixture
def dialog(qtbot):
    from PySide6.QtWidgets import QMainWindow

    window = QMainWindow()
    window.resize(1366, 768)
    qtbot.addWidget(window)
    wanted = []
    dialog = QueueDialog(window, wanted.append, writable=True)
    dialog.asked_for, dialog.owner = wanted, window
    dialog.open()
    return dialog


def words(dialog, place: int, column: int) -> str:
    return dialog.order.index(place, column).data()


def test_names_are_hidden_until_they_are_asked_for(dialog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_clean", [lambda text: text.replace("doe.png", "Film 9")])
    dialog.show_rows([row(1, source_name="doe.png", source_file=7, follows="doe.png")])
    assert words(dialog, 0, PICTURE) == "Picture 7\nNearly the same as Film 9"
    dialog.order.choose(None, "doe")
    assert dialog.order.rowCount() == 0
    names.clean_by(str)
    names.show(True)
    dialog.order.choose(None, "doe")
    assert words(dialog, 0, PICTURE) == "doe.png\nNearly the same as doe.png"


def test_rows_say_what_each_is_for(dialog) -> None:
    dialog.show_rows([
        row(1, QueueState.SET_ASIDE, question=Question.FAR),
        row(2, side=Side.GATE, changed=False),
        row(3, model_id="", effort=Effort(), follows="film_2.png"),
        row(4, QueueState.WITHDRAWN, empty=True),
    ])  # fmt: skip
    assert "Far from the proposal" in words(dialog, 0, PICTURE)
    assert [words(dialog, place, STATE) for place in range(4)] == ["Set aside", "Waiting", "Waiting", "Withdrawn"]
    uses = [words(dialog, place, USE) for place in range(4)]
    assert uses == ["not used yet", "compares models", "learned from", "not used"]
    changes = [words(dialog, place, CHANGE) for place in range(4)]
    assert changes == ["changed", "accepted unchanged", "mask from elsewhere", "nothing to mark"]
    assert words(dialog, 0, EFFORT) == "41 s, 3 strokes\n1,234 px changed"
    assert words(dialog, 2, PICTURE) == "film_3.png\nNearly the same as film_2.png"
    assert dialog.note.text() == "1 is set aside: keep or withdraw it"
    assert [one.correction.id for one in dialog.chosen()] == [1]


def test_filters_and_buttons(dialog, qtbot) -> None:
    dialog.show_rows([row(1, QueueState.SET_ASIDE), row(2), row(3, QueueState.LEARNED), row(4, reader="Dr B")])
    dialog.states.setCurrentIndex(dialog.states.findData(QueueState.QUEUED))
    assert dialog.order.rowCount() == 2
    dialog.find.setText("dr b")
    assert dialog.order.rowCount() == 1
    dialog.states.setCurrentIndex(0)
    dialog.find.clear()
    dialog.table.clearSelection()
    assert not any(button.isEnabled() for button in (*dialog.verbs.values(), dialog.open_button))
    dialog.table.selectRow(2)
    assert not dialog.verbs["keep"].isEnabled()  # learned from already
    assert dialog.verbs["withdraw"].isEnabled()
    dialog.table.selectRow(0)
    with qtbot.waitSignal(dialog.decided) as said:
        qtbot.mouseClick(dialog.verbs["keep"], Qt.MouseButton.LeftButton)
    assert said.args == [[1], QueueState.QUEUED]
    with qtbot.waitSignal(dialog.wanted) as said:
        dialog.table.doubleClicked.emit(dialog.order.index(0, PICTURE))
    assert said.args == [1]
    assert not dialog.isVisible()


def test_a_thousand_rows_come_at_once_and_pictures_when_they_are_seen(dialog, qtbot) -> None:
    rows = [row(number) for number in range(1, 1001)]
    begun = time.perf_counter()
    dialog.show_rows(rows)
    dialog.table.grab()
    assert time.perf_counter() - begun < 1.0
    qtbot.waitUntil(lambda: len(dialog.asked_for) > 0)
    assert len(dialog.asked_for) < 20
    dialog.model.set_picture(1, Small(np.full((SIDE, 40), 90, np.uint8), np.zeros((SIDE, 40), np.uint8)))
    picture = dialog.order.index(0, PICTURE).data(Qt.ItemDataRole.DecorationRole)
    middle = picture.toImage().pixelColor(picture.width() // 2, picture.height() // 2)
    assert middle.red() == 90
    for place in range(1000):
        dialog.order.index(place, PICTURE).data(Qt.ItemDataRole.DecorationRole)
    assert len(dialog.model._pictures) == KEPT_PICTURES


def test_the_switch_for_runs_by_themselves(dialog, qtbot) -> None:
    dialog.show_auto(Auto(on=True, after=5))
    with qtbot.waitSignal(dialog.auto_changed) as said:
        dialog.after.setValue(12)
    assert said.args == [Auto(on=True, after=12)]
    with qtbot.waitSignal(dialog.auto_changed) as said:
        dialog.auto.setChecked(False)
    assert said.args == [Auto(on=False, after=12)]
    assert not dialog.after.isEnabled()


@pytest.fixture
def filled(studio, tmp_path):
    """The window with two accepted pictures in the queue, one of them a slip that waits."""
    window = studio()
    session = window.reading.session
    masks = tmp_path / "masks"
    masks.mkdir()
    for number in (1, 2):
        mask = np.zeros((120, 100), np.uint8)
        mask[20:60, 20:70] = 255
        cv2.imwrite(str(masks / f"film_{number}.png"), mask)
    report = importing.queue_add(session, "lung", tmp_path / "pictures", masks, check=False)
    store.save_check(session.workspace, report.ids[0], question=Question.FAR)
    store.set_state(session.workspace, report.ids[0], QueueState.SET_ASIDE)
    window.worklist.refresh()
    return window, report.ids


def test_the_readers_word_reaches_the_workspace(filled, qtbot) -> None:
    window, (slip, other) = filled
    window.actions_set["queue"].trigger()
    qtbot.waitUntil(lambda: window.queue_link.dialog is not None and window.queue_link.dialog.model.rowCount() == 2)
    dialog = window.queue_link.dialog
    assert [one.correction.id for one in dialog.chosen()] == [slip]
    qtbot.waitUntil(lambda: not window.jobs.busy())
    qtbot.mouseClick(dialog.verbs["keep"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.note.text() == "" and not window.jobs.busy())
    workspace = window.reading.session.workspace
    assert store.correction(workspace, slip).state is QueueState.QUEUED
    assert store.checks(workspace)[slip].answer is QueueState.QUEUED
    place = next(place for place in range(2) if dialog.order.index(place, 0).data(257).correction.id == other)
    dialog.table.selectRow(place)
    qtbot.mouseClick(dialog.verbs["withdraw"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: store.correction(workspace, other).state is QueueState.WITHDRAWN)
    dialog.auto.setChecked(False)
    qtbot.waitUntil(lambda: not auto(window.reading.session).on)
    qtbot.waitUntil(lambda: not window.jobs.busy())
    case = next(case for case in opening.cases(window.reading.session) if case.name == "film_2.png")
    dialog.table.selectRow(place)
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.reading.case_id == case.id and not window.jobs.busy())
    assert window.queue_link.dialog is None or not window.queue_link.dialog.isVisible()


def test_the_worklist_says_what_is_set_aside(filled) -> None:
    window, _ = filled
    from unet_studio.gui.worklist_model import status_line

    lines = [status_line(case) for case in opening.cases(window.reading.session)]
    assert lines == ["Accepted, set aside", "Accepted, queued"]
