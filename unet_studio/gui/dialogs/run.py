"""How the next run learns: time, what it starts from, whose Corrections, what becomes of its result, the device."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from unet_studio.core.model_version import Mode
from unet_studio.gui.controls import choices
from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.preferences import Preferences
from unet_studio.gui.texts import mark, tr, tr_n

TIMES = (
    (120, mark("2 minutes")),
    (300, mark("5 minutes")),
    (1800, mark("30 minutes")),
    (28800, mark("overnight (8 h)")),
)
STARTS = (
    (
        "active",
        mark("The active version"),
        mark("Goes on from what it has learned already. This is the usual choice, and the quickest."),
    ),
    (
        "bundled",
        mark("The version that came with the program"),
        mark("Forgets what was learned here and learns it anew; for a version that has gone astray."),
    ),
    (
        "scratch",
        mark("From scratch"),
        mark("Knows nothing at first: needs hundreds of corrections and a night."),
    ),
)
MODES = (
    (Mode.ASK.value, mark("Ask me"), mark("You see before and after of every held-out film, and decide.")),
    (
        Mode.AUTOMATIC.value,
        mark("Automatic"),
        mark("A version that is clearly better proposes from the next picture on; a notice says so."),
    ),
    (
        Mode.FROZEN.value,
        mark("Frozen"),
        mark("For a reader study: nothing is learned, and the version that proposes never changes."),
    ),
)


@dataclass(frozen=True)
class RunChoice:
    """How a run learns. readers: names, None for all of them; device: "auto", "cpu", "cuda" or "mps"."""

    seconds: float = 300.0
    begin_from: str = "active"
    readers: tuple[str, ...] | None = None
    device: str = "auto"
    mode: Mode = Mode.ASK  # of the Target

    def kept(self, preferences: Preferences) -> Preferences:
        """The preferences that remember this choice; the mode is the Workspace's to remember."""
        readers = json.dumps(self.readers, ensure_ascii=False) if self.readers else ""
        return replace(
            preferences,
            learn_seconds=int(self.seconds),
            learn_from=self.begin_from,
            learn_readers=readers,
            learn_device=self.device,
        )


def remembered(preferences: Preferences, mode: Mode = Mode.ASK) -> RunChoice:
    """The choice that the preferences remember; what no program of this version knows becomes the usual."""
    begin_from = preferences.learn_from if preferences.learn_from in [name for name, *_ in STARTS] else "active"
    device = preferences.learn_device if preferences.learn_device in ("auto", "cpu") else "auto"
    try:
        names = json.loads(preferences.learn_readers or "[]")
        readers = tuple(str(name) for name in names) or None
    except (ValueError, TypeError):
        readers = None
    return RunChoice(float(preferences.learn_seconds), begin_from, readers, device, mode)


class RunDialog(Frame):
    """Asks how to learn; `on_learn` begins, `on_keep` only remembers."""

    def __init__(
        self,
        parent: QWidget,
        heading: str,
        choice: RunChoice,
        readers: Mapping[str, Mapping[str, int]],
        device: str,
        on_learn: Callable[[RunChoice], object],
        on_keep: Callable[[RunChoice], object],
    ) -> None:
        """readers: how many Corrections each has to learn from, by the start; device: the one that works best."""
        super().__init__(parent, tr("Learn"), heading)
        self._choice, self._readers = choice, readers
        self.time = choices("run_time", _times(choice.seconds), choice.seconds)
        self.time.setAccessibleName(tr("Learn for at most"))
        best = tr("The best that works: {device}", device=device) if device else tr("The best that works")
        self.device = choices("run_device", [("auto", best), ("cpu", tr("The processor (CPU)"))], choice.device)
        self.device.setAccessibleName(tr("Device"))
        self.begin_from, starts = _radios(tr("Start from"), "start", STARTS, choice.begin_from)
        self.mode, modes = _radios(tr("When the result is better"), "mode", MODES, choice.mode.value)
        names = sorted(set().union(*readers.values()))
        self.checks = {name: _check(name, choice.readers) for name in names}
        columns = QHBoxLayout()
        columns.setSpacing(28)
        for column in (starts, modes):
            columns.addLayout(column, 1)
        self.body.addLayout(self._form())
        self.body.addLayout(columns)
        self._offer(on_learn, on_keep)
        self.begin_from.buttonToggled.connect(self._enable)
        self.resize(min(820, parent.width() - 40), 0)

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.addRow(tr("Learn for at most"), self.time)
        form.addRow(tr("Device"), self.device)
        if len(self.checks) > 1:
            row = QHBoxLayout()
            row.setSpacing(16)
            for check in self.checks.values():
                row.addWidget(check)
                check.toggled.connect(self._enable)
            row.addStretch(1)
            form.addRow(tr("Readers to learn from"), row)
        return form

    def _offer(self, on_learn: Callable[[RunChoice], object], on_keep: Callable[[RunChoice], object]) -> None:
        keep = QPushButton(tr("Only remember this"), objectName="run_keep")
        keep.setAutoDefault(False)
        keep.clicked.connect(lambda: (self.reject(), on_keep(self.choice())))
        self.buttons.addButton(keep, self.buttons.ButtonRole.ResetRole)
        self.offer(tr("Learn now"))
        self._learn = next(one for one in self.buttons.buttons() if one.text() == tr("Learn now"))
        self._learn.setObjectName("run_learn")
        self.accepted.connect(lambda: on_learn(self.choice()))
        self._enable()

    def _enable(self) -> None:
        now = self.choice()
        counts = self._readers.get(now.begin_from, {})
        for name, check in self.checks.items():
            words = tr_n("{name} (%n correction)", "{name} (%n corrections)", counts.get(name, 0), name=name)
            check.setText(words)
        able = any(count for name, count in counts.items() if now.readers is None or name in now.readers)
        self._learn.setEnabled(able)
        self._learn.setToolTip("" if able else tr("No correction waits to be learned from"))

    def choice(self) -> RunChoice:
        """What is chosen now."""
        return RunChoice(
            float(self.time.currentData()),
            str(self.begin_from.checkedButton().property("value")),
            self._chosen_readers(),
            str(self.device.currentData()),
            Mode(self.mode.checkedButton().property("value")),
        )

    def _chosen_readers(self) -> tuple[str, ...] | None:
        if len(self.checks) < 2:
            return None
        chosen = tuple(name for name, check in self.checks.items() if check.isChecked())
        return None if len(chosen) == len(self.checks) else chosen


def _times(now: float) -> list[tuple[float, str]]:
    rows = [(float(seconds), tr(words)) for seconds, words in TIMES]
    if now not in [seconds for seconds, _ in rows]:
        rows.append((now, tr_n("%n second", "%n seconds", round(now))))
    return sorted(rows)


def _check(name: str, chosen: Sequence[str] | None) -> QCheckBox:
    check = QCheckBox(objectName=f"run_reader_{name}")
    check.setChecked(chosen is None or name in chosen)
    return check


def _radios(title: str, name: str, rows: Sequence[tuple[str, str, str]], now: str) -> tuple[QButtonGroup, QVBoxLayout]:
    """Choices of which one holds, each with a sentence below it."""
    column, group = QVBoxLayout(), QButtonGroup()
    column.setSpacing(4)
    column.addWidget(QLabel(title, objectName="title"))
    for value, words, sentence in rows:
        button = QRadioButton(tr(words), objectName=f"{name}_{value}")
        button.setProperty("value", value)
        button.setChecked(value == now)
        button.setAccessibleDescription(tr(sentence))
        group.addButton(button)
        line = QLabel(tr(sentence), objectName="quiet")
        line.setWordWrap(True)
        line.setIndent(24)
        column.addWidget(button)
        column.addWidget(line)
    column.addStretch(1)
    return group, column
