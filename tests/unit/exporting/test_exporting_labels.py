"""Names in labelme, COCO and YOLO files: those that mean the Target count, and another thing is never taken for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_studio.core.errors import UserError
from unet_studio.core.image import Image
from unet_studio.exporting.labels import named
from unet_studio.imaging import reader
from unet_studio.workflow.mask_files import read_mask

ROWS, COLUMNS = 40, 60
BOXES = [(5, 5), (25, 5), (45, 5)]  # left upper corners (x, y) of squares, one for each name
SIDE = 10


@pytest.fixture
def picture(tmp_path: Path) -> Image:
    Pillow.fromarray(np.zeros((ROWS, COLUMNS), np.uint8)).save(tmp_path / "film.png")
    return reader.read(tmp_path / "film.png")


def corners(number: int) -> list[tuple[int, int]]:
    x, y = BOXES[number]
    return [(x, y), (x + SIDE, y), (x + SIDE, y + SIDE), (x, y + SIDE)]


def labelme(folder: Path, names: tuple[str, ...]) -> Path:
    shapes = [{"label": name, "points": corners(n), "shape_type": "polygon"} for n, name in enumerate(names)]
    facts = {"shapes": shapes, "imageHeight": ROWS, "imageWidth": COLUMNS}
    (folder / "film.json").write_text(json.dumps(facts))
    return folder / "film.json"


def coco(folder: Path, names: tuple[str, ...]) -> Path:
    facts = {
        "images": [{"id": 1, "file_name": "film.png", "height": ROWS, "width": COLUMNS}],
        "categories": [{"id": 7 + n, "name": name} for n, name in enumerate(names)],
        "annotations": [
            {"id": n, "image_id": 1, "category_id": 7 + n, "segmentation": [[one for at in corners(n) for one in at]]}
            for n in range(len(names))
        ],
    }
    (folder / "all.json").write_text(json.dumps(facts))
    return folder / "all.json"


def yolo(folder: Path, names: tuple[str, ...]) -> Path:
    lines = [
        " ".join([str(n), *(f"{x / COLUMNS:.6f} {y / ROWS:.6f}" for x, y in corners(n))]) for n in range(len(names))
    ]
    (folder / "film.txt").write_text("\n".join(lines))
    (folder / "classes.txt").write_text("\n".join(names))
    return folder / "film.txt"


WRITERS = (labelme, coco, yolo)
Write = Callable[[Path, tuple[str, ...]], Path]


def squares(mask: np.ndarray) -> list[int]:
    """Which of the squares are marked."""
    return [number for number, (x, y) in enumerate(BOXES) if mask[y + 4, x + 4]]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    ("names", "target", "which"),
    [
        (("lung",), "lung", [0]),
        (("heart", "Lung"), "lung", [1]),
        (("Polyps",), "polyp", [0]),
        (("left lung", "heart", "Right_Lung"), "lung", [0, 2]),
        (("mask",), "polyp", [0]),
        (("ROI",), "lung", [0]),
        (("heart", "polyp", "lungs"), "lung", [2]),
    ],
)
def test_names_that_mean_the_target(
    picture: Image, tmp_path: Path, write: Write, names: tuple[str, ...], target: str, which: list[int]
) -> None:
    assert squares(read_mask(write(tmp_path, names), picture, target)) == which


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    ("names", "told"),
    [(("heart",), "heart"), (("polyp",), "polyp"), (("heart", "mask"), "none is lung"), (("lung nodule",), "nodule")],
)
def test_another_thing_is_refused(
    picture: Image, tmp_path: Path, write: Write, names: tuple[str, ...], told: str
) -> None:
    with pytest.raises(UserError, match=told):
        read_mask(write(tmp_path, names), picture, "lung")


def test_other_classes_than_those_of_the_file_are_refused_and_not_empty(picture: Image, tmp_path: Path) -> None:
    path = yolo(tmp_path, ("heart", "lung"))
    path.write_text(path.read_text().splitlines()[0])
    with pytest.raises(UserError, match="marks class 0 and not 1"):
        read_mask(path, picture, "lung")
    (tmp_path / "classes.txt").unlink()
    assert squares(read_mask(path, picture, "lung")) == [0]
    with pytest.raises(UserError, match="marks class 0 and not 1"):
        read_mask(path, picture, "polyp")
    path.write_text("")
    assert not read_mask(path, picture, "polyp").any()
    (tmp_path / "classes.txt").write_text("\n")
    with pytest.raises(UserError, match="none is polyp"):
        read_mask(path, picture, "polyp")


def test_a_generic_name_counts_only_alone() -> None:
    assert named(["1"], "polyp") == {"1"}
    assert named(["1", "2"], "polyp") == set()
    assert named(["left polyp"], "polyp") == set()
