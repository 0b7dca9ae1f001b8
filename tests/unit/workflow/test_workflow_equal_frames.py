"""Frames of one film with the same pixels: no Mask silently replaces another, and exports write all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import nibabel
import numpy as np
import pydicom
import pytest

from unet_studio.core.case import Status
from unet_studio.workflow import accepting, exporting, importing, opening
from unet_studio.workflow.exporting import Wish
from unet_studio.workflow.session import Session
from unet_studio.workspace import store

SHAPE = (24, 36)
FORMATS = ("png", "seg", "nifti", "nrrd", "coco", "csv")


@pytest.fixture
def frozen(dicom: Callable[..., Path], tmp_path: Path) -> Path:
    """A film of four frames; all but the third have the same pixels."""
    still, other = np.random.default_rng(0).integers(0, 250, (2, *SHAPE)).astype(np.uint8)
    (tmp_path / "in").mkdir()
    return dicom(np.stack([still, still, other, still]), name="cine").rename(tmp_path / "in" / "cine.dcm")


def blot(number: int) -> np.ndarray:
    mask = np.zeros(SHAPE, np.uint8)
    mask[2 : 6 + number, 3 * number : 3 * number + 5] = 1
    return mask


def save(folder: Path, marks: dict[int, np.ndarray], name: str = "cine") -> Path:
    """Masks by the frame's number from 1."""
    folder.mkdir(exist_ok=True)
    for frame, mask in marks.items():
        cv2.imwrite(str(folder / f"{name}_f{frame:04d}.png"), mask * 255)
    return folder


def added(session: Session, images: Path, masks: Path) -> importing.QueueReport:
    return importing.queue_add(session, "lung", images, masks, check=False)


def exported(session: Session, out: Path) -> np.ndarray:
    """(frames, H, W): the Masks of the film in the NIfTI, which the SEG's, the PNGs and the lists must have, too."""
    assert exporting.export(session, Wish(out, FORMATS)).problems == ()
    (file,) = (out / "nifti").glob("*.nii.gz")
    volume = np.asarray(nibabel.load(file).dataobj).T
    found = pydicom.dcmread(next((out / "seg").glob("*.dcm")))
    planes = found.pixel_array.reshape(-1, *SHAPE)
    for item, plane in zip(found.PerFrameFunctionalGroupsSequence, planes, strict=True):
        frame = item.DerivationImageSequence[0].SourceImageSequence[0].ReferencedFrameNumber
        assert np.array_equal(plane, volume[frame - 1])
        png = cv2.imread(str(out / f"P001_I001_f{frame:04d}.png"), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(png // 255, plane)
    assert len(list(out.glob("*.png"))) == len(planes) == volume.any(axis=(1, 2)).sum()
    assert len((out / "csv" / "measurements.csv").read_text().splitlines()) == len(planes) + 1
    return volume


def test_another_mask_of_the_same_pixels_is_a_problem_and_replaces_nothing(
    session: Session, frozen: Path, tmp_path: Path
) -> None:
    masks = save(tmp_path / "m", {frame: blot(frame) for frame in range(1, 5)})
    report = added(session, frozen.parent, masks)
    assert (report.added, report.already) == (2, 0)
    assert [problem.split(";")[0] for problem in report.problems] == [
        f"cine.dcm ({frame}/4): shows the same pixels as cine.dcm (1/4), but has another mask" for frame in (2, 4)
    ]
    found = store.corrections(session.workspace)
    assert [np.array_equal(store.correction_mask(session.workspace, one.id), blot(n)) for one, n in
            zip(found, (1, 3), strict=True)] == [True, True]  # fmt: skip
    again = added(session, frozen.parent, masks)
    assert (again.added, again.already, again.problems) == (0, 2, report.problems)
    volume = exported(session, tmp_path / "out")
    assert [int(plane.sum()) for plane in volume] == [int(blot(1).sum()), 0, int(blot(3).sum()), 0]


def test_the_same_mask_of_the_same_pixels_is_there_already(session: Session, frozen: Path, tmp_path: Path) -> None:
    masks = save(tmp_path / "m", {1: blot(1), 2: blot(1), 3: blot(3), 4: blot(1)})
    report = added(session, frozen.parent, masks)
    assert (report.added, report.already, report.problems) == (2, 2, ())
    rows = [case for case in opening.cases(session) if case.name.startswith("cine")]
    assert [(case.frame, case.status) for case in rows] == [(number, Status.QUEUED) for number in range(4)]
    expected = [blot(1), blot(1), blot(3), blot(1)]
    assert np.array_equal(exported(session, tmp_path / "out"), expected)
    rest = exporting.export(session, Wish(tmp_path / "out", FORMATS))
    assert (rest.written, rest.skipped, rest.more, rest.problems) == ((), 4, 0, ())
    again = added(session, frozen.parent, masks)
    assert (again.added, again.already) == (0, 4)


def test_frames_on_the_worklist_share_the_mask_and_excluded_ones_do_not(
    session: Session, frozen: Path, tmp_path: Path
) -> None:
    added(session, frozen.parent, save(tmp_path / "m", {1: blot(1), 2: blot(1), 4: blot(1)}))
    last = next(case for case in opening.cases(session) if case.name == "cine.dcm (4/4)")
    accepting.exclude(session, last.id, "unusable")
    volume = exported(session, tmp_path / "out")
    assert [bool(plane.any()) for plane in volume] == [True, True, False, False]


def test_a_copy_of_a_picture_goes_out_once(session: Session, films: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "m").mkdir()
    for name in "ab":
        (tmp_path / "in" / f"{name}.png").write_bytes((films / "film_1.png").read_bytes())
        picture = cv2.imread(str(films / "film_1.png"), cv2.IMREAD_UNCHANGED)
        cv2.imwrite(str(tmp_path / "m" / f"{name}.png"), np.full(picture.shape[:2], 255, np.uint8))
    report = added(session, tmp_path / "in", tmp_path / "m")
    assert (report.added, report.already) == (1, 1)
    assert len(exporting.export(session, Wish(tmp_path / "out")).written) == 1
