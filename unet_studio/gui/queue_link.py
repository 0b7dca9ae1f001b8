"""Ties the queue's dialog to the Workspace: rows, small pictures in the background, and the reader's word on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from unet_studio.core.changes import Changes
from unet_studio.core.correction import QueueState
from unet_studio.gui.auto_learn import AutoLearn
from unet_studio.gui.dialogs.queue import QueueDialog
from unet_studio.gui.jobs import AHEAD, THUMBS, Jobs, Token
from unet_studio.gui.queue_model import SIDE
from unet_studio.gui.reading import Reading


class QueueLink(QObject):
    """Opens the dialog and keeps it true."""

    changed = Signal(object)  # Changes

    def __init__(
        self, reading: Reading, jobs: Jobs, auto: AutoLearn, open_case: Callable[[int], object], window: QWidget
    ) -> None:
        super().__init__(window)
        self._reading, self._jobs, self._auto, self._window = reading, jobs, auto, window
        self._open_case = open_case
        self._asked = 0
        self.dialog: QueueDialog | None = None

    def show(self) -> None:
        """Open the dialog."""
        dialog = QueueDialog(self._window, self._want, self._reading.session.writable)
        dialog.decided.connect(self._decide)
        dialog.wanted.connect(self._open_case)
        dialog.auto_changed.connect(self._set_auto)
        dialog.destroyed.connect(lambda: self._gone(dialog))
        self.dialog = dialog
        self._refresh(first=True)
        dialog.open()

    def _gone(self, dialog: QueueDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None

    def take_changes(self, changes: Changes) -> None:
        """Read again what is shown, and what may be due."""
        self._auto.take_changes(changes)
        if changes.queue or changes.models:
            self._refresh()

    def complete(self) -> None:
        """Make up for pictures that an older program kept; for when nothing else is asked for."""
        session = self._reading.session

        def work(token: Token) -> None:
            from unet_studio.workflow import likenesses, slips

            likenesses.complete(session, token.cancelled)
            slips.measure_all(session, token.cancelled)

        self._jobs.run(work, failed=lambda _error: None, lane=AHEAD)

    def _refresh(self, first: bool = False) -> None:
        dialog, session = self.dialog, self._reading.session
        if dialog is None:
            return

        def work(_token: Token) -> Any:
            from unet_studio.workflow import auto, queue_list

            return queue_list.rows(session), auto.auto(session)

        def done(found: Any) -> None:
            if self.dialog is dialog:
                rows, wanted = found
                dialog.show_rows(rows)
                if first:
                    dialog.show_auto(wanted)

        self._jobs.run(work, done=done)

    def _want(self, row: Any) -> None:
        dialog, session = self.dialog, self._reading.session
        side = round(SIDE * self._window.devicePixelRatioF())
        self._asked += 1

        def work(_token: Token) -> Any:
            from unet_studio.workflow import queue_list

            return queue_list.small(session, row, side)

        def done(small: Any) -> None:
            if dialog is not None and self.dialog is dialog:
                dialog.model.set_picture(row.correction.id, small)

        self._jobs.run(work, done=done, failed=lambda _error: None, lane=THUMBS, priority=self._asked)

    def _decide(self, ids: list[int], state: QueueState) -> None:
        session = self._reading.session

        def work(_token: Token) -> Changes:
            from unet_studio.workflow import queueing

            return queueing.set_queue_state(session, ids, state)

        self._jobs.run(work, done=self.changed.emit, must=True)

    def _set_auto(self, wanted: Any) -> None:
        session = self._reading.session

        def work(_token: Token) -> None:
            from unet_studio.workflow import auto

            auto.set_auto(session, wanted)

        self._jobs.run(work, done=lambda _none: self._auto.look(), must=True)
