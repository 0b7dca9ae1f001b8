"""After a version went live: new Proposals for the pictures of the worklist in which nobody has worked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer

from unet_studio.core.changes import Changes
from unet_studio.gui.jobs import RENEW, Jobs, Token
from unet_studio.gui.learn_link import LearnLink
from unet_studio.gui.reading import Reading
from unet_studio.gui.teaching import Teaching
from unet_studio.gui.texts import tr_n

REST_MS = 300


class RenewLink(QObject):
    """One picture at a time, at low priority, and never while the reader or a run wants the model."""

    def __init__(self, reading: Reading, learn: LearnLink, teaching: Teaching, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._reading, self._learn, self._teaching, self._jobs = reading, learn, teaching, jobs
        self._active: tuple[Any, dict[str, str]] | None = None  # the session, and the version active for each Target
        self._waiting: list[int] = []
        self._done: set[int] = set()
        self._token: Token | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._look)
        learn.refreshed.connect(self._follow)
        jobs.busy_changed.connect(self._give_way)
        teaching.began.connect(lambda _target: self._stop())
        reading.state_changed.connect(self._rest.start)

    @property
    def waiting(self) -> int:
        """How many pictures are still to be proposed anew."""
        return len(self._waiting)

    def _follow(self) -> None:
        """Another version is active, or the window has just opened: see what has Proposals of an older one."""
        session = self._reading.session
        active = session, {one.target: one.id for one in self._learn.known.versions if one.active}
        if not self._learn.read_once or active == self._active or not session.writable:
            return
        self._active, self._waiting = active, []
        self._stop()

        def work(_token: Token) -> list[int]:
            from unet_studio.workflow import renewing

            return renewing.outdated(session)

        self._jobs.run(work, done=self._found)

    def _found(self, cases: list[int]) -> None:
        self._waiting, self._done = cases, set()
        self._rest.start()

    def _give_way(self, _label: str) -> None:
        if self._jobs.model_wanted():
            self._stop()
        if self._waiting and self._token is None:
            self._rest.start()

    def _stop(self) -> None:
        if self._token is not None:
            self._token.cancel()
            self._token = None

    def _look(self) -> None:
        self._waiting = [one for one in self._waiting if one != self._reading.case_id]  # an open case stays as it is
        occupied = self._jobs.model_wanted() or self._reading.busy or self._teaching.running
        if not self._waiting or self._token is not None or occupied:
            return
        session, case_id = self._reading.session, self._waiting[0]

        def work(token: Token) -> Any:
            from unet_studio.workflow import prefetching

            return prefetching.fetch(session, case_id, cancelled=token.cancelled).proposal

        self._token = self._jobs.run(
            work,
            done=lambda found: self._take(case_id, found),
            failed=lambda _error: self._take(case_id, None),  # said when it is opened
            lane=RENEW,
        )

    def _take(self, case_id: int, proposal: Any) -> None:
        self._token = None
        self._waiting = [one for one in self._waiting if one != case_id]
        if proposal is not None:
            self._done.add(case_id)
        if self._waiting:
            self._rest.start()
        elif self._done:
            self._tell()

    def _tell(self) -> None:
        count, cases = len(self._done), frozenset(self._done)
        self._done = set()
        words = tr_n("%n untouched picture was proposed anew", "%n untouched pictures were proposed anew", count)
        self._reading.changed.emit(Changes(cases=cases, message=words))
