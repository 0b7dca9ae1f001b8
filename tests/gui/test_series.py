"""The series browser and the folded line of files that are no pictures, in the window."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid
from PySide6.QtCore import Qt

from unet_studio.core.survey import Origin, Survey
from unet_studio.gui.dialogs.series import SeriesDialog
from unet_studio.gui.series_model import SeriesModel
from unet_studio.workflow import opening


def slice_of(path: Path, patient: str, series: int, number: int) -> None:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    dataset = Dataset()
    dataset.file_meta, dataset.preamble = meta, b"\0" * 128
    dataset.Modality, dataset.PatientID, dataset.PatientName = "CT", patient, f"Doe^{patient}"
    dataset.StudyInstanceUID, dataset.StudyDate, dataset.StudyDescription = f"1.{patient[1:]}", "20200102", "Thorax"
    dataset.SeriesInstanceUID, dataset.SeriesNumber = f"1.{patient[1:]}.{series}", series
    dataset.SOPInstanceUID, dataset.InstanceNumber = meta.MediaStorageSOPInstanceUID, number
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 40, 30, 1
    dataset.PhotometricInterpretation, dataset.PixelRepresentation = "MONOCHROME2", 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    values = np.random.default_rng(series * 100 + number + int(patient[1:]) * 10_000)
    dataset.PixelData = values.integers(0, 256, (40, 30)).astype(np.uint8).tobytes()
    dataset["PixelData"].VR = "OB"
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path)


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    """Two patients with two series of three images, no file with an extension, and 30 text files."""
    for patient in ("P1", "P2"):
        for series in (1, 2):
            for number in (1, 2, 3):
                slice_of(tmp_path / "disc" / patient / f"S{series}" / f"IM{number}", patient, series, number)
    for number in range(30):
        (tmp_path / "disc" / f"read{number}.txt").write_text("read me\n")
    return tmp_path / "disc"


def index_of(folder: Path, *names: str) -> None:
    """A DICOMDIR that names files in a folder P3."""
    records = []
    for name in names:
        record = Dataset()
        record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", ["P3", name]
        records.append(record)
    dataset = Dataset()
    dataset.file_meta, dataset.preamble = FileMetaDataset(), b"\0" * 128
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID, dataset.file_meta.MediaStorageSOPInstanceUID = (
        "1.2.840.10008.1.3.10",
        "1.2",
    )
    dataset.DirectoryRecordSequence = records
    dataset.save_as(folder / "DICOMDIR")


def test_files_that_only_the_index_knows_are_told(studio, qtbot, disc):
    index_of(disc, "IM1", "IM2", "IM3")
    window = studio()
    window.desk.show_series(disc)
    dialog = window.findChild(SeriesDialog)
    said = "12 pictures in 43 files; 3 named in DICOMDIR are missing"
    qtbot.waitUntil(lambda: dialog.progress.text() == said, timeout=30_000)
    dialog.close()
    window.add_paths([disc])
    folded = window.worklist.panel.folded
    qtbot.waitUntil(lambda: folded.topLevelItemCount() == 1 and not window.jobs.busy(), timeout=30_000)
    line = folded.topLevelItem(0)
    assert line.text(0).endswith("; 3 named in DICOMDIR are missing")
    folded.expandItem(line)
    words = [line.child(row).text(0) for row in range(line.childCount())]
    assert sum("is named in DICOMDIR, but it is not there" in one for one in words) == 3


def texts(model, parent=None) -> list:
    item = model.invisibleRootItem() if parent is None else parent
    return [item.child(row).text() for row in range(item.rowCount())]


def test_a_disc_is_looked_through_and_a_series_of_it_goes_to_the_worklist(studio, qtbot, disc):
    window = studio()
    window.desk.show_series(disc)
    dialog = window.findChild(SeriesDialog)
    qtbot.waitUntil(lambda: "12 pictures in 42 files" in dialog.progress.text(), timeout=30_000)
    model = dialog.model
    assert texts(model) == ["Patient 1", "Patient 2"]
    patient = model.item(1)
    assert texts(model, patient) == ["2020-01-02 · Thorax"]
    assert texts(model, patient.child(0)) == ["Series 1", "Series 2"]
    series = patient.child(0).child(1)
    assert texts(model, series) == ["Image 1", "Image 2", "Image 3"]
    assert patient.index().siblingAtColumn(1).data() == "6"
    dialog.names.setChecked(True)
    assert texts(model) == ["Doe, P1", "Doe, P2"]
    dialog.tree.setCurrentIndex(series.index())
    dialog.tree.expand(series.index())
    qtbot.waitUntil(lambda: series.child(0).data(Qt.ItemDataRole.DecorationRole) is not None, timeout=30_000)
    before = window.worklist.panel.model.rowCount()
    dialog.accept()
    qtbot.waitUntil(lambda: window.worklist.panel.model.rowCount() == before + 3, timeout=30_000)
    shown = [Path(case.path).relative_to(disc).as_posix() for case in window.worklist.panel.model.cases()[before:]]
    assert shown == ["P2/S2/IM1", "P2/S2/IM2", "P2/S2/IM3"]


def test_closing_the_browser_stops_it(studio, qtbot, disc):
    window = studio()
    dialog = SeriesDialog(window, disc, window.jobs, lambda paths: pytest.fail("nothing was chosen"))
    dialog.open()
    dialog.reject()
    assert all(token.cancelled() for token in dialog._tokens)
    qtbot.waitUntil(lambda: not window.jobs.busy(), timeout=30_000)


def test_studies_series_and_images_stand_in_order_and_a_series_shows_a_picture(qtbot):
    def found(date, series, number):
        origin = Origin("P", study=date, study_date=date, series=f"{date}{series}", series_number=series, number=number)
        return Survey(f"/cd/{date}-{series}-{number}", "picture", "", "DICOM", 9, 9, 1, "CR", origin=origin)

    asked = []
    model = SeriesModel(asked.append)
    model.add([found("20240101", 2, 3), found("20240101", 2, 1), found("20240101", 1, 1), found("20230101", 1, 1)])
    model.add([found("20240101", 2, 2)])
    patient = model.item(0)
    assert texts(model, patient) == ["2023-01-01", "2024-01-01"]
    assert texts(model, patient.child(1)) == ["Series 1", "Series 2"]
    series = patient.child(1).child(1)
    assert texts(model, series) == ["Image 1", "Image 2", "Image 3"]
    assert model.paths([series.index()]) == [f"/cd/20240101-2-{number}" for number in (1, 2, 3)]
    assert series.index().data(Qt.ItemDataRole.DecorationRole) is None
    assert asked == ["/cd/20240101-2-3"]
    model.set_thumbnail(asked[0], np.zeros((40, 40), np.uint8))
    assert series.index().data(Qt.ItemDataRole.DecorationRole) is not None
    assert series.child(2).index().data(Qt.ItemDataRole.DecorationRole) is not None


def test_ten_thousand_images_are_put_into_the_tree_in_small_steps(qtbot):
    found = [
        Survey(f"/cd/{n}", "picture", "", "DICOM", 512, 512, 1, "CT",
               origin=Origin(f"P{n // 1000}", f"Doe^{n // 1000}", f"1.{n // 1000}", series=f"1.{n // 200}", number=n))
        for n in range(10_000)
    ]  # fmt: skip
    asked = []
    model = SeriesModel(asked.append)
    longest = 0.0
    for start in range(0, len(found), 100):
        started = time.thread_time()
        model.add(found[start : start + 100])
        longest = max(longest, time.thread_time() - started)
    assert longest < 0.05  # seconds of CPU for one step: the window goes on
    assert model.rowCount() == 10
    assert len(model.paths([model.index(0, 0)])) == 1000
    assert not asked  # nothing was painted


def test_other_files_fold_into_a_line_that_unfolds(studio, qtbot, disc):
    window = studio()
    folded = window.worklist.panel.folded
    assert not folded.isVisibleTo(window)
    window.add_paths([disc])
    qtbot.waitUntil(lambda: folded.topLevelItemCount() == 1 and not window.jobs.busy(), timeout=30_000)
    line = folded.topLevelItem(0)
    assert line.text(0) == "30 other files: 30 not pictures, 0 reports, 0 damaged"
    assert folded.isVisibleTo(window)
    low = folded.height()
    line.setExpanded(True)
    assert line.childCount() == 30
    assert line.child(0).text(0).startswith("A file is a text file")  # names are hidden until they are asked for
    assert folded.height() > low
    rows = window.worklist.panel.model.rowCount()
    with qtbot.assertNotEmitted(folded.wanted):  # no picture: nothing comes of it
        folded.itemActivated.emit(line.child(0), 0)
    assert rows == 14
    window.actions_set["show_names"].trigger()
    folded.topLevelItem(0).setExpanded(True)
    assert folded.topLevelItem(0).child(0).text(0).startswith("read0.txt is a text file")


def test_a_twin_can_be_unfolded_and_put_on_the_worklist(studio, qtbot, tmp_path, disc):
    copied = disc / "P1" / "S1" / "IM1"
    (disc / "again").write_bytes(copied.read_bytes())
    window = studio()
    window.add_paths([disc])
    folded = window.worklist.panel.folded
    qtbot.waitUntil(lambda: folded.topLevelItemCount() == 1 and not window.jobs.busy(), timeout=30_000)
    assert folded.topLevelItem(0).text(0).endswith("; 1 twin of a picture")
    folded.topLevelItem(0).setExpanded(True)
    item = next(child for row in range(31) if "shows the same" in (child := folded.topLevelItem(0).child(row)).text(0))
    before = len(opening.cases(window.reading.session))
    folded.itemActivated.emit(item, 0)
    qtbot.waitUntil(lambda: len(opening.cases(window.reading.session)) == before + 1, timeout=30_000)
