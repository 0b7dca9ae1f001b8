"""Where the network doubts itself: its answers to changed copies of one Image (test-time augmentation).

After Wang et al., Aleatoric uncertainty estimation with test-time augmentation for medical image segmentation with
convolutional neural networks, Neurocomputing 338 (2019) 34-45. What was measured stands in docs/decisions/0015.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from training.checkpoint import ModelFile
from training.preprocess import Array, Floats, InputSpec, crop, fit_to, pad, rebased, standardise, unit_picture
from unet_studio.core.errors import ModelError
from unet_studio.core.image import Image, modality_values
from unet_studio.core.proposal import ONE
from unet_studio.core.target import POLYP

FLIPPED = frozenset({POLYP.name})  # Targets whose anatomy has no left and right, above and below
SURE = 1e-4  # probabilities count as this far from 0 and 1, so that no single answer outvotes the others


@dataclass(frozen=True)
class Change:
    """One way to show the picture: rows or columns in reverse order, gray values to a power, another size."""

    rows: bool = False
    columns: bool = False
    gamma: float = 1.0
    scale: float = 1.0


@dataclass(frozen=True, eq=False)
class Doubt:
    """What the network's answers to changed copies of an Image have in common, on the grid of its Proposal.

    probability: (h, w) uint16, round(65535 p), p from the mean of the answers' log-odds: unlike the Proposal it keeps
    faint parts. spread: (h, w) uint16, round(65535 s), s = 0..0.5 the answers' standard deviation.
    Both span exactly the Image's rows x columns, as Proposal.probability does.
    """

    probability: np.ndarray
    spread: np.ndarray
    rows: int
    columns: int
    target: str


def changes(target: str) -> tuple[Change, ...]:
    """The changes for a Target, the unchanged picture first; flips only where anatomy allows them."""
    if target not in FLIPPED:
        return (Change(), Change(gamma=0.65), Change(gamma=1.5), Change(scale=0.75), Change(scale=1.33))
    flips = (Change(columns=True), Change(rows=True), Change(rows=True, columns=True))
    return (Change(), *flips, Change(scale=0.85), Change(scale=1.17))


def doubt(
    image: Image,
    about: ModelFile,
    forward: Callable[[Floats], Floats],
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> Doubt | None:
    """The Doubt of one Image; None as soon as `cancelled()`, which is asked before every change, says so.

    forward: (channels, h, w) float32 as `network_input` makes it to (h, w) float32 probabilities, on any thread.
    Raises ModelError where the network gives no usable numbers.
    """
    found = None
    asking = doubting(image, about, forward)
    while found is None and not cancelled():
        found = next(asking)
    return found


def doubting(image: Image, about: ModelFile, forward: Callable[[Floats], Floats]) -> Iterator[Doubt | None]:
    """`doubt` in as many parts as the network gives answers: each `next` is one pass, the last one gives the Doubt."""
    values = modality_values(image)
    answers: list[Floats] = []
    asked = changes(about.target)
    for change in asked:
        answers.append(answer(values, image.transform.inverted, about.input, change, forward))
        if len(answers) < len(asked):
            yield None
    if not all(np.isfinite(one).all() for one in answers):
        raise ModelError(f"{about.path}: the network gave no usable numbers; try another device.")
    together, spread = combined([rebased(one, about.threshold) for one in answers])
    yield Doubt(_stored(together), _stored(spread), image.shape[0], image.shape[1], about.target)


def answer(
    values: Array, inverted: bool, spec: InputSpec, change: Change, forward: Callable[[Floats], Floats]
) -> Floats:
    """The network's (h, w) float32 answer to a changed picture, laid back on the grid of the unchanged one.

    values, inverted: as network_input takes them. Without a change it is the Proposal's own probability.
    """
    rows, columns = values.shape[:2]
    own = fit_to(rows, columns, spec)
    seen = replace(spec, size=max(1, round(spec.size * change.scale)))
    fit = fit_to(rows, columns, seen)
    unit = unit_picture(values, inverted, seen, fit)
    if change.gamma != 1.0:
        unit = np.power(unit, np.float32(change.gamma))
    found = crop(forward(pad(standardise(_flipped(unit, change), seen), fit)), fit)
    back = np.ascontiguousarray(_flipped(found, change))
    if back.shape != (own.content_rows, own.content_columns):
        method = cv2.INTER_AREA if change.scale > 1 else cv2.INTER_LINEAR
        back = np.asarray(cv2.resize(back, (own.content_columns, own.content_rows), interpolation=method), np.float32)
    return back


def combined(answers: Sequence[Floats]) -> tuple[Floats, Floats]:
    """(n) answers of (h, w) in 0..1: the probability of their mean log-odds, and their standard deviation."""
    stack = np.clip(np.stack(answers), SURE, 1 - SURE).astype(np.float32)
    odds = np.log(stack / (1 - stack)).mean(axis=0)
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32), np.asarray(stack.std(axis=0), np.float32)


def _flipped(picture: Floats, change: Change) -> Floats:
    """(h, w, ...) with rows, columns or both in reverse order; its own inverse."""
    return picture[:: -1 if change.rows else 1, :: -1 if change.columns else 1]


def _stored(values: Floats) -> np.ndarray:
    return np.ascontiguousarray(np.rint(values * np.float32(ONE)).astype(np.uint16))
