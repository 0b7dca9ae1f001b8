"""Ties the worklist to the Workspace: adding files, refreshing rows, thumbnails, and walking from case to case."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from unet_studio.core.case import Status
from unet_studio.core.changes import Changes
from unet_studio.gui.jobs import ADD, LIST, THUMBS, Jobs, Token
from unet_studio.gui.reading import Reading
from unet_studio.gui.texts import tr
from unet_studio.gui.worklist_panel import WorklistPanel

FEW = 20
MANY = 500  # rows from which on they are read in another thread
REST_MS = 250  # rows that arrive in the meantime are shown together
REST_TIMES = 12  # times as long as showing all rows took the window rests from it


class WorklistLink(QObject):
    """Keeps the worklist true and opens cases from it."""

    refreshed = Signal()
    unreadable = Signal(str)  # the line of a chosen row that cannot be opened
    changed = Signal(object)  # Changes
    finished = Signal()  # no case is left to do

    def __init__(self, reading: Reading, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._reading, self._jobs = reading, jobs
        self.panel = WorklistPanel(self._want_thumbnail, self._folded_files)
        self._asked = 0
        self._kept = -1  # a frame that was asked for by its number, on the list or not
        self._frame_due = False  # that frame opens as soon as it is on the list
        self._start_when_filled = False  # the first picture opens once there is one
        self._adding = False
        self.target: str | None = None  # of the command line, for cases that have none yet
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._refresh_behind)
        self._state = 0  # counts what was shown: a list that was read before is dropped
        self.panel.chosen.connect(self.open)
        self.panel.folded.wanted.connect(lambda path: self.add([Path(path)]))
        reading.advance.connect(self._advance)

    def refresh(self) -> None:
        """Read the cases again and show them."""
        self._rest.stop()
        self._show(self._read()())

    def _refresh_behind(self) -> None:
        """The same, with the reading of the cases left to another thread."""
        state, read = self._state, self._read()

        def done(found: Any) -> None:
            if state == self._state:
                self._show(found)
            else:
                self._rest.start()

        self._jobs.run(lambda _token: read(), done=done, lane=LIST)

    def _refresh_as_long(self) -> None:
        """Read the cases again: at once where they are few, for to read ten thousand rows takes a while."""
        if self.panel.model.rowCount() > MANY:
            self._refresh_behind()
        else:
            self.refresh()

    def _read(self) -> Callable[[], Any]:
        session, keep = self._reading.session, {self._kept} | self.panel.rows.carried

        def read() -> Any:
            from unet_studio.workflow import folding, opening

            return opening.cases(session, keep), folding.lines(session)

        return read

    def _show(self, found: Any) -> None:
        self._state += 1
        began = time.perf_counter()
        self.panel.show_cases(found[0])
        self.panel.folded.show_lines(found[1])
        self._rest.setInterval(max(REST_MS, round(REST_TIMES * 1000 * (time.perf_counter() - began))))
        self.refreshed.emit()
        if self._start_when_filled and self._reading.case_id < 0:
            self.open_first()
        self._start_when_filled = self._start_when_filled and self._adding
        if self._frame_due and self.panel.model.case(self._kept) is not None:
            self.open(self._kept)

    def take(self, changes: Changes) -> None:
        """Refresh where cases changed; the rows of a few alone."""
        self._state += 1
        listed = all(self.panel.model.case(case_id) is not None for case_id in changes.cases)
        if changes.worklist or len(changes.cases) > FEW or not listed:
            self._refresh_as_long()
        elif changes.cases:
            from unet_studio.workflow import opening

            self.panel.show_changed(opening.some_cases(self._reading.session, tuple(changes.cases)))
            self.refreshed.emit()

    # adding

    def add(self, paths: Sequence[Path]) -> None:
        """Put files and folders on the worklist; the first picture opens when none is open."""
        if not paths:
            return
        self._add(lambda session, token, opening: opening.add_paths(
            session, paths, target=self.target, on_batch=token.report, cancelled=token.cancelled
        ))  # fmt: skip

    def add_sample(self) -> None:
        """Put the sample film on the worklist."""
        self._add(lambda session, _token, opening: opening.add_sample(session))

    def _add(self, verb: Any) -> None:
        session = self._reading.session
        self._start_when_filled = self._adding = True

        def work(token: Token) -> Changes:
            from unet_studio.workflow import opening

            return verb(session, token, opening)

        self._jobs.run(
            work, done=self._added, failed=self._not_added, progress=self._batch, lane=ADD, label=tr("Adding files")
        )

    def _folded_files(self, folder: str) -> Sequence[Any]:
        from unet_studio.workflow import folding

        return folding.files(self._reading.session, folder)

    def _batch(self, _changes: Changes) -> None:
        if not self._rest.isActive():
            self._rest.start()

    def _added(self, changes: Changes) -> None:
        self._adding = False
        self.changed.emit(changes)
        if not changes.worklist:
            self._refresh_as_long()

    def _not_added(self, error: Exception) -> None:
        self._adding = False
        self._jobs.said.emit(str(error), True)
        self._refresh_as_long()

    # walking

    def open_first(self) -> None:
        """Open the first case that waits for its reader."""
        case = self.panel.next_to_do(-1)
        if case is not None and self._reading.case_id < 0:
            self.open(case.id)

    def open(self, case_id: int) -> None:
        """Open a case, or show why it cannot be opened."""
        self._frame_due = False
        case = self.panel.model.case(case_id)
        if case is None or (case_id == self._reading.case_id and self._reading.open_case is not None):
            return
        if self._reading.busy and self._reading.case_id >= 0 and self._reading.open_case is not None:
            self.panel.mark_open(self._reading.case_id)
            return
        if case.status is Status.UNREADABLE:
            self._reading.close_case()
            self.unreadable.emit(case.reason)
            return
        self._reading.open(case_id)
        self.panel.mark_open(case_id)

    def open_frame(self, case_id: int) -> None:
        """Open a frame that need not be on the list."""
        self._kept = case_id
        if self.panel.model.case(case_id) is not None:
            self.open(case_id)
        else:
            self._frame_due = True
            self._refresh_as_long()

    def step(self, by: int) -> None:
        """Open the next or previous case of the list."""
        case = self.panel.neighbour(self.panel.current(), by)
        if case is not None:
            self.open(case.id)
        else:
            self._jobs.said.emit(tr("This is the last picture") if by > 0 else tr("This is the first picture"), False)

    def _advance(self, case_id: int) -> None:
        case = self.panel.next_to_do(case_id)
        if case is not None and case.id != case_id:
            self.open(case.id)
        else:
            self._reading.open(case_id)
            self.finished.emit()

    # thumbnails

    def _want_thumbnail(self, case_id: int) -> None:
        session = self._reading.session
        self._asked += 1

        def work(_token: Token) -> Any:
            from unet_studio.workflow import opening

            return opening.thumbnail(session, case_id)

        self._jobs.run(
            work,
            done=lambda pixels: self.panel.model.set_thumbnail(case_id, pixels),
            failed=lambda _error: None,
            lane=THUMBS,
            priority=self._asked,
        )
