"""PNG: 1 to 16 bits, gray, colour, palette, alpha and interlaced, with the stored depth kept."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from unet_studio.core.image import Image, Source
from unet_studio.imaging.arrays import as_pixels, channels_equal, depth, oriented
from unet_studio.imaging.document import Document, Header
from unet_studio.imaging.refusal import check_size, cut_short, damaged

LONGEST_EXIF = 65536
TAIL = 4096  # of a file behind its eXIf chunk: other small chunks
COLOUR_TYPES = {0: ("GRAY", 1), 2: ("RGB", 3), 3: ("PALETTE", 3), 4: ("GRAY+ALPHA", 1), 6: ("RGBA", 3)}


def open_png(path: Path) -> Document:
    """The PNG at `path`. Raises Refused where its header is damaged or too large."""
    with path.open("rb") as file:
        head = file.read(33)
    if len(head) < 33:
        raise cut_short()
    columns, rows, bits, colour_type = struct.unpack(">IIBB", head[16:26])
    if head[12:16] != b"IHDR" or colour_type not in COLOUR_TYPES:
        raise damaged("has a damaged PNG header")
    check_size(rows, columns)
    photometric, channels = COLOUR_TYPES[colour_type]
    bits = 16 if bits == 16 else 8
    header = Header("PNG", rows, columns, channels=channels, bits=bits, photometric=photometric)
    turned = exif_orientation(path) > 4
    if turned:
        header = Header("PNG", columns, rows, channels=channels, bits=bits, photometric=photometric)
    return Document(header, lambda frame: _decode(path, header))


def _decode(path: Path, header: Header) -> Image:
    import imagecodecs

    data = path.read_bytes()
    try:
        decoded = imagecodecs.png_decode(data)
    except imagecodecs.PngError as error:
        raise cut_short() if "too small" in str(error) else damaged("is a damaged PNG") from None
    if decoded.ndim == 3 and decoded.shape[2] in (2, 4) and _only_a_key(data, decoded):
        decoded = decoded[..., :-1]
    pixels = as_pixels(oriented(decoded, exif_orientation(path)))
    return Image(pixels, Source(str(path)), "PNG", bits=depth(pixels), photometric=header.photometric)


def _only_a_key(data: bytes, decoded: np.ndarray) -> bool:
    """Whether the alpha of gray pixels is one gray that is called transparent (tRNS): it is a value like any other."""
    colour_type = data[25]
    return colour_type == 0 or (colour_type == 2 and channels_equal(decoded[..., :3]))


def exif_orientation(path: Path) -> int:
    """The orientation in a PNG's eXIf chunk, before the pixels or behind them, 1 where there is none."""
    with path.open("rb") as file:
        file.seek(8)
        while len(start := file.read(8)) == 8 and start[4:] not in (b"IDAT", b"IEND"):
            length = int.from_bytes(start[:4], "big")
            if start[4:] != b"eXIf" or length > LONGEST_EXIF:
                file.seek(length + 4, 1)
                continue
            return _orientation(file.read(length))
        return _orientation(_exif_behind(file))


def _exif_behind(file: BinaryIO) -> bytes:
    """What an eXIf chunk near the end holds; the pixels' chunks, up to thousands, are not walked through."""
    size = file.seek(0, 2)
    file.seek(max(0, size - LONGEST_EXIF - TAIL))
    tail = file.read()
    at = tail.find(b"eXIf", 4)
    while at >= 0:
        end = at + 4 + int.from_bytes(tail[at - 4 : at], "big")
        if zlib.crc32(tail[at:end]).to_bytes(4, "big") == tail[end : end + 4]:
            return tail[at + 4 : end]
        at = tail.find(b"eXIf", at + 4)
    return b""


def _orientation(exif_bytes: bytes) -> int:
    from PIL import Image as Pillow

    exif = Pillow.Exif()
    if not exif_bytes:
        return 1
    try:
        exif.load(b"Exif\x00\x00" + exif_bytes)
        return int(exif.get(0x0112, 1))
    except (ValueError, TypeError, SyntaxError, KeyError, OSError):  # a picture is not refused for its camera data
        return 1
