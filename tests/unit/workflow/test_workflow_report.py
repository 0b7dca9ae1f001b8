"""The report: every number of methods.md and of the history counted again in the CSV files, by the csv module alone."""

from __future__ import annotations

import csv
import json
import shutil
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training import metrics
from unet_studio.core.case import Status
from unet_studio.core.correction import Effort
from unet_studio.core.errors import Cancelled, UserError
from unet_studio.core.image import Image, Source, content_hash
from unet_studio.core.model_version import Origin
from unet_studio.core.proposal import Proposal
from unet_studio.workflow import accepting, case_rows, history, mask_measures, methods, readers, reporting
from unet_studio.workflow.session import Session, close_session, open_session
from unet_studio.workspace import store
from unet_studio.workspace.store import NewCase, NewCorrection

WARD = "/ward/DOE^JANE"
SHAPE = (40, 60)
Row = dict[str, str]


def picture(number: int, spacing: tuple[float, float] | None = (0.5, 0.5)) -> Image:
    pixels = np.random.default_rng(number).integers(0, 255, SHAPE, np.uint8)
    source = Source(f"{WARD}/{number}.png", sha256=f"{number:064x}")
    return Image(pixels, source, "PNG", spacing_mm=spacing, content_hash=content_hash(pixels), group=f"JANE {number}")


def disc(radius: float, column: float = 30) -> np.ndarray:
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return (np.hypot(y - 20, x - column) < radius).astype(np.uint8)


def listed(session: Session, image: Image, reader: str = "Dr A") -> int:
    (case_id,) = store.add_cases(session.workspace, [NewCase(image.source.path, guess="lung")])
    store.set_image(session.workspace, case_id, image.content_hash, *image.shape, "lung")
    store.set_target(session.workspace, case_id, reader, "lung")
    return case_id


def accepted(
    session: Session,
    number: int,
    version: str = "lung-v1",
    seconds: float = 60.0,
    reader: str = "Dr A",
    mask: np.ndarray | None = None,
) -> int:
    image = picture(number)
    case_id = listed(session, image, reader)
    accepting.keep(session, image)
    proposed = disc(10)
    mask = disc(10 + number % 3) if mask is None else mask
    probability = proposed.astype(np.uint16) * np.uint16(65535)
    proposal = Proposal(probability, *SHAPE, "lung", version, f"sha of {version}", "CPU", 0.1)
    proposal_id = store.save_proposal(session.workspace, image.content_hash, proposal) if version else None
    changed = int((mask != proposed).sum()) if version else int(mask.sum())
    new = NewCorrection(
        image_hash=image.content_hash,
        target="lung",
        reader=reader,
        mask=mask,
        group=image.group,
        proposal_id=proposal_id,
        model_id=version,
        threshold=0.5 if version else None,
        changed=changed > 0,
        effort=Effort(3, seconds, 2 * seconds, changed),
        source_name=f"DOE^JANE {number}.png",
        source_sha256=image.source.sha256,
        case_id=case_id,
    )
    return store.save_correction(session.workspace, new).id


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 films by v1, 11 by v2 and 3 by v3 of Dr A; 2 of Dr B; others excluded, put off, unreadable, not begun."""
    session = open_session(tmp_path_factory.mktemp("study") / "workspace", reader="Dr A")
    for number in range(26):
        version = "lung-v1" if number < 12 else "lung-v2" if number < 23 else "lung-v3"
        accepted(session, number, version, 100.0 + number if number < 12 else 40.0 + number % 7)
    for number in (0, 1):
        accepted(session, number, seconds=200, reader="Dr B", mask=disc(12, 33))
    accepted(session, 30, version="")
    accepted(session, 31, mask=disc(0))
    for number, (status, reason) in enumerate(
        [(Status.EXCLUDED, "wrong view"), (Status.EXCLUDED, "Jane Doe moved"), (Status.LATER, "")], start=40
    ):
        store.set_status(session.workspace, listed(session, picture(number)), "Dr A", status, reason)
    store.set_status(session.workspace, listed(session, picture(25)), "Dr A", Status.EXCLUDED, "duplicate")
    store.add_cases(session.workspace, [NewCase(f"{WARD}/new.png", guess="lung")])
    store.add_cases(session.workspace, [NewCase(f"{WARD}/torn.png", error=f"{WARD}/torn.png: cannot be read")])
    close_session(session)
    return session.folder


@pytest.fixture
def study(made: Path, tmp_path: Path) -> Iterator[Session]:
    """A copy of it, opened by Dr A."""
    shutil.copytree(made, tmp_path / "workspace")
    opened = open_session(tmp_path / "workspace", reader="Dr A")
    yield opened
    close_session(opened)


def read(file: Path) -> list[Row]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def value(text: str, name: str) -> str:
    """The second cell of a row of a table in methods.md."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {name} |")]
    return line.split("|")[2].strip()


def test_every_count_of_the_methods_is_counted_again_in_the_cases(study: Session, tmp_path: Path) -> None:
    found = reporting.report(study, tmp_path / "out")
    rows = [row for row in read(tmp_path / "out" / "cases.csv") if row["target"] == "lung"]
    text = (tmp_path / "out" / "methods.md").read_text()
    text = text[text.index("### lung") :]
    done = [row for row in rows if row["accepted_at"] and row["status"] != "excluded"]
    assert len(done) == 29
    expected: dict[str, Any] = {
        "rows (pictures x readers)": len(rows),
        "pictures": len({row["picture"] for row in rows}),
        "readers": 2,
        "masks accepted": len(done),
        "pictures with an accepted mask": len({row["picture"] for row in done}),
        "patients or videos with an accepted mask": len({row["group"] for row in done}),
        "accepted as proposed, unchanged": sum(row["changed"] == "no" for row in done),
        "accepted as empty": 1,
        "accepted without a proposal (drawn or imported)": sum(not row["version"] for row in done),
        "excluded: wrong view": 1,
        "excluded: other": 1,
        "excluded: duplicate": 1,
        "not accepted: later": 1,
        "not accepted: new": 1,
        "proposed on CPU": sum(row["device"] == "CPU" for row in done),
    }
    for side in ("train", "gate"):
        of_side = [row for row in done if row["side"] == side]
        both = len({row["picture"] for row in of_side}), len({row["group"] for row in of_side})
        expected[f"{side}: pictures, patients or videos"] = "{}, {}".format(*both)
    for name, count in expected.items():
        assert value(text, name) == str(count), name
    (lung,) = [one for one in found.row()["targets"] if one["target"] == "lung"]
    assert lung["accepted"] == len(done)
    assert lung["excluded"] == {"duplicate": 1, "other": 1, "wrong view": 1}
    assert found.rows == len(read(tmp_path / "out" / "cases.csv"))


def test_an_excluded_accepted_picture_does_not_count(study: Session, tmp_path: Path) -> None:
    reporting.report(study, tmp_path / "out")
    (row,) = [row for row in read(tmp_path / "out" / "cases.csv") if row["picture"] == picture(25).content_hash[:12]]
    assert (row["status"], row["reason"]) == ("excluded", "duplicate")
    assert row["accepted_at"]


def test_medians_and_savings_are_computed_again(study: Session, tmp_path: Path) -> None:
    reporting.report(study, tmp_path / "out")
    cases = read(tmp_path / "out" / "cases.csv")
    timed = [row for row in cases if row["version"] and row["accepted_at"] and row["status"] != "excluded"]
    found = {(row.version, row.reader): row for row in history.history(study, "lung")}
    assert set(found) == {(row["version"], row["reader"]) for row in timed}
    text = (tmp_path / "out" / "methods.md").read_text()
    for (version, reader), row in found.items():
        films = [one for one in timed if (one["version"], one["reader"]) == (version, reader)]
        middle = {
            name: statistics.median(float(one[name]) for one in films)
            for name in ("dice", "hd95_px", "active_seconds", "changed_pixels")
        }
        assert row.films == len(films)
        assert row.patients == len({one["group"] for one in films})
        assert row.dice is not None
        assert row.hd95 is not None
        now = (row.dice.median, row.hd95.median, row.seconds.median, row.changed.median)
        assert now == pytest.approx(tuple(middle.values()))
        assert f"| {version} | {reader} | {len(films)} | {row.patients} | {middle['dice']:.3f}" in text
    first, second = found["lung-v1", "Dr A"], found["lung-v2", "Dr A"]
    assert first.saving is None
    assert second.saving is not None
    assert second.saving.seconds.median == pytest.approx(first.seconds.median - second.seconds.median)
    low, high = second.saving.seconds.low, second.saving.seconds.high
    assert low is not None
    assert high is not None
    assert low <= second.saving.seconds.median <= high
    assert f"saves {second.saving.seconds.median:.1f} s per film" in text
    assert found["lung-v3", "Dr A"].saving is None  # 2 films
    assert found["lung-v1", "Dr B"].saving is None  # never against another reader's films
    assert text.count("s per film (") == 1


def test_frames_of_one_video_are_one_draw(study: Session) -> None:
    rows = [row for row in case_rows.case_rows(study, "lung") if row.timed]
    one_video = [case_rows.CaseRow(**{**vars(row), "group": "one video"}) for row in rows]
    assert all(row.saving is None for row in history.history_of(one_video))
    assert all(row.seconds.low is None for row in history.history_of(one_video))


def test_the_measures_are_those_of_the_masks(study: Session) -> None:
    by_picture = {(row.picture, row.reader): row for row in case_rows.case_rows(study)}
    row = by_picture[picture(2).content_hash[:12], "Dr A"]
    mask, proposed = disc(12), disc(10)
    assert row.dice == pytest.approx(metrics.dice(mask, proposed), abs=1e-5)
    assert row.hd95_px == pytest.approx(metrics.hd95(mask, proposed), abs=0.01)
    assert row.hd95_mm == pytest.approx(row.hd95_px / 2, abs=0.01)
    assert (row.area_px, row.area_mm2) == (int(mask.sum()), round(mask.sum() / 4, 1))
    assert row.changed_pixels == int((mask != proposed).sum())
    assert (row.version, row.sha256, row.threshold, row.device) == ("lung-v1", "sha of lung-v1", 0.5, "CPU")
    assert (row.strokes, row.active_seconds, row.wall_seconds) == (3, 102.0, 204.0)
    empty = by_picture[picture(31).content_hash[:12], "Dr A"]
    assert (empty.dice, empty.empty) == (0.0, "yes")
    assert empty.hd95_px == pytest.approx(np.hypot(*SHAPE), abs=0.01)
    drawn = by_picture[picture(30).content_hash[:12], "Dr A"]
    assert (drawn.dice, drawn.hd95_px, drawn.changed_pixels, drawn.version) == (None, None, None, "")


def test_nothing_of_a_patient_is_in_the_files(study: Session, tmp_path: Path) -> None:
    reporting.report(study, tmp_path / "out")
    for file in (tmp_path / "out").iterdir():
        text = file.read_text().upper()
        assert "JANE" not in text
        assert "WARD" not in text
        assert ".PNG" not in text


def test_a_second_report_measures_nothing_again(study: Session, tmp_path: Path, monkeypatch: Any) -> None:
    first = reporting.report(study, tmp_path / "out")
    before = (tmp_path / "out" / "cases.csv").read_bytes()
    monkeypatch.setattr(mask_measures, "dice_and_hd95", lambda *masks: pytest.fail("measured again"))
    assert reporting.report(study, tmp_path / "out").rows == first.rows
    assert (tmp_path / "out" / "cases.csv").read_bytes() == before


def test_a_lost_proposal_costs_its_numbers_and_no_more(study: Session) -> None:
    for file in (study.folder / "proposals").rglob("*.png"):
        file.unlink()
    rows = case_rows.case_rows(study, "lung")
    assert all(row.dice is None for row in rows)
    assert history.history_of(rows)[0].dice is None
    assert "–" in methods.methods_text(rows, [], [], {})


def test_a_report_stands_in_place_of_its_own_earlier_one_alone(study: Session, tmp_path: Path) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "cases.csv").write_text("mine")
    with pytest.raises(UserError, match="name a new or an empty folder"):
        reporting.report(study, out)
    assert [(file.name, file.read_text()) for file in out.iterdir()] == [("cases.csv", "mine")]
    (out / "cases.csv").unlink()
    reporting.report(study, out)
    (out / "notes.txt").write_text("mine")
    (out / "cases.csv").write_text("torn")
    reporting.report(study, out)
    assert (out / "notes.txt").read_text() == "mine"
    assert len(read(out / "cases.csv")) > 20
    other = open_session(tmp_path / "other")
    with pytest.raises(UserError, match="no report of this workspace"):
        reporting.report(other, out)
    with pytest.raises(UserError, match="this is a file"):
        reporting.report(study, out / "notes.txt")


def test_a_cancelled_report_leaves_the_earlier_one(study: Session, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        reporting.report(study, tmp_path / "out", cancelled=lambda: True)
    assert not (tmp_path / "out").exists()


def test_two_readers_are_compared_from_their_own_file(study: Session, tmp_path: Path) -> None:
    report = reporting.report(study, tmp_path / "out")
    rows = read(tmp_path / "out" / "readers.csv")
    assert report.pairs == len(rows) == 2
    assert {(row["reader_a"], row["reader_b"]) for row in rows} == {("Dr A", "Dr B")}
    (row,) = [row for row in rows if row["picture"] == picture(1).content_hash[:12]]
    assert float(row["dice"]) == pytest.approx(metrics.dice(disc(11), disc(12, 33)), abs=1e-5)
    assert float(row["hd95_px"]) == pytest.approx(metrics.hd95(disc(11), disc(12, 33)), abs=0.01)
    assert (int(row["area_a_px"]), int(row["area_b_px"])) == (disc(11).sum(), disc(12, 33).sum())
    middle = statistics.median(float(row["dice"]) for row in rows)
    assert f"| lung | Dr A | Dr B | 2 | {middle:.3f} |" in (tmp_path / "out" / "methods.md").read_text()


def test_another_readers_mask_is_hidden_until_ones_own_is_accepted(study: Session) -> None:
    as_b = Session(study.workspace, "Dr B")
    allowed = [one for one in store.corrections(study.workspace, "lung", "Dr A") if readers.may_see(as_b)(one)]
    assert {one.image_hash for one in allowed} == {picture(0).content_hash, picture(1).content_hash}
    assert readers.other_masks(as_b, picture(2).content_hash, "lung") is None
    found = readers.other_masks(as_b, picture(0).content_hash, "lung")
    assert found is not None
    (other,) = found
    assert other.reader == "Dr A"
    assert np.array_equal(other.mask, disc(10))
    assert other.dice == pytest.approx(metrics.dice(disc(10), disc(12, 33)))
    assert readers.other_masks(study, picture(2).content_hash, "lung") == []


def test_versions_learned_from_are_counted(study: Session, tmp_path: Path) -> None:
    ids = [one.id for one in store.corrections(study.workspace, "lung", "Dr A")][:5]
    weights = tmp_path / "w.safetensors"
    weights.write_bytes(b"weights")
    new = store.NewVersion("lung", "lung-v1", corrections=ids)
    for _ in range(4):  # the first three have the names of those that proposed
        version = store.add_candidate(study.workspace, weights, new)
        new = replace(new, reason="the next one", corrections=ids[:2])
    reporting.report(study, tmp_path / "out")
    learned = Counter(name for row in read(tmp_path / "out" / "cases.csv") for name in row["learned_by"].split())
    assert learned == {"lung-v1": 5, "lung-v2": 2, "lung-v3": 2, version.id: 2}
    text = (tmp_path / "out" / "methods.md").read_text()
    assert f"| {version.id} | {version.sha256} | 0 | 2 |" in text
    (row,) = [row for row in read(tmp_path / "out" / "versions.csv") if row["id"] == version.id]
    assert (row["sha256"], row["learned_from"]) == (version.sha256, "2")


def test_how_each_version_was_judged_stands_in_its_row(study: Session, tmp_path: Path) -> None:
    weights = tmp_path / "w.safetensors"
    weights.write_bytes(b"weights")
    gain = {"groups": 6, "mean": 0.0812345, "low": 0.04, "high": 0.12, "positive": True}
    numbers = {"parent_dice": 0.81, "candidate_dice": 0.93, "gain": gain, "groups": 6, "pictures": 9, "unchanged": 2}
    gate = numbers | {"method": "gate", "compared_with": "lung-v1"}
    crossed = gate | {"method": "cross-validation", "candidate_dice": None}
    new = store.NewVersion("lung", "lung-v1", "[1] is worst", gate, passed=True)
    made = [
        store.add_candidate(study.workspace, weights, one)
        for one in (
            new,
            replace(new, metrics=crossed, passed=False),
            replace(new, origin=Origin.IMPORTED, reason="JANE", passed=False),
        )
    ]
    reporting.report(study, tmp_path / "out")
    rows = {row["id"]: row for row in read(tmp_path / "out" / "versions.csv")}
    first, second, imported = (rows[one.id] for one in made)
    assert (first["method"], first["verdict"], first["patients"], first["compared_with"]) == (
        *("gate", "better", "6", "lung-v1"),
    )
    assert (first["dice_before"], first["dice_after"], first["agreement_gain"]) == ("0.81", "0.93", "0.081235")
    assert (second["method"], second["verdict"], second["dice_after"]) == ("cross-validation", "not better", "")
    assert (imported["method"], imported["verdict"], imported["patients"]) == ("", "", "")
    text = (tmp_path / "out" / "methods.md").read_text()
    shown = f"{float(first['dice_before']):.3f} | {float(first['dice_after']):.3f} | +0.081 (+0.040 to +0.120)"
    assert f"| {made[0].id} | lung-v1 | gate | 6 | 9 | 2 | {shown} | better |" in text
    assert f"| {made[1].id} | lung-v1 | cross-validation | 6 | 9 | 2 | 0.810 | – | +0.081" in text
    assert f"| {made[2].id} | lung-v1 |" not in text
    assert "worst" not in text
    assert 'Only the side "gate" decides' not in text
    assert '"cross-validation", weak evidence' in text


def test_the_command_tells_one_json_line(study: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from unet_studio import cli

    out = tmp_path / "out"
    assert cli.run(["report", "--out", str(out), "--workspace", str(study.folder), "--target", "lung", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rows"] == len(read(out / "cases.csv"))
    assert {one["target"]: one["accepted"] for one in told["targets"]} == {None: 0, "lung": 29}
    assert Path(told["methods"]).is_file()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("")
    assert cli.run(["report", "--out", str(tmp_path / "full"), "--workspace", str(study.folder)]) == 1
    assert capsys.readouterr().err.startswith("unet-studio: ")


def test_a_copy_excluded_as_a_duplicate_takes_nothing_from_the_accepted_one(study: Session) -> None:
    image = picture(3)
    (copy,) = store.add_cases(study.workspace, [NewCase(f"{WARD}/copy.png", guess="lung")])
    store.set_image(study.workspace, copy, image.content_hash, *image.shape, "lung")
    store.set_status(study.workspace, copy, "Dr A", Status.EXCLUDED, "duplicate")
    (row,) = [row for row in case_rows.case_rows(study) if row.picture == image.content_hash[:12]]
    assert (row.status, row.reason, row.accepted) == ("queued", "", True)
    kept = readers.without_excluded(study, store.corrections(study.workspace, reader="Dr A"))
    assert image.content_hash in {one.image_hash for one in kept}
    assert picture(25).content_hash not in {one.image_hash for one in kept}
