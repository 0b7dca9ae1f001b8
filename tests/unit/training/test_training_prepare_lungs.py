"""prepare: JSRT with SCR, the Kaggle chest films and the NLM's Montgomery set, on small faithful copies."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from training import dataset
from training.manifest import read_manifest
from training.prepare import prepare
from training.prepare.layout import Prepared

DARK, BRIGHT = 3600, 800  # optical density times 1000 or so: lungs are dense on the film, the mediastinum is not


def film(folder: Path, name: str, order: str = ">u2") -> np.ndarray:
    """A JSRT film, (2048, 2048) densities: two lungs, dark on film, which are high values."""
    density = np.full((2048, 2048), BRIGHT, np.uint16)
    density[400:1600, 300:900] = density[400:1600, 1148:1748] = DARK
    density[0, : len(name)] = [ord(letter) for letter in name]  # no two films are the same
    folder.mkdir(parents=True, exist_ok=True)
    density.astype(order).tofile(folder / f"{name}.IMG")
    return density


def scr(folder: Path, fold: int, name: str, side: str) -> None:
    """An SCR mask: 1024 x 1024 GIF with a gray palette."""
    mask = np.zeros((1024, 1024), np.uint8)
    mask[200:800, slice(574, 874) if side == "left" else slice(150, 450)] = 255
    where = folder / "scratch" / f"fold{fold}" / "masks" / f"{side} lung"
    where.mkdir(parents=True, exist_ok=True)
    Image.fromarray(mask).save(where / f"{name}.gif")


def kinds(prepared: Prepared) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for problem in prepared.problems:
        table.setdefault(problem.kind, []).append(problem.name)
    return table


def png(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), values)


def test_jsrt_looks_like_film_and_joins_both_lungs(tmp_path: Path) -> None:
    source, out = tmp_path / "JSRT", tmp_path / "jsrt"
    density = film(source / "All247images", "JPCLN001")
    film(source / "All247images", "JPCNN002")
    for side in ("left", "right"):
        scr(source, 1, "JPCLN001", side)
        scr(source, 2, "JPCNN002", side)
        heart = source / "scratch" / "fold1" / "masks" / "heart"
        heart.mkdir(exist_ok=True)
        Image.fromarray(np.zeros((1024, 1024), np.uint8)).save(heart / "JPCLN001.gif")
    prepared = prepare("jsrt", source, out)
    assert (prepared.found, prepared.problems) == (2, ())
    rows = [row for _, row in read_manifest(out / "manifest.csv")]
    assert [row.picture for row in rows] == ["images/JPCLN001.png", "images/JPCNN002.png"]
    assert [(row.group, row.split, row.note) for row in rows] == [
        ("JPCLN001", "", "SCR fold1; nodule"),
        ("JPCNN002", "", "SCR fold2; no nodule"),
    ]
    pair = dataset.find_pairs(out)[0]
    picture, mask = dataset.read_picture(pair.picture), dataset.read_mask(pair.mask)
    assert picture.dtype == np.uint16
    assert picture.shape == mask.shape == (2048, 2048)
    np.testing.assert_array_equal(picture // 16, 4095 - density)
    assert mask.sum() == 2 * 1200 * 600
    assert picture[mask == 1].max() < picture[mask == 0][2048:].min()  # lungs dark, all else bright


def test_jsrt_names_what_is_missing_or_broken(tmp_path: Path) -> None:
    source, out = tmp_path / "JSRT", tmp_path / "jsrt"
    films = source / "Nodule154images"
    for name in ("JPCLN001", "JPCLN002", "JPCLN003", "JPCLN004"):
        film(films, name, "<u2" if name == "JPCLN004" else ">u2")
        for side in ("left", "right"):
            if (name, side) != ("JPCLN002", "right"):
                scr(source, 1, name, side)
    scr(source, 2, "JPCLN001", "left")
    scr(source, 2, "JPCLN154", "left")
    whole = films / "JPCLN003.IMG"
    whole.write_bytes(whole.read_bytes()[:-2])
    prepared = prepare("jsrt", source, out)
    assert [row.picture for row in prepared.rows] == ["images/JPCLN001.png"]
    assert prepared.found == 4
    assert kinds(prepared) == {
        "second mask of a film": ["scratch/fold2/masks/left lung/JPCLN001.gif"],
        "no mask": ["Nodule154images/JPCLN002.IMG"],
        "mask without picture": ["scratch/fold2/masks/left lung/JPCLN154.gif"],
        "unreadable": ["JPCLN003", "JPCLN004"],
    }
    details = " ".join(problem.detail for problem in prepared.problems)
    assert "has 8388606 bytes instead of 8388608" in details
    assert "more than 12 bits in big-endian order" in details


def test_kaggle_films_with_both_spellings_of_masks(tmp_path: Path) -> None:
    source = tmp_path / "archive"
    top = source / "Lung Segmentation"
    rng = np.random.default_rng(0)
    names = ["CHNCXR_0001_0", "CHNCXR_0327_1", "CHNCXR_0025_0", "MCUCXR_0001_0", "MCUCXR_0104_1"]
    for name in names:
        values = rng.integers(0, 255, (40, 30, 3) if name.startswith("C") else (40, 30)).astype(np.uint8)
        png(top / "CXR_png" / f"{name}.png", values)
        mask = np.zeros((40, 30), np.uint8)
        mask[5:20, 5:25] = 255
        suffix = "_mask" if name.startswith("CHN") else ""
        if name != "CHNCXR_0025_0":
            png(top / "masks" / f"{name}{suffix}.png", mask[:39] if name == "MCUCXR_0104_1" else mask)
    png(top / "masks" / "CHNCXR_0999_1_mask.png", mask)
    png(top / "test" / "CHNCXR_0025_0.png", values)
    (top / "CXR_png" / "Thumbs.db").write_bytes(b"")
    (top / "CXR_png" / "read me.txt").write_text("films")
    png(source / "data" / "Lung Segmentation" / "CXR_png" / "CHNCXR_0001_0.png", values)
    png(source / "data" / "Lung Segmentation" / "masks" / "CHNCXR_0001_0_mask.png", mask)
    prepared = prepare("kaggle-cxr", source, tmp_path / "cxr")
    assert [(row.picture, row.group, row.note) for row in prepared.rows] == [
        ("images/CHNCXR_0001_0.png", "CHNCXR_0001_0", "Shenzhen; normal"),
        ("images/CHNCXR_0327_1.png", "CHNCXR_0327_1", "Shenzhen; tuberculosis"),
        ("images/MCUCXR_0001_0.png", "MCUCXR_0001_0", "Montgomery; normal"),
    ]
    assert prepared.found == 7
    assert kinds(prepared) == {
        "not a picture": ["Lung Segmentation/CXR_png/read me.txt"],
        "no mask": ["Lung Segmentation/CXR_png/CHNCXR_0025_0.png", "Lung Segmentation/test/CHNCXR_0025_0.png"],
        "mask without picture": ["Lung Segmentation/masks/CHNCXR_0999_1_mask.png"],
        "name already taken": ["data/Lung Segmentation/CXR_png/CHNCXR_0001_0.png"],
        "size mismatch": ["Lung Segmentation/CXR_png/MCUCXR_0104_1.png"],
    }
    assert "picture 30 x 40, mask 30 x 39" in [problem.detail for problem in prepared.problems]
    original = (top / "CXR_png" / "CHNCXR_0001_0.png").read_bytes()
    assert (tmp_path / "cxr" / "images" / "CHNCXR_0001_0.png").read_bytes() == original


def test_montgomery_joins_left_and_right(tmp_path: Path) -> None:
    source = tmp_path / "MontgomerySet"
    for number in (1, 2, 3):
        name = f"MCUCXR_000{number}_0.png"
        png(source / "CXR_png" / name, np.full((50, 60), 40 * number, np.uint8))
        left, right = np.zeros((2, 50, 60), np.uint8)
        left[10:40, 35:55] = right[10:40, 5:25] = 255
        png(source / "ManualMask" / "leftMask" / name, left)
        if number != 2:
            png(source / "ManualMask" / "rightMask" / name, right[:, :59] if number == 3 else right)
    (source / "ClinicalReadings").mkdir()
    prepared = prepare("kaggle-cxr", source, tmp_path / "mc")
    assert [row.note for row in prepared.rows] == ["Montgomery; normal"]
    pair = dataset.find_pairs(tmp_path / "mc")[0]
    assert dataset.read_mask(pair.mask).sum() == 2 * 30 * 20
    assert kinds(prepared) == {
        "no mask": ["CXR_png/MCUCXR_0002_0.png"],
        "size mismatch": ["CXR_png/MCUCXR_0003_0.png"],
    }
    assert "rightMask" in [problem.detail for problem in prepared.problems]


@pytest.mark.parametrize(
    ("source", "sentence"), [("jsrt", r"holds no \.IMG films"), ("kaggle-cxr", "holds no folder CXR_png")]
)
def test_another_layout_is_refused(source: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=sentence):
        prepare(source, tmp_path / "empty", tmp_path / "out")
    assert not (tmp_path / "out").exists()
