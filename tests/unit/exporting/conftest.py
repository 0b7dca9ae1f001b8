"""Masks to write: two lungs, one with a hole, one pixel alone, nothing at all; and a writer for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unet_studio.core.formats import chosen
from unet_studio.exporting.frame import Frame
from unet_studio.exporting.png import Exported, Provenance, export_mask, mask_sha256
from unet_studio.exporting.writing import Writing

ROWS, COLUMNS = 60, 44


def two_lungs() -> np.ndarray:
    """(60, 44) uint8 0/1: different left and right, top and bottom, so that no turn of it is the same."""
    y, x = np.mgrid[:ROWS, :COLUMNS]
    mask = ((x - 11) / 8) ** 2 + ((y - 24) / 16) ** 2 < 1
    mask |= ((x - 32) / 7) ** 2 + ((y - 30) / 20) ** 2 < 1
    mask[2, 40] = True
    return mask.astype(np.uint8)


def with_hole() -> np.ndarray:
    mask = two_lungs()
    mask[28:34, 30:34] = 0
    return mask


MASKS: dict[str, Callable[[], np.ndarray]] = {
    "lungs": two_lungs,
    "hole": with_hole,
    "empty": lambda: np.zeros((ROWS, COLUMNS), np.uint8),
    "full": lambda: np.ones((ROWS, COLUMNS), np.uint8),
}


@pytest.fixture(params=sorted(MASKS))
def mask(request: pytest.FixtureRequest) -> np.ndarray:
    return MASKS[request.param]()


class Export:
    """Writes Masks into `out` as an export does."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.writing: Writing | None = None

    def __call__(
        self, name: str, *masks: np.ndarray, formats: str, source: Path | None = None, **facts: Any
    ) -> Writing:
        """Write the frames of one file; more keywords are fields of the Provenance. Returns the Writing, closed."""
        writing = Writing(self.out, chosen(formats.split(",")), anonymous=bool(facts.pop("anonymous", False)))
        group, side = facts.pop("group", "P001"), facts.pop("side", "train")
        for number, mask in enumerate(masks):
            made = provenance(mask, frame=number + 1, frames=len(masks), **facts)
            own = f"{name}_f{number + 1:04d}" if len(masks) > 1 else name
            png: Exported = export_mask(self.out / own, mask, made)
            picture = np.where(mask != 0, np.uint8(60), np.uint8(190))
            values = (np.arange(mask.size, dtype=np.uint16) * 7).reshape(mask.shape)
            frame = Frame(own, name, mask, made, group, side, lambda p=picture: p, lambda v=values: v, source)
            writing.add(frame, png.mask, is_dicom=source is not None)
        writing.file_done(is_dicom=source is not None)
        writing.close()
        return writing


def provenance(mask: np.ndarray, **facts: Any) -> Provenance:
    known: dict[str, Any] = {
        "source": "P001_I001",
        "source_sha256": "ab" * 32,
        "content_hash": "cd" * 32,
        "target": "lung",
        "model": "lung-v3",
        "model_sha256": "ef" * 32,
        "time": "2026-01-02T03:04:05+00:00",
        "program": "U-Net Studio 0.1.0",
        "rows": mask.shape[0],
        "columns": mask.shape[1],
        "reviewed": True,
        "reader": "Dr Test",
        "threshold": 0.5,
        "spacing_mm": (0.2, 0.1),
        "mask_sha256": mask_sha256(mask),
    }
    return Provenance(**{**known, **facts})


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return Export(tmp_path / "out")
