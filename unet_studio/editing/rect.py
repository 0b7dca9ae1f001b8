"""Rectangles of image pixels."""

from __future__ import annotations

from typing import NamedTuple


class Rect(NamedTuple):
    """Half-open rectangle: rows top..bottom-1, columns left..right-1, in px."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.bottom - self.top, self.right - self.left

    @property
    def empty(self) -> bool:
        """True when no pixel lies inside."""
        return self.bottom <= self.top or self.right <= self.left

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of this rectangle in an (H, W) array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def union(self, other: Rect) -> Rect:
        """The smallest rectangle that holds both; an empty one adds nothing."""
        if self.empty:
            return other
        if other.empty:
            return self
        return Rect(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def clipped(self, shape: tuple[int, int]) -> Rect:
        """The part inside an array of `shape` (rows, columns); may be empty."""
        return Rect(max(self.top, 0), max(self.left, 0), min(self.bottom, shape[0]), min(self.right, shape[1]))


NOWHERE = Rect(0, 0, 0, 0)


def whole(shape: tuple[int, int]) -> Rect:
    """The rectangle of a whole array of `shape` (rows, columns)."""
    return Rect(0, 0, shape[0], shape[1])
