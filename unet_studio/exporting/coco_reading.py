"""Masks out of COCO files that anybody wrote: runs of pixels, packed or not, and polygons."""

from __future__ import annotations

import functools
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from unet_studio.core.errors import UserError
from unet_studio.exporting import rle
from unet_studio.exporting.labels import named
from unet_studio.exporting.naming import stem
from unet_studio.exporting.polygons import drawn
from unet_studio.exporting.reading import read_json


def is_coco(facts: dict[str, Any]) -> bool:
    """Whether a JSON object is a COCO file's."""
    return isinstance(facts.get("images"), list) and isinstance(facts.get("annotations"), list)


def coco_mask(
    path: Path, picture: Path, target: str, shape: tuple[int, int], *, namesake: bool = False
) -> np.ndarray | None:
    """(H, W) uint8 0/1 of a picture (the stem of its name counts); None where the file lists no such picture.

    Annotations of the category that means the Target count, as `labels.named` has it. Where several
    pictures are listed by that name, and where another may have it (`namesake`), folders decide. Raises UserError.
    """
    images, by_image, categories = _index(path, path.stat().st_mtime_ns if path.is_file() else 0)
    name = stem(picture.name)
    image = _listed(path, images.get(name, []), picture, namesake)
    if image is None:
        return None
    chosen = named(categories.values(), target)
    wanted = {number for number, title in categories.items() if title in chosen}
    if not wanted:
        titles = sorted(set(categories.values()))
        what = f"only the category {titles[0]}, not" if len(titles) == 1 else "categories of which none is"
        raise UserError(f"{path.name}: has {what} {target}; rename it there.")
    mask = np.zeros(shape, np.uint8)
    try:
        if (int(image["height"]), int(image["width"])) != shape:
            raise UserError(f"{path.name}: {name} has another size there than the picture.")
        for one in by_image.get(image["id"], ()):
            if one["category_id"] in wanted:
                mask |= _drawn(one["segmentation"], shape)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path.name}: the annotation of {name} cannot be read; export it again.") from error
    return mask


def _listed(path: Path, listed: list[Any], picture: Path, namesake: bool) -> Any:
    """The entry whose folders are the last of the picture's; the only one, where its name is enough."""
    if len(listed) == 1 and not namesake:
        return listed[0]
    parts = picture.absolute().parent.parts
    folders = [PurePosixPath(str(one["file_name"]).replace("\\", "/")).parent.parts for one in listed]
    fits = [
        (len(folder), one)
        for folder, one in zip(folders, listed, strict=True)
        if parts[len(parts) - len(folder) :] == folder and (folder or not namesake)
    ]
    most = max((depth for depth, _ in fits), default=0)
    best = [one for depth, one in fits if depth == most]
    if len(best) > 1 or (listed and not best and not namesake):
        raise UserError(f"{path.name}: lists several pictures called {stem(picture.name)}; name their folders there.")
    return best[0] if best else None


def _drawn(segmentation: Any, shape: tuple[int, int]) -> np.ndarray:
    if isinstance(segmentation, dict):
        rows, columns = (int(side) for side in segmentation["size"])
        return rle.decode(segmentation["counts"], (rows, columns)) if (rows, columns) == shape else _refuse()
    return drawn([np.asarray(one, np.float64) for one in segmentation], shape)


def _refuse() -> np.ndarray:
    raise ValueError("runs of another size than the picture")


@functools.lru_cache(maxsize=1)
def _index(path: Path, changed: int) -> tuple[dict[str, list[Any]], dict[Any, list[Any]], dict[Any, str]]:
    """Pictures by stem, annotations by picture, categories' names; kept, as a folder asks once for each picture."""
    facts = read_json(path)
    try:
        if not is_coco(facts):
            raise UserError(f"{path.name}: is no COCO file; choose the one with the annotations.")
        by_image: dict[Any, list[Any]] = {}
        for one in facts["annotations"]:
            by_image.setdefault(one["image_id"], []).append(one)
        images: dict[str, list[Any]] = {}
        for one in facts["images"]:
            images.setdefault(stem(PurePosixPath(str(one["file_name"]).replace("\\", "/")).name), []).append(one)
        return images, by_image, {one["id"]: str(one["name"]) for one in facts["categories"]}
    except (KeyError, TypeError) as error:
        raise UserError(f"{path.name}: no COCO file that can be read; export it again.") from error
