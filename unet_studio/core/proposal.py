"""A Proposal: the model's probability map for one Image and Target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ONE = 65535  # the stored value of probability 1.0


@dataclass(frozen=True, eq=False)
class Proposal:
    """Probabilities at network size that cover the whole Image; own-size values are made where they are needed.

    probability: (h, w) uint16, round(65535 p). Its grid spans exactly the Image's rows x columns, so a plain
    bilinear resize with pixel centres at half-integers is the transform to the Image.
    """

    probability: np.ndarray
    rows: int
    columns: int
    target: str
    model_id: str
    model_sha256: str
    device: str
    seconds: float
    note: str = ""  # one line for the status bar where something was unusual, for instance an inverted film
