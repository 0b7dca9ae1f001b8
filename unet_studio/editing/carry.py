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

from unet_studio.editing.distance import dice, marked, meeting, signed
from unet_studio.editing.motion import Floats, pulled, small
from unet_studio.editing.scene import is_cut, look
from unet_studio.editing.step import Mask
from unet_studio.editing.threshold import Probability
from unet_studio.editing.tracking import Key, Picture, Place, begin, between, from_key, own_mask, ramp

GAIN = 0.08  # how far one frame's probability draws an outline that the flow is sure of
ANYWHERE = 1e3  # px, further than any outline
LIMIT = 0.6  # doubt at which carry_span stops


@dataclass(frozen=True, eq=False)
class Carried:
    """A Mask that was carried to a frame.

    mask: (H, W) uint8 0/1, empty after a cut; doubt: 0 (certain) to 1; cut: the frame belongs to another scene.
    """

    mask: Mask
    doubt: float
    cut: bool


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
    key, place = begin(mask, before, probability_before, threshold)
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
    key, place = begin(mask, first[0], first[1], threshold)
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


def _halfway(key: Key, place: Place, beyond: Place, doubt: float) -> Carried:
    """The Mask half way between two frames."""
    motion = np.asarray((place.motion + beyond.motion) / 2, np.float32)
    drift = np.asarray((place.drift + beyond.drift) / 2, np.float32)
    return Carried(own_mask(key, replace(beyond, motion=motion, drift=drift), beyond.picture.shape), doubt, False)


def _spoilt(found: Carried, limit: float) -> bool:
    return found.cut or found.doubt > limit


def _step(
    key: Key, last: Place, picture: Picture, probability: Probability | None, threshold: float
) -> tuple[Carried, Place]:
    """One frame on from `last`."""
    if picture.shape[:2] != last.picture.shape[:2]:
        raise ValueError(f"a frame of {picture.shape[:2]} after one of {last.picture.shape[:2]}")
    shape = (picture.shape[0], picture.shape[1])
    if np.array_equal(picture, last.picture):
        return Carried(own_mask(key, last, shape), last.doubt, False), last
    empty = np.zeros(shape, np.uint8)
    gray, seen = small(picture), look(picture)
    moved, sure = between(gray, last.gray)
    if is_cut((last.gray, last.look), (gray, seen), moved, sure):
        return Carried(empty, 1.0, True), last
    motion, belief = from_key(key, last, gray, moved, sure)
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
    return Carried(own_mask(key, place, shape), place.doubt, False), place


def _drawn(key: Key, place: Place, flowed: Floats, drift: Floats, guess: Mask) -> tuple[Floats, float]:
    """The drift after the probability has drawn at it, and how far it agreed before (0..1)."""
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
    return np.asarray(drift + gain * miss, np.float32), dice(near, flowed + drift > 0)


def _doubt(key: Key, belief: Floats, now: Floats, agreement: float | None, growth: float) -> float:
    """0..1: the flow not believed along the outline, a trusted network elsewhere, an area that jumps, nothing left."""
    if growth <= 0:
        return 1.0
    band = np.abs(now) < 0.35 * key.radius + 1
    lost = 1 - float(belief[band].mean()) if band.any() else 1.0
    jump = ramp(abs(math.log(growth)), 0.1, 0.6)
    if agreement is None:
        return 1 - (1 - lost) * (1 - jump)
    backed, against = ramp(agreement, 0.6, 0.95), 1 - ramp(agreement, 0.3, 0.8)
    return 1 - (1 - lost * (1 - key.model * backed)) * (1 - 0.6 * key.model * against) * (1 - jump)
