"""The worklist as a Qt model: cases, their statuses, and thumbnails that are fetched when a row is first painted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QImage, QPixmap

from unet_studio.core.case import Case, Status
from unet_studio.gui.names import in_clear, name_of, reason_of, sort_key
from unet_studio.gui.texts import mark, tr

CASE_ROLE = Qt.ItemDataRole.UserRole + 1
KEPT_THUMBNAILS = 600
STATUS_TEXT = {
    Status.NEW: mark("New"),
    Status.PROPOSED: mark("Proposed"),
    Status.CORRECTED: mark("In correction"),
    Status.LATER: mark("Later"),
    Status.QUEUED: mark("Accepted, queued"),
    Status.ASIDE: mark("Accepted, set aside"),
    Status.LEARNED: mark("Accepted, learned"),
    Status.EXCLUDED: mark("Excluded"),
    Status.UNREADABLE: mark("Cannot be opened"),
}
ORDER = {status: place for place, status in enumerate(Status)}
DONE = frozenset({Status.QUEUED, Status.ASIDE, Status.LEARNED, Status.EXCLUDED, Status.UNREADABLE})


def status_line(case: Case) -> str:
    """One line that says where a case stands."""
    if case.status is Status.UNREADABLE:
        return reason_of(case) or tr(STATUS_TEXT[case.status])
    if case.status is Status.EXCLUDED and case.reason:
        return tr("Excluded: {reason}", reason=tr(case.reason))
    return tr(STATUS_TEXT[case.status])


def effort_line(case: Case) -> str:
    """What is expected to be corrected, "" where nobody knows."""
    if case.effort is None:
        return ""
    return tr("Expected to be corrected: {share:.1f} % of the picture", share=100 * case.effort)


def effort_words(case: Case) -> str:
    """The same in a row's width."""
    return "" if case.effort is None else tr("{share:.1f} % to correct", share=100 * case.effort)


class WorklistModel(QAbstractListModel):
    """Rows in the worklist's own order; `want_thumbnail` is called once for each row that is painted."""

    def __init__(self, want_thumbnail: Callable[[int], None], parent=None) -> None:
        super().__init__(parent)
        self._cases: list[Case] = []
        self._rows: dict[int, int] = {}
        self._want = want_thumbnail
        self._thumbnails: OrderedDict[int, QPixmap | None] = OrderedDict()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Number of cases."""
        return 0 if parent is not None and parent.isValid() else len(self._cases)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Name, status line, thumbnail or the Case itself."""
        if not index.isValid():
            return None
        case = self._cases[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return name_of(case)
        if role == CASE_ROLE:
            return case
        if role == Qt.ItemDataRole.DecorationRole:
            return self._thumbnail(case)
        if role == Qt.ItemDataRole.ToolTipRole:
            path = case.path if in_clear() else ""
            return "\n".join(part for part in (path, status_line(case), effort_line(case)) if part)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{name_of(case)}, {status_line(case)}"
        return None

    def show(self, cases: Sequence[Case]) -> None:
        """Show these cases; rows that stay keep their place, selection and thumbnail."""
        old, new = [case.id for case in self._cases], [case.id for case in cases]
        first = next((row for row, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), len(old))
        added = len(new) - len(old)
        if added < 0 or old[first:] != new[first + added :]:
            self.beginResetModel()
            self._cases = list(cases)
            self._number()
            self.endResetModel()
            return
        if added:
            self.beginInsertRows(QModelIndex(), first, first + added - 1)
            self._cases[first:first] = cases[first : first + added]
            self._number()
            self.endInsertRows()
        self.change(cases)

    def renamed(self) -> None:
        """Every case is called otherwise from now on."""
        if self._cases:
            self.dataChanged.emit(self.index(0), self.index(len(self._cases) - 1))

    def change(self, cases: Sequence[Case]) -> None:
        """Show these cases of the list as they are now."""
        for case in cases:
            row = self._rows[case.id]
            if case != self._cases[row]:
                self._cases[row] = case
                self.dataChanged.emit(self.index(row), self.index(row))

    def _number(self) -> None:
        self._rows = {case.id: row for row, case in enumerate(self._cases)}

    def cases(self) -> list[Case]:
        """All cases in the worklist's own order."""
        return self._cases

    def case(self, case_id: int) -> Case | None:
        """The case of that id."""
        row = self._rows.get(case_id)
        return None if row is None else self._cases[row]

    def index_of(self, case_id: int) -> QModelIndex:
        """Where a case stands, an invalid index where it does not."""
        row = self._rows.get(case_id)
        return QModelIndex() if row is None else self.index(row)

    def _thumbnail(self, case: Case) -> QPixmap | None:
        if case.id in self._thumbnails:
            self._thumbnails.move_to_end(case.id)
            return self._thumbnails[case.id]
        if case.status is not Status.UNREADABLE:
            self._thumbnails[case.id] = None
            while len(self._thumbnails) > KEPT_THUMBNAILS:
                self._thumbnails.popitem(last=False)
            self._want(case.id)
        return None

    def set_thumbnail(self, case_id: int, pixels: np.ndarray | None) -> None:
        """Take a thumbnail, uint8 (h, w) or (h, w, 3), that has arrived."""
        index = self.index_of(case_id)
        if pixels is not None and index.isValid():
            self._thumbnails[case_id] = QPixmap.fromImage(to_qimage(pixels))
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])


class WorklistOrder(QSortFilterProxyModel):
    """The worklist filtered by name and ordered as added, by status, by name or by expected effort."""

    AS_ADDED, BY_STATUS, BY_NAME, BY_EFFORT = range(4)

    def __init__(self, model: WorklistModel, parent=None) -> None:
        super().__init__(parent)
        self._by = self.AS_ADDED
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setDynamicSortFilter(True)
        self.setSourceModel(model)

    @property
    def by_effort(self) -> bool:
        """Whether what waits with most effort comes first."""
        return self._by == self.BY_EFFORT

    def order_by(self, by: int) -> None:
        """Order the rows anew."""
        self._by = by
        self.invalidate()
        self.sort(-1 if by == self.AS_ADDED else 0)

    def lessThan(self, left: QModelIndex, right: QModelIndex) -> bool:
        """By status, then in the order added; by what waits with most effort; or by name."""
        one, other = left.data(CASE_ROLE), right.data(CASE_ROLE)
        if self._by == self.BY_STATUS:
            return (ORDER[one.status], left.row()) < (ORDER[other.status], right.row())
        if self._by == self.BY_EFFORT:
            return (*_effort_order(one), left.row()) < (*_effort_order(other), right.row())
        return (sort_key(one), left.row()) < (sort_key(other), right.row())


def _effort_order(case: Case) -> tuple[bool, bool, float]:
    """What waits comes first, of that what is known, of that the greatest effort."""
    return case.status in DONE, case.effort is None, -(case.effort or 0.0)


def to_qimage(pixels: np.ndarray) -> QImage:
    """A QImage of its own from uint8 (h, w) gray or (h, w, 3) RGB."""
    pixels = np.ascontiguousarray(pixels)
    kind = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
    return QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], kind).copy()
