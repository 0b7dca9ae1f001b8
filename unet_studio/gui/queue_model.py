"""The queue as a Qt model: a row for each Correction, with a small picture that is fetched when it is first painted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSize, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from unet_studio.core.correction import Correction, QueueState, Side
from unet_studio.core.slip import Question
from unet_studio.core.target import TARGETS
from unet_studio.gui import theme
from unet_studio.gui.learn_pictures import TRUTH, drawn
from unet_studio.gui.names import said, source_of
from unet_studio.gui.texts import mark, tr, tr_n
from unet_studio.workflow.queue_list import QueueRow, Small

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
PICTURE, TARGET, READER, STATE, USE, CHANGE, EFFORT, ACCEPTED = range(8)
COLUMNS = (
    mark("Picture"), mark("Target"), mark("Reader"), mark("State"), mark("Use"), mark("Proposal"), mark("Effort"),
    mark("Accepted at"),
)  # fmt: skip
SIDE = 64  # logical px of a small picture
KEPT_PICTURES = 400
STATES = {
    QueueState.QUEUED: mark("Waiting"),
    QueueState.LEARNED: mark("Learned"),
    QueueState.SET_ASIDE: mark("Set aside"),
    QueueState.FLAGGED: mark("Flagged"),
    QueueState.WITHDRAWN: mark("Withdrawn"),
}
QUESTIONS = {
    Question.EMPTY: mark("Nothing is marked, but the proposal is sure of something. Meant so?"),
    Question.FAR: mark("Far from the proposal, unlike the other corrections. Meant so?"),
}
COLOURS = {
    QueueState.SET_ASIDE: theme.WARNING,
    QueueState.FLAGGED: theme.WARNING,
    QueueState.WITHDRAWN: theme.QUIET,
    QueueState.LEARNED: theme.GOOD,
}


def use_words(one: Correction) -> str:
    """What a Correction is for, by its side of the split."""
    if one.state is QueueState.WITHDRAWN:
        return tr("not used")
    if one.state in (QueueState.SET_ASIDE, QueueState.FLAGGED):
        return tr("not used yet")
    return tr("compares models") if one.side is Side.GATE else tr("learned from")


def change_words(one: Correction) -> str:
    """What its reader did with the Proposal."""
    if one.empty:
        return tr("nothing to mark")
    if not one.model_id:
        return tr("drawn without one") if one.effort.strokes else tr("mask from elsewhere")
    return tr("changed") if one.changed else tr("accepted unchanged")


def effort_words(one: Correction) -> str:
    """Seconds, strokes and changed pixels."""
    if not one.model_id and not one.effort.strokes:
        return "–"
    seconds = tr("{seconds:.0f} s", seconds=one.effort.active_seconds)
    strokes = tr_n("%n stroke", "%n strokes", one.effort.strokes)
    return f"{seconds}, {strokes}\n" + tr("{pixels} px changed", pixels=f"{one.effort.changed_pixels:,}")


def row_words(row: QueueRow, column: int) -> str:
    """The text of one cell."""
    one = row.correction
    if column == PICTURE:
        more = tr(QUESTIONS[row.question]) if row.question else ""
        if row.follows and not more:
            more = tr("Nearly the same as {name}", name=said(row.follows))
        return "\n".join(part for part in (source_of(one), more) if part)
    if column == TARGET:
        return tr(TARGETS[one.target].title) if one.target in TARGETS else one.target
    words = (one.reader, tr(STATES[one.state]), use_words(one), change_words(one), effort_words(one))
    return (*words, one.accepted_at[:16].replace("T", " "))[column - READER]


class QueueModel(QAbstractTableModel):
    """Rows of the queue; `want` is called once for each row whose picture is painted."""

    def __init__(self, want: Callable[[QueueRow], None], ratio: float, parent=None) -> None:
        super().__init__(parent)
        self._want, self._ratio = want, ratio
        self._rows: list[QueueRow] = []
        self._places: dict[int, int] = {}
        self._pictures: OrderedDict[int, QPixmap | None] = OrderedDict()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Number of Corrections."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Number of columns."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The columns' names."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section])
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words, small picture, colour or the QueueRow itself."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return row_words(row, column)
        if role == Qt.ItemDataRole.DecorationRole and column == PICTURE:
            return self._picture(row)
        if role == Qt.ItemDataRole.ForegroundRole and column in (PICTURE, STATE):
            colour = COLOURS.get(row.correction.state) if column == STATE or row.question else None
            return QColor(colour) if colour else None
        return None

    def show(self, rows: Sequence[QueueRow]) -> None:
        """Show these rows; pictures that are known stay."""
        self.beginResetModel()
        self._rows = list(rows)
        self._places = {row.correction.id: place for place, row in enumerate(rows)}
        self.endResetModel()

    def rows(self) -> list[QueueRow]:
        """All rows."""
        return self._rows

    def _picture(self, row: QueueRow) -> QPixmap | None:
        number = row.correction.id
        if number in self._pictures:
            self._pictures.move_to_end(number)
            return self._pictures[number]
        self._pictures[number] = self._blank()
        while len(self._pictures) > KEPT_PICTURES:
            self._pictures.popitem(last=False)
        self._want(row)
        return self._pictures[number]

    def _blank(self) -> QPixmap:
        """A black square, so that names do not move when pictures come."""
        found = QPixmap(round(SIDE * self._ratio), round(SIDE * self._ratio))
        found.setDevicePixelRatio(self._ratio)
        found.fill(QColor("#000000"))
        return found

    def set_picture(self, number: int, small: Small | None) -> None:
        """Take the small picture of a Correction that has arrived."""
        if small is None or number not in self._places:
            return
        image = drawn(small.picture, small.mask, None, TRUTH, QSize(SIDE, SIDE), self._ratio)
        square = self._blank()
        _paint_in_the_middle(square, image)
        self._pictures[number] = square
        index = self.index(self._places[number], PICTURE)
        self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])


def _paint_in_the_middle(square: QPixmap, image: QImage) -> None:
    painter = QPainter(square)
    ratio = image.devicePixelRatio()
    painter.drawImage(round((SIDE - image.width() / ratio) / 2), round((SIDE - image.height() / ratio) / 2), image)
    painter.end()


class QueueOrder(QSortFilterProxyModel):
    """The rows of one state, with a part of a name, ordered by a column."""

    def __init__(self, model: QueueModel, parent=None) -> None:
        super().__init__(parent)
        self._state: QueueState | None = None
        self._part = ""
        self.setSourceModel(model)

    def choose(self, state: QueueState | None, part: str) -> None:
        """Show one state (None: all) and what has `part` in its name or its reader's."""
        self._state, self._part = None if state is None else QueueState(state), part.casefold()  # Qt keeps the str
        self.invalidate()

    def filterAcceptsRow(self, place: int, parent: QModelIndex) -> bool:
        """Whether a row is shown."""
        one = self.sourceModel().index(place, 0, parent).data(ROW_ROLE).correction
        if self._state is not None and one.state is not self._state:
            return False
        return self._part in source_of(one).casefold() or self._part in one.reader.casefold()

    def lessThan(self, left: QModelIndex, right: QModelIndex) -> bool:
        """By what the column says; effort by seconds."""
        if left.column() == EFFORT:
            efforts = (index.data(ROW_ROLE).correction.effort.active_seconds for index in (left, right))
            return next(efforts) < next(efforts)
        return str(left.data()).casefold() < str(right.data()).casefold()
