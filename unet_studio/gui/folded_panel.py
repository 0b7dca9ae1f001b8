"""Below the worklist: one line for each opened folder about its files that are no pictures; it unfolds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from unet_studio.core.survey import DAMAGED, OPENS
from unet_studio.gui import theme
from unet_studio.gui.names import in_clear
from unet_studio.gui.texts import tr, tr_n

FOLDER_ROLE, PATH_ROLE = Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2
LINES, UNFOLDED = 3, 9  # folders whose lines are seen at once, and rows once one is unfolded
MOST = 5000  # files shown under one line


def line_words(line: Any) -> str:
    """What is said of one folder."""
    twins = tr_n("%n twin of a picture", "%n twins of pictures", line.twins)
    others = tr(
        "{others}: {plain}, {reports}, {damaged} damaged",
        others=tr_n("%n other file", "%n other files", line.others),
        plain=tr_n("%n not a picture", "%n not pictures", line.not_pictures),
        reports=tr_n("%n report", "%n reports", line.reports),
        damaged=line.damaged,
    )
    told = ((others, line.others), (twins, line.twins), (missing_words(line.missing), line.missing))
    return "; ".join(words for words, number in told if number)


def missing_words(number: int) -> str:
    """What is said of files that only a disc's index knows."""
    return tr_n("%n named in DICOMDIR is missing", "%n named in DICOMDIR are missing", number)


class FoldedPanel(QTreeWidget):
    """Files are read when a line is unfolded; a double click on a picture among them wants it on the worklist."""

    wanted = Signal(str)

    def __init__(self, files_of: Callable[[str], Sequence[Any]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("folded_files")
        self.setAccessibleName(tr("Other files of the opened folders"))
        self.setHeaderHidden(True)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._files_of = files_of
        self._shown: list[Any] = []
        self.itemExpanded.connect(self._unfold)
        self.itemCollapsed.connect(lambda _item: self._fit())
        self.itemActivated.connect(self._activated)
        self.setVisible(False)

    def show_lines(self, lines: Sequence[Any]) -> None:
        """Show these folders' lines; what is unfolded stays so where nothing changed."""
        if list(lines) == self._shown:
            return
        self._shown = list(lines)
        self.clear()
        for line in lines:
            item = QTreeWidgetItem(self, [line_words(line)])
            item.setData(0, FOLDER_ROLE, line.folder)
            item.setToolTip(0, f"{line.folder}\n{line_words(line)}" if in_clear() else line_words(line))
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        self.setVisible(bool(lines))
        self._fit()

    def show_names(self) -> None:
        """Name the files, or not, as it is wanted now."""
        lines, self._shown = self._shown, []
        self.show_lines(lines)

    def _unfold(self, item: QTreeWidgetItem) -> None:
        if not item.childCount():
            files = self._files_of(item.data(0, FOLDER_ROLE))
            item.addChildren([self._child(one) for one in files[:MOST]])
            if len(files) > MOST:
                item.addChild(QTreeWidgetItem([tr_n("%n more", "%n more", len(files) - MOST)]))
        self._fit()

    def _activated(self, item: QTreeWidgetItem) -> None:
        path = item.data(0, PATH_ROLE)
        if path:
            self.wanted.emit(path)

    def _fit(self) -> None:
        lines = [self.topLevelItem(row) for row in range(self.topLevelItemCount())]
        heights = [self._height_of(line.text(0), self.indentation()) for line in lines]
        for line, tall in zip(lines, heights, strict=True):
            line.setSizeHint(0, QSize(0, tall))
        height = sum(heights[:LINES])
        if any(line.isExpanded() for line in lines):
            height = max(height, UNFOLDED * (self.fontMetrics().height() + 4))
        self.setFixedHeight(height + 2 * self.frameWidth() + 2)

    def _child(self, one: Any) -> QTreeWidgetItem:
        name = one.path.replace("\\", "/").rsplit("/", 1)[-1]
        words = one.reason if in_clear() else one.reason.replace(name, tr("A file"), 1)
        item = QTreeWidgetItem([words])
        item.setData(0, PATH_ROLE, one.path if one.kind in OPENS else "")
        item.setToolTip(0, f"{one.path}\n{words}" if in_clear() else words)
        item.setSizeHint(0, QSize(0, self._height_of(words, 2 * self.indentation())))
        if one.kind == DAMAGED:
            item.setForeground(0, QColor(theme.BAD))
        return item

    def _height_of(self, words: str, indent: int) -> int:
        """px that a wrapped line takes."""
        room = QRect(0, 0, max(60, self.width() - indent - 24), 1000)
        return self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, words).height() + 6

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the lines anew."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()
