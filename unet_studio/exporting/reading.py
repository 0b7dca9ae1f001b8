"""Masks out of files: for the check after each write, and for Masks that were made elsewhere.

Sizes are checked from the header before pixels are touched. All of it raises UserError, one sentence.
"""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.core.errors import UserError
from unet_studio.core.grid import nrrd_geometry, nrrd_spatial, without_ones
from unet_studio.core.target import TARGETS
from unet_studio.exporting.labels import named

MOST_VALUES = 1 << 30  # pixels of a volume
MOST_TEXT = 1 << 30  # bytes of a JSON file
NIFTI_HEADER = 352
CLASSES = "classes.txt"  # beside YOLO's files: the name of class 0, of class 1 and so on


@dataclass(frozen=True, eq=False)
class Stored:
    """A label map as its file stores it.

    voxels: (i, j[, k[, more]]), everything but 0 is marked. affine: (4, 4) from (i, j, k, 1) to mm to the patient's
    right, front and head, None where the file does not say.
    """

    voxels: np.ndarray
    affine: np.ndarray | None


def read_nifti(path: Path) -> np.ndarray:
    """(frames, H, W), everything but 0 is marked, of a NIfTI-1 or -2 file with axes (columns, rows[, frames])."""
    return _frames_first(path, stored_nifti(path).voxels)


def read_nrrd(path: Path) -> np.ndarray:
    """(frames, H, W), everything but 0 is marked, of an NRRD file with axes (columns, rows[, frames])."""
    return _frames_first(path, stored_nrrd(path).voxels)


def stored_nifti(path: Path) -> Stored:
    """The label map in a NIfTI-1 or -2 file."""
    import nibabel

    data = _unpacked(path)
    try:
        kind = nibabel.Nifti2Image if data[:4] in (b"\x1c\x02\0\0", b"\0\0\x02\x1c") else nibabel.Nifti1Image
        image = kind.from_bytes(data)
        shape = tuple(side for side in image.shape)
        _check_size(path, shape, image.get_data_dtype().itemsize, len(data))
        known = int(image.header["qform_code"]) > 0 or int(image.header["sform_code"]) > 0
        affine = np.asarray(image.affine, np.float64) if known else None
        return Stored(_labels(path, np.asanyarray(image.dataobj)), affine)
    except UserError:
        raise
    except Exception as error:  # the library raises whatever a damaged header provokes
        raise UserError(f"{path.name}: no NIfTI file that can be read; save the mask again.") from error


def stored_nrrd(path: Path) -> Stored:
    """The label map in an NRRD file, axes that are not space behind those that are."""
    import nrrd

    try:
        with path.open("rb") as file:
            header = nrrd.read_header(file)
            if "data file" in header or "datafile" in header:
                raise UserError(f"{path.name}: its pixels lie in another file; save it as one .nrrd file.")
            shape = tuple(int(side) for side in header["sizes"])
            _check_size(path, shape, 1, MOST_VALUES)
            voxels = nrrd.read_data(header, file, str(path), index_order="F")
        spatial = nrrd_spatial(header)
        order = [*spatial, *(axis for axis in range(voxels.ndim) if axis not in spatial)]
        return Stored(_labels(path, voxels.transpose(order)), nrrd_geometry(header)[0])
    except UserError:
        raise
    except Exception as error:  # the library raises whatever a damaged header provokes
        raise UserError(f"{path.name}: no NRRD file that can be read; save the mask again.") from error


def labelme_polygons(path: Path, label: str) -> list[np.ndarray]:
    """The polygons of the label that means a Target, as `labels.named` has it, each (n, 2) of (x, y)."""
    shapes = read_json(path).get("shapes")
    try:
        shapes = list(shapes or [])
        known = [one for one in shapes if one.get("shape_type") in ("polygon", None)]
        others = len(shapes) - len(known)
        titles = {str(one["label"]) for one in known}
        chosen = named(titles, label)
        wanted = [one for one in known if str(one["label"]) in chosen]
        found = [np.asarray(one["points"], np.float64).reshape(-1, 2) for one in wanted]
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise UserError(f"{path.name}: no labelme file that can be read; save it in labelme again.") from error
    if others or (known and not wanted):
        what = "shapes that are no polygons" if others else _others(titles, label, "label", "labels")
        raise UserError(f"{path.name}: has {what}; change it in labelme.")
    return found


def yolo_polygons(path: Path, shape: tuple[int, ...], numbers: Collection[int]) -> list[np.ndarray]:
    """The polygons of some classes, each (n, 2) of (x, y) in px of a picture of this (H, W).

    Raises UserError, too, where there are polygons and all are of other classes.
    """
    found, others = [], set()
    for line in _text(path).splitlines():
        words = line.split()
        if not words:
            continue
        try:
            values = [float(word) for word in words[1:]]
            if len(values) < 6 or len(values) % 2 or not all(-1 <= value <= 2 for value in values):
                raise ValueError(line)
            if int(words[0]) in numbers:
                points = np.asarray(values).reshape(-1, 2) * (shape[1], shape[0])
                found.append(np.minimum(np.floor(points + 1e-3), (shape[1] - 1, shape[0] - 1)))
            else:
                others.add(int(words[0]))
        except ValueError as error:
            raise UserError(f"{path.name}: a line is no YOLO polygon; export it again for segmentation.") from error
    if others and not found:
        there, wanted = (" and ".join(map(str, sorted(one))) for one in (others, set(numbers)))
        raise UserError(f"{path.name}: marks class {there} and not {wanted}; put the right classes.txt beside it.")
    return found


def yolo_numbers(path: Path, target: str) -> set[int]:
    """The numbers of the classes that mean a Target: by the classes.txt beside the file, else as exports write them.

    Raises UserError where none of those in classes.txt does.
    """
    listed = path.with_name(CLASSES)
    if not listed.is_file():
        return {list(TARGETS).index(target)}
    titles = [line.strip() for line in _text(listed).splitlines()]
    told = {title for title in titles if title}
    chosen = named(told, target)
    if not chosen:
        raise UserError(f"{listed.name}: has {_others(told, target, 'class', 'classes')}; change it there.")
    return {number for number, title in enumerate(titles) if title in chosen}


def _others(titles: set[str], target: str, one: str, many: str) -> str:
    """What to say of names of which none means the Target."""
    return f"only the {one} {min(titles)}, not {target}" if len(titles) == 1 else f"{many} of which none is {target}"


def read_json(path: Path) -> dict[str, Any]:
    """A JSON file with an object in it."""
    try:
        found = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path.name}: no JSON file that can be read; save it again.") from error
    if not isinstance(found, dict):
        raise UserError(f"{path.name}: holds no masks; choose another file.")
    return found


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_TEXT:
            raise UserError(f"{path.name}: is too large to be read; split it.")
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path.name}: cannot be read as text; save it again in UTF-8.") from error


def _unpacked(path: Path) -> bytes:
    """A file's bytes, unpacked from gzip where it is packed; at most MOST_VALUES and a header."""
    most = MOST_VALUES + NIFTI_HEADER
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as stream:
            data = stream.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path.name}: cannot be unpacked; copy it again from where it came from.") from error
    if len(data) > most:
        raise UserError(f"{path.name}: is too large to be read; split it.")
    return bytes(data)


def _check_size(path: Path, shape: tuple[int, ...], itemsize: int, available: int) -> None:
    count = math.prod(shape)
    if not 2 <= len(shape) <= 5 or count <= 0 or count > MOST_VALUES or count * itemsize > available:
        raise UserError(f"{path.name}: its header does not fit its pixels; save the mask again.")


def _labels(path: Path, voxels: np.ndarray) -> np.ndarray:
    if voxels.dtype.kind not in "biuf":
        raise UserError(f"{path.name}: holds no plain label map; save the mask again as one.")
    return voxels


def _frames_first(path: Path, voxels: np.ndarray) -> np.ndarray:
    """(columns, rows[, frames, 1, 1]) as (frames, H, W)."""
    whole = without_ones(voxels.shape)
    if len(whole) > 3:
        raise UserError(f"{path.name}: holds no plain label map; save the mask again as one.")
    turned: np.ndarray = voxels.reshape(whole).transpose(2, 1, 0)
    return turned
