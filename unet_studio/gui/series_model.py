"""Patients, studies, series and images as a tree that grows while a folder is looked through."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import QPixmap, QStandardItem, QStandardItemModel

from unet_studio.core.survey import Survey
from unet_studio.gui.names import in_clear
from unet_studio.gui.texts import mark, tr, tr_n
from unet_studio.gui.worklist_model import to_qimage

PATH_ROLE = Qt.ItemDataRole.UserRole + 1  # of an image: its file; of others None
NAME_ROLE = PATH_ROLE + 1  # of a patient: the name that is shown only on request
THUMBNAIL_ROLE = PATH_ROLE + 2  # of an image and of a series: the file whose small picture stands beside it
THUMBNAIL = 48  # px a side
COLUMNS = (mark("Patient, study, series, image"), mark("Pictures"), mark("Kind"))
Key = tuple[str, ...]


class SeriesModel(QStandardItemModel):
    """Three levels above the images; `want_thumbnail(path)` is called once for each file whose row is painted.

    Studies are in the order of their dates, series and images in that of their numbers.
    """

    def __init__(self, want_thumbnail: Callable[[str], None], parent=None) -> None:
        super().__init__(0, len(COLUMNS), parent)
        self.setHorizontalHeaderLabels([tr(one) for one in COLUMNS])
        self._want = want_thumbnail
        self._nodes: dict[Key, QStandardItem] = {}
        self._counts: dict[Key, int] = {}
        self._places: dict[Key, list[tuple[int | str]]] = {}  # of what lies under a node, in order
        self._pictured: dict[str, list[QStandardItem]] = {}  # by file, the rows that show its small picture
        self._asked: set[str] = set()
        self._names = False

    def add(self, found: Iterable[Survey]) -> None:
        """Put pictures under their series; a series in one file's own words when it names none."""
        grown: set[Key] = set()
        for one in found:
            key = self._series(one)
            self._insert(key, (one.origin.number,), self._image(one))
            for depth in (1, 2, 3):
                self._counts[key[:depth]] = self._counts.get(key[:depth], 0) + 1
                grown.add(key[:depth])
        for key in grown:
            self._beside(self._nodes[key], 1).setText(str(self._counts[key]))

    def show_names(self, shown: bool) -> None:
        """Show the patients' names, or numbers instead."""
        self._names = shown
        for row in range(self.rowCount()):
            item = self.item(row)
            item.setText(self._patient(row, item.data(NAME_ROLE)))

    def paths(self, indexes: Iterable[QModelIndex]) -> list[str]:
        """Files of these rows and of all below them, each once, in the order of the tree."""
        found: dict[str, None] = {}
        for index in sorted(indexes, key=_place):
            self._collect(self.itemFromIndex(index.siblingAtColumn(0)), found)
        return list(found)

    def _collect(self, item: QStandardItem, found: dict[str, None]) -> None:
        path = item.data(PATH_ROLE)
        if path is not None:
            found[path] = None
        for row in range(item.rowCount()):
            self._collect(item.child(row), found)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """As a standard model; a file's thumbnail is asked for when it is first painted."""
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            path = super().data(index, THUMBNAIL_ROLE)
            if path is not None and path not in self._asked:
                self._asked.add(path)
                self._want(path)
        return super().data(index, role)

    def set_thumbnail(self, path: str, pixels: np.ndarray | None) -> None:
        """Take a thumbnail, uint8 (h, w) or (h, w, 3), that has arrived."""
        if pixels is None:
            return
        pixmap = QPixmap.fromImage(to_qimage(pixels))
        for item in self._pictured.get(path, ()):
            item.setData(pixmap, Qt.ItemDataRole.DecorationRole)

    # nodes

    def _series(self, one: Survey) -> Key:
        """The key of the picture's series, whose nodes are there from now on."""
        about = one.origin
        patient = about.patient or about.patient_name
        key = (patient, about.study, about.series)
        if key[:1] not in self._nodes:
            row = self.rowCount()
            name = about.patient_name if patient else None
            node = self._node(key[:1], (row,), self._patient(row, name))
            node.setData(name, NAME_ROLE)
        if key[:2] not in self._nodes:
            words = (_date(about.study_date), about.study_text)
            self._node(key[:2], (about.study_date,), _joined(words) or tr("Files without a study"))
        if key not in self._nodes:
            number = tr("Series {number}", number=about.series_number) if about.series_number else ""
            words = _joined((number, about.series_text)) or tr("Files without a series")
            node = self._node(key, (about.series_number,), words)
            self._beside(node, 2).setText(one.modality or one.format)
            self._show_picture(node, one.path)
        return key

    def _node(self, key: Key, place: tuple[int | str], text: str) -> QStandardItem:
        items = [_item(text), _item(""), _item("")]
        self._insert(key[:-1], place, items)
        self._nodes[key] = items[0]
        return items[0]

    def _insert(self, key: Key, place: tuple[int | str], items: list[QStandardItem]) -> None:
        """Put a row under the node of `key`, behind those of a lower or the same place."""
        places = self._places.setdefault(key, [])
        row = bisect_right(places, place)
        places.insert(row, place)
        (self._nodes[key] if key else self.invisibleRootItem()).insertRow(row, items)

    def _show_picture(self, item: QStandardItem, path: str) -> None:
        item.setSizeHint(QSize(0, THUMBNAIL + 4))
        item.setData(path, THUMBNAIL_ROLE)
        self._pictured.setdefault(path, []).append(item)

    def _beside(self, item: QStandardItem, column: int) -> QStandardItem:
        return self.itemFromIndex(item.index().siblingAtColumn(column))

    def _image(self, one: Survey) -> list[QStandardItem]:
        name = one.path.replace("\\", "/").rsplit("/", 1)[-1]
        number = tr("Image {number}", number=one.origin.number) if one.origin.number else ""
        number = number or (name if in_clear() else tr("Image"))
        taken = one.acquisition
        words = _joined((number, taken.body_part.lower(), taken.view, taken.intent.lower()))
        image = _item(words)
        image.setData(one.path, PATH_ROLE)
        self._show_picture(image, one.path)
        frames = tr_n("%n frame", "%n frames", one.frames) if one.frames > 1 else ""
        size = f"{one.columns} x {one.rows}"
        return [image, _item(frames), _item(_joined((one.format if one.format != "DICOM" else one.modality, size)))]

    def _patient(self, row: int, name: str | None) -> str:
        if name is None:
            return tr("Files without a patient")
        return _person(name) if self._names and name else tr("Patient {number}", number=row + 1)


def _item(text: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setEditable(False)
    return item


def _joined(words: Iterable[str]) -> str:
    return " · ".join(word for word in words if word)


def _date(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if len(text) == 8 and text.isdecimal() else text


def _person(name: str) -> str:
    """DICOM's Family^Given as it is spoken of."""
    return ", ".join(part for part in name.split("=")[0].split("^") if part)


def _place(index: QModelIndex) -> tuple[int, ...]:
    rows: list[int] = []
    while index.isValid():
        rows.append(index.row())
        index = index.parent()
    return tuple(reversed(rows))
