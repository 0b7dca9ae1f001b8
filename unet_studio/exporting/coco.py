"""COCO: every Mask as one annotation, exactly as runs of pixels, and as polygons of its outer outlines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.exporting import rle
from unet_studio.exporting.finished import Finished
from unet_studio.exporting.frame import Frame, require_same
from unet_studio.exporting.pictures import LABELS
from unet_studio.exporting.polygons import outlines, require_close

RUNS, POLYGONS = "annotations.json", "annotations_polygons.json"


def write(folder: Path, files: list[str], frame: Frame) -> dict[str, Any]:
    """The row of one Mask, checked by unpacking it again. Raises UserError."""
    shape = frame.mask.shape
    runs, polygons = rle.encode(frame.mask), outlines(frame.mask)
    require_same(folder / frame.name, rle.decode(runs, (shape[0], shape[1])), frame.mask)
    require_close(folder / frame.name, polygons, frame.mask)
    return {
        "name": frame.name,
        "height": shape[0],
        "width": shape[1],
        "target": frame.provenance.target,
        "runs": runs,
        "polygons": [one.ravel().tolist() for one in polygons],
        "area": int(np.count_nonzero(frame.mask)),
        "bbox": box(frame.mask),
    }


def compose(finished: Finished) -> list[Path]:
    """annotations.json and annotations_polygons.json of every Mask in the folder. Raises UserError."""
    return [
        finished.publish(RUNS, _document(finished, _runs)),
        finished.publish(POLYGONS, _document(finished, lambda row: row["polygons"])),
    ]


def box(mask: np.ndarray) -> list[int]:
    """[x, y, width, height] of the smallest rectangle around the marked pixels; zeros for an empty Mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return [0, 0, 0, 0]
    left, top = int(columns[0]), int(rows[0])
    return [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1]


def _runs(row: dict[str, Any]) -> dict[str, Any]:
    return {"size": [row["height"], row["width"]], "counts": row["runs"]}


def _document(finished: Finished, shape_of: Callable[[dict[str, Any]], Any]) -> Iterator[bytes]:
    """The file in pieces, so that thousands of Masks are never in memory together."""
    categories = [{"id": number, "name": name, "supercategory": ""} for name, number in LABELS.items()]
    yield f'{{"info": {{"description": "Masks by U-Net Studio"}},\n"categories": {json.dumps(categories)},\n'.encode()
    yield b'"images": ['
    for number, row in enumerate(finished.rows(), start=1):
        image = {"id": number, "file_name": f"{row['name']}.png", "height": row["height"], "width": row["width"]}
        yield _listed(image, number)
    yield b'],\n"annotations": ['
    count = 0
    for number, row in enumerate(finished.rows(), start=1):
        if not row["area"]:
            continue
        count += 1
        annotation = {
            "id": count,
            "image_id": number,
            "category_id": LABELS[row["target"]],
            "segmentation": shape_of(row),
            "area": row["area"],
            "bbox": row["bbox"],
            "iscrowd": 0,
        }
        yield _listed(annotation, count)
    yield b"]}\n"


def _listed(value: dict[str, Any], number: int) -> bytes:
    return (",\n" if number > 1 else "\n").encode() + json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
