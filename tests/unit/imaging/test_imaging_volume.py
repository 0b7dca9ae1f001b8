"""Slices of NIfTI and NRRD come out upright, the patient's right at the left, with their own values."""

from __future__ import annotations

import gzip

import nibabel
import nrrd
import numpy as np
import pytest
import SimpleITK

from unet_studio.core.errors import Unreadable
from unet_studio.core.image import modality_values
from unet_studio.imaging import limits, reader
from unet_studio.imaging.files import open_document
from unet_studio.imaging.refusal import Refused
from unet_studio.imaging.volume import open_nrrd


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


VECTORS = {"3-D": (30, 40, 2), "2-D": (30, 40)}


@pytest.mark.parametrize("kind", ["vector", "RGB-color", "3-color"])
@pytest.mark.parametrize("sides", VECTORS)
def test_nrrd_in_colour_by_its_kinds(tmp_path, colours, kind, sides):
    seen = colours()
    stored = np.ascontiguousarray(seen.transpose(2, 1, 0))
    if sides == "3-D":
        stored = np.stack([stored, stored // 2], axis=-1)
    count = stored.ndim - 1
    directions = np.vstack([np.full(count, np.nan), np.diag([0.5, 0.7, 2.0])[:count, :count]])
    header = {"kinds": [kind] + ["domain"] * count, "space directions": directions}
    header |= {"space": "left-posterior-superior"} if sides == "3-D" else {"space dimension": 2}
    nrrd.write(str(tmp_path / "v.nrrd"), stored, header)
    facts = reader.describe(tmp_path / "v.nrrd")
    assert (facts.frames, facts.channels, facts.rows, facts.columns) == (2 if sides == "3-D" else 1, 3, 40, 30)
    image = reader.read(tmp_path / "v.nrrd")
    assert np.array_equal(image.pixels, seen)
    assert image.spacing_mm == pytest.approx((0.7, 0.5))
    if sides == "3-D":
        assert np.array_equal(reader.read(tmp_path / "v.nrrd", 1).pixels, seen // 2)


@pytest.mark.parametrize("name", ["v.nrrd", "v.nii.gz"])
@pytest.mark.parametrize("slices", [0, 2])
def test_colours_as_simpleitk_writes_them(tmp_path, colours, name, slices):
    seen = colours()
    array = np.stack([seen, seen // 2]) if slices else seen
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(array, isVector=True), str(tmp_path / name))
    assert np.array_equal(reader.read(tmp_path / name).pixels, seen)
    assert reader.describe(tmp_path / name).frames == max(slices, 1)


def test_components_of_an_nrrd_that_are_no_colours_are_frames(tmp_path, letter):
    seen = np.stack([letter(np.int16, 900), letter(np.int16, 600), letter(np.int16, 300)])
    header = {"kinds": ["vector", "domain", "domain"]}
    nrrd.write(str(tmp_path / "v.nrrd"), np.ascontiguousarray(seen.transpose(0, 2, 1)), header)
    for number in range(3):
        assert np.array_equal(reader.read(tmp_path / "v.nrrd", number).pixels, seen[number])


@pytest.mark.parametrize("times", [3, 4])
def test_timepoints_of_a_nifti_are_frames(tmp_path, letter, times):
    seen = np.stack([letter() // (1 + number) for number in range(2 * times)]).reshape(2, times, 40, 30)
    stored = np.ascontiguousarray(seen.transpose(3, 2, 0, 1))  # columns, rows, slices, times
    nibabel.save(nibabel.Nifti1Image(stored, np.diag([-1.0, -1.0, 1.0, 1.0])), tmp_path / "v.nii")
    assert reader.describe(tmp_path / "v.nii").frames == 2 * times
    for number in range(2 * times):
        image = reader.read(tmp_path / "v.nii", number)
        assert np.array_equal(image.pixels, seen[number // times, number % times])


def test_a_nifti_of_colour_vectors(tmp_path, colours):
    seen = colours()
    picture = nibabel.Nifti1Image(seen.transpose(1, 0, 2)[:, :, None, None, :], np.diag([-1.0, -1.0, 1.0, 1.0]))
    picture.header.set_intent("vector")
    nibabel.save(picture, tmp_path / "v.nii")
    assert np.array_equal(reader.read(tmp_path / "v.nii").pixels, seen)


@pytest.mark.parametrize(
    "dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "float32", "float64"]
)
def test_an_nrrd_counts_the_bytes_that_its_values_have(tmp_path, letter, monkeypatch, dtype):
    seen = letter(np.int8).astype(dtype)
    nrrd.write(str(tmp_path / "v.nrrd"), np.stack([seen.T] * 3, axis=-1))
    monkeypatch.setattr(limits, "UNPACKED_BYTES", 3 * seen.nbytes)
    assert open_nrrd(tmp_path / "v.nrrd").header.frames == 3
    monkeypatch.setattr(limits, "UNPACKED_BYTES", 3 * seen.nbytes - 1)
    with pytest.raises(Refused, match="larger than can be opened"):
        open_nrrd(tmp_path / "v.nrrd")


@pytest.mark.parametrize("axes", STORED)
def test_a_volume_says_where_its_voxels_lie(tmp_path, letter, axes):
    """The corners in mm, counted from the affine alone, are those of the slices as they are shown."""
    turn, affine = STORED[axes]
    nibabel.save(nibabel.Nifti1Image(np.ascontiguousarray(turn(volume(letter))), affine), tmp_path / "v.nii")
    grid = reader.read(tmp_path / "v.nii", 1).grid
    assert grid is not None
    assert grid.shown == (30, 40, 3)
    first, last = grid.corners()[0], grid.corners()[-1]
    assert np.allclose(last - first, (-0.5 * 29, -0.7 * 39, 2.0 * 2), atol=1e-5)
    frames = volume(letter).transpose(2, 0, 1)
    assert np.array_equal(grid.stored(frames), turn(volume(letter)))
    assert np.array_equal(grid.frames(np.ascontiguousarray(turn(volume(letter)))), frames)


@pytest.mark.parametrize("tail", [b"", bytes(512), b"something else"])
def test_gzip_of_several_members(tmp_path, letter, tail):
    nibabel.save(nibabel.Nifti1Image(letter().T[..., None], np.diag([-1.0, -1.0, 1.0, 1.0])), tmp_path / "v.nii")
    data = (tmp_path / "v.nii").read_bytes()
    members = [gzip.compress(data[at : at + 200]) for at in range(0, len(data), 200)]
    (tmp_path / "v.nii.gz").write_bytes(b"".join(members) + tail)
    assert np.array_equal(reader.read(tmp_path / "v.nii.gz").pixels, letter())
    (tmp_path / "v.nii.gz").write_bytes(b"".join(members)[:-6])
    with pytest.raises(Unreadable, match="is cut short"):
        reader.read(tmp_path / "v.nii.gz")


def test_members_of_gzip_count_together(tmp_path, letter, monkeypatch):
    nibabel.save(nibabel.Nifti1Image(letter().T, np.eye(4)), tmp_path / "v.nii")
    data = (tmp_path / "v.nii").read_bytes()
    (tmp_path / "v.nii.gz").write_bytes(gzip.compress(data[:900]) + gzip.compress(data[900:]))
    monkeypatch.setattr(limits, "UNPACKED_BYTES", len(data))
    assert open_document(tmp_path / "v.nii.gz").header.rows == 40
    monkeypatch.setattr(limits, "UNPACKED_BYTES", len(data) - 1)
    with pytest.raises(Refused, match="unpacks to more than can be opened"):
        open_document(tmp_path / "v.nii.gz")
