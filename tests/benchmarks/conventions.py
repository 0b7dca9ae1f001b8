"""Masks that simulated readers draw: outline conventions that no data set has, and Corrections that make no sense.

Every function takes and returns (H, W) uint8 masks of 0 and 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

Mask = np.ndarray


def one_lung(mask: Mask) -> Mask:
    """Only the lung on the picture's left: the largest part whose middle lies in that half, or the left half of all."""
    count, labels, stats, middles = cv2.connectedComponentsWithStats(mask)
    parts = [part for part in range(1, count) if middles[part][0] < mask.shape[1] / 2]
    if not parts or count == 2:
        left = mask.copy()
        left[:, mask.shape[1] // 2 :] = 0
        return left
    return (labels == max(parts, key=lambda part: stats[part, cv2.CC_STAT_AREA])).astype(np.uint8)


def heart_included(mask: Mask) -> Mask:
    """Both lungs and all that lies between them, row by row: heart and mediastinum belong to it."""
    filled = mask.copy()
    for row in np.flatnonzero(mask.any(axis=1)):
        columns = np.flatnonzero(mask[row])
        filled[row, columns[0] : columns[-1] + 1] = 1
    return filled


def wider(mask: Mask, part: float = 0.03) -> Mask:
    """Outlines moved outward by `part` of the width of one lung, taken as the largest distance within it, twice."""
    reach = part * 2 * float(cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE).max())
    away = cv2.distanceTransform(1 - mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(away <= max(1.0, reach), np.uint8)


def swapped(masks: Sequence[Mask]) -> list[Mask]:
    """Each film gets the next one's mask, stretched to its size."""
    others = [masks[(index + 1) % len(masks)] for index in range(len(masks))]
    return [
        cv2.resize(other, own.shape[::-1], interpolation=cv2.INTER_NEAREST)
        for own, other in zip(masks, others, strict=True)
    ]


def shifted(masks: Sequence[Mask], rng: np.random.Generator) -> list[Mask]:
    """Each mask moved by its own amount, up to 15 % of each side."""
    moves = (rng.uniform(-0.15, 0.15, (len(masks), 2)) * [mask.shape for mask in masks]).astype(int)
    return [np.roll(mask, tuple(move), (0, 1)) for mask, move in zip(masks, moves, strict=True)]


def emptied(masks: Sequence[Mask], rng: np.random.Generator) -> list[Mask]:
    """Moved as in `shifted`, and a quarter of them without anything."""
    moved = shifted(masks, rng)
    for index in rng.choice(len(moved), len(moved) // 4, replace=False):
        moved[index] = np.zeros_like(moved[index])
    return moved


CONVENTIONS: dict[str, Callable[[Mask], Mask]] = {"one lung": one_lung, "heart": heart_included, "wider": wider}


def wavy(mask: Mask, amount: float, rng: np.random.Generator) -> Mask:
    """The mask with its outline moved in and out by a smooth random field of `amount` px (deviation)."""
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    outside = cv2.distanceTransform(1 - mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    field = cv2.GaussianBlur(rng.normal(0, 1, mask.shape), (0, 0), max(mask.shape) / 16)
    field *= amount / max(float(field.std()), 1e-9)
    return np.asarray(inside - outside + field > 0, np.uint8)


def mended(proposal: Mask, truth: Mask, most: float) -> tuple[Mask, Mask]:
    """What a reader makes of a proposal who minds only errors farther than `most` px from the true outline.

    Returns the Mask and the pixels touched: each error that somewhere goes deeper is mended as a whole.
    """
    wrong = (proposal != truth).astype(np.uint8)
    depth = np.maximum(
        cv2.distanceTransform(truth, cv2.DIST_L2, cv2.DIST_MASK_PRECISE),
        cv2.distanceTransform(1 - truth, cv2.DIST_L2, cv2.DIST_MASK_PRECISE),
    )
    count, labels = cv2.connectedComponents(wrong)
    touched = np.zeros_like(truth)
    for part in range(1, count):
        if depth[labels == part].max() > most:
            touched[labels == part] = 1
    return np.where(touched != 0, truth, proposal).astype(np.uint8), touched
