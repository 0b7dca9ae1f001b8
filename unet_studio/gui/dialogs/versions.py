"""The list of model versions: what each learned from, how it was judged, which one proposes, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from unet_studio.core.model_version import ModelVersion, Origin
from unet_studio.core.target import TARGETS
from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.names import said
from unet_studio.gui.texts import mark, tr
from unet_studio.gui.version_words import dice_text, in_words

COLUMNS = (
    mark("Version"), mark("Target"), mark("State"), mark("From"), mark("Films"), mark("Held-out Dice"), mark("Made"),
    mark("Verdict"),
)  # fmt: skip
DEEDS = (  # what the row of buttons asks for
    ("make_active", mark("Make active…")),
    ("roll_back", mark("Roll back")),
    ("decline", mark("Decline")),
    ("compare", mark("Compare…")),
    ("export_version", mark("Export…")),
    ("import_version", mark("Import…")),
    ("archive", mark("Archive")),
    ("restore", mark("Bring back")),
)


def state_of(version: ModelVersion) -> str:
    """Where a version stands, in a word or two."""
    if version.active:
        return "● " + tr("active")
    if version.archived:
        return tr("archived")
    if version.declined:
        return tr("declined")
    if version.passed and not version.promoted:
        return tr("waits for you")
    return tr("was active") if version.promoted else tr("kept")


def row_of(version: ModelVersion) -> tuple[str, ...]:
    """The texts of one version."""
    target = tr(TARGETS[version.target].title) if version.target in TARGETS else version.target
    made = version.created[:16].replace("T", " ")
    source = version.parent or version.origin.value
    films = str(len(version.corrections)) if version.corrections else "–"
    return (
        version.id,
        target,
        state_of(version),
        source,
        films,
        dice_text(version.metrics),
        made,
        said(version.reason),
    )


class VersionsDialog(Frame):
    """Shows the versions; what is asked for leaves as a signal, and `show_versions` shows what came of it."""

    asked = Signal(str, tuple)  # a deed, and the ids of the versions that are chosen

    def __init__(self, parent: QWidget, versions: Sequence[ModelVersion], facts: set[str]) -> None:
        """facts: "write", and "frozen Target" for a Target whose versions are frozen, "earlier Target": rolls back."""
        heading = tr("Every version is kept. The active one proposes; choose two rows to compare them.")
        super().__init__(parent, tr("Model versions"), heading)
        self._versions: list[ModelVersion] = []
        self._facts = facts
        self.table = self._table()
        self.words = QLabel(objectName="version_words", wordWrap=True)
        self.words.setMinimumHeight(self.fontMetrics().height() * 4)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.said = QLabel(objectName="version_said", wordWrap=True)
        self.said.hide()
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.words)
        self.body.addWidget(self.said)
        self.deeds = self._deeds()
        self.offer("", tr("Close"))
        self.table.itemSelectionChanged.connect(self._show_chosen)
        self.show_versions(versions, facts)
        self.resize(min(1080, parent.width() - 40), min(520, parent.height() - 60))

    def _table(self) -> QTableWidget:
        table = QTableWidget(0, len(COLUMNS), objectName="versions_table")
        table.setHorizontalHeaderLabels([tr(name) for name in COLUMNS])
        table.setAccessibleName(tr("Model versions"))
        table.verticalHeader().hide()
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return table

    def _deeds(self) -> dict[str, QPushButton]:
        row, buttons = QHBoxLayout(), {}
        row.setSpacing(6)
        for name, words in DEEDS:
            button = QPushButton(tr(words), objectName=name)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, name=name: self.asked.emit(name, self._ids()))
            row.addWidget(button)
            buttons[name] = button
        row.addStretch(1)
        self.body.addLayout(row)
        return buttons

    def show_versions(self, versions: Sequence[ModelVersion], facts: set[str]) -> None:
        """Show these versions; what was chosen stays chosen."""
        chosen = set(self._ids()) or {one.id for one in versions if one.active}
        self._versions, self._facts = list(versions), facts
        self.table.blockSignals(True)
        self.table.setRowCount(len(self._versions))
        self.table.clearSelection()
        first = True
        for row, version in enumerate(self._versions):
            for column, text in enumerate(row_of(version)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(row, column, item)
            if version.id in chosen and first:
                self.table.selectRow(row)
                first = False
        self.table.blockSignals(False)
        self._show_chosen()

    def say(self, text: str, kind: str) -> None:
        """One sentence on what came of a deed; kind is good, quiet or bad."""
        self.said.setProperty("kind", kind)
        self.said.style().polish(self.said)
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def _chosen(self) -> list[ModelVersion]:
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return [self._versions[row] for row in rows if row < len(self._versions)]

    def _ids(self) -> tuple[str, ...]:
        return tuple(one.id for one in self._chosen())

    def _show_chosen(self) -> None:
        chosen = self._chosen()
        self.words.setText("\n".join(in_words(one) for one in chosen[:2]))
        able = self._able(chosen)
        for name, button in self.deeds.items():
            button.setEnabled(name in able)
        archived = len(chosen) == 1 and chosen[0].archived
        self.deeds["restore"].setVisible(archived)
        self.deeds["archive"].setVisible(not archived)

    def _able(self, chosen: Sequence[ModelVersion]) -> set[str]:
        """The deeds that these versions allow."""
        able = {"import_version"} if "write" in self._facts else set()
        one = chosen[0] if len(chosen) == 1 else None
        if one is None:
            same = len(chosen) == 2 and chosen[0].target == chosen[1].target
            return able | {"compare"} if same and not any(version.archived for version in chosen) else able
        if one.archived:
            return able | {"restore"} if "write" in self._facts else able
        able.add("export_version")
        if not one.active:
            able.add("compare")  # with the active one
        return able | self._changes(one) if "write" in self._facts else able

    def _changes(self, one: ModelVersion) -> set[str]:
        free, able = f"frozen {one.target}" not in self._facts, set()
        if not one.active and free:
            able.add("make_active")
        if free and f"earlier {one.target}" in self._facts:
            able.add("roll_back")
        if not one.active and not one.declined and one.origin is Origin.FINE_TUNED:
            able.add("decline")
        if not one.active and one.origin is not Origin.BUNDLED:
            able.add("archive")
        return able
