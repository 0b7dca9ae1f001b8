"""Masks out of COCO files that anybody wrote: runs of pixels, packed or not, and polygons."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.core.errors import UserError
from unet_studio.exporting import rle
from unet_studio.exporting.naming import stem
from unet_studio.exporting.polygons import drawn
from unet_studio.exporting.reading import read_json


def is_coco(facts: dict[str, Any]) -> bool:
    """Whether a JSON object is a COCO file's."""
    return isinstance(facts.get("images"), list) and isinstance(facts.get("annotations"), list)


def coco_mask(path: Path, name: str, target: str, shape: tuple[int, int]) -> np.ndarray | None:
    """(H, W) uint8 0/1 of the picture called `name` (its stem counts); None where the file lists no such picture.

    Annotations of the category called like the Target count, or all where there is but one category. Raises UserError.
    """
    images, by_image, categories = _index(path, path.stat().st_mtime_ns if path.is_file() else 0)
    image = images.get(stem(Path(name).name))
    if image is None:
        return None
    wanted = {number for number, title in categories.items() if title == target}
    wanted = wanted or (set(categories) if len(categories) == 1 else set())
    if not wanted:
        raise UserError(f"{path.name}: has several categories and none is called {target}; rename it there.")
    mask = np.zeros(shape, np.uint8)
    try:
        if (int(image["height"]), int(image["width"])) != shape:
            raise UserError(f"{path.name}: {stem(name)} has another size there than the picture.")
        for one in by_image.get(image["id"], ()):
            if one["category_id"] in wanted:
                mask |= _drawn(one["segmentation"], shape)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path.name}: the annotation of {stem(name)} cannot be read; export it again.") from error
    return mask


def _drawn(segmentation: Any, shape: tuple[int, int]) -> np.ndarray:
    if isinstance(segmentation, dict):
        rows, columns = (int(side) for side in segmentation["size"])
        return rle.decode(segmentation["counts"], (rows, columns)) if (rows, columns) == shape else _refuse()
    return drawn([np.asarray(one, np.float64) for one in segmentation], shape)


def _refuse() -> np.ndarray:
    raise ValueError("runs of another size than the picture")


@functools.lru_cache(maxsize=1)
def _index(path: Path, changed: int) -> tuple[dict[str, Any], dict[Any, list[Any]], dict[Any, str]]:
    """Pictures by stem, annotations by picture, categories' names; kept, as a folder asks once for each picture."""
    facts = read_json(path)
    try:
        if not is_coco(facts):
            raise UserError(f"{path.name}: is no COCO file; choose the one with the annotations.")
        by_image: dict[Any, list[Any]] = {}
        for one in facts["annotations"]:
            by_image.setdefault(one["image_id"], []).append(one)
        images = {stem(Path(str(one["file_name"])).name): one for one in facts["images"]}
        return images, by_image, {one["id"]: str(one["name"]) for one in facts["categories"]}
    except (KeyError, TypeError) as error:
        raise UserError(f"{path.name}: no COCO file that can be read; export it again.") from error
