"""Small dialogs: the reader's name, the reason of an exclusion, looks, about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QPushButton, QWidget

from unet_studio import __version__
from unet_studio.core.case import EXCLUDE_REASONS
from unet_studio.core.target import TARGETS
from unet_studio.gui import languages
from unet_studio.gui.controls import choices
from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.dialogs.run import TIMES
from unet_studio.gui.palette import OKABE_ITO
from unet_studio.gui.preferences import Preferences
from unet_studio.gui.texts import tr

TEXT_SIZES = (90, 100, 115, 130, 150, 200)


def ask_reader(parent: QWidget, name: str, on_name: Callable[[str], object]) -> Frame:
    """Ask for the reader's name."""
    dialog = Frame(
        parent, tr("Reader"), tr("Corrections are kept under this name, so that a colleague's stand beside yours.")
    )
    edit = QLineEdit(name, objectName="reader_name", maxLength=80)
    edit.setAccessibleName(tr("Reader"))
    edit.selectAll()
    dialog.body.addWidget(edit)
    dialog.offer(tr("Use this name"))
    dialog.accepted.connect(lambda: on_name(" ".join(edit.text().split())) if edit.text().strip() else None)
    dialog.resize(420, 0)
    dialog.open()
    edit.setFocus()
    return dialog


class ReasonDialog(Frame):
    """Asks why a picture is excluded; one digit answers."""

    def __init__(self, parent: QWidget, name: str, on_reason: Callable[[str], object]) -> None:
        super().__init__(parent, tr("Exclude"), tr("Why is {name} excluded? Press the number.", name=name))
        self._on_reason = on_reason
        for number, reason in enumerate(EXCLUDE_REASONS, 1):
            button = QPushButton(f"{number}   {tr(reason.capitalize())}", objectName=f"reason_{number}")
            button.setProperty("kind", "list")
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, chosen=reason: self._choose(chosen))
            self.body.addWidget(button)
        self.offer("")
        self.resize(360, 0)

    def _choose(self, reason: str) -> None:
        self.accept()
        self._on_reason(reason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit chooses its reason."""
        number = event.text()
        if number.isdecimal() and 1 <= int(number) <= len(EXCLUDE_REASONS):
            self._choose(EXCLUDE_REASONS[int(number) - 1])
        else:
            super().keyPressEvent(event)


def ask_preferences(parent: QWidget, now: Preferences, on_answer: Callable[[Preferences], object]) -> Frame:
    """Ask for the size of text, the language, the time that learning may take, and the masks' colours."""
    dialog = Frame(parent, tr("Preferences"))
    sizes = choices("text_size", [(size, f"{size} %") for size in TEXT_SIZES], now.text_percent)
    times = choices("learn_time", [(seconds, tr(words)) for seconds, words in TIMES], now.learn_seconds)
    colours = {target: _colours(f"colour_{target}", getattr(now, f"colour_{target}")) for target in TARGETS}
    tongues = QComboBox(objectName="language")
    tongues.addItem(tr("As the system"), "")
    for code, name in languages.available().items():
        tongues.addItem(name, code)
    tongues.setCurrentIndex(max(0, tongues.findData(now.language)))
    form = QFormLayout()
    form.addRow(tr("Size of text"), sizes)
    form.addRow(tr("Language, from the next start on"), tongues)
    form.addRow(tr("Learn for at most"), times)
    for target, box in colours.items():
        form.addRow(tr("Colour of masks: {target}", target=tr(TARGETS[target].title)), box)
    dialog.body.addLayout(form)
    dialog.offer(tr("Use these"))
    dialog.accepted.connect(
        lambda: on_answer(
            replace(
                now,
                text_percent=sizes.currentData(),
                learn_seconds=times.currentData(),
                language=tongues.currentData(),
                **{f"colour_{target}": box.currentData() for target, box in colours.items()},
            )
        )
    )
    dialog.resize(360, 0)
    dialog.open()
    return dialog


def _colours(name: str, now: str) -> QComboBox:
    box = QComboBox(objectName=name)
    for colour, rgb in OKABE_ITO.items():
        swatch = QPixmap(14, 14)
        swatch.fill(QColor(*rgb))
        box.addItem(QIcon(swatch), tr(colour.capitalize()), colour)
    box.setCurrentIndex(max(0, box.findData(now)))
    return box


def show_about(parent: QWidget, folder: Path, log_file: Path) -> Frame:
    """Version, licence and where things are kept."""
    dialog = Frame(parent, tr("About U-Net Studio"))
    text = QLabel(
        "".join(
            f"<p>{escape(line)}</p>"
            for line in (
                f"U-Net Studio {__version__}",
                tr("Propose, correct and learn lung and polyp masks."),
                tr("For research and teaching. Not a medical device: do not base a diagnosis on its masks."),
                tr("Workspace: {folder}", folder=folder),
                tr("Log: {file}", file=log_file),
                "Apache License 2.0",
            )
        )
    )
    text.setWordWrap(True)
    flags = Qt.TextInteractionFlag
    text.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
    dialog.body.addWidget(text)
    dialog.offer("", tr("Close"))
    dialog.resize(460, 0)
    dialog.open()
    return dialog
