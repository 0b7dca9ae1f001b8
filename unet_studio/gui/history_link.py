"""Ties the history of the versions and the report to the window: both may have to measure many films first."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMainWindow

from unet_studio.gui.jobs import Jobs, Token
from unet_studio.gui.learn_link import LearnLink
from unet_studio.gui.reading import Reading
from unet_studio.gui.texts import tr, tr_n

LANE = "history"  # of its own: nothing that the reader does waits for thousands of films
PLOT = "unet_studio.gui.history_plot"


class HistoryLink(QObject):
    """Opens the history and writes the report."""

    def __init__(self, window: QMainWindow, reading: Reading, learn: LearnLink, jobs: Jobs) -> None:
        super().__init__(window)
        self._window, self._reading, self._learn, self._jobs = window, reading, learn, jobs
        self._running: Token | None = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the actions of this part do."""
        return {"history": self.show_history, "report": self.ask_report}

    def show_history(self) -> None:
        """Open the dialog and fill it."""
        from unet_studio.gui.dialogs.history import HistoryDialog

        dialog = HistoryDialog(self._window, self._learn.target(), self._reading.session.reader)
        dialog.target_chosen.connect(lambda target: self._fill(dialog, target))
        dialog.finished.connect(lambda _result: self._stop())
        dialog.open()
        self._fill(dialog, self._learn.target())

    def _fill(self, dialog: Any, target: str) -> None:
        self._stop()
        session = self._reading.session

        def work(token: Token) -> Any:
            from unet_studio.workflow.history import history

            importlib.import_module(PLOT)
            return history(session, target, lambda *count: token.report(count), token.cancelled)

        self._running = self._jobs.run(
            work,
            done=dialog.show_rows,
            failed=lambda error: dialog.show_failed(str(error)),
            progress=lambda count: dialog.show_progress(*count),
            lane=LANE,
        )

    def _stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def ask_report(self) -> None:
        """Ask for a folder and write the report of the whole Workspace into it."""
        folder = QFileDialog.getExistingDirectory(self._window, tr("An empty folder for the report"))
        if folder:
            self.report(Path(folder))

    def report(self, folder: Path) -> None:
        """Write the report in the background and say so."""
        session = self._reading.session

        def work(token: Token) -> Any:
            from unet_studio.workflow.reporting import report

            return report(session, folder, cancelled=token.cancelled)

        self._jobs.run(work, done=self._reported, lane=LANE, label=tr("Writing the report"))

    def _reported(self, found: Any) -> None:
        text = tr_n("Report of %n row in {folder}", "Report of %n rows in {folder}", found.rows, folder=found.folder)
        self._jobs.said.emit(text, False)
