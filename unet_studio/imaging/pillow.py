"""JPEG, BMP, WebP and GIF by way of Pillow: 8-bit pictures, EXIF orientation applied."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from unet_studio.core.image import Image, Source
from unet_studio.imaging.arrays import as_pixels, depth, oriented
from unet_studio.imaging.document import Document, Header
from unet_studio.imaging.refusal import Refused, check_size, cut_short, damaged, from_system

Pillow.MAX_IMAGE_PIXELS = None  # the limit is check_size's, before any pixel is decoded
ORIENTATION_TAG = 0x0112
GRAY_MODES = frozenset({"1", "L", "LA", "La", "I;16", "I;16L", "I;16B", "I", "F"})
PILLOW_NAMES = {"JPEG": ("JPEG", "MPO"), "BMP": ("BMP", "DIB"), "WebP": ("WEBP",), "GIF": ("GIF",)}
PHOTOMETRIC = {"L": "GRAY", "1": "GRAY", "LA": "GRAY+ALPHA", "P": "PALETTE", "YCbCr": "YBR"}


def open_with_pillow(path: Path, kind: str) -> Document:
    """The picture at `path`, known to be a `kind` ("JPEG", "BMP", "WebP", "GIF"). Raises Refused."""
    with _opened(path, kind) as picture:
        columns, rows = picture.size
        check_size(rows, columns)
        frames = _frames(picture, kind)
        if _orientation(picture, kind) > 4:
            rows, columns = columns, rows
        channels = 1 if picture.mode in GRAY_MODES else 3
        photometric = PHOTOMETRIC.get(picture.mode, picture.mode)
    header = Header(kind, rows, columns, frames=frames, channels=channels, photometric=photometric)
    if frames == 1:
        return Document(header, lambda frame: _decode_single(path, header))
    moving = _opened(io.BytesIO(path.read_bytes()), kind)  # frames build on each other: one reader goes through them
    return Document(header, lambda frame: _decode(moving, path, frame, header))


def _opened(source: Path | io.BytesIO, kind: str) -> Pillow.Image:
    try:
        return Pillow.open(source, formats=PILLOW_NAMES[kind])
    except (UnidentifiedImageError, SyntaxError, ValueError, IndexError, EOFError):
        raise damaged(f"is a damaged {kind} picture") from None
    except OSError as error:
        raise _pillow_refusal(error, kind) from None


def _frames(picture: Pillow.Image, kind: str) -> int:
    return int(getattr(picture, "n_frames", 1)) if kind in ("GIF", "WebP") else 1


def _orientation(picture: Pillow.Image, kind: str) -> int:
    if kind == "GIF":
        return 1
    try:
        return int(picture.getexif().get(ORIENTATION_TAG, 1))
    except (ValueError, TypeError, SyntaxError, KeyError, OSError):
        return 1


def _decode_single(path: Path, header: Header) -> Image:
    with _opened(path, header.format) as picture:
        return _decode(picture, path, 0, header)


def _decode(picture: Pillow.Image, path: Path, frame: int, header: Header) -> Image:
    try:
        picture.seek(frame)
        picture.load()
    except EOFError:
        raise cut_short() from None
    except (SyntaxError, ValueError, IndexError):
        raise damaged(f"is a damaged {header.format} picture") from None
    except OSError as error:
        raise _pillow_refusal(error, header.format) from None
    pixels = as_pixels(oriented(np.asarray(_plain(picture)), _orientation(picture, header.format)))
    source = Source(str(path), frame, header.frames)
    return Image(pixels, source, header.format, bits=depth(pixels), photometric=header.photometric)


def _plain(picture: Pillow.Image) -> Pillow.Image:
    """The picture in a mode that as_pixels takes: gray, gray + alpha, RGB or RGBA."""
    if picture.format in PILLOW_NAMES["BMP"] and picture.mode == "RGBA" and not picture.getchannel("A").getbbox():
        return picture.convert("RGB")  # programs that know no alpha in a BMP leave it at 0 everywhere
    if picture.mode in ("L", "LA", "RGB", "RGBA", "I;16"):
        return picture
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode in ("P", "PA"):
        return picture.convert("RGBA" if picture.mode == "PA" or "transparency" in picture.info else "RGB")
    return picture.convert("RGB")


def _pillow_refusal(error: OSError, kind: str) -> Refused:
    if from_system(error):
        raise error
    text = str(error).lower()
    return cut_short() if "truncat" in text or "broken data stream" in text else damaged(f"is a damaged {kind} picture")
