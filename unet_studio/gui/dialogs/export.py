"""What is exported and where to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from unet_studio.core.target import TARGETS
from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.texts import tr


@dataclass(frozen=True)
class ExportChoice:
    """The reader's answer."""

    folder: Path
    target: str | None
    include_unreviewed: bool


class ExportDialog(Frame):
    """Asks for folder, Target and whether masks that nobody accepted go along."""

    def __init__(self, parent: QWidget, folder: Path, on_choice: Callable[[ExportChoice], object]) -> None:
        heading = tr(
            "Writes one PNG per accepted mask (0 and 255, the picture's own size) with a JSON file beside it. "
            "Nothing that is there already is overwritten."
        )
        super().__init__(parent, tr("Export masks"), heading)
        self._on_choice = on_choice
        self.folder = QLineEdit(str(folder), objectName="export_folder")
        self.folder.setAccessibleName(tr("Folder"))
        choose = QPushButton(tr("Choose…"))
        choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.addWidget(choose)
        self.target = QComboBox(objectName="export_target")
        self.target.addItem(tr("All"), None)
        for target in TARGETS.values():
            self.target.addItem(tr(target.title), target.name)
        self.unreviewed = QCheckBox(tr("Also masks not accepted yet (marked “not reviewed”)"), objectName="unreviewed")
        form = QFormLayout()
        form.addRow(tr("Folder"), row)
        form.addRow(tr("Target"), self.target)
        form.addRow("", self.unreviewed)
        self.body.addLayout(form)
        self.offer(tr("Export"))
        self.accepted.connect(self._answer)
        self.resize(560, 0)

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Folder for the masks"), self.folder.text())
        if chosen:
            self.folder.setText(chosen)

    def _answer(self) -> None:
        if self.folder.text().strip():
            folder = Path(self.folder.text().strip()).expanduser()
            self._on_choice(ExportChoice(folder, self.target.currentData(), self.unreviewed.isChecked()))
