"""Every format comes out upright and with its values, and docs/formats.md says just that."""

from __future__ import annotations

from collections.abc import Iterator

import imagecodecs
import numpy as np
import pytest

from tests.formats.rows import Row, judged, letter
from tests.formats.table import FILE, collected, document
from unet_studio.core.image import Image, Source, ValueTransform
from unet_studio.imaging import reader


@pytest.fixture(scope="module")
def rows() -> Iterator[list[Row]]:
    try:
        yield collected()
    except (AttributeError, NotImplementedError, imagecodecs.DelayedImportError) as missing:
        pytest.skip(f"this imagecodecs cannot write a format: {missing}")
    finally:
        reader.close()


def test_every_row_passes(rows):
    assert [row for row in rows if not row.passed] == []
    assert len(rows) > 130
    assert len({(row.direction, row.format, row.feature) for row in rows}) == len(rows)


def test_the_document_is_what_was_seen(rows):
    assert FILE.read_text(encoding="utf-8") == document(rows), "run python -m tests.formats.table"


@pytest.mark.parametrize("wrong", ["mirrored", "upside down", "turned", "inverted", "one value off"])
def test_the_judge_sees_what_is_wrong(wrong):
    """A table whose lines could not fail would say nothing."""
    pixels, transform = letter().copy(), ValueTransform(inverted=wrong == "inverted")
    shown = {"mirrored": pixels[:, ::-1], "upside down": pixels[::-1], "turned": pixels[::-1, ::-1]}.get(wrong, pixels)
    if wrong == "one value off":
        pixels[50, 60] -= 1
    image = Image(np.ascontiguousarray(shown), Source("film"), "PNG", transform)
    expected = letter() if wrong == "one value off" else image.pixels
    assert not judged("PNG", wrong, image, expected).passed
    assert judged("PNG", "right", Image(letter(), Source("film"), "PNG"), letter()).passed
