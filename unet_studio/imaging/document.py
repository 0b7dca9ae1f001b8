"""A file opened for decoding: what its header says, and its frames one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from unet_studio.core.image import Image


@dataclass(frozen=True)
class Header:
    """What a file says of itself before any pixel is decoded."""

    format: str
    rows: int
    columns: int
    frames: int = 1
    channels: int = 1
    bits: int = 8
    modality: str = ""
    photometric: str = ""
    spacing_mm: tuple[float, float] | None = None


@dataclass(frozen=True)
class Document:
    """One opened file. `decode(frame)` gives that frame's Image, frames counted from 0, without the file's hash."""

    header: Header
    decode: Callable[[int], Image]
