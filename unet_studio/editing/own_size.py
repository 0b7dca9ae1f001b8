"""A Proposal's probabilities at the picture's own size: all of them, or those of a rectangle. Imports cv2 late."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from unet_studio.core.proposal import ONE
from unet_studio.editing.rect import Rect


@dataclass(eq=False)
class OwnSize:
    """probability: (h, w) uint16 as in a Proposal of a picture of rows x columns px."""

    probability: npt.NDArray[np.uint16]
    rows: int
    columns: int
    _whole: npt.NDArray[np.uint16] | None = field(default=None, repr=False)

    def __call__(self) -> npt.NDArray[np.uint16]:
        """(rows, columns) uint16, made when it is first asked for."""
        if self._whole is None:
            from unet_studio.editing.threshold import own_size

            self._whole = own_size(self.probability, self.rows, self.columns)
        return self._whole

    def part(self, rect: Rect, shape: tuple[int, int] | None = None) -> npt.NDArray[np.float32]:
        """float32 0..1 of a rectangle inside the picture, as (h, w) or sampled to `shape`; to within 0.04 of what
        neighbours differ by."""
        rows, columns = shape or rect.shape
        if self._whole is not None and (rows, columns) == rect.shape:
            return np.asarray(self._whole[rect.slices] / np.float32(ONE), np.float32)
        import cv2

        down, across = self.probability.shape[0] / self.rows, self.probability.shape[1] / self.columns
        each_down, each_across = rect.shape[0] / rows * down, rect.shape[1] / columns * across
        # pixel centres at half-integers, as in own_size
        back = np.array(
            [
                [each_across, 0, rect.left * across + each_across / 2 - 0.5],
                [0, each_down, rect.top * down + each_down / 2 - 0.5],
            ]
        )
        found = cv2.warpAffine(
            self.probability.astype(np.float32),
            back,
            (columns, rows),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(found / np.float32(ONE), np.float32)
