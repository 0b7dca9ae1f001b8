"""Elastic deformation (Ronneberger 2015, section 3.1), together with an affine move in one resampling."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
POINTS = 3  # the paper's coarse grid has 3 x 3 points


def displacements(shape: tuple[int, int], sigma: float, rng: np.random.Generator) -> Floats:
    """(rows, columns, 2) float32, how far each pixel moves as (x, y) in px.

    At the 3 x 3 points on corners, edges and middle of `shape` (rows, columns) both parts are normal with deviation
    `sigma` px (the paper: 10); between them bicubic.
    """
    return spread(sigma * rng.standard_normal((POINTS, POINTS, 2)), shape)


def spread(grid: npt.NDArray[np.float64], shape: tuple[int, int]) -> Floats:
    """(n, m, k) values on a coarse grid, its corners on the picture's, to (rows, columns, k) float32, bicubic."""
    down, across = (_cubic(points, length) for points, length in zip(grid.shape[:2], shape, strict=True))
    columns = np.tensordot(down, grid.astype(np.float32), 1)
    values = np.empty((*shape, grid.shape[2]), np.float32)
    for part in range(grid.shape[2]):
        values[..., part] = sum(np.multiply.outer(columns[:, k, part], across[:, k]) for k in range(grid.shape[1]))
    return values


def _cubic(points: int, length: int) -> Floats:
    """(length, points): how much each grid point has in each pixel; cubic convolution (Keys 1981), ends repeated."""
    place = np.linspace(0, points - 1, length) if length > 1 else np.full(1, (points - 1) / 2)
    first = np.minimum(np.floor(place), points - 2)
    part = place - first
    shares = (
        -0.5 * part**3 + part**2 - 0.5 * part,
        1.5 * part**3 - 2.5 * part**2 + 1,
        -1.5 * part**3 + 2 * part**2 + 0.5 * part,
        0.5 * part**3 - 0.5 * part**2,
    )
    weights = np.zeros((length, points))
    for offset, share in enumerate(shares, start=-1):
        np.add.at(weights, (np.arange(length), np.clip(first + offset, 0, points - 1).astype(int)), share)
    return weights.astype(np.float32)


def warp(
    values: Floats, matrix: npt.NDArray[np.float64], moves: Floats, border: int, outside: tuple[float, ...] = ()
) -> Floats:
    """(h, w, channels) resampled once, bilinear, to the (rows, columns, channels) of `moves`.

    matrix: 2x3 from picture to canvas in (x, y) px; moves: (rows, columns, 2), `displacements` in the canvas: canvas
    pixel p shows what the affine move alone would have put at p + moves[p]. border: cv2's border mode; outside: its
    value per channel.
    """
    rows, columns = moves.shape[:2]
    back = np.asarray(cv2.invertAffineTransform(matrix), dtype=np.float32)
    x = moves[..., 0] + np.arange(columns, dtype=np.float32)
    y = moves[..., 1] + np.arange(rows, dtype=np.float32)[:, None]
    left, top = (row[0] * x + row[1] * y + row[2] for row in back)
    moved = cv2.remap(values, left, top, cv2.INTER_LINEAR, borderMode=border, borderValue=outside)
    return np.asarray(moved, dtype=np.float32).reshape(rows, columns, values.shape[2])
