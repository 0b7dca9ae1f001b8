"""`predict` in several formats: names, resume without the network, frames, work done ahead, and its end."""

from __future__ import annotations

import csv
import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import SimpleITK
import tifffile

from training.dataset import find_pairs
from training.preprocess import InputSpec, network_input
from unet_studio.core.formats import FORMATS
from unet_studio.core.image import Image, Source, ValueTransform, modality_values
from unet_studio.imaging import reader
from unet_studio.inference.proposer import Proposer
from unet_studio.workflow.ahead import working_ahead
from unet_studio.workflow.pictures import full_depth
from unet_studio.workflow.predicting import Prediction, Request, predict

ALL = tuple(FORMATS)


def run(workspace: Path, *paths: Path, out: Path, **more: object) -> list[Prediction]:
    return list(predict(Request(paths, out, workspace=workspace, **more)))


def test_every_format_of_a_folder(workspace: Path, films: Path, tmp_path: Path) -> None:
    (films / "broken.png").unlink()
    (films / "ward").mkdir()
    (films / "film_2.png").rename(films / "ward" / "film_2.png")
    out = tmp_path / "out"
    said: list[str] = []
    request = Request((films,), out, workspace=workspace, formats=ALL)
    assert not [one.error for one in predict(request, on_warning=said.append) if one.error]
    assert sorted(said) == [f"{name}: 3 of the pictures are no DICOM files and have none" for name in ("sc", "seg")]
    for file in ("ward/film_2.png", "nifti/ward/film_2.nii.gz", "labelme/ward/film_2.json", "yolo/ward/film_2.txt"):
        assert (out / file).is_file(), file
    with (out / "csv" / "measurements.csv").open(newline="", encoding="utf-8") as file:
        assert {row["name"] for row in csv.DictReader(file)} == {"film_1", "ward/film_2", "film_3"}
    assert len(find_pairs(out / "training")) == 3


def test_what_is_finished_asks_neither_network_nor_decoder(
    workspace: Path, films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (films / "broken.png").unlink()
    out = tmp_path / "out"
    run(workspace, films, out=out, formats=ALL)
    before = {
        path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file() and ".finished" not in path.name
    }
    monkeypatch.setattr(reader, "read", lambda *about: pytest.fail("a picture was decoded"))
    again = run(workspace, films, out=out, formats=ALL)
    assert [(one.files.skipped, one.error) for one in again] == [(True, "")] * 3
    changed = {path.relative_to(out).as_posix() for path, time in before.items() if path.stat().st_mtime_ns != time}
    # groups of a run have names of that run, so only the lists that have groups in them are written anew
    assert all(name.startswith(("nnunet/", "training/manifest")) and "Tr/" not in name for name in changed)


def test_sources_of_one_name_keep_their_files(dicom, workspace: Path, films: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "same", tmp_path / "out"
    folder.mkdir()
    pages = [cv2.imread(str(films / f"film_{n}.png"), cv2.IMREAD_UNCHANGED) for n in (1, 2, 3)]
    for name, chosen in (("x.dcm", pages[:2]), ("x.dicom", pages[1:]), ("x", pages[0])):
        dicom(np.stack(chosen) if name != "x" else chosen, name="film").rename(folder / name)
    for name, page in (("x.png", pages[1]), ("x.jpg", pages[2])):
        cv2.imwrite(str(folder / name), page)
    left = []
    for _ in range(3):
        results = run(workspace, folder, out=out, formats=ALL, target="lung")
        assert [one.error for one in results] == [""] * 7
        left.append(sorted(path for path in out.rglob("*") if path.is_file()))
    assert left[0] == left[1] == left[2]
    assert len(list((out / "nrrd").glob("*.nrrd"))) == 5
    assert len(list((out / "seg").glob("*.dcm"))) == 3
    assert len(list((out / "nnunet").glob("*/labelsTr/*.png"))) == len(list((out / "labelmap").glob("*.png"))) == 7


def test_deep_folders_of_uids_make_cases_that_can_be_named(workspace: Path, films: Path, tmp_path: Path) -> None:
    deep = tmp_path / "disc"
    for number in range(4):
        deep /= f"1.2.840.113619.2.55.3.2831178355.391.1328001234.12345678{number}"
    deep.mkdir(parents=True)
    last = "1.2.840.113619.2.55.3.2831178355.391.1328001234.9876"
    for number in (1, 2, 3):
        (films / f"film_{number}.png").rename(deep / f"{last}.{number}")
    chosen = ("png", "nnunet", "training", "coco", "labelme")
    left = []
    for _ in range(2):
        assert [one.error for one in run(workspace, tmp_path / "disc", out=tmp_path / "out", formats=chosen)] == [
            ""
        ] * 3
        left.append(sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file()))
    assert left[0] == left[1]
    folder = tmp_path / "out" / "nnunet" / "Dataset001_lung"
    facts = json.loads((folder / "dataset.json").read_text())
    cases = set(facts["dataset"])
    assert len(cases) == facts["numTraining"] == 3
    for case in cases:
        assert facts["dataset"][case] == {"images": [f"imagesTr/{case}_0000.png"], "label": f"labelsTr/{case}.png"}
    assert {path.name for path in (folder / "imagesTr").iterdir()} == {f"{case}_0000.png" for case in cases}
    assert {path.name for path in (folder / "labelsTr").iterdir()} == {f"{case}.png" for case in cases}
    for fold in json.loads((folder / "splits_final.json").read_text()):
        assert {*fold["train"], *fold["val"]} == cases
    assert len(find_pairs(tmp_path / "out" / "training")) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="only there names may be bytes that are no text")
def test_lists_name_the_files_of_names_that_are_no_text(workspace: Path, films: Path, tmp_path: Path) -> None:
    film = (films / "film_1.png").rename(tmp_path / "caf\udce9.png")
    (result,) = run(workspace, film, out=tmp_path / "out", formats=("png", "nnunet", "training"))
    assert result.error == ""
    folder = tmp_path / "out" / "nnunet" / "Dataset001_lung"
    ((_, files),) = json.loads((folder / "dataset.json").read_text())["dataset"].items()
    assert all((folder / file).is_file() for file in (*files["images"], files["label"]))
    assert len(find_pairs(tmp_path / "out" / "training")) == 1


def test_another_format_later_asks_no_network(
    workspace: Path, films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (films / "broken.png").unlink()
    out = tmp_path / "out"
    run(workspace, films, out=out)
    monkeypatch.setattr(Proposer, "propose", lambda *about: pytest.fail("the network was asked"))
    later = run(workspace, films, out=out, formats=("png", "overlay", "nrrd"))
    assert [one.error for one in later] == [""] * 3
    assert len(list((out / "overlay").glob("*.png"))) == 3
    assert len(list((out / "nrrd").glob("*.nrrd"))) == 3


def test_a_file_of_frames_has_one_volume_and_one_group(workspace: Path, films: Path, tmp_path: Path) -> None:
    pages = np.stack([cv2.imread(str(films / f"film_{n}.png"), cv2.IMREAD_UNCHANGED) for n in (1, 2, 3)])
    tifffile.imwrite(tmp_path / "stack.tif", pages, photometric="minisblack")
    out = tmp_path / "out"
    results = run(workspace, tmp_path / "stack.tif", out=out, formats=("png", "nifti", "training"))
    assert [(one.frame, one.error) for one in results] == [(1, ""), (2, ""), (3, "")]
    import nibabel

    volume = np.asarray(nibabel.load(out / "nifti" / "stack.nii.gz").dataobj)
    for number in range(3):
        mask = cv2.imread(str(out / f"stack_f{number + 1:04d}.png"), cv2.IMREAD_UNCHANGED) > 0
        assert np.array_equal(volume[:, :, number].T > 0, mask)
    assert len({pair.group for pair in find_pairs(out / "training")}) == 1


def test_a_proposed_mask_lies_over_its_volume(workspace: Path, films: Path, tmp_path: Path) -> None:
    """The volume is stored to the patient's right and front, and shown the other way, as are its PNG masks."""
    import nibabel

    pages = np.stack([cv2.imread(str(films / f"film_{n}.png"), cv2.IMREAD_UNCHANGED) for n in (1, 2, 3)])
    place = np.diag([0.5, 0.7, 2.0, 1.0])
    nibabel.save(nibabel.Nifti1Image(pages.transpose(2, 1, 0)[::-1, ::-1].astype(np.int16), place), tmp_path / "v.nii")
    out = tmp_path / "out"
    for formats in (("png", "nifti"), ("png", "nifti", "nrrd")):
        results = run(workspace, tmp_path / "v.nii", out=out, formats=formats, target="lung")
        assert [one.error for one in results] == [""] * 3
    masks = [cv2.imread(str(one.files.mask), cv2.IMREAD_UNCHANGED) > 0 for one in results]
    assert any(mask.any() and not np.array_equal(mask, mask[::-1, ::-1]) for mask in masks)
    (whole,), (other,) = (out / "nifti").glob("*.nii.gz"), (out / "nrrd").glob("*.nrrd")
    assert np.allclose(nibabel.load(whole).affine, place)
    expected = np.stack(masks).transpose(2, 1, 0)[::-1, ::-1]
    assert np.array_equal(np.asarray(nibabel.load(whole).dataobj) > 0, expected)
    assert np.array_equal(SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(other))).transpose(2, 1, 0) > 0, expected)


def test_anonymous_names_are_hashes(workspace: Path, films: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (result,) = run(workspace, films / "film_1.png", out=out, anonymous=True, formats=("png", "csv"))
    facts = json.loads(result.files.json.read_text())
    assert result.files.mask.stem == facts["source_sha256"][:16] == facts["source"]
    (again,) = run(workspace, films / "film_1.png", out=out, anonymous=True, formats=("png", "csv"))
    assert again.files.skipped


def test_a_failed_format_is_told_and_the_mask_stays(workspace: Path, films: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "csv").write_text("no folder")
    (result,) = run(workspace, films / "film_1.png", out=out, formats=("png", "csv", "labelmap"))
    assert "csv" in result.error
    assert result.files.mask.is_file()
    assert (out / "labelmap" / "film_1.png").is_file()


def test_results_come_in_order_while_others_are_under_way() -> None:
    second = threading.Event()
    done: list[int] = []

    def work(number: int) -> Callable[[], int]:
        def one() -> int:
            if number == 0:
                assert second.wait(10)  # the first one ends only when the second is under way
            if number == 1:
                second.set()
            done.append(number)
            return number

        return one

    with working_ahead(2, lambda: None) as ahead:
        assert list(ahead.results(work(number) for number in range(20))) == list(range(20))
    assert done[0] == 1


def test_no_more_than_a_few_are_begun_ahead() -> None:
    begun = []
    with working_ahead(2, lambda: None) as ahead:
        results = ahead.results((lambda number=number: begun.append(number)) for number in range(50))
        next(results)
        results.close()
    assert len(begun) <= 4


def test_stopping_breaks_off_what_is_under_way(workspace: Path, films: Path, tmp_path: Path) -> None:
    stopped = threading.Event()
    released: list[str] = []

    def interrupted() -> None:
        with working_ahead(2, lambda: (released.append("stop"), stopped.set())) as ahead:
            for _ in ahead.results([lambda: None, lambda: stopped.wait(30), lambda: stopped.wait(30)]):
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert released == ["stop"]
    running = predict(Request((films,), tmp_path / "out", workspace=workspace))
    next(running)
    running.close()
    assert len(list((tmp_path / "out").glob("*.json"))) <= 3


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int16, np.int32, np.float32])
def test_a_network_sees_the_same_in_a_picture_at_full_depth(kind: type, inverted: bool) -> None:
    rng = np.random.default_rng(0)
    low, high = (-800, 3000) if np.dtype(kind).kind in "if" else (0, 250)
    image = Image(
        rng.integers(low, high, (60, 50)).astype(kind),
        Source("a"),
        "DICOM",
        ValueTransform(inverted=inverted),
    )
    spec = InputSpec(size=32, channels=1, kind="gray")
    seen, _ = network_input(modality_values(image), inverted, spec)
    kept, _ = network_input(full_depth(image), False, spec)
    assert full_depth(image).dtype in (np.uint8, np.uint16)
    assert np.abs(seen - kept).max() < (1e-6 if np.dtype(kind).itemsize <= 2 else 1e-3)


def test_colour_stays_as_it_is() -> None:
    pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    assert full_depth(Image(pixels, Source("a"), "PNG")) is pixels
