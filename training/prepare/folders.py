"""Any folder of pictures and masks.

Either two folders, images/ or image/, img/, imgs/, pictures/ and masks/ or mask/, label/, labels/, segmentation/,
segmentations/, gt/, with the same names or NAME_mask, NAME-mask, NAME_segmentation, NAME_seg, NAME_label, NAME_gt;
or NAME.* and NAME_mask.* beside each other. Below train/, val/ (valid/, validation/) and test/, each with two such
folders, or as subfolders of images/, they are that part of the split; other subfolders of images/ are groups, and names
keep all of these as FOLDER_NAME. groups.csv (picture,group) in the folder says which pictures belong together, for
example those of a patient. A picture of which nothing is said is a group of its own (PART/NAME in a part), but numbered
frames in a folder with "clinicdb" in its name belong to their videos. Copies of one picture are found, pictures that
only look alike are not.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path, PurePosixPath

from training.dataset import group_of
from training.prepare.layout import Found, Item, Problem, by_key, child, key_of, listed, matched, relative

IMAGES = ("images", "image", "img", "imgs", "pictures")
MASKS = ("masks", "mask", "labels", "label", "segmentations", "segmentation", "gt")
SUFFIXES = ("_mask", "-mask", "_segmentation", "_seg", "_label", "_gt")
PARTS = {"train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}
GROUPS = "groups.csv"


def find(folder: Path) -> Found:
    """The pictures with masks. Raises ValueError when there are none, and for a wrong groups.csv, naming its line."""
    found = Found()
    bases = [(folder, "")] + [(path, PARTS.get(path.name.lower(), "")) for path in sorted(folder.iterdir())]
    for base, split in bases:
        if (base == folder or split) and base.is_dir():
            images, masks = (next((p for name in names if (p := child(base, name))), None) for names in (IMAGES, MASKS))
            if images and masks:
                part = _two_folders(images, masks, folder, split)
                found = Found(found.items + part.items, found.problems + part.problems)
    if not found.items and not found.problems:
        found = _beside(folder)
    if not found.items and not any(problem.left_out == "picture" for problem in found.problems):
        raise ValueError(
            f"{folder} holds no pictures with masks; give a folder with images/ and masks/ or with NAME_mask files."
        )
    return with_groups(found, folder)


def _two_folders(images: Path, masks: Path, folder: Path, split: str) -> Found:
    pictures, odd = listed(images, folder)
    drawn, odd_masks = listed(masks, folder)
    keyed = [(key_of(path, images), path) for path in pictures]
    base = images.parent.relative_to(folder).parts

    def make(key: str, picture: Path, own: tuple[Path, ...]) -> Item:
        part, parts, side = base, PurePosixPath(key).parts, split
        name = "_".join(base + parts)
        if not side and len(parts) > 1 and parts[0].lower() in PARTS:
            part, parts, side = parts[:1], parts[1:], PARTS[parts[0].lower()]
        group = "/".join(parts[:-1]) or group_of(folder.name, picture)
        if parts == (group,):  # a patient or a video may be in two parts, a name in two parts is two pictures
            group = "/".join((*part, group))
        return Item(name, picture, own, group, side)

    found = matched(keyed, by_key(drawn, lambda path: key_of(path, masks)), make, folder, ("", *SUFFIXES))
    return Found(found.items, odd + odd_masks + found.problems)


def _beside(folder: Path) -> Found:
    """NAME.* and NAME_mask.* in one folder, without its subfolders."""
    files, odd = listed(folder, folder)
    here = [path for path in files if path.parent == folder]
    drawn = [path for path in here if path.stem.lower().endswith(SUFFIXES)]
    keyed = [(path.stem, path) for path in here if path not in drawn]
    masks = by_key(drawn, lambda path: path.stem)

    def make(key: str, picture: Path, own: tuple[Path, ...]) -> Item:
        return Item(key, picture, own, group_of(folder.name, picture))

    found = matched(keyed, masks, make, folder, SUFFIXES)
    unused = [path for path in files if path.parent != folder]
    problems = [problem for problem in odd if problem.name != GROUPS]
    problems += [Problem("in a subfolder", relative(path, folder), left_out="picture") for path in unused]
    return Found(found.items, problems + found.problems)


def with_groups(found: Found, folder: Path) -> Found:
    """The items with the groups of groups.csv, where there is one; those that it lacks are named."""
    path = folder / GROUPS
    if not path.is_file():
        return found
    groups = read_groups(path)
    items, problems, used = [], list(found.problems), set()
    for item in found.items:
        name = relative(item.picture, folder)
        names = (name, item.picture.name, item.picture.stem)
        hit = next((key for key in names if key in groups), None)
        if hit is None:
            problems.append(Problem("no group", name))
        used.add(hit)
        items.append(item if hit is None else replace(item, group=groups[hit]))
    problems += [Problem("group of no picture", key, left_out="file") for key in groups if key not in used]
    return Found(items, problems)


def read_groups(path: Path) -> dict[str, str]:
    """picture -> group. Raises ValueError, naming file and line, for missing columns and values and for second rows."""
    try:
        table = csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read as UTF-8 text ({error}); save it again as CSV in UTF-8.") from error
    if not {"picture", "group"} <= set(table.fieldnames or ()):
        raise ValueError(f"{path}, line 1 is not picture,group; write these column names.")
    groups: dict[str, str] = {}
    for row in table:
        picture, group = ((row[name] or "").strip() for name in ("picture", "group"))
        if not picture or not group:
            raise ValueError(f"{path}, line {table.line_num} names no picture or no group; fill in both.")
        if groups.setdefault(picture, group) != group:
            raise ValueError(f"{path}, line {table.line_num}: {picture} is in two groups; keep one.")
    return groups
