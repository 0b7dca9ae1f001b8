"""Changing keys by real key presses: conflicts, fixed keys, the left-hand set, the sheet, a restart, a damaged file."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QSpinBox

from unet_studio.gui import keys
from unet_studio.gui.actions import ACTIONS, MENUS, WINDOWS
from unet_studio.gui.dialogs.keys import KeysDialog
from unet_studio.gui.dialogs.sheet import COLUMNS, show_shortcuts
from unet_studio.gui.keys import Choice
from unet_studio.workflow import hands

KEY = Qt.Key
TYPED = [row for row in ACTIONS if row.keys]


@pytest.fixture
def editor(commanded):
    """The dialog on a window of actions; what it chooses is in force there."""
    actions = commanded.actions_set
    dialog = KeysDialog(commanded, actions, Choice(), lambda choice: actions.set_keys(keys.in_force(choice)))
    dialog.show()
    return dialog


def press(dialog: KeysDialog, action_id: str, key: Qt.Key, button: str = "keys_change") -> None:
    dialog.choose_row(action_id)
    click(dialog, button)
    QTest.keyClick(dialog.catcher, key)


def click(dialog, name: str) -> None:
    QTest.mouseClick(dialog.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def leave(dialog, window, qtbot) -> None:
    """Close the dialog and wait until the window below has the keyboard."""
    dialog.reject()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.setFocus()


def force(dialog: KeysDialog, *names: str) -> list[tuple[str, ...]]:
    return [dialog._actions.keys[name] for name in names]


def test_a_new_key_runs_the_command_and_is_named_everywhere(editor, commanded, qtbot):
    press(editor, "eraser", KEY.Key_Q)
    assert force(editor, "eraser") == [("Q",)]
    assert commanded.actions_set["eraser"].toolTip().endswith("[Q]")
    assert editor.table.item(editor.table.currentRow(), 1).text() == "Q  (changed)"
    leave(editor, commanded, qtbot)
    QTest.keyClick(commanded, KEY.Key_E)
    assert commanded.log == []
    QTest.keyClick(commanded, KEY.Key_Q)
    assert commanded.log == ["eraser"]


def test_another_key_beside_the_first(editor):
    press(editor, "eraser", KEY.Key_Q, "keys_add")
    assert force(editor, "eraser") == [("E", "Q")]
    click(editor, "keys_remove")
    assert force(editor, "eraser") == [()]
    assert editor._actions["eraser"].toolTip() == "Erase"


def test_a_key_is_never_taken_in_silence(editor):
    press(editor, "eraser", KEY.Key_B)
    assert force(editor, "eraser", "brush") == [("E",), ("B",)]
    assert editor.message.text().startswith("B is the key of Brush.")
    click(editor, "keys_leave")
    assert force(editor, "eraser", "brush") == [("E",), ("B",)]
    assert not editor.leave.isVisible()


def test_a_conflict_ends_by_a_swap_or_by_giving(editor):
    press(editor, "eraser", KEY.Key_B)
    click(editor, "keys_swap")
    assert force(editor, "eraser", "brush") == [("B",), ("E",)]
    press(editor, "lasso", KEY.Key_B)
    assert "Eraser" in editor.message.text()
    click(editor, "keys_take")
    assert force(editor, "lasso", "eraser", "brush") == [("B",), (), ("E",)]
    editor.choose_row("brush")
    click(editor, "keys_reset")
    assert "B is the key of Lasso" in editor.message.text()
    click(editor, "keys_take")
    assert force(editor, "brush", "lasso") == [("B",), ()]
    click(editor, "keys_reset_all")
    assert force(editor, "lasso") == [()]
    click(editor, "keys_take")
    assert editor._actions.keys == keys.ready_made()


def test_fixed_keys_stay_and_say_why(editor):
    press(editor, "eraser", KEY.Key_Space)
    assert "moves the picture" in editor.message.text()
    editor.change.click()
    QTest.keyClick(editor.catcher, KEY.Key_F, Qt.KeyboardModifier.AltModifier)
    assert "opens the menu File" in editor.message.text()
    assert force(editor, "eraser") == [("E",)]
    editor.table.setCurrentCell(editor.table.rowCount() - 1, 0)
    assert editor.table.item(editor.table.currentRow(), 2).text() == "fixed"
    assert not editor.change.isEnabled()
    press(editor, "eraser", KEY.Key_Escape)
    assert not editor.catcher.listening
    assert editor.isVisible()
    assert force(editor, "eraser") == [("E",)]


def test_the_left_hand_set_asks_before_own_keys_go(editor):
    editor.hand.setCurrentIndex(1)
    editor.hand.activated.emit(1)
    assert editor._actions.keys == keys.ready_made(keys.LEFT)
    press(editor, "eraser", KEY.Key_Q)
    editor.hand.setCurrentIndex(0)
    editor.hand.activated.emit(0)
    assert "1 changed command" in editor.message.text()
    click(editor, "keys_leave")
    assert editor.hand.currentData() == keys.LEFT
    assert force(editor, "eraser") == [("Q",)]


def test_finding_a_command_by_its_key(editor):
    editor.filter.setFocus()
    QTest.keyClicks(editor.filter, "hole")
    shown = [row for row in range(editor.table.rowCount()) if not editor.table.isRowHidden(row)]
    assert "Fill holes" in [editor.table.item(row, 0).text() for row in shown]
    QTest.keyClick(editor.filter, KEY.Key_Return)
    assert editor.isVisible()
    assert editor._actions.keys == keys.ready_made()


def test_a_held_action_follows_its_new_key(editor, commanded, qtbot):
    press(editor, "hide_mask", KEY.Key_Q)
    leave(editor, commanded, qtbot)
    action = commanded.actions_set["hide_mask"]
    QTest.keyPress(commanded, KEY.Key_Q)
    assert action.isChecked()
    QTest.keyRelease(commanded, KEY.Key_H)
    assert action.isChecked()
    QTest.keyRelease(commanded, KEY.Key_Q)
    assert not action.isChecked()


@pytest.mark.parametrize("kind", [QLineEdit, QSpinBox])
def test_no_key_typed_into_a_text_or_a_number_runs_anything(commanded, kind):
    box = kind()
    commanded.setCentralWidget(box)
    box.show()
    box.setFocus()
    for row in TYPED:
        for key in commanded.actions_set.keys[row.id]:
            combination = QKeySequence(key)[0]
            commands = combination.keyboardModifiers() & ~Qt.KeyboardModifier.ShiftModifier
            if not commands and not KEY.Key_F1 <= combination.key() <= KEY.Key_F35:
                QTest.keyClick(box, combination.key(), combination.keyboardModifiers())
                assert commanded.log == [], key


def test_the_sheet_names_the_keys_in_force(commanded):
    assert {menu for menus in COLUMNS for menu in menus} >= {*MENUS, WINDOWS}
    choice = keys.take(Choice(), "eraser", ("Ctrl+Alt+7",))
    commanded.actions_set.set_keys(keys.in_force(choice))
    asked = []
    dialog = show_shortcuts(commanded, commanded.actions_set, asked.append)
    words = "".join(label.text() for label in dialog.findChildren(QLabel))
    assert "Ctrl+Alt+7" in words
    for row in ACTIONS:
        had = commanded.actions_set.keys[row.id]
        assert row.menu == WINDOWS or not had or f"href='{row.id}'" in words, row.id
    click(dialog, "change_keys")
    assert asked == [""]


def test_changed_keys_survive_a_restart(studio, qtbot):
    window = studio()
    QTest.keyClick(window.canvas, KEY.Key_F1)
    click(QApplication.activeModalWidget(), "change_keys")
    dialog = QApplication.activeModalWidget()
    press(dialog, "brush_larger", KEY.Key_Q)
    press(dialog, "accept_empty", KEY.Key_N)
    click(dialog, "keys_take")
    dialog.reject()
    qtbot.waitUntil(lambda: not window.jobs.busy() and hands.read_keys() is not None)
    assert "[Q] larger" in window.segment.brush.slider.toolTip()
    window.shut()
    window.close()
    again = studio()
    before = again.canvas.brush_size
    QTest.keyClick(again.canvas, KEY.Key_BracketRight)
    assert again.canvas.brush_size == before
    QTest.keyClick(again.canvas, KEY.Key_Q)
    assert again.canvas.brush_size > before
    QTest.keyClick(again.canvas, KEY.Key_Return)
    assert "press N if there is nothing" in again.status.message()


def test_a_damaged_file_of_keys_costs_one_sentence(studio):
    hands.keys_file().parent.mkdir(parents=True, exist_ok=True)
    hands.keys_file().write_text('{"hand": "right", "own": {"brush": ["Q"], "eraser": ["Q"]}}', encoding="utf-8")
    window = studio()
    assert "keys.json" in window.status.message()
    assert window.actions_set.keys == keys.ready_made()
