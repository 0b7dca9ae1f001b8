"""TIFF and BigTIFF: 8, 16, 32 bits and float, strips and tiles, every page a frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from unet_studio.core.image import Image, Source, ValueTransform
from unet_studio.imaging.arrays import as_pixels, depth, oriented
from unet_studio.imaging.document import Document, Header
from unet_studio.imaging.refusal import Refused, check_size, cut_short, damaged, from_system
from unet_studio.imaging.ybr import from_ybr

MOST_PAGES = 100_000
MINISWHITE, RGB, PALETTE, SEPARATED, YCBCR = 0, 2, 3, 5, 6
PHOTOMETRICS = frozenset({MINISWHITE, 1, RGB, PALETTE, SEPARATED, YCBCR})
SAMPLES = {RGB: 3, PALETTE: 1, SEPARATED: 4, YCBCR: 3}  # of one pixel, without extra ones; 1 of gray
UNASSOCIATED = 2  # of ExtraSamples: alpha that colours are still to be multiplied by
JPEG_COMPRESSIONS = frozenset({6, 7, 34892, 33007})  # their decoder gives RGB already


def open_tiff(path: Path) -> Document:
    """The TIFF at `path`. Raises Refused where its directory is damaged, cut short or claims too much."""
    pages = _opened(path)
    first = pages[0]
    check_size(first.imagelength, first.imagewidth)
    rows, columns = first.imagelength, first.imagewidth
    if _orientation(first) > 4:
        rows, columns = columns, rows
    channels = 3 if int(first.photometric) in SAMPLES else 1
    bits = _bits(first) if channels == 1 and _bits(first) > 1 else max(8, _bits(first))
    header = Header("TIFF", rows, columns, len(pages), channels, bits, photometric=_photometric(first))
    return Document(header, lambda frame: _decode(path, pages[frame], frame, header))


def _opened(path: Path) -> list[Any]:
    """The pages that are pictures of their own: no reduced copies and no masks."""
    try:
        with tifffile.TiffFile(path) as file:
            pages = [file.pages.get(number) for number in range(min(len(file.pages), MOST_PAGES))]
    except tifffile.TiffFileError:
        raise damaged("is a damaged TIFF picture") from None
    pages = [page for page in pages if isinstance(page, tifffile.TiffPage)]
    own = [page for page in pages if not int(page.subfiletype or 0) & 5]
    if not pages:
        raise damaged("is a TIFF file without a page")
    return own or pages


def _decode(path: Path, page: Any, frame: int, header: Header) -> Image:
    check_size(page.imagelength, page.imagewidth)
    _check_segments(page, path.stat().st_size)
    handle = page.parent.filehandle
    handle.open()
    try:
        decoded = _two_axes(page.asarray(squeeze=False, maxworkers=1))
    except (NotImplementedError, KeyError) as error:
        raise Refused("is a TIFF picture of a rare kind that cannot be decoded", "export it as PNG") from error
    except (Refused, MemoryError):
        raise
    except Exception as error:  # each codec has its own errors
        if from_system(error):
            raise
        raise damaged("is a damaged TIFF picture") from error
    finally:
        handle.close()
    colours = _colours(decoded, page)
    pixels = as_pixels(oriented(colours, _orientation(page)))
    bits = depth(pixels)
    if colours.shape[2] == 1 and colours.dtype.kind in "iu" and 1 < _bits(page) < bits:
        bits = _bits(page)  # values are kept as they are, and 15 of 4 bits is white
    transform = ValueTransform(inverted=int(page.photometric) == MINISWHITE)
    return Image(
        pixels, Source(str(path), frame, header.frames), "TIFF", transform, bits=bits, photometric=_photometric(page)
    )


def _check_segments(page: Any, size: int) -> None:
    """tifffile fills what lies beyond the end of the file with zeros: refuse it instead."""
    if not page.dataoffsets:
        raise damaged("is a TIFF page without pixels")
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=False):
        if count and offset + count > size:
            raise cut_short()
    if not any(page.databytecounts):
        raise damaged("is a TIFF page without pixels")


def _two_axes(decoded: np.ndarray) -> np.ndarray:
    """(H, W, samples) from tifffile's (planes, depth, H, W, samples); the samples are in the planes of planar files."""
    planes, slices, _, _, samples = decoded.shape
    if slices != 1 or (planes > 1 and samples > 1):
        raise Refused("is a TIFF volume and not a picture", "export its slices as pages")
    return np.moveaxis(decoded[:, 0, :, :, 0], 0, -1) if planes > 1 else decoded[0, 0]


def _colours(decoded: np.ndarray, page: Any) -> np.ndarray:
    """Gray, RGB or RGBA from (H, W, samples) in the page's own photometric interpretation."""
    photometric = int(page.photometric)
    if photometric not in PHOTOMETRICS:
        raise Refused("is a TIFF picture in a rare colour space", "export it as RGB or as PNG")
    own = SAMPLES.get(photometric, 1)
    if decoded.shape[2] < own:
        raise damaged("is a damaged TIFF picture")
    decoded, extra = decoded[..., :own], decoded[..., own:]
    if photometric == PALETTE and page.colormap is not None:
        return _coloured(decoded[..., 0], np.asarray(page.colormap))
    if photometric == SEPARATED:
        return _from_cmyk(decoded)
    if photometric == YCBCR and int(page.compression) not in JPEG_COMPRESSIONS:
        return from_ybr(decoded, depth(decoded), "YBR_FULL")
    meanings = [int(one) for one in page.extrasamples or ()][: extra.shape[2]]
    if UNASSOCIATED in meanings:  # colours that go with an associated alpha are multiplied already
        alpha = meanings.index(UNASSOCIATED)
        decoded = np.concatenate([decoded, extra[..., alpha : alpha + 1]], axis=2)
    return decoded if decoded.shape[2] == 1 else _full_range(decoded, _bits(page))


def _full_range(decoded: np.ndarray, bits: int) -> np.ndarray:
    """Colours, or gray with alpha, of fewer bits than their type has, over all of its range."""
    if decoded.dtype.kind != "u" or not 1 < bits < depth(decoded) <= 16:
        return decoded
    full = np.iinfo(decoded.dtype).max
    wide = decoded.astype(np.uint32) * np.uint32(full) // np.uint32((1 << bits) - 1)
    return np.asarray(wide.astype(decoded.dtype))


def _coloured(index: np.ndarray, colormap: np.ndarray) -> np.ndarray:
    """RGB of a palette picture: uint8 where the 16-bit palette holds 8-bit colours, which is the rule."""
    table = colormap.T.astype(np.uint16)
    if not (table % 257).any():
        table = (table // 257).astype(np.uint8)
    elif not (table & 255).any():
        table = (table >> 8).astype(np.uint8)
    return np.asarray(table[np.minimum(index, len(table) - 1)])


def _from_cmyk(decoded: np.ndarray) -> np.ndarray:
    if decoded.dtype != np.uint8:
        decoded = (decoded >> 8).astype(np.uint8) if decoded.dtype == np.uint16 else decoded.astype(np.uint8)
    left = 255 - decoded.astype(np.uint32)
    return ((left[..., :3] * left[..., 3:] + 127) // 255).astype(np.uint8)


def _bits(page: Any) -> int:
    """Of one stored sample."""
    bits = page.bitspersample
    return int(bits) if isinstance(bits, int) else int(max(bits))


def _orientation(page: Any) -> int:
    tag = page.tags.get(274)
    return int(tag.value) if tag is not None and isinstance(tag.value, int) else 1


def _photometric(page: Any) -> str:
    return str(getattr(page.photometric, "name", page.photometric))
