"""Ties the dialog of model versions to the Workspace: change, compare, export, import and archive versions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from unet_studio.core.changes import Changes
from unet_studio.core.errors import UserError
from unet_studio.core.model_version import Mode
from unet_studio.gui.dialogs.decision import ask_why
from unet_studio.gui.dialogs.versions import VersionsDialog
from unet_studio.gui.jobs import ADD, Jobs, Token
from unet_studio.gui.learn_decision import DecisionLink
from unet_studio.gui.learn_link import LearnLink
from unet_studio.gui.reading import Reading
from unet_studio.gui.texts import mark, tr

FILTER = mark("Model versions (*.safetensors)")


class VersionsLink(QObject):
    """Opens the dialog and carries out what is asked for there."""

    changed = Signal(object)  # Changes

    def __init__(self, window: Any, reading: Reading, learn: LearnLink, decision: DecisionLink, jobs: Jobs) -> None:
        super().__init__(window)
        self._window, self._reading, self._learn, self._decision, self._jobs = window, reading, learn, decision, jobs
        self._dialog: VersionsDialog | None = None
        learn.refreshed.connect(self._show)
        decision.told.connect(self._say)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the actions of this part do."""
        return {"versions": self.open}

    def open(self) -> None:
        """Show the versions."""
        dialog = VersionsDialog(self._window, self._learn.known.versions, self._facts())
        self._dialog = dialog
        dialog.asked.connect(self._do)
        dialog.finished.connect(self._forget)
        dialog.open()

    def _forget(self, _result: int) -> None:
        self._dialog = None

    def _facts(self) -> set[str]:
        known = self._learn.known
        found = {f"earlier {target}" for target in known.earlier}
        found |= {f"frozen {target}" for target, mode in known.modes.items() if mode is Mode.FROZEN}
        return found | {"write"} if self._reading.session.writable else found

    def _show(self) -> None:
        if self._dialog is not None:
            self._dialog.show_versions(self._learn.known.versions, self._facts())

    def _say(self, text: str, kind: str) -> None:
        if self._dialog is not None:
            self._dialog.say(text, kind)

    def _do(self, deed: str, ids: tuple[str, ...]) -> None:
        self._say("", "quiet")
        deeds = {
            "make_active": self._activate,
            "roll_back": self._roll_back,
            "decline": self._decision.decline,
            "export_version": self._export,
            "archive": lambda name: self._verb("archive", name),
            "restore": lambda name: self._verb("restore", name),
        }
        if deed == "compare":
            self._compare(ids)
        elif deed == "import_version":
            self._import()
        else:
            deeds[deed](ids[0])

    def _activate(self, model_id: str) -> None:
        from unet_studio.workflow import versions

        version = self._learn.known.version(model_id)
        if version is not None and versions.needs_reason(version):
            ask_why(self._dialog or self._window, model_id, lambda why: self._decision.activate(model_id, why))
        else:
            self._decision.activate(model_id)

    def _roll_back(self, model_id: str) -> None:
        version = self._learn.known.version(model_id)
        if version is not None:
            self._decision.rollback(version.target)

    def _compare(self, ids: tuple[str, ...]) -> None:
        first = self._learn.known.version(ids[0])
        active = self._learn.known.active(first.target) if first is not None else None
        other = ids[1] if len(ids) > 1 else active.id if active is not None else ""
        if other:
            self._decision.compare(ids[0], other)

    def _verb(self, name: str, model_id: str) -> None:
        session = self._reading.session

        def work(_token: Token) -> Changes:
            from unet_studio.workflow import versions

            changes: Changes = getattr(versions, name)(session, model_id)
            return changes

        self._jobs.run(work, done=self._done, failed=self._failed, lane=ADD, must=True)

    def _export(self, model_id: str) -> None:
        title, proposed = tr("Export {model}", model=model_id), str(Path.home() / f"{model_id}.safetensors")
        ask = QFileDialog.Option.DontConfirmOverwrite  # nothing is ever overwritten
        file, _ = QFileDialog.getSaveFileName(self._dialog, title, proposed, tr(FILTER), options=ask)
        if not file:
            return
        session = self._reading.session

        def work(_token: Token) -> Path:
            from unet_studio.workflow import trading

            return trading.export_version(session, model_id, Path(file))

        self._jobs.run(
            work,
            done=lambda path: self._tell(tr("{model} is written to {file}", model=model_id, file=path)),
            failed=self._failed,
            lane=ADD,
            label=tr("Exporting"),
        )

    def _import(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self._dialog, tr("Import a version"), str(Path.home()), tr(FILTER))
        if not file:
            return
        session = self._reading.session

        def work(_token: Token) -> Any:
            from unet_studio.workflow import trading

            return trading.import_version(session, Path(file))

        def done(version: Any) -> None:
            words = tr("Imported as {model}; it does not propose before you make it active", model=version.id)
            self._done(Changes(models=True, message=words))

        self._jobs.run(work, done=done, failed=self._failed, lane=ADD, label=tr("Importing"))

    def _done(self, changes: Changes) -> None:
        self._tell(changes.message)
        self.changed.emit(changes)

    def _tell(self, text: str) -> None:
        self._say(text, "good")
        self._jobs.said.emit(text, False)

    def _failed(self, error: UserError) -> None:
        self._say(str(error), "bad")
        self._jobs.said.emit(str(error), True)
