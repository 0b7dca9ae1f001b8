"""Outer outlines of a Mask as polygons through pixel centres (x = column, y = row), and polygons drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from unet_studio.core.errors import UserError

TOLERANCE = 0.75  # px that a vertex left out may lie from the line
CLOSE_ENOUGH = 0.995  # Dice; below it every vertex is kept
LEAST = 0.98  # Dice that a file must keep when it is drawn again


def outlines(mask: np.ndarray) -> list[np.ndarray]:
    """One (n, 2) int32 array of (x, y) for each separate part of an (H, W) Mask, n >= 3; holes are not told.

    Vertices that hardly matter are left out: a film's outline has hundreds instead of thousands, so it can be edited.
    """
    marked = (mask != 0).astype(np.uint8)
    exact, _ = cv2.findContours(marked, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    whole = [one.reshape(-1, 2) for one in exact]
    fewer = [cv2.approxPolyDP(one, TOLERANCE, True).reshape(-1, 2) for one in exact]
    found = fewer if _dice(drawn(fewer, mask.shape), drawn(whole, mask.shape)) >= CLOSE_ENOUGH else whole
    return [_three(one) for one in found]


def drawn(polygons: Sequence[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """(H, W) uint8 0/1 of polygons of (x, y), their outlines included. Raises ValueError for what is no polygon."""
    mask = np.zeros(shape[:2], np.uint8)
    for one in polygons:
        points = np.asarray(one, np.float64).reshape(-1, 2)
        if not len(points) or not np.isfinite(points).all() or np.abs(points).max() > 1e6:
            raise ValueError("a polygon without usable points")
        cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 1)
    return mask


def filled(mask: np.ndarray) -> np.ndarray:
    """The Mask without its holes, (H, W) uint8 0/1."""
    exact, _ = cv2.findContours((mask != 0).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return drawn([one.reshape(-1, 2) for one in exact], mask.shape)


def require_close(path: Path, polygons: Sequence[np.ndarray], mask: np.ndarray) -> None:
    """Raises UserError where the polygons, drawn again, are not the Mask without its holes."""
    if _dice(drawn(polygons, mask.shape), filled(mask)) < LEAST:
        raise UserError(f"{path.name}: written, but its polygons are not the mask; do not use it, take another format.")


def _dice(one: np.ndarray, other: np.ndarray) -> float:
    total = np.count_nonzero(one) + np.count_nonzero(other)
    return 2.0 * np.count_nonzero(one & other) / total if total else 1.0


def _three(points: np.ndarray) -> np.ndarray:
    """At least three vertices, which readers ask for: the last one of a point or a line stands more than once."""
    return np.concatenate([points, np.repeat(points[-1:], max(0, 3 - len(points)), axis=0)])
