"""QActions, menus, tool bar and tooltips made from the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
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
    QWidget,
)

from unet_studio.gui.actions import ACTIONS, MENUS, VIEW, WINDOWS, Action
from unet_studio.gui.keys import Keys, put_in_force, ready_made, shown
from unet_studio.gui.texts import tr
from unet_studio.gui.theme import icon

TYPING = (QLineEdit, QAbstractSpinBox)
COMMANDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
CONTROLS = (*TYPING, QAbstractItemView, QAbstractSlider, QComboBox, QMenuBar)
MOVES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def is_typed(event: QKeyEvent) -> bool:
    """Whether a key means something where texts and numbers are typed: all do that are no commands."""
    return not event.modifiers() & COMMANDING and not Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35


def keeps_key(widget: QObject, event: QKeyEvent) -> bool:
    """Whether a key that steps through frames belongs to the control that has the keyboard."""
    key = Qt.Key(event.key())
    if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and isinstance(widget, QAbstractItemView):
        return True
    return key in MOVES and isinstance(widget, QAbstractSlider | QAbstractSpinBox | QComboBox | QMenuBar)


def wants_key(widget: QObject, event: QKeyEvent) -> bool:
    """Whether a key belongs to the control that has the keyboard, and runs no action."""
    return keeps_key(widget, event) or (isinstance(widget, TYPING) and is_typed(event))


class ActionSet(QObject):
    """The window's QActions by id; `enable` switches them by the facts that hold."""

    keys_changed = Signal()

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._groups: dict[str, QActionGroup] = {}
        self._facts: frozenset[str] = frozenset()
        self._tips = {row.id: tr(row.tip) for row in ACTIONS}
        self._actions = {row.id: self._make(row, window) for row in ACTIONS}
        self.set_keys(ready_made())
        QApplication.instance().focusChanged.connect(self._watch_control)
        QApplication.instance().applicationStateChanged.connect(self._set_state)

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def _make(self, row: Action, window: QMainWindow) -> QAction:
        action = QAction(tr(row.text), window)
        action.setObjectName(row.id)
        action.setStatusTip(tr(row.tip))
        action.setCheckable(row.checkable)
        if row.hold:
            action.toggled.connect(self._watch_release)
        action.setAutoRepeat(not row.hold and row.id not in ("accept", "accept_empty", "exclude", "later"))
        if row.icon:
            action.setIcon(icon(row.icon))
        if row.group:
            group = self._groups.setdefault(row.group, QActionGroup(window))
            group.addAction(action)
        window.addAction(action)
        return action

    def set_keys(self, keys: Keys) -> None:
        """Let actions run by these keys; tooltips and everything else that names a key follow."""
        put_in_force(keys)
        self.keys = dict(keys)
        for action_id, action in self._actions.items():
            action.setShortcuts([QKeySequence(key) for key in keys[action_id]])
            self._show_tip(action_id)
        self._held = [(QKeySequence(key)[0].key(), row.id) for row in ACTIONS if row.hold for key in keys[row.id]]
        self.keys_changed.emit()

    def with_keys(self, show: Callable[[], object]) -> None:
        """Call `show`, which names keys, now and whenever the keys change."""
        self.keys_changed.connect(show)
        show()

    def _show_tip(self, action_id: str) -> None:
        key, tip = shown(action_id), self._tips[action_id]
        self._actions[action_id].setToolTip(f"{tip}  [{key}]" if key else tip)

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
        self._facts = frozenset(facts)
        for row in ACTIONS:
            self._actions[row.id].setEnabled(set(row.needs.split()) <= self._facts)

    def missing(self, row: Action) -> list[str]:
        """The facts that an action waits for."""
        return [fact for fact in row.needs.split() if fact not in self._facts]

    def rename(self, action_id: str, text: str, visible: bool = True) -> None:
        """Give an action another text (window presets of the open picture)."""
        action = self._actions[action_id]
        action.setText(text.replace("&", "&&"))
        self._tips[action_id] = text
        self._show_tip(action_id)
        action.setVisible(visible)

    def reword(self, action_id: str, text: str) -> None:
        """Let an action say what it would do now ("Undo lasso"); the first letter opens it in its menu."""
        action = self._actions[action_id]
        if action.text() != f"&{text}":
            action.setText(f"&{text}")
            self._tips[action_id] = text
            self._show_tip(action_id)

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
        menus = {name: window.menuBar().addMenu(tr(name)) for name in MENUS}
        for menu in menus.values():
            menu.setToolTipsVisible(True)
        presets = QMenu(tr(WINDOWS), menus[VIEW])
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

    def _watch_control(self, _before: QWidget | None, now: QWidget | None) -> None:
        """A filter on every widget would cost each event of a stroke: only controls that want keys are watched."""
        if isinstance(now, CONTROLS):
            now.installEventFilter(self)

    def _watch_release(self, held: bool) -> None:
        if held:
            QApplication.instance().installEventFilter(self)

    def _set_state(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive:
            self.release_all()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Switch held actions off when their key is released; keys that a control wants run nothing."""
        kind = event.type()
        if kind == QEvent.Type.KeyRelease:
            self._released(event)
        elif kind == QEvent.Type.ShortcutOverride and wants_key(watched, event):
            event.accept()
            return True
        return False

    def _released(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat() and not isinstance(QApplication.focusWidget(), TYPING):
            for key, action_id in self._held:
                if key == event.key():
                    self._actions[action_id].setChecked(False)
        if not any(self._actions[action_id].isChecked() for _key, action_id in self._held):
            QApplication.instance().removeEventFilter(self)

    def release_all(self) -> None:
        """Let go of every held key."""
        for _key, action_id in self._held:
            self._actions[action_id].setChecked(False)

    def close(self) -> None:
        """Stop watching the application's keys."""
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
            application.focusChanged.disconnect(self._watch_control)
            application.applicationStateChanged.disconnect(self._set_state)
