"""A file opened for decoding: what its header says, and its frames one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from unet_studio.core.image import Acquisition, Image
from unet_studio.core.survey import Origin


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
    acquisition: Acquisition = field(default_factory=Acquisition)
    video: bool = False
    known: int = -1  # frames that can be shown at once; -1: all of them
    counted: bool = True  # False while `frames` is only what a video's header says
    rate: float = 0.0  # frames a second, 0 where they have no time


@dataclass(frozen=True)
class Document:
    """One opened file. `decode(frame)` gives that frame's Image, frames counted from 0, without the file's hash.

    `origin()` says what it belongs to, and looks at a few of its bytes to know it again; `whole()` is a digest of all
    stored pixel bytes, "" where that of the file serves.
    Of videos only: grow(seconds, sha256) decodes on in order and gives the facts known then; sha256() is the whole
    file's, "" where it is not known yet.
    """

    header: Header
    decode: Callable[[int], Image]
    origin: Callable[[], Origin] = Origin
    whole: Callable[[], str] = str
    grow: Callable[[float, str], Header] | None = None
    sha256: Callable[[], str] | None = None
