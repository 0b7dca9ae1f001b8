"""Opening the window: `open_window` for whoever has an event loop, `run` for the command line."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication, QMessageBox

from unet_studio.core.errors import UserError
from unet_studio.gui import languages, preferences, theme
from unet_studio.gui.window import MainWindow
from unet_studio.workflow.faults import record_fault
from unet_studio.workflow.session import open_session

Paths = Sequence[str | os.PathLike[str]]


def application() -> QApplication:
    """The QApplication: made once, reused ever after."""
    found = QApplication.instance()
    if found is None:
        found = QApplication(sys.argv[:1] or ["unet-studio"])
        found.setApplicationName("unet-studio")
        found.setApplicationDisplayName("")
        found.setDesktopFileName("unet-studio")
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    return found


def open_window(
    workspace: str | os.PathLike[str] | None = None,
    paths: Paths = (),
    *,
    target: str | None = None,
    sample: bool = False,
) -> MainWindow:
    """Show the main window on a Workspace folder (None: the reader's own) and return it; starts no event loop.

    paths: files and folders for the worklist. target: for pictures that nobody chose one for. sample: put the sample
    film on the worklist. Raises core.errors.WorkspaceError where the Workspace cannot be opened.
    """
    qt = application()
    session = open_session(None if workspace is None else Path(workspace), window=True)
    kept = preferences.load(session.folder)
    theme.apply(qt, kept.text_percent)
    trouble = languages.install(qt, kept.language)
    window = MainWindow(session)
    if trouble:
        window.status.say(trouble, True)
    window.worklist.target = target
    qt.commitDataRequest.connect(window.end_session)
    window.show()
    if sample:
        window.worklist.add_sample()
    window.add_paths([Path(path) for path in paths])
    return window


def run(
    workspace: str | os.PathLike[str] | None = None,
    paths: Paths = (),
    *,
    target: str | None = None,
    sample: bool = False,
) -> int:
    """Open the window, run the event loop until it is closed, and return the exit code."""
    qt = application()
    try:
        window = open_window(workspace, paths, target=target, sample=sample)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        theme.apply(qt)
        QMessageBox.critical(None, "U-Net Studio", str(error))
        return 1
    sys.excepthook = lambda _kind, error, _trace: window.status.say(record_fault(error), True)
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: (window.end_session(), window.close()))
    # torch's objects never go away: to look through them made every full collection a gap of 90 ms
    window.warmed.connect(gc.freeze)
    code = qt.exec()
    window.shut()
    return code
