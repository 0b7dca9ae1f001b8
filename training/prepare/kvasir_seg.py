"""Kvasir-SEG (Jha 2020): Kvasir-SEG/{images,masks}/NAME.jpg, kavsir_bboxes.json (sic) and the official split.

The split, train.txt and val.txt with one name a line, is published apart from the pictures (880 and 120 names); the
files may lie anywhere below the folder. Its validation part is what publications measure on, so it is the test side.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from training.prepare.boxes import checked
from training.prepare.layout import Found, Item, Problem, part, simple, walk

SIDES = {"train.txt": "train", "val.txt": "test"}


def find(folder: Path) -> Found:
    """The pictures with masks, checked against their boxes. Raises ValueError when the folders are not there."""
    images, masks = part(folder, "images", "masks")
    found = simple(images, masks, folder, lambda key, picture, drawn: Item(key, picture, drawn, key))
    return with_split(checked(found, images.parent / "kavsir_bboxes.json"), folder)


def with_split(found: Found, folder: Path) -> Found:
    """The items with the official split; names without picture, in both parts or in neither are named."""
    sides: dict[str, str] = {}
    problems = list(found.problems)
    for path in walk(folder):
        if path.name.lower() in SIDES:
            side, names = SIDES[path.name.lower()], _names(path)
            both = [name for name in names if sides.setdefault(name, side) != side]
            problems += [Problem("in both parts of the split", name, f"stays in {sides[name]}") for name in both]
    there = {item.name for item in found.items}
    if sides:
        problems += [Problem("in the split, not there", name, left_out="file") for name in sides if name not in there]
        problems += [Problem("not in the split", item.name) for item in found.items if item.name not in sides]
    items = [
        replace(item, split=sides[item.name], note="official split") if item.name in sides else item
        for item in found.items
    ]
    return Found(items, problems)


def _names(path: Path) -> list[str]:
    """A list's names without suffix."""
    try:
        words = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read as a list of names ({error}); replace it.") from error
    return [Path(word).stem if Path(word).suffix in (".jpg", ".png") else word for word in words if word]
