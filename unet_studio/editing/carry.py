"""Carrying a corrected Mask to the frames that follow. Imports cv2: load it late.

The Mask is a signed distance to its outline. The flow brings it to the next frame, always from the frame that was
corrected and never from one that was carried, so that errors do not build up. The network's probability is then what a
measurement is to a Kalman filter: it takes slow drift away where it was right on the corrected frame, and takes over
where the flow is not believed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

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
from unet_studio.editing.scene import Look, is_cut, look
from unet_studio.editing.step import Mask
from unet_studio.editing.threshold import Probability

Picture = npt.NDArray[np.uint8]
GAIN = 0.08  # how far one frame's probability draws an outline that the flow is sure of
ANYWHERE = 1e3  # px
LIMIT = 0.6  # doubt at which carry_span stops


@dataclass(frozen=True, eq=False)
class Carried:
    """A Mask that was carried to a frame.

    mask: (H, W) uint8 0/1, empty after a cut; doubt: 0 (certain) to 1; cut: the frame belongs to another scene.
    """

    mask: Mask
    doubt: float
    cut: bool


@dataclass(frozen=True, eq=False)
class _Key:
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
class _Place:
    """How far a frame has come: its flow to the key frame, how far that is believed, and what the drift was."""

    picture: Picture
    gray: Gray
    look: Look
    motion: Floats
    belief: Floats
    drift: Floats
    area: float
    doubt: float


def carried(
    mask: Mask,
    before: Picture,
    after: Picture,
    probability: Probability | None = None,
    *,
    probability_before: Probability | None = None,
    threshold: float = 0.5,
) -> Carried:
    """The Mask (H, W) of frame `before` on frame `after`, both (H, W) or (H, W, 3) RGB uint8.

    probability, probability_before: the network's (any size) uint16 map of each frame; without both only the flow
    counts, because a network is believed as far as it was right on the corrected frame. Nothing is written to.
    Raises ValueError for frames and masks of different sizes.
    """
    key, place = _begin(mask, before, probability_before, threshold)
    return _step(key, place, after, probability, threshold)[0]


def carry_span(
    mask: Mask,
    frames: Iterable[tuple[Picture, Probability | None]],
    *,
    threshold: float = 0.5,
    limit: float = LIMIT,
) -> Iterator[Carried]:
    """Carry the Mask of the first of `frames`, which was corrected, to each that follows; arrays as for `carried`.

    The last is the first with a cut or a doubt above `limit` (as that of a Mask that becomes empty is). One such frame
    (a flash, a blur) between two that belong together is bridged: with the doubt `limit`, half way between them.
    Raises ValueError for frames and masks of different sizes.
    """
    ahead = iter(frames)
    first = next(ahead, None)
    if first is None:
        return
    key, place = _begin(mask, first[0], first[1], threshold)
    for frame in ahead:
        found, there = _step(key, place, *frame, threshold)
        if _spoilt(found, limit):
            following = next(ahead, None)
            beyond = None if following is None else _step(key, place, *following, threshold)
            if beyond is None or _spoilt(beyond[0], limit):
                yield found
                return
            yield _halfway(key, place, beyond[1], limit)
            found, there = beyond
        yield found
        place = there


def _halfway(key: _Key, place: _Place, beyond: _Place, doubt: float) -> Carried:
    motion, drift = ((one + other) / 2 for one, other in ((place.motion, beyond.motion), (place.drift, beyond.drift)))
    between = replace(beyond, motion=motion, drift=drift)
    return Carried(_own_mask(key, between, beyond.picture.shape), doubt, False)


def _spoilt(found: Carried, limit: float) -> bool:
    return found.cut or found.doubt > limit


def _begin(mask: Mask, picture: Picture, probability: Probability | None, threshold: float) -> tuple[_Key, _Place]:
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
        model = _ramp(dice(guess, inside), 0.6, 0.95)
    rect = around(mask, math.ceil(far * scale) + 1)
    key = _Key(gray, detail(gray), distance, trust, model, radius, far, signed(mask[rect.slices], far * scale), rect)
    still = np.zeros((*shape, 2), np.float32)
    flat = np.zeros(shape, np.float32)
    return key, _Place(picture, gray, look(picture), still, flat + 1, flat, area, 0.0)


def _step(
    key: _Key, last: _Place, picture: Picture, probability: Probability | None, threshold: float
) -> tuple[Carried, _Place]:
    """One frame on from `last`."""
    if picture.shape[:2] != last.picture.shape[:2]:
        raise ValueError(f"a frame of {picture.shape[:2]} after one of {last.picture.shape[:2]}")
    shape = (picture.shape[0], picture.shape[1])
    if np.array_equal(picture, last.picture):
        return Carried(_own_mask(key, last, shape), last.doubt, False), last
    empty = np.zeros(shape, np.uint8)
    gray, seen = small(picture), look(picture)
    moved, sure = _between(gray, last.gray)
    if is_cut((last.gray, last.look), (gray, seen), moved, sure):
        return Carried(empty, 1.0, True), last
    motion, belief = _from_key(key, last, gray, moved, sure)
    place = replace(last, picture=picture, gray=gray, look=seen, motion=motion, belief=belief)
    if not last.area:
        return Carried(empty, 0.0, False), place
    flowed = pulled(key.distance, motion)
    drift, agreement = pulled(last.drift, moved), None
    if probability is not None and key.model:
        drift, agreement = _drawn(key, place, flowed, drift, marked(probability, gray.shape, threshold))
    now = flowed + drift
    area = float((now > 0).sum())
    place = replace(place, drift=drift, area=area)
    place = replace(place, doubt=_doubt(key, belief, now, agreement, area / last.area))
    return Carried(_own_mask(key, place, shape), place.doubt, False), place


def _between(gray: Gray, last: Gray) -> tuple[Floats, Floats]:
    """The flow of a frame to the last one and how far it is believed, (h, w) 0..1."""
    begin = leap(gray, last)
    moved = flow(gray, last, begin)
    back = flow(last, gray, None if begin is None else -pulled(begin, -begin))
    return moved, consistency(moved, back)


def _from_key(key: _Key, last: _Place, gray: Gray, moved: Floats, sure: Floats) -> tuple[Floats, Floats]:
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


def _drawn(key: _Key, place: _Place, flowed: Floats, drift: Floats, guess: Mask) -> tuple[Floats, float]:
    """The drift after the probability has drawn at it, and how far the probability agrees (0..1)."""
    blurred = cv2.GaussianBlur(place.belief, (0, 0), max(3.0, 0.5 * key.radius))
    belief, motion = np.clip((blurred - 0.2) / 0.4, 0, 1), place.motion
    near = meeting(guess, np.asarray(flowed + drift > 0, np.uint8))
    if not near.any():
        return drift, 0.0
    wanted = signed(near, key.far)
    trust = belief * pulled(key.trust, motion)
    gain = key.model * (GAIN * trust + (1 - belief))
    most = 0.2 * key.radius + 2 + (1 - belief) * ANYWHERE
    miss = np.clip(wanted - flowed - drift, -most, most)
    drawn = np.asarray(drift + gain * miss, np.float32)
    return drawn, dice(wanted > 0, flowed + drawn > 0)


def _doubt(key: _Key, belief: Floats, now: Floats, agreement: float | None, growth: float) -> float:
    """0..1: the flow not believed along the outline, a trusted network elsewhere, an area that jumps, nothing left."""
    if growth <= 0:
        return 1.0
    band = np.abs(now) < 0.35 * key.radius + 1
    lost = 1 - float(belief[band].mean()) if band.any() else 1.0
    jump = _ramp(abs(math.log(growth)), 0.1, 0.6)
    if agreement is None:
        return 1 - (1 - lost) * (1 - jump)
    backed, against = _ramp(agreement, 0.6, 0.95), 1 - _ramp(agreement, 0.3, 0.8)
    return 1 - (1 - lost * (1 - key.model * backed)) * (1 - 0.6 * key.model * against) * (1 - jump)


def _own_mask(key: _Key, place: _Place, shape: tuple[int, ...]) -> Mask:
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


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))
