"""Asks which pictures of a folder belong to one patient or video, and shows what each answer would make of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QButtonGroup, QLabel, QRadioButton, QWidget

from unet_studio.core.grouping import ALONE, FIRST_NUMBER, LAST_NUMBER, PART, RULES, WHOLE, Rule, groups, useful
from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.texts import mark, tr, tr_n

WORDS = {
    ALONE: mark("Each picture stands alone"),
    WHOLE: mark("The whole folder is of one patient or video"),
    LAST_NUMBER: mark("Names that are the same before the last number"),
    FIRST_NUMBER: mark("Names that are the same up to the first number"),
    PART: mark("Names with the same part {number}"),
}
HEADING = mark(
    "Some pictures in the folder “{folder}” name no patient. Which of them are of one patient or video? "
    "Those learn together or compare models together, never both."
)
NEVER = mark("A picture's side never changes once a correction of it was accepted.")
EXAMPLES, MEMBERS = 3, 3


def preview(rule: Rule, names: Sequence[str]) -> str:
    """The first few groups that a rule makes of a folder."""
    found = groups(rule, sorted(names))
    lines = []
    for members in list(found.values())[:EXAMPLES]:
        more = tr(" and {count} more", count=len(members) - MEMBERS) if len(members) > MEMBERS else ""
        lines.append(", ".join(members[:MEMBERS]) + more)
    return "\n".join(lines + ["…"] * (len(found) > EXAMPLES))


class FolderDialog(Frame):
    """One radio button for each answer that makes a difference, the guess or the answer kept being chosen."""

    def __init__(
        self,
        parent: QWidget,
        folder: str,
        names: Sequence[str],
        chosen: Rule,
        accepted: int,
        on_rule: Callable[[Rule], object],
    ) -> None:
        super().__init__(parent, tr("Pictures of one patient"), tr(HEADING, folder=folder))
        self._names = names
        self.choices = QButtonGroup(self)
        self.rules = [rule for rule in RULES if rule.how in (ALONE, WHOLE) or useful(rule, names) or rule == chosen]
        for place, rule in enumerate(self.rules):
            words = tr(WORDS[rule.how], number=rule.part) if rule.part else tr(WORDS[rule.how])
            count = tr_n("%n group", "%n groups", len(groups(rule, names)))
            button = QRadioButton(f"{words}  ({count})")
            button.setObjectName(f"rule_{rule.how.replace(' ', '_')}{rule.part or ''}")
            button.setChecked(rule == chosen)
            self.choices.addButton(button, place)
            self.body.addWidget(button)
        self.shown = QLabel(objectName="quiet")
        self.shown.setWordWrap(True)
        self.shown.setMinimumHeight(self.fontMetrics().lineSpacing() * (EXAMPLES + 1))
        self.body.addWidget(QLabel(tr("Pictures that then belong together, a line each:")))
        self.body.addWidget(self.shown)
        already = tr_n("%n of these is accepted already.", "%n of these are accepted already.", accepted)
        note = QLabel(f"{tr(NEVER)} {already}" if accepted else tr(NEVER))
        note.setWordWrap(True)
        self.body.addWidget(note)
        self.offer(tr("Use this answer"))
        self.choices.idToggled.connect(lambda _place, _on: self._show())
        self.accepted.connect(lambda: on_rule(self.rule()))
        self._show()
        self.resize(560, 0)

    def rule(self) -> Rule:
        """The answer that is chosen."""
        return self.rules[max(0, self.choices.checkedId())]

    def _show(self) -> None:
        self.shown.setText(preview(self.rule(), self._names))
