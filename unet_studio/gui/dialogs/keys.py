"""Changing keys: choose a command, press a new key; a key that another command has is never taken without asking."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from unet_studio.gui import keys, theme
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.actions import ACTIONS, MENUS
from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.dialogs.key_catcher import KeyCatcher
from unet_studio.gui.dialogs.sheet import HANDS
from unet_studio.gui.keys import Choice, native
from unet_studio.gui.matching import score
from unet_studio.gui.texts import plain, tr, tr_n

ID = Qt.ItemDataRole.UserRole


class KeysDialog(Frame):
    """Lists every command with its keys; `choose` is told of each change, which is then in force."""

    def __init__(
        self, window: QWidget, actions: ActionSet, choice: Choice, choose: Callable[[Choice], object], first: str = ""
    ) -> None:
        super().__init__(window, tr("Keys"), tr("Choose a command, then Change key, and press the new key."))
        self._actions, self._choice, self._choose = actions, choice, choose
        self._adding = False
        self._offered: dict[str, Choice] = {}  # what the answers "take" and "swap" would put in force
        self.filter = QLineEdit(objectName="keys_filter", placeholderText=tr("Find a command or key"))
        self.filter.setAccessibleName(tr("Find a command or key"))
        self.filter.textChanged.connect(self._hide_rows)
        self.hand = QComboBox(objectName="keys_hand")
        self.hand.setAccessibleName(tr("Ready-made keys"))
        self.hand.addItem(tr("Mouse in the right hand"), keys.RIGHT)
        self.hand.addItem(tr("Mouse in the left hand"), keys.LEFT)
        self.hand.setCurrentIndex(self.hand.findData(choice.hand))
        self.hand.activated.connect(lambda: self._start_over(self.hand.currentData()))
        self.table = self._table()
        self.catcher = KeyCatcher()
        self.catcher.caught.connect(self._caught)
        self.message = QLabel(objectName="keys_message")
        self.message.setWordWrap(True)
        self._lay_out()
        self._fill()
        self.table.currentCellChanged.connect(lambda *_: self._chosen_changed())
        self.choose_row(first or ACTIONS[0].id)
        self.resize(min(860, window.width() - 40), min(640, window.height() - 20))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.filter, 1)
        head.addWidget(self.hand)
        self.body.addLayout(head)
        self.body.addWidget(self.table, 1)
        row = QHBoxLayout()
        self.change = self._button("change", tr("Change key"), lambda: self._listen(False))
        self.add = self._button("add", tr("Add a key"), lambda: self._listen(True))
        self.remove = self._button("remove", tr("No key"), self._remove)
        self.reset = self._button("reset", tr("Reset"), self._reset)
        for widget in (self.catcher, self.change, self.add, self.remove, self.reset):
            row.addWidget(widget, int(widget is self.catcher))
        self.body.addLayout(row)
        self.body.addWidget(self.message)
        answers = QHBoxLayout()
        self.take = self._button("take", "", lambda: self._apply(self._offered["take"]))
        self.swap = self._button("swap", tr("Swap the keys"), lambda: self._apply(self._offered["swap"]))
        self.leave = self._button("leave", tr("Leave as it is"), self._settled)
        for widget in (self.take, self.swap, self.leave):
            answers.addWidget(widget)
        answers.addStretch(1)
        self.body.addLayout(answers)
        self.reset_all = QPushButton(tr("Reset all"), objectName="keys_reset_all")
        self.reset_all.clicked.connect(lambda: self._start_over(self._choice.hand))
        self.buttons.addButton(self.reset_all, QDialogButtonBox.ButtonRole.ResetRole)
        self.offer("", tr("Close"))
        for button in self.buttons.buttons():
            button.setAutoDefault(False)  # Enter in the line for finding presses nothing
        self.filter.returnPressed.connect(self.table.setFocus)

    def _button(self, name: str, text: str, clicked: Callable[[], object]) -> QPushButton:
        button = QPushButton(text, objectName=f"keys_{name}")
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: clicked())
        return button

    def _table(self) -> QTableWidget:
        table = QTableWidget(len(ACTIONS) + len(HANDS), 3, objectName="keys_table")
        table.setAccessibleName(tr("Commands and their keys"))
        table.setHorizontalHeaderLabels([tr("Command"), tr("Key"), tr("Menu")])
        table.verticalHeader().hide()
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.cellActivated.connect(lambda *_: self._listen(False))
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        return table

    def _fill(self) -> None:
        usual = keys.ready_made(self._choice.hand)
        now = keys.in_force(self._choice)
        for place, row in enumerate(ACTIONS):
            own = tr("changed") if now[row.id] != usual[row.id] else ""
            shown = " / ".join(native(key) for key in now[row.id]) or tr("no key")
            texts = (self._name(row.id), shown + (f"  ({own})" if own else ""), plain(tr(row.menu)))
            self._put(place, row.id, texts, theme.TEXT)
        for place, (key, words) in enumerate(HANDS, len(ACTIONS)):
            self._put(place, "", (tr(words), tr(key), tr("fixed")), theme.QUIET)

    def _put(self, place: int, action_id: str, texts: tuple[str, ...], colour: str) -> None:
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setData(ID, action_id)
            item.setForeground(QBrush(QColor(colour)))
            self.table.setItem(place, column, item)

    def _name(self, action_id: str) -> str:
        row = next(row for row in ACTIONS if row.id == action_id)
        return plain(tr(row.text)).rstrip("…")

    def _hide_rows(self, typed: str) -> None:
        for place in range(self.table.rowCount()):
            texts = [self.table.item(place, column).text() for column in range(3)]
            self.table.setRowHidden(place, score(typed, *texts) is None)

    def choose_row(self, action_id: str) -> None:
        """Let a command be the one whose key is changed."""
        place = next((number for number, row in enumerate(ACTIONS) if row.id == action_id), 0)
        self.table.setCurrentCell(place, 0)
        self.table.scrollToItem(self.table.item(place, 0))
        self._chosen_changed()

    def chosen(self) -> str:
        """The action whose key is changed, "" for a fixed key."""
        item = self.table.item(self.table.currentRow(), 0)
        return item.data(ID) if item is not None else ""

    def _chosen_changed(self) -> None:
        action_id = self.chosen()
        self.catcher.rest(self._name(action_id) if action_id else tr("A fixed key"))
        for button in (self.change, self.add, self.remove, self.reset):
            button.setEnabled(bool(action_id))
        self._settled("" if action_id else tr("This key is fixed: it belongs to the picture."))

    # changes

    def _listen(self, adding: bool) -> None:
        if self.chosen():
            self._adding = adding
            self._settled()
            self.catcher.listen(tr("Press a key for {command}; Esc leaves it", command=self._name(self.chosen())))

    def _caught(self, key: str) -> None:
        action_id, now = self.chosen(), keys.in_force(self._choice)
        self.catcher.rest(self._name(action_id))
        why = self._why_fixed(key)
        if why:
            self._settled(tr("{key} cannot be chosen: it {does}.", key=native(key), does=why), "bad")
        elif key in now[action_id] and (self._adding or now[action_id] == (key,)):
            self._settled(tr("{key} is its key already.", key=native(key)))
        else:
            self._want(action_id, (*now[action_id], key) if self._adding else (key,), key)

    def _why_fixed(self, key: str) -> str:
        """Why no command can have a key, "" where one can."""
        menu = next((plain(tr(name)) for name in MENUS if QKeySequence.mnemonic(tr(name)) == QKeySequence(key)), "")
        return tr("opens the menu {menu}", menu=menu) if menu else tr(keys.FIXED[key]) if key in keys.FIXED else ""

    def _want(self, action_id: str, wanted: tuple[str, ...], key: str, swap: bool = True) -> None:
        now = keys.in_force(self._choice)
        others = tuple(name for name, had in now.items() if name != action_id and set(had) & set(wanted))
        if not others:
            self._apply(keys.give(self._choice, action_id, wanted))
            return
        offered = {"take": keys.take(self._choice, action_id, wanted)}
        if swap and not self._adding and now[action_id] and keys.movable(now[action_id]):
            offered["swap"] = keys.exchange(self._choice, action_id, key)
        other = ", ".join(self._name(name) for name in others)
        texts = {"key": native(key), "other": other, "command": self._name(action_id)}
        self._settled(tr("{key} is the key of {other}. Nothing is changed yet.", **texts), "bad", offered)
        self.take.setText(tr("Give {key} to {command}", **texts))
        self.take.setToolTip(tr("{other} goes without this key", **texts))

    def _settled(self, text: str = "", kind: str = "quiet", offered: dict[str, Choice] | None = None) -> None:
        """Say something; the answers are there only while there is something to be decided."""
        self._offered = offered or {}
        self.take.setVisible("take" in self._offered)
        self.swap.setVisible("swap" in self._offered)
        self.leave.setVisible(bool(self._offered))
        if self._offered:
            self.leave.setFocus()
        else:
            self.hand.setCurrentIndex(self.hand.findData(self._choice.hand))
        self.message.setProperty("kind", kind)
        self.message.style().polish(self.message)
        self.message.setText(text)

    def _remove(self) -> None:
        self._apply(keys.give(self._choice, self.chosen(), ()))

    def _reset(self) -> None:
        usual = keys.ready_made(self._choice.hand)[self.chosen()]
        self._adding = False
        self._want(self.chosen(), usual, usual[0] if usual else "", swap=False)

    def _start_over(self, hand: str) -> None:
        """Take a ready-made set as it is; own changes are given up only after a question."""
        count = len(self._choice.own)
        if not count:
            self._apply(Choice(hand))
            return
        text = tr_n("%n changed command gets its usual keys.", "%n changed commands get their usual keys.", count)
        self._settled(text + " " + tr("Nothing is changed yet."), "bad", {"take": Choice(hand)})
        self.take.setText(tr("Use the usual keys"))
        self.take.setToolTip("")

    def _apply(self, choice: Choice) -> None:
        self._choice = choice
        self._choose(choice)
        self._fill()
        self._settled(tr("In force from now on."), "good")
        self.table.setFocus()
