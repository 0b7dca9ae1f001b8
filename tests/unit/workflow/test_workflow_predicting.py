"""`predict` on folders: names, resume, broken files, frames, Targets."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow

from unet_studio.core.errors import ModelError
from unet_studio.workflow import versions
from unet_studio.workflow.predicting import Prediction, Request, predict
from unet_studio.workflow.session import using_session


def run(workspace: Path, *paths: Path, out: Path, **more: object) -> list[Prediction]:
    return list(predict(Request(paths, out, workspace=workspace, **more)))


def relative(out: Path) -> set[str]:
    return {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}


def test_a_folder_keeps_its_shape_and_goes_on_past_broken_files(
    workspace: Path, films: Path, lungs: list[np.ndarray], tmp_path: Path
) -> None:
    (films / "ward 2" / "ü").mkdir(parents=True)
    (films / "film_2.png").rename(films / "ward 2" / "ü" / "scan.v2.png")
    out = tmp_path / "out"
    results = run(workspace, films, out=out)
    assert [result.path.name for result in results if result.error] == ["broken.png"]
    assert relative(out) == {
        "film_1.png", "film_1.json", "film_3.png", "film_3.json", "ward 2/ü/scan.v2.png", "ward 2/ü/scan.v2.json",
    }  # fmt: skip
    mask = cv2.imread(str(out / "film_1.png"), cv2.IMREAD_UNCHANGED)
    assert (mask.dtype, mask.shape, set(np.unique(mask))) == (np.uint8, lungs[0].shape, {0, 255})
    overlap = 2 * np.count_nonzero((mask > 0) & (lungs[0] > 0)) / (np.count_nonzero(mask) + lungs[0].sum())
    assert overlap > 0.85
    with Pillow.open(out / "film_1.png") as picture:
        assert (picture.mode, picture.text["unet-studio:target"]) == ("L", "lung")


def test_finished_files_are_skipped_and_other_ones_numbered(workspace: Path, films: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    film = films / "film_1.png"
    (first,) = run(workspace, film, out=out)
    before = (out / "film_1.png").read_bytes()
    (again,) = run(workspace, film, out=out)
    assert (first.files.skipped, again.files.skipped) == (False, True)
    (other,) = run(workspace, film, out=out, probability=True)
    assert other.error == ""
    assert other.files.mask.name == "film_1_2.png"
    probability = cv2.imread(str(other.files.probability), cv2.IMREAD_UNCHANGED)
    assert probability.dtype == np.uint16
    assert np.array_equal(probability >= 32768, cv2.imread(str(other.files.mask), cv2.IMREAD_UNCHANGED) > 0)
    film.write_bytes((films / "film_2.png").read_bytes())
    (changed,) = run(workspace, film, out=out)
    assert (changed.files.skipped, changed.files.mask.name) == (False, "film_1_3.png")
    assert (out / "film_1.png").read_bytes() == before
    assert json.loads((out / "film_1.json").read_text())["source_sha256"] != ""


def test_two_sources_of_one_stem_both_come_out(workspace: Path, films: Path, tmp_path: Path) -> None:
    Pillow.open(films / "film_1.png").save(films / "film_1.bmp")
    out = tmp_path / "out"
    run(workspace, films / "film_1.bmp", films / "film_1.png", out=out)
    assert {"film_1.png", "film_1_2.png"} <= relative(out)
    again = run(workspace, films / "film_1.bmp", films / "film_1.png", out=out)
    assert [result.files.skipped for result in again] == [True, True]
    assert len(relative(out)) == 4


def test_each_frame_has_its_own_mask(workspace: Path, films: Path, tmp_path: Path) -> None:
    pages = np.stack([cv2.imread(str(films / f"film_{n}.png"), cv2.IMREAD_UNCHANGED) for n in (1, 2)])
    tifffile.imwrite(tmp_path / "stack.tif", pages, photometric="minisblack")
    results = run(workspace, tmp_path / "stack.tif", out=tmp_path / "out")
    assert [result.frame for result in results] == [1, 2]
    assert {"stack_f0001.png", "stack_f0002.png"} <= relative(tmp_path / "out")


def test_neither_film_nor_endoscopy_is_left_out_unless_told(workspace: Path, tmp_path: Path) -> None:
    Pillow.new("RGB", (64, 64), (20, 60, 220)).save(tmp_path / "sky.png")
    (result,) = run(workspace, tmp_path / "sky.png", out=tmp_path / "out")
    assert (result.error, result.files) == ("", None)
    assert result.note.startswith("sky.png")
    (obeyed,) = run(workspace, tmp_path / "sky.png", out=tmp_path / "out", target="lung")
    assert obeyed.files.mask.is_file()


def test_a_model_is_found_by_id_and_brings_its_target(workspace: Path, films: Path, tmp_path: Path) -> None:
    with using_session(workspace) as session:
        model = versions.active(session, "lung").id
    (result,) = run(workspace, films / "film_1.png", out=tmp_path / "out", model=model)
    assert result.model == model
    with pytest.raises(ModelError, match="not polyp"):
        run(workspace, films / "film_1.png", out=tmp_path / "out", model=model, target="polyp")
    with pytest.raises(ModelError, match="lung-v99"):
        run(workspace, films / "film_1.png", out=tmp_path / "out", model="lung-v99")
