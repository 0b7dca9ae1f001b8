"""An Image: one two-dimensional picture with its value transforms, spacing and origin."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from unet_studio.core.grid import Grid

VIDEOS = frozenset({"MP4", "MOV", "AVI", "Matroska", "WebM", "MPEG", "WMV"})  # formats of an Image
VOLUMES = frozenset({"NIfTI", "NRRD"})


@dataclass(frozen=True)
class Window:
    """A VOI window in modality values (DICOM PS3.3 C.11.2.1.2)."""

    center: float
    width: float
    explanation: str = ""
    function: str = "LINEAR"  # LINEAR, LINEAR_EXACT or SIGMOID
    falling: bool = False  # high values dark: only of a window that takes a decreasing VOI LUT's place


@dataclass(frozen=True, eq=False)
class LookupTable:
    """A Modality or VOI LUT: input values below `first` take the first entry, beyond the end the last."""

    first: int
    values: np.ndarray  # (n,) uint16 or int32
    bits: int  # significant bits of an entry
    explanation: str = ""


Voi = Window | LookupTable  # what makes gray of modality values


@dataclass(frozen=True, eq=False)
class ValueTransform:
    """How stored pixel values become modality values and then gray on the screen.

    modality value = modality_lut[stored] if there is one, else slope * stored + intercept
    gray = window or VOI LUT of that, and the inversion AFTER it (PS3.3 C.7.6.3.1.2, C.11.6).
    """

    slope: float = 1.0
    intercept: float = 0.0
    modality_lut: LookupTable | None = None
    voi_luts: tuple[LookupTable, ...] = ()
    windows: tuple[Window, ...] = ()
    inverted: bool = False  # MONOCHROME1 or Presentation LUT Shape INVERSE


@dataclass(frozen=True)
class Source:
    """Where an Image came from."""

    path: str  # absolute path of the file
    frame: int = 0  # counted from 0
    frames: int = 1
    sha256: str = ""  # of the whole file's bytes


@dataclass(frozen=True)
class Acquisition:
    """How a picture was taken, as far as its file says; no patient's data. "" and None where it does not say."""

    body_part: str = ""  # as written in the file, in capitals
    view: str = ""  # ViewPosition in capitals, or the meaning of its code; "LATERAL" where only the orientation tells
    intent: str = ""  # "FOR PRESENTATION" or "FOR PROCESSING"
    burnt_in: bool | None = None  # patient data in the pixels
    aspect: tuple[int, int] | None = None  # a pixel's height : width, None where it is square or a spacing tells


@dataclass(frozen=True, eq=False)
class Image:
    """One picture in its own size and bit depth; EXIF orientation is already applied.

    pixels: (H, W) integer or float32 stored values, or (H, W, 3) RGB uint8 or uint16; read-only.
    spacing_mm: (row, column) pixel spacing in mm, None where it is not known.
    group: what ties pictures of one patient or video together (an identifier, never shown or printed), or "".
    grid: of the volume whose slice it is, None where it is none.
    """

    pixels: np.ndarray
    source: Source
    format: str  # "DICOM", "PNG", ...
    transform: ValueTransform = field(default_factory=ValueTransform)
    spacing_mm: tuple[float, float] | None = None
    bits: int = 8
    modality: str = ""
    photometric: str = ""
    group: str = ""
    content_hash: str = ""
    acquisition: Acquisition = field(default_factory=Acquisition)
    grid: Grid | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) in px."""
        return int(self.pixels.shape[0]), int(self.pixels.shape[1])


@dataclass(frozen=True)
class FileFacts:
    """What `info` says of one file; `ok` is true only if every frame was decoded."""

    path: str
    ok: bool
    error: str = ""
    kind: str = "picture"  # one of core.survey's
    format: str = ""
    rows: int = 0
    columns: int = 0
    frames: int = 0
    channels: int = 0
    bits: int = 0
    modality: str = ""
    photometric: str = ""
    spacing_mm: tuple[float, float] | None = None
    target: str | None = None
    acquisition: Acquisition = field(default_factory=Acquisition)
    video: bool = False
    known: int = -1  # frames of a video that can be shown at once; -1: all of them
    counted: bool = True  # False while `frames` is only what a video's header says
    rate: float = 0.0  # frames a second, 0 where they have no time


def content_hash(pixels: np.ndarray) -> str:
    """SHA-256 (hex) over dtype, shape and pixel bytes: the same picture under another name has the same hash."""
    digest = hashlib.sha256(f"{pixels.dtype.str} {pixels.shape} ".encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()


def modality_values(image: Image) -> np.ndarray:
    """Pixels after the modality step: (H, W) integer or float32 modality values, or the RGB pixels unchanged."""
    return image.pixels if image.pixels.ndim == 3 else modality(image.pixels, image.transform, np.float32)


def modality(pixels: np.ndarray, transform: ValueTransform, dtype: type[np.floating[Any]] = np.float64) -> np.ndarray:
    """Modality values of stored gray values of any shape: integers where they stay integers, else `dtype`."""
    if transform.modality_lut is not None:
        table = transform.modality_lut
        return np.asarray(table.values[table_index(pixels, table)])
    if transform.slope == 1.0 and transform.intercept == 0.0:
        return pixels
    return np.asarray(pixels.astype(dtype) * dtype(transform.slope) + dtype(transform.intercept))


def meaning(transform: ValueTransform) -> tuple[object, ...]:
    """What stored values stand for, the choice of a window left out: equal where equal pixels show the same."""
    table = transform.modality_lut
    entries = () if table is None else (table.first, table.values.tolist())
    return transform.slope, transform.intercept, transform.inverted, entries


def table_index(values: np.ndarray, table: LookupTable) -> np.ndarray:
    """Index into `table.values` of each value: below the first entry the first, beyond the end the last."""
    offset = np.floor(values) if values.dtype.kind == "f" else values
    return np.clip(offset.astype(np.int64) - table.first, 0, len(table.values) - 1)
