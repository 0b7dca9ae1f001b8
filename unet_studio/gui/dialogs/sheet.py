"""The sheet of shortcuts, made from the table of actions."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QWidget

from unet_studio.gui import theme
from unet_studio.gui.actions import (
    ACTIONS,
    EDIT,
    FILE,
    FRAMES,
    HELP,
    LEARN,
    MASK,
    SEGMENT,
    TOOLS,
    VIEW,
    WINDOWS,
    Action,
)
from unet_studio.gui.dialogs.frame import Frame

HANDS = (
    ("Right drag", "Window: across for contrast, up and down for brightness"),
    ("Middle drag, Space + drag", "Move the picture"),
    ("Wheel", "Zoom at the cursor"),
    ("Ctrl + wheel", "Brush size"),
    ("Shift", "Straight line, square, circle"),
    ("Alt", "A shape takes away"),
    ("Esc", "Give up what is being drawn, remove the ruler"),
    ("Enter, double click", "Close a polygon"),
    ("Backspace", "One corner of a polygon back"),
    ("Arrow keys", "Move tool: 1 px, with Shift 10"),
)
MOUSE = "Drawing and mouse"
COLUMNS = ((FILE, EDIT, SEGMENT, HELP), (TOOLS, MASK), (VIEW, WINDOWS, FRAMES, MOUSE, LEARN))


def show_shortcuts(parent: QWidget) -> Frame:
    """Open the sheet."""
    dialog = Frame(parent, "Keyboard and mouse")
    page = QWidget()
    columns = QHBoxLayout(page)
    columns.setSpacing(20)
    for menus in COLUMNS:
        label = QLabel("".join(_block(menu) for menu in menus))
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        columns.addWidget(label, 1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(page)
    dialog.body.addWidget(area)
    dialog.offer("", "Close")
    dialog.resize(min(1240, parent.width() - 40), min(740, parent.height() - 20))
    dialog.open()
    return dialog


def _block(menu: str) -> str:
    if menu == WINDOWS:
        rows: list[tuple[str, str]] = [("1 – 9", "The picture's window presets")]
    elif menu == MOUSE:
        rows = list(HANDS)
    else:
        rows = [(_keys(row), row.tip) for row in ACTIONS if row.menu == menu and row.keys]
    lines = "".join(
        f"<tr><td style='color:{theme.ACCENT}; padding: 2px 12px 2px 0; white-space: nowrap'>{escape(keys)}</td>"
        f"<td style='padding: 2px 0'>{escape(tip)}</td></tr>"
        for keys, tip in rows
    )
    return f"<p><b>{escape(menu.replace('&', ''))}</b></p><table>{lines}</table>"


def _keys(row: Action) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return " or ".join(QKeySequence(key).toString(native) for key in row.keys)
