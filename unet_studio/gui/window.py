"""The main window: puts the parts together, enables actions by what holds, and closes in order."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import (
    QLabel,
    QMainWindow,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from unet_studio.core.changes import Changes
from unet_studio.core.errors import UserError
from unet_studio.gui import links, names, preferences, start_page
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.beside import Beside
from unet_studio.gui.canvas import Canvas
from unet_studio.gui.controls import SideArea, rule
from unet_studio.gui.dialogs.frame import ask
from unet_studio.gui.frame_bar import FrameBar
from unet_studio.gui.jobs import MODEL, Jobs, Token
from unet_studio.gui.learn_panel import PLOT, LearnPanel
from unet_studio.gui.option_strip import OptionStrip
from unet_studio.gui.reading import Opened, Reading
from unet_studio.gui.segment_panel import SegmentPanel
from unet_studio.gui.status_bar import StatusBar
from unet_studio.gui.teaching import Teaching
from unet_studio.gui.texts import tr

LEFT_WIDTH, RIGHT_WIDTH = 250, 272
LATE = tuple(  # what tools would load at their first use
    f"unet_studio.editing.{name}" for name in ("commands", "pull", "smart_stroke", "doubt", "follow", "islands")
)


class MainWindow(QMainWindow):
    """The reader's window on one Workspace."""

    painted = Signal()  # the window is on the screen for the first time
    warmed = Signal()  # torch and the models are loaded

    def __init__(self, session: Any) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        self._ending = self._shut = self._was_painted = self._warmed = False
        self.jobs = Jobs(self)
        self.reading = Reading(self.jobs, session, self)
        self.teaching = Teaching(self.jobs, self)
        self.actions_set = ActionSet(self)
        self.canvas = Canvas()
        self.segment = SegmentPanel(self.actions_set)
        self.learn_panel = LearnPanel(self.actions_set)
        self.status = StatusBar(self)
        self.strip = OptionStrip(self.actions_set)
        self.beside = Beside(self.canvas)
        self.frame_bar = FrameBar(self.actions_set)
        self.start = start_page.StartPage(self.actions_set)
        links.make(self)
        self._assemble()
        self._connect()
        self.keys.read()
        self._restore(self.desk.preferences)
        self.worklist.refresh()
        self.show_reader()
        self.show_page()
        self.worklist.panel.list.setFocus()

    # assembly

    def _assemble(self) -> None:
        self.actions_set.fill_menus(self)
        self.addToolBar(self._tool_bar())
        self.setStatusBar(self.status)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start)
        self.pages.addWidget(_column(self.strip, self.beside.pair, self.frame_bar))
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        for place, widget in enumerate((self.worklist.panel, self.pages, self._side())):
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(place, int(place == 1))
        self.banner = QLabel(objectName="banner")
        self.banner.setWordWrap(True)
        self.setCentralWidget(_column(self.banner, self.splitter))

    def _tool_bar(self) -> QToolBar:
        bar = QToolBar(tr("Tools"), objectName="tool_bar")
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.actions_set.fill_bar(bar)
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spacer)
        self._reader_button = QToolButton(objectName="reader_button")
        self._reader_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._reader_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._reader_button.clicked.connect(self.actions_set["reader"].trigger)
        bar.addWidget(self._reader_button)
        return bar

    def _side(self) -> SideArea:
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.segment)
        layout.addWidget(rule())
        layout.addWidget(self.learn_panel, 1)
        return SideArea(column, RIGHT_WIDTH)

    def _connect(self) -> None:
        self.actions_set.connect_all(links.handlers(self))
        links.connect(self)
        self.jobs.said.connect(self.status.say)
        self.jobs.busy_changed.connect(self.status.working)
        self.reading.opened.connect(self._show_opened)
        self.reading.state_changed.connect(self._state_changed)
        self.canvas.first_painted.connect(self._warm_up)
        self.actions_set.keys_changed.connect(self._show_keys)

    # what is shown

    def take(self, changes: Changes) -> None:
        """Show what a verb changed, wherever it is shown."""
        self.worklist.take(changes)
        self.learn.take(changes)
        self.ahead.take_changes(changes)
        self.efforts.take_changes(changes)
        if changes.message:
            self.status.say(changes.message)
        self.enable()

    def _show_opened(self, opened: Opened | None) -> None:
        if opened is not None:
            self.worklist.panel.mark_open(self.reading.case_id)
        self.show_page()
        self.show_reader()

    def show_page(self) -> None:
        """Show the open picture, or what can be done without one."""
        open_case = self.reading.open_case is not None or self.frames.moving or self.seen.on
        self.pages.setCurrentIndex(int(open_case or self.reading.case_id >= 0))
        if not open_case and self.reading.case_id < 0:
            empty = not self.worklist.panel.model.rowCount()
            self.start.say(*(start_page.NOTHING if empty else start_page.CHOOSE), buttons=empty)
        self.enable()

    def show_unreadable(self, line: str) -> None:
        """Say why a picture cannot be opened."""
        self.start.say(start_page.CANNOT, line, buttons=False)
        self.status.say(line, True)

    def say_finished(self) -> None:
        """Nothing is left on the worklist."""
        self.status.say(tr("Every picture is done: export the masks, or learn"))

    def _state_changed(self) -> None:
        self.picture.lock(self.reading.busy)
        self.enable()

    def enable(self) -> None:
        """Enable the actions by what holds now."""
        self.actions_set.enable(links.facts(self))

    def show_reader(self) -> None:
        """Name the reader, the open picture, and who keeps the Workspace from being written to."""
        session, case = self.reading.session, self.reading.open_case
        name = f"{names.name_of(case.case)} – " if case is not None else ""
        self.setWindowTitle(name + tr("U-Net Studio – reader: {reader}", reader=session.reader))
        self._reader_button.setIcon(self.actions_set["reader"].icon())
        self._reader_button.setText(session.reader)
        self._reader_button.setToolTip(self.actions_set["reader"].toolTip())
        self.banner.setText(tr("Read only: {who}", who=session.held_by) if session.held_by else tr("Read only"))
        self.banner.setVisible(not session.writable)

    def _show_keys(self) -> None:
        self.worklist.panel.show_keys()
        self.show_reader()
        self.show_page()

    # start

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once that the window is on the screen."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self._after_paint)

    def _after_paint(self) -> None:
        self.painted.emit()
        self.session_lock.listen()
        self.learn.refresh()
        self.worklist.open_first()

    def _warm_up(self) -> None:
        """Load torch, the models and the plot behind the first picture, so that nobody waits for them later."""
        if self._warmed:
            return
        self._warmed = True
        session = self.reading.session

        def work(_token: Token) -> tuple[str, str]:
            from unet_studio.workflow import proposing

            with contextlib.suppress(UserError):  # a missing model is told of when it is asked for
                proposing.warm_up(session)
            for module in (PLOT, *LATE):
                importlib.import_module(module)
            return proposing.device_summary()

        self.status.show_fact("device", tr("device …"), tr("The device is being tried"))
        self.jobs.run(work, done=self._show_device, failed=self._no_device, lane=MODEL)

    def _no_device(self, error: Exception) -> None:
        self.status.show_fact("device", tr("device: see Help, Devices"), str(error))

    def _show_device(self, summary: tuple[str, str]) -> None:
        self.warmed.emit()
        label, why = summary
        self.status.show_fact("device", label + (f" – {why}" if why else ""))

    # files

    def add_paths(self, paths: Sequence[Path]) -> None:
        """Put files and folders on the worklist."""
        self.worklist.add(paths)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if self.reading.session.writable and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Put what was dropped on the worklist."""
        self.add_paths([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    # looks kept from day to day

    def _restore(self, kept: preferences.Preferences) -> None:
        self.resize(QSize(1280, 800).boundedTo(self.screen().availableSize()))
        if kept.geometry:
            self.restoreGeometry(QByteArray.fromBase64(kept.geometry.encode()))
        left, right = kept.left_width or LEFT_WIDTH, kept.right_width or RIGHT_WIDTH
        self.splitter.setSizes([left, max(400, self.width() - left - right), right])
        links.restore(self, kept)

    def _kept(self) -> preferences.Preferences:
        left, _, right = self.splitter.sizes()
        return replace(
            self.desk.preferences,
            geometry=bytes(self.saveGeometry().toBase64()).decode(),
            left_width=left,
            right_width=right,
            **links.kept(self),
        )

    # the end

    def end_session(self, _manager: object = None) -> None:
        """The operating system ends the session: strokes to the disk, and no questions from now on."""
        self._ending = True
        self.reading.flush()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close; ask first while something is being learned."""
        if self.teaching.running and not self._ending and not self._shut:
            event.ignore()
            text = tr("Learning is under way. Close and stop it? The queue stays as it is.")
            ask(self, tr("Learning"), text, tr("Stop and close"), tr("Go on learning"), self._close_now)
            return
        self.shut()
        event.accept()

    def _close_now(self) -> None:
        self._ending = True
        QTimer.singleShot(0, self, self.close)

    def shut(self) -> None:
        """Stop everything and let the Workspace go; once."""
        if self._shut:
            return
        self._shut = True
        from unet_studio.workflow import session

        if self.reading.session.writable:
            preferences.save(self.reading.session.folder, self._kept())
        self.teaching.cancel()
        self.reading.settle_threshold()
        self.canvas.set_document(None)
        self.jobs.close()
        self.reading.close()
        self.teaching.join(2.5)
        self.learn_panel.close_plot()
        self.actions_set.close()
        session.close_session(self.reading.session)


def _column(head: QWidget, body: QWidget, *feet: QWidget) -> QWidget:
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(head)
    layout.addWidget(body, 1)
    for foot in feet:
        layout.addWidget(foot)
    return column
