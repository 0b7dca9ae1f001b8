"""Correct once, the rest follows: what a few strokes say about untouched pixels. Imports cv2: load it late.

The network's log-odds get a correction: a Gaussian process (Rasmussen and Williams, Gaussian Processes for Machine
Learning, 2006, equation 2.25) through what the strokes say, 0 at untouched pixels where the network is sure. Pixels are
alike that lie close together, look alike to the network's last layer and had about the same odds. Where the corrected
odds clearly cross the threshold beside a stroke that corrected something, an island is proposed if it is probably
right: where the network was less sure than under the stroke, after much was corrected, enclosed by strokes and mask.
What was measured, and against what, stands in docs/decisions/0016-follow.md. All of it runs at half of network size.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from unet_studio.core.proposal import ONE
from unet_studio.editing.own_size import OwnSize
from unet_studio.editing.rect import NOWHERE, Rect
from unet_studio.editing.step import Bits, Mask
from unet_studio.editing.threshold import Probability

NOBODY = -1  # in Said: a pixel without a stroke
SURE = 4.0  # log-odds count up to here; untouched pixels beyond hold the correction at 0
MEANT = 3.0  # the log-odds that a stroke asks for
LOOKS, PLACE, ODDS = 0.4, 0.06, 2.0  # the kernel's lengths: of features, of the picture's long side, of log-odds
NOISE, FAITH = 0.3, 1.2  # variances: of what a stroke says, of what the sure network says
TOLD, HELD = 150, 200  # at most so many pixels of strokes, and of the sure network
REACH = 3.0  # kernel lengths around a stroke
CLEAR = 1.7  # corrected log-odds from which a pixel belongs to an island
# log-odds that an island is right, fitted: per log-odds less sure than under the stroke, per log of the corrected part
# of the picture in thousandths, per enclosed share, constant; and how many are asked for
LESS_SURE, CORRECTED, ENCLOSED, CONSTANT, ASKED = 1.2, 1.25, 9.1, -7.5, 1.4
LEAST = 12  # px at half of network size
MOST = 65504.0  # features beyond, which float16 cannot hold, count as this
LARGEST = 0.5  # of the mask: what one island may take away

Floats = npt.NDArray[np.float32]
Features = npt.NDArray[np.floating]
Said = npt.NDArray[np.int8]


def said(mask: Mask, touched: Bits, shape: tuple[int, int]) -> Said:
    """What strokes say at network size: (h, w) int8 of `shape`, 0, 1 or NOBODY.

    mask: (H, W) uint8 0/1; touched: (H, W) bool. A small pixel counts where half of it or more was touched, and 70 % of
    that alike.
    """
    whole = np.asarray(cv2.resize(touched.view(np.uint8) * np.uint8(255), shape[::-1], interpolation=cv2.INTER_AREA))
    ones = np.where(touched, mask, np.uint8(0)) * np.uint8(255)
    share = np.asarray(cv2.resize(ones, shape[::-1], interpolation=cv2.INTER_AREA)) / np.maximum(whole, np.float32(1))
    found = np.full(shape, NOBODY, np.int8)
    enough = whole >= 128
    found[enough & (share >= 0.7)] = 1
    found[enough & (share <= 0.3)] = 0
    return found


def follow(features: Features, probability: Probability, said: Said, threshold: float = 0.5) -> Probability:
    """The Proposal's probability with the changes that the strokes suggest; everywhere else bit for bit as it was.

    features: (C, h, w), the network's last layer, any finite or non-finite numbers (those count as 0), C >= 0;
    probability: (h, w) uint16 as in a Proposal, h and w >= 1; said: (h, w) int8, see `said`; threshold: 0..1, where the
    Mask was cut. Where a stroke says something the result never says the opposite unless the Proposal did.
    Raises ValueError for arrays of different shapes.
    """
    if not features.shape[1:] == probability.shape == said.shape:
        raise ValueError(f"features {features.shape}, {probability.shape} and strokes {said.shape} differ in shape")
    level = _log_odds(np.float32(min(max(threshold, 0.0), 1.0)))
    odds = _log_odds(probability.astype(np.float32) / np.float32(ONE)) - level
    small = np.clip(_halved(odds), -SURE, SURE)
    told = np.sign(_halved((said == 1).astype(np.float32) - (said == 0)))
    evidence = (told != 0) & ((told > 0) != (small >= 0))
    if not evidence.any():
        return np.array(probability, np.uint16)
    corrected = _corrected(features, small, told, evidence)
    after: Probability = np.array(probability, np.uint16)
    for value in (0, 1):
        beyond = _islands(corrected if value else -corrected, small, told, evidence, value)
        if beyond is None:
            continue
        whole = np.asarray(cv2.resize(beyond, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR))
        whole = whole[: odds.shape[0], : odds.shape[1]]
        changed = (whole > 0) & ((odds >= 0) != bool(value)) & (said != 1 - value)
        wanted = np.clip(whole[changed], 0.1, SURE) * (1 if value else -1) + level
        after[changed] = np.rint(ONE / (1 + np.exp(-wanted))).astype(np.uint16)
    return after


def ghost(mask: Mask, before: Probability, after: Probability, threshold: float) -> Mask:
    """The (H, W) uint8 Mask that `islands.differences` is to compare with `mask`.

    It is `mask`, but where following changed the Proposal's Mask it is the changed one; earlier corrections outside
    of that are no part of any island.
    """
    found = np.array(mask, np.uint8)
    rect = _influence(before != after, mask.shape)
    if not rect.empty:
        old, new = (OwnSize(one, *mask.shape).part(rect) >= threshold for one in (before, after))
        np.copyto(found[rect.slices], new.view(np.uint8), where=old != new)
    return found


def _influence(changed: Bits, shape: tuple[int, int]) -> Rect:
    """Where a picture of `shape` (rows, columns) sees these pixels of network size when they are interpolated."""
    ends = []
    for axis in (0, 1):
        hit, ratio = np.flatnonzero(changed.any(axis=1 - axis)), shape[axis] / changed.shape[axis]
        if not len(hit):
            return NOWHERE
        ends.append((math.floor((hit[0] - 0.5) * ratio) - 1, math.ceil((hit[-1] + 1.5) * ratio) + 1))
    (top, bottom), (left, right) = ends
    return Rect(top, left, bottom, right).clipped(shape)


def _corrected(features: Features, small: Floats, told: Floats, evidence: Bits) -> Floats:
    """(h, w) log-odds at half size after the correction, which is only computed within reach of the evidence."""
    away = cv2.distanceTransform((~evidence).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    near = np.flatnonzero(away <= max(2.0, REACH * PLACE * max(small.shape)))
    points, key = _points(features, small, near)
    odds, asked = small.ravel()[near], told.ravel()[near]
    strokes = _spread(np.flatnonzero(asked != 0), key, TOLD)
    held = _spread(np.flatnonzero((asked == 0) & (np.abs(odds) >= SURE)), key, HELD)
    sign = asked[strokes]
    residual = np.concatenate([sign * np.maximum(0, MEANT - sign * odds[strokes]), np.zeros(len(held), np.float32)])
    noise = np.concatenate([np.full(len(strokes), NOISE), np.full(len(held), FAITH)])
    known = points[np.concatenate([strokes, held])]
    weights = np.linalg.solve(_alike(known, known).astype(np.float64) + np.diag(noise), residual)
    corrected = small.ravel().copy()
    corrected[near] += _alike(points, known) @ weights.astype(np.float32)
    return np.asarray(corrected.reshape(small.shape), np.float32)


def _points(features: Features, small: Floats, near: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
    """(n, C + 3) what makes two pixels alike, in kernel lengths, and (n,) a key that has nothing to do with place."""
    count, (rows, columns) = features.shape[0], small.shape
    planes = [_halved(_finite(plane)).ravel() for plane in features]
    looks = np.stack(planes, axis=1) if planes else np.zeros((small.size, 0), np.float32)
    looks = (looks - looks.mean(axis=0)) / (looks.std(axis=0) + np.float32(1e-3)) / np.float32(math.sqrt(max(1, count)))
    row, column = np.divmod(near, columns)
    place = np.stack([row, column], axis=1).astype(np.float32) / np.float32(max(rows, columns))
    odds = small.ravel()[near, None]
    looks = looks[near]
    parts = [looks / np.float32(LOOKS), place / np.float32(PLACE), odds / np.float32(ODDS)]
    return np.concatenate(parts, axis=1), looks.sum(axis=1) + odds[:, 0]


def _finite(plane: Features) -> Floats:
    limited = np.clip(np.nan_to_num(plane, nan=0, posinf=0, neginf=0), -MOST, MOST)
    return np.asarray(limited, np.float32)


def _spread(indices: npt.NDArray[np.intp], key: Floats, most: int) -> npt.NDArray[np.intp]:
    """At most `most` of the indices, evenly over their keys, so that a flipped picture gives the flipped choice."""
    if len(indices) <= most:
        return indices
    ranked = indices[np.argsort(key[indices], kind="stable")]
    return ranked[np.linspace(0, len(ranked) - 1, most).astype(np.intp)]


def _alike(one: Floats, other: Floats) -> Floats:
    """(n, m) exp(-|a - b|^2 / 2)."""
    found = one @ other.T
    found -= (one * one).sum(axis=1)[:, None] / 2
    found -= (other * other).sum(axis=1)[None] / 2
    return np.asarray(np.exp(np.minimum(found, 0, out=found), out=found))


def _islands(odds: Floats, small: Floats, told: Floats, evidence: Bits, value: int) -> Floats | None:
    """How far the log-odds of `value` lie beyond CLEAR: > 0 in the islands to propose and in their strokes, else < 0.

    None where there is no island. odds: the corrected log-odds of `value`.
    """
    now = (small >= 0) if value else (small < 0)
    could = ~now & (told == 0) & (odds >= CLEAR)
    stroke = evidence & (told == (1 if value else -1))
    count, parts, stats, _ = cv2.connectedComponentsWithStats(could.view(np.uint8), connectivity=8)
    beside = np.unique(parts[could & _grown(stroke, 2)])
    most = small.size if value else LARGEST * np.count_nonzero((small >= 0) & (told >= 0))
    kept = np.zeros(count, np.bool_)
    for part in beside[stats[beside, cv2.CC_STAT_AREA] >= LEAST]:
        left, top, wide, high, area = (int(number) for number in stats[part])
        crop = slice(max(0, top - 1), top + high + 1), slice(max(0, left - 1), left + wide + 1)
        sure = _right(parts[crop] == part, (now | stroke)[crop], small[crop], small, stroke)
        kept[part] = area <= most and sure >= ASKED
    if not kept.any():
        return None
    island = kept[parts]
    joined = stroke & _grown(island, 2)
    return np.where(island, odds - np.float32(CLEAR), np.where(joined, 1, -1)).astype(np.float32)


def _right(island: Bits, closed: Bits, odds: Floats, small: Floats, stroke: Bits) -> float:
    """The log-odds that an island is right.

    island, closed, odds: a crop with a margin of 1 px, what encloses the island, its log-odds; small, stroke: the
    whole picture's log-odds and the strokes that corrected something in this direction.
    """
    ring = _grown(island, 1) & ~island
    enclosed = float(closed[ring].mean()) if ring.any() else 1.0
    less_sure = float(np.abs(small[stroke]).mean() - np.abs(odds[island]).mean())
    corrected = math.log(1000 * np.count_nonzero(stroke) / max(small.shape[0], small.shape[1]) ** 2)
    return float(LESS_SURE * less_sure + CORRECTED * corrected + ENCLOSED * enclosed + CONSTANT)


def _grown(bits: Bits, by: int) -> Bits:
    kernel = np.ones((2 * by + 1, 2 * by + 1), np.uint8)
    return np.asarray(cv2.dilate(bits.view(np.uint8), kernel)).view(np.bool_)


def _log_odds(probability: Floats | np.float32) -> Floats:
    clipped = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(clipped / (1 - clipped)), np.float32)


def _halved(plane: Floats) -> Floats:
    """(h, w) float32 to (ceil(h / 2), ceil(w / 2)): means of 2 x 2 pixels, the last row or column repeated."""
    rows, columns = plane.shape
    if rows % 2 or columns % 2:
        plane = np.pad(plane, ((0, rows % 2), (0, columns % 2)), mode="edge")
    return np.asarray((plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]) / 4, np.float32)
