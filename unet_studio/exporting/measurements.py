"""measurements.csv: size, place and shape of every Mask, and the two lungs apart."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from training import metrics
from unet_studio.core.target import LUNG
from unet_studio.exporting.coco import box
from unet_studio.exporting.finished import Finished
from unet_studio.exporting.frame import Frame

NAME = "measurements.csv"
COLUMNS = (
    *("name", "target", "reviewed", "reader", "model", "rows", "columns", "row_mm", "column_mm"),
    *("area_px", "area_mm2", "bbox_x", "bbox_y", "bbox_width", "bbox_height", "centroid_x", "centroid_y"),
    *("perimeter_px", "perimeter_mm", "components"),
    *("right_lung_px", "left_lung_px", "right_lung_mm2", "left_lung_mm2", "left_to_right"),
)
LUNG_SHARE = 0.1  # of the Mask, from which a part counts as one of two lungs


def write(folder: Path, files: list[str], frame: Frame) -> dict[str, Any]:
    """The row of one Mask; "" where a number is not known or makes no sense."""
    made, mask = frame.provenance, (frame.mask != 0).astype(np.uint8)
    spacing = made.spacing_mm
    left, top, width, height = box(mask)
    x, y = centroid(mask)
    row: dict[str, Any] = {
        "name": frame.name,
        "target": made.target,
        "reviewed": "yes" if made.reviewed else "no",
        "reader": made.reader if made.reviewed else "",
        "model": made.model,
        "rows": mask.shape[0],
        "columns": mask.shape[1],
        "row_mm": "" if spacing is None else spacing[0],
        "column_mm": "" if spacing is None else spacing[1],
        "area_px": int(np.count_nonzero(mask)),
        "area_mm2": "" if spacing is None else round(metrics.area(mask, spacing), 3),
        "bbox_x": left,
        "bbox_y": top,
        "bbox_width": width,
        "bbox_height": height,
        "centroid_x": x,
        "centroid_y": y,
        "perimeter_px": round(metrics.perimeter(mask), 2),
        "perimeter_mm": "" if spacing is None else round(metrics.perimeter(mask, spacing), 2),
        "components": metrics.components(mask),
    }
    return row | (_lung_columns(mask, spacing) if made.target == LUNG.name else {})


def compose(finished: Finished) -> list[Path]:
    """measurements.csv of every Mask in the folder. Raises UserError."""
    return [finished.publish(NAME, _lines(finished))]


def centroid(mask: np.ndarray) -> tuple[float | str, float | str]:
    """Mean (x, y) of the marked pixels' centres in px, ("", "") for an empty Mask."""
    count = np.count_nonzero(mask)
    if not count:
        return "", ""
    marked = mask != 0
    x = float(marked.sum(axis=0) @ np.arange(mask.shape[1])) / count
    y = float(marked.sum(axis=1) @ np.arange(mask.shape[0])) / count
    return round(x, 3), round(y, 3)


def lungs(mask: np.ndarray) -> tuple[int, int]:
    """Marked px of (right, left) lung on a film seen as usual, the patient's right at the picture's left.

    Separate parts go to the side of their centre; where the lungs are marked as one part it is cut in the middle.
    """
    count, _, stats, centres = cv2.connectedComponentsWithStats((mask != 0).astype(np.uint8), connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    if count == 1:
        return 0, 0
    large = areas >= LUNG_SHARE * areas.sum()
    if large.sum() >= 2:
        left, _, width, _ = box(mask)
        first = centres[1:, 0] < left + width / 2
        return int(areas[first].sum()), int(areas[~first].sum())
    middle = mask.shape[1] // 2
    return int(np.count_nonzero(mask[:, :middle])), int(np.count_nonzero(mask[:, middle:]))


def _lung_columns(mask: np.ndarray, spacing: tuple[float, float] | None) -> dict[str, Any]:
    right, left = lungs(mask)
    px = 0.0 if spacing is None else spacing[0] * spacing[1]
    return {
        "right_lung_px": right,
        "left_lung_px": left,
        "right_lung_mm2": round(right * px, 3) if px else "",
        "left_lung_mm2": round(left * px, 3) if px else "",
        "left_to_right": round(left / right, 4) if right else "",
    }


def _lines(finished: Finished) -> Iterator[bytes]:
    yield _line(COLUMNS)
    for row in finished.rows():
        yield _line([row.get(column, "") for column in COLUMNS])


def _line(values: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode("utf-8", "replace")
