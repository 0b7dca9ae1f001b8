"""Ties the learn panel to the Workspace: queue, choices, the run under way and how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from unet_studio.core.changes import Changes
from unet_studio.core.model_version import Mode
from unet_studio.core.target import TARGETS
from unet_studio.gui import learn_facts
from unet_studio.gui.dialogs.run import RunChoice, RunDialog, remembered
from unet_studio.gui.jobs import Jobs, Token
from unet_studio.gui.learn_facts import Known
from unet_studio.gui.learn_panel import LearnPanel, not_learned
from unet_studio.gui.preferences import Preferences
from unet_studio.gui.reading import Opened, Reading
from unet_studio.gui.teaching import Teaching
from unet_studio.gui.texts import mark, tr, tr_n

AGAIN = mark("Learning was interrupted; it starts again")


class LearnLink(QObject):
    """Keeps the learn panel true, and begins runs."""

    changed = Signal(object)  # Changes
    refreshed = Signal()
    chosen = Signal(object)  # the Preferences that remember the choices of a run

    def __init__(self, reading: Reading, teaching: Teaching, panel: LearnPanel, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._reading, self._teaching, self._panel, self._jobs = reading, teaching, panel, jobs
        self.known = Known()
        self.preferences = Preferences()
        self.device = ""  # that computes best here, "" before it was tried
        self.read_once = False  # False until `known` says what is in the Workspace
        self._last = ""  # Target of the case that was open last
        reading.opened.connect(self._opened)
        teaching.began.connect(lambda _target: panel.begin())
        teaching.progressed.connect(panel.show_progress)
        teaching.ended.connect(self._ended)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the actions of this part do."""
        return {"learn": self.learn, "learn_with": self.ask, "cancel_learning": self._teaching.cancel}

    def prefer(self, preferences: Preferences) -> None:
        """Follow the remembered choices."""
        self.preferences = preferences

    def target(self) -> str:
        """The Target that the panel speaks of: the case's that is or was open, else the one with the longest queue."""
        if self._last:
            return self._last
        waiting = self.known.waiting
        return waiting.most_common(1)[0][0] if waiting else next(iter(TARGETS))

    def _opened(self, opened: Opened | None) -> None:
        if opened is not None and opened.case.target is not None:
            self._last = opened.case.target
        self._show()

    def target_to_learn(self) -> str:
        """The panel's Target, or the one that has most to learn from where that one has nothing."""
        target, to_learn = self.target(), self._to_begin()
        return target if to_learn.get(target) or not to_learn else to_learn.most_common(1)[0][0]

    def _to_begin(self) -> Counter[str]:
        """Corrections for which a run with the remembered choices may begin, by Target."""
        return self.known.to_begin(remembered(self.preferences).begin_from)

    def facts(self) -> set[str]:
        """What holds of learning; see `actions`."""
        found = {"learning"} if self._teaching.running else {"idle"}
        known, target = self.known, self.target()
        thawed = known.modes.get(self.target_to_learn()) is not Mode.FROZEN
        more = (("queue", self._to_begin()), ("earlier", target in known.earlier), ("thawed", thawed))
        return found | {name for name, on in more if on}

    def take(self, changes: Changes) -> None:
        """Read again what changed."""
        if changes.queue or changes.models:
            self.refresh()

    def refresh(self) -> None:
        """Read queue and versions in the background and show them."""
        session = self._reading.session
        self._jobs.run(lambda _token: learn_facts.read(session), done=self._take)

    def _take(self, known: Known) -> None:
        first, self.read_once = not self.read_once, True
        self.known = known
        self._show()
        self.refreshed.emit()
        if first and self._reading.session.writable:
            self._look_for_interrupted()

    def _show(self) -> None:
        known = self.known
        active = known.active(self.target())
        again = known.again[self.target()], active.id if active is not None else ""
        self._panel.show_queue(known.to_learn, sum(known.held_out.values()), *again)
        self._panel.show_active(active.id if active is not None else "", known.modes.get(self.target(), Mode.ASK))

    # a run

    def learn(self, target: str = "") -> None:
        """Learn with the remembered choices; target: instead of the panel's."""
        self._start(target or self.target_to_learn(), remembered(self.preferences))

    def ask(self) -> None:
        """Ask how to learn."""
        target, known = self.target_to_learn(), self.known
        count, title = known.to_learn.get(target, 0), tr(TARGETS[target].title)
        words = tr_n("%n correction of {target} waits", "%n corrections of {target} wait", count, target=title)
        active = known.active(target)
        if known.again[target] and active is not None:
            words += ", " + not_learned(known.again[target], active.id)
        held_out = known.held_out.get(target, 0)
        if held_out:
            words += ", " + tr_n("%n held out to compare models", "%n held out to compare models", held_out)
        mode = known.modes.get(target, Mode.ASK)
        RunDialog(
            self._panel.window(),
            words + ".",
            remembered(self.preferences, mode),
            {"active": known.readers.get(target, Counter())}
            | {name: known.learnable.get(target, Counter()) for name in ("bundled", "scratch")},
            self.device,
            on_learn=lambda choice: self._chose(target, choice, start=True),
            on_keep=lambda choice: self._chose(target, choice, start=False),
        ).open()

    def _chose(self, target: str, choice: RunChoice, start: bool) -> None:
        self.chosen.emit(choice.kept(self.preferences))
        session = self._reading.session

        def work(_token: Token) -> Changes:
            from unet_studio.workflow import versions

            if versions.mode(session, target) is choice.mode:
                return Changes()
            return versions.set_mode(session, target, choice.mode)

        def done(changes: Changes) -> None:
            self.changed.emit(changes | Changes(models=True))
            if start:
                self._start(target, choice)

        self._jobs.run(work, done=done, must=True)

    def _start(self, target: str, choice: RunChoice | None) -> None:
        if not self._teaching.running:
            self._teaching.start(self._reading.session, target, choice)
            self.refreshed.emit()

    def _look_for_interrupted(self) -> None:
        """Begin again what the program's death cut off."""
        session = self._reading.session

        def work(_token: Token) -> str | None:
            from unet_studio.workflow import learning

            return learning.interrupted(session)

        self._jobs.run(work, done=self._again)

    def _again(self, target: str | None) -> None:
        if target is not None and not self._teaching.running:
            self._jobs.said.emit(tr(AGAIN), False)
            self._start(target, None)
            self._panel.say(tr(AGAIN))

    def _ended(self, outcome: Any) -> None:
        if outcome is None:
            self._panel.show_verdict("", "quiet")
        else:
            text, kind = verdict(outcome)
            self._panel.show_verdict(text, kind)
            self._jobs.said.emit(text, bool(outcome.failed))
            self.changed.emit(outcome.changes)
        self.refreshed.emit()


def verdict(outcome: Any) -> tuple[str, str]:
    """The sentence at the end of a run, and its kind: good, quiet or bad."""
    if outcome.failed:
        return outcome.failed, "bad"
    if outcome.cancelled:
        return tr("Learning was stopped. The queue is as it was."), "quiet"
    if outcome.model is None:
        return tr("No new version: {reason}", reason=outcome.reason), "quiet"
    model = outcome.model
    if outcome.live:
        return tr("{model} proposes from now on. {reason}", model=model.id, reason=outcome.reason), "good"
    if outcome.stale:
        return tr("{model} is kept but does not propose. {reason}", model=model.id, reason=outcome.waits), "quiet"
    if outcome.promoted:
        return tr("{model} is better. {reason}", model=model.id, reason=outcome.reason), "good"
    return tr("{model} is kept but does not propose. {reason}", model=model.id, reason=outcome.reason), "quiet"
