"""NIfTI and NRRD: each axial slice a frame, seen as radiologists do: the patient's right at the left, front above."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.core.image import Image, Source, ValueTransform
from unet_studio.imaging import limits
from unet_studio.imaging.arrays import as_pixels, depth
from unet_studio.imaging.document import Document, Header
from unet_studio.imaging.refusal import Refused, check_size, cut_short, damaged, refused_as

RAS_OF = {"right": 1.0, "left": -1.0, "anterior": 1.0, "posterior": -1.0, "superior": 1.0, "inferior": -1.0}
SHORT = {"RAS": "right-anterior-superior", "LAS": "left-anterior-superior", "LPS": "left-posterior-superior"}
LONGEST_NRRD_HEADER = 1 << 20


def open_nifti(path: Path, unpacked: bytes | None = None) -> Document:
    """The NIfTI volume at `path`, or the one that `unpacked` holds. Raises Refused."""
    import nibabel

    data = path.read_bytes() if unpacked is None else unpacked
    try:
        volume: Any = next(
            kind.from_bytes(data) for kind in (nibabel.Nifti1Image, nibabel.Nifti2Image) if _fits(kind, data)
        )
        _check(volume.shape, volume.get_data_dtype())
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
    return _document(path, "NIfTI", values, affine, spacing, scale)


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
        _check(tuple(int(side) for side in header["sizes"]), np.dtype(np.float64))
        values = np.asarray(nrrd.read_data(header, file, index_order="F"))
    if values.ndim == 4 and values.shape[0] in (3, 4) and "space directions" not in header:
        values = np.moveaxis(values, 0, -1)
    affine, spacing = _nrrd_geometry(header)
    return _document(path, "NRRD", values, affine, spacing, ValueTransform())


def _nrrd_geometry(header: Any) -> tuple[np.ndarray | None, np.ndarray]:
    """(4 x 4 to RAS millimetres, None where the file names no patient's axes; spacing of three axes)."""
    directions = np.asarray(header.get("space directions", np.zeros((0, 3))), float)
    directions = directions[np.isfinite(directions).all(axis=1)] if directions.ndim == 2 else directions[:0]
    spacing = np.linalg.norm(directions, axis=1) if len(directions) else np.asarray(header.get("spacings", []), float)
    spacing = np.append(spacing, [0.0] * 3)[:3]
    space = str(header.get("space", "")).strip()
    words = SHORT.get(space.upper(), space.lower()).split("-")[:3]
    if directions.shape != (3, 3) or not all(word in RAS_OF for word in words):
        return None, spacing
    affine = np.eye(4)
    affine[:3, :3] = np.diag([RAS_OF[word] for word in words]) @ directions.T
    return affine, spacing


def _check(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    sides = [int(side) for side in shape]
    if len(sides) < 2 or min(sides) < 1:
        raise damaged("says that it has no rows or no columns")
    check_size(sides[1], sides[0])
    if int(np.prod(sides, dtype=np.float64)) * dtype.itemsize > limits.UNPACKED_BYTES:
        raise Refused("is a volume larger than can be opened", "export its slices as DICOM or PNG")


def _document(
    path: Path, kind: str, values: np.ndarray, affine: np.ndarray | None, spacing: np.ndarray, scale: ValueTransform
) -> Document:
    """Frames of (columns, rows[, slices[, more]]) values; colours are compound values or a last axis of 3 or 4."""
    if values.dtype.names:
        values = np.stack([values[name] for name in values.dtype.names], axis=-1)
    colours = values.ndim >= 4 and values.shape[-1] in (3, 4) and values.dtype == np.uint8
    grid = values if values.ndim > 2 else values[..., None]
    grid, spacing = _axial(grid, affine, spacing)
    slices = np.moveaxis(grid, (0, 1), (1, 0))  # (rows, columns, slices, ...)
    slices = (
        slices.reshape(*slices.shape[:2], -1, slices.shape[-1]) if colours else slices.reshape(*slices.shape[:2], -1)
    )
    rows, columns, frames = slices.shape[:3]
    check_size(rows, columns)
    known = (float(spacing[1]), float(spacing[0]))
    millimetres = known if all(0.0 < one < 1000.0 for one in known) else None
    channels = 3 if colours else 1
    header = Header(kind, rows, columns, frames, channels, values.dtype.itemsize * 8, "", "", millimetres)

    def decode(frame: int) -> Image:
        pixels = as_pixels(np.ascontiguousarray(slices[:, :, frame]))
        transform = ValueTransform() if pixels.ndim == 3 else scale
        source = Source(str(path), frame, frames)
        return Image(
            pixels, source, kind, transform, millimetres, depth(pixels), photometric="RGB" if colours else "GRAY"
        )

    return Document(header, decode)


def _axial(grid: np.ndarray, affine: np.ndarray | None, spacing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The grid with axes to the patient's left, back and head, as near as its own axes come; unknown ones stay."""
    if affine is None:
        return grid, spacing
    from nibabel import orientations

    typed: Any = orientations
    found = typed.io_orientation(affine)
    if np.isnan(found).any():
        return grid, spacing
    turn = typed.ornt_transform(found, typed.axcodes2ornt(("L", "P", "S")))
    return np.asarray(typed.apply_orientation(grid, turn)), spacing[np.argsort(found[:, 0])]
