"""NIfTI and NRRD: (columns, rows) for one frame, (columns, rows, frames) for several, 0 and 1, in mm where known.

Column 0 and row 0 are the picture's upper left.
"""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.exporting.frame import require_same
from unet_studio.exporting.pictures import put
from unet_studio.exporting.reading import read_nifti, read_nrrd
from unet_studio.exporting.stack import Stack

SCANNER = 1  # NIFTI_XFORM_SCANNER_ANAT: readers then take the axes as they are written


def nifti(folder: Path, files: list[str], stack: Stack) -> dict[str, Any]:
    """STEM.nii.gz, uint8. Raises UserError."""
    import nibabel

    volume, path = stack.volume(), folder / files[0]
    across, down = _spacing(stack)
    # NIfTI's axes point to the patient's right and front, those of a picture the other way
    affine = np.diag([-across, -down, 1.0, 1.0])
    image = nibabel.Nifti1Image(_first_columns(volume), affine)
    image.header.set_xyzt_units("mm")
    image.set_sform(affine, SCANNER)
    image.set_qform(affine, SCANNER)
    put(path, gzip.compress(image.to_bytes(), compresslevel=6, mtime=0))
    require_same(path, read_nifti(path), volume)
    return {}


def nrrd(folder: Path, files: list[str], stack: Stack) -> dict[str, Any]:
    """STEM.nrrd, uint8, gzip inside. Raises UserError."""
    import nrrd as library

    volume, path = stack.volume(), folder / files[0]
    pixels = _first_columns(volume)
    spacings = [*_spacing(stack), 1.0][: pixels.ndim]
    header = {"encoding": "gzip", "spacings": spacings, "kinds": ["domain"] * pixels.ndim}
    stream = io.BytesIO()
    library.write(stream, pixels, header, index_order="F")
    put(path, stream.getvalue())
    require_same(path, read_nrrd(path), volume)
    return {}


def _first_columns(volume: np.ndarray) -> np.ndarray:
    """(frames, H, W) as (W, H) for one frame, else (W, H, frames)."""
    turned: np.ndarray = volume[0].T if len(volume) == 1 else volume.transpose(2, 1, 0)
    return turned


def _spacing(stack: Stack) -> tuple[float, float]:
    """Size of a pixel (across, down) in mm; 1 where it is not known."""
    down, across = stack.first.spacing_mm or (1.0, 1.0)
    return across, down
