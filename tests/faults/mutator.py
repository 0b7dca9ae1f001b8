"""Damaged copies of pictures, the same ones for the same seed."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable, Iterator, Mapping

import imagecodecs
import nibabel
import nrrd
import numpy as np
import tifffile
from PIL import Image as Pillow

Mutation = Callable[[bytes, random.Random], bytes]
HEAD = 1024  # bytes into which half of the damage falls
NUMBERS = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80", b"\x01\x00")


def _reach(data: bytes, chance: random.Random) -> int:
    return max(1, min(len(data), HEAD) if chance.random() < 0.5 else len(data))


def cut(data: bytes, chance: random.Random) -> bytes:
    """The beginning alone."""
    return data[: chance.randrange(len(data))]


def flipped(data: bytes, chance: random.Random) -> bytes:
    """A few bits turned over."""
    reach, copy = _reach(data, chance), bytearray(data)
    for _ in range(chance.choice((1, 2, 8, 64))):
        copy[chance.randrange(reach)] ^= 1 << chance.randrange(8)
    return bytes(copy)


def overwritten(data: bytes, chance: random.Random) -> bytes:
    """A number in it replaced by one that lies about a size or an offset."""
    number, at = chance.choice(NUMBERS), chance.randrange(_reach(data, chance))
    return data[:at] + number + data[at + len(number) :]


def repeated(data: bytes, chance: random.Random) -> bytes:
    """A part of it twice."""
    at = chance.randrange(_reach(data, chance))
    return data[:at] + data[at // 2 :]


def left_out(data: bytes, chance: random.Random) -> bytes:
    """A part of it missing in the middle."""
    at = chance.randrange(_reach(data, chance))
    return data[:at] + data[at + chance.choice((1, 2, 7, 512)) :]


def zeroed(data: bytes, chance: random.Random) -> bytes:
    """A sector that came back empty."""
    at = chance.randrange(_reach(data, chance))
    return data[:at] + bytes(min(512, len(data) - at)) + data[at + 512 :]


def noisy(data: bytes, chance: random.Random) -> bytes:
    """A stretch of noise."""
    at, length = chance.randrange(_reach(data, chance)), chance.choice((4, 32, 256))
    return data[:at] + chance.randbytes(length) + data[at + length :]


def lying(data: bytes, chance: random.Random) -> bytes:
    """A DICOM file whose Rows, Columns, Frames, bits or samples are others; else as `overwritten`."""
    tags = {
        b"\x28\x00\x10\x00": 2,
        b"\x28\x00\x11\x00": 2,
        b"\x28\x00\x00\x01": 2,
        b"\x28\x00\x01\x01": 2,
        b"\x28\x00\x02\x00": 2,
    }
    tag = chance.choice(sorted(tags))
    at = data.find(tag)
    if at < 0 or at + 10 > len(data):
        return overwritten(data, chance)
    value = struct.pack("<H", chance.choice((0, 1, 3, 7, 13, 255, 4096, 65535)))
    return data[: at + 8] + value + data[at + 10 :]


MUTATIONS: tuple[Mutation, ...] = (cut, flipped, overwritten, repeated, left_out, zeroed, noisy, lying)


def copies(originals: Mapping[str, bytes], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """`count` of (name of the original and kind of damage, bytes): originals and damages in turn, details by chance."""
    chance = random.Random(seed)
    names = sorted(originals)
    chance.shuffle(names)
    for number in range(count):
        name, mutation = names[number % len(names)], chance.choice(MUTATIONS)
        yield f"{name} {mutation.__name__} {number}", mutation(originals[name], chance)


def drawn() -> dict[str, bytes]:
    """A small picture with structure in every format that is not DICOM."""
    rng = np.random.default_rng(11)
    gray = (np.add.outer(np.arange(64), np.arange(48)) * 2 + rng.integers(0, 20, (64, 48))).astype(np.uint8)
    wide, colour = gray.astype(np.uint16) * 257, np.dstack([gray, gray[::-1], 255 - gray])
    files = {"gray.png": imagecodecs.png_encode(gray), "wide.png": imagecodecs.png_encode(wide)}
    files["colour.png"] = imagecodecs.png_encode(colour)
    files["lossless.jpg"] = bytes(imagecodecs.jpegls_encode(gray))
    for kind in ("jpeg", "bmp", "webp", "gif", "png"):
        file = io.BytesIO()
        Pillow.fromarray(colour).save(file, kind)
        files[f"colour.{kind}"] = file.getvalue()
    for compression in (None, "lzw", "deflate", "jpeg", "zstd"):
        file = io.BytesIO()
        tifffile.imwrite(file, colour, photometric="rgb", compression=compression, tile=(16, 16))
        files[f"{compression}.tif"] = file.getvalue()
    file = io.BytesIO()
    tifffile.imwrite(file, np.stack([wide] * 3), photometric="minisblack")
    files["pages.tif"] = file.getvalue()
    files["slices.nii"] = nibabel.Nifti1Image(np.dstack([wide.T] * 3), np.eye(4)).to_bytes()
    files["slices.nrrd"] = _nrrd(np.dstack([wide.T] * 3))
    return files


def _nrrd(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    nrrd.write(file, values, {"space": "left-posterior-superior", "space directions": np.eye(3), "encoding": "gzip"})
    return file.getvalue()
