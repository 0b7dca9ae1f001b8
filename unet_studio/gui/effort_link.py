"""While the worklist is ordered by effort, asks in the background for the efforts that are not known yet."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer

from unet_studio.core.changes import Changes
from unet_studio.gui.jobs import EXPECT, Jobs, Token
from unet_studio.gui.reading import Reading
from unet_studio.gui.teaching import Teaching
from unet_studio.gui.worklist_model import DONE
from unet_studio.gui.worklist_panel import WorklistPanel

REST_MS = 500
TELL_MS = 1500  # rows do not move more often
NOTHING = Changes()


class EffortLink(QObject):
    """One picture at a time, after everything that the reader waits for or will ask for next."""

    def __init__(self, reading: Reading, panel: WorklistPanel, teaching: Teaching, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._reading, self._panel, self._teaching, self._jobs = reading, panel, teaching, jobs
        self._session: Any = None
        self._asked: set[int] = set()  # cases that need not be asked for again
        self._token: Token | None = None
        self._news = NOTHING
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._look)
        self._telling = QTimer(self, singleShot=True, interval=TELL_MS)
        self._telling.timeout.connect(self._tell)
        panel.sorting.currentIndexChanged.connect(self._rest.start)
        panel.model.rowsInserted.connect(self._rest.start)
        panel.model.modelReset.connect(self._rest.start)
        jobs.busy_changed.connect(self._give_way)

    def take_changes(self, changes: Changes) -> None:
        """Another model is active: its efforts are others."""
        if changes.models:
            self._asked.clear()
            self._rest.start()

    def _give_way(self, _label: str) -> None:
        if self._jobs.model_wanted():
            self._stop()
        elif self._token is None and not self._rest.isActive():
            self._rest.start()

    def _stop(self) -> None:
        if self._token is not None:
            self._token.cancel()
            self._token = None

    def _look(self) -> None:
        if self._session is not self._reading.session:
            self._session = self._reading.session
            self._asked = set()
            self._stop()
        wanted = self._panel.order.by_effort and self._session.writable and not self._teaching.running
        if not wanted or self._token is not None or self._jobs.model_wanted():
            return
        waiting = [case.id for case in self._panel.shown() if case.status not in DONE and case.id not in self._asked]
        if waiting:
            self._ask(waiting)

    def _ask(self, waiting: list[int]) -> None:
        session, asked = self._session, self._asked

        def work(token: Token) -> tuple[set[int], Changes]:
            from unet_studio.workflow import expecting

            case_id = expecting.next_unknown(session, waiting)
            if case_id is None:
                return set(waiting), NOTHING
            token.report(case_id)
            return {case_id}, expecting.expect(session, case_id, cancelled=token.cancelled)

        under_way: set[int] = set()
        self._token = self._jobs.run(
            work,
            progress=under_way.add,
            done=lambda found: self._take(asked, *found),
            failed=lambda _error: self._take(asked, under_way or set(waiting), NOTHING),  # said when it is opened
            lane=EXPECT,
        )

    def _take(self, asked: set[int], cases: set[int], changes: Changes) -> None:
        self._token = None
        asked |= cases
        self._news |= changes
        if changes.cases and not self._telling.isActive():
            self._telling.start()
        self._rest.start()

    def _tell(self) -> None:
        news, self._news = self._news, NOTHING
        self._reading.changed.emit(news)
