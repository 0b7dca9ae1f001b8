"""HyperKvasir's segmented polyps (Borgli 2020): segmented-images/{images,masks}/NAME.jpg and bounding-boxes.json."""

from __future__ import annotations

from pathlib import Path

from training.prepare.boxes import checked
from training.prepare.layout import Found, Item, part, simple


def find(folder: Path) -> Found:
    """The pictures with masks, checked against their boxes. Raises ValueError when the folders are not there.

    The data set has no patients and no split: a picture is a group of its own.
    """
    images, masks = part(folder, "images", "masks")
    found = simple(images, masks, folder, lambda key, picture, drawn: Item(key, picture, drawn, key))
    return checked(found, images.parent / "bounding-boxes.json")
