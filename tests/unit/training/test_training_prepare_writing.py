"""prepare: where it writes and where it refuses to, broken off, copies across groups, the command line."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from training import dataset
from training.__main__ import main
from training.dataset import Pair
from training.manifest import Row
from training.prepare import SOURCES, prepare, writing
from training.prepare.writing import same_pictures


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_original_is_changed_and_nothing_prepared_is_written_over(data: Path, tmp_path: Path) -> None:
    before, out = files(data), tmp_path / "deep" / "out"
    seen: list[tuple[int, int]] = []
    prepare("folder", data, out, lambda done, count: seen.append((done, count)))
    assert seen == [(number, 24) for number in range(1, 25)]
    assert sum(name.startswith("images/") for name in files(out)) == 24
    (out / "masks" / "p3.png").write_bytes(b"corrected")
    first = files(out)
    with pytest.raises(ValueError, match=r"is prepared already, and what was changed there would be lost"):
        prepare("folder", data, out)
    assert files(out) == first
    assert files(data) == before


def test_a_preparation_that_broke_off_is_no_data_set(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"

    def die(done: int, count: int) -> None:
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare("folder", data, out, die)
    with pytest.raises(ValueError, match=r"The preparation of .* broke off"):
        dataset.find_pairs(out)
    assert "images/p0.png" in files(out)
    (data / "images" / "p0.png").unlink()
    prepare("folder", data, out)
    assert len(dataset.find_pairs(out)) == 23
    assert not {"images/p0.png", "masks/p0.png"} & set(files(out))

    def full(path: Path, values: np.ndarray) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "_save_png", full)
    with pytest.raises(ValueError, match=r"cannot be written \(No space left on device\); make room"):
        prepare("folder", data, tmp_path / "full")


def test_a_folder_with_other_files_is_refused(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"already holds other files \(thesis\.txt\); give an empty"):
        prepare("folder", data, out)
    assert files(out) == {"thesis.txt": b"mine"}
    (out / "thesis.txt").unlink()
    prepare("folder", data, out)
    other = tmp_path / "other"
    shutil.copytree(data, other)
    with pytest.raises(ValueError, match="already holds other files"):
        prepare("folder", other, out)
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"\(thesis\.txt\)"):
        prepare("folder", data, out)
    with pytest.raises(ValueError, match="is a file"):
        prepare("folder", data, out / "thesis.txt")
    for inside in (data, data / "out"):
        with pytest.raises(ValueError, match="is not changed; give an --out outside of it"):
            prepare("folder", data, inside)
    with pytest.raises(ValueError, match="There is no source 'brain'; choose one of jsrt, "):
        prepare("brain", data, tmp_path / "new")
    with pytest.raises(ValueError, match="is not a folder"):
        prepare("folder", data / "images" / "p0.png", tmp_path / "new")


def test_copies_of_a_picture_come_into_one_group_on_one_side() -> None:
    rows = [
        (Row("1", "1", "a", "train"), "x"),
        (Row("2", "2", "b", "test"), "y"),
        (Row("3", "3", "c", "train"), "x"),
        (Row("4", "4", "b", "test"), "x"),
        (Row("5", "5", "c", "train"), "z"),
        (Row("6", "6", "d", ""), "w"),
    ]
    together, problems = same_pictures(rows, "films")
    assert [(row.group, row.split) for row in together] == [("a", "test")] * 5 + [("d", "")]
    assert [(problem.kind, problem.name, problem.detail) for problem in problems] == [
        ("same picture twice", "3", "like 1"),
        ("same picture twice", "4", "like 1"),
        ("moved with its group", "1", "from train to test"),
        ("moved with its group", "3", "from train to test"),
        ("moved with its group", "5", "from train to test"),
    ]


def test_a_copy_of_a_held_out_picture_is_not_trained_on() -> None:
    groups = [f"patient {number}" for number in range(100)]
    sides = {group: Pair("films", Path("p"), Path("m"), group).side for group in groups}
    held_out, trained = (next(group for group in groups if sides[group] == side) for side in ("test", "train"))
    for split, group, expected in [
        ("train", held_out, "test"),
        ("val", held_out, "test"),
        ("test", trained, "test"),
        ("train", trained, "train"),
        ("val", trained, "val"),
        ("", held_out, ""),
    ]:
        rows = [(Row("1", "1", "provider's", split), "x"), (Row("2", "2", group), "x")]
        for each in (rows, rows[::-1]):
            together, _ = same_pictures(each, "films")
            assert {row.split for row in together} == {expected}, (split, group)


def test_the_command_prints_a_summary_and_writes_problems(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(13):
        (data / "masks" / f"p{number}.png").unlink()
    shutil.copyfile(data / "images" / "p20.png", data / "images" / "copy.png")
    cv2.imwrite(str(data / "masks" / "copy.png"), np.zeros((64, 64), np.uint8))
    out = tmp_path / "out"
    assert main(["prepare", "folder", str(data), "--out", str(out)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert f"25 pictures found, 12 written to {out}, 13 left out" in printed
    line = next(line for line in printed if line.startswith("no mask"))
    assert " 13  images/p0.png, images/p1.png," in line
    assert line.endswith(" and 3 more")
    with (out / "problems.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["kind", "name", "detail", "left_out"]
    assert ["empty mask", "images/copy.png", "", ""] in rows
    assert ["same picture twice", "images/p20.png", "like images/copy.png", ""] in rows
    assert sum(row[0] == "no mask" and row[3] == "picture" for row in rows) == 13
    groups = {pair.picture.stem: pair.group for pair in dataset.find_pairs(out)}
    assert groups["p20"] == groups["copy"]


def test_the_command_fails_when_nothing_is_written(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (data / "masks").iterdir():
        path.unlink()
    out = tmp_path / "out"
    assert main(["prepare", "folder", str(data), "--out", str(out)]) == 1
    said = capsys.readouterr()
    assert f"24 pictures found, 0 written to {out}, 24 left out" in said.out
    assert said.err == f"Nothing of {data} could be prepared; {out / 'problems.csv'} says why.\n"
    with pytest.raises(ValueError, match="broke off"):
        dataset.find_pairs(out)


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_refuses_an_empty_folder_in_a_sentence(
    source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["prepare", source, str(tmp_path / "empty"), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert str(tmp_path / "empty") in said
    assert "; give " in said
    assert said.count("\n") == 1
