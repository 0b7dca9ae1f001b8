"""Masks of other programs, and our own exports, come back as they were: as Corrections and as the start of a Mask."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from unet_studio.core.errors import UserError
from unet_studio.core.formats import FORMATS
from unet_studio.workflow import exporting, importing, opening, queueing
from unet_studio.workflow.exporting import Wish
from unet_studio.workflow.mask_files import read_mask
from unet_studio.workflow.session import Session, change_reader
from unet_studio.workspace import store

MARK = np.zeros((40, 30), np.uint8)
MARK[5:20, 3:9] = 1
MARK[25:33, 12:28] = 1
BACK = {"png": "P001_I001.png", "labelmap": "labelmap/P001_I001.png", "seg": "seg/P001_I001.dcm"} | {
    "nifti": "nifti/P001_I001.nii.gz",
    "nrrd": "nrrd/P001_I001.nrrd",
    "labelme": "labelme/P001_I001.json",
    "yolo": "yolo/P001_I001.txt",
}


@pytest.fixture
def film(session: Session, dicom: Callable[..., Path], tmp_path: Path) -> Path:
    """A DICOM film, its Mask accepted and exported in every format to `out`."""
    folder = tmp_path / "in"
    folder.mkdir()
    pixels = np.random.default_rng(1).integers(0, 4000, (40, 30)).astype(np.uint16)
    path = dicom(pixels, name="film").rename(folder / "film.dcm")
    (tmp_path / "m").mkdir()
    cv2.imwrite(str(tmp_path / "m" / "film.png"), MARK * 255)
    importing.queue_add(session, "lung", folder, tmp_path / "m")
    assert exporting.export(session, Wish(tmp_path / "out", tuple(FORMATS))).problems == ()
    return path


@pytest.mark.parametrize("name", BACK)
def test_what_was_exported_comes_back(session: Session, film: Path, tmp_path: Path, name: str) -> None:
    from unet_studio.imaging import reader

    assert np.array_equal(read_mask(tmp_path / "out" / BACK[name], reader.read(film), "lung"), MARK)


def test_coco_is_found_by_the_pictures_name(session: Session, film: Path, tmp_path: Path) -> None:
    from unet_studio.imaging import reader

    named = film.with_name("P001_I001.dcm")
    named.write_bytes(film.read_bytes())
    for file in ("annotations.json", "annotations_polygons.json"):
        assert np.array_equal(read_mask(tmp_path / "out" / "coco" / file, reader.read(named), "lung"), MARK)
    with pytest.raises(UserError, match="film: is not listed"):
        read_mask(tmp_path / "out" / "coco" / "annotations.json", reader.read(film), "lung")


@pytest.mark.parametrize("masks", ["out", "out/nifti", "out/seg", "out/labelme"])
def test_folders_of_exports_are_queued_for_another_reader(
    session: Session, film: Path, tmp_path: Path, masks: str
) -> None:
    other = change_reader(session, "Dr Other")
    if masks != "out":  # there the names are all that ties a mask to its picture
        film.rename(film.with_name("P001_I001.dcm"))
    report = importing.queue_add(other, "lung", film.parent, tmp_path / masks)
    assert (report.added, report.problems) == (1, ())
    (mine,) = store.corrections(session.workspace, reader="Dr Other")
    assert np.array_equal(store.correction_mask(session.workspace, mine.id), MARK)
    assert importing.queue_add(other, "lung", film.parent, tmp_path / masks).already == 1


def test_one_undo_step_of_an_open_case(session: Session, film: Path, films: Path, tmp_path: Path) -> None:
    case = next(case for case in opening.cases(session) if case.name == "film_1.png")
    opened = opening.open_case(session, case.id)
    wanted = np.zeros(opened.image.shape, np.uint8)
    wanted[10:90, 20:70] = 1
    cv2.imwrite(str(tmp_path / "mine.png"), wanted * 255)
    assert importing.import_mask(session, opened, tmp_path / "mine.png")
    assert np.array_equal(opened.draft.document.mask, wanted)
    assert opened.draft.next_undo == "Imported mask"
    assert not importing.import_mask(session, opened, tmp_path / "mine.png")
    opened.draft.undo()
    assert not opened.draft.document.mask.any()
    opened.draft.close()


def refused(path: Path, film: Path, target: str = "lung") -> str:
    from unet_studio.imaging import reader

    with pytest.raises(UserError) as told:
        read_mask(path, reader.read(film), target)
    return str(told.value)


def test_a_seg_of_another_picture_is_refused(
    session: Session, film: Path, dicom: Callable[..., Path], tmp_path: Path
) -> None:
    other = dicom(np.zeros((40, 30), np.uint16), name="other.dcm")
    assert "belongs to another picture" in refused(tmp_path / "out" / "seg" / "P001_I001.dcm", other)


def test_a_mask_of_another_size_or_target_is_refused(session: Session, film: Path, films: Path, tmp_path: Path) -> None:
    for name in BACK:
        if name != "yolo":  # whose numbers are parts of the picture, whatever its size
            said = refused(tmp_path / "out" / BACK[name], films / "film_1.png")
            assert "size" in said, name
    (tmp_path / "map.png").write_bytes(cv2.imencode(".png", MARK * 2)[1].tobytes())
    assert "without lung" in refused(tmp_path / "map.png", film)
    facts = json.loads((tmp_path / "out" / BACK["labelme"]).read_text())
    facts["shapes"][0]["label"] = "heart"
    (tmp_path / "two.json").write_text(json.dumps(facts))
    assert "none is polyp" in refused(tmp_path / "two.json", film, "polyp")


@pytest.mark.parametrize("name", ["nifti", "nrrd", "labelme", "yolo", "seg"])
def test_damaged_files_cost_one_sentence(session: Session, film: Path, tmp_path: Path, name: str) -> None:
    whole = (tmp_path / "out" / BACK[name]).read_bytes()
    broken = tmp_path / Path(BACK[name]).name
    rng = np.random.default_rng(0)
    from unet_studio.imaging import reader

    image = reader.read(film)
    for _ in range(25):
        data = bytearray(whole[: rng.integers(1, len(whole))] if rng.random() < 0.5 else whole)
        for place in rng.integers(0, len(data), 4):
            data[place] = rng.integers(0, 256)
        broken.write_bytes(bytes(data))
        with contextlib.suppress(UserError):
            assert read_mask(broken, image, "lung").shape == image.shape


def test_a_huge_claim_is_refused_before_it_is_unpacked(session: Session, film: Path, tmp_path: Path) -> None:
    head = b"NRRD0004\ntype: uint8\ndimension: 3\nsizes: 90000 90000 90000\nencoding: gzip\n\n"
    (tmp_path / "a.nrrd").write_bytes(head + b"\x1f\x8b")
    assert "does not fit" in refused(tmp_path / "a.nrrd", film)
    (tmp_path / "b.nrrd").write_bytes(head.replace(b"encoding: gzip", b"data file: /etc/passwd\nencoding: raw"))
    assert "another file" in refused(tmp_path / "b.nrrd", film)


def test_a_foreign_nifti_of_slices_goes_frame_by_frame(
    session: Session, dicom: Callable[..., Path], tmp_path: Path
) -> None:
    nibabel = pytest.importorskip("nibabel")
    frames = np.random.default_rng(0).integers(0, 250, (3, 24, 36)).astype(np.uint8)
    (tmp_path / "in").mkdir()
    dicom(frames, name="cine").rename(tmp_path / "in" / "cine.dcm")
    volume = np.zeros((3, 24, 36), np.int16)
    volume[1, 4:9, 20:30] = 3
    (tmp_path / "m").mkdir()
    nibabel.save(nibabel.Nifti1Image(volume.transpose(2, 1, 0), np.eye(4)), tmp_path / "m" / "cine.nii.gz")
    report = importing.queue_add(session, "lung", tmp_path / "in", tmp_path / "m")
    assert (report.added, report.unmarked) == (1, 2)
    (one,) = queueing.queue(session)
    assert np.array_equal(store.correction_mask(session.workspace, one.id) * 3, volume[1])
