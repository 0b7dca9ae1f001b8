"""Begins to learn by itself, once enough new Corrections are there; never while a run is on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from unet_studio.core.changes import Changes
from unet_studio.gui.jobs import Jobs, Token
from unet_studio.gui.reading import Reading
from unet_studio.gui.teaching import Teaching
from unet_studio.gui.texts import tr


class AutoLearn(QObject):
    """Asks after each change of the queue whether a run is due, and starts it by `learn(target)`."""

    def __init__(
        self, reading: Reading, teaching: Teaching, learn: Callable[[str], object], jobs: Jobs, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._reading, self._teaching, self._learn, self._jobs = reading, teaching, learn, jobs
        teaching.began.connect(self._begun)
        teaching.ended.connect(lambda _outcome: self.look())

    def take_changes(self, changes: Changes) -> None:
        """Look again where the queue changed, or a decision about a version was made."""
        if changes.queue or changes.models:
            self.look()

    def look(self) -> None:
        """Ask in the background whether a run is due."""
        session = self._reading.session
        if not session.writable or self._teaching.running:
            return

        def work(_token: Token) -> str:
            from unet_studio.workflow import auto

            return auto.due(session)

        self._jobs.run(work, done=self._start, failed=lambda _error: None)  # said where learning is asked for

    def _start(self, target: str) -> None:
        if target and not self._teaching.running:
            self._jobs.said.emit(tr("Enough new corrections: learning begins by itself"), False)
            self._learn(target)

    def _begun(self, target: str) -> None:
        session = self._reading.session

        def work(_token: Token) -> None:
            from unet_studio.workflow import auto

            auto.begun(session, target)

        self._jobs.run(work, failed=lambda _error: None, must=True)
