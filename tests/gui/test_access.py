"""The keyboard and the screen reader: focus is seen, controls have names, Tab goes its way; large text fits."""

import itertools
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QPushButton, QToolBar, QWidget

from unet_studio.gui.dialogs.span import SpanDialog

DIALOGS = (
    "preferences", "export", "versions", "shortcuts", "change_keys", "about", "exclude", "reader", "palette",
    "learn_with",
)  # fmt: skip


def on_tab(root: QWidget) -> list[QWidget]:
    """What Tab reaches, in its order."""
    found, widget = [], root.nextInFocusChain()
    while widget is not root:
        able = widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if able and widget.window() is root and widget.focusProxy() is None:
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


def unseen(root: QWidget) -> list[str]:
    """What takes the keyboard without showing it."""
    found = []
    for widget in on_tab(root):
        if root.focusWidget() is not None:
            root.focusWidget().clearFocus()
        QApplication.processEvents()
        before = root.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        if root.grab().toImage() == before:
            found.append(f"{type(widget).__name__} {widget.objectName()}")
    return found


def nameless(root: QWidget) -> list[str]:
    """Controls that a screen reader could not name."""
    controls = {*on_tab(root), *(one for one in root.findChildren(QAbstractButton) if one.isVisible())}
    return [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in controls
        if not widget.objectName().startswith("qt_")
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    ]


def cut_off(root: QWidget) -> list[str]:
    """Texts that do not fit into their place, or whose place is not wholly in the window."""
    found = []
    for kind in (QPushButton, QLabel, QComboBox):
        for widget in root.findChildren(kind):
            elided = widget.objectName() == "message" or (kind is QLabel and widget.wordWrap())
            if not widget.isVisible() or widget.visibleRegion().isEmpty():
                continue
            left, right = widget.mapTo(root, QPoint(0, 0)).x(), widget.mapTo(root, QPoint(widget.width(), 0)).x()
            narrow = widget.width() < widget.minimumSizeHint().width() and not elided
            if narrow or left < 0 or right > root.width():
                found.append(f"{kind.__name__} {widget.objectName()} {getattr(widget, 'text', str)()!r}")
    return found


def each_dialog(window, qtbot):
    frames = window.worklist.panel.model.cases()
    openings = {name: window.actions_set[name].trigger for name in DIALOGS}
    for name, show in {**openings, "span": lambda: SpanDialog(window, frames, None, frames.index).open()}.items():
        show()
        dialog = QApplication.activeModalWidget()
        QApplication.processEvents()
        yield name, dialog
        dialog.reject()
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)


def test_the_keyboard_is_seen_where_it_is_and_controls_have_names(studio, qtbot):
    window = studio()
    window.resize(1366, 768)
    assert nameless(window) == []
    assert unseen(window) == []
    for name, dialog in each_dialog(window, qtbot):
        assert nameless(dialog) == [], name
        assert unseen(dialog) == [], name


def test_tab_goes_through_the_panels_from_left_to_right_and_down(studio):
    window = studio()
    window.resize(1366, 768)
    QApplication.processEvents()
    columns = (window.worklist.panel, window.pages, window.segment, window.learn_panel)
    stops = [widget for widget in on_tab(window) if any(column.isAncestorOf(widget) for column in columns)]
    start = stops.index(window.worklist.panel.filter)
    stops = stops[start:] + stops[:start]
    order = [next(place for place, one in enumerate(columns) if one.isAncestorOf(widget)) for widget in stops]
    assert order == sorted(order)
    assert set(order) == {0, 1, 2, 3}
    heights = [w.mapTo(window, QPoint(0, 0)).y() for w in stops if window.segment.isAncestorOf(w)]
    assert all(later >= earlier - 4 for earlier, later in itertools.pairwise(heights))
    window.worklist.panel.filter.setFocus()
    QTest.keyClick(window.worklist.panel.filter, Qt.Key.Key_Tab)
    assert window.focusWidget() is stops[1]


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_nothing_is_cut_off_at_1366_by_768(studio, qtbot, percent):
    window = studio()
    window.desk.prefer(replace(window.desk.preferences, text_percent=percent))
    try:
        window.resize(1366, 768)
        for action in ("threshold_brush", "polygon"):
            window.actions_set[action].trigger()
            QTest.qWait(100)
            assert (window.width(), window.height()) == (1366, 768)
            assert cut_off(window) == []
        bar = window.findChild(QToolBar, "tool_bar").findChild(object, "qt_toolbar_ext_button")
        assert bar is None or not bar.isVisible()
        for name, dialog in each_dialog(window, qtbot):
            assert dialog.width() <= 1366, name
            assert dialog.height() <= 768, name
            assert cut_off(dialog) == [], name
    finally:
        window.desk.prefer(replace(window.desk.preferences, text_percent=100))
