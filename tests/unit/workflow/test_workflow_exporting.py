"""Export of a Workspace: names that tell nobody, what is chosen, several formats, cancel and resume, linking table."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from unet_studio.core.correction import QueueState
from unet_studio.core.errors import UserError
from unet_studio.core.formats import FORMATS
from unet_studio.workflow import exporting, importing, opening, queueing
from unet_studio.workflow.exporting import Wish
from unet_studio.workflow.session import Session, change_reader
from unet_studio.workspace import store

PLAIN = tuple(name for name, row in FORMATS.items() if not row.dicom)


@pytest.fixture
def masks(tmp_path: Path, lungs: list[np.ndarray]) -> Path:
    folder = tmp_path / "masks"
    folder.mkdir()
    for number, mask in enumerate(lungs, start=1):
        cv2.imwrite(str(folder / f"film_{number}.png"), mask * 255)
    return folder


@pytest.fixture
def accepted(session: Session, films: Path, masks: Path) -> Session:
    importing.queue_add(session, "lung", films, masks)
    return session


def names(out: Path, pattern: str = "*.png") -> list[str]:
    return sorted(path.name for path in out.glob(pattern))


def test_names_are_pseudonyms_that_stay(accepted: Session, films: Path, masks: Path, tmp_path: Path) -> None:
    exporting.export_masks(accepted, tmp_path / "one")
    assert names(tmp_path / "one") == ["P001_I001.png", "P002_I001.png", "P003_I001.png"]
    first = {path.name: path.read_bytes() for path in (tmp_path / "one").glob("*.png")}
    done = queueing.queue(accepted)[0]
    store.withdraw(accepted.workspace, done.id)
    exporting.export(accepted, Wish(tmp_path / "two", states=("queued",)))
    assert names(tmp_path / "two") == ["P002_I001.png", "P003_I001.png"]
    assert all(first[path.name] == path.read_bytes() for path in (tmp_path / "two").glob("*.png"))


def test_pictures_of_a_patient_share_their_number(session: Session, dicom: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "ct").mkdir()
    for number, patient in enumerate(("A", "B", "A")):
        path = dicom(np.full((20, 30), number, np.uint8), name="slice.dcm", PatientID=patient)
        path.rename(tmp_path / "ct" / f"s{number}.dcm")
        cv2.imwrite(str(tmp_path / "ct" / f"m{number}.png"), np.zeros((20, 30), np.uint8))
    masks = tmp_path / "m"
    masks.mkdir()
    for number in range(3):
        (tmp_path / "ct" / f"m{number}.png").rename(masks / f"s{number}.png")
    assert importing.queue_add(session, "lung", tmp_path / "ct", masks).added == 3
    exporting.export_masks(session, tmp_path / "out")
    assert names(tmp_path / "out") == ["P001_I001.png", "P001_I002.png", "P002_I001.png"]


def test_every_format_at_once_and_again(accepted: Session, tmp_path: Path, lungs: list[np.ndarray]) -> None:
    wish = Wish(tmp_path / "out", PLAIN)
    counts: list[tuple[int, int]] = []
    report = exporting.export(accepted, wish, lambda done, total: counts.append((done, total)))
    assert (report.problems, report.notes, len(report.written)) == ((), (), 3)
    assert counts == [(1, 3), (2, 3), (3, 3)]
    assert report.more == 3 * (len(PLAIN) - 1)
    for name in PLAIN[1:]:
        assert any(path.is_file() for path in (tmp_path / "out" / name).rglob("*")), name
    mask = cv2.imread(str(tmp_path / "out" / "training" / "masks" / "P002_I001.png"), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(mask, lungs[1] * 255)
    again = exporting.export(accepted, wish)
    assert (again.written, again.skipped, again.more, again.problems) == ((), 3, 0, ())


def test_nothing_is_decoded_where_all_is_finished(
    accepted: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = Wish(tmp_path / "out", PLAIN)
    exporting.export(accepted, wish)
    monkeypatch.setattr(store, "kept_image", lambda *about: pytest.fail("a kept picture was read"))
    assert exporting.export(accepted, wish).problems == ()


def test_it_goes_on_where_it_was_cancelled(accepted: Session, tmp_path: Path) -> None:
    done: list[int] = []
    wish = Wish(tmp_path / "out", ("png", "csv", "nifti"))
    broken = exporting.export(accepted, wish, lambda count, _: done.append(count), lambda: len(done) >= 2)
    assert len(broken.written) == 2
    assert len((tmp_path / "out" / "csv" / "measurements.csv").read_text().splitlines()) == 3
    rest = exporting.export(accepted, wish)
    assert (len(rest.written), rest.skipped, rest.more) == (1, 2, 2)
    assert len((tmp_path / "out" / "csv" / "measurements.csv").read_text().splitlines()) == 4


def test_reader_and_state_choose(accepted: Session, films: Path, masks: Path, tmp_path: Path) -> None:
    (masks / "film_3.png").unlink()
    importing.queue_add(change_reader(accepted, "Dr Other"), "lung", films, masks)
    both = exporting.export(accepted, Wish(tmp_path / "both"))
    assert len(both.written) == 5
    assert "P001_I001_Dr-Other.png" in names(tmp_path / "both")
    one = exporting.export(accepted, Wish(tmp_path / "one", reader="Dr Other"))
    assert [path.name for path in one.written] == ["P001_I001.png", "P002_I001.png"]
    flagged = store.corrections(accepted.workspace, reader="Dr Test")[0]
    queueing.set_queue_state(accepted, (flagged.id,), QueueState.FLAGGED)
    found = exporting.export(accepted, Wish(tmp_path / "flagged", states=("flagged",)))
    assert [path.name for path in found.written] == ["P001_I001.png"]
    nothing = exporting.export(accepted, Wish(tmp_path / "none", states=("unreviewed",)))
    assert nothing.written == ()
    with pytest.raises(UserError, match="pending"):
        exporting.export(accepted, Wish(tmp_path / "none", states=("pending",)))


def test_the_linking_table_comes_only_when_asked_and_over_nothing(
    session: Session, dicom: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    path = dicom(np.zeros((20, 30), np.uint16), name="film.dcm").rename(tmp_path / "in" / "film.dcm")
    (tmp_path / "m").mkdir()
    cv2.imwrite(str(tmp_path / "m" / "film.png"), np.full((20, 30), 255, np.uint8))
    importing.queue_add(session, "lung", tmp_path / "in", tmp_path / "m")
    table = tmp_path / "table.csv"
    exporting.export(session, Wish(tmp_path / "out"))
    assert not table.exists()
    exporting.export(session, Wish(tmp_path / "out", linking_table=table))
    with table.open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    facts = json.loads((tmp_path / "out" / "P001_I001.json").read_text())
    assert (row["name"], row["path"], row["frame"]) == ("P001_I001", str(path), "1")
    assert (row["source_sha256"], row["content_hash"]) == (facts["source_sha256"], facts["content_hash"])
    import pydicom

    assert row["sop_instance_uid"] == pydicom.dcmread(path).SOPInstanceUID
    with pytest.raises(UserError, match="is there already"):
        exporting.export(session, Wish(tmp_path / "out", linking_table=table))


def test_films_that_are_no_dicom_have_no_seg_and_the_report_says_so(accepted: Session, tmp_path: Path) -> None:
    report = exporting.export(accepted, Wish(tmp_path / "out", ("png", "seg", "sc")))
    assert report.problems == ()
    assert len(report.notes) == 2
    assert "seg: 3 of the pictures" in report.notes[0]
    assert not (tmp_path / "out" / "seg").exists()


def test_frames_of_one_file_are_one_seg(session: Session, dicom: Callable[..., Path], tmp_path: Path) -> None:
    import pydicom

    frames = np.random.default_rng(0).integers(0, 250, (3, 24, 36)).astype(np.uint8)
    (tmp_path / "in").mkdir()
    dicom(frames, name="cine").rename(tmp_path / "in" / "cine.dcm")
    (tmp_path / "m").mkdir()
    marks = [np.zeros((24, 36), np.uint8) for _ in range(3)]
    for number, mark in enumerate(marks):
        mark[2 + number : 9, 3:20] = 255
        cv2.imwrite(str(tmp_path / "m" / f"cine_f{number + 1:04d}.png"), mark)
    assert importing.queue_add(session, "lung", tmp_path / "in", tmp_path / "m").added == 3
    report = exporting.export(session, Wish(tmp_path / "out", ("png", "seg", "nifti", "sc")))
    assert report.problems == ()
    assert names(tmp_path / "out", "seg/*.dcm") == ["P001_I001.dcm"]
    assert names(tmp_path / "out", "sc/*.dcm") == [f"P001_I001_f000{number}.dcm" for number in (1, 2, 3)]
    found = pydicom.dcmread(tmp_path / "out" / "seg" / "P001_I001.dcm")
    assert np.array_equal(found.pixel_array, np.asarray(marks) // 255)


def test_an_open_draft_goes_out_only_when_asked(accepted: Session, films: Path, tmp_path: Path) -> None:
    opening.add_paths(accepted, [films])
    wish = Wish(tmp_path / "out", include_unreviewed=True)
    assert len(exporting.export(accepted, wish).written) == 3
