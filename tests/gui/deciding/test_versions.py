"""The dialog of model versions: what each allows, compare, export, import, archive, and the dialog of a run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QFileDialog, QPushButton, QRadioButton, QWidget

from unet_studio.core.model_version import Mode, ModelVersion, Origin
from unet_studio.gui.dialogs.run import RunChoice, RunDialog, remembered
from unet_studio.gui.preferences import Preferences
from unet_studio.gui.version_words import in_words, interval
from unet_studio.workflow import versions

LEFT = Qt.MouseButton.LeftButton


def version(**facts) -> ModelVersion:
    usual = ModelVersion("lung-v2", "lung", 2, "lung-v1", Origin.FINE_TUNED, "", "2026-01-01T10:00", False, False, "")
    return replace(usual, **facts)


@pytest.fixture
def listed(reader):
    """The dialog with the bundled version, the tiny one (active), and a Candidate that the gate refused."""
    made = reader.candidate(passed=False)
    reader.window.learn.refresh()
    reader.settle()
    reader.window.actions_set["versions"].trigger()
    dialog = reader.dialog()
    return reader, dialog, made


def choose(dialog, *ids: str) -> None:
    """Click rows, the second with Ctrl."""
    keys = Qt.KeyboardModifier.NoModifier
    for row in range(dialog.table.rowCount()):
        if dialog.table.item(row, 0).text() in ids:
            place = dialog.table.visualItemRect(dialog.table.item(row, 0)).center()
            QTest.mouseClick(dialog.table.viewport(), LEFT, keys, place)
            keys = Qt.KeyboardModifier.ControlModifier


def able(dialog) -> set[str]:
    return {name for name, button in dialog.deeds.items() if button.isEnabled() and button.isVisible()}


def test_what_each_version_allows(listed):
    reader, dialog, made = listed
    choose(dialog, reader.active())
    assert able(dialog) == {"export_version", "import_version"}
    choose(dialog, made.id)
    assert able(dialog) == {"make_active", "decline", "compare", "export_version", "import_version", "archive"}
    choose(dialog, made.id, reader.active())
    assert able(dialog) == {"compare", "import_version"}
    choose(dialog, made.id, "polyp-v1")
    assert able(dialog) == {"import_version"}
    states = {dialog.table.item(row, 0).text(): dialog.table.item(row, 2).text() for row in range(4)}
    assert states[reader.active()] == "● active"
    assert states[made.id] == "kept"
    dialog.reject()


def test_archive_and_bring_back(listed):
    reader, dialog, made = listed
    choose(dialog, made.id)
    QTest.mouseClick(dialog.deeds["archive"], LEFT)
    reader.wait(lambda: able(dialog) == {"import_version", "restore"})
    QTest.mouseClick(dialog.deeds["restore"], LEFT)
    reader.wait(lambda: "archive" in able(dialog))
    reader.settle()
    dialog.reject()


def test_compare_any_two(listed):
    reader, dialog, made = listed
    choose(dialog, made.id, reader.active())
    QTest.mouseClick(dialog.deeds["compare"], LEFT)
    reader.wait(lambda: QApplication.activeModalWidget() is not dialog)
    page = QApplication.activeModalWidget()
    reader.wait(lambda: page.list.count() == 4)
    reader.settle()
    assert page.windowTitle() == f"{made.id} against {reader.active()}"
    assert page.findChild(QPushButton, "use_version") is None
    page.reject()
    dialog.reject()


def test_export_and_import(listed, tmp_path, monkeypatch):
    reader, dialog, made = listed
    file = tmp_path / "mine.safetensors"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_more: (str(file), ""))
    choose(dialog, made.id)
    for sentence in ("is written to", "there is such a file already"):
        dialog.say("", "quiet")
        QTest.mouseClick(dialog.deeds["export_version"], LEFT)
        reader.wait(lambda sentence=sentence: sentence in dialog.said.text())
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(file.read_bytes()[:-100])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args, **_more: (str(damaged), ""))
    count = dialog.table.rowCount()
    QTest.mouseClick(dialog.deeds["import_version"], LEFT)
    reader.wait(lambda: str(damaged) in dialog.said.text())
    assert "\n" not in dialog.said.text()
    reader.settle()
    assert dialog.table.rowCount() == count
    dialog.reject()


def test_a_version_in_words():
    metrics = {"parent_dice": 0.873, "candidate_dice": 0.952, "parent_hd95": 31.24, "candidate_hd95": 12.0,
               "per_picture": [{}, {}], "gain": {"mean": 0.079, "low": 0.041, "high": 0.112}}  # fmt: skip
    told = in_words(version(metrics=metrics, corrections=(1, 2, 3), seconds=95.0, device="CPU", reason="Better."))
    assert told == (
        "lung-v2 learned from 3 corrections in 95 s on CPU, starting from lung-v1. "
        "On 2 held-out films mean Dice went 0.873 → 0.952, HD95 31.2 → 12.0 px. Better."
    )
    assert interval(metrics) == "+0.079 (95 % interval +0.041 to +0.112)"
    assert interval({}) == interval({"gain": {"mean": float("nan"), "low": 0, "high": 1}}) == ""
    assert in_words(version(origin=Origin.BUNDLED)) == "lung-v2 came with the program."


# the dialog of a run


@pytest.fixture
def asked(qtbot):
    """Opens the dialog; `told` holds what it answered."""
    parent = QWidget()
    parent.resize(1366, 768)
    qtbot.addWidget(parent)
    parent.show()
    told = []

    def show(choice: RunChoice, readers: dict[str, int], anew: dict[str, int] | None = None) -> RunDialog:
        dialog = RunDialog(
            parent,
            "3 wait.",
            choice,
            {"active": readers, "bundled": anew or readers, "scratch": anew or readers},
            "CPU",
            lambda c: told.append(("learn", c)),
            lambda c: told.append(("keep", c)),
        )
        dialog.open()
        return dialog

    return show, told


def test_the_choices_are_shown_and_answered(asked):
    show, told = asked
    choice = RunChoice(1800.0, "scratch", ("Dr A",), "cpu", Mode.AUTOMATIC)
    dialog = show(choice, {"Dr A": 3, "Dr B": 2})
    assert dialog.choice() == choice
    QTest.keyClick(dialog.findChild(QComboBox, "run_time"), Qt.Key.Key_Down)
    QTest.mouseClick(dialog.findChild(QCheckBox, "run_reader_Dr B"), LEFT)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert told == [("learn", RunChoice(28800.0, "scratch", None, "cpu", Mode.AUTOMATIC))]


def test_nothing_to_learn_from_is_only_remembered(asked):
    show, told = asked
    dialog = show(RunChoice(), {"Dr A": 3, "Dr B": 0})
    learn = dialog.findChild(QPushButton, "run_learn")
    assert learn.isEnabled()
    QTest.mouseClick(dialog.findChild(QCheckBox, "run_reader_Dr A"), LEFT)
    assert not learn.isEnabled()
    assert learn.toolTip() == "No correction waits to be learned from"
    dialog.reject()
    dialog = show(RunChoice(), {})
    assert not dialog.findChild(QPushButton, "run_learn").isEnabled()
    QTest.mouseClick(dialog.findChild(QPushButton, "run_keep"), LEFT)
    assert told == [("keep", RunChoice())]


def test_a_run_that_begins_anew_needs_no_new_correction(asked):
    show, told = asked
    dialog = show(RunChoice(), {}, {"Dr A": 3, "Dr B": 1})
    learn, check = dialog.findChild(QPushButton, "run_learn"), dialog.findChild(QCheckBox, "run_reader_Dr A")
    assert (learn.isEnabled(), check.text()) == (False, "Dr A (0 corrections)")
    dialog.findChild(QRadioButton, "start_bundled").click()
    assert (learn.isEnabled(), check.text()) == (True, "Dr A (3 corrections)")
    QTest.mouseClick(learn, LEFT)
    assert [(word, choice.begin_from) for word, choice in told] == [("learn", "bundled")]


def test_choices_are_remembered_in_the_preferences():
    choice = RunChoice(120.0, "bundled", ("Dr Ä",), "cpu", Mode.FROZEN)
    assert remembered(choice.kept(Preferences()), Mode.FROZEN) == choice
    assert remembered(Preferences(learn_from="moon", learn_readers="[1", learn_device="tpu")) == RunChoice()
    assert versions.MODES.keys() == set(Mode)
