"""The series browser: what a folder or disc holds, looked through in the background, and what of it is to be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QSize
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QHeaderView, QLabel, QTreeView, QWidget

from unet_studio.gui.dialogs.frame import Frame
from unet_studio.gui.folded_panel import missing_words
from unet_studio.gui.jobs import BROWSE, BROWSE_THUMBS, Jobs, Token
from unet_studio.gui.names import in_clear
from unet_studio.gui.series_model import PATH_ROLE, THUMBNAIL, SeriesModel
from unet_studio.gui.texts import mark, tr, tr_n

HEADING = mark("Choose patients, studies, series or single images. Names stay hidden unless you ask for them.")


class SeriesDialog(Frame):
    """A tree that fills while it is used; `on_chosen` gets the files of what was chosen."""

    def __init__(self, parent: QWidget, path: Path, jobs: Jobs, on_chosen: Callable[[Sequence[Path]], object]) -> None:
        title = tr("Series in {folder}", folder=path.name or str(path)) if in_clear() else tr("Series")
        super().__init__(parent, title, tr(HEADING))
        self._jobs, self._on_chosen = jobs, on_chosen
        self._tokens: list[Token] = []
        self._asked = 0
        self._pictures = 0
        self._missing = 0
        self.model = SeriesModel(self._want_thumbnail, self)
        self.tree = self._make_tree()
        self.progress = QLabel(tr("Looking through the folder …"), objectName="quiet")
        self.names = QCheckBox(tr("Show patients' names"), objectName="series_names")
        self.names.toggled.connect(self.model.show_names)
        self.names.setChecked(in_clear())
        for widget in (self.tree, self.progress, self.names):
            self.body.addWidget(widget)
        self.offer(tr("Put on the worklist"), tr("Close"))
        self.use = self.buttons.buttons()[0]
        self.use.setEnabled(False)
        self.accepted.connect(self._chosen)
        self.resize(QSize(760, 560))
        self._look_through(path)

    def _make_tree(self) -> QTreeView:
        tree = QTreeView(objectName="series_tree")
        tree.setAccessibleName(tr("Patients, studies, series and images"))
        tree.setModel(self.model)
        tree.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setStretchLastSection(False)
        tree.selectionModel().selectionChanged.connect(self._selection_changed)
        tree.doubleClicked.connect(self._double_clicked)
        return tree

    # what is found

    def _look_through(self, path: Path) -> None:
        def work(token: Token) -> int:
            from unet_studio.workflow import browsing

            return browsing.look_through(path, token.report, token.cancelled)

        self._tokens.append(self._jobs.run(work, done=self._finished, progress=self._take, lane=BROWSE))

    def _take(self, looked: Any) -> None:
        first = not self._pictures
        self._pictures += len(looked.pictures)
        self._missing = looked.missing
        self.model.add(looked.pictures)
        self.progress.setText(
            tr("{done} of {files} files looked at: {pictures}", done=looked.done, files=looked.files,
               pictures=tr_n("%n picture", "%n pictures", self._pictures))
        )  # fmt: skip
        if first and self._pictures:
            self.tree.expandToDepth(1)
            self.tree.setCurrentIndex(self.model.index(0, 0))

    def _finished(self, files: int) -> None:
        pictures = tr_n("%n picture", "%n pictures", self._pictures)
        words = tr("{pictures} in {files}", pictures=pictures, files=tr_n("%n file", "%n files", files))
        self.progress.setText(f"{words}; {missing_words(self._missing)}" if self._missing else words)

    def _want_thumbnail(self, path: str) -> None:
        self._asked += 1

        def work(_token: Token) -> Any:
            from unet_studio.workflow import browsing

            return browsing.thumbnail(Path(path), THUMBNAIL)

        self._tokens.append(self._jobs.run(
            work, done=lambda pixels: self.model.set_thumbnail(path, pixels), failed=lambda _error: None,
            lane=BROWSE_THUMBS, priority=self._asked,
        ))  # fmt: skip

    # what is chosen

    def chosen(self) -> list[Path]:
        """Files of the chosen rows and of all below them."""
        return [Path(path) for path in self.model.paths(self.tree.selectionModel().selectedRows())]

    def _selection_changed(self) -> None:
        self.use.setEnabled(self.tree.selectionModel().hasSelection())

    def _double_clicked(self, index: QModelIndex) -> None:
        if index.siblingAtColumn(0).data(PATH_ROLE) is not None:
            self.accept()

    def _chosen(self) -> None:
        self._on_chosen(self.chosen())

    def done(self, result: int) -> None:
        """Close, and stop looking."""
        for token in self._tokens:
            token.cancel()
        super().done(result)
