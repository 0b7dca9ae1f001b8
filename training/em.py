"""Measures of membrane segmentations in electron microscopy, as in the ISBI 2012 challenge. numpy and cv2 only.

Arganda-Carreras et al. 2015, "Crowdsourcing the creation of image segmentation algorithms for connectomics", Front.
Neuroanat. 9:142, section on metrics. A mask is (H, W), above 0 inside cells, 0 on membranes. Its segments are the
connected parts of the inside, neighbours counted over edges only (4-connected), as in the challenge's own program.

Rand error and variation of information are foreground-restricted: a pixel that is membrane in the truth is left out.
A pixel that is membrane in the proposal only is a segment of its own, as in the challenge's program; skimage.metrics
joins all those pixels to one segment, otherwise its definitions are these. Borders are not thinned beforehand: the
thinned scores V^Rand and V^Info of the later leader board are other numbers than those of the 2015 U-Net paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np
import numpy.typing as npt

from training.metrics import Mask, accuracy
from training.preprocess import Floats

Labels = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.float64]

THRESHOLDS = tuple(step / 10 for step in range(1, 10))  # of the probability map


@dataclass(frozen=True)
class Errors:
    """Of one picture, or the means over several; 0 is perfect in all.

    pixel_error, rand_error, information_error: 0..1, the last being 1 - V^Info.
    variation_of_information: splits + merges, in bits; splits: cells cut apart; merges: cells run together.
    """

    pixel_error: float
    rand_error: float
    information_error: float
    variation_of_information: float
    splits: float
    merges: float


MEASURES = tuple(item.name for item in fields(Errors))
RANKED = MEASURES[:4]  # what a threshold can be best for: splits alone are fewest where all cells are one


@dataclass(frozen=True)
class Best:
    """A threshold of the probability map, and the mean of one measure at it."""

    threshold: float
    value: float


@dataclass(frozen=True, eq=False)
class Contingency:
    """Pixels per pair of overlapping segments, per segment of the proposal and of the truth; flat, without zeros."""

    joint: Numbers
    proposed: Numbers
    truth: Numbers


def segments(mask: Mask) -> Labels:
    """(H, W) int32: 1, 2, ... for the 4-connected parts of the mask, 0 where it is 0."""
    found = cv2.connectedComponents((mask > 0).astype(np.uint8), connectivity=4, ltype=cv2.CV_32S)[1]
    return np.asarray(found, dtype=np.int32)


def contingency(proposed: Labels, truth: Labels) -> Contingency:
    """How segments (H, W), 0 = membrane, overlap where the truth is foreground.

    Raises ValueError for segments of different size.
    """
    if proposed.shape != truth.shape:
        raise ValueError(
            f"Segments of {proposed.shape} and {truth.shape} pixels cannot be compared; make them equal in size."
        )
    inside = truth > 0
    ours, theirs = proposed[inside].astype(np.int64), truth[inside].astype(np.int64)
    membrane = ours == 0
    ours[membrane] = ours.max(initial=0) + 1 + np.arange(np.count_nonzero(membrane))
    keys = (theirs * (ours.max(initial=0) + 1) + ours, ours, theirs)
    return Contingency(*(np.unique(key, return_counts=True)[1].astype(np.float64) for key in keys))


def rand_error(table: Contingency) -> float:
    """1 - F-score of the pairs of pixels that lie in one segment, 0..1; 0 where neither side has such a pair.

    Precision: of the pairs together in the proposal those together in the truth too, which merged cells lower;
    recall: the other way round, which split cells lower.
    """
    together = _pairs(table.proposed) + _pairs(table.truth)
    return 1.0 - 2.0 * _pairs(table.joint) / together if together else 0.0


def variation_of_information(table: Contingency) -> tuple[float, float]:
    """(splits, merges) in bits: H(proposed | truth) and H(truth | proposed); their sum is the variation (Meila 2007).

    0, 0 for a truth without foreground.
    """
    both = _entropy(table.joint)
    return max(0.0, both - _entropy(table.truth)), max(0.0, both - _entropy(table.proposed))


def information_error(table: Contingency) -> float:
    """1 - V^Info, where V^Info = 2 I / (H(proposed) + H(truth)), 0..1; 0 where both sides are one segment."""
    alone = _entropy(table.proposed) + _entropy(table.truth)
    shared = max(0.0, alone - _entropy(table.joint))
    return max(0.0, 1.0 - 2.0 * shared / alone) if alone else 0.0


def pixel_error(proposed: Mask, truth: Mask) -> float:
    """The part of the pixels that differ, which is the mean squared difference of the masks as 0 and 1.

    The challenge's leader board took 1 - F-score under the same name; that is 1 - `metrics.dice`.
    Raises ValueError for masks of different size.
    """
    return 1.0 - accuracy(proposed, truth)


def errors(proposed: Mask, truth: Mask) -> Errors:
    """All measures of one picture's mask. Raises ValueError for masks of different size."""
    pixel = pixel_error(proposed, truth)
    table = contingency(segments(proposed), segments(truth))
    splits, merges = variation_of_information(table)
    return Errors(pixel, rand_error(table), information_error(table), splits + merges, splits, merges)


def _pairs(counts: Numbers) -> float:
    return float((counts * (counts - 1)).sum())


def _entropy(counts: Numbers) -> float:
    if not counts.size:
        return 0.0
    part = counts / counts.sum()
    return float(-(part * np.log2(part)).sum())


def mean_errors(several: Sequence[Errors]) -> Errors:
    """The means over pictures. Raises ValueError when there are none."""
    if not several:
        raise ValueError("There are no pictures to average; give at least one.")
    return Errors(*(float(np.mean([getattr(one, name) for one in several])) for name in MEASURES))


def errors_at(probability: Floats, truth: Mask, thresholds: Sequence[float] = THRESHOLDS) -> tuple[Errors, ...]:
    """One picture's Errors at each threshold; probability: (H, W) of being inside a cell, as large as the truth."""
    return tuple(errors(probability >= threshold, truth) for threshold in thresholds)


def best_over_thresholds(
    pictures: Sequence[Sequence[Errors]], measure: str, thresholds: Sequence[float] = THRESHOLDS
) -> Best:
    """The threshold with the lowest mean of `measure`, one of MEASURES; pictures: each one's `errors_at`.

    On the pictures that are reported this is the ISBI 2012 practice, every measure at its own best threshold. It
    flatters; call it "best on test". On training pictures it is how to choose the threshold for `at_threshold`.
    """
    values = [at_threshold(pictures, measure, threshold, thresholds).value for threshold in thresholds]
    return Best(thresholds[int(np.argmin(values))], min(values))


def at_threshold(
    pictures: Sequence[Sequence[Errors]], measure: str, threshold: float, thresholds: Sequence[float] = THRESHOLDS
) -> Best:
    """The mean of `measure` at a threshold, one of `thresholds`, that was chosen on other pictures."""
    index = list(thresholds).index(threshold)
    return Best(threshold, float(np.mean([getattr(one[index], measure) for one in pictures])))
