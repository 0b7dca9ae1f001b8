"""Small dialogs: the reader's name, the reason of an exclusion, looks, about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QPushButton, QWidget

from unet_studio import __version__
from unet_studio.core.case import EXCLUDE_REASONS
from unet_studio.gui.dialogs.frame import Frame


def ask_reader(parent: QWidget, name: str, on_name: Callable[[str], object]) -> Frame:
    """Ask for the reader's name."""
    dialog = Frame(parent, "Reader", "Corrections are kept under this name, so that a colleague's stand beside yours.")
    edit = QLineEdit(name, objectName="reader_name", maxLength=80)
    edit.selectAll()
    dialog.body.addWidget(edit)
    dialog.offer("Use this name")
    dialog.accepted.connect(lambda: on_name(" ".join(edit.text().split())) if edit.text().strip() else None)
    dialog.resize(420, 0)
    dialog.open()
    edit.setFocus()
    return dialog


def ask_reason(parent: QWidget, name: str, on_reason: Callable[[str], object]) -> Frame:
    """Ask why a picture is excluded; one digit answers."""
    dialog = Frame(parent, "Exclude", f"Why is {name} excluded? Press the number.")
    for number, reason in enumerate(EXCLUDE_REASONS, 1):
        button = QPushButton(f"{number}   {reason[0].upper()}{reason[1:]}", objectName=f"reason_{number}")
        button.setProperty("kind", "list")
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False, chosen=reason: (dialog.accept(), on_reason(chosen)))
        QShortcut(QKeySequence(str(number)), dialog, button.click)
        dialog.body.addWidget(button)
    dialog.offer("")
    dialog.resize(360, 0)
    dialog.open()
    return dialog


def ask_looks(parent: QWidget, percent: int, on_percent: Callable[[int], object]) -> Frame:
    """Ask for the size of text."""
    dialog = Frame(parent, "Preferences")
    form = QFormLayout()
    sizes = QComboBox(objectName="text_size")
    for size in (90, 100, 115, 130, 150):
        sizes.addItem(f"{size} %", size)
    sizes.setCurrentIndex(max(0, sizes.findData(percent)))
    form.addRow("Size of text", sizes)
    dialog.body.addLayout(form)
    dialog.offer("Use these")
    dialog.accepted.connect(lambda: on_percent(sizes.currentData()))
    dialog.resize(320, 0)
    dialog.open()
    return dialog


def show_about(parent: QWidget, folder: Path, log_file: Path) -> Frame:
    """Version, licence and where things are kept."""
    dialog = Frame(parent, "About U-Net Studio")
    text = QLabel(
        f"<h3>U-Net Studio {__version__}</h3>"
        "<p>Propose, correct and learn lung and polyp masks.</p>"
        "<p>For research and teaching. Not a medical device: do not base a diagnosis on its masks.</p>"
        f"<p>Workspace: {folder}<br>Log: {log_file}</p><p>Apache License 2.0</p>"
    )
    text.setWordWrap(True)
    flags = Qt.TextInteractionFlag
    text.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
    dialog.body.addWidget(text)
    dialog.offer("", "Close")
    dialog.resize(460, 0)
    dialog.open()
    return dialog
