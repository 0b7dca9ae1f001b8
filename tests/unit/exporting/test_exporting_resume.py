"""A second run skips what is finished, writes what is missing, and takes no other file's place."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unet_studio.core.errors import UserError
from unet_studio.exporting import finished, pictures, volumes, writers

ALL = "labelmap,overlay,nifti,nrrd,coco,labelme,yolo,csv,nnunet,training"


def files(out: Path) -> dict[str, int]:
    return {str(path.relative_to(out)): path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}


@pytest.fixture
def mask() -> np.ndarray:
    return np.pad(np.ones((9, 5), np.uint8), ((3, 8), (2, 4)))


def test_nothing_is_written_twice(export: Any, mask: np.ndarray) -> None:
    first = export("P001_I001", mask, formats=ALL)
    before = files(export.out)
    again = export("P001_I001", mask, formats=ALL)
    assert (first.written, again.written, again.problems) == (10, 0, [])
    assert files(export.out) == before


@pytest.mark.skipif(sys.platform != "linux", reason="only there names may be bytes that are no text")
def test_names_that_are_no_text_are_known_again(export: Any, mask: np.ndarray) -> None:
    export("caf\udce9", mask, formats="labelmap,csv,nifti")
    assert export("caf\udce9", mask, formats="labelmap,csv,nifti").written == 0


def test_a_lost_file_is_written_again_and_another_mask_gets_a_number(export: Any, mask: np.ndarray) -> None:
    export("P001_I001", mask, formats=ALL)
    (export.out / "nrrd" / "P001_I001.nrrd").unlink()
    assert export("P001_I001", mask, formats=ALL).written == 1
    export("P001_I001_2", 1 - mask, formats=ALL)  # the PNG of a mask corrected again has a number
    rows = list(finished.Finished(export.out / "csv").rows())
    assert [row["name"] for row in rows] == ["P001_I001_2"]
    assert json.loads((export.out / "nnunet/Dataset001_lung/dataset.json").read_text())["numTraining"] == 1


def test_two_sources_of_one_name_are_both_known_again(export: Any, mask: np.ndarray) -> None:
    for run in range(4):
        for number, source in enumerate(("1" * 64, "2" * 64)):  # x.dcm and x.dicom, of three frames each
            frames = (mask, 1 - mask, mask) if number else (mask, mask, mask)
            found = export("x", *frames, formats="nifti,nrrd", source_sha256=source)
            assert (found.written, found.problems) == (0 if run else 2, [])
    assert sorted(path.name for path in (export.out / "nifti").glob("*.gz")) == ["x.nii.gz", "x_2.nii.gz"]
    assert sorted(path.name for path in (export.out / "nrrd").glob("*.nrrd")) == ["x.nrrd", "x_2.nrrd"]


def test_a_record_of_an_older_version_is_understood(export: Any, mask: np.ndarray) -> None:
    """Its lines are the same; it held several of one name, too, and took only the last for finished."""
    for source in ("1" * 64, "2" * 64):
        export("x", mask, mask, formats="nifti", source_sha256=source)
    lines = (export.out / "nifti" / finished.NAME).read_text().splitlines()
    keys = {"name", "subject", "identity", "files", "row"}
    assert [set(json.loads(line)) for line in lines] == [keys, keys]
    for source in ("1" * 64, "2" * 64):
        assert export("x", mask, mask, formats="nifti", source_sha256=source).written == 0


def test_the_newest_of_one_name_counts_in_lists(export: Any, mask: np.ndarray) -> None:
    record = finished.Finished(export.out / "csv")
    for identity, area in (("a", 1), ("b", 2), ("a", 3)):
        record.add("x", "subject", identity, [], {"area": area})
    record.add("x", "another subject", "c", [], {"area": 4})
    for one in (record, finished.Finished(export.out / "csv")):
        assert sorted(row["area"] for row in one.rows()) == [3, 4]
        assert one.row("x", "b") == {"area": 2}
        assert [one.holds("x", identity) for identity in "abcd"] == [True, True, True, False]


def test_a_foreign_file_keeps_its_place(export: Any, mask: np.ndarray) -> None:
    for file in ("labelmap/P001_I001.png", "csv/measurements.csv"):
        (export.out / file).parent.mkdir(parents=True)
        (export.out / file).write_text("mine")
    found = export("P001_I001", mask, formats="labelmap,csv")
    assert "measurements.csv: made or changed by something else" in found.problems[0]
    assert [(export.out / file).read_text() for file in ("labelmap/P001_I001.png", "csv/measurements.csv")] == [
        "mine"
    ] * 2
    assert (export.out / "labelmap" / "P001_I001_2.png").is_file()


def test_a_record_that_was_cut_off_costs_one_mask(export: Any, mask: np.ndarray) -> None:
    export("P001_I001", mask, formats="csv,labelmap")
    table = (export.out / "csv" / "measurements.csv").read_bytes()
    record = export.out / "csv" / finished.NAME
    length = len(record.read_bytes())
    export("P002_I001", mask, formats="csv,labelmap", source_sha256="1" * 64)
    record.write_bytes(record.read_bytes()[: length + 200])  # the power went while the second row was written
    (export.out / "csv" / "measurements.csv").write_bytes(table)
    assert not export("P002_I001", mask, formats="csv,labelmap", source_sha256="1" * 64).problems
    assert len(list(finished.Finished(export.out / "csv").rows())) == 2


def test_a_file_that_reads_back_as_another_mask_is_told_and_left(
    export: Any, mask: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "read_picture", lambda path: np.flipud(mask))
    monkeypatch.setattr(volumes, "read_nifti", lambda path: np.fliplr(mask)[None])
    found = export("P001_I001", mask, formats="labelmap,nifti")
    assert len(found.problems) == 2
    assert all("reads back as another mask" in problem for problem in found.problems)
    assert (export.out / "labelmap" / "P001_I001.png").is_file()
    assert (export.out / "nifti" / "P001_I001.nii.gz").is_file()
    monkeypatch.undo()
    assert export("P001_I001", mask, formats="labelmap").written == 1  # it counts as not finished


def test_one_failure_does_not_stop_the_others(export: Any, mask: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*about: object) -> dict[str, Any]:
        raise UserError("x: the disk is full")

    monkeypatch.setitem(writers.WRITERS, "yolo", (writers.WRITERS["yolo"][0], full))
    found = export("P001_I001", mask, formats=ALL)
    assert found.problems == ["x: the disk is full"]
    assert found.written == 9


def test_rows_stay_on_the_disk(export: Any, mask: np.ndarray) -> None:
    for number in range(40):
        export(f"P{number:03d}_I001", mask, formats="coco", source_sha256=f"{number:064d}")
    record = finished.Finished(export.out / "coco")
    held = sum(len(str(item)) for item in vars(record)["_names"].items())
    assert held < (export.out / "coco" / finished.NAME).stat().st_size / 3
    assert len(list(record.rows())) == 40
