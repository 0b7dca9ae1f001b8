"""manifest.csv: what belongs to a data set, which pictures go together, and on which side of the split they lie."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path, PurePosixPath

from training.checkpoint import replace_file

NAME = "manifest.csv"
COLUMNS = ("picture", "mask", "group", "split", "note")
SPLITS = ("", "train", "val", "test")


@dataclass(frozen=True)
class Row:
    """One picture. picture, mask: relative to the manifest's folder, with forward slashes; group: rows of one group
    stay on one side of a split ("" = the picture alone); split: one of SPLITS ("" = decided by the group's name)."""

    picture: str
    mask: str
    group: str = ""
    split: str = ""
    note: str = ""


def write_manifest(path: Path, rows: Iterable[Row]) -> None:
    """Write all rows or leave what was there; UTF-8."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(astuple(row) for row in rows)
    replace_file(path, text.getvalue().encode())


def read_manifest(path: Path) -> list[tuple[int, Row]]:
    """(line number, row) of every row, in the file's order; columns beside COLUMNS are ignored.

    Raises ValueError with file, line and remedy for what is not UTF-8, lacks the columns picture or mask or has no
    rows, for a path that leaves the folder, an unknown split, a picture named twice and a group on two sides.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read as UTF-8 text ({error}); save it again as CSV in UTF-8.") from error
    table = csv.DictReader(io.StringIO(text, newline=""))
    lacking = [column for column in COLUMNS[:2] if column not in (table.fieldnames or ())]
    if lacking:
        raise ValueError(f"{path}, line 1 lacks the column {lacking[0]!r}; the first line is {','.join(COLUMNS)}.")
    rows = [(table.line_num, _row(path, table.line_num, fields)) for fields in table]
    if not rows:
        raise ValueError(f"{path} has no rows; add one line per picture.")
    _check_together(path, rows)
    return rows


def _row(path: Path, line: int, fields: dict[str, str]) -> Row:
    row = Row(*((fields.get(column) or "").strip() for column in COLUMNS))
    for name in (row.picture, row.mask):
        if not name:
            raise ValueError(f"{path}, line {line} names no picture or no mask; fill in both.")
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or "\\" in name or ":" in name:
            raise ValueError(
                f"{path}, line {line}: {name!r} is not a path inside the folder with forward slashes; correct it."
            )
    if row.split not in SPLITS:
        raise ValueError(f"{path}, line {line}: the split {row.split!r} is unknown; write train, val, test or nothing.")
    return row


def _check_together(path: Path, rows: Iterable[tuple[int, Row]]) -> None:
    """Raise ValueError for a picture named twice and for a group whose rows are split differently."""
    pictures: dict[str, int] = {}
    groups: dict[str, tuple[int, str]] = {}
    for line, row in rows:
        if row.picture in pictures:
            first = pictures[row.picture]
            raise ValueError(f"{path}, line {line}: {row.picture} is already in line {first}; remove one of them.")
        pictures[row.picture] = line
        before, split = groups.setdefault(row.group, (line, row.split))
        if row.group and split != row.split:
            raise ValueError(
                f"{path}, line {line}: the group {row.group!r} has the split {row.split!r} here"
                f" and {split!r} in line {before}; give a group one split."
            )
