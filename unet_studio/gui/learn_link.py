"""Ties the learn panel to the Workspace: queue, versions, the run under way."""

from __future__ import annotations

from collections import Counter
from typing import Any

from PySide6.QtCore import QObject, Signal

from unet_studio.core.changes import Changes
from unet_studio.core.correction import QueueState, Side
from unet_studio.core.model_version import ModelVersion
from unet_studio.core.target import TARGETS
from unet_studio.gui.jobs import Jobs, Token
from unet_studio.gui.learn_panel import LearnPanel
from unet_studio.gui.reading import Reading
from unet_studio.gui.teaching import Teaching
from unet_studio.gui.texts import tr


class LearnLink(QObject):
    """Keeps the learn panel true."""

    changed = Signal(object)  # Changes
    refreshed = Signal()

    def __init__(self, reading: Reading, teaching: Teaching, panel: LearnPanel, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._reading, self._teaching, self._panel, self._jobs = reading, teaching, panel, jobs
        self.versions: list[ModelVersion] = []
        self.waiting: Counter[str] = Counter()
        self._held_out: Counter[str] = Counter()  # of the waiting ones, how many only compare models
        self._earlier: set[str] = set()  # Targets that can be rolled back
        self.seconds = 300.0  # the longest that a run may take
        reading.opened.connect(lambda _opened: self._show())
        teaching.began.connect(lambda _target: panel.begin())
        teaching.progressed.connect(panel.show_progress)
        teaching.ended.connect(self._ended)

    def target(self) -> str:
        """The Target that the panel speaks of: the open case's, else the one with the longest queue."""
        case = self._reading.open_case
        if case is not None and case.target is not None:
            return case.target
        return self.waiting.most_common(1)[0][0] if self.waiting else next(iter(TARGETS))

    @property
    def _to_learn(self) -> Counter[str]:
        return self.waiting - self._held_out

    def facts(self) -> set[str]:
        """What holds of learning; see `actions`."""
        found = {"learning"} if self._teaching.running else {"idle"}
        found |= {name for name, on in (("queue", self._to_learn), ("earlier", self.target() in self._earlier)) if on}
        return found

    def take(self, changes: Changes) -> None:
        """Read again what changed."""
        if changes.queue or changes.models:
            self.refresh()

    def refresh(self) -> None:
        """Read queue and versions in the background and show them."""
        session = self._reading.session

        def work(_token: Token) -> tuple[Counter[str], Counter[str], list[ModelVersion], set[str]]:
            from unet_studio.workflow import learning, versions

            queue = [one for one in learning.queue(session) if one.state is QueueState.QUEUED]
            waiting = Counter(one.target for one in queue)
            held_out = Counter(one.target for one in queue if one.side is Side.GATE)
            earlier = {name for name in TARGETS if versions.before_active(session, name) is not None}
            return waiting, held_out, versions.versions(session), earlier

        self._jobs.run(work, done=self._take)

    def _take(self, found: tuple[Counter[str], Counter[str], list[ModelVersion], set[str]]) -> None:
        self.waiting, self._held_out, self.versions, self._earlier = found
        self._show()
        self.refreshed.emit()

    def _show(self) -> None:
        self._panel.show_queue(self._to_learn, sum(self._held_out.values()))
        target = self.target()
        active = next((one.id for one in self.versions if one.active and one.target == target), "")
        self._panel.show_active(active)

    # verbs

    def learn(self) -> None:
        """Learn for the panel's Target, or for the one that has a queue."""
        target = self.target()
        if not self._to_learn.get(target) and self._to_learn:
            target = self._to_learn.most_common(1)[0][0]
        self._teaching.start(self._reading.session, target, self.seconds)
        self.refreshed.emit()

    def _ended(self, outcome: Any) -> None:
        if outcome is None:
            self._panel.show_verdict("", "quiet")
        else:
            text, kind = verdict(outcome)
            self._panel.show_verdict(text, kind)
            self._jobs.said.emit(text, bool(outcome.failed))
            self.changed.emit(outcome.changes)
        self.refreshed.emit()

    def activate(self, model_id: str) -> None:
        """Make a version active by the reader's choice."""
        self._change(lambda session, versions: versions.activate(session, model_id, "chosen by the reader"))

    def rollback(self) -> None:
        """Go back to the version that was active before."""
        target = self.target()
        self._change(lambda session, versions: versions.rollback(session, target))

    def _change(self, verb: Any) -> None:
        session = self._reading.session

        def work(_token: Token) -> Changes:
            from unet_studio.workflow import versions

            return verb(session, versions)

        self._panel.verdict.hide()  # it spoke of the version that was active
        self._jobs.run(work, done=self.changed.emit, label=tr("Changing the model version"))


def verdict(outcome: Any) -> tuple[str, str]:
    """The sentence at the end of a run, and its kind."""
    if outcome.failed:
        return outcome.failed, "bad"
    if outcome.cancelled:
        return tr("Learning was stopped. The queue is as it was."), "quiet"
    if outcome.model is None:
        return tr("No new version: {reason}", reason=outcome.reason), "quiet"
    if outcome.promoted:
        return tr("{model} proposes from now on. {reason}", model=outcome.model.id, reason=outcome.reason), "good"
    return tr("{model} is kept but does not propose. {reason}", model=outcome.model.id, reason=outcome.reason), "quiet"
