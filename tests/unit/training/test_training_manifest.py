"""manifest.csv: written and read back, and every mistake named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.manifest import COLUMNS, Row, read_manifest, write_manifest

HEAD = ",".join(COLUMNS)


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    rows = [
        Row("images/a b.png", "masks/a b.png", "patient, 1", "train", 'says "so"'),
        Row("images/ü.jpg", "masks/ü.png", "patient 2", "test"),
        Row("images/3.png", "masks/3.png"),
    ]
    write_manifest(tmp_path / "manifest.csv", rows)
    assert read_manifest(tmp_path / "manifest.csv") == list(zip((2, 3, 4), rows, strict=True))
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.csv"]


def test_a_spreadsheet_s_byte_order_mark_and_further_columns_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    path.write_bytes("\ufeffage,mask,picture\r\n61,m.png,p.png\r\n".encode())
    assert read_manifest(path) == [(2, Row("p.png", "m.png"))]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["picture;mask", "a;b"], r"line 1 lacks the column 'picture'"),
        ([HEAD], "has no rows"),
        ([HEAD, "a.png,a.png,,,", "b.png,,,,"], "line 3 names no picture or no mask"),
        ([HEAD, "../a.png,a.png,,,"], "line 2: '../a.png' is not a path inside"),
        ([HEAD, "/a.png,a.png,,,"], "line 2: '/a.png' is not a path inside"),
        ([HEAD, "images\\a.png,a.png,,,"], "is not a path inside"),
        ([HEAD, "C:/a.png,a.png,,,"], "is not a path inside"),
        ([HEAD, "a.png,a.png,,holdout,"], "line 2: the split 'holdout' is unknown"),
        ([HEAD, "a.png,a.png,,,", "a.png,b.png,,,"], "line 3: a.png is already in line 2"),
        ([HEAD, "a.png,a.png,p1,train,", "b.png,b.png,p1,test,"], "line 3: the group 'p1' has the split 'test' here"),
        ([HEAD, "a.png,a.png,p1,,", "b.png,b.png,p1,test,"], "line 3: the group 'p1'"),
    ],
)
def test_mistakes_are_named_with_their_line(lines: list[str], sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(ValueError, match=sentence) as caught:
        read_manifest(path)
    assert str(path) in str(caught.value)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_bytes(b"\xff\xfe\x00picture")
    with pytest.raises(ValueError, match="cannot be read as UTF-8"):
        read_manifest(tmp_path / "manifest.csv")
