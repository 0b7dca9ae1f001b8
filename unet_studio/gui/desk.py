"""What the reader asks through dialogs: files, folders, the reader's name, devices, looks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow

from unet_studio.core.case import Status
from unet_studio.gui import names, preferences, theme
from unet_studio.gui.jobs import MODEL, Jobs, Token
from unet_studio.gui.learn_link import LearnLink
from unet_studio.gui.reading import Reading
from unet_studio.gui.texts import mark, tr
from unet_studio.gui.worklist_link import WorklistLink

FILTER = mark("Pictures and DICOM (*)")
DISC_FILTER = mark("DICOMDIR (DICOMDIR* dicomdir*)")


class Desk(QObject):
    """Opens dialogs and passes their answers on; only the system's file dialogs run an event loop of their own."""

    reader_changed = Signal()
    preferred = Signal(object)  # the Preferences

    def __init__(
        self, window: QMainWindow, reading: Reading, worklist: WorklistLink, learn: LearnLink, jobs: Jobs
    ) -> None:
        super().__init__(window)
        self._window, self._reading, self._worklist = window, reading, worklist
        self._learn, self._jobs = learn, jobs
        self.preferences = preferences.load(reading.session.folder)
        self._learn.prefer(self.preferences)
        self._last_folder = ""

    def handlers(self) -> dict[str, Any]:
        """What the actions with dialogs do."""
        return {
            "open": self.open_files,
            "open_folder": self.open_folder,
            "browse": self.browse,
            "browse_disc": self.browse_disc,
            "sample": self._worklist.add_sample,
            "reader": self.ask_reader,
            "preferences": self.ask_preferences,
            "exclude": self.ask_reason,
            "devices": self.show_devices,
            "about": self.show_about,
        }

    def open_files(self) -> None:
        """Ask for files."""
        files, _ = QFileDialog.getOpenFileNames(self._window, tr("Open pictures"), self._last_folder, tr(FILTER))
        if files:
            self._last_folder = str(Path(files[0]).parent)
            self._worklist.add([Path(file) for file in files])

    def open_folder(self) -> None:
        """Ask for a folder."""
        folder = QFileDialog.getExistingDirectory(self._window, tr("Open a folder of pictures"), self._last_folder)
        if folder:
            self._last_folder = folder
            self._worklist.add([Path(folder)])

    def browse(self) -> None:
        """Ask for a folder, and show what series it holds."""
        folder = QFileDialog.getExistingDirectory(self._window, tr("Browse a folder's series"), self._last_folder)
        if folder:
            self.show_series(Path(folder))

    def browse_disc(self) -> None:
        """Ask for a DICOMDIR, and show what series it lists."""
        file, _ = QFileDialog.getOpenFileName(self._window, tr("Browse a disc"), self._last_folder, tr(DISC_FILTER))
        if file:
            self.show_series(Path(file))

    def show_series(self, path: Path) -> None:
        """Open the series browser on a folder or DICOMDIR."""
        from unet_studio.gui.dialogs.series import SeriesDialog

        self._last_folder = str(path if path.is_dir() else path.parent)
        SeriesDialog(self._window, path, self._jobs, self._worklist.add).open()

    def ask_reader(self) -> None:
        """Ask for the reader's name."""
        from unet_studio.gui.dialogs.small import ask_reader

        ask_reader(self._window, self._reading.session.reader, self.change_reader)

    def change_reader(self, name: str) -> None:
        """Go on as another reader; the open case is opened again as theirs."""
        if not name or name == self._reading.session.reader or self._reading.busy:
            return
        case_id = self._reading.case_id
        self._reading.close_case()
        old = self._reading.session

        def work(_token: Token) -> Any:
            from unet_studio.workflow import session

            return session.change_reader(old, name)

        self._jobs.run(
            work, done=lambda session: self._reader_changed(session, case_id), label=tr("Changing the reader")
        )

    def _reader_changed(self, session: Any, case_id: int) -> None:
        self._reading.change_session(session)
        self._worklist.refresh()
        self._learn.refresh()
        self.reader_changed.emit()
        if case_id >= 0:
            self._worklist.open(case_id)

    def ask_reason(self) -> None:
        """Ask why the open picture is excluded; bring it back where it already is."""
        from unet_studio.gui.dialogs.small import ReasonDialog

        case = self._worklist.panel.model.case(self._reading.case_id)
        if case is not None and case.status is Status.EXCLUDED:
            self._reading.include()
        elif self._reading.open_case is not None:
            ReasonDialog(self._window, names.name_of(self._reading.open_case.case), self._reading.exclude).open()

    def ask_preferences(self) -> None:
        """Ask for the size of text and the time that learning may take."""
        from unet_studio.gui.dialogs.small import ask_preferences

        ask_preferences(self._window, self.preferences, self.prefer)

    def prefer(self, wanted: preferences.Preferences) -> None:
        """Follow these preferences from now on."""
        if wanted.text_percent != self.preferences.text_percent:
            theme.apply(QApplication.instance(), wanted.text_percent)
        self.preferences = wanted
        self._learn.prefer(wanted)
        self.preferred.emit(wanted)

    def show_devices(self) -> None:
        """Try every device and say what works."""

        def work(_token: Token) -> Any:
            from unet_studio.workflow import diagnosing

            return diagnosing.doctor()

        self._jobs.run(work, done=self._show_devices, lane=MODEL, label=tr("Trying the devices"))

    def _show_devices(self, reports: Any) -> None:
        from unet_studio.gui.dialogs.devices import show_devices

        show_devices(self._window, reports)

    def show_about(self) -> None:
        """Version, licence, places."""
        from unet_studio.gui.dialogs.small import show_about
        from unet_studio.workflow.faults import log_file

        show_about(self._window, self._reading.session.folder, log_file())
