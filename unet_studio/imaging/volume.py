"""NIfTI and NRRD: each axial slice a frame, seen as radiologists do: the patient's right at the left, front above."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.core.grid import Grid, nrrd_geometry, nrrd_spatial
from unet_studio.core.image import Image, Source, ValueTransform
from unet_studio.imaging import limits
from unet_studio.imaging.arrays import as_pixels, depth
from unet_studio.imaging.document import Document, Header
from unet_studio.imaging.refusal import Refused, check_size, cut_short, damaged, refused_as

COLOUR_INTENTS = frozenset({1007, 2003, 2004})  # of NIfTI: vector, RGB vector, RGBA vector
COLOUR_KINDS = frozenset({"rgb-color", "rgba-color", "3-color", "4-color", "vector", "3-vector", "4-vector"})  # NRRD's
ITEM_BYTES = {"char": 1, "int8": 1, "short": 2, "int16": 2, "int": 4, "int32": 4, "float": 4}  # and 8 of the others


def open_nifti(path: Path, unpacked: bytes | None = None) -> Document:
    """The NIfTI volume at `path`, or the one that `unpacked` holds. Raises Refused."""
    import nibabel

    data = path.read_bytes() if unpacked is None else unpacked
    try:
        volume: Any = next(
            kind.from_bytes(data) for kind in (nibabel.Nifti1Image, nibabel.Nifti2Image) if _fits(kind, data)
        )
        _check(volume.shape, volume.get_data_dtype().itemsize)
        slope, intercept = volume.dataobj.slope, volume.dataobj.inter
        values = np.asarray(volume.dataobj.get_unscaled())
    except (Refused, MemoryError):
        raise
    except (StopIteration, OSError, EOFError):
        raise cut_short() from None
    except Exception as error:  # nibabel raises whatever a damaged header provokes
        raise damaged("is a damaged NIfTI volume") from error
    known = int(volume.header["qform_code"]) > 0 or int(volume.header["sform_code"]) > 0
    affine = np.asarray(volume.affine) if known else None
    spacing = np.append(np.asarray(volume.header.get_zooms(), float), [0.0, 0.0])[:3]
    scale = ValueTransform(float(slope or 1.0), float(intercept or 0.0))
    if values.dtype.names:
        values = np.stack([values[name] for name in values.dtype.names], axis=-1)
        colours = True
    else:
        colours = values.ndim > 3 and int(volume.header["intent_code"]) in COLOUR_INTENTS and _are_colours(values)
    return _document(path, "NIfTI", values, colours, affine, spacing, scale)


def _fits(kind: Any, data: bytes) -> bool:
    return bool(kind.header_class.may_contain_header(data[:1024]))


def open_nrrd(path: Path) -> Document:
    """The NRRD volume at `path`, header and data in one file. Raises Refused."""
    import nrrd

    file = io.BytesIO(path.read_bytes())
    with refused_as(lambda _: damaged("is a damaged NRRD volume, or of a kind that cannot be opened")):
        header = nrrd.read_header(file)
        if "data file" in header or "datafile" in header:
            raise Refused("is an NRRD header whose pixels are in another file", "export it as one .nrrd file")
        spatial = nrrd_spatial(header)
        sides = [int(side) for side in header["sizes"]]
        order = [*spatial, *(axis for axis in range(len(sides)) if axis not in spatial)]
        if len(spatial) < 2:
            raise damaged("says that it has no rows or no columns")
        _check(tuple(sides[axis] for axis in order), _item_bytes(str(header["type"])))
        values = np.asarray(nrrd.read_data(header, file, index_order="F"))
        affine, spacing = nrrd_geometry(header)
    if len(spatial) == 4 and sides[0] in (3, 4) and "space directions" not in header and "kinds" not in header:
        values, colours = np.moveaxis(values, 0, -1), values.dtype == np.uint8  # the only axis that is so short
    else:
        values = values.transpose(order)
        kinds = [str(kind).lower() for kind in header.get("kinds", [])]
        only = len(order) - len(spatial) == 1 and len(kinds) == len(order)
        colours = only and kinds[order[-1]] in COLOUR_KINDS and _are_colours(values)
    return _document(path, "NRRD", values, bool(colours), affine, spacing, ValueTransform())


def _are_colours(values: np.ndarray) -> bool:
    """Whether the last of several axes can hold colours: displacements and the like are no unsigned integers."""
    return values.shape[-1] in (3, 4) and values.dtype.kind == "u" and values.dtype.itemsize <= 2


def _item_bytes(kind: str) -> int:
    """Bytes of a value of an NRRD type, by any of its names."""
    plain = kind.lower().replace("unsigned ", "").replace("signed ", "").removesuffix("_t").removesuffix(" int")
    return ITEM_BYTES.get(plain.removeprefix("u"), 8)


def grid_of(shape: tuple[int, ...], affine: np.ndarray | None, spacing: Iterable[float] = (0.0, 0.0, 0.0)) -> Grid:
    """The Grid of stored axes (i, j[, k[, more]]): axial slices from the feet up, the patient's right at the left.

    affine: (4, 4) from voxels to RAS mm; without one, slices are as they are stored. spacing: of i, j, k in mm.
    """
    plain = Grid(tuple(int(side) for side in shape), spacing=tuple(float(one) for one in spacing))
    if affine is None or not np.isfinite(affine).all():
        return plain
    from nibabel import orientations

    typed: Any = orientations
    found = typed.io_orientation(affine)
    if np.isnan(found).any():
        return plain
    turn = typed.ornt_transform(found, typed.axcodes2ornt(("L", "P", "S")))
    axes = tuple(int(axis) for axis in np.argsort(turn[:, 0]))
    rows = tuple(tuple(float(one) for one in row) for row in affine)
    return replace(plain, axes=axes, backwards=tuple(bool(turn[axis, 1] < 0) for axis in axes), affine=rows)


def _check(shape: tuple[int, ...], item_bytes: int) -> None:
    sides = [int(side) for side in shape]
    if len(sides) < 2 or min(sides) < 1:
        raise damaged("says that it has no rows or no columns")
    check_size(sides[1], sides[0])
    if int(np.prod(sides, dtype=np.float64)) * item_bytes > limits.UNPACKED_BYTES:
        raise Refused("is a volume larger than can be opened", "export its slices as DICOM or PNG")


def _document(
    path: Path,
    kind: str,
    values: np.ndarray,
    colours: bool,
    affine: np.ndarray | None,
    spacing: np.ndarray,
    scale: ValueTransform,
) -> Document:
    """Frames of (columns, rows[, slices[, more]]) values, with colours in one axis more. spacing: of three axes, mm."""
    grid = grid_of(values.shape[:-1] if colours else values.shape, affine, spacing)
    if values.ndim == 2 + colours:
        values = values[:, :, None]
    laid = np.moveaxis(grid.turned(values), (0, 1), (1, 0))  # (rows, columns, slices, ...)
    slices = laid.reshape(*laid.shape[:2], -1, *laid.shape[laid.ndim - colours :])
    rows, columns, frames = slices.shape[:3]
    check_size(rows, columns)
    known = (float(spacing[grid.axes[1]]), float(spacing[grid.axes[0]]))
    millimetres = known if all(0.0 < one < 1000.0 for one in known) else None
    channels = 3 if colours else 1
    header = Header(kind, rows, columns, frames, channels, values.dtype.itemsize * 8, "", "", millimetres)

    def decode(frame: int) -> Image:
        pixels = as_pixels(np.ascontiguousarray(slices[:, :, frame]))
        return Image(
            pixels,
            Source(str(path), frame, frames),
            kind,
            ValueTransform() if pixels.ndim == 3 else scale,
            millimetres,
            depth(pixels),
            photometric="RGB" if colours else "GRAY",
            grid=grid,
        )

    return Document(header, decode)
