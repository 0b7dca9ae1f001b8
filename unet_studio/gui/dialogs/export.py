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


@dataclass(frozen=True)
class ExportChoice:
    """The reader's answer."""

    folder: Path
    target: str | None
    include_unreviewed: bool


class ExportDialog(Frame):
    """Asks for folder, Target and whether masks that nobody accepted go along."""

    def __init__(self, parent: QWidget, folder: Path, on_choice: Callable[[ExportChoice], object]) -> None:
        super().__init__(parent, "Export masks", "Writes one PNG per accepted mask (0 and 255, the picture's own size) "
                         "with a JSON file beside it. Nothing that is there already is overwritten.")  # fmt: skip
        self._on_choice = on_choice
        self.folder = QLineEdit(str(folder), objectName="export_folder")
        choose = QPushButton("Choose…")
        choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.addWidget(choose)
        self.target = QComboBox(objectName="export_target")
        self.target.addItem("All", None)
        for target in TARGETS.values():
            self.target.addItem(target.title, target.name)
        self.unreviewed = QCheckBox("Also masks not accepted yet (marked “not reviewed”)", objectName="unreviewed")
        form = QFormLayout()
        form.addRow("Folder", row)
        form.addRow("Target", self.target)
        form.addRow("", self.unreviewed)
        self.body.addLayout(form)
        self.offer("Export")
        self.accepted.connect(self._answer)
        self.resize(560, 0)

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for the masks", self.folder.text())
        if chosen:
            self.folder.setText(chosen)

    def _answer(self) -> None:
        if self.folder.text().strip():
            folder = Path(self.folder.text().strip()).expanduser()
            self._on_choice(ExportChoice(folder, self.target.currentData(), self.unreviewed.isChecked()))
