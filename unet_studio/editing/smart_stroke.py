"""A stroke of the smart brush: segment by segment, what agrees with where it began is painted. Imports cv2."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from unet_studio.editing import smart
from unet_studio.editing.document import Document, Gesture
from unet_studio.editing.rect import NOWHERE, Rect
from unet_studio.editing.step import Bits
from unet_studio.editing.strokes import Point, footprint

PIECE = 48.0  # px of a segment that are looked at together
MOST_PIECES = 12  # of one segment; a longer one is looked at in longer pieces

Likely = Callable[[Rect, tuple[int, int]], npt.NDArray[np.float32]]


class SmartStroke:
    """Paints `value` where picture and probability agree with the first dab. Pixels that it takes become touched.

    picture: (H, W) or (H, W, 3) uint8 that does not depend on the window chosen; likely: gives the probability of a
    rectangle, float32 0..1, sampled to (rows, columns), None without a proposal; size: diameter of the first dab, px.
    """

    def __init__(
        self, document: Document, picture: smart.Picture, likely: Likely | None, point: Point, size: int, value: int
    ) -> None:
        self._document, self._picture, self._likely, self._value = document, picture, likely, value
        rect, dab = joined(document.shape, point, point, size)
        self._begun = None
        if dab.any():
            self._begun = smart.start(
                picture[rect.slices], self._near(rect, rect.shape), rect, dab, value, size, document.shape
            )

    def paint(self, gesture: Gesture, start: Point, end: Point, size: int) -> None:
        """Draw one segment; a gesture that was finished in the meantime draws nothing."""
        document = self._document
        if not gesture.open:
            return
        parts = list(pieces(start, end))
        for one, other in parts:
            rect, bits = joined(document.shape, one, other, size)
            if not bits.any():
                continue
            taken = bits if self._begun is None else self._agreeing(rect, bits, len(parts))
            gesture.save(rect)
            document.mask[rect.slices][taken] = self._value
            document.touched[rect.slices] |= taken
            gesture.changed(rect)

    def _agreeing(self, rect: Rect, bits: Bits, parts: int) -> Bits:
        assert self._begun is not None
        crop, shape = self._picture[rect.slices], self._document.shape
        near = self._near(rect, smart.working_shape(self._begun.size, rect.shape, parts))
        return smart.agreeing(self._begun, crop, near, rect, bits, shape, parts)[1]

    def _near(self, rect: Rect, shape: tuple[int, int]) -> npt.NDArray[np.float32] | None:
        return None if self._likely is None else self._likely(rect, shape)


def pieces(start: Point, end: Point) -> Iterator[tuple[Point, Point]]:
    """A segment in pieces of about PIECE px, at most MOST_PIECES of them; a single point is one piece."""
    count = min(MOST_PIECES, max(1, math.ceil(math.dist(start, end) / PIECE)))
    ends = [
        (start[0] + (end[0] - start[0]) * part / count, start[1] + (end[1] - start[1]) * part / count)
        for part in range(count + 1)
    ]
    yield from itertools.pairwise(ends)


def joined(shape: tuple[int, int], start: Point, end: Point, size: int) -> tuple[Rect, Bits]:
    """The footprint of a segment as one patch: the smallest rectangle around it, and (h, w) bool."""
    parts = list(footprint(shape, start, end, size))
    around = NOWHERE
    for rect, _ in parts:
        around = around.union(rect)
    bits = np.zeros(around.shape, np.bool_)
    for rect, patch in parts:
        top, left = rect.top - around.top, rect.left - around.left
        bits[top : top + patch.shape[0], left : left + patch.shape[1]] |= patch
    return around, bits
