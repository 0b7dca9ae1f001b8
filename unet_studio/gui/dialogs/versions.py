"""The list of model versions: what each learned from, how it was judged, and which one is active."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from unet_studio.core.model_version import ModelVersion
from unet_studio.core.target import TARGETS
from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.texts import mark, tr

COLUMNS = (
    mark("Version"), mark("Target"), mark("Active"), mark("From"), mark("Films"), mark("Held-out Dice"), mark("Made"),
    mark("Verdict"),
)  # fmt: skip


def dice_text(metrics: dict[str, Any]) -> str:
    """The held-out Dice among a version's metrics, or a dash."""
    for key in ("held_out_dice", "candidate_dice", "gate_dice", "dice"):
        value = metrics.get(key)
        if isinstance(value, int | float):
            return f"{value:.3f}"
    return "–"


def row_of(version: ModelVersion) -> tuple[str, ...]:
    """The texts of one version."""
    target = tr(TARGETS[version.target].title) if version.target in TARGETS else version.target
    made = version.created[:16].replace("T", " ")
    source = version.parent or version.origin.value
    films = str(len(version.corrections)) if version.corrections else "–"
    active = "● " + tr("active") if version.active else ""
    return (version.id, target, active, source, films, dice_text(version.metrics), made, version.reason)


class VersionsDialog(Frame):
    """Shows the versions; "Make active" asks the window for the change."""

    def __init__(
        self, parent: QWidget, versions: Sequence[ModelVersion], writable: bool, activate: Callable[[str], object]
    ) -> None:
        heading = tr("Every version is kept. The active one proposes; any other can be made active again.")
        super().__init__(parent, tr("Model versions"), heading)
        self._versions = list(versions)
        self._writable = writable
        self.table = self._table()
        self.verdict = QLabel(objectName="verdict")
        self.verdict.setWordWrap(True)
        self.verdict.setMinimumHeight(self.fontMetrics().height() * 2)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.verdict)
        self.activate = QPushButton(tr("Make active"), objectName="make_active")
        self.activate.clicked.connect(lambda: (activate(self._chosen().id), self.accept()))
        self.buttons.addButton(self.activate, self.buttons.ButtonRole.ActionRole)
        self.offer("", tr("Close"))
        self.table.currentCellChanged.connect(lambda *_: self._show_chosen())
        self.table.setCurrentCell(next((i for i, v in enumerate(self._versions) if v.active), 0), 0)
        self._show_chosen()
        self.resize(min(980, parent.width() - 60), min(460, parent.height() - 60))

    def _table(self) -> QTableWidget:
        table = QTableWidget(len(self._versions), len(COLUMNS), objectName="versions_table")
        table.setHorizontalHeaderLabels([tr(name) for name in COLUMNS])
        table.setAccessibleName(tr("Model versions"))
        table.verticalHeader().hide()
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        for row, version in enumerate(self._versions):
            for column, text in enumerate(row_of(version)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                table.setItem(row, column, item)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return table

    def _chosen(self) -> ModelVersion | None:
        row = self.table.currentRow()
        return self._versions[row] if 0 <= row < len(self._versions) else None

    def _show_chosen(self) -> None:
        version = self._chosen()
        self.verdict.setText(f"{version.id}: {version.reason or tr('no verdict')}" if version else "")
        self.activate.setEnabled(bool(version) and not version.active and self._writable)
