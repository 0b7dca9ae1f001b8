"""A path to an opened Document: the format told by content, packed DICOM unpacked within limits."""

from __future__ import annotations

import stat
import zlib
from pathlib import Path

from unet_studio.core.image import VIDEOS
from unet_studio.core.survey import OTHER
from unet_studio.imaging import limits
from unet_studio.imaging.document import Document
from unet_studio.imaging.kinds import HEAD_BYTES, PICTURES, kind_of
from unet_studio.imaging.refusal import Refused, cut_short, damaged, from_system

GZIP = b"\x1f\x8b"
PIECE_BYTES = 1 << 18


def open_document(path: Path) -> Document:
    """The picture file at `path`, header read, no pixel decoded. Raises Refused with what would help."""
    with _opened(path) as file:
        head = file.read(HEAD_BYTES)
    kind = kind_of(head)
    if kind == "DICOM":
        from unet_studio.imaging.dicom import open_dicom

        return open_dicom(path)
    if kind in ("gzip", "zstd"):
        return _packed(path, kind)
    if kind == "PNG":
        from unet_studio.imaging.png import open_png

        return open_png(path)
    if kind == "TIFF":
        from unet_studio.imaging.tiff import open_tiff

        return open_tiff(path)
    if kind in VIDEOS:
        from unet_studio.imaging.video import open_video

        return open_video(path, kind)
    if kind in ("NIfTI", "NRRD"):
        from unet_studio.imaging.volume import open_nifti, open_nrrd

        return open_nifti(path) if kind == "NIfTI" else open_nrrd(path)
    if kind == "JPEG":
        from unet_studio.imaging.rare_jpeg import is_rare, open_rare_jpeg

        if is_rare(path):
            return open_rare_jpeg(path)
    from unet_studio.imaging.pillow import open_with_pillow

    return open_with_pillow(path, kind)


def _opened(path: Path):  # type: ignore[no-untyped-def]
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise Refused("is a folder that cannot be listed", "ask for permission to read it")
    if not stat.S_ISREG(mode):
        raise Refused("is a device and not a file", f"open one of {PICTURES}", OTHER)
    return path.open("rb")


def refusal_of(error: OSError) -> Refused:
    """What the operating system's refusal to read a file means for a reader."""
    if isinstance(error, FileNotFoundError):
        return Refused("is not there", "it was moved or renamed, or its drive is not connected")
    if isinstance(error, PermissionError):
        return Refused("may not be read by you", "ask its owner for permission")
    if not from_system(error):
        return damaged("is damaged")
    return Refused("cannot be read from its drive", "check that the drive is connected and copy the file again")


def _packed(path: Path, kind: str) -> Document:
    from unet_studio.imaging.dicom import open_dicom

    data = _gunzip(path.read_bytes()) if kind == "gzip" else _unzstd(path.read_bytes())
    inside = kind_of(data[:HEAD_BYTES])
    if inside == "NIfTI":
        from unet_studio.imaging.volume import open_nifti

        return open_nifti(path, data)
    if inside != "DICOM":
        raise Refused(f"is a {kind} archive", "unpack it and open the pictures inside", OTHER)
    return open_dicom(path, data)


def _gunzip(packed: bytes) -> bytes:
    """All members of a gzip file, one behind the other as RFC 1952 has them; what follows them is left."""
    view, at, size = memoryview(packed), 0, 0
    parts: list[bytes] = []
    while not at or packed[at : at + 2] == GZIP:
        unpacker = zlib.decompressobj(wbits=31)
        while not unpacker.eof:
            piece = view[at : at + PIECE_BYTES]
            if not piece:
                raise cut_short()
            try:
                parts.append(unpacker.decompress(piece, limits.UNPACKED_BYTES - size + 1))
            except zlib.error:
                raise damaged("is a damaged gzip archive") from None
            size += len(parts[-1])
            if size > limits.UNPACKED_BYTES:
                raise Refused("unpacks to more than can be opened", "unpack it and open the pictures inside")
            at += len(piece) - len(unpacker.unused_data)
    return b"".join(parts)


def _unzstd(packed: bytes) -> bytes:
    import imagecodecs

    try:
        return bytes(imagecodecs.zstd_decode(packed, out=limits.UNPACKED_BYTES))
    except imagecodecs.ZstdError:
        raise damaged("is a damaged zstd archive, or unpacks to more than can be opened") from None
