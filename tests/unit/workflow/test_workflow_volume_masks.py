"""Masks of NIfTI and NRRD volumes lie over them: those from elsewhere, and those that this program wrote."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel
import nrrd
import numpy as np
import pytest
import SimpleITK

from unet_studio.core.errors import UserError
from unet_studio.core.grid import Grid
from unet_studio.core.image import Image
from unet_studio.imaging import reader
from unet_studio.workflow import accepting, exporting, importing, opening
from unet_studio.workflow.exporting import Wish
from unet_studio.workflow.grids import grid_of
from unet_studio.workflow.mask_files import NotMarked, read_mask
from unet_studio.workflow.session import Session, change_reader
from unet_studio.workspace import store

SLICES, ROWS, COLUMNS = 3, 20, 30
TILT = np.array([[1, 0, 0], [0, np.cos(0.3), -np.sin(0.3)], [0, np.sin(0.3), np.cos(0.3)]])


def seen() -> np.ndarray:
    """(3, 20, 30) int16: slices from the feet up, rows from front to back, columns from the patient's right to left."""
    return np.random.default_rng(0).integers(0, 900, (SLICES, ROWS, COLUMNS)).astype(np.int16)


def marked() -> np.ndarray:
    """(3, 20, 30) an F in the first slice, a smaller one in the last, nothing between."""
    masks = np.zeros((SLICES, ROWS, COLUMNS), np.uint8)
    masks[0, 3:18, 5:8] = masks[0, 3:6, 5:20] = masks[0, 9:11, 5:14] = 1
    masks[2, 8:15, 10:12] = masks[2, 8:10, 10:17] = 1
    return masks


def affine(turn: np.ndarray, *diagonal: float) -> np.ndarray:
    found = np.eye(4)
    found[:3, :3] = turn @ np.diag(diagonal)
    found[:3, 3] = 12.5, -30.25, 7.0
    return found


SAGITTAL = np.array([[0, 0, 2.0, -9], [-0.5, 0, 0, 4], [0, -0.7, 0, 8], [0, 0, 0, 1]])
# how a file may store (slices, rows, columns): as (i, j, k), and its affine to the right, front and head
STORED: dict[str, tuple[Any, np.ndarray]] = {
    "LPS": (lambda a: a.transpose(2, 1, 0), affine(np.eye(3), -0.5, -0.7, 2)),
    "RAS": (lambda a: a.transpose(2, 1, 0)[::-1, ::-1], affine(np.eye(3), 0.5, 0.7, 2)),
    "head first": (lambda a: a.transpose(2, 1, 0)[:, :, ::-1], affine(np.eye(3), -0.5, -0.7, -2)),
    "tilted": (lambda a: a.transpose(2, 1, 0)[::-1, ::-1], affine(TILT, 0.5, 0.7, 2)),
    "sagittal": (lambda a: a.transpose(1, 0, 2)[:, ::-1, ::-1], SAGITTAL),
}


@pytest.fixture(params=STORED)
def stored(request: pytest.FixtureRequest) -> tuple[Any, np.ndarray]:
    return STORED[request.param]


def save_nifti(path: Path, voxels: np.ndarray, place: np.ndarray | None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(np.ascontiguousarray(voxels), place), path)
    return path


def save_nrrd(path: Path, voxels: np.ndarray, place: np.ndarray, space: str) -> Path:
    """place: to RAS mm; space: the one that the file names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sign = np.array([1, 1, 1] if space == "right-anterior-superior" else [-1, -1, 1])
    header = {
        "space": space,
        "space directions": (np.diag(sign) @ place[:3, :3]).T,
        "space origin": sign * place[:3, 3],
        "kinds": ["domain"] * 3,
    }
    nrrd.write(str(path), np.ascontiguousarray(voxels), header)
    return path


def frames_of(path: Path) -> list[Image]:
    return [reader.read(path, number) for number in range(SLICES)]


def comes_in(picture: Path, mask: Path) -> None:
    """Every marked frame of `marked` comes out of the mask's file for the picture's frames."""
    for number, image in enumerate(frames_of(picture)):
        assert np.array_equal(image.pixels, seen()[number])
        if marked()[number].any():
            assert np.array_equal(read_mask(mask, image, "lung"), marked()[number])
        else:
            with pytest.raises(NotMarked):
                read_mask(mask, image, "lung")


def test_a_nifti_mask_lies_over_its_picture(tmp_path: Path, stored: tuple[Any, np.ndarray]) -> None:
    turn, place = stored
    picture = save_nifti(tmp_path / "v.nii.gz", turn(seen()), place)
    comes_in(picture, save_nifti(tmp_path / "m.nii.gz", turn(marked()), place))


@pytest.mark.parametrize("space", ["right-anterior-superior", "left-posterior-superior"])
def test_an_nrrd_mask_lies_over_its_picture(tmp_path: Path, stored: tuple[Any, np.ndarray], space: str) -> None:
    turn, place = stored
    picture = save_nrrd(tmp_path / "v.nrrd", turn(seen()), place, space)
    comes_in(picture, save_nrrd(tmp_path / "m.nrrd", turn(marked()), place, space))
    comes_in(picture, save_nifti(tmp_path / "m.nii", turn(marked()), place))


def test_a_mask_may_store_its_axes_in_another_order(tmp_path: Path) -> None:
    turn, place = STORED["RAS"]
    picture = save_nifti(tmp_path / "v.nii", turn(seen()), place)
    flipped = place @ np.array([[-1, 0, 0, COLUMNS - 1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    comes_in(picture, save_nifti(tmp_path / "m.nii", turn(marked())[::-1], flipped))


def test_a_mask_that_lies_elsewhere_is_refused(tmp_path: Path) -> None:
    turn, place = STORED["RAS"]
    image = reader.read(save_nifti(tmp_path / "v.nii", turn(seen()), place))
    moved, near = place.copy(), place.copy()
    moved[0, 3] += 1.0
    near[0, 3] += 0.02
    cases = {
        "another place": save_nifti(tmp_path / "a.nii", turn(marked()), moved),
        "another place of": save_nifti(tmp_path / "b.nii", turn(marked()), place @ np.diag([1.01, 1, 1, 1])),
        "31 x 20 x 3 voxels, the picture 30 x 20 x 3": save_nifti(
            tmp_path / "c.nii", np.pad(turn(marked()), ((0, 1), (0, 0), (0, 0))), place
        ),
        "does not say how it lies": save_nifti(tmp_path / "d.nii", turn(marked()), None),
    }
    for words, mask in cases.items():
        with pytest.raises(UserError, match=words):
            read_mask(mask, image, "lung")
    assert read_mask(save_nifti(tmp_path / "e.nii", turn(marked()), near), image, "lung").any()


def test_without_axes_voxels_are_taken_as_they_are_stored(tmp_path: Path) -> None:
    volume = seen().transpose(2, 1, 0)
    picture = save_nifti(tmp_path / "v.nii", volume, None)
    comes_in(picture, save_nifti(tmp_path / "m.nii", marked().transpose(2, 1, 0), None))
    base = nibabel.load(picture).affine  # what nibabel gives a mask that is saved with its picture's affine
    comes_in(picture, save_nifti(tmp_path / "n.nii", marked().transpose(2, 1, 0), base))


def exported(session: Session, folder: Path, masks: Path, formats: tuple[str, ...]) -> Path:
    """What an export writes for a folder's volume whose masks are those."""
    report = importing.queue_add(session, "lung", folder, masks, check=False)
    assert (report.added, report.problems) == (2, ())
    out = folder.parent / "out"
    assert exporting.export(session, Wish(out, formats)).problems == ()
    return out


def sampled(path: Path, at: np.ndarray) -> np.ndarray:
    """(n,) values of a volume nearest to (n, 3) points in RAS mm, by SimpleITK alone."""
    volume = SimpleITK.ReadImage(str(path))
    points = at * (-1, -1, 1)
    return np.array([volume[volume.TransformPhysicalPointToIndex(tuple(map(float, one)))] for one in points])


@pytest.mark.parametrize("source", ["nii.gz", "nrrd"])
def test_an_exported_mask_lies_over_its_volume(
    session: Session, tmp_path: Path, stored: tuple[Any, np.ndarray], source: str
) -> None:
    turn, place = stored
    if source == "nrrd":
        save_nrrd(tmp_path / "in" / "v.nrrd", turn(seen()), place, "left-posterior-superior")
        save_nrrd(tmp_path / "m" / "v.nrrd", turn(marked()), place, "left-posterior-superior")
    else:
        save_nifti(tmp_path / "in" / "v.nii.gz", turn(seen()), place)
        save_nifti(tmp_path / "m" / "v.nii.gz", turn(marked()), place)
    out = exported(session, tmp_path / "in", tmp_path / "m", ("nifti", "nrrd"))
    (whole,), (other,) = (out / "nifti").glob("*.nii.gz"), (out / "nrrd").glob("*.nrrd")
    found = nibabel.load(whole)
    assert np.allclose(found.affine, place, atol=1e-4)
    assert np.array_equal(np.asarray(found.dataobj), turn(marked()))
    voxels = np.argwhere(np.ones(found.shape))
    at = nibabel.affines.apply_affine(place, voxels)
    for path in (whole, other):
        assert np.array_equal(sampled(path, at), turn(marked())[tuple(voxels.T)])
        (picture,) = (tmp_path / "in").iterdir()
        comes_in(picture, path)


def test_an_exported_mask_of_a_volume_without_axes_has_its_voxels(session: Session, tmp_path: Path) -> None:
    picture = nibabel.Nifti1Image(seen().transpose(2, 1, 0), None)
    picture.header.set_zooms((0.5, 0.7, 2.0))
    (tmp_path / "in").mkdir()
    nibabel.save(picture, tmp_path / "in" / "v.nii.gz")
    save_nifti(tmp_path / "m" / "v.nii.gz", marked().transpose(2, 1, 0), None)
    out = exported(session, tmp_path / "in", tmp_path / "m", ("nifti",))
    (whole,) = (out / "nifti").glob("*.nii.gz")
    assert np.array_equal(np.asarray(nibabel.load(whole).dataobj), marked().transpose(2, 1, 0))
    assert np.allclose(nibabel.load(whole).affine, nibabel.load(tmp_path / "in" / "v.nii.gz").affine)
    comes_in(tmp_path / "in" / "v.nii.gz", whole)


def test_masks_of_timepoints_come_back(session: Session, tmp_path: Path) -> None:
    turn, place = STORED["RAS"]
    later = np.stack([turn(seen()), turn(seen()) + 1], axis=-1)
    save_nifti(tmp_path / "in" / "v.nii.gz", later, place)
    masks = np.stack([turn(marked()), turn(marked()) * 0], axis=-1)
    save_nifti(tmp_path / "m" / "v.nii.gz", masks, place)
    out = exported(session, tmp_path / "in", tmp_path / "m", ("nifti", "nrrd"))
    (whole,), (other,) = (out / "nifti").glob("*.nii.gz"), (out / "nrrd").glob("*.nrrd")
    assert np.array_equal(np.asarray(nibabel.load(whole).dataobj), masks)
    assert np.array_equal(nrrd.read(str(other))[0], masks)
    report = importing.queue_add(
        change_reader(session, "Dr Other"), "lung", tmp_path / "in", tmp_path / "m", check=False
    )
    assert (report.added, report.unmarked) == (2, 4)


def test_a_mask_is_put_into_a_kept_slice(session: Session, tmp_path: Path) -> None:
    turn, place = STORED["head first"]
    picture = save_nifti(tmp_path / "in" / "v.nii.gz", turn(seen()), place)
    mask = save_nifti(tmp_path / "m" / "v.nii.gz", turn(marked()), place)
    exported(session, tmp_path / "in", mask.parent, ("png",))
    case = next(one for one in opening.cases(session) if one.path == str(picture.absolute()))
    picture.unlink()
    kept = opening.load_image(session, case.id)
    assert np.array_equal(read_mask(mask, kept, "lung"), marked()[case.frame])


def test_a_grid_is_not_taken_from_another_volume_with_the_same_slice(tmp_path: Path) -> None:
    """A blank slice is kept once; its Correction's file tells which volume it was of."""
    blank = np.zeros((COLUMNS, ROWS, 1), np.int16)
    one = reader.read(save_nifti(tmp_path / "a.nii", blank, STORED["LPS"][1]))
    other = reader.read(save_nifti(tmp_path / "b.nii", blank, STORED["RAS"][1]))
    assert one.content_hash == other.content_hash
    assert grid_of(one, tmp_path / "b.nii", "b", other.source.sha256) == other.grid
    assert grid_of(replace(one, grid=None), tmp_path / "a.nii", "a", one.source.sha256) == one.grid
    with pytest.raises(UserError, match="moved or changed"):
        grid_of(replace(one, grid=None), tmp_path / "gone.nii", "a", one.source.sha256)


def test_a_grid_survives_the_workspace(session: Session, tmp_path: Path) -> None:
    image = reader.read(save_nifti(tmp_path / "v.nii", STORED["tilted"][0](seen()), STORED["tilted"][1]))
    accepting.keep(session, image)
    kept = opening.kept_image(session, image.content_hash)
    assert kept is not None
    assert isinstance(kept.grid, Grid)
    assert kept.grid == image.grid
    assert store.has_image(session.workspace, image.content_hash)
