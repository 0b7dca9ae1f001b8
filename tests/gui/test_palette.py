"""The command palette: every action is found by its own words and run; what cannot run says what it needs."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from unet_studio.gui.actions import ACTIONS
from unet_studio.gui.dialogs.palette import Palette, commands, search
from unet_studio.gui.matching import score
from unet_studio.gui.needs import NEEDS
from unet_studio.gui.texts import plain

KEY = Qt.Key
EVERY = sorted({fact for row in ACTIONS for fact in row.needs.split()})


def open_palette(window, recent=()) -> Palette:
    palette = Palette(window, commands(window.actions_set, recent), lambda name: window.actions_set[name].trigger())
    palette.open()
    return palette


def test_what_an_action_needs_has_words():
    assert set(EVERY) <= set(NEEDS)


def test_every_action_is_found_by_its_own_words_and_its_key(commanded):
    commanded.actions_set.enable(EVERY)
    rows = commands(commanded.actions_set)
    assert {row.id for row in rows} == {row.id for row in ACTIONS}
    for row in rows:
        for typed in (row.text, row.tip, f"{row.menu} {row.text}", row.text[: max(3, len(row.text) // 2)].lower()):
            assert row in search(rows, typed), (row.id, typed)
        assert row.text in [found.text for found in search(rows, row.text)[:3]], row.id
        if row.key:
            assert row in search(rows, row.key.split(" / ")[0]), row.id


@pytest.mark.parametrize("row", ACTIONS, ids=lambda row: row.id)
def test_every_action_runs_from_the_palette(commanded, row):
    commanded.actions_set.enable(EVERY)
    palette = open_palette(commanded)
    QTest.keyClicks(palette.edit, plain(row.text).rstrip("…").replace("–", "-"))
    for _ in range(len(palette.shown)):
        if palette.chosen().id == row.id:
            break
        QTest.keyClick(palette.edit, KEY.Key_Down)
    QTest.keyClick(palette.edit, KEY.Key_Return)
    assert commanded.log == [row.id]
    assert QApplication.activeModalWidget() is None


def test_what_cannot_run_says_what_it_needs(commanded):
    commanded.actions_set.enable({"cases"})
    palette = open_palette(commanded)
    QTest.keyClicks(palette.edit, "accept and next")
    assert palette.chosen().needs == "needs a mask that may be changed"
    QTest.keyClick(palette.edit, KEY.Key_Return)
    assert commanded.log == []
    assert "a mask that may be changed" in palette.note.text()
    QTest.keyClick(palette.edit, KEY.Key_Escape)
    assert QApplication.activeModalWidget() is None
    assert commanded.log == []


def test_words_that_no_command_has(commanded):
    palette = open_palette(commanded)
    QTest.keyClicks(palette.edit, "zzzqqq")
    QTest.keyClick(palette.edit, KEY.Key_Down)
    QTest.keyClick(palette.edit, KEY.Key_Return)
    assert palette.note.text() == "No command has these words"
    palette.reject()


def test_commands_used_last_stand_first_after_a_restart_too(studio, qtbot):
    window = studio()
    QTest.keyClick(window.canvas, KEY.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    palette = QApplication.activeModalWidget()
    QTest.keyClicks(palette.edit, "ellipse")
    QTest.keyClick(palette.edit, KEY.Key_Return)
    assert window.canvas.tool == "ellipse"
    window.shut()
    window.close()
    again = studio()
    again.actions_set["palette"].trigger()
    assert QApplication.activeModalWidget().chosen().id == "ellipse"
    QApplication.activeModalWidget().reject()


def test_nearer_matches_come_first():
    assert score("holes", "Fill holes") < score("holes", "Unlock", "Fill holes")
    assert score("hole", "Fill holes") < score("flhs", "Fill holes")
    assert score("left-right", "Mirror left–right") == 0
    assert score("", "anything") == 0
    assert score("brush zoom", "Brush") is None
    assert score("zq", "anything") is None
