"""What the layouts have in common: finding files, matching pictures with masks, naming what is odd."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from training.manifest import Row
from training.prepare.reading import read_mask, read_values
from training.preprocess import Array, Bytes

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp")
IGNORED = ("thumbs.db", "desktop.ini")  # what systems leave in folders; hidden files are ignored, too
NAMED = 10  # how many of a kind of problem a summary names
DEPTH = 3  # how many folders a download may be wrapped in

NO_MASK = "no mask"
NO_PICTURE = "mask without picture"
SEVERAL = "several masks"
SAME_NAME = "name already taken"
NOT_A_PICTURE = "not a picture"


@dataclass(frozen=True)
class Problem:
    """Something odd. left_out: "picture" or "file" that does not come into the data set, "" when it does."""

    kind: str
    name: str
    detail: str = ""
    left_out: str = ""


@dataclass(frozen=True)
class Item:
    """A picture that a layout has found, with its masks, whose union counts.

    name: the stem of what is written; open_picture: path -> (H, W[, 3]) values;
    open_mask: path -> ((H, W) uint8 of 0 and 1, what is odd about it or "");
    check: mask -> what a further annotation says against it, or "".
    """

    name: str
    picture: Path
    masks: tuple[Path, ...]
    group: str
    split: str = ""
    note: str = ""
    open_picture: Callable[[Path], Array] = read_values
    open_mask: Callable[[Path], tuple[Bytes, str]] = read_mask
    check: Callable[[Bytes], str] | None = None


@dataclass
class Found:
    """What a layout holds: pictures to write, and what is odd or missing."""

    items: list[Item] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Prepared:
    """A finished preparation; found = the pictures of the download, written or left out."""

    source: str
    out: Path
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]

    @property
    def found(self) -> int:
        """How many pictures the download has."""
        return len(self.rows) + sum(problem.left_out == "picture" for problem in self.problems)

    def lines(self) -> list[str]:
        """The summary: counts, then one line for each kind of problem with its first names."""
        left = self.found - len(self.rows)
        lines = [f"{self.found} pictures found, {len(self.rows)} written to {self.out}, {left} left out"]
        for kind in dict.fromkeys(problem.kind for problem in self.problems):
            names = [problem.name for problem in self.problems if problem.kind == kind]
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            lines.append(f"{kind:22} {len(names):5}  {', '.join(names[:NAMED])}{more}")
        return lines


def walk(folder: Path) -> Iterator[Path]:
    """All files below, sorted by folder and name, without hidden ones and what archives of other systems add."""
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        for name in sorted(files):
            if not name.startswith(".") and name.lower() not in IGNORED:
                yield Path(top) / name


def child(folder: Path, name: str) -> Path | None:
    """The subfolder of that name in any case."""
    found = sorted(path for path in folder.iterdir() if path.name.lower() == name.lower() and path.is_dir())
    return found[0] if found else None


def folder_with(folder: Path, *names: str) -> Path | None:
    """The folder, or the nearest one below it, that has all these subfolders."""
    level = [folder]
    for _ in range(DEPTH + 1):
        for each in level:
            if all(child(each, name) for name in names):
                return each
        level = [
            path
            for each in level
            for path in sorted(each.iterdir())
            if path.is_dir() and not path.name.startswith((".", "__MACOSX"))
        ]
    return None


def part(folder: Path, *names: str) -> tuple[Path, ...]:
    """The subfolders of these names of the folder that holds them all.

    Raises ValueError when there is none.
    """
    root = folder_with(folder, *names)
    found = [child(root, name) for name in names] if root else []
    if not found:
        wanted = " and ".join(f"{name!r}" for name in names)
        raise ValueError(f"{folder} holds no folders {wanted}; give the folder that the download unpacks to.")
    return tuple(path for path in found if path)


def listed(folder: Path, below: Path) -> tuple[list[Path], list[Problem]]:
    """(pictures, problems): the files of `folder` and its subfolders; problems are named relative to `below`."""
    files = list(walk(folder))
    pictures = [path for path in files if path.suffix.lower() in SUFFIXES]
    others = [path for path in files if path.suffix.lower() not in SUFFIXES]
    return pictures, [Problem(NOT_A_PICTURE, relative(path, below), left_out="file") for path in others]


def relative(path: Path, folder: Path) -> str:
    """The path below the folder, with forward slashes."""
    return path.relative_to(folder).as_posix()


def key_of(path: Path, folder: Path) -> str:
    """The path below the folder without suffix: what a picture and its mask have in common."""
    return path.relative_to(folder).with_suffix("").as_posix()


def by_key(paths: Iterable[Path], key: Callable[[Path], str]) -> dict[str, list[Path]]:
    """The paths of each key, keys in lower case."""
    table: dict[str, list[Path]] = {}
    for path in paths:
        table.setdefault(key(path).lower(), []).append(path)
    return table


def matched(
    pictures: Sequence[tuple[str, Path]],
    masks: Mapping[str, Sequence[Path]],
    make: Callable[[str, Path, tuple[Path, ...]], Item],
    below: Path,
    suffixes: Sequence[str] = ("",),
) -> Found:
    """Pictures, (key, path), with the one mask whose key is the picture's and one of the suffixes.

    What has no or several masks, and masks that no picture took, become problems.
    """
    found, taken = Found(), set()
    for key, picture in pictures:
        keys = [f"{key}{suffix}".lower() for suffix in suffixes]
        own = [path for each in keys for path in masks.get(each, ())]
        taken.update(own)
        name = relative(picture, below)
        if len(own) == 1:
            found.items.append(make(key, picture, (own[0],)))
        elif own:
            names = ", ".join(relative(path, below) for path in own)
            found.problems.append(Problem(SEVERAL, name, names, "picture"))
        else:
            found.problems.append(Problem(NO_MASK, name, left_out="picture"))
    free = sorted({path for paths in masks.values() for path in paths} - taken)
    found.problems += [Problem(NO_PICTURE, relative(path, below), left_out="file") for path in free]
    return found


def simple(images: Path, masks: Path, below: Path, make: Callable[[str, Path, tuple[Path, ...]], Item]) -> Found:
    """Two folders of files with the same names."""
    pictures, odd = listed(images, below)
    drawn, odd_masks = listed(masks, below)
    keyed = [(key_of(path, images), path) for path in pictures]
    found = matched(keyed, by_key(drawn, lambda path: key_of(path, masks)), make, below)
    return Found(found.items, odd + odd_masks + found.problems)
