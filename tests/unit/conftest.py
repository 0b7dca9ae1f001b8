"""A DICOM writer for the tests of files and of what is made of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.formats.dicom_files import write_dicom

Write = Callable[..., Path]


@pytest.fixture
def dicom(tmp_path: Path) -> Write:
    """write(pixels, frames=[compressed bytes], syntax=..., bare=..., Keyword=value...) -> path of a DICOM file."""

    def write(pixels: np.ndarray, *more: Any, name: str = "film", **elements: Any) -> Path:
        return write_dicom(tmp_path / name, pixels, *more, **elements)

    return write
