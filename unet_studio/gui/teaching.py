"""Learning seen from the window: one run at a time, its progress brought into the GUI thread."""

from __future__ import annotations

import contextlib
import importlib
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from unet_studio.core.errors import UserError
from unet_studio.gui.dialogs.run import RunChoice
from unet_studio.gui.jobs import Jobs
from unet_studio.gui.learn_panel import PLOT
from unet_studio.gui.texts import tr


class Teaching(QObject):
    """Starts, follows and stops a run of `workflow.learning`, whose callbacks come from a background thread."""

    began = Signal(str)  # the Target
    progressed = Signal(object)  # Progress
    ended = Signal(object)  # Outcome, or None where it could not begin
    _told = Signal(object)
    _over = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._run: Any = None
        self._begun = self._stop_asked = False
        self._told.connect(self.progressed, Qt.ConnectionType.QueuedConnection)
        self._over.connect(self._finish, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        """True from the request until the outcome was delivered."""
        return self._begun

    def start(self, session: Any, target: str, choice: RunChoice | None) -> None:
        """Begin a run for one Target; what it finds goes live by the window's word, when no case is open.

        choice: None goes on with the run that died with the program, as it was asked for.
        """
        from unet_studio.workflow import learning

        self._begun, self._stop_asked, self._run = True, False, None
        self.began.emit(target)

        def begin(_token: object) -> None:
            importlib.import_module(PLOT)
            callbacks = {"on_progress": self._tell, "on_done": self._tell_end}
            if choice is None:
                run = learning.resume(session, **callbacks)
                if run is None:
                    raise UserError(tr("There is nothing to go on with"))
            else:
                about = {"seconds": choice.seconds, "device": choice.device}
                about |= {"begin_from": choice.begin_from, "readers": choice.readers}
                run = learning.start(session, target, hold=True, **about, **callbacks)
            self._run = run
            if self._stop_asked:
                run.cancel()

        self._jobs.run(begin, failed=self._refused, label=tr("Starting to learn"))

    def _tell(self, progress: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the window is gone
            self._told.emit(progress)

    def _tell_end(self, outcome: Any) -> None:
        with contextlib.suppress(RuntimeError):
            self._over.emit(outcome)

    def _refused(self, error: Exception) -> None:
        self._begun = False
        self._jobs.said.emit(str(error), True)
        self.ended.emit(None)

    def _finish(self, outcome: Any) -> None:
        self._begun, self._run = False, None
        self.ended.emit(outcome)

    def cancel(self) -> None:
        """Ask the run to stop; the outcome follows within two seconds."""
        self._stop_asked = True
        if self._run is not None:
            self._run.cancel()

    def join(self, seconds: float) -> None:
        """Wait for a run that was asked to stop: the window closes."""
        if self._run is not None:
            self._run.join(seconds)
        self._begun = False
