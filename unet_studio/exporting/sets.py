"""The formats that hold pictures and Masks to train with: the training folder and nnU-Net's raw data set."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.core.target import TARGETS
from unet_studio.exporting import naming
from unet_studio.exporting.finished import Finished
from unet_studio.exporting.frame import Frame, require_same
from unet_studio.exporting.pictures import LABELS, plain_png, put, read_picture

MANIFEST = "manifest.csv"
MANIFEST_COLUMNS = ("picture", "mask", "group", "split", "note")
SPLITS = {"train": "train", "gate": "test", "": ""}
FOLDS = 5
GRAY, COLOUR = {"0": "xray"}, {"0": "R", "1": "G", "2": "B"}


def training_files(name: str, target: str) -> list[str]:
    """Names that a manifest takes on any system."""
    plain = naming.as_text(name).replace("\\", "_").replace(":", "_")
    return [f"images/{plain}.png", f"masks/{plain}.png"]


def training(folder: Path, files: list[str], frame: Frame) -> dict[str, Any]:
    """images/STEM.png at full depth, dark to bright, and masks/STEM.png of 0 and 255. Raises UserError."""
    _pair(folder, files, frame.values(), (frame.mask != 0) * np.uint8(255))
    made = frame.provenance
    by = f"reviewed by {made.reader}" if made.reviewed else "not reviewed"
    note = f"source {made.source_sha256[:16]}; {made.model or 'drawn'}; {by}"
    row = {"picture": files[0], "mask": files[1], "group": frame.group, "split": SPLITS[frame.side], "note": note}
    return row | {"target": made.target}


def compose_training(finished: Finished) -> list[Path]:
    """manifest.csv of every Mask in the folder. Raises UserError."""

    def lines() -> Iterator[bytes]:
        yield _csv(MANIFEST_COLUMNS)
        for row in finished.rows():
            yield _csv([row[column] for column in MANIFEST_COLUMNS])

    return [finished.publish(MANIFEST, lines())]


def nnunet_files(name: str, target: str) -> list[str]:
    """Names of one case; a case's name has no slash, so deep folders make it long, and then a hash ends it."""
    case = naming.with_hash("__".join(naming.as_text(name).replace("\\", "/").split("/")))
    folder = data_set(target)
    return [f"{folder}/imagesTr/{case}_0000.png", f"{folder}/labelsTr/{case}.png"]


def data_set(target: str) -> str:
    """The folder of one Target, as nnU-Net names data sets."""
    return f"Dataset{LABELS[target]:03d}_{target}"


def nnunet(folder: Path, files: list[str], frame: Frame) -> dict[str, Any]:
    """imagesTr/CASE_0000.png, gray or RGB as the Target is, and labelsTr/CASE.png of 0 and 1. Raises UserError."""
    target = frame.provenance.target
    _pair(folder, files, in_channels(frame.values(), TARGETS[target].channels), (frame.mask != 0).astype(np.uint8))
    case = Path(files[1]).stem
    return {"case": case, "target": target, "group": frame.group, "side": frame.side, "files": files}


def compose_nnunet(finished: Finished) -> list[Path]:
    """dataset.json and splits_final.json of each Target's data set. Raises UserError."""
    found = []
    for target in TARGETS:
        rows = [row for row in finished.rows() if row["target"] == target]
        if not rows:
            continue
        facts: dict[str, Any] = {
            "channel_names": GRAY if TARGETS[target].channels == 1 else COLOUR,
            "labels": {"background": 0, target: 1},
            "numTraining": len(rows),
            "file_ending": ".png",
            "dataset": {row["case"]: _listed(row, target) for row in rows},
        }
        folds = splits([(row["case"], row["group"], row["side"]) for row in rows])
        found.append(finished.publish(f"{data_set(target)}/dataset.json", _json(facts)))
        found.append(finished.publish(f"{data_set(target)}/splits_final.json", _json(folds)))
    return found


def splits(cases: list[tuple[str, str, str]]) -> list[dict[str, list[str]]]:
    """nnU-Net's folds of (case, group, side): no group is in both parts of a fold.

    The first fold validates on the program's own gate side, where there is one; the others take the remaining groups in
    turn. [] where there are fewer than two groups.
    """
    gate = {group for _, group, side in cases if side == "gate"}
    rest = sorted({group for _, group, _ in cases} - gate)
    count = FOLDS - bool(gate)
    parts = [gate, *(set(rest[start::count]) for start in range(count))]
    folds = []
    for part in parts:
        inside = [case for case, group, _ in cases if group in part]
        outside = [case for case, group, _ in cases if group not in part]
        if inside and outside:
            folds.append({"train": outside, "val": inside})
    return folds


def in_channels(values: np.ndarray, channels: int) -> np.ndarray:
    """(H, W) for one channel; (H, W, 3) uint8 for three, from pictures of either kind."""
    if channels == 1:
        return values if values.ndim == 2 else np.rint(values.mean(axis=2)).astype(values.dtype)
    colour = values if values.ndim == 3 else np.repeat(values[..., None], 3, axis=2)
    return (colour >> 8).astype(np.uint8) if colour.dtype == np.uint16 else colour


def _pair(folder: Path, files: list[str], picture: np.ndarray, mask: np.ndarray) -> None:
    """Write picture and Mask, and read both back."""
    if picture.ndim == 3 and picture.dtype == np.uint16:
        picture = (picture >> 8).astype(np.uint8)  # PNG writers here know 16 bits for gray only
    for file, pixels in zip(files, (picture, mask), strict=True):
        put(folder / file, plain_png(pixels))
    require_same(folder / files[1], read_picture(folder / files[1]), mask)


def _listed(row: dict[str, Any], target: str) -> dict[str, Any]:
    images, label = (file.removeprefix(f"{data_set(target)}/") for file in row["files"])
    return {"images": [images], "label": label}


def _csv(values: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode("utf-8", "replace")


def _json(value: Any) -> Iterator[bytes]:
    yield (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")
