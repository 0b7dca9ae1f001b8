"""A job folder: all that a fine-tune may see, written by `workflow` and read by the child process.

job.json holds numbers and names, items/NNNNN.safetensors the arrays, parent.safetensors a copy of the parent's weights.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save_file

from training.preprocess import Fit, InputSpec, mask_to_network, network_input
from unet_studio.core.errors import UserError
from unet_studio.core.image import Image, modality_values

FORMAT = 1
TRUTH_SIDE = 1024  # px: Masks are compared at their own size up to this long side
JOB, PARENT, CANDIDATE, RESULT = "job.json", "parent.safetensors", "candidate.safetensors", "result.json"


@dataclass(frozen=True, eq=False)
class Item:
    """One Correction as the child sees it.

    name: an id that may be shown, never a patient's; group: what is not independent; gate: held out for ever;
    fresh: not learned from before; changed: False where the Proposal was accepted as it was.
    picture: (channels, h, w) float32, the network's input; mask: (h, w) uint8 0/1 in the same grid;
    truth: (H, W) uint8 0/1 at the picture's size or thinned to TRUTH_SIDE; touched: like truth, or None where nobody
    knows which pixels were painted; fit: where the picture lies in the grid.
    """

    name: str
    group: str
    gate: bool
    fresh: bool
    changed: bool
    picture: np.ndarray
    mask: np.ndarray
    truth: np.ndarray
    touched: np.ndarray | None
    fit: Fit

    @property
    def step(self) -> float:
        """How many px of the picture one px of `truth` is."""
        return float(max(self.fit.rows, self.fit.columns) / max(self.truth.shape))


@dataclass(frozen=True)
class Plan:
    """The settings of one job; `priority` is the child's niceness where the system has one.

    begin_from: "active" or "bundled" (the weights in the job, either way) or "scratch" (the same network, its weights
    drawn anew); the Candidate is compared with the weights in the job in any case.
    """

    target: str
    parent_id: str
    least_agreement: float
    device: str = "auto"
    seed: int = 0
    priority: int = 10
    begin_from: str = "active"


@dataclass(frozen=True, eq=False)
class Job:
    """What the child reads back."""

    plan: Plan
    items: tuple[Item, ...]
    anchors: tuple[np.ndarray, ...]  # untouched pictures, (channels, h, w) float32: the parent's word counts there


def item_from(
    image: Image,
    mask: np.ndarray,
    spec: InputSpec,
    *,
    name: str,
    group: str,
    gate: bool,
    touched: np.ndarray | None = None,
    fresh: bool = True,
    changed: bool = True,
) -> Item:
    """The Item of one Correction: `mask` and `touched` are (H, W) arrays of the Image's own size, 0 = no."""
    picture, fit = network_input(modality_values(image), image.transform.inverted, spec)
    binary = (np.asarray(mask) != 0).astype(np.uint8)
    truth = _thinned(binary, 128)
    thin_touched = None if touched is None else _thinned((np.asarray(touched) != 0).astype(np.uint8), 1)
    return Item(name, group, gate, fresh, changed, picture, mask_to_network(binary, fit), truth, thin_touched, fit)


def anchor_from(image: Image, spec: InputSpec) -> np.ndarray:
    """The network's input, (channels, h, w) float32, of a picture that nobody has corrected."""
    return network_input(modality_values(image), image.transform.inverted, spec)[0]


def _thinned(mask: np.ndarray, least: int) -> np.ndarray:
    """(H, W) 0/1 with at most TRUTH_SIDE px a side; a px is 1 where its mean (of 255) is at least `least`."""
    scale = TRUTH_SIDE / max(mask.shape)
    if scale >= 1:
        return mask
    rows, columns = (max(1, round(side * scale)) for side in mask.shape)
    mean = cv2.resize(mask * np.uint8(255), (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(mean >= least, np.uint8)


def write_job(
    folder: Path, plan: Plan, weights: Path, items: Iterable[Item], anchors: Iterable[np.ndarray] = ()
) -> Path:
    """Write a job into `folder` (made if missing) and return it; items are taken one at a time, so they may be lazy.

    Raises OSError where the disk does not take it.
    """
    arrays = folder / "items"
    arrays.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(weights, folder / PARENT)
    rows = [_write_item(arrays / f"{number:05d}.safetensors", item) for number, item in enumerate(items)]
    count = 0
    for count, anchor in enumerate(anchors, start=1):
        save_file({"picture": np.ascontiguousarray(anchor, np.float32)}, arrays / f"anchor-{count - 1:05d}.safetensors")
    text = json.dumps({"format": FORMAT, "plan": asdict(plan), "items": rows, "anchors": count}, indent=1)
    (folder / JOB).write_text(text, encoding="utf-8")
    return folder


def _write_item(path: Path, item: Item) -> dict[str, Any]:
    arrays = {"picture": np.asarray(item.picture, np.float32), "mask": item.mask, "truth": item.truth}
    if item.touched is not None:
        arrays["touched"] = item.touched
    save_file({key: np.ascontiguousarray(value) for key, value in arrays.items()}, path)
    words = {key: str(getattr(item, key)) for key in ("name", "group")}
    flags = {key: bool(getattr(item, key)) for key in ("gate", "fresh", "changed")}
    return {**words, **flags, "file": path.name, "fit": asdict(item.fit)}


def read_job(folder: Path) -> Job:
    """The job in `folder`. Raises UserError, one sentence, where it is incomplete, damaged or of a newer program."""
    try:
        text = json.loads((folder / JOB).read_text(encoding="utf-8"))
        if text["format"] != FORMAT:
            raise UserError(
                f"{folder / JOB}: written by another version of the program (format {text['format']}); start again."
            )
        items = tuple(_read_item(folder / "items", row) for row in text["items"])
        anchors = tuple(_read_anchors(folder / "items", int(text["anchors"])))
        return Job(Plan(**text["plan"]), items, anchors)
    except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
        raise UserError(f"{folder}: the learning job is damaged ({error}); start it again.") from error


def _read_item(folder: Path, row: Mapping[str, Any]) -> Item:
    arrays = load((folder / Path(str(row["file"])).name).read_bytes())
    return Item(
        name=str(row["name"]),
        group=str(row["group"]),
        gate=bool(row["gate"]),
        fresh=bool(row["fresh"]),
        changed=bool(row["changed"]),
        picture=arrays["picture"],
        mask=arrays["mask"],
        truth=arrays["truth"],
        touched=arrays.get("touched"),
        fit=Fit(**row["fit"]),
    )


def _read_anchors(folder: Path, count: int) -> Iterator[np.ndarray]:
    for number in range(count):
        yield load((folder / f"anchor-{number:05d}.safetensors").read_bytes())["picture"]
