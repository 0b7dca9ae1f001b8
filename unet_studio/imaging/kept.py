"""A lossless copy of an Image for the Workspace: one file of bytes, and a JSON dictionary without patient tags.

Integers of up to 16 bits are a PNG, other values are packed bytes. The source's path and group are left out.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from unet_studio.core.image import Image, content_hash
from unet_studio.imaging.portable import image_facts, image_from
from unet_studio.imaging.wire import PIXEL_TYPES

FORMAT_NUMBER = 1
UP_FILTER, RUN_LENGTHS = 0x20, 3  # of libpng and zlib: half the time of their defaults for a few percent more bytes


def to_kept(image: Image) -> tuple[bytes, dict[str, Any]]:
    """The picture's pixels as a file's bytes, and everything else; `suffix` in the dictionary is ".png" or ".bin"."""
    facts = image_facts(image)
    suffix = ".png" if image.pixels.dtype.itemsize <= 2 else ".bin"
    data = _png(image.pixels) if suffix == ".png" else _packed(image.pixels)
    return data, {**facts, "content_hash": content_hash(image.pixels), "suffix": suffix, "kept_format": FORMAT_NUMBER}


def from_kept(data: bytes, facts: dict[str, Any]) -> Image:
    """The Image that to_kept was given, without its path and group.

    Raises ValueError where the bytes or the dictionary are damaged, or come from a newer version.
    """
    if facts.get("kept_format") != FORMAT_NUMBER:
        raise ValueError("the kept picture was written by a newer version of the program")
    try:
        pixels = _pixels(data, str(facts["dtype"]), tuple(facts["shape"]), str(facts["suffix"]))
        image = image_from(facts, pixels)
    except Exception as error:  # a codec's, or of a malformed dictionary
        raise ValueError("the kept picture is damaged") from error
    if content_hash(pixels) != image.content_hash:
        raise ValueError("the kept picture is damaged: its pixels are not those that were kept")
    return image


def _png(pixels: np.ndarray) -> bytes:
    import imagecodecs

    data = imagecodecs.png_encode(_unsigned(pixels), level=1, strategy=RUN_LENGTHS, filter=UP_FILTER)
    return bytes(data)


def _unsigned(pixels: np.ndarray) -> np.ndarray:
    """Unsigned values in the same order: signed ones with their sign bit turned, which is its own inverse."""
    plain = np.ascontiguousarray(pixels).view(f"u{pixels.dtype.itemsize}")
    return plain ^ plain.dtype.type(1 << (8 * plain.dtype.itemsize - 1)) if pixels.dtype.kind == "i" else plain


def _packed(pixels: np.ndarray) -> bytes:
    """Little-endian bytes, all first bytes of the values, then all second ones and so on, in zlib."""
    plain = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<"))
    planes = plain.reshape(-1).view(np.uint8).reshape(-1, pixels.dtype.itemsize).T
    return zlib.compress(planes.tobytes(), 1)


def _pixels(data: bytes, kind: str, shape: tuple[int, ...], suffix: str) -> np.ndarray:
    dtype = np.dtype(kind)
    if dtype.name not in PIXEL_TYPES:
        raise ValueError(f"pixels of type {dtype}")
    if suffix == ".png":
        import imagecodecs

        plain = np.asarray(imagecodecs.png_decode(data))
        pixels = _unsigned(plain.view(dtype)).view(dtype) if dtype.kind == "i" else plain
    else:
        planes = np.frombuffer(zlib.decompress(data), np.uint8).reshape(dtype.itemsize, -1)
        pixels = np.ascontiguousarray(planes.T).view(dtype.newbyteorder("<")).astype(dtype).reshape(shape)
    if pixels.shape != shape or pixels.dtype != dtype:
        raise ValueError("pixels of another size or type")
    pixels.setflags(write=False)
    return pixels
