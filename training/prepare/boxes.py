"""The Kvasir data sets' bounding boxes, held against their masks."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from training.prepare.layout import Found, Problem
from training.preprocess import Bytes

MARGIN = 3  # px by which a box may be too small
OUTSIDE = 0.02  # part of the mask that may lie outside of all boxes


def checked(found: Found, path: Path) -> Found:
    """The found items with a check of each mask against its boxes; pictures and boxes that lack each other are named.

    path: {"NAME": {"height", "width", "bbox": [{"label", "xmin", "ymin", "xmax", "ymax"}]}} in px.
    """
    if not path.is_file():
        return Found(found.items, [*found.problems, Problem("no file of boxes", path.name)])
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        entries = {name: _entry(value) for name, value in table.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = Problem("unreadable boxes", path.name, f"{type(error).__name__}: {error}", "file")
        return Found(found.items, [*found.problems, problem])
    items = [
        replace(item, check=partial(disagreement, *entries[item.name])) if item.name in entries else item
        for item in found.items
    ]
    names = {item.name for item in items}
    problems = [Problem("no box", item.name) for item in items if item.name not in entries]
    problems += [Problem("box without picture", name, left_out="file") for name in entries if name not in names]
    return Found(items, found.problems + problems)


def _entry(value: dict[str, Any]) -> tuple[tuple[int, int], tuple[tuple[int, ...], ...]]:
    corners = ("xmin", "ymin", "xmax", "ymax")
    boxes = tuple(tuple(int(box[corner]) for corner in corners) for box in value["bbox"])
    return (int(value["height"]), int(value["width"])), boxes


def disagreement(shape: tuple[int, int], boxes: Iterable[tuple[int, ...]], mask: Bytes) -> str:
    """What the boxes say against the mask, "" when they agree. shape: (rows, columns) as stated with the boxes."""
    if mask.shape != shape:
        return f"the boxes are for {shape[1]} x {shape[0]}, the picture is {mask.shape[1]} x {mask.shape[0]}"
    outside = mask.copy()
    said = []
    for left, top, right, bottom in boxes:
        rows = slice(max(0, top - MARGIN), max(0, bottom + MARGIN + 1))
        columns = slice(max(0, left - MARGIN), max(0, right + MARGIN + 1))
        if not mask[rows, columns].any():
            said.append(f"nothing is marked in the box {left},{top},{right},{bottom}")
        outside[rows, columns] = 0
    part = float(np.count_nonzero(outside)) / max(1, int(np.count_nonzero(mask)))
    if part > OUTSIDE:
        said.append(f"{100 * part:.0f} % of the mask is outside of the boxes")
    return "; ".join(said)
