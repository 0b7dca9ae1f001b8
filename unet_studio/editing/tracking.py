"""A corrected frame, and how far a later one has come from it. Imports cv2: load it late."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from unet_studio.editing.distance import around, dice, marked, meeting, shrunk, signed
from unet_studio.editing.motion import (
    Floats,
    Gray,
    chained,
    consistency,
    detail,
    flow,
    leap,
    likeness,
    of_body,
    pulled,
    small,
)
from unet_studio.editing.rect import Rect
from unet_studio.editing.scene import Look, look
from unet_studio.editing.step import Mask
from unet_studio.editing.threshold import Probability

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Key:
    """The corrected frame: all (h, w) of the small copy, distances in its px; `fine` and `rect` at own size."""

    gray: Gray
    detail: Gray
    distance: Floats
    trust: Floats  # 0..1: how right the probability was here
    model: float  # 0..1: how right it was as a whole
    radius: float
    far: float  # beyond this every distance counts the same
    fine: Floats
    rect: Rect


@dataclass(frozen=True, eq=False)
class Place:
    """How far a frame has come: its flow to the key frame, how far that is believed, and what the drift was."""

    picture: Picture
    gray: Gray
    look: Look
    motion: Floats
    belief: Floats
    drift: Floats
    area: float
    doubt: float


def begin(mask: Mask, picture: Picture, probability: Probability | None, threshold: float) -> tuple[Key, Place]:
    """The Key of a corrected frame and its own Place. Raises ValueError for a mask of another size than the frame."""
    if mask.shape != picture.shape[:2]:
        raise ValueError(f"a mask of {mask.shape} for a frame of {picture.shape[:2]}")
    gray = small(picture)
    shape = (gray.shape[0], gray.shape[1])
    inside = shrunk(mask, shape)
    area = float(inside.sum())
    radius = max(2.0, math.sqrt(area / math.pi))
    far, scale = 0.5 * radius + 3, math.sqrt(mask.size / inside.size)
    distance = signed(inside, far)
    trust, model = np.zeros_like(distance), 0.0
    if probability is not None and area:
        guess = meeting(marked(probability, shape, threshold), inside)
        wrong = (signed(guess, far) - distance) / (0.12 * radius + 0.5)
        trust = np.asarray(cv2.blur(np.exp(-(wrong**2) / 2), (5, 5)), np.float32)
        model = ramp(dice(guess, inside), 0.6, 0.95)
    rect = around(mask, math.ceil(far * scale) + 1)
    key = Key(gray, detail(gray), distance, trust, model, radius, far, signed(mask[rect.slices], far * scale), rect)
    still = np.zeros((*shape, 2), np.float32)
    flat = np.zeros(shape, np.float32)
    return key, Place(picture, gray, look(picture), still, flat + 1, flat, area, 0.0)


def between(gray: Gray, last: Gray) -> tuple[Floats, Floats]:
    """The flow of a frame to the last one and how far it is believed, (h, w) 0..1."""
    rough = leap(gray, last)
    moved = flow(gray, last, rough)
    back = flow(last, gray, None if rough is None else -pulled(rough, -rough))
    return moved, consistency(moved, back)


def from_key(key: Key, last: Place, gray: Gray, moved: Floats, sure: Floats) -> tuple[Floats, Floats]:
    """The flow to the key frame and how far it is believed: over the last frame, or directly where that fits better."""
    inner = 0.15 * key.radius + 1
    known = pulled(key.distance, last.motion) + last.drift
    moved = of_body(moved, sure * np.clip(pulled(known, moved) / inner, 0, 1), 0.15 * key.radius)
    motion = chained(moved, last.motion)
    belief = sure * pulled(last.belief, moved)
    if last.gray is key.gray:
        return motion, belief
    here = detail(gray)
    direct = flow(here, key.detail, motion)
    within = np.clip((pulled(key.distance, motion) + pulled(last.drift, moved)) / inner, 0, 1)
    fits = np.clip((likeness(here, key.detail, direct) - 0.4) / 0.4, 0, 1)
    shift = of_body(direct - motion, np.asarray(within * fits, np.float32), 0.5 * key.radius, 0.1 * float(within.sum()))
    straight = np.asarray(motion + shift, np.float32)
    over, now = (likeness(here, key.detail, way) for way in (motion, straight))
    if float((within * (now - over)).sum()) < 0.01 * float(within.sum()):
        return motion, belief
    fits = np.clip((now - 0.2) / 0.4, 0, 0.95)
    return straight, np.asarray(np.maximum(belief, cv2.blur(fits, (9, 9))), np.float32)


def own_mask(key: Key, place: Place, shape: tuple[int, ...]) -> Mask:
    """The Mask at own size, from the key frame's fine distances and the small copy's flow and drift."""
    rows, columns = place.gray.shape
    out = np.zeros((shape[0], shape[1]), np.uint8)
    rough = pulled(key.distance, place.motion) + place.drift > -3
    seen = around(np.asarray(rough, np.uint8), 1)
    if seen.empty:
        return out
    down, right = shape[0] / rows, shape[1] / columns
    rect = Rect(
        math.floor(seen.top * down),
        math.floor(seen.left * right),
        math.ceil(seen.bottom * down),
        math.ceil(seen.right * right),
    )
    grid = np.array([[1 / right, 0, (rect.left + 0.5) / right - 0.5], [0, 1 / down, (rect.top + 0.5) / down - 0.5]])
    size, how = rect.shape[::-1], cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    motion, drift = (
        cv2.warpAffine(plane, grid, size, flags=how, borderMode=cv2.BORDER_REPLICATE)
        for plane in (place.motion, place.drift)
    )
    x, y = np.arange(rect.left, rect.right, dtype=np.float32), np.arange(rect.top, rect.bottom, dtype=np.float32)
    at_x, at_y = x + motion[..., 0] * right - key.rect.left, y[:, None] + motion[..., 1] * down - key.rect.top
    fine = cv2.remap(key.fine, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    out[rect.slices] = fine + drift * math.sqrt(down * right) > 0
    return out


def ramp(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high` on, straight between."""
    return min(1.0, max(0.0, (value - low) / (high - low)))
