"""What a compressed frame says of itself in its first bytes: which codec, how large, which colours."""

from __future__ import annotations

from dataclasses import dataclass

JPEG_LS_SOF = 0xF7
LOSSLESS_SOFS = frozenset({0xC3, 0xC7, 0xCB, 0xCF})
SOFS = (frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}) | {JPEG_LS_SOF}
END_OF_IMAGE = b"\xff\xd9"  # cannot occur in the entropy-coded data
J2K_START = b"\xff\x4f\xff\x51"
JP2_START = b"\x00\x00\x00\x0cjP  "
JXL_STARTS = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")


@dataclass(frozen=True)
class Codestream:
    """A compressed frame's codec and claims; rows and columns are 0 where its header does not tell them simply."""

    codec: str  # "jpeg", "ljpeg", "jpegls", "jpeg2k", "jpegxl" or "" for anything else
    rows: int = 0
    columns: int = 0
    bits: int = 0
    signed: bool | None = None
    complete: bool = True  # a JPEG without its end marker is cut short, or was written sloppily
    ycbcr: bool | None = None  # what a frame's own markers say of its colours, None where they say nothing


def inspect(data: bytes) -> Codestream:
    """The Codestream of one frame's bytes; never raises."""
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data.startswith((J2K_START, JP2_START)):
        return _jpeg2k(data)
    if data.startswith(JXL_STARTS):
        return Codestream("jpegxl")
    return Codestream("")


def _jpeg(data: bytes) -> Codestream:
    """Walks the marker segments up to the frame header (ITU T.81 B.1, B.2.2; T.87 for JPEG-LS)."""
    position, ycbcr = 2, None
    while position + 4 <= len(data):
        if data[position] != 0xFF:
            break
        marker = data[position + 1]
        if marker == 0xFF or 0xD0 <= marker <= 0xD8 or marker == 0x01:
            position += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        body = data[position + 4 : position + 2 + length]
        if marker == 0xE0 and body.startswith(b"JFIF") and ycbcr is None:
            ycbcr = True
        elif marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            ycbcr = body[11] == 1
        elif marker in SOFS and len(body) >= 6:
            complete = data.find(END_OF_IMAGE, position + 2 + length) >= 0
            return _frame_header(marker, body, ycbcr, complete)
        position += 2 + length
    return Codestream("jpeg", complete=False)


def _frame_header(marker: int, body: bytes, ycbcr: bool | None, complete: bool) -> Codestream:
    rows, columns = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    names = bytes(body[6 + 3 * number] for number in range(body[5]) if 6 + 3 * number < len(body))
    if names in (b"RGB", b"rgb"):
        ycbcr = False
    codec = "jpegls" if marker == JPEG_LS_SOF else "ljpeg" if marker in LOSSLESS_SOFS else "jpeg"
    return Codestream(codec, rows, columns, body[0], False, complete, ycbcr)


def _jpeg2k(data: bytes) -> Codestream:
    """The SIZ segment (ITU T.800 A.5.1), found behind the boxes of a JP2 file too."""
    start = data.find(J2K_START)
    if start < 0 or start + 43 > len(data):
        return Codestream("jpeg2k")
    columns, rows, left, top = (int.from_bytes(data[start + at : start + at + 4], "big") for at in (8, 12, 16, 20))
    depth = data[start + 42]
    rgb = False if _transforms_colours(data, start + 4 + int.from_bytes(data[start + 4 : start + 6], "big")) else None
    rows, columns = max(0, rows - top), max(0, columns - left)
    return Codestream("jpeg2k", rows, columns, (depth & 0x7F) + 1, bool(depth & 0x80), ycbcr=rgb)


def _transforms_colours(data: bytes, position: int) -> bool:
    """True where the COD segment (A.6.1) says that RGB was transformed, which every decoder undoes."""
    for _ in range(64):
        marker, length = data[position : position + 2], int.from_bytes(data[position + 2 : position + 4], "big")
        if marker == b"\xff\x52":
            return data[position + 8 : position + 9] == b"\x01"
        if marker[:1] != b"\xff" or marker in (b"\xff\x90", b"\xff\x93"):
            return False
        position += 2 + length
    return False
