"""How parent and decode child talk: one JSON line, then the raw bytes of the pixels that it announces."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

import numpy as np

from unet_studio.imaging import limits

WARM = "warm"  # the argument of a child that is started before there is a file
PIXEL_TYPES = frozenset({"uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"})


class Broken(Exception):
    """The other side ended, or sent what cannot be."""


def send(stream: BinaryIO, message: dict[str, Any], pixels: np.ndarray | None = None) -> None:
    """Writes one message, and pixels behind it where given (any of PIXEL_TYPES, C order)."""
    if pixels is not None:
        message = {**message, "pixels": {"dtype": pixels.dtype.name, "shape": list(pixels.shape)}}
    stream.write(json.dumps(message).encode("ascii") + b"\n")
    if pixels is not None:
        stream.write(pixels.data.cast("B"))
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], np.ndarray | None]:
    """Reads one message and its pixels, read-only. Raises Broken at the stream's end or for a malformed message."""
    line = stream.readline(limits.ANSWER_LINE_BYTES)
    if not line.endswith(b"\n"):
        raise Broken("the stream ended")
    try:
        message = json.loads(line)
        announced = message.pop("pixels", None)
    except (ValueError, AttributeError, TypeError):
        raise Broken("not a message") from None
    return message, None if announced is None else _pixels(stream, announced)


def _pixels(stream: BinaryIO, announced: dict[str, Any]) -> np.ndarray:
    try:
        dtype, shape = str(announced["dtype"]), tuple(int(side) for side in announced["shape"])
    except (KeyError, TypeError, ValueError):
        raise Broken("not a picture") from None
    if dtype not in PIXEL_TYPES or len(shape) not in (2, 3) or min(shape) < 1 or shape[2:] not in ((), (3,)):
        raise Broken("not a picture")
    if shape[0] * shape[1] > limits.FRAME_PIXELS:
        raise Broken("too large a picture")
    pixels = np.empty(shape, dtype)
    rest = pixels.data.cast("B")
    while len(rest):
        count = stream.readinto(rest)  # type: ignore[attr-defined]
        if not count:
            raise Broken("the stream ended")
        rest = rest[count:]
    pixels.setflags(write=False)
    return pixels
