"""One page: before and after of every held-out film, worst first, and what the reader decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from unet_studio.core.model_version import ModelVersion
from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.learn_pictures import AFTER, BEFORE, TRUTH, Film, strip
from unet_studio.gui.names import said
from unet_studio.gui.texts import tr, tr_n

THUMB = 72  # logical px of a side
USE, OVERRIDE, KEEP, LOOK = "use", "override", "keep", "look"  # what may be decided


class DecisionPage(Frame):
    """Shows how two versions do on the same films. Films come one at a time by `add`, and `end` says that all did."""

    decided = Signal(str, str)  # USE or KEEP, and the reason, "" where none was asked for

    def __init__(self, parent: QWidget, one: ModelVersion, other: ModelVersion, choice: str) -> None:
        """one: before; other: after. choice: USE (it passed), OVERRIDE (it did not) or LOOK (nothing to decide)."""
        super().__init__(parent, tr("{other} against {one}", other=other.id, one=one.id))
        self._one, self._other, self._choice = one, other, choice
        self._films: list[Any] = []
        self.verdict = QLabel(_verdict(one, other), objectName="decision_verdict", wordWrap=True)
        self.summary = QLabel(tr("Comparing…"), objectName="quiet", wordWrap=True)
        self.list = self._list()
        self.before, self.after = Film("film_before", BEFORE), Film("film_after", AFTER)
        self.words = {name: QLabel(objectName=f"words_{name}") for name in ("before", "after")}
        self.legend = QLabel(_legend(hidden=False), objectName="quiet")
        self._lay_out()
        self._offer()
        size = parent.size()
        self.resize(min(1280, size.width() - 40), min(720, size.height() - 40))
        self.list.setFocus()

    def _list(self) -> QListWidget:
        films = QListWidget(objectName="films")
        films.setAccessibleName(tr("Held-out films, worst first"))
        films.setIconSize(QSize(2 * THUMB + 4, THUMB))
        films.setUniformItemSizes(True)
        films.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        films.setMinimumWidth(2 * THUMB + 140)
        films.currentRowChanged.connect(self._show)
        return films

    def _lay_out(self) -> None:
        self.body.addWidget(self.verdict)
        self.body.addWidget(self.summary)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        titles = (
            (tr("Before: {model}", model=self._one.id), BEFORE),
            (tr("After: {model}", model=self._other.id), AFTER),
        )
        for column, ((title, colour), film, words) in enumerate(
            zip(titles, (self.before, self.after), self.words.values(), strict=True)
        ):
            head = QLabel(f"<span style='color: rgb{colour}'>━</span> <b>{title}</b>")
            grid.addWidget(head, 0, column)
            grid.addWidget(film, 1, column)
            grid.addWidget(words, 2, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)
        right = QVBoxLayout()
        right.addLayout(grid, 1)
        right.addWidget(self.legend)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self.list)
        row.addLayout(right, 1)
        self.body.addLayout(row, 1)

    def _offer(self) -> None:
        role = self.buttons.ButtonRole
        if self._choice == LOOK:
            self.offer("", tr("Close"))
            return
        keep = QPushButton(tr("Keep {model}", model=self._one.id), objectName="keep_version")
        keep.clicked.connect(lambda: self._decide(KEEP))
        if self._choice == USE:
            use = QPushButton(tr("Use {model}", model=self._other.id), objectName="use_version")
            use.clicked.connect(lambda: self._decide(USE))
            use.setDefault(True)
        else:
            use = QPushButton(tr("Use it all the same…"), objectName="use_version")
            use.clicked.connect(lambda: ask_why(self, self._other.id, lambda why: self._decide(USE, why)))
            keep.setDefault(True)
        self.buttons.addButton(use, role.ActionRole)
        self.buttons.addButton(keep, role.ActionRole)
        self.offer("", tr("Decide later"))

    def _decide(self, what: str, why: str = "") -> None:
        self.accept()
        self.decided.emit(what, why)

    # films

    def add(self, film: Any) -> None:
        """Show one more of `workflow.comparing`'s films, below those that came before it."""
        self._films.append(film)
        item = QListWidgetItem(_line(film))
        item.setToolTip(said(film.name))
        ratio = self.devicePixelRatioF()
        thumb = strip(film.picture, film.truth, film.one, film.other, THUMB, ratio)
        icon = QIcon(QPixmap.fromImage(thumb))
        icon.addPixmap(QPixmap.fromImage(thumb), QIcon.Mode.Selected)  # a chosen film is not tinted
        item.setIcon(icon)
        self.list.addItem(item)
        if self.list.currentRow() < 0:
            self.list.setCurrentRow(0)
        self.summary.setText(tr("Comparing… {summary}", summary=_summary(self._films)))

    def end(self) -> None:
        """All films are there."""
        if not self._films:
            self.summary.setText(tr("No held-out film is left to compare these two on."))
            return
        parts = [_summary(self._films)]
        seen = sum(film.learned[1] for film in self._films)
        if seen:
            parts.append(
                tr_n(
                    "{model} was judged before it had learned from %n of these films; here it knows it.",
                    "{model} was judged before it had learned from %n of these films; here it knows them.",
                    seen,
                    model=self._other.id,
                )
            )
        self.summary.setText(" ".join(parts))

    def fail(self, line: str) -> None:
        """Say why the films cannot be compared."""
        self.summary.setText(line)
        self.summary.setProperty("kind", "bad")
        self.summary.style().polish(self.summary)

    def films(self) -> list[Any]:
        """What has come, in its order."""
        return self._films

    def _show(self, row: int) -> None:
        if not 0 <= row < len(self._films):
            return
        film = self._films[row]
        self.before.show_film(film.picture, film.truth, film.one)
        self.after.show_film(film.picture, film.truth, film.other)
        self.words["before"].setText(_numbers(film, 0))
        self.words["after"].setText(_numbers(film, 1))
        self.legend.setText(_legend(film.hidden))


def _verdict(one: ModelVersion, other: ModelVersion) -> str:
    if other.compared_with != one.id or not other.reason:
        return tr("{other} and {one} on the same held-out films.", other=other.id, one=one.id)
    return said(other.reason)


def _legend(hidden: bool) -> str:
    if hidden:
        return tr("The mask is another reader's; it is hidden until you have accepted your own.")
    return f"<span style='color: rgb{TRUTH}'>━</span> " + tr("your mask; tinted: what would have to be corrected")


def _line(film: Any) -> str:
    if film.hidden:
        return "\n".join((said(film.name), tr("another reader's, hidden")))
    before, after = film.dice
    gain = after - before
    sign = "▲" if gain > 0.0005 else "▼" if gain < -0.0005 else "＝"
    lines = [said(film.name), f"{before:.3f} → {after:.3f}", f"{sign} {gain:+.3f}"]
    if not film.changed:
        lines.append(tr("accepted unchanged"))
    return "\n".join(lines)


def _numbers(film: Any, which: int) -> str:
    if film.hidden:
        return ""
    return tr(
        "Dice {dice:.3f} · HD95 {hd95:.1f} px · {pixels} px to change",
        dice=film.dice[which],
        hd95=film.hd95[which],
        pixels=_grouped(film.pixels_to_change[which]),
    )


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


def _summary(films: list[Any]) -> str:
    """Means over the films that this reader may see, and how many are hidden."""
    seen = [film for film in films if not film.hidden]
    parts = [_means(seen)] if seen else []
    if len(seen) < len(films):
        parts.append(
            tr_n(
                "%n film is hidden until you have accepted your own mask of it.",
                "%n films are hidden until you have accepted your own masks of them.",
                len(films) - len(seen),
            )
        )
    return " ".join(parts)


def _means(films: list[Any]) -> str:
    count = len(films)
    one, other = (sum(film.dice[which] for film in films) / count for which in (0, 1))
    before, after = (sum(film.pixels_to_change[which] for film in films) for which in (0, 1))
    return tr_n(
        "%n film: mean Dice {dice}, pixels to change {pixels}.",
        "%n films: mean Dice {dice}, pixels to change {pixels}.",
        count,
        dice=f"{one:.3f} → {other:.3f}",
        pixels=f"{_grouped(before)} → {_grouped(after)}",
    )


def ask_why(parent: QWidget, model_id: str, on_reason: Callable[[str], object]) -> Frame:
    """Ask why a version that was not found better is used all the same; the reason is kept with it."""
    text = tr(
        "{model} was not found better on the held-out films. Why is it used all the same? "
        "The reason is kept with the version.",
        model=model_id,
    )
    dialog = Frame(parent, tr("Use it all the same"), text)
    edit = QLineEdit(objectName="override_reason", maxLength=300)
    edit.setAccessibleName(tr("Reason"))
    dialog.body.addWidget(edit)
    words = tr("Use {model}", model=model_id)
    dialog.offer(words)
    use = next(one for one in dialog.buttons.buttons() if one.text() == words)
    use.setObjectName("override_use")
    use.setEnabled(False)
    edit.textChanged.connect(lambda text: use.setEnabled(bool(text.strip())))
    dialog.accepted.connect(lambda: on_reason(" ".join(edit.text().split())))
    dialog.resize(460, 0)
    dialog.open()
    edit.setFocus()
    return dialog
