"""How the picture is turned and mirrored on the screen: one of eight ways, free of Qt; the data know nothing of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

Pair = tuple[float, float]

WORDS = {  # (swapped, across, down) -> what a reader is told
    (False, 1, 1): "",
    (True, -1, 1): "turned 90° right",
    (False, -1, -1): "turned 180°",
    (True, 1, -1): "turned 90° left",
    (False, -1, 1): "mirrored left–right",
    (False, 1, -1): "mirrored top–bottom",
    (True, 1, 1): "turned 90° right, mirrored left–right",
    (True, -1, -1): "turned 90° left, mirrored left–right",
}


@dataclass(frozen=True)
class Turn:
    """Directions on the screen in terms of the image's.

    swapped: across the screen is down the image; across: +1 where the image's own axis runs to the right of the
    screen, -1 where to the left; down: +1 where it runs to the bottom, -1 where to the top.
    """

    swapped: bool = False
    across: int = 1
    down: int = 1

    def forth(self, vector: Pair) -> Pair:
        """An image vector (x, y) as it points on the screen."""
        x, y = (vector[1], vector[0]) if self.swapped else vector
        return self.across * x, self.down * y

    def back(self, vector: Pair) -> Pair:
        """A vector on the screen as it points in the image."""
        x, y = self.across * vector[0], self.down * vector[1]
        return (y, x) if self.swapped else (x, y)

    def shape(self, shape: tuple[int, int]) -> tuple[int, int]:
        """(rows, columns) on the screen of a picture of `shape`."""
        return (shape[1], shape[0]) if self.swapped else shape

    def seen(self, pixels: np.ndarray) -> np.ndarray:
        """(H, W) or (H, W, 3) pixels as they lie on the screen: a view on the same memory."""
        turned = pixels.swapaxes(0, 1) if self.swapped else pixels
        return turned[:: self.down, :: self.across]

    def right(self) -> Turn:
        """After a quarter turn clockwise of what is on the screen."""
        return Turn(not self.swapped, -self.down, self.across)

    def left(self) -> Turn:
        """After a quarter turn counter-clockwise."""
        return Turn(not self.swapped, self.down, -self.across)

    def mirrored(self) -> Turn:
        """After left and right of the screen changed places."""
        return replace(self, across=-self.across)

    def flipped(self) -> Turn:
        """After top and bottom of the screen changed places."""
        return replace(self, down=-self.down)

    @property
    def words(self) -> str:
        """What a reader is told, "" when upright."""
        return WORDS[self.swapped, self.across, self.down]


UPRIGHT = Turn()
