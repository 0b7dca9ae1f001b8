"""DICOM SEG and Secondary Capture, read by pydicom and highdicom, of films as they come out of archives."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import highdicom
import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    CTImageStorage,
    MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    generate_uid,
)

from unet_studio.exporting import dicom_source, seg

MASK = np.zeros((40, 30), np.uint8)
MASK[5:20, 3:9] = 1
MASK[33, 28] = 1
PLANE = {
    "FrameOfReferenceUID": "1.2.826.0.1.3680043.8.498.1",
    "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
    "ImagePositionPatient": [-10, -20, 5],
    "PixelSpacing": [0.5, 0.25],
    "SliceThickness": 2,
}
FILM = {
    "SOPClassUID": ComputedRadiographyImageStorage,
    "PatientName": "Roe^Jane",
    "PatientID": "4711",
    "PatientBirthDate": "19500101",
    "PatientSex": "F",
    "StudyInstanceUID": "1.2.826.0.1.3680043.8.498.2",
    "SeriesInstanceUID": "1.2.826.0.1.3680043.8.498.3",
    "StudyDate": "20240229",
}
Film = Callable[..., Path]


@pytest.fixture
def film(dicom: Film) -> Film:
    """A film of 40 x 30 px with good tags; more keywords change or, as None, remove them."""

    def write(frames: int = 1, **tags: Any) -> Path:
        pixels = np.zeros((frames, 40, 30) if frames > 1 else (40, 30), np.uint16)
        path = dicom(
            pixels, name="film.dcm", **{key: value for key, value in {**FILM, **tags}.items() if value is not None}
        )
        if any(value is None for value in tags.values()):
            found = pydicom.dcmread(path)
            for key in tags:
                if tags[key] is None and key in found:
                    delattr(found, key)
            found.save_as(path)
        return path

    return write


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def written(export: Any, path: Path, *masks: np.ndarray, **facts: Any) -> Any:
    """The SEG of a film's Masks, read by pydicom; everything went well."""
    facts.setdefault("source_sha256", sha256(path))
    found = export("P001_I001", *masks, formats="seg,sc", source=path, **facts)
    assert not found.problems
    return pydicom.dcmread(export.out / "seg" / "P001_I001.dcm")


def test_a_film_without_a_frame_of_reference(export: Any, film: Film) -> None:
    path = film()
    found = written(export, path, MASK)
    assert np.array_equal(found.pixel_array, MASK)
    assert "FrameOfReferenceUID" not in found
    source = pydicom.dcmread(path)
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate"):
        assert found[keyword].value == source[keyword].value, keyword
    read = highdicom.seg.segread(export.out / "seg" / "P001_I001.dcm")
    (described,) = [read.get_segment_description(1)]
    assert described.segmented_property_type == highdicom.sr.CodedConcept("39607008", "SCT", "Lung")
    assert described.segmented_property_category.value == "123037004"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pixels = read.get_pixels_by_source_instance([source.SOPInstanceUID], combine_segments=False)
    assert np.array_equal(np.squeeze(pixels), MASK)


@pytest.mark.parametrize("pack", [gzip.compress, imagecodecs.zstd_encode])
def test_a_packed_film(export: Any, film: Film, pack: Callable[[bytes], bytes]) -> None:
    path = film()
    path.write_bytes(bytes(pack(path.read_bytes())))
    found = written(export, path, MASK)
    assert np.array_equal(found.pixel_array, MASK)
    assert (found.PatientName, found.StudyInstanceUID) == ("Roe^Jane", FILM["StudyInstanceUID"])


def test_model_and_reader_stand_where_they_belong(export: Any, film: Film) -> None:
    found = written(export, film(), MASK, reader="Dr Ünal")
    assert str(found.ContentCreatorName) == "Dr Ünal"
    (segment,) = found.SegmentSequence
    assert (segment.SegmentAlgorithmType, segment.SegmentAlgorithmName) == ("SEMIAUTOMATIC", "lung-v3")
    algorithm = segment.SegmentationAlgorithmIdentificationSequence[0]
    assert (algorithm.AlgorithmName, algorithm.AlgorithmVersion) == ("lung-v3", "ef" * 8)
    assert (found.Manufacturer, found.SoftwareVersions) == ("U-Net Studio", "U-Net Studio 0.1.0")


@pytest.mark.parametrize(
    ("facts", "kind", "creator"),
    [
        ({"reviewed": False, "mask_sha256": ""}, "AUTOMATIC", ""),
        ({"model": "", "model_sha256": "", "threshold": None}, "MANUAL", "Dr Test"),
    ],
)
def test_who_drew_it(export: Any, film: Film, facts: dict[str, Any], kind: str, creator: str) -> None:
    found = written(export, film(), MASK, target="polyp", **facts)
    assert found.SegmentSequence[0].SegmentAlgorithmType == kind
    assert str(found.ContentCreatorName or "") == creator
    assert found.SegmentSequence[0].SegmentedPropertyTypeCodeSequence[0].CodeValue == "41329004"


def test_a_source_with_a_plane_keeps_it(export: Any, film: Film) -> None:
    found = written(export, film(SOPClassUID=CTImageStorage, **PLANE), MASK)
    assert found.FrameOfReferenceUID == PLANE["FrameOfReferenceUID"]
    sitk = pytest.importorskip("SimpleITK", reason="the test extra is not installed")
    image = sitk.ReadImage(str(export.out / "seg" / "P001_I001.dcm"))
    assert np.array_equal(sitk.GetArrayFromImage(image)[0] != 0, MASK)


@pytest.mark.parametrize("kind", [CTImageStorage, MultiFrameGrayscaleByteSecondaryCaptureImageStorage, "1.2.3.4"])
def test_frames_without_a_plane(export: Any, film: Film, kind: str) -> None:
    masks = [np.roll(MASK, shift, axis=0) for shift in range(3)]
    masks[1] = masks[1] * 0
    found = written(export, film(3, SOPClassUID=kind), *masks)
    assert np.array_equal(found.pixel_array, masks)
    assert [seg.source_frame(item) for item in found.PerFrameFunctionalGroupsSequence] == [0, 1, 2]
    referred = found.ReferencedSeriesSequence[0].ReferencedInstanceSequence[0]
    assert referred.ReferencedSOPClassUID == kind


@pytest.mark.parametrize("mask", [np.zeros((40, 30), np.uint8), np.ones((40, 30), np.uint8)])
def test_nothing_and_everything(export: Any, film: Film, mask: np.ndarray) -> None:
    assert np.array_equal(written(export, film(), mask).pixel_array, mask)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "tags",
    [
        {"PatientID": None},
        {"PatientID": None, "PatientName": None, "PatientBirthDate": None, "PatientSex": None, "StudyDate": None},
        {"StudyInstanceUID": None, "SeriesInstanceUID": None},
        {"PatientBirthDate": "d41d8cd98f00b204e9800998ecf8427e"},
        {"StudyDate": "20240230", "StudyTime": "99", "PatientAge": "62", "PatientSex": "female"},
        {"ImagerPixelSpacing": [0, 0], "PixelSpacing": [0, 0]},
        {"SOPInstanceUID": None, "AccessionNumber": "x" * 40},
        {"FrameOfReferenceUID": "1.2.3", "ImageOrientationPatient": [0, 0, 0, 0, 0, 0]},
    ],
)
def test_missing_and_invalid_tags_are_left_empty(export: Any, film: Film, tags: dict[str, Any]) -> None:
    found = written(export, film(**tags), MASK)
    assert np.array_equal(found.pixel_array, MASK)
    for keyword in set(tags) & {"PatientID", "PatientBirthDate", "StudyDate", "PatientSex", "AccessionNumber"}:
        assert not found[keyword].value, keyword
    assert found.StudyInstanceUID
    assert "PatientAge" not in found


def test_secondary_capture_shows_the_overlay_in_the_study(export: Any, film: Film) -> None:
    path = film()
    written(export, path, MASK)
    found = pydicom.dcmread(export.out / "sc" / "P001_I001.dcm")
    assert found.pixel_array.shape == (40, 30, 3)
    assert (found.pixel_array[MASK == 0] == 190).all()
    assert tuple(found.pixel_array[5, 3]) == (86, 180, 233)
    assert (str(found.PatientName), found.StudyInstanceUID) == ("Roe^Jane", FILM["StudyInstanceUID"])
    assert found.SourceImageSequence[0].ReferencedSOPInstanceUID == pydicom.dcmread(path).SOPInstanceUID
    assert found.SeriesInstanceUID != FILM["SeriesInstanceUID"]


def test_anonymous_objects_name_no_patient_and_hang_together(export: Any, film: Film) -> None:
    path = film(StudyDescription="Roe chest", AccessionNumber="A4711", PatientAge="074Y")
    found = written(export, path, MASK, anonymous=True)
    capture = pydicom.dcmread(export.out / "sc" / "P001_I001.dcm")
    source = pydicom.dcmread(path)
    for one in (found, capture):
        for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "AccessionNumber"):
            assert not one[keyword].value, keyword
        assert not {"StudyDescription", "PatientAge"} & set(one.dir())
        raw = Path(one.filename).read_bytes()
        for uid in (source.SOPInstanceUID, source.StudyInstanceUID, source.SeriesInstanceUID):
            assert uid.encode() not in raw
    assert found.StudyInstanceUID == capture.StudyInstanceUID


def test_a_source_that_has_changed_or_gone_is_refused(export: Any, film: Film, tmp_path: Path) -> None:
    path = film()
    before = sha256(path)
    film(PatientID="other")
    for source in (path, tmp_path / "gone.dcm"):
        found = export("P001_I001", MASK, formats="seg", source=source, source_sha256=before)
        assert len(found.problems) == 1
        assert found.problems[0].startswith("P001_I001: its file")
    assert not (export.out / "seg").exists()


def test_derived_uids_are_valid_and_stay() -> None:
    uids = {dicom_source.derived_uid("a"), dicom_source.derived_uid("a", "b"), dicom_source.derived_uid("a")}
    assert len(uids) == 2
    assert all(pydicom.uid.UID(uid).is_valid for uid in uids)


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dicom3tools is not installed")
@pytest.mark.parametrize("tags", [{}, {"SOPClassUID": CTImageStorage, **PLANE}, {"PatientID": None}])
def test_dciodvfy_finds_no_error(export: Any, film: Film, tags: dict[str, Any]) -> None:
    written(export, film(SOPInstanceUID=generate_uid(), **tags), MASK)
    for name in ("seg", "sc"):
        said = subprocess.run(
            ["dciodvfy", str(export.out / name / "P001_I001.dcm")], capture_output=True, text=True, check=False
        )
        assert not [line for line in said.stderr.splitlines() if line.startswith("Error")]


@pytest.mark.skipif(shutil.which("segimage2itkimage") is None, reason="dcmqi is not installed")
def test_dcmqi_reads_a_source_with_a_plane(export: Any, film: Film, tmp_path: Path) -> None:
    sitk = pytest.importorskip("SimpleITK", reason="the test extra is not installed")
    written(export, film(SOPClassUID=CTImageStorage, **PLANE), MASK)
    into = tmp_path / "dcmqi"
    into.mkdir()
    file = export.out / "seg" / "P001_I001.dcm"
    words = ["segimage2itkimage", "--inputDICOM", str(file), "--outputDirectory", str(into), "--outputType", "nrrd"]
    subprocess.run(words, check=True, capture_output=True)
    (image,) = into.glob("*.nrrd")
    assert np.array_equal(sitk.GetArrayFromImage(sitk.ReadImage(str(image)))[0] != 0, MASK)
