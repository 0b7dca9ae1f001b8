"""The command palette: type a word, see every command that has it, run one by Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QSize, QStringListModel, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from unet_studio.gui import theme
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.actions import ACTIONS, VIEW, WINDOWS
from unet_studio.gui.keys import native
from unet_studio.gui.matching import score
from unet_studio.gui.needs import needs_text
from unet_studio.gui.texts import plain, tr

WIDTH, ROWS = 620, 9  # px, and rows seen at once
STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -ROWS, Qt.Key.Key_PageDown: ROWS}
EDGE = 10  # px left and right of a row's texts


@dataclass(frozen=True)
class Command:
    """One row: an action as it stands now. needs: what it waits for, "" where it can run."""

    id: str
    text: str
    menu: str
    tip: str
    key: str
    needs: str
    english: str

    def score(self, typed: str) -> int | None:
        """How far it is from what was typed, None for no match."""
        return score(typed, self.text, self.tip, self.key, self.menu, self.english)


def commands(actions: ActionSet, recent: Sequence[str] = ()) -> list[Command]:
    """Every command that has a meaning now, those used last first, then in the order of the menus."""
    found = []
    for row in ACTIONS:
        action = actions[row.id]
        menu = plain(tr(row.menu)) if row.menu != WINDOWS else f"{plain(tr(VIEW))} › {plain(tr(WINDOWS))}"
        keys = " / ".join(native(key) for key in actions.keys[row.id])
        text, tip = plain(action.text()).rstrip("…"), tr(row.tip)
        if action.isVisible():
            needs = needs_text(actions.missing(row))
            found.append(Command(row.id, text, menu, tip, keys, needs, f"{plain(row.text)} {row.tip}"))
    place = {action_id: number for number, action_id in enumerate(recent)}
    return sorted(found, key=lambda command: place.get(command.id, len(place)))


def search(rows: Sequence[Command], typed: str) -> list[Command]:
    """The commands that match, nearest first; all of them where nothing is typed."""
    scored = [(row.score(typed), row) for row in rows]
    return [row for _, row in sorted(((worth, row) for worth, row in scored if worth is not None), key=lambda x: x[0])]


class CommandRow(QStyledItemDelegate):
    """Paints a command: its words and key, and below them its menu with what it does, or what it needs."""

    rows: Sequence[Command] = ()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Two lines; the height follows the text size."""
        return QSize(200, option.fontMetrics.height() * 2 + 12)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint one row."""
        row, chosen = self.rows[index.row()], bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if chosen:
            painter.fillRect(option.rect, QColor(theme.CHOSEN))
        box = option.rect.adjusted(EDGE, 5, -EDGE, -5)
        line = option.fontMetrics.height()
        upper, lower = QRect(box.topLeft(), QSize(box.width(), line)), box.adjusted(0, line + 2, 0, 0)
        right = option.fontMetrics.horizontalAdvance(row.key)
        painter.setPen(QColor(theme.TEXT if chosen else theme.QUIET))
        painter.drawText(upper, Qt.AlignmentFlag.AlignRight, row.key)
        self._line(painter, lower, " · ".join(part for part in (row.menu, row.needs or row.tip) if part))
        painter.setPen(QColor(theme.QUIET if row.needs else theme.TEXT))
        self._line(painter, upper.adjusted(0, 0, -right - EDGE, 0), row.text)
        painter.restore()

    def _line(self, painter: QPainter, box: QRect, text: str) -> None:
        short = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, short)


class Palette(QDialog):
    """Shows the commands; `run` is called with the id of the chosen one after the palette is gone."""

    def __init__(self, window: QWidget, rows: Sequence[Command], run: Callable[[str], object]) -> None:
        super().__init__(window)
        self.setObjectName("palette")
        self.setWindowTitle(tr("Commands"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._rows, self._run = rows, run
        self.edit = QLineEdit(objectName="palette_edit", placeholderText=tr("Find a command"))
        self.edit.setAccessibleName(tr("Find a command"))
        self.edit.installEventFilter(self)
        self.list = QListView(objectName="palette_list")
        self.list.setAccessibleName(tr("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._names = QStringListModel(self)
        self.list.setModel(self._names)
        self._paints = CommandRow(self.list)
        self.list.setItemDelegate(self._paints)
        self.note = QLabel(objectName="note")
        self.note.setWordWrap(True)
        layout = QVBoxLayout(self)
        for widget in (self.edit, self.list, self.note):
            layout.addWidget(widget)
        self.edit.textChanged.connect(self._search)
        self.list.clicked.connect(lambda _index: self.accept())
        self.list.selectionModel().currentChanged.connect(lambda *_: self._say(False))
        self._search("")
        self._place(window)

    def _place(self, window: QWidget) -> None:
        row = self.fontMetrics().height() * 2 + 12
        wide = min(max(WIDTH, 30 * self.fontMetrics().horizontalAdvance("mm")), window.width() - 40)
        self.resize(wide, min(ROWS * row + 110, window.height() - 60))
        self.move(window.mapToGlobal(QPoint((window.width() - self.width()) // 2, 40)))

    def _search(self, typed: str) -> None:
        self.shown = search(self._rows, typed)
        self._paints.rows = self.shown
        self._names.setStringList([f"{row.text}, {row.key}, {row.needs or row.tip}" for row in self.shown])
        self.list.setCurrentIndex(self._names.index(0))
        self._say(False)

    def chosen(self) -> Command | None:
        """The row that Enter runs."""
        row = self.list.currentIndex().row()
        return self.shown[row] if 0 <= row < len(self.shown) else None

    def _say(self, tried: bool) -> None:
        row = self.chosen()
        if row is None:
            text = tr("No command has these words")
        elif tried and row.needs:
            text = tr("{command} cannot run now: {needs}", command=row.text, needs=row.needs)
        else:
            text = tr("Enter runs it, arrow keys choose, Esc closes")
        self.note.setText(text)

    def accept(self) -> None:
        """Close and run the chosen command; one that cannot run now stays and says what it needs."""
        row = self.chosen()
        if row is None or row.needs:
            self._say(True)
            return
        super().accept()
        self._run(row.id)

    def done(self, result: int) -> None:
        """Close, and give the keyboard back to the window below."""
        super().done(result)
        self.parentWidget().activateWindow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys choose while the words stay typed; Enter runs."""
        if event.type() != QEvent.Type.KeyPress:
            return False
        return self._key(event)

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() in STEPS:
            row = self.list.currentIndex().row() + STEPS[event.key()]
            self.list.setCurrentIndex(self._names.index(min(max(row, 0), len(self.shown) - 1)))
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
            return True
        return False
