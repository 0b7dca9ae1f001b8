"""Writing a data set: pictures and masks first, the manifest last, so that a preparation cut short is none."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

import cv2
import numpy as np

from training import manifest
from training.checkpoint import replace_file
from training.dataset import UNFINISHED, Pair, side
from training.manifest import Row
from training.prepare.layout import SAME_NAME, Found, Item, Prepared, Problem, relative
from training.prepare.reading import png_values, read_values
from training.preprocess import Array, Bytes

COPIED = (".png", ".jpg", ".jpeg")  # copied byte for byte
OWN = ("images", "masks", "problems.csv", manifest.NAME, UNFINISHED)
THREADS = 4
HELD_OUT_FIRST = ("test", "val", "train", "")


@dataclass(frozen=True)
class _Written:
    """What became of an Item; digest: of the picture's values, "" when it was left out."""

    row: Row | None
    digest: str
    problems: tuple[Problem, ...]


def write(source: str, folder: Path, found: Found, out: Path, on_progress: Callable[[int, int], None]) -> Prepared:
    """Write what a layout has found to OUT/images, OUT/masks, OUT/problems.csv and, at last, OUT/manifest.csv.

    Raises ValueError when `out` lies in the folder, is prepared already or holds anything but a try of the same that
    broke off, and for a full disk.
    """
    _check_out(source, folder, out)
    try:
        for name in ("images", "masks"):
            (out / name).mkdir(parents=True, exist_ok=True)
        replace_file(out / UNFINISHED, json.dumps(_marker(source, folder)).encode())
        items, problems = _one_of_each_name(found, folder)
        rows: list[tuple[Row, str]] = []
        with ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as pool:
            for done, written in enumerate(pool.map(lambda item: _write_item(item, folder, out), items), 1):
                problems += written.problems
                rows += [(written.row, written.digest)] if written.row else []
                on_progress(done, len(items))
        together, alike = same_pictures(rows, out.resolve().name)
        prepared = Prepared(source, out, tuple(together), tuple(problems + alike))
        _finish(prepared)
    except OSError as error:
        raise ValueError(f"{out} cannot be written ({error.strerror}); make room or give another --out.") from error
    return prepared


def _marker(source: str, folder: Path) -> dict[str, str]:
    return {"source": source, "folder": str(folder.resolve())}


def _check_out(source: str, folder: Path, out: Path) -> None:
    if out.resolve() == folder.resolve() or folder.resolve() in out.resolve().parents:
        raise ValueError(f"{out} lies in {folder}, which is not changed; give an --out outside of it.")
    if not out.exists():
        return
    if not out.is_dir():
        raise ValueError(f"{out} is a file; give a folder for --out.")
    names = sorted(path.name for path in out.iterdir())
    if not names:
        return
    try:
        same = json.loads((out / UNFINISHED).read_text(encoding="utf-8")) == _marker(source, folder)
    except (OSError, ValueError):
        same = False
    foreign = [name for name in names if name not in OWN]
    if not same or foreign:
        what = foreign[0] if foreign else names[0]
        raise ValueError(f"{out} already holds other files ({what}); give an empty or a new folder for --out.")
    if (out / manifest.NAME).exists():
        raise ValueError(f"{out} is prepared already, and what was changed there would be lost; give a new --out.")


def _one_of_each_name(found: Found, folder: Path) -> tuple[list[Item], list[Problem]]:
    """The items with different names, in any case of letters; the others as problems."""
    items: dict[str, Item] = {}
    problems = list(found.problems)
    for item in found.items:
        first = items.setdefault(item.name.lower(), item)
        if first is not item:
            detail = f"like {relative(first.picture, folder)}"
            problems.append(Problem(SAME_NAME, relative(item.picture, folder), detail, "picture"))
    return list(items.values()), problems


def _write_item(item: Item, folder: Path, out: Path) -> _Written:
    """Read, check and write one picture and its mask."""
    name = relative(item.picture, folder) if item.open_picture is read_values else item.name
    try:
        picture, spread = png_values(item.open_picture(item.picture))
        planes = [item.open_mask(path) for path in item.masks]
    except ValueError as error:
        return _Written(None, "", (Problem("unreadable", name, str(error), "picture"),))
    shapes = {plane.shape for plane, _ in planes} | {picture.shape[:2]}
    if len(shapes) > 1:
        sizes = f"picture {_size(picture)}, mask {' and '.join(_size(plane) for plane, _ in planes)}"
        return _Written(None, "", (Problem("size mismatch", name, sizes, "picture"),))
    mask = np.asarray(np.maximum.reduce([plane for plane, _ in planes]), dtype=np.uint8)
    problems = [Problem("mask not binary", name, odd) for _, odd in planes if odd]
    problems += [Problem("values changed", name, spread)] if spread else []
    problems += _mask_problems(item, name, mask)
    suffix = _save_picture(item, picture, out)
    _save_png(out / "masks" / f"{item.name}.png", mask * np.uint8(255))
    row = Row(f"images/{item.name}{suffix}", f"masks/{item.name}.png", item.group, item.split, item.note)
    return _Written(row, _digest(picture), tuple(problems))


def _size(values: Array) -> str:
    return f"{values.shape[1]} x {values.shape[0]}"


def _mask_problems(item: Item, name: str, mask: Bytes) -> list[Problem]:
    problems = []
    if not mask.any():
        problems.append(Problem("empty mask", name))
    elif mask.all():
        problems.append(Problem("mask covers everything", name))
    against = item.check(mask) if item.check else ""
    return problems + ([Problem("box disagrees", name, against)] if against else [])


def _save_picture(item: Item, picture: Array, out: Path) -> str:
    """Copy or convert the picture; returns its suffix."""
    suffix = item.picture.suffix.lower()
    if item.open_picture is read_values and suffix in COPIED:
        shutil.copyfile(item.picture, out / "images" / f"{item.name}{suffix}")
        return suffix
    _save_png(out / "images" / f"{item.name}.png", picture)
    return ".png"


def _save_png(path: Path, values: Array) -> None:
    """values: (H, W) or (H, W, 3) RGB, uint8 or uint16."""
    bgr = np.ascontiguousarray(values[..., ::-1]) if values.ndim == 3 else values
    path.write_bytes(cv2.imencode(".png", bgr)[1].tobytes())


def _digest(picture: Array) -> str:
    head = f"{picture.shape}{picture.dtype}".encode()
    return hashlib.blake2b(head + np.ascontiguousarray(picture).tobytes(), digest_size=16).hexdigest()


def same_pictures(rows: Sequence[tuple[Row, str]], source: str) -> tuple[list[Row], list[Problem]]:
    """Rows, given with their pictures' digests, so grouped that the same picture is in one group on one side.

    Groups that share a picture become the first one of them, with the split that holds out most: "test" when any row
    is on the test side by dataset.side, one without a split by its own group's name in the data set `source`; no split
    when no row has one. Each picture that was there before is named, and each one whose split changes.
    """
    firsts: dict[str, Row] = {}
    joined: dict[str, str] = {}
    problems = []

    def root(group: str) -> str:
        while group in joined:
            group = joined[group]
        return group

    for row, digest in rows:
        first = firsts.setdefault(digest, row)
        if first is not row:
            problems.append(Problem("same picture twice", row.picture, f"like {first.picture}"))
            if root(row.group) != root(first.group):
                joined[root(row.group)] = root(first.group)
    groups: dict[str, list[Row]] = {}
    for row, _ in rows:
        groups.setdefault(root(row.group), []).append(row)
    strictest = {group: _strictest(members, source) for group, members in groups.items()}
    together = [replace(row, group=root(row.group), split=strictest[root(row.group)]) for row, _ in rows]
    for (row, _), now in zip(rows, together, strict=True):
        if now.split != row.split:
            moved = f"from {row.split or 'no part'} to {now.split}"
            problems.append(Problem("moved with its group", row.picture, moved))
    return together, problems


def _strictest(rows: Sequence[Row], source: str) -> str:
    splits = {row.split for row in rows}
    pairs = (Pair(source, Path(row.picture), Path(row.mask), row.group, row.split) for row in rows)
    if splits != {""} and any(side(pair) == "test" for pair in pairs):
        return "test"
    return min(splits, key=HELD_OUT_FIRST.index)


def _finish(prepared: Prepared) -> None:
    """Remove what a try that broke off has written and this one has not; write problems.csv and the manifest."""
    out = prepared.out
    kept = {out / name for row in prepared.rows for name in (row.picture, row.mask)}
    for path in [*(out / "images").iterdir(), *(out / "masks").iterdir()]:
        if path not in kept:
            path.unlink()
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow([column.name for column in fields(Problem)])
    table.writerows(astuple(problem) for problem in prepared.problems)
    replace_file(out / "problems.csv", text.getvalue().encode())
    if prepared.rows:
        manifest.write_manifest(out / manifest.NAME, prepared.rows)
