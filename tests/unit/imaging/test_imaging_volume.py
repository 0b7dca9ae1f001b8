"""Slices of NIfTI and NRRD come out upright, the patient's right at the left, with their own values."""

from __future__ import annotations

import gzip

import nibabel
import nrrd
import numpy as np
import pytest

from unet_studio.core.errors import Unreadable
from unet_studio.core.image import modality_values
from unet_studio.imaging import reader


def volume(letter) -> np.ndarray:
    """(40, 30, 3) rows, columns, slices as they are to be seen: the letter, and it dimmer in each further slice."""
    return np.dstack([letter(np.int16, 900), letter(np.int16, 600), letter(np.int16, 300)])


# how a file may store axes that run to the patient's left, back and head: stored array of (i, j, k), and its affine
STORED = {
    "LPS": (lambda seen: seen.transpose(1, 0, 2), np.diag([-0.5, -0.7, 2.0, 1.0])),
    "RAS": (lambda seen: seen.transpose(1, 0, 2)[::-1, ::-1], np.diag([0.5, 0.7, 2.0, 1.0])),
    "LAI": (lambda seen: seen.transpose(1, 0, 2)[:, ::-1, ::-1], np.diag([-0.5, 0.7, -2.0, 1.0])),
    "SLP": (
        lambda seen: seen.transpose(2, 1, 0),
        np.array([[0, -0.5, 0, 0], [0, 0, -0.7, 0], [2.0, 0, 0, 0], [0, 0, 0, 1]]),
    ),
}


@pytest.mark.parametrize("axes", STORED)
@pytest.mark.parametrize("packed", [False, True])
def test_nifti_of_any_axes(tmp_path, letter, axes, packed):
    seen = volume(letter)
    turn, affine = STORED[axes]
    path = tmp_path / "v.nii"
    nibabel.save(nibabel.Nifti1Image(np.ascontiguousarray(turn(seen)), affine), path)
    if packed:
        (tmp_path / "v.nii.gz").write_bytes(gzip.compress(path.read_bytes()))
        path = tmp_path / "v.nii.gz"
    facts = reader.describe(path)
    assert (facts.ok, facts.format, facts.frames, facts.rows, facts.columns) == (True, "NIfTI", 3, 40, 30)
    for number in range(3):
        image = reader.read(path, number)
        assert np.array_equal(image.pixels, seen[:, :, number])
        assert image.spacing_mm == pytest.approx((0.7, 0.5))


def test_nifti_scales_its_values_and_keeps_the_stored_ones(tmp_path, letter):
    seen = letter(np.int16, 900)
    picture = nibabel.Nifti1Image(seen.T[..., None], np.diag([-1.0, -1.0, 1.0, 1.0]))
    picture.header.set_slope_inter(2.0, -100.0)
    nibabel.save(picture, tmp_path / "v.nii")
    image = reader.read(tmp_path / "v.nii")
    assert (image.transform.slope, image.transform.intercept) == (2.0, -100.0)
    assert np.array_equal(image.pixels, seen)
    assert np.array_equal(modality_values(image), seen * 2.0 - 100.0)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_nifti_2_floats_and_one_slice(tmp_path, letter, dtype):
    seen = letter(np.uint8).astype(dtype)
    nibabel.save(nibabel.Nifti2Image(seen.T, np.diag([-1.0, -1.0, 1.0, 1.0])), tmp_path / "v.nii")
    assert np.array_equal(reader.read(tmp_path / "v.nii").pixels, seen)


def test_nifti_in_colour(tmp_path, colours):
    seen = colours()
    stored = np.zeros((30, 40, 1), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    for channel, name in enumerate("RGB"):
        stored[name][..., 0] = seen[..., channel].T
    nibabel.save(nibabel.Nifti1Image(stored, np.diag([-1.0, -1.0, 1.0, 1.0])), tmp_path / "v.nii")
    assert np.array_equal(reader.read(tmp_path / "v.nii").pixels, seen)


@pytest.mark.parametrize("encoding", ["raw", "gzip"])
def test_nrrd(tmp_path, letter, encoding):
    seen = volume(letter)
    header = {
        "space": "left-posterior-superior",
        "space directions": np.diag([0.5, 0.7, 2.0]),
        "kinds": ["domain"] * 3,
        "encoding": encoding,
    }
    nrrd.write(str(tmp_path / "v.nrrd"), np.ascontiguousarray(seen.transpose(1, 0, 2)), header)
    for number in range(3):
        image = reader.read(tmp_path / "v.nrrd", number)
        assert np.array_equal(image.pixels, seen[:, :, number])
        assert image.spacing_mm == pytest.approx((0.7, 0.5))
    header["space"] = "right-anterior-superior"
    nrrd.write(str(tmp_path / "r.nrrd"), np.ascontiguousarray(seen.transpose(1, 0, 2)[::-1, ::-1]), header)
    assert np.array_equal(reader.read(tmp_path / "r.nrrd").pixels, seen[:, :, 0])


def test_a_plain_nrrd_picture(tmp_path, letter):
    nrrd.write(str(tmp_path / "v.nrrd"), letter().T)
    image = reader.read(tmp_path / "v.nrrd")
    assert np.array_equal(image.pixels, letter())
    assert image.spacing_mm is None


@pytest.mark.parametrize("name", ["v.nii", "v.nrrd"])
def test_damaged_volumes_give_one_sentence(tmp_path, letter, name):
    if name == "v.nii":
        nibabel.save(nibabel.Nifti1Image(letter().T, np.eye(4)), tmp_path / name)
    else:
        nrrd.write(str(tmp_path / name), letter().T)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) - 200])
    with pytest.raises(Unreadable, match=r"is (cut short|a damaged)"):
        reader.read(tmp_path / name)
    if name == "v.nii":
        lying = bytearray(data)
        lying[42:46] = (32000).to_bytes(2, "little") * 2
        (tmp_path / name).write_bytes(lying)
        with pytest.raises(Unreadable, match=r"more than the 300 million|larger than can be opened"):
            reader.read(tmp_path / name)
