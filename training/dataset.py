"""Data sets: folders with images/ and masks/, split by film, video or picture, kept at network size in memory."""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from training.augment import AugmentSpec, augment
from training.preprocess import Array, Bytes, Fit, Floats, InputSpec, fit_to, resize, standardise, unit_values

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
TEST_SHARE = 8  # one group in so many is never trained on
SPLIT = "split 6"  # chosen once, before any training, so that three whole videos of CVC-ClinicDB are held out
# the first frame of each of CVC-ClinicDB's 29 videos
CLINICDB_VIDEOS = (
    1, 26, 51, 68, 79, 104, 127, 152, 178, 200, 206, 228, 253, 278, 298, 318, 343, 364, 384, 409, 429, 448, 467, 479,
    504, 529, 547, 572, 592,
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A picture and its mask on disk; `group` ties together what must stay on one side of a split."""

    source: str
    picture: Path
    mask: Path
    group: str

    @property
    def side(self) -> str:
        """ "test" for about one group in eight, for ever the same ones, else "train"."""
        digest = hashlib.sha256(f"{SPLIT}/{self.source}/{self.group}".encode()).digest()
        return "test" if int.from_bytes(digest[:8], "big") % TEST_SHARE == 0 else "train"


@dataclass(frozen=True, eq=False)
class Sample:
    """A Pair at network size: unit (h, w, channels) uint8 of 0..1 times 255, mask (h, w) uint8 of 0..255."""

    pair: Pair
    unit: Bytes
    mask: Bytes
    fit: Fit


def find_pairs(folder: Path) -> list[Pair]:
    """The pairs of one data set, sorted by name.

    Raises ValueError when there are none, or when pictures have no mask; the sentence names them.
    """
    images = folder / "images"
    found = sorted(path for path in images.glob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise ValueError(f"{images} holds no pictures; give a folder with images/ and masks/.")
    masks = folder / "masks"
    pairs = [Pair(folder.name, path, masks / f"{path.stem}.png", group_of(folder.name, path)) for path in found]
    missing = [pair.mask.name for pair in pairs if not pair.mask.is_file()]
    if missing:
        raise ValueError(f"{folder / 'masks'} lacks {len(missing)} masks, first {missing[0]}; add them.")
    return pairs


def group_of(source: str, path: Path) -> str:
    """The video of a CVC-ClinicDB frame; elsewhere the picture's own name."""
    if "clinicdb" in source.lower() and path.stem.isdigit():
        return f"video {bisect.bisect_right(CLINICDB_VIDEOS, int(path.stem))}"
    return path.stem


def read_picture(path: Path) -> Array:
    """(H, W) or (H, W, 3) RGB, uint8 or uint16. Raises ValueError when it cannot be read."""
    picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR)
    if picture is None:
        raise ValueError(f"{path} cannot be read as a picture; remove or replace it.")
    return np.ascontiguousarray(picture[..., ::-1]) if picture.ndim == 3 else picture


def read_mask(path: Path) -> Bytes:
    """(H, W) uint8, 0 = background, 1 = target. Raises ValueError when it cannot be read."""
    mask = read_picture(path)
    plane = mask if mask.ndim == 2 else mask[..., 0]
    return np.asarray(plane > 127, dtype=np.uint8)


def load(pairs: Iterable[Pair], spec: InputSpec) -> list[Sample]:
    """Every pair read and brought to network size. Raises ValueError for unreadable or mismatched files."""
    return [load_sample(pair, spec) for pair in pairs]


def load_sample(pair: Pair, spec: InputSpec) -> Sample:
    """One pair at network size. Raises ValueError when picture and mask differ in size."""
    values, mask = read_picture(pair.picture), read_mask(pair.mask)
    if values.shape[:2] != mask.shape:
        raise ValueError(f"{pair.mask} is {mask.shape} but its picture is {values.shape[:2]}; make them equal.")
    fit = fit_to(mask.shape[0], mask.shape[1], spec)
    unit = unit_values(resize(values, fit.content_rows, fit.content_columns), False, spec)
    small = resize(mask * np.uint8(255), fit.content_rows, fit.content_columns)
    return Sample(pair, np.rint(unit * 255).astype(np.uint8), np.asarray(small, dtype=np.uint8), fit)


def batch(
    samples: Sequence[Sample], canvas: tuple[int, int], spec: InputSpec, change: AugmentSpec, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Random variants of the samples: (n, channels, rows, columns) and masks (n, 1, rows, columns), both float32."""
    inputs: list[Floats] = []
    masks: list[npt.NDArray[np.float32]] = []
    for sample in samples:
        unit = sample.unit.astype(np.float32) / np.float32(255)
        values, planes = augment(unit, sample.mask.astype(np.float32)[..., None], canvas, change, rng)
        inputs.append(standardise(values, spec))
        masks.append((planes >= 127.5).astype(np.float32).transpose(2, 0, 1))
    return np.stack(inputs), np.stack(masks)
