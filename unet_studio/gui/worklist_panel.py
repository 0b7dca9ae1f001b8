"""The worklist panel: filter, order, the list itself, and what to do when it is empty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from unet_studio.core.case import Case, Status
from unet_studio.gui.folded_panel import FoldedPanel
from unet_studio.gui.keys import shown
from unet_studio.gui.names import in_clear
from unet_studio.gui.texts import tr
from unet_studio.gui.worklist_model import CASE_ROLE, DONE, WorklistModel, WorklistOrder
from unet_studio.gui.worklist_row import WorklistRow


class WorklistPanel(QWidget):
    """Lists the cases; `chosen` says which one the reader wants to see."""

    chosen = Signal(int)

    def __init__(
        self,
        want_thumbnail: Callable[[int], None],
        files_of: Callable[[str], Sequence[Any]] = lambda folder: (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("worklist_panel")
        self.model = WorklistModel(want_thumbnail, self)
        self.order = WorklistOrder(self.model, self)
        self.folded = FoldedPanel(files_of, self)
        self.filter = QLineEdit(clearButtonEnabled=True, objectName="worklist_filter")
        self.filter.returnPressed.connect(lambda: self.list.setFocus())
        self.filter.textChanged.connect(self._find)
        self._finding = False
        self.sorting = QComboBox(objectName="worklist_order")
        self.sorting.addItems([tr("As added"), tr("By status"), tr("By name"), tr("By effort")])
        self.sorting.setAccessibleName(tr("Order of the worklist"))
        self.sorting.setToolTip(
            tr("Order of the worklist; by effort: where most is expected to be corrected comes first")
        )
        self.list = self._make_list()
        self.sorting.currentIndexChanged.connect(self._order_by)
        self.count = QLabel(objectName="worklist_count")
        self.empty = QLabel(tr("Nothing here yet.\nDrop pictures, DICOM files or folders on the window."))
        self.empty.setObjectName("quiet")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._lay_out()
        self._refresh_words()
        self.show_names()

    def _make_list(self) -> QListView:
        view = QListView(objectName="worklist")
        view.setAccessibleName(tr("Worklist"))
        view.setModel(self.order)
        self.rows = WorklistRow(view)
        view.setItemDelegate(self.rows)
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setSelectionMode(QListView.SelectionMode.SingleSelection)
        view.selectionModel().currentChanged.connect(self._current_changed)
        return view

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        title = QLabel(tr("Worklist"), objectName="title")
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.count)
        tools = QHBoxLayout()
        tools.addWidget(self.filter, 1)
        tools.addWidget(self.sorting)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 4, 8)
        layout.addLayout(head)
        layout.addLayout(tools)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.folded)

    def show_keys(self) -> None:
        """Name the keys in force."""
        key = shown("find")
        if in_clear():
            self.filter.setToolTip(tr("Type a part of a file's name  [{key}]", key=key))
        else:
            self.filter.setToolTip(tr("Type a number; file names are found once they are shown  [{key}]", key=key))

    def show_names(self) -> None:
        """Call the cases by their files, or by numbers, as it is wanted now."""
        words = tr("Find by name") if in_clear() else tr("Find by number")
        self.filter.setPlaceholderText(words)
        self.filter.setAccessibleName(words)
        self.model.renamed()
        self.folded.show_names()
        self.order.invalidate()
        self.show_keys()

    def show_cases(self, cases: Sequence[Case]) -> None:
        """Show these cases."""
        self.model.show(cases)
        self._refresh_words()

    def show_changed(self, cases: Sequence[Case]) -> None:
        """Show these cases of the list as they are now."""
        self.model.change(cases)
        self._refresh_words()

    def _refresh_words(self) -> None:
        cases = self.model.cases()
        readable = [case for case in cases if case.status is not Status.UNREADABLE]
        done = sum(case.status in DONE for case in readable)
        words = tr("{done} of {all} done", done=done, all=len(readable))
        self.count.setText(words if readable else "")
        for widget in (self.list, self.filter, self.sorting):
            widget.setVisible(bool(cases))
        self.empty.setVisible(not cases)

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        case = current.data(CASE_ROLE) if current.isValid() else None
        if case is not None and case.id != self.rows.open_case and not self._finding:
            self.chosen.emit(case.id)

    def _find(self, text: str) -> None:
        """Show the rows with this in their names; the open picture stays open, in the list or not."""
        self._finding = True
        self.order.setFilterFixedString(text)
        self.list.setCurrentIndex(QModelIndex())
        self._finding = False
        self.mark_open(self.rows.open_case)

    def _order_by(self, by: int) -> None:
        self.order.order_by(by)
        self.rows.with_effort = self.order.by_effort
        self.list.viewport().update()

    def mark_open(self, case_id: int) -> None:
        """Show which case is open, and bring it into view."""
        self.rows.open_case = case_id
        index = self.order.mapFromSource(self.model.index_of(case_id))
        if index.isValid():
            self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.list.scrollTo(index)
        self.list.viewport().update()

    def shown(self) -> list[Case]:
        """The cases as listed: filtered and ordered."""
        return [self.order.index(row, 0).data(CASE_ROLE) for row in range(self.order.rowCount())]

    def current(self) -> int:
        """The case of the current row, -1 without one."""
        case = self.list.currentIndex().data(CASE_ROLE)
        return -1 if case is None else case.id

    def neighbour(self, case_id: int, step: int) -> Case | None:
        """The next (step 1) or previous (step -1) case that can be opened."""
        cases = self.shown()
        start = next((row for row, case in enumerate(cases) if case.id == case_id), -1 if step > 0 else len(cases))
        row = start + step
        while 0 <= row < len(cases):
            if cases[row].status is not Status.UNREADABLE:
                return cases[row]
            row += step
        return None

    def next_to_do(self, case_id: int) -> Case | None:
        """The next case that waits for its reader: below the open one first, then from the top."""
        cases = self.shown()
        start = next((row for row, case in enumerate(cases) if case.id == case_id), -1)
        turn = cases[start + 1 :] + cases[: max(start, 0)]
        waiting = [case for case in turn if case.status not in DONE]
        return next((case for case in waiting if case.status is not Status.LATER), waiting[0] if waiting else None)
