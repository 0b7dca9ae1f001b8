"""Phantoms that are written through every format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from unet_studio.imaging import reader


@pytest.fixture(autouse=True, scope="module")
def _no_child_is_left() -> Iterator[None]:
    yield
    reader.close()


def letter(dtype: Any = np.uint8, top: int | None = None) -> np.ndarray:
    """An asymmetric F over a ramp, (40, 30), its values from 0 to `top`; no flip or turn maps it to itself."""
    top = int(np.iinfo(dtype).max) if top is None else top
    picture = np.tile(np.linspace(0, top // 2, 30), (40, 1))
    picture[5:35, 6:10] = top
    picture[5:9, 6:24] = top
    picture[18:22, 6:18] = top
    return picture.astype(dtype)


def colours(dtype: Any = np.uint8) -> np.ndarray:
    """A red F over a blue ramp with a green corner, (40, 30, 3)."""
    gray = letter(dtype)
    top = np.iinfo(dtype).max
    picture = np.zeros((40, 30, 3), dtype)
    picture[..., 0] = np.where(gray == top, top, 0)
    picture[..., 2] = np.where(gray == top, 0, gray)
    picture[:4, :4, 1] = top
    return picture


@pytest.fixture(name="letter")
def _letter() -> Callable[..., np.ndarray]:
    return letter


@pytest.fixture(name="colours")
def _colours() -> Callable[..., np.ndarray]:
    return colours
