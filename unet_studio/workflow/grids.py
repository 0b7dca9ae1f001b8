"""Where the slices of a volume lie: for Masks that are written over it, or read from beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unet_studio.core.errors import UserError
from unet_studio.core.grid import Grid, without_ones
from unet_studio.core.image import VOLUMES, Image


def grid_of(image: Image, path: Path, name: str, sha256: str = "") -> Grid | None:
    """The Grid of the volume whose slice a picture is, None where it is no slice.

    path: of the file, which is read again where the kept picture does not know it. name: for sentences. sha256: of the
    file, "" where the Image's own is to be trusted: a blank slice is kept once, whatever volumes have one like it.
    Raises UserError where it is not known any more.
    """
    from unet_studio.imaging import reader

    same = not sha256 or image.source.sha256 in ("", sha256)
    if same and (image.format not in VOLUMES or image.grid is not None):
        return image.grid
    try:
        again = reader.read(path, image.source.frame)
    except UserError:
        again = None
    if again is not None and (not sha256 or again.source.sha256 == sha256):
        return again.grid
    if image.format in VOLUMES:
        raise UserError(f"{name}: its volume has moved or changed, and only that tells where masks lie; put it back.")
    return None


def grid_of_mask(shape: tuple[int, ...], affine: Any) -> Grid:
    """The Grid of a label map's stored axes (i, j[, k[, more]]). affine: (4, 4) to RAS mm, None where not known."""
    from unet_studio.imaging.volume import grid_of as laid

    return laid(shape, affine)


def differs(mask: Grid, picture: Grid) -> str:
    """What keeps a label map from lying over a picture's volume voxel by voxel, "" where nothing does."""
    on_it = "save the mask on the picture's own voxels"
    if picture.affine is not None and mask.affine is None:
        return f"does not say how it lies in the patient, as the picture does; {on_it}"
    known = picture.affine is not None  # without axes, voxels are compared as they are stored
    there, here = (without_ones(one.shown if known else one.shape) for one in (mask, picture))
    if there != here:
        sizes = (" x ".join(str(side) for side in size) for size in (there, here))
        return "has {} voxels, the picture {}; ".format(*sizes) + on_it
    if known and not picture.lies_like(mask):
        return f"lies in another place of the patient than the picture; {on_it}"
    return ""
