"""SEGs of other programs: which frame of a SEG is of which picture, where it says so and where it does not."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from PIL import Image as Pillow
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    JPEGLSLossless,
    MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    RLELossless,
    generate_uid,
)

from unet_studio.core.errors import UserError
from unet_studio.imaging import reader
from unet_studio.workflow.mask_files import NotMarked, read_mask

ROWS, COLUMNS, SLICES = 40, 30, 4
SPACE = "1.2.826.0.1.3680043.8.498.71"
STUDY = {
    "StudyInstanceUID": "1.2.826.0.1.3680043.8.498.72",
    "SeriesInstanceUID": "1.2.826.0.1.3680043.8.498.73",
    **dict.fromkeys(("PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime"), ""),
    **dict.fromkeys(("AccessionNumber", "ReferringPhysicianName", "StudyID"), ""),
}
VOLUME = np.zeros((SLICES, ROWS, COLUMNS), np.uint8)
for slice_number in range(SLICES):
    VOLUME[slice_number, 3 + 8 * slice_number : 9 + 8 * slice_number, 4:20] = 1


@pytest.fixture
def slices(dicom: Callable[..., Path]) -> list[Path]:
    """A CT series: four files of one frame of reference, 3 mm apart."""
    pixels = np.random.default_rng(0).integers(0, 4000, (SLICES, ROWS, COLUMNS)).astype(np.uint16)
    plane = {"ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "PixelSpacing": [1, 1], "SliceThickness": 3}
    return [
        dicom(
            pixels[number],
            name=f"{number}.dcm",
            SOPClassUID=CTImageStorage,
            FrameOfReferenceUID=SPACE,
            ImagePositionPatient=[-10, -20, 3 * number],
            **plane,
            **STUDY,
        )
        for number in range(SLICES)
    ]


@pytest.fixture
def cine(dicom: Callable[..., Path]) -> Path:
    """A film of four frames without a place in the patient."""
    pixels = np.random.default_rng(1).integers(0, 250, VOLUME.shape).astype(np.uint8)
    return dicom(
        pixels, name="cine.dcm", SOPClassUID=MultiFrameGrayscaleByteSecondaryCaptureImageStorage, **STUDY
    )  # fmt: skip


def segmentation(pictures: list[Path], *, kind: str = "BINARY", forget: bool = False, **more: Any) -> pydicom.Dataset:
    """A SEG of VOLUME by highdicom; forget: it does not say of which picture a frame is."""
    lung = highdicom.seg.SegmentDescription(
        segment_number=1,
        segment_label="Lung",
        segmented_property_category=highdicom.sr.CodedConcept("123037004", "SCT", "Anatomical Structure"),
        segmented_property_type=highdicom.sr.CodedConcept("39607008", "SCT", "Lung"),
        algorithm_type="MANUAL",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = highdicom.seg.Segmentation(
            source_images=[pydicom.dcmread(one) for one in pictures],
            pixel_array=VOLUME.astype(np.float32) if kind == "FRACTIONAL" else VOLUME,
            segmentation_type=kind,
            segment_descriptions=[lung],
            series_instance_uid=generate_uid(),
            series_number=9,
            sop_instance_uid=generate_uid(),
            instance_number=1,
            manufacturer="m",
            manufacturer_model_name="m",
            software_versions="1",
            device_serial_number="1",
            **more,
        )
    for item in found.PerFrameFunctionalGroupsSequence if forget else ():
        del item.DerivationImageSequence
    return found


def order(found: pydicom.Dataset) -> list[int]:
    """The slice that each frame of a SEG is of: highdicom begins at the feet."""
    groups = found.PerFrameFunctionalGroupsSequence
    return [round(one.PlanePositionSequence[0].ImagePositionPatient[2] / 3) for one in groups]


def saved(found: pydicom.Dataset, folder: Path) -> Path:
    found.save_as(folder / "seg.dcm")
    return folder / "seg.dcm"


def of_cine(slices: list[Path], cine: Path, *, referred: int = 1) -> pydicom.Dataset:
    """A SEG without planes whose frames name none; it refers to the cine and `referred` - 1 other files."""
    found = segmentation(slices, forget=True)
    for item in (*found.PerFrameFunctionalGroupsSequence, *found.SharedFunctionalGroupsSequence):
        for keyword in ("PlanePositionSequence", "PlaneOrientationSequence"):
            if keyword in item:
                delattr(item, keyword)
    del found.SourceImageSequence
    listed = found.ReferencedSeriesSequence[0].ReferencedInstanceSequence
    listed[0].ReferencedSOPInstanceUID = pydicom.dcmread(cine).SOPInstanceUID
    found.ReferencedSeriesSequence[0].ReferencedInstanceSequence = listed[:referred]
    return found


@pytest.mark.parametrize("forget", [False, True])
def test_each_slice_gets_its_own_frame(slices: list[Path], tmp_path: Path, forget: bool) -> None:
    path = saved(segmentation(slices, forget=forget), tmp_path)
    for number, one in enumerate(slices):
        assert np.array_equal(read_mask(path, reader.read(one), "lung"), VOLUME[number])


def test_planes_may_be_rounded_but_not_be_the_neighbours(slices: list[Path], tmp_path: Path) -> None:
    found = segmentation(slices, forget=True)
    shifts = (0.04, -0.04, 1.5, 0.04)
    for item, number in zip(found.PerFrameFunctionalGroupsSequence, order(found), strict=True):
        place = item.PlanePositionSequence[0]
        place.ImagePositionPatient = [*place.ImagePositionPatient[:2], 3 * number + shifts[number]]
    path = saved(found, tmp_path)
    for number in (0, 1, 3):
        assert np.array_equal(read_mask(path, reader.read(slices[number]), "lung"), VOLUME[number])
    with pytest.raises(UserError, match="belongs to another picture"):
        read_mask(path, reader.read(slices[2]), "lung")


@pytest.mark.parametrize(
    "tags",
    [
        {"FrameOfReferenceUID": "1.2.3"},
        {"FrameOfReferenceUID": None},
        {"ImagePositionPatient": [0, 0, 400]},
        {"ImageOrientationPatient": [0, 1, 0, 0, 0, -1]},
        {"PixelSpacing": [2, 2]},
    ],
)
def test_a_seg_that_names_no_source_is_not_of_another_patient(
    slices: list[Path], tmp_path: Path, tags: dict[str, Any]
) -> None:
    path = saved(segmentation(slices, forget=True), tmp_path)
    other = pydicom.dcmread(slices[2])
    other.SOPInstanceUID = other.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    for keyword, value in tags.items():
        other[keyword].value = value
    other.save_as(tmp_path / "other.dcm")
    with pytest.raises(UserError, match="belongs to another picture"):
        read_mask(path, reader.read(tmp_path / "other.dcm"), "lung")


def test_two_frames_of_one_place_are_no_union(slices: list[Path], tmp_path: Path) -> None:
    found = segmentation(slices, forget=True)
    items = dict(zip(order(found), found.PerFrameFunctionalGroupsSequence, strict=True))
    items[1].PlanePositionSequence = items[2].PlanePositionSequence
    with pytest.raises(UserError, match="several frames of one place"):
        read_mask(saved(found, tmp_path), reader.read(slices[2]), "lung")


def test_frames_go_by_order_only_where_the_seg_refers_to_the_picture_alone(
    slices: list[Path], cine: Path, tmp_path: Path
) -> None:
    path = saved(of_cine(slices, cine), tmp_path)
    for frame, number in enumerate(order(segmentation(slices))):
        assert np.array_equal(read_mask(path, reader.read(cine, frame), "lung"), VOLUME[number])
    for referred, why in ((2, "does not say"), (0, "does not say")):
        path = saved(of_cine(slices, cine, referred=referred), tmp_path)
        with pytest.raises(UserError, match=why):
            read_mask(path, reader.read(cine, 1), "lung")
    found = of_cine(slices, slices[2])
    with pytest.raises(UserError, match="has 4 frames and the picture 1"):
        read_mask(saved(found, tmp_path), reader.read(slices[2]), "lung")
    with pytest.raises(UserError, match="belongs to another"):
        read_mask(tmp_path / "seg.dcm", reader.read(cine), "lung")


def test_frames_of_a_file_that_are_named_are_those(slices: list[Path], cine: Path, tmp_path: Path) -> None:
    found = segmentation(slices)
    uid = pydicom.dcmread(cine).SOPInstanceUID
    named = (4, 2, 1, 1)  # of the cine's frames, for each slice
    for item, number in zip(found.PerFrameFunctionalGroupsSequence, order(found), strict=True):
        source = item.DerivationImageSequence[0].SourceImageSequence[0]
        source.ReferencedSOPInstanceUID, source.ReferencedFrameNumber = uid, named[number]
    path = saved(found, tmp_path)
    for frame, mask in ((0, VOLUME[2] | VOLUME[3]), (1, VOLUME[1]), (3, VOLUME[0])):
        assert np.array_equal(read_mask(path, reader.read(cine, frame), "lung"), mask)
    with pytest.raises(NotMarked):
        read_mask(path, reader.read(cine, 2), "lung")


def test_a_picture_that_is_no_dicom_file_takes_frame_for_frame(slices: list[Path], tmp_path: Path) -> None:
    found = segmentation(slices)
    path = saved(found, tmp_path)
    frames = [Pillow.fromarray(np.full((ROWS, COLUMNS), 40 * n, np.uint8)) for n in range(SLICES)]
    frames[0].save(tmp_path / "film.png")
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:])
    for frame, number in enumerate(order(found)):
        image = reader.read(tmp_path / "film.gif", frame)
        assert np.array_equal(read_mask(path, image, "lung"), VOLUME[number])
    with pytest.raises(UserError, match="has 4 frames and the picture 1"):
        read_mask(path, reader.read(tmp_path / "film.png"), "lung")


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, JPEGLSLossless])
@pytest.mark.parametrize("kind", ["LABELMAP", "FRACTIONAL"])
def test_stored_values_count_and_not_their_colours(slices: list[Path], tmp_path: Path, syntax: str, kind: str) -> None:
    more: dict[str, Any] = {"transfer_syntax_uid": syntax}
    if kind == "LABELMAP":
        entries = {"red": [0, 220], "green": [0, 30], "blue": [0, 40]}
        tables = [
            highdicom.PaletteColorLUT(0, np.array(values + [0] * 254, np.uint8), color=colour)
            for colour, values in entries.items()
        ]
        more["palette_color_lut_transformation"] = highdicom.PaletteColorLUTTransformation(*tables)
    found = segmentation(slices, kind=kind, **more)
    assert found.PhotometricInterpretation == ("PALETTE COLOR" if kind == "LABELMAP" else "MONOCHROME2")
    path = saved(found, tmp_path)
    for number in (1, 2):
        assert np.array_equal(read_mask(path, reader.read(slices[number]), "lung"), VOLUME[number])


def test_a_seg_in_true_colours_is_refused(slices: list[Path], tmp_path: Path) -> None:
    found = segmentation(slices, kind="LABELMAP")
    found.SamplesPerPixel, found.PhotometricInterpretation, found.PlanarConfiguration = 3, "RGB", 0
    found.PixelData = found.PixelData * 3
    with pytest.raises(UserError, match="colours and no labels"):
        read_mask(saved(found, tmp_path), reader.read(slices[2]), "lung")
