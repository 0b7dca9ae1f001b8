"""Masks as PNG files with their provenance, in the file and in JSON beside it; nothing is ever overwritten."""

from __future__ import annotations

import hashlib
import io
import json
import os
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from unet_studio.exporting import naming, newfile

FORMAT = 1  # of the JSON file


@dataclass(frozen=True)
class Provenance:
    """Where a written mask came from; every field stands in the PNG's text chunks and in the JSON file.

    model: id of the Model version, "" where a person drew from nothing. time: ISO 8601, UTC. frame: counted from 1.
    reader: "" where nobody reviewed it. options: whatever else tells one export from another, JSON values.
    mask_sha256: `export_mask` fills it in.
    """

    source: str
    source_sha256: str
    content_hash: str
    target: str
    model: str
    model_sha256: str
    time: str
    program: str
    rows: int
    columns: int
    reviewed: bool
    reader: str = ""
    threshold: float | None = None
    spacing_mm: tuple[float, float] | None = None
    frame: int = 1
    frames: int = 1
    options: dict[str, Any] = field(default_factory=dict)
    mask_sha256: str = ""

    def identity(self) -> dict[str, Any]:
        """What must be the same for a file to count as this very export, finished: source, Target, model, options.

        And the mask itself where a person reviewed it: one that was corrected again is another export.
        """
        names = ["source_sha256", "frame", "target", "model", "model_sha256", "threshold", "reviewed", "reader"]
        names += ["options"] + ["mask_sha256"] * self.reviewed
        plain: dict[str, Any] = json.loads(json.dumps({name: getattr(self, name) for name in names}))
        return plain


@dataclass(frozen=True)
class Exported:
    """What one export left: its files (`probability` None where not asked for), and whether they were there already."""

    mask: Path
    json: Path
    probability: Path | None
    skipped: bool


def mask_sha256(mask: np.ndarray) -> str:
    """SHA-256 (hex) over shape and marked pixels, for `Provenance.mask_sha256`."""
    marked = mask != 0
    return hashlib.sha256(f"{marked.shape} ".encode() + np.packbits(marked).tobytes()).hexdigest()


def already_exported(wanted: Path, provenance: Provenance, claimed: set[Path] | None = None) -> Exported | None:
    """The finished files of this very export, under `wanted` or one of its numbers; None where there are none.

    wanted: as `naming.place` gives it. claimed: names given out in this run; the one that is found is added.
    `time`, `program`, `content_hash` and size do not count.
    """
    taken = set() if claimed is None else claimed
    for base in naming.numbered(wanted):
        if base in taken:
            continue
        if _is_finished(base, provenance):
            taken.add(base)
            return _found(base, skipped=True)
        if not any(os.path.lexists(path) for path in _files(base)):
            return None
    raise AssertionError("numbers do not end")


def export_mask(
    wanted: Path,
    mask: np.ndarray,
    provenance: Provenance,
    probability: np.ndarray | None = None,
    claimed: set[Path] | None = None,
) -> Exported:
    """Write STEM.png (8-bit, 0 and 255), STEM_prob.png where asked for, and STEM.json as the last one.

    wanted: folder and stem without suffix, as `naming.place` gives it. mask: (rows, columns), everything but 0 is
    marked. probability: (rows, columns) uint16, round(65535 p). claimed: names given out in this run; the one that is
    used is added, so that two sources of one stem never share it. Finished earlier by the same export: skipped; a
    name with anything else on it gets a number. Raises UserError (disk full, no permission).
    """
    _check(mask, provenance, probability)
    provenance = replace(provenance, mask_sha256=mask_sha256(mask))
    taken = set() if claimed is None else claimed
    done = already_exported(wanted, provenance, taken)
    if done is not None:
        return done
    mask_png = picture_png(np.where(mask != 0, np.uint8(255), np.uint8(0)), provenance)
    probability_png = None if probability is None else picture_png(probability, provenance)
    for base in naming.numbered(wanted):
        if base not in taken and _write(base, mask_png, probability_png, provenance):
            taken.add(base)
            return _found(base, skipped=False)
    raise AssertionError("numbers do not end")


def read_provenance(path: Path) -> Provenance | None:
    """What the JSON file of an earlier export says; None where it is not one."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        spacing = facts["spacing_mm"]
        known = {one.name: facts[one.name] for one in fields(Provenance)}
        return Provenance(**{**known, "spacing_mm": None if spacing is None else (spacing[0], spacing[1])})
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None


def picture_png(pixels: np.ndarray, provenance: Provenance) -> bytes:
    """A PNG of (H, W) uint8 or uint16, or (H, W, 3) uint8 RGB, with the provenance as text chunks."""
    from PIL import Image as Pillow
    from PIL.PngImagePlugin import PngInfo

    chunks = PngInfo()
    for name, text in _texts(provenance).items():
        if text.isascii():
            chunks.add_text(name, text)
        else:
            chunks.add_itxt(name, text)
    stream = io.BytesIO()
    Pillow.fromarray(np.ascontiguousarray(pixels)).save(stream, "PNG", pnginfo=chunks)
    return stream.getvalue()


def _check(mask: np.ndarray, provenance: Provenance, probability: np.ndarray | None) -> None:
    size = provenance.rows, provenance.columns
    if mask.shape != size or 0 in size:
        raise ValueError(f"the mask is {mask.shape}, the picture {size}")
    if probability is not None and (probability.shape != size or probability.dtype != np.uint16):
        raise ValueError(f"the probabilities are {probability.dtype} {probability.shape}, the picture {size}")


def _write(base: Path, mask_png: bytes, probability_png: bytes | None, provenance: Provenance) -> bool:
    """All files under this name, or none of them; False where one of its names is taken."""
    mask_file, probability_file, json_file = _files(base)
    if any(os.path.lexists(path) for path in (mask_file, probability_file, json_file)):
        return False
    facts = {"format": FORMAT, "mask": mask_file.name, **_plain(provenance)}
    facts["probability"] = probability_file.name if probability_png is not None else None
    text = (json.dumps(facts, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")
    wanted = [(mask_file, mask_png), (probability_file, probability_png), (json_file, text)]
    made: list[Path] = []
    whole = False
    try:
        for path, data in wanted:
            if data is not None:
                if not newfile.create(path, data):
                    return False
                made.append(path)
        whole = True
        return True
    finally:
        for path in [] if whole else made:
            newfile.remove(path)


def _is_finished(base: Path, provenance: Provenance) -> bool:
    mask_file, _, json_file = _files(base)
    try:
        facts = json.loads(json_file.read_text(encoding="utf-8"))
        identity = provenance.identity()
        same = {name: facts.get(name) for name in identity} == identity
        probability = facts.get("probability")
        return same and mask_file.is_file() and (probability is None or base.with_name(probability).is_file())
    except (OSError, ValueError, AttributeError, TypeError):
        return False


def _found(base: Path, *, skipped: bool) -> Exported:
    mask_file, probability_file, json_file = _files(base)
    return Exported(mask_file, json_file, probability_file if probability_file.is_file() else None, skipped)


def _files(base: Path) -> tuple[Path, Path, Path]:
    """STEM.png, STEM_prob.png, STEM.json; stems may have dots in them."""
    return (
        base.with_name(f"{base.name}.png"),
        base.with_name(f"{base.name}_prob.png"),
        base.with_name(f"{base.name}.json"),
    )


def _plain(provenance: Provenance) -> dict[str, Any]:
    facts = asdict(provenance)
    facts["spacing_mm"] = None if provenance.spacing_mm is None else list(provenance.spacing_mm)
    return facts


def _texts(provenance: Provenance) -> dict[str, str]:
    """Keywords and texts of the PNG's chunks; what is not text is written as JSON."""
    texts = {"Software": provenance.program}
    for name, value in _plain(provenance).items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        texts[f"unet-studio:{name}"] = text.encode("utf-8", "replace").decode()
    return texts
