"""Makes the next pictures of the worklist ready while the reader works on this one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice, zip_longest
from typing import Any

from PySide6.QtCore import QObject, QTimer

from unet_studio.core.case import Case, Status
from unet_studio.core.changes import Changes
from unet_studio.gui.jobs import AHEAD, MODEL, Jobs, Token
from unet_studio.gui.reading import Reading
from unet_studio.gui.teaching import Teaching
from unet_studio.gui.worklist_model import CASE_ROLE, DONE
from unet_studio.gui.worklist_panel import WorklistPanel

REST_MS = 200
LOOK_DOWN = 200  # rows below the open case among which the next ones are looked for


class AheadLink(QObject):
    """Holds what was made ready, within `prefetching.LIMIT_BYTES`; one picture at a time is under way."""

    def __init__(self, reading: Reading, panel: WorklistPanel, teaching: Teaching, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._reading, self._panel, self._teaching, self._jobs = reading, panel, teaching, jobs
        self._session: Any = None
        self._ready: dict[int, Any] = {}
        self._sizes: dict[int, int] = {}  # bytes of every picture that was ready once
        self._failed: set[int] = set()
        self._under_way: tuple[int, Token] | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._look)
        order = panel.order
        for moved in (order.layoutChanged, order.rowsInserted, order.rowsRemoved, order.dataChanged, order.modelReset):
            moved.connect(lambda *_: self._rest.start())
        jobs.busy_changed.connect(self._model_wanted)
        teaching.began.connect(lambda _target: self._drop())
        teaching.ended.connect(lambda _outcome: self._drop())
        reading.state_changed.connect(self._rest.start)

    def ready(self) -> list[int]:
        """The cases that are ready."""
        return list(self._ready)

    def take(self, case_id: int) -> Any:
        """What was made ready of a case that is opened now, or None; it is held no more."""
        if self._session is not self._reading.session:
            return None
        if self._under_way is not None and self._under_way[0] == case_id:
            self._cancel()
        return self._ready.pop(case_id, None)

    def take_changes(self, changes: Changes) -> None:
        """Another model is active: what the one before proposed is not shown."""
        if changes.models:
            self._drop()

    def _drop(self) -> None:
        self._cancel()
        self._ready.clear()
        self._rest.start()

    def _cancel(self) -> None:
        if self._under_way is not None:
            self._under_way[1].cancel()
            self._under_way = None

    def _model_wanted(self, _label: str) -> None:
        if self._jobs.lane_busy(MODEL):
            self._cancel()
        self._rest.start()

    def _look(self) -> None:
        """Let go of what is not next any more, and begin with what is next and not ready."""
        if self._session is not self._reading.session:
            self._session = self._reading.session
            self._cancel()
            self._ready.clear()
            self._failed.clear()
        wanted = self._upcoming() if self._reading.case_id >= 0 and self._session.writable else []
        if self._under_way is not None and self._under_way[0] not in wanted:
            self._cancel()
        self._ready = {case_id: self._ready[case_id] for case_id in wanted if case_id in self._ready}
        case_id = self._missing(wanted)
        if case_id is None or self._under_way is not None or self._reading.busy or self._jobs.lane_busy(MODEL):
            return
        self._fetch(case_id)

    def _fetch(self, case_id: int) -> None:
        session, propose = self._session, not self._teaching.running

        def work(token: Token) -> Any:
            from unet_studio.workflow import prefetching

            return prefetching.fetch(session, case_id, propose=propose, cancelled=token.cancelled)

        token = self._jobs.run(work, done=self._take, failed=lambda _error: self._fail(case_id), lane=AHEAD)
        self._under_way = case_id, token

    def _take(self, ahead: Any) -> None:
        from unet_studio.workflow import prefetching

        self._under_way = None
        self._sizes[ahead.case_id] = ahead.size
        if not self._ready or sum(one.size for one in self._ready.values()) + ahead.size <= prefetching.LIMIT_BYTES:
            self._ready[ahead.case_id] = ahead
        self._rest.start()

    def _fail(self, case_id: int) -> None:
        """It is said when the picture is opened."""
        self._under_way = None
        self._failed.add(case_id)
        self._rest.start()

    def _missing(self, wanted: list[int]) -> int | None:
        """The first of the wanted ones that is not ready and for which there is room."""
        from unet_studio.workflow import prefetching

        room = prefetching.LIMIT_BYTES
        for place, case_id in enumerate(wanted):
            if case_id in self._ready:
                room -= self._ready[case_id].size
            elif case_id not in self._failed:
                return case_id if place == 0 or self._sizes.get(case_id, 1) <= room else None
        return None

    def _upcoming(self) -> list[int]:
        """The next cases: those that Accept would open, and those that N would, in turn."""
        from unet_studio.workflow import prefetching

        below = [case for case in self._below() if case.status is not Status.UNREADABLE]
        to_do = (case.id for case in below if case.status not in DONE and case.status is not Status.LATER)
        return list(islice(_in_turn(to_do, (case.id for case in below)), prefetching.PICTURES))

    def _below(self) -> Iterator[Case]:
        order = self._panel.order
        row = order.mapFromSource(self._panel.model.index_of(self._reading.case_id)).row()
        for place in range(row + 1, min(row + 1 + LOOK_DOWN, order.rowCount())):
            yield order.index(place, 0).data(CASE_ROLE)


def _in_turn(one: Iterable[int], other: Iterable[int]) -> Iterator[int]:
    """Numbers of both by turns, each once."""
    yield from dict.fromkeys(found for found in chain.from_iterable(zip_longest(one, other)) if found is not None)
