"""How one row of the worklist is painted: thumbnail, name, and status as icon and words."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from unet_studio.core.case import Case, Status
from unet_studio.gui import theme
from unet_studio.gui.names import name_of
from unet_studio.gui.texts import tr
from unet_studio.gui.worklist_model import CASE_ROLE, DONE, effort_words, status_line

EDGE, SIDE = 6, 52  # px around and of a thumbnail
STATUS_COLOUR = {Status.UNREADABLE: theme.BAD, Status.NEW: theme.QUIET, Status.EXCLUDED: theme.QUIET}


class WorklistRow(QStyledItemDelegate):
    """Paints rows of one height; the open picture has a bar at its left."""

    open_case = -1
    with_effort = False  # say how much is expected to be corrected
    carried: frozenset[int] = frozenset()  # cases to which a mask was carried that waits for the reader's word

    def sizeHint(self, option: QStyleOptionViewItem, index) -> QSize:
        """One height for all rows; it follows the text size."""
        return QSize(160, max(SIDE, option.fontMetrics.height() * 3 + 6) + 2 * EDGE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index) -> None:
        """Paint one row."""
        case: Case = index.data(CASE_ROLE)
        painter.save()
        self._ground(painter, option, case)
        side = option.rect.height() - 2 * EDGE
        box = QRect(option.rect.left() + EDGE + 2, option.rect.top() + EDGE, side, side)
        self._picture(painter, box, index.data(Qt.ItemDataRole.DecorationRole), case)
        text = option.rect.adjusted(side + 3 * EDGE, EDGE, -EDGE, -EDGE)
        self._text(painter, option, text, case)
        painter.restore()

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, case: Case) -> None:
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(theme.CHOSEN))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, QColor(theme.RAISED))
        if case.id == self.open_case:
            painter.fillRect(QRect(option.rect.topLeft(), QSize(4, option.rect.height())), QColor(theme.ACCENT))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.ACCENT), 1))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))

    def _picture(self, painter: QPainter, box: QRect, pixmap, case: Case) -> None:
        painter.fillRect(box, QColor("#000000"))
        if pixmap is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            size = pixmap.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(box.topLeft(), size)
            target.moveCenter(box.center())
            painter.drawPixmap(target, pixmap)
        elif case.status is Status.UNREADABLE:
            theme.icon("status_unreadable").paint(painter, box.adjusted(14, 14, -14, -14))

    def _text(self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, case: Case) -> None:
        line = option.fontMetrics.height()
        name = QRect(box.left(), box.top(), box.width(), line)
        painter.setPen(QColor(theme.TEXT))
        font = QFont(option.font)
        font.setBold(case.id == self.open_case)
        painter.setFont(font)
        short = painter.fontMetrics().elidedText(name_of(case), Qt.TextElideMode.ElideMiddle, box.width())
        painter.drawText(name, Qt.AlignmentFlag.AlignLeft, short)
        painter.setFont(option.font)
        painter.setPen(QColor(STATUS_COLOUR.get(case.status, theme.TEXT)))
        below = box.adjusted(0, line + 3, 0, 0)
        if case.status is Status.UNREADABLE:
            reason = status_line(case).removeprefix(name_of(case)).lstrip(" :")
            short = painter.fontMetrics().elidedText(reason, Qt.TextElideMode.ElideRight, round(below.width() * 1.8))
            painter.drawText(below, Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop, short)
            return
        mark = QRect(below.left(), below.top(), line, line)
        theme.icon(f"status_{case.status.value}").paint(painter, mark)
        words = below.adjusted(line + 5, 0, 0, 0)
        painter.drawText(words, Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop, self._words(case))

    def _words(self, case: Case) -> str:
        more = ""
        if case.id in self.carried:
            more = tr("Carried mask waits")
        elif self.with_effort and case.status not in DONE:
            more = effort_words(case)
        return "\n".join(part for part in (status_line(case), more) if part)
