"""Digests of stored bytes: of a few spread evenly, to know a picture again at a glance, or of all, to be sure."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

SAMPLES, SAMPLE_BYTES = 16, 256
BLOCK_BYTES = 1 << 20


def digest(
    file: BinaryIO, start: int = 0, length: int | None = None, *, facts: object = "", whole: bool = False
) -> str:
    """SHA-256 (hex) over `facts`, the length, and all (`whole`) or some of the `length` bytes from `start` on."""
    if length is None:
        length = file.seek(0, io.SEEK_END) - start
    found = hashlib.sha256(f"{facts!r} {length}".encode())
    for block in _blocks(file, start, length, whole):
        found.update(block)
    return found.hexdigest()


def _blocks(file: BinaryIO, start: int, length: int, whole: bool) -> Iterator[bytes]:
    step, size = (BLOCK_BYTES, BLOCK_BYTES) if whole else (max(SAMPLE_BYTES, length // SAMPLES), SAMPLE_BYTES)
    for at in range(0, length, step):
        file.seek(start + at)
        yield file.read(min(size, length - at))


def of_file(path: Path) -> str:
    """A glance at a whole file."""
    with path.open("rb") as file:
        return digest(file)
