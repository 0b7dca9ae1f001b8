"""QActions, menus, tool bar and tooltips made from the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMainWindow,
    QMenu,
    QMenuBar,
    QToolBar,
)

from unet_studio.gui.actions import ACTIONS, MENUS, VIEW, WINDOWS, Action
from unet_studio.gui.theme import icon

MOVES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def key_text(row: Action) -> str:
    """The key that is shown beside an action, in the platform's own writing, or ""."""
    return QKeySequence(row.keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if row.keys else ""


def tooltip(row: Action, tip: str = "") -> str:
    """The tooltip of an action; it names the key."""
    key = key_text(row)
    return f"{tip or row.tip}  [{key}]" if key else (tip or row.tip)


def keeps_key(widget: QObject, event: QKeyEvent) -> bool:
    """Whether a key that steps through frames belongs to the control that has the keyboard."""
    key = Qt.Key(event.key())
    if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and isinstance(widget, QAbstractItemView):
        return True
    return key in MOVES and isinstance(widget, QAbstractSlider | QAbstractSpinBox | QComboBox | QMenu | QMenuBar)


class ActionSet(QObject):
    """The window's QActions by id; `enable` switches them by the facts that hold."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._rows = {row.id: row for row in ACTIONS}
        self._groups: dict[str, QActionGroup] = {}
        self._actions = {row.id: self._make(row, window) for row in ACTIONS}
        self._held = {QKeySequence(row.keys[0])[0].key(): row.id for row in ACTIONS if row.hold}
        QApplication.instance().installEventFilter(self)

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def _make(self, row: Action, window: QMainWindow) -> QAction:
        action = QAction(row.text, window)
        action.setObjectName(row.id)
        action.setShortcuts([QKeySequence(key) for key in row.keys])
        action.setToolTip(tooltip(row))
        action.setStatusTip(row.tip)
        action.setCheckable(row.checkable)
        action.setAutoRepeat(not row.hold and row.id not in ("accept", "accept_empty", "exclude", "later"))
        if row.icon:
            action.setIcon(icon(row.icon))
        if row.group:
            group = self._groups.setdefault(row.group, QActionGroup(window))
            group.addAction(action)
        window.addAction(action)
        return action

    def connect_all(self, handlers: Mapping[str, Callable[[], object]]) -> None:
        """Connect every handler; held ones and switches are told on and off. Raises KeyError where one is missing."""
        for row in ACTIONS:
            handler, action = handlers[row.id], self._actions[row.id]
            if row.hold or row.switch:
                action.toggled.connect(handler)
            else:
                action.triggered.connect(lambda _checked=False, handler=handler: handler())

    def enable(self, facts: Iterable[str]) -> None:
        """Enable exactly the actions whose needs are all among `facts`."""
        held = frozenset(facts)
        for row in ACTIONS:
            self._actions[row.id].setEnabled(set(row.needs.split()) <= held)

    def rename(self, action_id: str, text: str, visible: bool = True) -> None:
        """Give an action another text (window presets of the open picture)."""
        action = self._actions[action_id]
        action.setText(text.replace("&", "&&"))
        action.setToolTip(tooltip(self._rows[action_id], text))
        action.setVisible(visible)

    def reword(self, action_id: str, text: str) -> None:
        """Let an action say what it would do now ("Undo lasso"); the first letter opens it in its menu."""
        action = self._actions[action_id]
        if action.text() != f"&{text}":
            action.setText(f"&{text}")
            action.setToolTip(tooltip(self._rows[action_id], text))

    def check(self, action_id: str, on: bool) -> None:
        """Show an action as on or off without running it."""
        self._actions[action_id].setChecked(on)

    def uncheck_group(self, group: str) -> None:
        """Show no action of a group as chosen."""
        members = self._groups[group]
        members.setExclusive(False)
        for action in members.actions():
            action.setChecked(False)
        members.setExclusive(True)

    def fill_menus(self, window: QMainWindow) -> None:
        """Make the menu bar."""
        menus = {name: window.menuBar().addMenu(name) for name in MENUS}
        for menu in menus.values():
            menu.setToolTipsVisible(True)
        presets = QMenu(WINDOWS, menus[VIEW])
        for row in ACTIONS:
            menu = presets if row.menu == WINDOWS else menus[row.menu]
            if row.line:
                menu.addSeparator()
            menu.addAction(self._actions[row.id])
        menus[VIEW].addMenu(presets)

    def fill_bar(self, bar: QToolBar) -> None:
        """Fill the tool bar; groups are parted by lines."""
        group = 0
        for row in sorted((row for row in ACTIONS if row.bar), key=lambda row: row.bar):
            if group not in (0, row.bar):
                bar.addSeparator()
            group = row.bar
            bar.addAction(self._actions[row.id])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Switch held actions off when their key is released or the window loses the keyboard."""
        if event.type() == QEvent.Type.ShortcutOverride and keeps_key(watched, event):
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyRelease:
            self._released(event)
        elif event.type() == QEvent.Type.ApplicationDeactivate:
            self.release_all()
        return False

    def _released(self, event: QKeyEvent) -> None:
        typing = isinstance(QApplication.focusWidget(), QLineEdit | QAbstractSpinBox)
        action_id = self._held.get(Qt.Key(event.key()))
        if action_id and not event.isAutoRepeat() and not typing:
            self._actions[action_id].setChecked(False)

    def release_all(self) -> None:
        """Let go of every held key."""
        for action_id in self._held.values():
            self._actions[action_id].setChecked(False)

    def close(self) -> None:
        """Stop watching the application's keys."""
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
