"""Chest films of Montgomery and Shenzhen: Kaggle's "Chest Xray Masks and Labels", and the NLM's Montgomery set.

Kaggle: Lung Segmentation/CXR_png/*.png with masks/*.png beside it; Shenzhen's masks are named NAME_mask.png,
Montgomery's NAME.png; test/ has pictures without masks. The archive holds the whole tree a second time below data/;
second copies are named and left out. NLM: MontgomerySet/CXR_png/*.png with ManualMask/leftMask and rightMask, which are
joined. A film is a patient; the last digit of a name tells a normal film (0) from tuberculosis (1).
"""

from __future__ import annotations

from pathlib import Path

from training.prepare.layout import NO_MASK, NO_PICTURE, Found, Item, Problem, by_key, child, listed, matched, relative

SUFFIX = "_mask"
FINDINGS = {"0": "normal", "1": "tuberculosis"}
PLACES = {"MCUCXR": "Montgomery", "CHNCXR": "Shenzhen"}


def find(folder: Path) -> Found:
    """The films of every CXR_png folder. Raises ValueError when there is none."""
    tops = [path for path in sorted(folder.rglob("*")) if path.name.lower() == "cxr_png" and path.is_dir()]
    tops += [folder] if folder.name.lower() == "cxr_png" else []
    if not tops:
        raise ValueError(f"{folder} holds no folder CXR_png; give the folder that the download unpacks to.")
    found = Found()
    for films in sorted(tops, key=lambda path: (len(path.parts), path)):
        part = _montgomery(films, folder) if child(films.parent, "ManualMask") else _kaggle(films, folder)
        found.items += part.items
        found.problems += part.problems
    return found


def _item(key: str, film: Path, masks: tuple[Path, ...]) -> Item:
    words = [PLACES.get(film.stem.split("_")[0].upper(), ""), FINDINGS.get(film.stem.rpartition("_")[2], "")]
    return Item(film.stem, film, masks, film.stem, "", "; ".join(word for word in words if word))


def _kaggle(films: Path, folder: Path) -> Found:
    pictures, odd = listed(films, folder)
    drawn: list[Path] = []
    for name in ("masks", "mask"):
        if masks := child(films.parent, name):
            paths, odd_masks = listed(masks, folder)
            drawn += paths
            odd += odd_masks
    keyed = [(path.stem, path) for path in pictures]
    found = matched(keyed, by_key(drawn, lambda path: path.stem), _item, folder, ("", SUFFIX))
    test = child(films.parent, "test")
    unlabelled, others = listed(test, folder) if test else ([], [])
    bare = [Problem(NO_MASK, relative(path, folder), left_out="picture") for path in unlabelled]
    return Found(found.items, odd + found.problems + bare + others)


def _montgomery(films: Path, folder: Path) -> Found:
    pictures, odd = listed(films, folder)
    manual = child(films.parent, "ManualMask")
    sides: dict[str, dict[str, list[Path]]] = {}
    for name in ("leftMask", "rightMask"):
        where = child(manual, name) if manual else None
        drawn, odd_masks = listed(where, folder) if where else ([], [])
        sides[name] = by_key(drawn, lambda path: path.stem)
        odd += odd_masks
    found = Found(problems=odd)
    for film in pictures:
        own = {name: masks.pop(film.stem.lower(), []) for name, masks in sides.items()}
        lacking = [name for name, paths in own.items() if not paths]
        if lacking:
            found.problems.append(Problem(NO_MASK, relative(film, folder), ", ".join(lacking), "picture"))
        else:
            found.items.append(_item(film.stem, film, tuple(path for paths in own.values() for path in paths)))
    free = [relative(path, folder) for masks in sides.values() for paths in masks.values() for path in paths]
    found.problems += [Problem(NO_PICTURE, name, left_out="file") for name in sorted(free)]
    return found
