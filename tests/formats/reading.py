"""What is read: the phantoms written through every format by other programs' writers, and opened."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import imagecodecs
import nibabel
import nrrd
import numpy as np
import tifffile
from PIL import Image as Pillow

from tests.formats.reading_dicom import dicom_rows
from tests.formats.reading_video import video_rows
from tests.formats.rows import Row, coloured, judged, letter
from unet_studio.core.image import Image
from unet_studio.imaging import reader


def rows(folder: Path) -> Iterator[Row]:
    """Every format and feature that is read; files are written to `folder`."""
    yield from dicom_rows(folder)
    yield from _png(folder / "a.png")
    yield from _jpeg(folder / "a.jpg")
    yield from _tiff(folder / "a.tif")
    yield from _others(folder)
    yield from _volumes(folder)
    yield from video_rows(folder)


def _opened(path: Path, data: bytes | None = None, frame: int = 0) -> Image:
    if data is not None:
        path.write_bytes(data)
    return reader.read(path, frame)


def _pillow(path: Path, pixels: np.ndarray | Pillow.Image, kind: str, **options: Any) -> Image:
    file = io.BytesIO()
    (pixels if isinstance(pixels, Pillow.Image) else Pillow.fromarray(pixels)).save(file, kind, **options)
    return _opened(path, file.getvalue())


def _png(path: Path) -> Iterator[Row]:
    for bits in (1, 2, 4):
        gray = (letter() >> (8 - bits)).astype(np.uint8)
        image = _opened(path, raw_png(gray, bits))
        yield judged("PNG", f"gray, {bits} bit", image, gray.astype(int) * (255 // ((1 << bits) - 1)))
    for pixels, what in ((letter(), "gray, 8 bit"), (letter(65535, np.uint16), "gray, 16 bit")):
        yield judged("PNG", what, _opened(path, imagecodecs.png_encode(pixels)), pixels)
    yield judged("PNG", "gray, 8 bit, interlaced", _opened(path, interlaced_png(letter())), letter())
    for dtype in (np.uint8, np.uint16):
        pixels = coloured(dtype)
        bits = np.dtype(dtype).itemsize * 8
        yield judged("PNG", f"RGB, {bits} bit", _opened(path, imagecodecs.png_encode(pixels)), pixels)
        full = np.full(pixels.shape[:2], np.iinfo(dtype).max, dtype)
        data = imagecodecs.png_encode(np.dstack([pixels, full]))
        yield judged("PNG", f"RGB with alpha, {bits} bit", _opened(path, data), pixels)
    data = imagecodecs.png_encode(np.dstack([letter(), np.full(letter().shape, 255, np.uint8)]))
    yield judged("PNG", "gray with alpha", _opened(path, data), letter())
    picture = Pillow.fromarray(coloured()).quantize(64)
    yield judged("PNG", "palette", _pillow(path, picture, "png"), np.asarray(picture.convert("RGB")))


def raw_png(gray: np.ndarray, bits: int) -> bytes:
    """A gray PNG of less than 8 bits."""
    ones = np.unpackbits(gray[..., None], axis=2)[..., 8 - bits :].reshape(gray.shape[0], -1)
    return _png_of(gray.shape, bits, b"".join(b"\0" + np.packbits(row).tobytes() for row in ones), 0)


def interlaced_png(gray: np.ndarray) -> bytes:
    """A gray 8-bit PNG in Adam7's seven passes."""
    passes = [(0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4), (2, 4, 0, 2), (0, 2, 1, 2), (1, 2, 0, 1)]
    data = b"".join(b"\0" + row.tobytes() for a, b, c, d in passes for row in gray[a::b, c::d])
    return _png_of(gray.shape, 8, data, 1)


def _png_of(shape: tuple[int, ...], bits: int, data: bytes, interlaced: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", shape[1], shape[0], bits, 0, 0, 0, interlaced)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _jpeg(path: Path) -> Iterator[Row]:
    yield judged("JPEG", "gray", _pillow(path, letter(), "jpeg", quality=97), letter(), 6)
    for name, options in (("4:4:4", {"subsampling": 0}), ("4:2:0", {"subsampling": 2}), ("progressive", {})):
        image = _pillow(path, coloured(), "jpeg", quality=97, progressive=name == "progressive", **options)
        yield judged("JPEG", f"RGB, {name}", image, coloured(), 12)
    cmyk = Pillow.fromarray(coloured()).convert("CMYK")
    yield judged("JPEG", "CMYK", _pillow(path, cmyk, "jpeg", quality=97), coloured(), 14)
    turns: dict[int, Callable[[np.ndarray], np.ndarray]] = {  # how the upright picture is stored for each orientation
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: np.transpose,
        6: np.rot90,
        7: lambda a: np.rot90(a, 2).T,
        8: lambda a: np.rot90(a, -1),
    }
    for orientation, turn in turns.items():
        exif = Pillow.Exif()
        exif[0x0112] = orientation
        image = _pillow(path, np.ascontiguousarray(turn(letter())), "jpeg", quality=97, exif=exif)
        yield judged("JPEG", f"EXIF orientation {orientation}", image, letter(), 6)
    wide = letter(4095, np.uint16)
    image = _opened(path, imagecodecs.jpeg8_encode(wide, level=98, bitspersample=12))
    yield judged("JPEG", "12 bit", image, wide, 60)
    image = _opened(path, imagecodecs.ljpeg_encode(wide, bitspersample=12))
    yield judged("JPEG", "lossless, 12 bit", image, wide)
    yield judged("JPEG", "JPEG-LS, 16 bit", _opened(path, imagecodecs.jpegls_encode(wide)), wide)


def _tiff(path: Path) -> Iterator[Row]:
    def image(pixels: np.ndarray, frame: int = 0, **options: Any) -> Image:
        tifffile.imwrite(path, pixels, **{"photometric": "minisblack", **options})
        return _opened(path, frame=frame)

    kinds: tuple[tuple[str, int], ...] = (
        ("uint8", 255), ("uint16", 65535), ("int16", 3000), ("uint32", 100_000), ("int32", 100_000), ("float32", 900),
    )  # fmt: skip
    for kind, top in kinds:
        pixels = letter(top, np.dtype(kind).type, -500 if kind[0] in "if" else 0)
        yield judged("TIFF", f"gray, {kind}", image(pixels), pixels)
    wide = letter(65535, np.uint16)
    yield judged("TIFF", "big-endian", image(wide, byteorder=">"), wide)
    yield judged("TIFF", "BigTIFF", image(wide, bigtiff=True), wide)
    yield judged("TIFF", "tiles", image(wide, tile=(16, 16)), wide)
    pages = np.stack([wide[::-1], wide])
    yield judged("TIFF", "second of two pages", image(pages, frame=1), wide)
    for compression in ("lzw", "deflate", "zstd", "packbits"):
        yield judged("TIFF", compression, image(wide, compression=compression), wide)
    yield judged("TIFF", "JPEG", image(letter(), compression="jpeg", compressionargs={"level": 97}), letter(), 6)
    yield judged("TIFF", "white is zero", image(255 - letter(), photometric="miniswhite"), 255 - letter())
    for planar in ("contig", "separate"):
        pixels = coloured() if planar == "contig" else np.ascontiguousarray(np.moveaxis(coloured(), -1, 0))
        found = image(pixels, photometric="rgb", planarconfig=planar)
        yield judged("TIFF", f"RGB, {planar}", found, coloured())
    yield judged("TIFF", "RGB, 16 bit", image(coloured(np.uint16), photometric="rgb"), coloured(np.uint16))
    picture = Pillow.fromarray(coloured()).quantize(64)
    yield judged("TIFF", "palette", _pillow(path, picture, "tiff"), np.asarray(picture.convert("RGB")))
    cmyk = Pillow.fromarray(coloured()).convert("CMYK")
    yield judged("TIFF", "CMYK", _pillow(path, cmyk, "tiff"), coloured(), 3)
    mask = letter() > 200
    yield judged("TIFF", "1 bit", _pillow(path, Pillow.fromarray(mask), "tiff"), mask * 255)


def _others(folder: Path) -> Iterator[Row]:
    for kind, name in (("bmp", "BMP"), ("webp", "WebP")):
        options = {"lossless": True} if kind == "webp" else {}
        yield judged(name, "RGB", _pillow(folder / kind, coloured(), kind, **options), coloured())
    yield judged("BMP", "gray, 8 bit", _pillow(folder / "b", letter(), "bmp"), letter())
    mask = letter() > 200
    yield judged("BMP", "1 bit", _pillow(folder / "b", Pillow.fromarray(mask), "bmp"), mask * 255)
    yield judged("WebP", "lossy", _pillow(folder / "w", coloured(), "webp", quality=97), coloured(), 24)
    yield judged("GIF", "gray", _pillow(folder / "g", letter(), "gif"), letter())
    frames = [Pillow.fromarray(letter()[::-1].copy()), Pillow.fromarray(letter())]
    frames[0].save(folder / "m", "gif", save_all=True, append_images=frames[1:])
    yield judged("GIF", "second of two frames", _opened(folder / "m", frame=1), letter())


def _volumes(folder: Path) -> Iterator[Row]:
    slices = np.dstack([letter(900, np.int16)[::-1], letter(900, np.int16)])
    stored = np.ascontiguousarray(slices.transpose(1, 0, 2))
    path = folder / "v.nii"
    nibabel.save(nibabel.Nifti1Image(stored, np.diag([-0.5, -0.7, 2.0, 1.0])), path)
    yield judged("NIfTI", "slice, axes to the left and back", _opened(path, frame=1), slices[..., 1])
    packed = gzip.compress(path.read_bytes())
    yield judged("NIfTI", "packed by gzip", _opened(folder / "v.nii.gz", packed, 1), slices[..., 1])
    nibabel.save(nibabel.Nifti1Image(np.ascontiguousarray(stored[::-1, ::-1]), np.diag([0.5, 0.7, 2.0, 1.0])), path)
    yield judged("NIfTI", "slice, axes to the right and front", _opened(path, frame=1), slices[..., 1])
    header = {"space": "left-posterior-superior", "space directions": np.diag([0.5, 0.7, 2.0]), "encoding": "gzip"}
    nrrd.write(str(folder / "v.nrrd"), stored, header)
    yield judged("NRRD", "slice, gzip", _opened(folder / "v.nrrd", frame=1), slices[..., 1])
