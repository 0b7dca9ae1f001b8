"""Corrections as lessons for `training.finetune`: which ones, how often, and how much each pixel weighs."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from training.finetune import Lesson
from training.preprocess import crop
from unet_studio.learning.exam import Probabilities
from unet_studio.learning.job import Item

BAND_WEIGHT = 2.0  # of a pixel in or beside the part that the Correction changed; any other has 1
BAND_REACH = 3  # px at network size
FRESH_SHARE = 2  # how often a fresh Correction is shown for each time that an earlier one is


def lessons_of(items: Sequence[Item], proposed: Probabilities, threshold: float) -> list[Lesson]:
    """Each Item as a Lesson, fresh ones FRESH_SHARE times where there are earlier ones too."""
    lessons: list[Lesson] = []
    mixed = len({item.fresh for item in items}) == 2
    for item in items:
        lesson = _lesson(item, proposed.get(item.name), threshold)
        lessons += [lesson] * (FRESH_SHARE if mixed and item.fresh else 1)
    return lessons


def _lesson(item: Item, proposed: np.ndarray | None, threshold: float) -> Lesson:
    content = item.fit.content_rows, item.fit.content_columns
    if proposed is None:
        return Lesson(item.picture, item.mask, content)
    changed = (proposed >= threshold) != (crop(item.mask, item.fit) != 0)
    reach = np.ones((2 * BAND_REACH + 1, 2 * BAND_REACH + 1), np.uint8)
    band = cv2.dilate(changed.astype(np.uint8), reach) != 0
    weight = np.ones(item.mask.shape, np.float32)
    weight[: content[0], : content[1]][band] = BAND_WEIGHT
    return Lesson(item.picture, item.mask, content, weight)
