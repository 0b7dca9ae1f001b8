"""docs/formats.md, made from what was really read and written: `python -m tests.formats.table` writes it anew.

Another part of the program adds its rows by adding its function to COLLECTORS: it gets an empty folder and yields Rows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.formats import reading
from tests.formats.rows import Row, table

COLLECTORS: tuple[Callable[[Path], Iterator[Row]], ...] = (reading.rows,)
FILE = Path(__file__).resolve().parents[2] / "docs" / "formats.md"
HEAD = """# Formats

This table is written by a test (`tests/formats`) from what was really read and written, and fails when it is not true.
Every line is a picture of an F over a gray or coloured ramp that went through that format. It passes where the picture
comes out upright, not mirrored, with the F brighter than its ground, with the right values at five pixels, and where no
line says "within", with every value exact. Values are modality values: after rescale or Modality LUT.

What else is known of a file is read too: pixel spacing (of the patient, else of the detector without its magnification;
zero counts as unknown), body part, view, intent, whether patient data are burnt in, and pixels that are not square.
DICOM objects without pixels, and files that are no pictures, give one sentence.

"""


def collected() -> list[Row]:
    """All rows of all collectors."""
    found: list[Row] = []
    for collector in COLLECTORS:
        with tempfile.TemporaryDirectory() as folder:
            found += collector(Path(folder))
    return found


def document(rows: list[Row]) -> str:
    """The whole file."""
    return HEAD + table(rows).rstrip() + "\n"


if __name__ == "__main__":
    from unet_studio.imaging import reader

    FILE.write_text(document(collected()), encoding="utf-8")
    reader.close()
