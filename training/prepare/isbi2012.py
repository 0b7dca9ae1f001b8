"""The ISBI 2012 EM challenge (Arganda-Carreras 2015): train-volume.tif and train-labels.tif, 30 slices of 512 x 512 px.

In the labels 255 is a cell's interior and 0 is membrane, as everywhere in this program. Slices are 50 nm apart and
look like their neighbours, so the stack is split by blocks: five of consecutive slices, of which the last is the test
side; only where two blocks meet do neighbours lie on different sides. The slices of test-volume.tif have no labels.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from training.prepare.layout import NO_MASK, NO_PICTURE, Found, Item, Problem, walk
from training.prepare.reading import binary, read_slice, stack_length
from training.preprocess import Bytes

BLOCKS = 5
INTERIOR = 0.5  # less of it than this looks like membrane marked with 255


def find(folder: Path) -> Found:
    """The labelled slices. Raises ValueError when one of the two stacks is missing or unreadable."""
    stacks: dict[str, Path] = {}
    for path in walk(folder):
        if path.suffix.lower() in (".tif", ".tiff"):
            stacks.setdefault(path.stem.lower(), path)
    volume, labels = (stacks.get(name) for name in ("train-volume", "train-labels"))
    if volume is None or labels is None:
        raise ValueError(f"{folder} lacks train-volume.tif or train-labels.tif; give the folder with both.")
    count, labelled = stack_length(volume), stack_length(labels)
    both = min(count, labelled)
    found = Found([_item(volume, labels, index, both) for index in range(both)])
    found.problems += [Problem(NO_MASK, f"{volume.name} slice {n}", left_out="picture") for n in range(both, count)]
    found.problems += [Problem(NO_PICTURE, f"{labels.name} slice {n}", left_out="file") for n in range(both, labelled)]
    if (test := stacks.get("test-volume")) is not None:
        slices = range(stack_length(test))
        found.problems += [Problem(NO_MASK, f"{test.name} slice {n}", left_out="picture") for n in slices]
    return found


def _item(volume: Path, labels: Path, index: int, count: int) -> Item:
    block = index * BLOCKS // count
    first, end = (-(-number * count // BLOCKS) for number in (block, block + 1))
    split = "test" if block == BLOCKS - 1 else "train"
    group, note = f"slices {first:02}-{end - 1:02}", f"{volume.name} slice {index}"
    opened = partial(read_slice, index=index), partial(read_label, index=index)
    return Item(f"slice-{index:02}", volume, (labels,), group, split, note, *opened)


def read_label(path: Path, index: int) -> tuple[Bytes, str]:
    """One slice's labels as reading.read_mask gives a mask."""
    mask, odd = binary(read_slice(path, index))
    share = float(np.mean(mask))
    if 0 < share < INTERIOR:
        odd = f"only {100 * share:.0f} % are marked, so 255 may be membrane here{'; ' if odd else ''}{odd}"
    return mask, odd
