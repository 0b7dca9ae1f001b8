"""prepare: HyperKvasir, Kvasir-SEG and CVC-ClinicDB, on small faithful copies."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile

from training import dataset
from training.manifest import read_manifest
from training.prepare import prepare
from training.prepare.boxes import disagreement
from training.prepare.layout import Prepared

NAMES = ["cju0qkwl35piu0993l0dewei2", "cju0qoxqj9q6s0835b43399p4", "cju0qx73cjw570799j4n5cjze"]


def frame(seed: int, rows: int = 60, columns: int = 80) -> np.ndarray:
    return cv2.GaussianBlur(
        np.random.default_rng(seed).integers(0, 255, (rows, columns, 3)).astype(np.uint8), (0, 0), 3
    )


def polyp(rows: int = 60, columns: int = 80) -> np.ndarray:
    mask = np.zeros((rows, columns), np.uint8)
    cv2.circle(mask, (40, 30), 15, 255, -1)
    return mask


def save(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".tif":
        tifffile.imwrite(path, values)
    else:
        path.write_bytes(cv2.imencode(path.suffix, values)[1].tobytes())


def entry(box: tuple[int, int, int, int] = (25, 15, 55, 45), rows: int = 60, columns: int = 80) -> dict:
    corners = dict(zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True))
    return {"height": rows, "width": columns, "bbox": [{"label": "polyp", **corners}]}


def kvasir(folder: Path, boxes: str, table: dict) -> None:
    for seed, name in enumerate(NAMES):
        save(folder / "images" / f"{name}.jpg", frame(seed))
        save(folder / "masks" / f"{name}.jpg", cv2.merge([polyp()] * 3))  # the original masks are three equal channels
    (folder / boxes).write_text(json.dumps(table))


def kinds(prepared: Prepared) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for problem in prepared.problems:
        table.setdefault(problem.kind, []).append(problem.name)
    return table


def test_hyperkvasir_is_copied_and_its_jpeg_masks_thresholded(tmp_path: Path) -> None:
    source, out = tmp_path / "hyper-kvasir", tmp_path / "hk"
    kvasir(source / "segmented-images", "bounding-boxes.json", {name: entry() for name in NAMES})
    prepared = prepare("hyperkvasir", source, out)
    assert (prepared.found, len(prepared.rows), prepared.problems) == (3, 3, ())
    for pair, name in zip(dataset.find_pairs(out), NAMES, strict=True):
        assert (pair.group, pair.split) == (name, "")
        original = source / "segmented-images" / "images" / f"{name}.jpg"
        assert pair.picture.read_bytes() == original.read_bytes()
        stored = cv2.imread(str(pair.mask), cv2.IMREAD_UNCHANGED)
        assert stored.shape == (60, 80)
        assert set(np.unique(stored)) == {0, 255}
        assert np.mean((stored > 0) != (polyp() > 0)) < 0.005


def test_boxes_are_held_against_masks(tmp_path: Path) -> None:
    source = tmp_path / "segmented-images"
    table = {
        NAMES[0]: entry((0, 0, 10, 10)),
        NAMES[1]: entry(rows=61),
        "cju_nowhere": entry(),
    }
    kvasir(source, "bounding-boxes.json", table)
    prepared = prepare("hyperkvasir", source, tmp_path / "hk")
    assert len(prepared.rows) == 3
    assert kinds(prepared) == {
        "no box": [NAMES[2]],
        "box without picture": ["cju_nowhere"],
        "box disagrees": [f"images/{NAMES[0]}.jpg", f"images/{NAMES[1]}.jpg"],
    }
    details = [problem.detail for problem in prepared.problems if problem.kind == "box disagrees"]
    assert details[0] == "nothing is marked in the box 0,0,10,10; 100 % of the mask is outside of the boxes"
    assert details[1] == "the boxes are for 80 x 61, the picture is 80 x 60"
    (source / "bounding-boxes.json").write_text('{"a": 3}')
    assert "unreadable boxes" in kinds(prepare("hyperkvasir", source, tmp_path / "unreadable"))
    (source / "bounding-boxes.json").unlink()
    assert kinds(prepare("hyperkvasir", source, tmp_path / "without")) == {"no file of boxes": ["bounding-boxes.json"]}


@pytest.mark.parametrize(
    ("boxes", "agrees"),
    [
        (((25, 15, 55, 45),), True),
        (((25, 15, 40, 45), (40, 15, 55, 45)), True),
        (((27, 17, 53, 43),), True),
        (((25, 15, 40, 45),), False),
        (((25, 15, 55, 45), (0, 0, 5, 5)), False),
        ((), False),
    ],
)
def test_what_counts_as_disagreement(boxes: tuple[tuple[int, ...], ...], agrees: bool) -> None:
    assert (disagreement((60, 80), boxes, (polyp() > 0).astype(np.uint8)) == "") == agrees


def test_kvasir_seg_follows_the_official_split(tmp_path: Path) -> None:
    source, out = tmp_path / "kvasir", tmp_path / "kvasir-seg"
    kvasir(source / "Kvasir-SEG", "kavsir_bboxes.json", {name: entry() for name in NAMES})
    (source / "train.txt").write_text(f"{NAMES[0]}\ncju_nowhere\n")
    (source / "val.txt").write_text(f"{NAMES[1]}.jpg\n\n")
    prepared = prepare("kvasir-seg", source, out)
    rows = [row for _, row in read_manifest(out / "manifest.csv")]
    assert [(row.split, row.note) for row in rows] == [
        ("train", "official split"),
        ("test", "official split"),
        ("", ""),
    ]
    assert kinds(prepared) == {"in the split, not there": ["cju_nowhere"], "not in the split": [NAMES[2]]}
    assert [pair.side for pair in dataset.find_pairs(out)][:2] == ["train", "test"]
    (source / "val.txt").write_text(f"{NAMES[0]}\n")
    assert "in both parts of the split" in kinds(prepare("kvasir-seg", source, tmp_path / "both"))
    for name in ("train.txt", "val.txt"):
        (source / name).unlink()
    again = prepare("kvasir-seg", source, tmp_path / "unnamed")
    assert ({row.split for row in again.rows}, again.problems) == ({""}, ())


@pytest.mark.parametrize(("below", "suffix"), [("", ".tif"), ("PNG", ".png"), ("TIF", ".tif")])
def test_clinicdb_frames_are_grouped_by_video(below: str, suffix: str, tmp_path: Path) -> None:
    source = tmp_path / "CVC-ClinicDB" / below
    for number in (1, 25, 26, 612):
        values = frame(number, 288, 384)
        save(source / "Original" / f"{number}{suffix}", values[..., ::-1] if suffix == ".tif" else values)
        save(source / "Ground Truth" / f"{number}{suffix}", polyp(288, 384))
    prepared = prepare("cvc-clinicdb", tmp_path / "CVC-ClinicDB", tmp_path / "cvc-clinicdb")
    assert prepared.problems == ()
    assert {Path(row.picture).stem: row.group for row in prepared.rows} == {
        "1": "video 1",
        "25": "video 1",
        "26": "video 2",
        "612": "video 29",
    }
    pair = next(pair for pair in dataset.find_pairs(tmp_path / "cvc-clinicdb") if pair.picture.stem == "26")
    assert pair.picture.suffix == ".png"
    np.testing.assert_array_equal(dataset.read_picture(pair.picture), frame(26, 288, 384)[..., ::-1])
    np.testing.assert_array_equal(dataset.read_mask(pair.mask), polyp(288, 384) // 255)


def test_clinicdb_names_what_is_broken(tmp_path: Path) -> None:
    source = tmp_path / "CVC-ClinicDB"
    for name in ("1", "2", "3", "extra"):
        save(source / "Original" / f"{name}.tif", frame(len(name), 288, 384) + np.uint8(ord(name[0])))
        save(source / "Ground Truth" / f"{name}.tif", polyp(288, 384))
    cut = source / "Original" / "2.tif"
    cut.write_bytes(cut.read_bytes()[:20_000])
    save(source / "Ground Truth" / "3.tif", np.zeros((288, 384), np.uint8))
    prepared = prepare("cvc-clinicdb", source, tmp_path / "out")
    assert kinds(prepared) == {
        "frame of no video": ["Original/extra.tif"],
        "unreadable": ["Original/2.tif"],
        "empty mask": ["Original/3.tif"],
    }
    assert len(prepared.rows) == 3


@pytest.mark.parametrize(
    ("source", "sentence"), [("hyperkvasir", "'images' and 'masks'"), ("cvc-clinicdb", "'Original' and 'Ground Truth'")]
)
def test_another_layout_is_refused(source: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "empty" / "images").mkdir(parents=True)
    with pytest.raises(ValueError, match=f"holds no folders {sentence}"):
        prepare(source, tmp_path / "empty", tmp_path / "out")
