"""A question below the worklist, put once for each folder of stills: which of them belong together."""

from __future__ import annotations

import os
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QWidget

from unet_studio.core.changes import Changes
from unet_studio.core.grouping import Rule
from unet_studio.gui.dialogs.folder import FolderDialog
from unet_studio.gui.jobs import THUMBS, Jobs, Token
from unet_studio.gui.names import in_clear
from unet_studio.gui.reading import Reading
from unet_studio.gui.texts import tr, tr_n


def _shown(folder: str) -> str:
    return folder if in_clear() else "…"


class FolderBar(QFrame):
    """Words and three answers; it takes no key and covers nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="folder_bar")
        self.words = QLabel(objectName="folder_words")
        self.words.setWordWrap(True)
        self.choose = QPushButton(tr("Choose…"), objectName="folder_choose")
        self.alone = QPushButton(tr("Each stands alone"), objectName="folder_alone")
        self.later = QPushButton(tr("Not now"), objectName="folder_later")
        layout = QGridLayout(self)  # in the side column: above the picture it would move what the reader points at
        layout.setContentsMargins(10, 8, 10, 8)
        layout.addWidget(self.words, 0, 0, 1, 2)
        layout.addWidget(self.choose, 1, 0)
        layout.addWidget(self.later, 1, 1)
        layout.addWidget(self.alone, 2, 0, 1, 2)
        self.hide()

    def ask(self, count: int) -> None:
        """Ask about a folder of so many pictures."""
        self.words.setText(
            tr_n(
                "This picture names no patient. Is it the only one of its patient in its folder?",
                "This picture names no patient. Do some of the %n pictures in its folder belong together?",
                count,
            )
        )
        self.show()


class FolderLink(QObject):
    """Asks when a still of a folder without an answer is opened; nobody has to answer."""

    changed = Signal(object)  # Changes

    def __init__(self, reading: Reading, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window)
        self._reading, self._jobs, self._window = reading, jobs, window
        self._asked: set[str] = set()  # folders that were put off, in this session
        self._about: Any = None
        self.bar = FolderBar()
        self.bar.choose.clicked.connect(self.choose)
        self.bar.alone.clicked.connect(lambda: self._answer(self._about.path, Rule()))
        self.bar.later.clicked.connect(self._put_off)
        reading.opened.connect(lambda _opened: self._look())

    def _look(self) -> None:
        case, session = self._reading.open_case, self._reading.session
        if case is None or os.path.dirname(case.case.path) in self._asked:  # noqa: PTH120 - it may be no text
            self.bar.hide()
            return

        def work(_token: Token) -> Any:
            from unet_studio.workflow import folders

            return folders.to_ask(session, case.case.id, case.image)

        # a question that cannot be put is put at the next picture; accepting says what is wrong
        self._jobs.run(work, done=self._ask, failed=lambda _error: None, lane=THUMBS, priority=1 << 20)

    def _ask(self, folder: Any) -> None:
        self._about = folder
        if folder is None or folder.path in self._asked:
            self.bar.hide()
        else:
            self.bar.ask(len(folder.names))

    def _put_off(self) -> None:
        self._asked.add(self._about.path)
        self.bar.hide()

    def choose(self) -> None:
        """Ask about the open picture's folder, answered before or not."""
        case, session = self._reading.open_case, self._reading.session
        if case is None:
            return

        def work(_token: Token) -> Any:
            from unet_studio.workflow import folders

            return folders.folder_of(session, case.case.id)

        self._jobs.run(work, done=self._show)

    def _show(self, folder: Any) -> None:
        FolderDialog(
            self._window,
            _shown(folder.name),
            folder.names,
            folder.rule or folder.guessed,
            folder.accepted,
            lambda rule: self._answer(folder.path, rule),
        ).open()

    def _answer(self, path: str, rule: Rule) -> None:
        session = self._reading.session
        self.bar.hide()

        def work(_token: Token) -> Changes:
            from unet_studio.workflow import folders

            return folders.choose(session, path, rule)

        self._jobs.run(work, done=self.changed.emit, must=True)
