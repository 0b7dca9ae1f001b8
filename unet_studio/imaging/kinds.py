"""What a file is, told by its first bytes and never by its name."""

from __future__ import annotations

from typing import Literal

from unet_studio.core.survey import OTHER
from unet_studio.imaging.refusal import Refused

HEAD_BYTES = 4096
PICTURES = "DICOM, PNG, JPEG, TIFF, BMP, WebP, GIF, NIfTI, NRRD and video"
AS_PNG = "export it as PNG or TIFF"
UNPACK = "unpack it and open the pictures inside"
EBML = b"\x1a\x45\xdf\xa3"
VR_CODES = frozenset(
    b"AE AS AT CS DA DS DT FL FD IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV".split()
)

PICTURE_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00\x08\x00\x00\x00", "TIFF"),
    (b"MM\x00+\x00\x08\x00\x00", "TIFF"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"\x00\x00\x01\xba", "MPEG"),
    (b"\x00\x00\x01\xb3", "MPEG"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMV"),
)

# (offset, bytes, what it is, remedy)
FOREIGN_STARTS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"%PDF", "a PDF document", "export its pages as PNG"),
    (0, b"{\\rtf", "a text document", "open a picture instead"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document", "export its pictures as PNG"),
    (0, b"PK\x03\x04", "a ZIP archive or Office document", UNPACK),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (0, b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (0, b"BZh", "a bzip2 archive", UNPACK),
    (0, b"\xfd7zXZ\x00", "an xz archive", UNPACK),
    (257, b"ustar", "a tar archive", UNPACK),
    (0, b"SQLite format 3\x00", "a database", "open a picture instead"),
    (0, b"\x7fELF", "a program", "open a picture instead"),
    (0, b"MZ", "a Windows program", "open a picture instead"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "a JPEG 2000 picture outside DICOM", AS_PNG),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture outside DICOM", AS_PNG),
    (0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", "a JPEG XL picture outside DICOM", AS_PNG),
    (0, b"\xff\x0a", "a JPEG XL picture outside DICOM", AS_PNG),
    (0, b"8BPS", "a Photoshop picture", AS_PNG),
    (0, b"\x00\x00\x01\x00", "an icon", AS_PNG),
    (0, b"v/1\x01", "an OpenEXR picture", AS_PNG),
    (344, b"ni1\x00", "a NIfTI header without its pixels", "save header and pixels as one .nii file"),
    (0, b"P5", "a PGM picture", AS_PNG),
    (0, b"P6", "a PPM picture", AS_PNG),
    (0, b"\x93NUMPY", "a numpy array", AS_PNG),
    (0, b"\x89HDF", "an HDF5 file", AS_PNG),
)

FTYP_BRANDS = {
    b"avif": "an AVIF picture",
    b"heic": "an HEIC picture",
    b"heix": "an HEIC picture",
    b"mif1": "an HEIC picture",
}


def kind_of(head: bytes) -> str:
    """The picture format that a file's first bytes (HEAD_BYTES are enough) announce.

    Returns "DICOM", "PNG", "JPEG", "TIFF", "BMP", "WebP", "GIF", "NIfTI", "NRRD", one of VIDEOS,
    or for a packed file "gzip" and "zstd".
    Raises Refused, with what the file is instead and what would help.
    """
    if not head:
        raise Refused("is an empty file", "copy it again from where it came from", OTHER)
    if head[128:132] == b"DICM":
        return "DICOM"
    for start, kind in PICTURE_STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[:2] == b"BM" and len(head) >= 26 and head[14:18] in _BMP_HEADER_SIZES:
        return "BMP"
    if head.startswith(b"NRRD000"):
        return "NRRD"
    if head[344:348] == b"n+1\x00" or head[4:8] == b"n+2\x00":
        return "NIfTI"
    if head[:2] == b"\x1f\x8b":
        return "gzip"
    if head[:4] == b"\x28\xb5\x2f\xfd":
        return "zstd"
    video = _video(head)
    if video:
        return video
    if starts_like_dicom(head):
        return "DICOM"
    if not any(head):
        raise Refused("holds nothing but zeros", "copy it again from where it came from")
    raise _foreign(head)


_BMP_HEADER_SIZES = frozenset(size.to_bytes(4, "little") for size in (12, 16, 40, 52, 56, 64, 108, 124))


def starts_like_dicom(head: bytes) -> bool:
    """True for DICOM data elements without preamble: an element of group 2 or 8, any byte order, any VR coding."""
    if len(head) < 8:
        return False
    orders: tuple[Literal["little", "big"], ...] = ("little", "big")
    for order in orders:
        group = int.from_bytes(head[0:2], order)
        element = int.from_bytes(head[2:4], order)
        if group not in (2, 8) or element > 0x3010:
            continue
        length = int.from_bytes(head[4:8], order)
        if head[4:6] in VR_CODES or length <= 256:
            return True
    return False


def _foreign(head: bytes) -> Refused:
    for offset, start, what, remedy in FOREIGN_STARTS:
        if head[offset : offset + len(start)] == start:
            return Refused(f"is {what}, not a picture" if "picture" not in what else f"is {what}", remedy, OTHER)
    if head[4:8] == b"ftyp":
        brand = FTYP_BRANDS.get(head[8:12])
        return Refused(f"is {brand or 'no picture'}", AS_PNG, OTHER)
    if head[:4] == b"RIFF":
        return Refused("is a sound file, not a picture", "open a picture instead", OTHER)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml")) and b"<svg" in text:
        return Refused("is an SVG drawing", AS_PNG, OTHER)
    if text.startswith((b"<!doctype html", b"<html", b"<?xml")):
        return Refused("is a web page or XML document, not a picture", "open a picture instead", OTHER)
    if b"\x00" not in head and sum(byte < 9 for byte in head) == 0:
        return Refused("is a text file, not a picture", f"open one of {PICTURES}", OTHER)
    return Refused("is in no picture format that can be opened", f"export it as one of {PICTURES}", OTHER)


def _video(head: bytes) -> str:
    """The container of a video, "" where the bytes announce none."""
    if head[4:8] == b"ftyp" and head[8:12] not in FTYP_BRANDS:
        return "MOV" if head[8:12] == b"qt  " else "MP4"
    if head[4:8] in (b"moov", b"mdat", b"wide"):  # QuickTime before it had a type
        return "MOV"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "AVI"
    if head.startswith(EBML):
        return "WebM" if b"webm" in head[:64] else "Matroska"
    return "MPEG" if head[0:377:188] == b"GGG" else ""  # a transport stream: a packet of 188 bytes begins with G
