"""The table of actions, and what is made from it."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMainWindow, QToolBar

from unet_studio.core.resources import resources_folder
from unet_studio.core.target import TARGETS
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.actions import ACTIONS, MENUS, VIEW, WINDOWS
from unet_studio.gui.controls import ActionButton

PROMISED = (
    "open open_folder propose accept accept_empty undo redo brush eraser swap_tool next previous exclude later "
    "take_back learn cancel_learning export hide_mask show_proposal zoom_fit zoom_in zoom_out brush_smaller "
    "brush_larger reader rollback versions shortcuts about quit"
)


@pytest.fixture
def window(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    window.actions_set = ActionSet(window)
    window.log = []
    window.actions_set.connect_all({row.id: lambda *on, name=row.id: window.log.append((name, *on)) for row in ACTIONS})
    window.edit = QLineEdit()
    window.setCentralWidget(window.edit)
    window.show()
    qtbot.waitActive(window)
    window.setFocus()
    yield window
    window.actions_set.close()


def test_ids_and_keys_are_unique():
    assert max(Counter(row.id for row in ACTIONS).values()) == 1
    keys = [QKeySequence(key).toString() for row in ACTIONS for key in row.keys]
    assert all(keys)
    assert max(Counter(keys).values()) == 1


def test_promised_actions_are_there():
    ids = {row.id for row in ACTIONS}
    assert set(PROMISED.split()) <= ids
    assert {f"target_{name}" for name in TARGETS} <= ids
    assert {row.menu for row in ACTIONS} <= {*MENUS, WINDOWS}


def test_icons_exist():
    for row in ACTIONS:
        assert not row.icon or (resources_folder() / "icons" / f"{row.icon}.svg").is_file(), row.icon


def test_letters_of_a_menu_are_unique():
    for menu in MENUS:
        texts = [row.text for row in ACTIONS if row.menu == menu] + [WINDOWS] * (menu == VIEW)
        letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
        assert max(Counter(letters).values()) == 1, (menu, letters)


def test_every_tooltip_names_its_key(window):
    for row in ACTIONS:
        action = window.actions_set[row.id]
        assert action.objectName() == row.id
        if row.keys:
            key = QKeySequence(row.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
            assert f"[{key}]" in action.toolTip()


def test_facts_enable(window):
    window.actions_set.enable({"cases", "picture"})
    assert window.actions_set["next"].isEnabled()
    assert window.actions_set["reader"].isEnabled()
    assert not window.actions_set["propose"].isEnabled()
    assert not window.actions_set["accept"].isEnabled()


def test_menus_and_bar_hold_the_rows(window):
    window.actions_set.fill_menus(window)
    bar = QToolBar()
    window.addToolBar(bar)
    window.actions_set.fill_bar(bar)
    assert [action.text() for action in window.menuBar().actions()] == list(MENUS)
    assert len([action for action in bar.actions() if not action.isSeparator()]) == sum(bool(r.bar) for r in ACTIONS)


def test_one_key_runs_an_action(window):
    QTest.keyClick(window, Qt.Key.Key_P)
    QTest.keyClick(window, Qt.Key.Key_Return)
    assert window.log == [("propose",), ("accept",)]


def test_typing_runs_no_action(window):
    window.edit.setFocus()
    QTest.keyClicks(window.edit, "pnhv")
    assert window.edit.text() == "pnhv"
    assert window.log == []


def test_held_action_ends_with_its_key(window):
    action = window.actions_set["hide_mask"]
    QTest.keyPress(window, Qt.Key.Key_H)
    assert action.isChecked()
    QTest.keyRelease(window, Qt.Key.Key_H)
    assert not action.isChecked()
    assert window.log == [("hide_mask", True), ("hide_mask", False)]
    action.trigger()
    assert action.isChecked()


def test_a_button_shows_what_its_action_is(commanded, qtbot):
    """Where no Target is chosen neither button may look chosen; a click on the chosen one leaves it chosen."""
    actions = commanded.actions_set
    buttons = [ActionButton(actions[name]) for name in ("target_lung", "target_polyp")]
    for button in buttons:
        qtbot.addWidget(button)
        button.setEnabled(True)
    for name in ("target_lung", "target_polyp"):
        actions[name].setEnabled(True)
    QTest.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert [button.isChecked() for button in buttons] == [False, True]
    QTest.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert [button.isChecked() for button in buttons] == [False, True]
    actions.uncheck_group("target")
    assert [button.isChecked() for button in buttons] == [False, False]
