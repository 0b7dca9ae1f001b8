"""Ties export and import of masks to the window: what is asked, carried out in the background, and said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMainWindow

from unet_studio.core.errors import UserError
from unet_studio.gui.dialogs.export import ExportChoice, ExportDialog
from unet_studio.gui.jobs import ADD, Jobs, Token
from unet_studio.gui.names import in_clear
from unet_studio.gui.preferences import Preferences
from unet_studio.gui.reading import Reading
from unet_studio.gui.texts import mark, tr, tr_n

FILTER = mark("Masks (*.png *.dcm *.nii *.nii.gz *.nrrd *.json *.txt);;All files (*)")


def _shown(path: Path) -> str:
    """A mask's file may be called by a patient's name, like its picture."""
    return path.name if in_clear() else tr("the file")


class ExportLink(QObject):
    """Asks, exports, imports; `preferences` are those of the desk, which keeps them."""

    changed = Signal()  # an export began or ended

    def __init__(self, window: QMainWindow, reading: Reading, jobs: Jobs, desk: Any) -> None:
        super().__init__(window)
        self._window, self._reading, self._jobs, self._desk = window, reading, jobs, desk
        self._exporting: Token | None = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the actions do."""
        return {"export": self.ask_export, "import_mask": self.ask_import, "stop_export": self.stop}

    def facts(self) -> set[str]:
        """What holds now; see `actions`."""
        return {"exporting"} if self._exporting is not None else set()

    def ask_export(self) -> None:
        """Ask what to export and where to."""
        kept: Preferences = self._desk.preferences
        folder = Path(kept.export_folder or str(Path.home() / "masks"))
        formats = tuple(kept.export_formats.split(","))
        before = ExportChoice(folder, None, False, formats, kept.export_anonymous)
        ExportDialog(self._window, before, self.export).open()

    def export(self, choice: ExportChoice) -> None:
        """Export in the background and say what was written."""
        self._desk.preferences = replace(
            self._desk.preferences,
            export_folder=str(choice.folder),
            export_formats=",".join(choice.formats),
            export_anonymous=choice.anonymous,
        )
        session = self._reading.session
        self._reading.flush()

        def work(token: Token) -> Any:
            from unet_studio.workflow import exporting

            wish = exporting.Wish(
                choice.folder,
                choice.formats,
                choice.target,
                include_unreviewed=choice.include_unreviewed,
                anonymous=choice.anonymous,
                linking_table=exporting.table_beside(choice.folder) if choice.linking_table else None,
            )
            return exporting.export(session, wish, lambda done, total: token.report((done, total)), token.cancelled)

        self._exporting = self._jobs.run(
            work,
            done=lambda report: self._exported(report, choice.folder),
            failed=self._failed,
            progress=self._progress,
            lane=ADD,
            label=tr("Exporting"),
        )
        self.changed.emit()

    def stop(self) -> None:
        """Stop the export under way; what is finished stays, and the next export goes on from there."""
        if self._exporting is not None:
            self._exporting.cancel()
            self._exporting = None
            self.changed.emit()
            self._jobs.said.emit(tr("Export stopped; export again to go on where it ended"), False)

    def _progress(self, counts: tuple[int, int]) -> None:
        done, total = counts
        self._jobs.said.emit(tr("Exporting {done} of {total}", done=done, total=total), False)

    def _failed(self, error: UserError) -> None:
        self._exporting = None
        self.changed.emit()
        self._jobs.said.emit(str(error), True)

    def _exported(self, report: Any, folder: Path) -> None:
        self._exporting = None
        self.changed.emit()
        count = len(report.written)
        text = tr_n("%n mask written to {folder}", "%n masks written to {folder}", count, folder=folder)
        if report.more:
            text += ", " + tr_n("%n in another format", "%n in other formats", report.more)
        if report.skipped:
            text += ", " + tr_n("%n there already", "%n there already", report.skipped)
        if not count and not report.skipped:
            text = tr("Nothing to export: accept a picture first")
        if report.problems:
            count, first = len(report.problems), report.problems[0]
            text += "; " + tr_n(
                "%n could not be written: {first}", "%n could not be written: {first}", count, first=first
            )
        elif report.notes:
            text += "; " + "; ".join(report.notes)
        self._jobs.said.emit(text, bool(report.problems))

    def ask_import(self) -> None:
        """Ask for a file with a mask of the open picture."""
        start = self._desk.preferences.export_folder
        file, _ = QFileDialog.getOpenFileName(self._window, tr("Import a mask"), start, tr(FILTER))
        if file:
            self.import_mask(Path(file))

    def import_mask(self, path: Path) -> None:
        """Read a mask in the background and put it in as one undo step; locked pixels stay."""
        self._reading.settle_threshold()
        case = self._reading.open_case
        if case is None or self._reading.draft is None:
            return

        def work(_token: Token) -> Any:
            from unet_studio.workflow import importing

            return importing.read_for(case, path)

        def refused(error: UserError) -> None:
            self._jobs.said.emit(str(error).replace(path.name, _shown(path)), True)

        self._jobs.run(
            work, done=lambda mask: self._put(case, mask, path), failed=refused, label=tr("Importing a mask")
        )

    def _put(self, case: Any, mask: Any, path: Path) -> None:
        """In the GUI thread, which alone changes the mask."""
        if self._reading.open_case is not case or self._reading.draft is None:
            return  # another picture was opened meanwhile
        from unet_studio.workflow import importing

        changed = importing.put_mask(case, mask)
        name = _shown(path)
        said = (
            tr("Mask imported from {name}", name=name)
            if changed
            else tr("The mask is that of {name} already", name=name)
        )
        self._jobs.said.emit(said, False)
        self._reading.edited.emit()
        self._reading.state_changed.emit()
