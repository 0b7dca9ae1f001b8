"""The Grid of a volume: how its file stores the slices that are shown as frames, and where they lie in the patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

NEAR = 0.1  # of the shortest side of a voxel: what rounding in a header may move a corner of a volume
RAS_OF = {"right": 1.0, "left": -1.0, "anterior": 1.0, "posterior": -1.0, "superior": 1.0, "inferior": -1.0}
SHORT = {"RAS": "right-anterior-superior", "LAS": "left-anterior-superior", "LPS": "left-posterior-superior"}
SPATIAL = frozenset({"domain", "space"})  # kinds of an NRRD's axes along which pixels lie


@dataclass(frozen=True)
class Grid:
    """The stored voxels of a volume, and which of their axes run along a frame's columns, rows and the slices.

    shape: voxels along the stored axes (i, j[, k[, more]]), colour left out. axes: the stored axis (0 to 2) of columns,
    rows, slices. backwards: whether each of the three runs against the stored order. spacing: of i, j, k in mm, 0 where
    not known. affine: (4, 4) from (i, j, k, 1) to mm to the patient's right, front and head, None where not known.
    """

    shape: tuple[int, ...]
    axes: tuple[int, ...] = (0, 1, 2)
    backwards: tuple[bool, ...] = (False, False, False)
    spacing: tuple[float, ...] = (0.0, 0.0, 0.0)
    affine: tuple[tuple[float, ...], ...] | None = None

    def turned(self, stored: np.ndarray) -> np.ndarray:
        """(i, j[, k[, more]]) as (columns, rows, slices[, more]), a view."""
        laid = stored if stored.ndim > 2 else stored[..., None]
        laid = np.moveaxis(laid, self.axes, (0, 1, 2))
        return np.flip(laid, tuple(axis for axis, against in enumerate(self.backwards) if against))

    def frames(self, stored: np.ndarray) -> np.ndarray:
        """(frames, H, W) of stored gray voxels, in the order in which they are shown."""
        laid = self.turned(stored.reshape(self.shape))
        return np.moveaxis(laid.reshape(*laid.shape[:2], -1), (0, 1, 2), (2, 1, 0))

    def stored(self, frames: np.ndarray) -> np.ndarray:
        """(frames, H, W) as the file stores them: what `frames` makes into these."""
        laid = np.moveaxis(frames, (2, 1, 0), (0, 1, 2)).reshape(self.shown)
        laid = np.flip(laid, tuple(axis for axis, against in enumerate(self.backwards) if against))
        return np.ascontiguousarray(np.moveaxis(laid, (0, 1, 2), self.axes).reshape(self.shape))

    @property
    def shown(self) -> tuple[int, ...]:
        """Voxels along (columns, rows, slices[, more])."""
        stored = (*self.shape, 1)[: max(3, len(self.shape))]
        return (*(stored[axis] for axis in self.axes), *stored[3:])

    def corners(self) -> np.ndarray:
        """(8, 3) mm: centres of the voxels at the ends of (columns, rows, slices), in the order shown."""
        assert self.affine is not None
        ends = np.zeros((8, 4))
        ends[:, 3] = 1.0
        for row, at_end in enumerate(product((False, True), repeat=3)):
            for axis, last, against, side in zip(self.axes, at_end, self.backwards, self.shown, strict=False):
                ends[row, axis] = side - 1 if last != against else 0
        return np.asarray((ends @ np.asarray(self.affine).T)[:, :3])

    def lies_like(self, other: Grid) -> bool:
        """Whether each voxel, as it is shown, has its place where the other's has; both have an affine."""
        sides = np.linalg.norm(np.asarray(self.affine)[:3, :3], axis=0)
        apart = np.linalg.norm(self.corners() - other.corners(), axis=1)
        return without_ones(self.shown) == without_ones(other.shown) and bool((apart <= NEAR * sides.min()).all())


def without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape of at least three axes, without axes of length 1 behind the third."""
    whole = (*shape, 1)[: max(3, len(shape))]
    while len(whole) > 3 and whole[-1] == 1:
        whole = whole[:-1]
    return whole


def nrrd_spatial(header: Mapping[str, Any]) -> list[int]:
    """Which axes of an NRRD file are space; the others are colours, components or times."""
    count = len(header["sizes"])
    kinds = [str(kind).lower() for kind in header.get("kinds", [])]
    directions = np.asarray(header.get("space directions", np.zeros((0, 3))), float)
    if len(kinds) == count and any(kind in SPATIAL for kind in kinds):
        return [axis for axis, kind in enumerate(kinds) if kind in SPATIAL]
    if directions.ndim == 2 and len(directions) == count:
        return [axis for axis in range(count) if np.isfinite(directions[axis]).all()]
    return list(range(count))


def nrrd_geometry(header: Mapping[str, Any]) -> tuple[np.ndarray | None, np.ndarray]:
    """((4, 4) to RAS mm, None where the file names no patient's axes; spacing of three axes in mm, 0 where unknown)."""
    spatial = nrrd_spatial(header)
    directions = np.asarray(header.get("space directions", np.zeros((0, 3))), float)
    spacings = np.asarray(header.get("spacings", []), float)
    if directions.ndim == 2 and len(directions) == len(header["sizes"]):
        directions = directions[spatial]
        spacing = np.linalg.norm(directions, axis=1)
    else:
        directions = directions[:0]
        spacing = spacings[spatial] if len(spacings) == len(header["sizes"]) else spacings[:0]
    spacing = np.nan_to_num(np.append(spacing, [0.0] * 3)[:3])
    space = str(header.get("space", "")).strip()
    words = SHORT.get(space.upper(), space.lower()).split("-")[:3]
    if directions.shape != (3, 3) or not np.isfinite(directions).all() or not all(word in RAS_OF for word in words):
        return None, spacing
    to_ras = np.diag([RAS_OF[word] for word in words])
    origin = np.asarray(header.get("space origin", np.zeros(3)), float)
    affine = np.eye(4)
    affine[:3, :3] = to_ras @ directions.T
    affine[:3, 3] = to_ras @ np.where(np.isfinite(origin), origin, 0.0)
    return affine, spacing
