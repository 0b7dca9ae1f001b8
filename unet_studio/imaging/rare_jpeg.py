"""JPEG files that Pillow does not know: 12-bit, lossless and JPEG-LS."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from unet_studio.core.image import Image, Source
from unet_studio.imaging.arrays import as_pixels, depth
from unet_studio.imaging.codestream import Codestream, inspect
from unet_studio.imaging.document import Document, Header
from unet_studio.imaging.refusal import check_size, cut_short, damaged

HEAD_BYTES = 1 << 20  # camera data and previews come before the frame header, in segments of up to 64 KiB


def is_rare(path: Path) -> bool:
    """True for a JPEG file of more than 8 bits, or that is lossless."""
    with path.open("rb") as file:
        stream = inspect(file.read(HEAD_BYTES))
    return stream.bits > 8 or stream.codec in ("ljpeg", "jpegls")


def open_rare_jpeg(path: Path) -> Document:
    """The file at `path`, for which is_rare. Raises Refused where it is cut short or too large."""
    stream = inspect(path.read_bytes())
    check_size(stream.rows, stream.columns)
    if not stream.complete:
        raise cut_short()
    header = Header("JPEG", stream.rows, stream.columns, bits=max(8, stream.bits), photometric="GRAY")
    return Document(header, lambda frame: _decode(path, stream))


def _decode(path: Path, stream: Codestream) -> Image:
    import imagecodecs

    decode = imagecodecs.jpegls_decode if stream.codec == "jpegls" else imagecodecs.jpeg_decode
    try:
        pixels = as_pixels(np.asarray(decode(path.read_bytes())))
    except (imagecodecs.JpeglsError, imagecodecs.Jpeg8Error, imagecodecs.LjpegError, imagecodecs.Jpegsof3Error):
        raise damaged("is a damaged JPEG picture") from None
    is_gray = pixels.ndim == 2
    bits = max(8, stream.bits) if is_gray else depth(pixels)
    return Image(pixels, Source(str(path)), "JPEG", bits=bits, photometric="GRAY" if is_gray else "RGB")
