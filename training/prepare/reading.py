"""Reading the picture and mask files of downloads: any common format, and none that is cut short."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image

from training.dataset import GRAY_SHARE, LOSSY, read_picture
from training.preprocess import Array, Bytes

TIFF = (".tif", ".tiff")
LABELS = 16  # a mask with more values than this, up to full scale, has gray edges instead of labels
GRAY = (32, 223)  # a lossy mask is odd when more than GRAY_SHARE of it lies between
logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # what is wrong with a file is said by these functions
FULL = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535}


def read_values(path: Path) -> Array:
    """(H, W) or (H, W, 3) RGB values of a picture file. Raises ValueError when it cannot be read or is cut short."""
    suffix = path.suffix.lower()
    if suffix in TIFF:
        return _read_tiff(path)[0]
    if suffix in (".gif", ".webp"):
        return _read_pillow(path)
    _check_end(path, suffix)
    return read_picture(path)


def _check_end(path: Path, suffix: str) -> None:
    """Raise ValueError for a JPEG or PNG that ends too early, which decoders fill up with gray or black."""
    ends = {".jpg": b"\xff\xd9", ".jpeg": b"\xff\xd9", ".png": b"IEND\xaeB`\x82"}
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 64))
            end = file.read()
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror}); replace it.") from error
    if suffix in ends and ends[suffix] not in end:
        _read_pillow(path)


def _read_pillow(path: Path) -> Array:
    try:
        with Image.open(path) as picture:
            if getattr(picture, "n_frames", 1) > 1:
                raise ValueError(f"{path} holds several pictures; save each to a file of its own.")
            deep = picture.mode.startswith(("I", "F"))
            values = np.asarray(picture if deep or picture.mode == "L" else picture.convert("RGB"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} is damaged or cut short ({error}); replace it.") from error
    gray = values.ndim == 3 and bool((values == values[..., :1]).all())
    return np.ascontiguousarray(values[..., 0] if gray else values)


def _read_tiff(path: Path) -> tuple[Array, bool]:
    """(values, whether 0 is white in the file, so that they are the complement of what is stored)."""
    try:
        with tifffile.TiffFile(path) as file:
            count, page = len(file.pages), file.pages.first
            cut = _cut(file, page)
            upright = _upright(page.asarray(), page) if count == 1 and not cut else None
    except Exception:  # tifffile's decoders raise errors of many kinds
        return read_picture(path), False
    if cut:
        raise ValueError(f"{path} is damaged or cut short; replace it.")
    if upright is None:
        raise ValueError(f"{path} holds {count} pictures; save each to a file of its own.")
    return upright, page.photometric == tifffile.PHOTOMETRIC.MINISWHITE


def _cut(file: Any, page: Any) -> bool:
    size = file.filehandle.size
    return any(start + count > size for start, count in zip(page.dataoffsets, page.databytecounts, strict=False))


def _upright(values: Array, page: Any) -> Array:
    """A TIFF page's values as (H, W) or (H, W, 3) with bright = high and without palette or alpha."""
    if page.axes.startswith("S"):
        values = np.moveaxis(values, 0, -1)
    if page.photometric == tifffile.PHOTOMETRIC.PALETTE and page.colormap is not None:
        values = (np.asarray(page.colormap)[:, values] >> 8).astype(np.uint8)
        values = np.moveaxis(values, 0, -1)
    if values.dtype == bool:
        values = values.astype(np.uint8) * np.uint8(255)
    if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE and values.dtype in FULL:
        values = np.asarray(FULL[values.dtype] - values, dtype=values.dtype)
    if values.ndim == 3:
        values = values[..., :3] if values.shape[2] >= 3 else values[..., 0]
    return np.ascontiguousarray(values)


def stack_length(path: Path) -> int:
    """How many slices a TIFF stack has. Raises ValueError when it cannot be read or is no stack of gray pictures."""
    try:
        with tifffile.TiffFile(path) as file:
            shape = file.series[0].shape
    except Exception as error:  # see _read_tiff
        raise ValueError(f"{path} cannot be read as a TIFF stack; replace it.") from error
    if len(shape) != 3 or 3 in shape[2:]:
        raise ValueError(f"{path} is of shape {shape} instead of a stack of gray slices; replace it.")
    return int(shape[0])


def read_slice(path: Path, index: int) -> Array:
    """(H, W) values of one slice of a TIFF stack. Raises ValueError when it cannot be read or is cut short."""
    try:
        with tifffile.TiffFile(path) as file:
            each = len(file.pages) == file.series[0].shape[0]
            values: Array = file.pages[index].asarray() if each else file.series[0].asarray()[index]
    except Exception as error:  # see _read_tiff
        raise ValueError(f"{path}, slice {index} is damaged or cut short; replace the file.") from error
    return values


def png_values(values: Array) -> tuple[Array, str]:
    """(values that PNG can keep, what was done to them or "").

    uint8 and uint16 stay as they are; other numbers are spread from their least to their greatest over 16 bits.
    """
    if values.dtype in FULL:
        return values, ""
    wide = values.astype(np.float64)
    finite = wide[np.isfinite(wide)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    unit = (np.nan_to_num(wide, nan=low, posinf=high, neginf=low) - low) / ((high - low) or 1.0)
    return np.rint(unit * 65535).astype(np.uint16), f"{values.dtype} values {low:g}..{high:g} spread over 16 bits"


def read_mask(path: Path) -> tuple[Bytes, str]:
    """((H, W) uint8 of 0 and 1, what is odd about it or ""). Raises ValueError when it cannot be read.

    A TIFF's values count as they are stored: programs that keep masks often say that 0 is white and mean it as nothing.
    """
    if path.suffix.lower() not in TIFF:
        return binary(read_values(path), path.suffix.lower() in LOSSY)
    values, complement = _read_tiff(path)
    if not complement or values.dtype not in FULL:
        return binary(values)
    mask, odd = binary(np.asarray(FULL[values.dtype] - values, dtype=values.dtype))
    said = "0 is said to be white in it; its values count as they are stored"
    return mask, f"{said}; {odd}" if odd else said


def binary(values: Array, lossy: bool = False) -> tuple[Bytes, str]:
    """What a mask file marks, and what is odd about its values.

    A colour counts by its brightest channel. Marked is: in a lossy file (JPEG, WebP) what is over half of the range;
    in others what is over 0 (0/1, 0/255, labels 0..n), but what is over half of the range when there are more than
    LABELS values up to full scale (soft edges): the largest possible value of uint8 and uint16, 255 or 65535 in other
    integers, the greatest value of floats that are not whole numbers.
    """
    plane = values if values.ndim == 2 else values.max(axis=2)
    small = plane.dtype in FULL
    levels = np.flatnonzero(np.bincount(plane.ravel())) if small else np.unique(plane)
    finite = levels[np.isfinite(levels)]
    full = _full_scale(plane.dtype, finite)
    soft = lossy or (finite.size > LABELS and finite[-1] == full)
    marked = plane > full / 2 if soft else plane > 0
    odd = ""
    if lossy:
        between = float(((plane > GRAY[0]) & (plane < GRAY[1])).mean())
        odd = f"{100 * between:.1f} % of the pixels are neither black nor white" if between > GRAY_SHARE else ""
    elif levels.size > 2 or (levels.size == 2 and levels[0] != 0):
        first = ", ".join(f"{level:g}" for level in levels[:8])
        rule = "what is over half of the range" if soft else "all labels but 0"
        odd = f"{levels.size} values ({first}{', ...' if levels.size > 8 else ''}); marked is {rule}"
    return marked.astype(np.uint8), odd


def _full_scale(dtype: np.dtype[Any], levels: Array) -> float:
    """The value that soft edges rise to. levels: the finite values of the plane, sorted."""
    if dtype in FULL:
        return FULL[dtype]
    if dtype.kind == "f":
        return float(levels[-1]) if (levels % 1).any() else 1.0
    return 255 if levels[-1] <= 255 else 65535
