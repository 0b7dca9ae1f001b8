"""Data sets: folders with images/ and masks/ or a manifest, split by film, video or patient, read at network size."""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from training import manifest
from training.augment import AugmentSpec, augment
from training.preprocess import Array, Bytes, Fit, Floats, InputSpec, fit_to, resize, standardise, unit_picture

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
LOSSY = (".jpg", ".jpeg", ".webp")
GRAY_SHARE = 0.01  # how much of a lossy mask may be neither black nor white
UNFINISHED = "prepared.json"  # written before the first picture; with no manifest beside it the preparation broke off
HELD_OUT = 0.125  # one group in eight is never trained on
POSITIONS = 8000  # into how many places the groups fall
SPLIT = "split 6"  # chosen once, before any training, so that three whole videos of CVC-ClinicDB are held out
# the first frame of each of CVC-ClinicDB's 29 videos
CLINICDB_VIDEOS = (
    1, 26, 51, 68, 79, 104, 127, 152, 178, 200, 206, 228, 253, 278, 298, 318, 343, 364, 384, 409, 429, 448, 467, 479,
    504, 529, 547, 572, 592,
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A picture and its mask on disk; `group` ties together what must stay on one side of a split.

    split: what the data set's manifest says, "train", "val" or "test"; "" where it says nothing.
    """

    source: str
    picture: Path
    mask: Path
    group: str
    split: str = ""

    @property
    def side(self) -> str:
        """The usual side: "test" for what the manifest holds out or for about one group in eight, else "train"."""
        return side(self)


@dataclass(frozen=True, eq=False)
class Sample:
    """A Pair at network size: unit (h, w, channels) uint8 of 0..1 times 255, mask (h, w) uint8 of 0..255.

    weight: (h, w) float16, how much each pixel counts in the loss; None where every pixel counts the same.
    """

    pair: Pair
    unit: Bytes
    mask: Bytes
    fit: Fit
    weight: npt.NDArray[np.float16] | None = None


def side(pair: Pair, held_out: float = HELD_OUT, fold: int = 0) -> str:
    """ "test" or "train", for ever the same: by the manifest's split, else by the SHA-256 of the group's name.

    held_out: the part of the groups on the test side; fold: 0 .. 1 / held_out - 1, whose test sides by the hash do not
    overlap. At fold 0 a manifest's split counts, whatever held_out is; its "val" rows are trained on.
    """
    if pair.split and fold == 0:
        return "test" if pair.split == "test" else "train"
    first, end = (round(number * held_out * POSITIONS) for number in (fold, fold + 1))
    position = _position(f"{SPLIT}/{pair.source}/{pair.group}")
    return "test" if (position - first) % POSITIONS < end - first else "train"


def _position(text: str) -> int:
    """0 .. POSITIONS - 1; the eighths of the range are what eight equal folds have always been."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return number % 8 * (POSITIONS // 8) + number // 8 % (POSITIONS // 8)


def with_validation(pairs: Iterable[Pair], share: float) -> tuple[list[Pair], list[Pair]]:
    """(train, validation) parts of the train side's pairs; no group is in both.

    A source whose manifest has "val" rows gives those; of each other source `share` of the groups, at least one where
    it has two, by a hash of its own, so that the choice is independent of the held-out side's.
    """
    pairs = list(pairs)
    chosen: set[tuple[str, str]] = set()
    for source in sorted({pair.source for pair in pairs}) if share > 0 else ():
        own = [pair for pair in pairs if pair.source == source]
        named = {pair.group for pair in own if pair.split == "val"}
        chosen |= {(source, group) for group in named or _share_of({pair.group for pair in own}, source, share)}
    validation = [pair for pair in pairs if (pair.source, pair.group) in chosen]
    return [pair for pair in pairs if (pair.source, pair.group) not in chosen], validation


def _share_of(groups: set[str], source: str, share: float) -> set[str]:
    placed = sorted((_position(f"validation/{source}/{group}"), group) for group in groups)
    count = sum(position < share * POSITIONS for position, _ in placed)
    return {group for _, group in placed[: min(max(1, count), len(groups) - 1)]}


def find_pairs(folder: Path) -> list[Pair]:
    """The pairs of one data set: its manifest's in their order, else images/ and masks/ sorted by name.

    Raises ValueError when there are none, when files that belong to it are missing, when the manifest is wrong and
    when its preparation broke off; the sentence names the first.
    """
    listed = folder / manifest.NAME
    if listed.is_file():
        return _listed_pairs(listed)
    if (folder / UNFINISHED).is_file():
        raise ValueError(f"The preparation of {folder} broke off; run `python -m training prepare` again.")
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder; give one with images/ and masks/.")
    images = folder / "images"
    found = sorted(path for path in images.glob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise ValueError(f"{images} holds no pictures; give a folder with images/ and masks/.")
    masks = folder / "masks"
    source = folder.resolve().name  # "." has none
    pairs = [Pair(source, path, masks / f"{path.stem}.png", group_of(source, path)) for path in found]
    missing = [pair.mask.name for pair in pairs if not pair.mask.is_file()]
    if missing:
        lacking = f"{masks} lacks masks ({len(missing)}), first {missing[0]}"
        raise ValueError(f"{lacking}; add them, or run `python -m training prepare folder`.")
    return pairs


def _listed_pairs(path: Path) -> list[Pair]:
    """The pairs of a manifest. Raises ValueError, naming its line, for files that are not there."""
    pairs: list[Pair] = []
    missing: list[str] = []
    folder, source = path.parent, path.parent.resolve().name
    for line, row in manifest.read_manifest(path):
        picture, mask = folder / row.picture, folder / row.mask
        missing += [f"{file} (line {line})" for file in (picture, mask) if not file.is_file()]
        pairs.append(Pair(source, picture, mask, row.group or group_of(source, picture), row.split))
    if missing:
        raise ValueError(f"{path} names {len(missing)} files that are not there, first {missing[0]}; prepare it again.")
    return pairs


def group_of(source: str, path: Path) -> str:
    """The video of a CVC-ClinicDB frame; elsewhere the picture's own name."""
    if "clinicdb" in source.lower() and path.stem.isdigit():
        return f"video {bisect.bisect_right(CLINICDB_VIDEOS, int(path.stem))}"
    return path.stem


def read_picture(path: Path) -> Array:
    """(H, W) or (H, W, 3) RGB, uint8 or uint16. Raises ValueError when it cannot be read."""
    try:
        picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR)
    except (OSError, cv2.error):
        picture = None
    if picture is None:
        raise ValueError(f"{path} cannot be read as a picture; remove or replace it.")
    return np.ascontiguousarray(picture[..., ::-1]) if picture.ndim == 3 else picture


def read_mask(path: Path) -> Bytes:
    """(H, W) uint8, 0 = background, 1 = target; a colour counts by its brightest channel, as in `prepare`.

    Raises ValueError when it cannot be read or is not of 0 and 255 (0 and 65535 in 16 bits). Forgiven is what lossy
    compression does: in JPEG and WebP GRAY_SHARE of gray pixels; in other files no value further than an eighth of the
    range from both ends, and none near 0 without one near 255, because it would be a label.
    """
    mask = read_picture(path)
    plane = mask if mask.ndim == 2 else mask.max(axis=2)
    full = 255 if plane.max(initial=0) <= 255 else 65535
    if not _black_and_white(plane, full, path.suffix.lower() in LOSSY):
        values = np.flatnonzero(np.bincount(plane.ravel()))
        some = ", ".join(str(value) for value in values[:6]) + (", ..." if values.size > 6 else "")
        raise ValueError(
            f"{path} has the values {some} instead of 0 and {full}; run `python -m training prepare folder` first."
        )
    return np.asarray(plane > full // 2, dtype=np.uint8)


def _black_and_white(plane: Array, full: int, lossy: bool) -> bool:
    near = full // 8
    if 0 < plane.max(initial=0) <= full // 2:
        return False
    gray = (plane > near) & (plane < full - near)
    if lossy:
        return bool(gray.mean() <= GRAY_SHARE)
    dark, bright = (plane > 0) & (plane <= near), (plane >= full - near) & (plane < full)
    return not gray.any() and bool(bright.any() or not dark.any())


def load(
    pairs: Iterable[Pair],
    spec: InputSpec,
    folder: Path | None = None,
    *,
    border: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, count: None,
) -> Sequence[Sample]:
    """Every pair at network size, in order: memory-mapped from a file in `folder`, else kept in memory.

    border: give each Sample the border-weighted loss's weights; on_progress: (done, count) pictures read.
    Raises ValueError for unreadable or mismatched files and when there is no room for the file.
    """
    from training.store import open_store

    pairs = list(pairs)
    if folder is not None and pairs:
        return open_store(pairs, spec, folder, border, on_progress)
    samples = []
    for pair in pairs:
        samples.append(load_sample(pair, spec, border))
        on_progress(len(samples), len(pairs))
    return samples


def load_sample(pair: Pair, spec: InputSpec, border: bool = False) -> Sample:
    """One pair at network size. Raises ValueError when picture and mask differ in size."""
    values, mask = read_picture(pair.picture), read_mask(pair.mask)
    if values.shape[:2] != mask.shape:
        raise ValueError(f"{pair.mask} is {mask.shape} but its picture is {values.shape[:2]}; make them equal.")
    fit = fit_to(mask.shape[0], mask.shape[1], spec)
    unit = unit_picture(values, False, spec, fit)
    small = np.asarray(resize(mask * np.uint8(255), fit.content_rows, fit.content_columns), dtype=np.uint8)
    return Sample(pair, np.rint(unit * 255).astype(np.uint8), small, fit, _weight(small) if border else None)


def _weight(mask: Bytes) -> npt.NDArray[np.float16]:
    from training.border import border_weights

    return border_weights((mask >= 128).astype(np.uint8)).astype(np.float16)


def batch(
    samples: Sequence[Sample], canvas: tuple[int, int], spec: InputSpec, change: AugmentSpec, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats | None]:
    """Random variants of the samples, all float32.

    Inputs (n, channels, rows, columns), masks (n, 1, rows, columns) of 0 and 1, and weights (n, 1, rows, columns),
    which are 0 outside a picture that is not mirrored, None unless every sample has some.
    """
    inputs: list[Floats] = []
    planes: list[Floats] = []
    weighted = all(sample.weight is not None for sample in samples)
    for sample in samples:
        unit = sample.unit.astype(np.float32) / np.float32(255)
        parts: list[Array] = [sample.mask] if sample.weight is None or not weighted else [sample.mask, sample.weight]
        values, moved = augment(unit, np.stack(parts, axis=-1).astype(np.float32), canvas, change, rng)
        inputs.append(standardise(values, spec))
        planes.append(moved.transpose(2, 0, 1))
    both = np.stack(planes)
    masks = (both[:, :1] >= 127.5).astype(np.float32)
    return np.stack(inputs), masks, np.ascontiguousarray(both[:, 1:]) if weighted else None
