"""The sheet of keys, made from the table of actions and the keys in force; a click on a command changes its key."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QLabel, QScrollArea, QWidget

from unet_studio.gui import theme
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.actions import ACTIONS, EDIT, FILE, FRAMES, HELP, LEARN, MASK, SEGMENT, TOOLS, VIEW, WINDOWS
from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.keys import native
from unet_studio.gui.texts import mark, plain, tr

HANDS = (
    (mark("Right drag"), mark("Window: across for contrast, up and down for brightness")),
    (mark("Middle drag, Space + drag"), mark("Move the picture")),
    (mark("Wheel"), mark("Zoom at the cursor")),
    (mark("Ctrl + wheel"), mark("Brush size")),
    (mark("Shift"), mark("Straight line, square, circle")),
    (mark("Alt"), mark("A shape takes away")),
    (mark("Esc"), mark("Give up what is being drawn, remove the ruler")),
    (mark("Enter, double click"), mark("Close a polygon")),
    (mark("Backspace"), mark("One corner of a polygon back")),
    (mark("Arrow keys"), mark("Move tool: 1 px, with Shift 10")),
)
COLUMN_LETTERS = 52  # that a column should be wide at least
MOUSE = mark("Drawing and mouse (fixed)")
COLUMNS = ((FILE, EDIT, SEGMENT, FRAMES, LEARN, HELP), (TOOLS, MASK), (VIEW, WINDOWS, MOUSE))


def show_shortcuts(parent: QWidget, actions: ActionSet, change: Callable[[str], object]) -> Frame:
    """Open the sheet; `change` is called with the id of the command whose key is to be changed, or with ""."""
    dialog = Frame(parent, tr("Keyboard and mouse"))

    def leave_for(action_id: str) -> None:
        dialog.accept()
        change(action_id)

    dialog.resize(min(1240, parent.width() - 40), min(740, parent.height() - 20))
    page = QWidget()
    columns = QHBoxLayout(page)
    columns.setSpacing(20)
    for menus in _columns(dialog.width() // (COLUMN_LETTERS * dialog.fontMetrics().averageCharWidth())):
        label = QLabel("".join(_block(menu, actions) for menu in menus))
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        label.setToolTip(tr("Click a command to change its key"))
        label.linkActivated.connect(leave_for)
        columns.addWidget(label, 1)
    area = QScrollArea()
    area.setAccessibleName(tr("Keyboard and mouse"))
    area.setWidgetResizable(True)
    area.setWidget(page)
    dialog.body.addWidget(area)
    button = dialog.buttons.addButton(tr("Change keys…"), QDialogButtonBox.ButtonRole.ActionRole)
    button.setObjectName("change_keys")
    button.clicked.connect(lambda: leave_for(""))
    dialog.offer("", tr("Close"))
    dialog.open()
    return dialog


def _columns(room: int) -> list[tuple[str, ...]]:
    """The menus in as many columns as there is room for; large text needs wider ones."""
    if room >= len(COLUMNS):
        return list(COLUMNS)
    first, *rest = COLUMNS
    joined = tuple(menu for menus in rest for menu in menus)
    return [first, joined] if room == 2 else [first + joined]


def _block(menu: str, actions: ActionSet) -> str:
    if menu == MOUSE:
        rows = [(tr(keys), escape(tr(words))) for keys, words in HANDS]
    elif menu == WINDOWS:
        first = [keys[0] for row in ACTIONS if row.menu == WINDOWS and (keys := actions.keys[row.id])]
        rows = [(f"{first[0]} … {first[-1]}", escape(tr("The picture's window presets")))] if first else []
    else:
        rows = [
            (tr(" or ").join(map(native, actions.keys[row.id])), _link(row.id, tr(row.tip)))
            for row in ACTIONS
            if row.menu == menu and actions.keys[row.id]
        ]
    lines = "".join(
        f"<tr><td style='color:{theme.ACCENT}; padding: 2px 12px 2px 0; white-space: nowrap'>{escape(keys)}</td>"
        f"<td style='padding: 2px 0'>{words}</td></tr>"
        for keys, words in rows
    )
    return f"<p><b>{escape(plain(tr(menu)))}</b></p><table>{lines}</table>"


def _link(action_id: str, words: str) -> str:
    return f"<a href='{action_id}' style='color:{theme.TEXT}; text-decoration: none'>{escape(words)}</a>"
