"""What is exported, in which formats, and where to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from unet_studio.core.formats import FORMATS, chosen
from unet_studio.core.target import TARGETS
from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.texts import tr

LEAST = 120  # px of the list that are always seen
WANTED = 700  # px of the dialog, where the screen has them


@dataclass(frozen=True)
class ExportChoice:
    """The reader's answer; formats as `formats.chosen` gives them."""

    folder: Path
    target: str | None
    include_unreviewed: bool
    formats: tuple[str, ...] = ("png",)
    anonymous: bool = False
    linking_table: bool = False


class ExportDialog(Frame):
    """Asks for folder, Target, formats, and whether masks that nobody accepted go along."""

    def __init__(self, parent: QWidget, before: ExportChoice, on_choice: Callable[[ExportChoice], object]) -> None:
        """before: what was chosen the last time."""
        heading = tr(
            "Writes the accepted masks under names that tell no patient (P007_I002). Each file is read back and "
            "compared; nothing is overwritten."
        )
        super().__init__(parent, tr("Export masks"), heading)
        self._on_choice = on_choice
        self.folder = QLineEdit(str(before.folder), objectName="export_folder")
        self.folder.setAccessibleName(tr("Folder"))
        choose = QPushButton(tr("Choose…"))
        choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.addWidget(choose)
        self.target = QComboBox(objectName="export_target")
        self.target.setAccessibleName(tr("Target"))
        self.target.addItem(tr("All"), None)
        for target in TARGETS.values():
            self.target.addItem(tr(target.title), target.name)
        form = QFormLayout()
        form.addRow(tr("Folder"), row)
        form.addRow(tr("Target"), self.target)
        self.body.addLayout(form)
        self.formats = {name: self._format(name, name in before.formats) for name in FORMATS}
        self.unreviewed = _switch(tr("Not accepted yet"), "unreviewed", False)
        self.anonymous = _switch(tr("No patient"), "anonymous", before.anonymous)
        self.linking = _switch(tr("Linking table"), "linking", False)
        self.body.addWidget(self._list(), 1)
        self.offer(tr("Export"))
        self.accepted.connect(self._answer)
        self.resize(720, min(WANTED, round(0.8 * self.screen().availableGeometry().height())))

    def _format(self, name: str, on: bool) -> QCheckBox:
        """The check box of one format; PNG masks are always written."""
        row = FORMATS[name]
        box = QCheckBox(tr(row.title), objectName=f"format_{name}")
        box.setAccessibleDescription(tr(row.words))
        box.setToolTip(tr(row.words))
        box.setChecked(on or name == "png")
        box.setEnabled(name != "png")
        return box

    def _list(self) -> QScrollArea:
        """A check box with its sentence for each format, and for what goes along."""
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(2, 2, 8, 2)
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(14)
        rows = [(box, tr(FORMATS[name].words)) for name, box in self.formats.items()] + [
            (self.unreviewed, tr("Also masks that nobody accepted, marked “not reviewed”.")),
            (self.anonymous, tr("DICOM files name no patient; otherwise they keep the tags of their source.")),
            (self.linking, tr("Beside the folder: which name is which file. This table is patient data.")),
        ]
        for number, (box, text) in enumerate(rows):
            number += number >= len(self.formats)  # a gap before what is no format
            words = QLabel(text)
            words.setWordWrap(True)
            words.setBuddy(box)
            grid.addWidget(box, number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, number, 1)
        grid.setRowMinimumHeight(len(self.formats), 8)
        area = QScrollArea(objectName="formats")
        area.setAccessibleName(tr("Formats"))
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setMinimumHeight(LEAST)
        area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        for box, _ in rows:
            box.installEventFilter(self)
        self.area = area
        return area

    def eventFilter(self, box: QObject, event: QEvent) -> bool:
        """What has the keyboard is seen."""
        if event.type() == QEvent.Type.FocusIn:
            self.area.ensureWidgetVisible(box)
        return super().eventFilter(box, event)

    def _choose(self) -> None:
        found = QFileDialog.getExistingDirectory(self, tr("Folder for the masks"), self.folder.text())
        if found:
            self.folder.setText(found)

    def _answer(self) -> None:
        if self.folder.text().strip():
            self._on_choice(
                ExportChoice(
                    Path(self.folder.text().strip()).expanduser(),
                    self.target.currentData(),
                    self.unreviewed.isChecked(),
                    chosen(name for name, box in self.formats.items() if box.isChecked()),
                    self.anonymous.isChecked(),
                    self.linking.isChecked(),
                )
            )


def _switch(text: str, name: str, on: bool) -> QCheckBox:
    box = QCheckBox(text, objectName=name)
    box.setChecked(on)
    return box
