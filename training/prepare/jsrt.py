"""JSRT chest films (Shiraishi 2000) with the SCR lung masks (van Ginneken 2006).

Films: NAME.IMG anywhere below the folder (All247images/, or Nodule154images/ and NonNodule93images/), 2048 x 2048 px,
12 bits in big-endian 16, no header. The values are optical densities: high = dark on the film. They are written as
(4095 - value) * 16, so that the 16-bit PNG looks like the film, lungs dark, bones bright.
Masks: .../fold1|fold2/masks/left lung|right lung/NAME.gif, 1024 x 1024. The film stays as it is; each pixel of the
mask becomes 2 x 2. SCR's two folds, one trained on while the other is measured, are in the note.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.prepare.layout import NO_MASK, NO_PICTURE, Found, Item, Problem, relative, walk
from training.prepare.reading import read_mask
from training.preprocess import Array, Bytes

SIDE = 2048  # px
HIGHEST = 4095  # 12 bits
SIDES = ("left lung", "right lung")


def find(folder: Path) -> Found:
    """The films with both lung masks. Raises ValueError when there are no .IMG files."""
    files = list(walk(folder))
    films = [path for path in files if path.suffix.lower() == ".img"]
    if not films:
        raise ValueError(f"{folder} holds no .IMG films; give the folder with All247images and scratch.")
    masks: dict[tuple[str, str], list[Path]] = {}
    for path in files:
        if path.suffix.lower() == ".gif" and path.parent.name.lower() in SIDES:
            masks.setdefault((path.stem.upper(), path.parent.name.lower()), []).append(path)
    found = Found()
    for film in films:
        own = [masks.pop((film.stem.upper(), side), []) for side in SIDES]
        lacking = [side for side, paths in zip(SIDES, own, strict=True) if not paths]
        if lacking:
            found.problems.append(Problem(NO_MASK, relative(film, folder), ", ".join(lacking), "picture"))
            continue
        twice = [relative(path, folder) for paths in own for path in paths[1:]]
        found.problems += [Problem("second mask of a film", name, left_out="file") for name in twice]
        found.items.append(_item(film, (own[0][0], own[1][0])))
    free = [relative(path, folder) for paths in masks.values() for path in paths]
    found.problems += [Problem(NO_PICTURE, name, left_out="file") for name in sorted(free)]
    return found


def _item(film: Path, masks: tuple[Path, Path]) -> Item:
    folds = [part for part in masks[0].parts if part.lower() in ("fold1", "fold2")]
    kind = {"JPCLN": "nodule", "JPCNN": "no nodule"}.get(film.stem[:5].upper(), "")
    note = "; ".join(part for part in (f"SCR {folds[-1]}" if folds else "", kind) if part)
    return Item(film.stem, film, masks, film.stem, "", note, read_film, read_lung)


def read_film(path: Path) -> Array:
    """(2048, 2048) uint16, dark to bright over all 16 bits. Raises ValueError for a file of another size or depth."""
    try:
        raw = np.fromfile(path, ">u2")
        size = path.stat().st_size
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror}); replace it.") from error
    if size != 2 * SIDE * SIDE:
        raise ValueError(f"{path} has {size} bytes instead of {2 * SIDE * SIDE}; download it again.")
    if raw.max() > HIGHEST:
        raise ValueError(f"{path} has values up to {raw.max()}, more than 12 bits in big-endian order; replace it.")
    return ((HIGHEST - raw.astype(np.uint16)) * 16).reshape(SIDE, SIDE)


def read_lung(path: Path) -> tuple[Bytes, str]:
    """A mask at the film's size, as reading.read_mask gives it."""
    mask, odd = read_mask(path)
    if 2 * mask.shape[0] == 2 * mask.shape[1] == SIDE:
        mask = mask.repeat(2, axis=0).repeat(2, axis=1)
    return mask, odd
