"""Every format read back by readers that are not ours, for Masks with a hole, one pixel, nothing and everything."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from training.dataset import find_pairs, read_mask, read_picture
from training.metrics import dice
from unet_studio.core import formats
from unet_studio.core.errors import UserError
from unet_studio.exporting import polygons, rle, sets

# pycocotools has not followed numpy 2
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
TWO = "png,labelmap,overlay,nifti,nrrd,coco,labelme,yolo,csv,nnunet,training"


def without_holes(mask: np.ndarray) -> np.ndarray:
    """The outer outlines filled, by Pillow's flood fill from outside, not by what is tested."""
    canvas = Pillow.fromarray(np.pad(mask, 1).astype(np.uint8)).copy()
    from PIL import ImageDraw

    ImageDraw.floodfill(canvas, (0, 0), 2)
    return (np.asarray(canvas)[1:-1, 1:-1] != 2).astype(np.uint8)


def redrawn(points: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    drawn = np.zeros(shape, np.uint8)
    for one in points:
        cv2.fillPoly(drawn, [np.rint(np.asarray(one, float).reshape(-1, 2)).astype(np.int32)], 1)
    return drawn


def test_volumes_are_the_mask_to_simpleitk(export: Any, mask: np.ndarray) -> None:
    sitk = pytest.importorskip("SimpleITK", reason="the test extra is not installed")
    assert not export("P001_I001", mask, formats=TWO).problems
    for file in ("nifti/P001_I001.nii.gz", "nrrd/P001_I001.nrrd"):
        image = sitk.ReadImage(str(export.out / file))
        assert np.array_equal(sitk.GetArrayFromImage(image), mask), file
        assert image.GetSpacing() == pytest.approx((0.1, 0.2)), file
        assert image.GetDirection() == pytest.approx((1, 0, 0, 1)), file


def test_frames_of_a_file_are_one_volume(export: Any) -> None:
    sitk = pytest.importorskip("SimpleITK", reason="the test extra is not installed")
    frames = [np.roll(np.pad(np.ones((9, 5), np.uint8), ((3, 8), (2, 4))), shift, 0) for shift in range(4)]
    frames[2][:] = 0
    assert not export("P001_I001", *frames, formats="nifti,nrrd,labelmap").problems
    for file in ("nifti/P001_I001.nii.gz", "nrrd/P001_I001.nrrd"):
        assert np.array_equal(sitk.GetArrayFromImage(sitk.ReadImage(str(export.out / file))), frames), file
    assert len(list((export.out / "labelmap").glob("P001_I001_f000?.png"))) == 4


def test_coco_is_the_mask_to_pycocotools(export: Any, mask: np.ndarray) -> None:
    coco = pytest.importorskip("pycocotools.coco", reason="the test extra is not installed")
    export("P001_I001", mask, formats="coco")
    export("ward/P001_I002", 1 - mask, formats="coco", source_sha256="12" * 32)
    read = coco.COCO(str(export.out / "coco" / "annotations.json"))
    assert [read.imgs[number]["file_name"] for number in (1, 2)] == ["P001_I001.png", "ward/P001_I002.png"]
    for number, truth in ((1, mask), (2, 1 - mask)):
        found = read.loadAnns(read.getAnnIds(imgIds=[number]))
        assert len(found) == bool(truth.any())
        for one in found:
            assert np.array_equal(read.annToMask(one), truth)
            assert one["area"] == truth.sum()
            x, y, width, height = one["bbox"]
            assert truth[y : y + height, x : x + width].sum() == truth.sum()
            assert truth[y, x : x + width].any()
            assert truth[y : y + height, x + width - 1].any()


def test_coco_polygons_keep_their_shape(export: Any) -> None:
    coco = pytest.importorskip("pycocotools.coco", reason="the test extra is not installed")
    y, x = np.mgrid[:400, :380]
    mask = ((((x - 150) / 110) ** 2 + ((y - 190) / 150) ** 2) < 1).astype(np.uint8)
    export("P001_I001", mask, formats="coco")
    read = coco.COCO(str(export.out / "coco" / "annotations_polygons.json"))
    (one,) = read.loadAnns(read.getAnnIds())
    assert dice(redrawn(one["segmentation"], mask.shape), mask) > 0.995
    assert dice(read.annToMask(one), mask) > 0.98
    assert len(one["segmentation"][0]) < 400


def test_runs_are_packed_as_pycocotools_packs_them() -> None:
    maskapi = pytest.importorskip("pycocotools.mask", reason="the test extra is not installed")
    rng = np.random.default_rng(0)
    for density in (0.0, 0.02, 0.5, 1.0):
        mask = (rng.random((57, 43)) < density).astype(np.uint8)
        assert rle.encode(mask) == maskapi.encode(np.asfortranarray(mask))["counts"].decode()
        assert np.array_equal(rle.decode(rle.encode(mask), mask.shape), mask)
    for broken in ("", "\x7f", "oo", "1" * 50):
        with pytest.raises(ValueError, match="runs"):
            rle.decode(broken, (57, 43))


def test_polygons_drawn_again_are_the_mask_without_holes(export: Any, mask: np.ndarray) -> None:
    export("P001_I001", mask, formats="labelme,yolo")
    truth = without_holes(mask)
    facts = json.loads((export.out / "labelme" / "P001_I001.json").read_text())
    assert (facts["imageHeight"], facts["imageWidth"], facts["imagePath"]) == (*mask.shape, "P001_I001.png")
    assert {one["label"] for one in facts["shapes"]} <= {"lung"}
    assert all(len(one["points"]) >= 3 for one in facts["shapes"])
    assert dice(redrawn([one["points"] for one in facts["shapes"]], mask.shape), truth) >= 0.98
    assert cv2.imread(str(export.out / "labelme" / "P001_I001.png"), 0).shape == mask.shape
    lines = (export.out / "yolo" / "P001_I001.txt").read_text().splitlines()
    points = [np.asarray(line.split()[1:], float).reshape(-1, 2) * (mask.shape[1], mask.shape[0]) for line in lines]
    assert {line.split()[0] for line in lines} <= {"0"}
    assert dice(redrawn([np.floor(one) for one in points], mask.shape), truth) >= 0.98
    assert (export.out / "yolo" / "classes.txt").read_text().splitlines() == ["lung", "polyp"]


def test_label_map_and_overlay(export: Any, mask: np.ndarray) -> None:
    export("P001_I001", mask, formats="labelmap,overlay", target="polyp")
    labels = cv2.imread(str(export.out / "labelmap" / "P001_I001.png"), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(labels, mask * 2)
    drawn = cv2.imread(str(export.out / "overlay" / "P001_I001.png"))
    assert drawn.shape == (*mask.shape, 3)
    assert (drawn[mask == 0] == 190).all()


def measured(out: Path) -> list[dict[str, str]]:
    with (out / "csv" / "measurements.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_measurements(export: Any) -> None:
    mask = np.zeros((50, 40), np.uint8)
    mask[10:30, 4:14] = 1
    mask[12:22, 24:34] = 1
    export("P001_I001", mask, formats="csv")
    export("P002_I001", mask * 0, formats="csv", source_sha256="1" * 64, spacing_mm=None, target="polyp")
    lungs, nothing = measured(export.out)
    assert (lungs["area_px"], float(lungs["area_mm2"]), lungs["components"]) == ("300", pytest.approx(6.0), "2")
    assert [lungs[f"bbox_{side}"] for side in ("x", "y", "width", "height")] == ["4", "10", "30", "20"]
    assert float(lungs["centroid_x"]) == pytest.approx((200 * 8.5 + 100 * 28.5) / 300, abs=1e-3)
    assert float(lungs["perimeter_px"]) == pytest.approx(2 * (19 + 9) + 4 * 9)
    assert (lungs["right_lung_px"], lungs["left_lung_px"], lungs["left_to_right"]) == ("200", "100", "0.5")
    assert (nothing["area_px"], nothing["area_mm2"], nothing["right_lung_px"]) == ("0", "", "")


def test_the_training_folder_is_taken_by_training(export: Any, mask: np.ndarray) -> None:
    export("P001_I001", mask, formats="training", side="gate")
    export("P002_I001", 1 - mask, formats="training", group="P002", source_sha256="2" * 64)
    gate, train = find_pairs(export.out / "training")
    assert ((gate.group, gate.side), (train.group, train.side)) == (("P001", "test"), ("P002", "train"))
    assert np.array_equal(read_mask(gate.mask), mask)
    picture = read_picture(gate.picture)
    assert (picture.dtype, int(picture[-1, -1])) == (np.uint16, (mask.size - 1) * 7)


def test_the_nnunet_data_set(export: Any, mask: np.ndarray) -> None:
    for number in range(1, 8):
        mark = f"{number}" * 64
        side = "gate" if number == 3 else "train"
        export(f"P{number:03d}_I001", mask, formats="nnunet", group=f"P{number:03d}", side=side, source_sha256=mark)
    folder = export.out / "nnunet" / "Dataset001_lung"
    facts = json.loads((folder / "dataset.json").read_text())
    assert (facts["numTraining"], facts["labels"], facts["file_ending"]) == (7, {"background": 0, "lung": 1}, ".png")
    label = cv2.imread(str(folder / "labelsTr" / "P003_I001.png"), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(label, mask)
    assert (folder / "imagesTr" / "P003_I001_0000.png").is_file()
    folds = json.loads((folder / "splits_final.json").read_text())
    assert folds[0]["val"] == ["P003_I001"]
    assert len(folds) == 5
    assert all(
        not set(fold["train"]) & set(fold["val"]) and len(fold["train"]) + len(fold["val"]) == 7 for fold in folds
    )


def test_no_patient_is_on_both_sides_of_a_fold() -> None:
    cases = [(f"c{number}", f"P{number % 4}", "gate" if number % 4 == 1 else "train") for number in range(20)]
    for fold in sets.splits(cases):
        of = {case: group for case, group, _ in cases}
        assert not {of[case] for case in fold["train"]} & {of[case] for case in fold["val"]}
    assert sets.splits(cases[:1]) == []


def test_channels_of_both_kinds() -> None:
    gray = np.arange(12, dtype=np.uint16).reshape(3, 4) * 5000
    assert sets.in_channels(gray, 1) is gray
    assert sets.in_channels(gray, 3).shape == (3, 4, 3)
    assert sets.in_channels(gray, 3).dtype == np.uint8
    colour = np.full((3, 4, 3), (3, 6, 9), np.uint8)
    assert (sets.in_channels(colour, 1) == 6).all()


def test_unknown_formats_are_named() -> None:
    assert formats.chosen(["csv", " PNG ", ""]) == ("png", "csv")
    with pytest.raises(UserError, match="bmp"):
        formats.chosen(["bmp"])


def test_an_outline_of_a_film_has_few_vertices() -> None:
    y, x = np.mgrid[:3000, :2400]
    mask = ((((x - 700) / 500) ** 2 + ((y - 1500) / 1100) ** 2) < 1).astype(np.uint8)
    (outline,) = polygons.outlines(mask)
    assert 20 < len(outline) < 500
    assert dice(polygons.drawn([outline], mask.shape), mask) >= 0.995
