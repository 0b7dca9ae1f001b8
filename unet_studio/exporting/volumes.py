"""NIfTI and NRRD: 0 and 1, in the source volume's own axes and place, else in the order of a picture.

Of a slice of a volume, the file has the volume's (i, j, k) and affine, so that it lies over it. Of any other picture it
has (columns, rows) for one frame and (columns, rows, frames) for several, column 0 and row 0 the upper left, in mm
where known.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.core.errors import UserError
from unet_studio.core.grid import Grid, without_ones
from unet_studio.exporting.frame import require_same
from unet_studio.exporting.pictures import put
from unet_studio.exporting.reading import Stored, read_nifti, read_nrrd, stored_nifti, stored_nrrd
from unet_studio.exporting.stack import Stack

SCANNER = 1  # NIFTI_XFORM_SCANNER_ANAT: readers then take the axes as they are written
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])  # from mm to right, front, head to mm to left, back, head


def nifti(folder: Path, files: list[str], stack: Stack) -> dict[str, Any]:
    """STEM.nii.gz, uint8. Raises UserError."""
    volume, path, grid = stack.volume(), folder / files[0], stack.grid()
    affine: np.ndarray | None
    if grid is None:
        across, down = _spacing(stack)
        # NIfTI's axes point to the patient's right and front, those of a picture the other way
        pixels, affine = _first_columns(volume), np.asarray(np.diag([-across, -down, 1.0, 1.0]))
    else:
        pixels, affine = _in_grid(path, volume, grid), None if grid.affine is None else np.asarray(grid.affine)
    put(path, gzip.compress(_nifti_bytes(pixels, affine, grid), compresslevel=6, mtime=0))
    if grid is None:
        require_same(path, read_nifti(path), volume)
    else:
        _require_in_place(path, volume, grid, stored_nifti)
    return {}


def nrrd(folder: Path, files: list[str], stack: Stack) -> dict[str, Any]:
    """STEM.nrrd, uint8, gzip inside. Raises UserError."""
    import nrrd as library

    volume, path, grid = stack.volume(), folder / files[0], stack.grid()
    pixels = _first_columns(volume) if grid is None else _in_grid(path, volume, grid)
    if grid is not None and grid.affine is not None:
        pixels = pixels if pixels.ndim > 2 else pixels[..., None]
        directions = np.full((pixels.ndim, 3), np.nan)
        directions[:3] = (LPS @ np.asarray(grid.affine))[:3, :3].T
        place = {"space": "left-posterior-superior", "space directions": directions}
        place |= {"space origin": (LPS @ np.asarray(grid.affine))[:3, 3]}
    else:
        known = (*_spacing(stack), 1.0) if grid is None else tuple(one or 1.0 for one in grid.spacing)
        place = {"spacings": [*known[: pixels.ndim], *[np.nan] * (pixels.ndim - 3)]}
    header = {"encoding": "gzip", "kinds": ["domain"] * min(3, pixels.ndim) + ["list"] * (pixels.ndim - 3), **place}
    stream = io.BytesIO()
    library.write(stream, pixels, header, index_order="F")
    put(path, stream.getvalue())
    if grid is None:
        require_same(path, read_nrrd(path), volume)
    else:
        _require_in_place(path, volume, grid, stored_nrrd)
    return {}


def _nifti_bytes(pixels: np.ndarray, affine: np.ndarray | None, grid: Grid | None) -> bytes:
    """affine: None where the source names no axes; then only the size of its voxels is written."""
    import nibabel

    image = nibabel.Nifti1Image(pixels, affine)
    image.header.set_xyzt_units("mm")
    if affine is not None:
        image.set_sform(affine, SCANNER)
        image.set_qform(affine, SCANNER)
        if not np.allclose(image.get_qform(), affine, rtol=0.0, atol=1e-3):
            image.header["qform_code"] = 0  # slanted axes, which only the sform can say
    elif grid is not None:
        image.header.set_zooms([*grid.spacing, *[1.0] * pixels.ndim][: pixels.ndim])
    return bytes(image.to_bytes())


def _in_grid(path: Path, volume: np.ndarray, grid: Grid) -> np.ndarray:
    """(frames, H, W) as the source stores its voxels."""
    columns, rows, *_ = grid.shown
    if (rows, columns) != volume.shape[1:] or np.prod(grid.shown) != volume.size:
        raise UserError(f"{path.name}: its masks do not fit the volume that they are of; export them as png.")
    return grid.stored(volume)


def _require_in_place(path: Path, volume: np.ndarray, grid: Grid, read: Callable[[Path], Stored]) -> None:
    """Raises UserError where what was read back is not the Mask, voxel for voxel, in the source's place."""
    found = read(path)
    shaped = without_ones(found.voxels.shape) == without_ones(grid.shape)
    require_same(path, grid.frames(found.voxels) if shaped else found.voxels, volume)
    if grid.affine is not None and (found.affine is None or not np.allclose(found.affine, grid.affine, atol=1e-3)):
        raise UserError(f"{path.name}: written, but it reads back in another place; do not use it, export it again.")


def _first_columns(volume: np.ndarray) -> np.ndarray:
    """(frames, H, W) as (W, H) for one frame, else (W, H, frames)."""
    turned: np.ndarray = volume[0].T if len(volume) == 1 else volume.transpose(2, 1, 0)
    return turned


def _spacing(stack: Stack) -> tuple[float, float]:
    """Size of a pixel (across, down) in mm; 1 where it is not known."""
    down, across = stack.first.spacing_mm or (1.0, 1.0)
    return across, down
