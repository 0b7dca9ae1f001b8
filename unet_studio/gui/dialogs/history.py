"""What the versions cost and saved a reader: four charts, a table of the same numbers, and one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from unet_studio.core.target import TARGETS
from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.texts import mark, tr, tr_n
from unet_studio.workflow.history import VersionRow
from unet_studio.workflow.medians import LEAST, Middle

CHARTS = (
    ("dice", mark("Dice with the proposal"), 3),
    ("hd95", mark("HD95 to the proposal, px"), 1),
    ("seconds", mark("Active seconds"), 0),
    ("changed", mark("Pixels changed"), 0),
)
COLUMNS = (mark("Version"), mark("Films"), mark("Patients"), *(title for _, title, _ in CHARTS), mark("Saves, s"))
HEADING = mark(
    "Medians per film of what each version proposed and one reader accepted. Bars are 95 % intervals; a hollow dot has "
    "fewer than {least} films or patients and no interval."
)
EMPTY = mark(
    "Nothing to show yet.\n\nPropose a film, correct and accept it: each version is credited with the films that it "
    "proposed, one reader at a time."
)
WAIT, NONE, CHART = range(3)


def saving_text(rows: Sequence[VersionRow]) -> str:
    """The sentence about the newest version of one reader that can be compared, or why there is none."""
    row = next((row for row in reversed(rows) if row.saving is not None), None)
    if row is None or row.saving is None:
        needed = tr("No saving can be told yet: it takes {least} films of {least} patients or videos", least=LEAST)
        return needed + " " + tr("with each of two versions.")
    seconds, saving = row.saving.seconds, row.saving
    facts = tr(
        "median, 95 % interval {low:.0f} to {high:.0f} s, n = {films}, against {before}, n = {n}",
        low=seconds.low,
        high=seconds.high,
        films=row.films,
        before=saving.against,
        n=saving.against_films,
    )
    if not saving.certain:
        return tr("{version} shows no sure saving per film ({facts}).", version=row.version, facts=facts)
    if seconds.median < 0:
        lost = tr("{version} costs {seconds:.0f} s more per film", version=row.version, seconds=-seconds.median)
        return f"{lost} ({facts})."
    saved = tr("{version} saves {seconds:.0f} s per film", version=row.version, seconds=seconds.median)
    return f"{saved} ({facts})."


def cells(row: VersionRow) -> list[str]:
    """The texts of one version in the table."""
    middles = [_text(getattr(row, name), digits) for name, _, digits in CHARTS]
    saved = _text(row.saving.seconds, 0) if row.saving is not None else "–"
    return [row.version, str(row.films), str(row.patients), *middles, saved]


def _text(found: Middle | None, digits: int) -> str:
    if found is None:
        return "–"
    text = f"{found.median:.{digits}f}"
    return text if found.low is None else f"{text} ({found.low:.{digits}f} … {found.high:.{digits}f})"


class HistoryDialog(Frame):
    """Opens at once and is filled by `show_rows`; `finished` tells whoever measures that nobody waits any more."""

    target_chosen = Signal(str)

    def __init__(self, parent: QWidget, target: str, reader: str) -> None:
        super().__init__(parent, tr("History of the model versions"), tr(HEADING, least=LEAST))
        self._rows: Sequence[VersionRow] = ()
        self._me = reader
        self.plots: dict[str, Any] = {}
        self.targets = QComboBox(objectName="history_target")
        self.targets.setAccessibleName(tr("Target"))
        for one in TARGETS.values():
            self.targets.addItem(tr(one.title), one.name)
        self.targets.setCurrentIndex(max(0, self.targets.findData(target)))
        self.readers = QComboBox(objectName="history_reader")
        self.readers.setAccessibleName(tr("Reader"))
        self.readers.setMinimumContentsLength(12)
        self.saving = QLabel(objectName="history_saving")
        self.saving.setWordWrap(True)
        self.pages = QStackedWidget()
        self._add_pages()
        self._lay_out()
        self.targets.currentIndexChanged.connect(lambda _i: self.wait())
        self.targets.currentIndexChanged.connect(lambda _i: self.target_chosen.emit(self.targets.currentData()))
        self.readers.currentIndexChanged.connect(lambda _i: self._show_reader())
        self.offer("", tr("Close"))
        self.resize(min(1040, parent.width() - 40), min(680, parent.height() - 40))
        self.wait()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.targets)
        row.addWidget(self.readers)
        row.addWidget(self.saving, 1)
        self.body.addLayout(row)
        self.body.addWidget(self.pages, 1)

    def _add_pages(self) -> None:
        waiting, self.progress, self.waiting = QWidget(), QProgressBar(objectName="history_progress"), QLabel()
        layout = QVBoxLayout(waiting)
        self.progress.setTextVisible(False)
        layout.addStretch(1)
        layout.addWidget(self.waiting, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.progress)
        layout.addStretch(1)
        empty = QLabel(tr(EMPTY), objectName="history_empty")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setWordWrap(True)
        self._charts = QWidget()
        self._grid = QGridLayout(self._charts)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.table = self._table()
        self._grid.addWidget(self.table, 2, 0, 1, 2)
        for row, stretch in enumerate((3, 3, 2)):
            self._grid.setRowStretch(row, stretch)
        for page in (waiting, empty, self._charts):
            self.pages.addWidget(page)

    def _table(self) -> QTableWidget:
        table = QTableWidget(0, len(COLUMNS), objectName="history_table")
        table.setHorizontalHeaderLabels([tr(name) for name in COLUMNS])
        table.setAccessibleName(tr("History of the model versions"))
        table.verticalHeader().hide()
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setStretchLastSection(True)
        return table

    def wait(self) -> None:
        """The rows are being made."""
        self.saving.clear()
        self.waiting.setText(tr("Counting…"))
        self.progress.setRange(0, 0)
        self.pages.setCurrentIndex(WAIT)

    def show_progress(self, done: int, total: int) -> None:
        """Films that had to be measured first; it is done only once."""
        self.waiting.setText(tr_n("Measuring %n film, once", "Measuring %n films, once", total))
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def show_rows(self, rows: Sequence[VersionRow]) -> None:
        """Show what `workflow.history` gave, of the reader at work first."""
        self._rows = rows
        names = sorted({row.reader for row in rows}, key=lambda name: (name != self._me, name))
        self.readers.blockSignals(True)
        kept = self.readers.currentText()
        self.readers.clear()
        self.readers.addItems(names)
        self.readers.setCurrentIndex(max(0, self.readers.findText(kept)))
        self.readers.setVisible(bool(names))
        self.readers.blockSignals(False)
        self._show_reader()

    def show_failed(self, line: str) -> None:
        """One sentence in place of the charts."""
        self.pages.setCurrentIndex(WAIT)
        self.waiting.setText(line)
        self.progress.setRange(0, 1)

    def _show_reader(self) -> None:
        rows = [row for row in self._rows if row.reader == self.readers.currentText()]
        self.saving.setText(saving_text(rows) if rows else "")
        self.pages.setCurrentIndex(CHART if rows else NONE)
        if rows:
            self._draw(rows)
            self._fill(rows)

    def _draw(self, rows: Sequence[VersionRow]) -> None:
        from unet_studio.gui.history_plot import HistoryPlot

        for place, (name, title, _) in enumerate(CHARTS):
            if name not in self.plots:
                self.plots[name] = HistoryPlot(tr(title))
                self._grid.addWidget(self.plots[name], place // 2, place % 2)
            self.plots[name].show_points([(f"v{row.number} (n={row.films})", getattr(row, name)) for row in rows])

    def _fill(self, rows: Sequence[VersionRow]) -> None:
        self.table.setRowCount(len(rows))
        for line, row in enumerate(reversed(rows)):  # the newest is what is asked for
            for column, text in enumerate(cells(row)):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(line, column, item)

    def done(self, result: int) -> None:
        """Let the charts go with the dialog: pyqtgraph's menus would outlive it."""
        for plot in self.plots.values():
            plot.close()
            plot.deleteLater()
        self.plots = {}
        super().done(result)
