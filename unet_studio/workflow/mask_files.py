"""A Mask that was made elsewhere, out of any format that exports write: PNG, SEG, NIfTI, NRRD, COCO, labelme, YOLO."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from unet_studio.core.errors import UserError
from unet_studio.core.image import Image, Source
from unet_studio.exporting.naming import frame_stem, stem

if TYPE_CHECKING:
    from unet_studio.exporting.seg_reading import SegFrame

OF_ALL_FRAMES = (".nii.gz", ".nii", ".nrrd", ".dcm")
SUFFIXES = (".png", *OF_ALL_FRAMES, ".json", ".txt")
COCO = "annotations.json"
PNG = b"\x89PNG\r\n\x1a\n"


class NotMarked(UserError):
    """A file with Masks of many frames marks nothing in this one, and nobody can tell whether anyone looked at it."""


Kept = dict[tuple[str, ...], Any]  # what was read of one file, for the other frames of the same picture


def read_mask(path: Path, image: Image, target: str, *, namesake: bool = False, kept: Kept | None = None) -> np.ndarray:
    """(H, W) uint8 0/1 of one frame's picture, out of a file of any of the formats.

    namesake: another picture has the same name, and only its folder tells which of them a COCO file speaks of.
    Raises UserError, one sentence, where the file holds no Mask of this picture and Target; NotMarked.
    """
    kept = {} if kept is None else kept
    name, source = path.name.lower(), Path(image.source.path)
    if name.endswith((".nii", ".nii.gz", ".nrrd")):
        mask = _of_volume(path, image, kept)
    elif name.endswith(".json"):
        mask = _of_json(path, image, target, namesake)
    elif name.endswith(".txt"):
        mask = _of_yolo(path, image.shape, target)
    elif _is_seg(path):
        mask = _of_seg(path, image, target, source if image.format == "DICOM" and source.is_file() else None, kept)
    else:
        mask = _of_picture(path, target)
    if mask.shape != image.shape:
        raise UserError(
            f"{source.name}: its mask is {mask.shape[1]} x {mask.shape[0]} px, the picture "
            f"{image.shape[1]} x {image.shape[0]}; save the mask at the picture's size."
        )
    return mask


@dataclass(frozen=True, eq=False)
class MaskFolder:
    """Where Masks are looked for: a folder of files named like the pictures, or one COCO file."""

    path: Path
    own: dict[tuple[str, int, str], Path]  # of exports of this program: (SHA-256 of source, frame from 1, Target)
    called: Counter[str] = field(default_factory=Counter)  # how many pictures have a stem
    beside: Counter[tuple[Path, str]] = field(default_factory=Counter)  # and how many of them in one folder
    kept: Kept = field(default_factory=dict)

    def read(self, file: Path, picture: Path, image: Image, target: str) -> np.ndarray:
        """`read_mask` of a file that was found for a picture (relative to the folder of pictures)."""
        return read_mask(file, image, target, namesake=self._namesake(picture), kept=self.kept)

    def _namesake(self, picture: Path) -> bool:
        """Whether a picture's name alone, without its folder (relative to the pictures'), could be another's."""
        return picture.parent != Path() and self.called[stem(picture.name)] > 1

    def find(self, picture: Path, source: Source, target: str) -> Path | None:
        """The file with the Mask of a picture, None where there is none.

        picture: relative to the folder of pictures; a sub-folder of the same name comes first.
        Raises UserError where a Mask could as well be another picture's.
        """
        if self.path.is_file():
            return self.path
        sub, name = self.path / picture.parent, stem(picture.name)
        alone = self.beside[picture.parent, name] <= 1
        found = _named(sub, picture, source) if alone else None
        found = found or self.own.get((source.sha256, source.frame + 1, target))
        if found is not None:
            return found
        flat = _named(sub, picture, source) or _named(self.path, picture, source)
        if flat is not None and not alone:
            raise UserError(f"{picture}: another picture there is called {name}, too; rename one and its mask.")
        if flat is not None and self._namesake(picture):
            raise UserError(
                f"{picture}: other pictures are called {name}, too; put the masks into sub-folders called like those "
                "of the pictures."
            )
        whole = self.path / COCO
        return flat or (whole if whole.is_file() else None)


def mask_folder(path: Path, pictures: Sequence[Path] = ()) -> MaskFolder:
    """pictures: all for which Masks are looked for, relative to their folder. Raises UserError: nothing at `path`."""
    called = Counter(stem(one.name) for one in pictures)
    beside = Counter((one.parent, stem(one.name)) for one in pictures)
    if path.is_file():
        return MaskFolder(path, {}, called, beside)
    if not path.is_dir():
        raise UserError(f"{path}: this folder does not exist; check the name.")
    return MaskFolder(path, dict(_exported(path)), called, beside)


def _named(folder: Path, picture: Path, source: Source) -> Path | None:
    """The file in a folder that is called like a frame; of several frames' Masks, like the picture."""
    name = frame_stem(picture.name, source.frame, source.frames)
    there = [folder / (name + one) for one in SUFFIXES]
    there += [folder / (stem(picture.name) + one) for one in OF_ALL_FRAMES]
    there = [one for one in there if one.is_file()]
    drawn = [one for one in there if one.suffix == ".json" and len(there) > 1 and _is_labelme(one)]
    return next(iter(drawn or there), None)  # beside labelme's JSON the PNG is the picture


def _exported(folder: Path) -> Iterator[tuple[tuple[str, int, str], Path]]:
    """PNG masks that this program exported under pseudonyms, by what their JSON files say."""
    for file in sorted(folder.rglob("*.json")):
        try:
            if file.stat().st_size > 1 << 16:
                continue
            facts = json.loads(file.read_text(encoding="utf-8"))
            key = str(facts["source_sha256"]), int(facts["frame"]), str(facts["target"])
            mask = file.parent / Path(str(facts["mask"])).name
        except (OSError, ValueError, KeyError, TypeError):
            continue  # another program's
        if mask.is_file():
            yield key, mask


def _is_labelme(path: Path) -> bool:
    from unet_studio.exporting.reading import read_json

    try:
        return "shapes" in read_json(path)
    except UserError:
        return False


def _is_seg(path: Path) -> bool:
    from unet_studio.exporting.seg_reading import is_seg

    with path.open("rb") as file:
        return file.read(8) != PNG and is_seg(path)


def _once(kept: Kept, path: Path, image: Image, target: str, read: Callable[[], Any]) -> Any:
    key = str(path), image.source.path, target
    if key not in kept:
        kept.clear()
        kept[key] = read()
    return kept[key]


def _of_volume(path: Path, image: Image, kept: Kept) -> np.ndarray:
    source = image.source
    volume = _once(kept, path, image, "", lambda: _frames_of_volume(path, image))
    if len(volume) not in (1, source.frames) or (len(volume) == 1 and source.frames > 1):
        raise UserError(f"{path.name}: has {len(volume)} slices, the picture {source.frames} frames.")
    if len(volume) > 1 and not volume[source.frame].any():
        raise NotMarked(f"{path.name}: marks nothing in frame {source.frame + 1}; choose another file or frame.")
    return _marked(volume[source.frame if len(volume) > 1 else 0])


def _frames_of_volume(path: Path, image: Image) -> np.ndarray:
    """(frames, H, W) of a label map, turned like the picture where that is a slice of a volume, else as stored."""
    from unet_studio.exporting import reading
    from unet_studio.workflow import grids

    is_nrrd = path.name.lower().endswith(".nrrd")
    own = grids.grid_of(image, Path(image.source.path), path.name)
    if own is None:
        return reading.read_nrrd(path) if is_nrrd else reading.read_nifti(path)
    found = reading.stored_nrrd(path) if is_nrrd else reading.stored_nifti(path)
    grid = grids.grid_of_mask(found.voxels.shape, found.affine)
    wrong = grids.differs(grid, own)
    if wrong:
        raise UserError(f"{path.name}: {wrong}.")
    return own.frames(found.voxels) if own.affine is None else grid.frames(found.voxels)


def _of_json(path: Path, image: Image, target: str, namesake: bool) -> np.ndarray:
    from unet_studio.exporting.coco_reading import coco_mask, is_coco
    from unet_studio.exporting.polygons import drawn
    from unet_studio.exporting.reading import labelme_polygons, read_json

    source = image.source
    picture = Path(source.path).with_name(frame_stem(Path(source.path).name, source.frame, source.frames))
    if is_coco(facts := read_json(path)):
        found = coco_mask(path, picture, target, image.shape, namesake=namesake)
        if found is None:
            kind = NotMarked if source.frames > 1 else UserError
            raise kind(f"{picture.name}: is not listed in {path.name}; add it or remove the picture.")
        return found
    size = facts.get("imageHeight"), facts.get("imageWidth")
    if "shapes" not in facts:
        raise UserError(f"{path.name}: holds no masks; choose another file.")
    if None not in size and size != image.shape:
        return np.zeros((int(str(size[0])), int(str(size[1]))), np.uint8)  # refused by its size
    try:
        return drawn(labelme_polygons(path, target), image.shape)
    except ValueError as error:
        raise UserError(f"{path.name}: a polygon there has no usable points; change it in labelme.") from error


def _of_yolo(path: Path, shape: tuple[int, int], target: str) -> np.ndarray:
    from unet_studio.exporting.polygons import drawn
    from unet_studio.exporting.reading import yolo_numbers, yolo_polygons

    return drawn(yolo_polygons(path, shape, yolo_numbers(path, target)), shape)


def _of_seg(path: Path, image: Image, target: str, picture: Path | None, kept: Kept) -> np.ndarray:
    """Pixels are decoded like those of any picture, in the decode child."""
    from unet_studio.exporting.seg_reading import seg_frames

    mask = np.zeros(image.shape, np.uint8)
    frames = _once(kept, path, image, target, lambda: seg_frames(path, target, picture, image.source.frames))
    of_this = [one for one in frames if one.picture_frame == image.source.frame]
    if not of_this and image.source.frames > 1:
        raise NotMarked(f"{path.name}: says nothing of frame {image.source.frame + 1}; choose another file or frame.")
    for one in of_this:
        pixels = _stored(path, one)
        if pixels.shape != mask.shape:
            return np.zeros(pixels.shape[:2], np.uint8)  # refused by its size
        mask |= ((pixels >= one.least) & (pixels <= one.most)).astype(np.uint8)
    return mask


def _stored(path: Path, frame: SegFrame) -> np.ndarray:
    """(H, W) stored values of a frame of a SEG. Raises UserError."""
    from unet_studio.exporting.seg_reading import write_stored
    from unet_studio.imaging import reader

    if not frame.coloured:
        pixels = reader.read(path, frame.number).pixels
    else:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "stored.dcm"
            write_stored(path, frame.number, copy)
            pixels = reader.read(copy).pixels
    if pixels.ndim != 2:
        raise UserError(f"{path.name}: holds colours and no labels; export the SEG without colours.")
    return pixels


def _of_picture(path: Path, target: str) -> np.ndarray:
    from unet_studio.imaging import reader
    from unet_studio.workflow.mask_values import marked

    mask = marked(reader.read(path), path.name, target)
    if not mask.any() and _is_see_through(path):
        raise UserError(f"{path.name}: what it marks may be transparent; save the mask without transparency.")
    return mask


def _is_see_through(path: Path) -> bool:
    """Whether a PNG makes a gray value or an entry of its palette transparent, other than the first: such are black."""
    with path.open("rb") as file:
        if file.read(8) != PNG:
            return False
        palette = file.read(25)[17:18] == b"\x03"
        while len(start := file.read(8)) == 8 and start[4:] not in (b"IDAT", b"IEND"):
            length = int.from_bytes(start[:4], "big")
            if start[4:] == b"tRNS" and length <= 256:
                told = file.read(length)
                return any(one < 255 for one in told[1:]) if palette else any(told)
            file.seek(length + 4, 1)
    return False


def _marked(pixels: np.ndarray) -> np.ndarray:
    marked: np.ndarray = (pixels != 0).astype(np.uint8)
    return marked
