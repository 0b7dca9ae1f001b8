"""Which Mask belongs to which picture and frame: nobody's Correction is made up, and none goes to another picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from unet_studio.core.correction import Correction
from unet_studio.core.image import Image
from unet_studio.imaging import reader
from unet_studio.workflow import exporting, importing
from unet_studio.workflow.exporting import Wish
from unet_studio.workflow.session import Session, change_reader
from unet_studio.workspace import store

SHAPE = (24, 36)
WHOLE = {"seg": ".dcm", "nifti": ".nii.gz", "nrrd": ".nrrd"}


def blot(number: int) -> np.ndarray:
    """A Mask of its own for each number."""
    mask = np.zeros(SHAPE, np.uint8)
    mask[2 : 6 + number, 3 * number : 3 * number + 5] = 1
    return mask


def save(path: Path, mask: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), mask * 255)


def picture(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.random.default_rng(seed).integers(0, 250, SHAPE).astype(np.uint8))


@pytest.fixture
def cine(dicom: Callable[..., Path], tmp_path: Path) -> Path:
    """A film of five frames."""
    frames = np.random.default_rng(0).integers(0, 250, (5, *SHAPE)).astype(np.uint8)
    (tmp_path / "in").mkdir()
    return dicom(frames, name="cine").rename(tmp_path / "in" / "cine.dcm")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures of the same name in two sub-folders."""
    for number, name in enumerate("ab"):
        picture(tmp_path / "in" / name / "film.png", number)
    return tmp_path / "in"


def added(session: Session, images: Path, masks: Path) -> importing.QueueReport:
    return importing.queue_add(session, "lung", images, masks, check=False)


def queued(session: Session, reader: str = "Dr Test") -> list[tuple[Correction, np.ndarray]]:
    """The Corrections of a reader, in the order in which they came, with their Masks."""
    found = store.corrections(session.workspace, reader=reader)
    return [(one, store.correction_mask(session.workspace, one.id)) for one in found]


@pytest.mark.parametrize("name", WHOLE)
def test_frames_that_nobody_looked_at_are_not_queued_as_empty(
    session: Session, cine: Path, tmp_path: Path, name: str
) -> None:
    for frame in (2, 4):
        save(tmp_path / "m" / f"cine_f{frame:04d}.png", blot(frame))
    assert added(session, cine.parent, tmp_path / "m").ids == (1, 2)
    exporting.export(session, Wish(tmp_path / "out", (name,)))
    (whole,) = (tmp_path / "out" / name).glob(f"*{WHOLE[name]}")
    whole.rename(whole.with_name(f"cine{WHOLE[name]}"))
    report = added(change_reader(session, "Dr Other"), cine.parent, whole.parent)
    assert (report.added, report.unmarked, report.problems) == (2, 3, ())
    found = queued(session, "Dr Other")
    assert [one.frame for one, _ in found] == [1, 3]
    assert all(np.array_equal(mask, blot(one.frame + 1)) for one, mask in found)


def test_a_seg_says_of_each_frame_that_was_looked_at_that_it_is_empty(
    session: Session, cine: Path, tmp_path: Path
) -> None:
    for frame in range(1, 6):
        save(tmp_path / "m" / f"cine_f{frame:04d}.png", blot(frame) * (frame < 3))
    assert added(session, cine.parent, tmp_path / "m").added == 5
    exporting.export(session, Wish(tmp_path / "out", ("seg",)))
    (tmp_path / "out" / "seg" / "P001_I001.dcm").rename(tmp_path / "out" / "seg" / "cine.dcm")
    report = added(change_reader(session, "Dr Other"), cine.parent, tmp_path / "out" / "seg")
    assert (report.added, report.unmarked) == (5, 0)
    assert [bool(mask.any()) for _, mask in queued(session, "Dr Other")] == [True, True, False, False, False]


def test_one_picture_is_no_mask_of_every_frame(session: Session, cine: Path, tmp_path: Path) -> None:
    save(tmp_path / "m" / "cine.png", blot(1))
    report = added(session, cine.parent, tmp_path / "m")
    assert report.added == 0
    assert "no mask for any of its frames" in report.problems[0]


def test_only_frames_with_a_mask_are_decoded(
    session: Session, cine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "m" / "cine_f0004.png", blot(4))
    read, decoded = reader.read, []

    def listen(path: Path, frame: int = 0) -> Image:
        decoded.append((path.name, frame))
        return read(path, frame)

    monkeypatch.setattr(reader, "read", listen)
    assert added(session, cine.parent, tmp_path / "m").added == 1
    assert [frame for name, frame in decoded if name == "cine.dcm"] == [0, 3]


def test_sub_folders_of_masks_are_those_of_the_pictures(session: Session, folder: Path, tmp_path: Path) -> None:
    for number, name in enumerate("ab"):
        save(tmp_path / "m" / name / "film.png", blot(number))
    report = added(session, folder, tmp_path / "m")
    assert (report.added, report.problems) == (2, ())
    for number, (one, mask) in enumerate(queued(session)):
        assert one.image_hash == reader.read(folder / "ab"[number] / "film.png").content_hash
        assert np.array_equal(mask, blot(number))


def test_a_mask_that_could_be_another_pictures_is_nobodys(session: Session, folder: Path, tmp_path: Path) -> None:
    save(tmp_path / "m" / "film.png", blot(1))
    report = added(session, folder, tmp_path / "m")
    assert report.added == 0
    assert all("other pictures are called film" in problem for problem in report.problems)
    picture(tmp_path / "two" / "film.png", 5)
    cv2.imwrite(str(tmp_path / "two" / "film.bmp"), np.zeros(SHAPE, np.uint8))
    report = added(session, tmp_path / "two", tmp_path / "m")
    assert report.added == 0
    assert all("another picture there is called film" in problem for problem in report.problems)


def test_exports_of_this_program_need_no_name(session: Session, folder: Path, tmp_path: Path) -> None:
    for number, name in enumerate("ab"):
        save(tmp_path / "m" / name / "film.png", blot(number))
    added(session, folder, tmp_path / "m")
    exporting.export(session, Wish(tmp_path / "out", ()))
    (tmp_path / "out").rename(tmp_path / "exports")
    (tmp_path / "all" / "deep").mkdir(parents=True)
    (tmp_path / "exports").rename(tmp_path / "all" / "deep" / "exports")
    report = added(change_reader(session, "Dr Other"), folder, tmp_path / "all")
    assert (report.added, report.problems) == (2, ())


def test_masks_that_lie_among_the_pictures_are_no_pictures(session: Session, tmp_path: Path) -> None:
    picture(tmp_path / "in" / "film.png", 0)
    save(tmp_path / "in" / "masks" / "film.png", blot(2))
    report = added(session, tmp_path / "in", tmp_path / "in" / "masks")
    assert (report.added, report.problems) == (1, ())
    ((_, mask),) = queued(session)
    assert np.array_equal(mask, blot(2))


def coco(path: Path, *listed: str) -> Path:
    """A COCO file in which the n-th picture has a square n pixels wide."""
    images = [{"id": n, "file_name": name, "height": SHAPE[0], "width": SHAPE[1]} for n, name in enumerate(listed, 1)]
    squares = [
        {"id": n, "image_id": n, "category_id": 1, "segmentation": [[2, 2, 2 + 4 * n, 2, 2 + 4 * n, 9, 2, 9]]}
        for n in range(1, len(listed) + 1)
    ]
    facts = {"images": images, "annotations": squares, "categories": [{"id": 1, "name": "lung"}]}
    path.write_text(json.dumps(facts))
    return path


@pytest.mark.parametrize(
    ("listed", "widths", "why"),
    [
        (("a/film.png", "b/film.png"), [5, 9], ""),
        (("other/a/film.png", "b/film.png"), [9], "is not listed"),
        (("film.png",), [], "is not listed"),
        (("b/film.png", "b/film.jpg"), [], "lists several"),
    ],
)
def test_folders_in_a_coco_file_tell_pictures_of_one_name_apart(
    session: Session, folder: Path, tmp_path: Path, listed: tuple[str, ...], widths: list[int], why: str
) -> None:
    report = added(session, folder, coco(tmp_path / "all.json", *listed))
    assert [int(mask.any(axis=0).sum()) for _, mask in queued(session)] == widths
    assert len(report.problems) == 2 - len(widths)
    assert why in "".join(report.problems)


def test_one_entry_of_a_coco_file_needs_no_folder(session: Session, tmp_path: Path) -> None:
    picture(tmp_path / "in" / "film.png", 0)
    assert added(session, tmp_path / "in", coco(tmp_path / "all.json", "train/film.png")).added == 1


def test_a_bad_mask_of_one_frame_costs_the_others_nothing(session: Session, cine: Path, tmp_path: Path) -> None:
    for frame in (1, 2, 3):
        save(tmp_path / "m" / f"cine_f{frame:04d}.png", blot(frame))
    save(tmp_path / "m" / "cine_f0002.png", blot(2)[:10])
    report = added(session, cine.parent, tmp_path / "m")
    assert [one.frame for one, _ in queued(session)] == [0, 2]
    (problem,) = report.problems
    assert "36 x 10" in problem


def test_a_file_of_masks_that_fits_no_frame_is_named_once(session: Session, cine: Path, tmp_path: Path) -> None:
    nibabel = pytest.importorskip("nibabel")
    (tmp_path / "m").mkdir()
    volume = np.ones((36, 24, 4), np.uint8)
    nibabel.save(nibabel.Nifti1Image(volume, np.eye(4)), tmp_path / "m" / "cine.nii.gz")
    report = added(session, cine.parent, tmp_path / "m")
    assert (report.added, len(report.problems)) == (0, 1)
    assert "4 slices" in report.problems[0]


def test_a_volume_and_its_mask_share_a_name(session: Session, tmp_path: Path) -> None:
    nibabel = pytest.importorskip("nibabel")
    for folder in ("in", "m"):
        (tmp_path / folder).mkdir()
    affine = np.diag([-1.0, -1, 1, 1])
    values = np.random.default_rng(0).integers(0, 900, (36, 24, 3)).astype(np.int16)
    nibabel.save(nibabel.Nifti1Image(values, affine), tmp_path / "in" / "chest.nii.gz")
    volume = np.zeros((36, 24, 3), np.uint8)
    volume[:, :, 1] = blot(3).T
    nibabel.save(nibabel.Nifti1Image(volume, affine), tmp_path / "m" / "chest.nii.gz")
    report = added(session, tmp_path / "in", tmp_path / "m")
    assert (report.added, report.unmarked, report.problems) == (1, 2, ())
    ((one, mask),) = queued(session)
    assert one.frame == 1
    assert np.array_equal(mask, blot(3))
