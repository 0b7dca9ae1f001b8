"""PNG: 1 to 16 bits, gray, colour, palette, alpha and interlaced, with the stored depth kept."""

from __future__ import annotations

import struct
from pathlib import Path

from unet_studio.core.image import Image, Source
from unet_studio.imaging.arrays import as_pixels, depth, oriented
from unet_studio.imaging.document import Document, Header
from unet_studio.imaging.refusal import check_size, cut_short, damaged

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
    pixels = as_pixels(oriented(decoded, exif_orientation(path)))
    return Image(pixels, Source(str(path)), "PNG", bits=depth(pixels), photometric=header.photometric)


def exif_orientation(path: Path) -> int:
    """The orientation in a PNG's eXIf chunk before the pixels, 1 where there is none."""
    with path.open("rb") as file:
        file.seek(8)
        while len(start := file.read(8)) == 8 and start[4:] not in (b"IDAT", b"IEND"):
            length = int.from_bytes(start[:4], "big")
            if start[4:] != b"eXIf" or length > 65536:
                file.seek(length + 4, 1)
                continue
            return _orientation(file.read(length))
    return 1


def _orientation(exif_bytes: bytes) -> int:
    from PIL import Image as Pillow

    exif = Pillow.Exif()
    try:
        exif.load(b"Exif\x00\x00" + exif_bytes)
        return int(exif.get(0x0112, 1))
    except (ValueError, TypeError, SyntaxError, KeyError, OSError):  # a picture is not refused for its camera data
        return 1
