"""The queue: what was accepted, what it is used for, and the questions that wait for their reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableView,
    QWidget,
)

from unet_studio.core.correction import QueueState
from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.queue_model import COLUMNS, PICTURE, ROW_ROLE, SIDE, STATES, QueueModel, QueueOrder
from unet_studio.gui.texts import mark, tr, tr_n
from unet_studio.workflow.auto import LEAST, MOST, Auto
from unet_studio.workflow.queue_list import QueueRow

HEADING = mark(
    "About one patient (or video) in five is never learned from: its corrections compare models. "
    "That is settled when the first of them is accepted, and never changes."
)
WIDTHS = (330, 64, 110, 84, 116, 132, 130)  # of all columns but the last
VERBS = (
    ("keep", QueueState.QUEUED, mark("&Keep"), mark("It is meant so: learn from it")),
    ("withdraw", QueueState.WITHDRAWN, mark("&Withdraw"), mark("Do not use it; mask and history stay")),
    ("flag", QueueState.FLAGGED, mark("&Flag"), mark("Look at it again before it is used")),
)


class QueueDialog(Frame):
    """Lists the Corrections; what is done with them is the link's work."""

    decided = Signal(object, object)  # ids, QueueState
    wanted = Signal(int)  # the case to open
    auto_changed = Signal(object)  # Auto

    def __init__(self, parent: QWidget, want: Callable[[QueueRow], None], writable: bool) -> None:
        super().__init__(parent, tr("Queue"), tr(HEADING))
        self._writable = writable
        self.model = QueueModel(want, self.devicePixelRatioF(), self)
        self.order = QueueOrder(self.model, self)
        self.table = self._table()
        self.note = QLabel(objectName="queue_note")
        self._lay_out()
        self.offer("", tr("Close"))
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        self.resize(min(1180, parent.width() - 60), min(640, parent.height() - 60))
        self._enable()

    # parts

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        self.states = QComboBox(objectName="queue_states")
        self.states.setAccessibleName(tr("State"))
        self.states.currentIndexChanged.connect(self._filter)
        self.find = QLineEdit(placeholderText=tr("Find by name or reader"), clearButtonEnabled=True)
        self.find.setObjectName("queue_find")
        self.find.textChanged.connect(self._filter)
        head.addWidget(self.states)
        head.addWidget(self.find, 1)
        head.addWidget(self.note)
        self.body.addLayout(head)
        self.body.addWidget(self.table, 1)
        foot = QHBoxLayout()
        self.verbs = {name: self._verb(state, text, tip) for name, state, text, tip in VERBS}
        self.open_button = QPushButton(tr("&Open the picture"), objectName="queue_open")
        self.open_button.clicked.connect(self._open)
        for button in (*self.verbs.values(), self.open_button):
            button.setAutoDefault(False)
            foot.addWidget(button)
        foot.addStretch(1)
        self._add_auto(foot)
        self.body.addLayout(foot)

    def _add_auto(self, foot: QHBoxLayout) -> None:
        self.auto = QCheckBox(tr("Learn by itself after"), objectName="auto_on")
        self.after = QSpinBox(objectName="auto_after", minimum=LEAST, maximum=MOST)
        self.after.setAccessibleName(tr("New corrections before learning begins by itself"))
        for widget in (self.auto, self.after):
            widget.setToolTip(tr("Every new correction counts, unless it is set aside, flagged or withdrawn"))
            widget.setEnabled(self._writable)
            foot.addWidget(widget)
        foot.addWidget(QLabel(tr("new corrections")))
        self.auto.toggled.connect(self._tell_auto)
        self.after.valueChanged.connect(self._tell_auto)

    def _verb(self, state: QueueState, text: str, tip: str) -> QPushButton:
        button = QPushButton(tr(text), objectName=f"queue_{state.name.lower()}")
        button.setToolTip(tr(tip))
        button.clicked.connect(lambda: self.decided.emit([row.correction.id for row in self.chosen()], state))
        return button

    def _table(self) -> QTableView:
        table = QTableView(objectName="queue_table")
        table.setModel(self.order)
        table.setAccessibleName(tr("Corrections"))
        table.setIconSize(QSize(SIDE, SIDE))
        table.setWordWrap(True)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        high = max(SIDE, 3 * self.fontMetrics().lineSpacing()) + 8
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(high)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        scale = self.fontMetrics().averageCharWidth() / 7
        for column, width in enumerate(WIDTHS):
            table.setColumnWidth(column, round(width * max(1.0, scale)))
        header.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        table.doubleClicked.connect(lambda _index: self._open())
        return table

    # what is shown

    def show_rows(self, rows: Sequence[QueueRow]) -> None:
        """Show these rows; what is chosen stays chosen, and the first one is where nothing was."""
        chosen = {row.correction.id for row in self.chosen()}
        scrolled = self.table.verticalScrollBar().value()
        self.model.show(rows)
        self._count(rows)
        picks = self.table.selectionModel()
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for place in range(self.order.rowCount()):
            index = self.order.index(place, PICTURE)
            if index.data(ROW_ROLE).correction.id in chosen:
                picks.select(index, flags)
        if not picks.hasSelection() and self.order.rowCount():
            self.table.selectRow(0)
        self.table.verticalScrollBar().setValue(scrolled)
        self._enable()

    def _count(self, rows: Sequence[QueueRow]) -> None:
        counts = Counter(row.correction.state for row in rows)
        kept = self.states.currentData()
        self.states.blockSignals(True)
        self.states.clear()
        self.states.addItem(tr("All ({count})", count=len(rows)), None)
        for state, words in STATES.items():
            self.states.addItem(f"{tr(words)} ({counts[state]})", state)
        self.states.setCurrentIndex(max(0, self.states.findData(kept)))
        self.states.blockSignals(False)
        asked = counts[QueueState.SET_ASIDE]
        text = tr_n("%n is set aside: keep or withdraw it", "%n are set aside: keep or withdraw them", asked)
        self.note.setText(text if asked else "")
        self._filter()

    def show_auto(self, wanted: Auto) -> None:
        """Show whether learning begins by itself."""
        for widget in (self.auto, self.after):
            widget.blockSignals(True)
        self.auto.setChecked(wanted.on)
        self.after.setValue(wanted.after)
        for widget in (self.auto, self.after):
            widget.blockSignals(False)
        self.after.setEnabled(self._writable and wanted.on)

    def chosen(self) -> list[QueueRow]:
        """The rows that are chosen, from top to bottom."""
        picked: list[QModelIndex] = self.table.selectionModel().selectedRows(PICTURE)
        return [index.data(ROW_ROLE) for index in sorted(picked, key=lambda index: index.row())]

    def _filter(self) -> None:
        self.order.choose(self.states.currentData(), self.find.text().strip())
        self._enable()

    def _enable(self) -> None:
        chosen = self.chosen()
        for name, state, *_ in VERBS:
            others = any(row.correction.state is not state for row in chosen)
            learned = all(row.correction.state is QueueState.LEARNED for row in chosen)
            self.verbs[name].setEnabled(self._writable and others and not (learned and name == "keep"))
        self.open_button.setEnabled(len(chosen) == 1 and chosen[0].case_id >= 0)

    def _open(self) -> None:
        chosen = self.chosen()
        if len(chosen) == 1 and chosen[0].case_id >= 0:
            self.accept()
            self.wanted.emit(chosen[0].case_id)

    def _tell_auto(self) -> None:
        self.after.setEnabled(self._writable and self.auto.isChecked())
        self.auto_changed.emit(Auto(self.auto.isChecked(), self.after.value()))
