"""Reports of drawn pictures: what is in the folder, that every link leads somewhere, and that odd names do no harm."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import cv2
import numpy as np
import pytest

from training import em
from training.__main__ import main
from training.checkpoint import ModelFile, save_model
from training.dataset import Pair, find_pairs, read_mask
from training.evaluate import Cells, Result, measured
from training.metrics import mean_with_interval
from training.networks import build
from training.pooled import Counts
from training.preprocess import InputSpec
from training.report import histogram, overlay, write_report
from training.report.write import safe_name

ODD = 'Müller <b>&"1".png'
VOID = {"meta", "img", "input", "br", "rect", "line"}


class Links(HTMLParser):
    """The links of a page; fails on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for key, value in attrs if key in ("href", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def model(tmp_path: Path, **card: object) -> ModelFile:
    spec = InputSpec(size=32, channels=1, multiple=4)
    about = ModelFile(tmp_path / "lung.safetensors", {"name": "unet", "channels": 1, "widths": [4, 8]}, spec, "lung")
    return ModelFile(about.path, about.architecture, spec, "lung", 0.5, dict(card), "ab" * 32)


def draw(folder: Path, names: list[str], seed: int = 0) -> list[Pair]:
    """Noisy pictures with a square each; pair k's proposal of `shifted` is off by k px."""
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    for name in names:
        mask = np.zeros((40, 60), np.uint8)
        mask[8:28, 10:30] = 255
        for part, plane in (("images", rng.integers(0, 255, mask.shape, np.uint8)), ("masks", mask)):
            (folder / part / Path(name).with_suffix(".png")).write_bytes(cv2.imencode(".png", plane)[1].tobytes())
    return find_pairs(folder)


def shifted(pairs: list[Pair]) -> tuple[list[Result], Callable[[Pair], np.ndarray]]:
    def proposal_of(pair: Pair) -> np.ndarray:
        return np.roll(read_mask(pair.mask), pairs.index(pair), axis=1)

    results = [measured(pair, proposal_of(pair).astype(np.float32), read_mask(pair.mask), 0.5) for pair in pairs]
    return results, proposal_of


def test_what_a_report_holds(tmp_path: Path) -> None:
    pairs = draw(tmp_path / "films", [f"p{number:02d}.png" for number in range(15)])
    results, proposal_of = shifted(pairs)
    out = tmp_path / "a new folder" / "report"
    index = write_report(out, model(tmp_path), results, pairs, proposal_of)
    assert sorted(path.name for path in out.iterdir()) == ["index.html", "pictures.csv", "worst"]
    page = Links(index.read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert all((out / unquote(link)).is_file() for link in page.links)
    assert page.tags.count("figure") == 12
    assert page.tags.count("svg") == 1
    dice = mean_with_interval([result.dice for result in results])
    assert f"{dice.mean:.3f}" in page.text
    assert f"{dice.low:.3f} to {dice.high:.3f}" in page.text
    assert page.text.index("1. p14.png") < page.text.index("2. p13.png") < page.text.index("12. p03.png")
    assert "2. p02.png" not in page.text
    assert f"Dice {results[14].dice:.3f}, HD95 {results[14].hd95:.1f} px" in page.text


def test_the_table_has_every_picture_and_measure(tmp_path: Path) -> None:
    pairs = draw(tmp_path / "films", ["a.png", "b.png"])
    results, proposal_of = shifted(pairs)
    write_report(tmp_path / "r", model(tmp_path), results, pairs, proposal_of)
    with (tmp_path / "r" / "pictures.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [(row["source"], row["name"]) for row in rows] == [("films", "b.png"), ("films", "a.png")]
    assert float(rows[0]["dice"]) == pytest.approx(results[1].dice, rel=1e-5)
    assert float(rows[0]["hd95"]) == results[1].hd95
    assert int(rows[0]["true_positive"]) == results[1].counts.true_positive
    assert {"iou", "precision", "recall", "accuracy", "marked", "empty", "true_negative"} <= set(rows[0])


def test_two_sources_with_the_same_odd_names(tmp_path: Path) -> None:
    stems = ["CON.png", "a b#%?.png", "äöü.png", "x" * 120 + ".png", ODD]
    pairs = draw(tmp_path / "klinik ä" / "süd & <nord>", stems) + draw(tmp_path / "other" / "süd", stems)
    results, proposal_of = shifted(pairs)
    index = write_report(tmp_path / "ausgabe ü", model(tmp_path), results, pairs, proposal_of)
    page = Links(index.read_text(encoding="utf-8"))
    assert "b" in page.tags
    assert ODD in page.text
    assert "süd & <nord>" in page.text
    assert page.tags.count("svg") == 2
    files = [path.name for path in (index.parent / "worst").iterdir()]
    assert len({name.lower() for name in files}) == 2 * len(pairs)
    assert all(name.isascii() and not set(name) & set('<>:"/\\|?*#% ') and len(name) < 90 for name in files)
    assert all((index.parent / link).is_file() for link in page.links)


@pytest.mark.parametrize("name", ["..", "/", "", "....png", "日本.png"])
def test_names_of_nothing_but_odd_characters(name: str) -> None:
    result = Result("..", name, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.1, False, Counts())
    assert safe_name(3, result) == "03-picture"


def test_a_second_report_replaces_the_first_and_nothing_else(tmp_path: Path) -> None:
    pairs = draw(tmp_path / "films", ["a.png", "b.png"])
    results, proposal_of = shifted(pairs)
    (tmp_path / "r" / "worst").mkdir(parents=True)
    (tmp_path / "r" / "worst" / "mine.jpg").write_bytes(b"mine")
    write_report(tmp_path / "r", model(tmp_path), results, pairs, proposal_of)
    write_report(tmp_path / "r", model(tmp_path), results[:1], pairs[:1], proposal_of)
    found = sorted(path.name for path in (tmp_path / "r" / "worst").iterdir())
    assert found == ["01-films-a-plain.jpg", "01-films-a.jpg", "mine.jpg"]


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    pairs = draw(tmp_path / "films", ["a.png"])
    results, proposal_of = shifted(pairs)
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(ValueError, match=r"taken cannot be written .* choose another folder"):
        write_report(tmp_path / "taken", model(tmp_path), results, pairs, proposal_of)
    with pytest.raises(ValueError, match="no pictures to report on"):
        write_report(tmp_path / "r", model(tmp_path), [], [], proposal_of)


def test_the_page_tells_what_the_card_tells(tmp_path: Path) -> None:
    pairs = draw(tmp_path / "films", ["a.png"])
    results, proposal_of = shifted(pairs)
    older = {"command": "python -m training train lung", "training": {"seed": 7, "date": "2026-01-02", "epochs": 3}}
    newer = {"stages": [{"command": f"stage {n}", "seed": n, "date": "2026-02-03"} for n in (1, 2)]}
    shared = {
        "name": "lung, fields",
        "terms": "research <only>",
        "notice": "Not a medical device: check it.",
        "data": {"films": {"terms": "none stated", "cite": "Somebody 2020", "train": 8, "test": 1}},
        "failure_modes": ["Lateral films & children."],
    }
    for card, words in ((older, ("train lung", "seed 7", "2026-01-02")), (newer, ("stage 1", "stage 2", "seed 2"))):
        index = write_report(tmp_path / "r", model(tmp_path, **card, **shared), results, pairs, proposal_of)
        text = Links(index.read_text(encoding="utf-8")).text
        for word in (*words, "research <only>", "Not a medical device", "Somebody 2020", "children.", "ab" * 32):
            assert word in text
        assert "flatter" not in text


def test_pictures_that_were_trained_on_are_warned_of(tmp_path: Path) -> None:
    pairs = draw(tmp_path / "films", ["a.png"])
    results, proposal_of = shifted(pairs)
    for data, warned in (({"films": {"train": 1}}, True), ({"others": {"train": 1}}, False)):
        index = write_report(tmp_path / "r", model(tmp_path, data=data), results, pairs, proposal_of, held_out=False)
        text = Links(index.read_text(encoding="utf-8")).text
        assert ("flatter it" in text) is warned
        assert "held out from training" not in text


def test_pictures_on_which_nothing_is_drawn_are_counted(tmp_path: Path) -> None:
    pairs = draw(tmp_path / "films", ["a.png", "b.png"])
    empty, half = np.zeros((40, 60), np.uint8), np.zeros((40, 60), np.float32)
    half[:20] = 1
    results = [measured(pair, plane, empty, 0.5) for pair, plane in zip(pairs, (half, 0 * half), strict=True)]
    index = write_report(tmp_path / "r", model(tmp_path), results, pairs, lambda pair: empty)
    text = Links(index.read_text(encoding="utf-8")).text
    assert "On 2 of the pictures nothing is drawn; 1 of these have something proposed on them, 25.0 %" in text
    assert text.count("nothing drawn") == 2


def test_cells_get_the_measures_of_membranes(tmp_path: Path) -> None:
    pairs = draw(tmp_path / "films", ["a.png"])
    results, proposal_of = shifted(pairs)
    plain = write_report(tmp_path / "r", model(tmp_path), results, pairs, proposal_of).read_text(encoding="utf-8")
    assert "Rand error" not in plain
    errors = em.Errors(0.0611, 0.0382, 0.02, 0.5, 0.3, 0.2)
    cells = Cells(errors, tuple(em.Errors(0.0601, 0.0371, 0.02, 0.5, 0.3, 0.2) for _ in em.THRESHOLDS))
    with_cells = [measured(pairs[0], np.ones((40, 60), np.float32), read_mask(pairs[0].mask), 0.5)]
    with_cells = [Result(**{**vars(with_cells[0]), "cells": cells})]
    index = write_report(tmp_path / "r", model(tmp_path), with_cells, pairs, proposal_of)
    text = Links(index.read_text(encoding="utf-8")).text
    for word in ("Rand error", "0.0382", "0.0611", "best on test", "0.0371 at 0.1"):
        assert word in text
    assert "rand_error" in (index.parent / "pictures.csv").read_text(encoding="utf-8")


def near(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.abs(picture.astype(int) - colour).max(axis=2) < 40


def test_outlines_run_along_the_edges_of_the_masks() -> None:
    values = np.full((60, 90), 100, np.uint8)
    drawn, proposed = np.zeros((2, 60, 90), np.uint8)
    drawn[10:50, 20:70], proposed[10:50, 30:70] = 1, 1
    shown = overlay.outlined(overlay.plain(values), drawn, proposed)
    assert shown.shape == (480, 720, 3)
    for mask, colour, left in ((drawn, overlay.DRAWN, 20), (proposed, overlay.PROPOSED, 30)):
        columns = np.flatnonzero(near(shown, colour)[240])
        assert columns.min() / 8 == pytest.approx(left, abs=0.5), mask.shape
    assert near(shown, overlay.PROPOSED)[240, 540:580].any()
    assert near(shown, overlay.DRAWN)[240, 540:580].any()  # where they agree both are seen
    assert not near(shown, overlay.DRAWN)[200:280, 300:500].any()


@pytest.mark.parametrize(
    ("values", "size"),
    [
        (np.random.default_rng(0).normal(3000, 400, (50, 100)).astype(np.uint16), (360, 720)),
        (np.random.default_rng(0).integers(0, 65535, (2000, 1000, 3), np.uint16), (720, 360)),
        (np.zeros((7, 7), np.uint8), (720, 720)),
        (np.full((1, 900, 3), 200, np.uint8), (1, 720)),
    ],
)
def test_any_picture_can_be_shown(values: np.ndarray, size: tuple[int, int]) -> None:
    shown = overlay.plain(values)
    assert shown.shape == (*size, 3)
    assert shown.dtype == np.uint8
    if values.ndim == 2 and values.any():
        assert shown.min() < 20
        assert shown.max() > 235  # windowed by percentiles


@pytest.mark.parametrize("values", [[1.0], [0.0, 1.0], [0.93, 0.97, 1.0], [0.5] * 9])
def test_a_histogram_holds_every_value(values: list[float]) -> None:
    low = histogram.axis_from(values)
    assert low <= min(values)
    named = [(f"p{index}<.png", value) for index, value in enumerate(values)]
    text = histogram.histogram("so & so", named, mean_with_interval(values), low)
    parsed = Links(text)
    assert f"mean {np.mean(values):.3f}" in parsed.text
    assert all(name in parsed.text for name, _ in named[:8])
    assert "nan" not in text


def test_the_command_writes_a_report(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    about = model(tmp_path, recipe={"name": "tiny", "held_out": 0.25, "fold": 1})
    save_model(build(about.architecture).state_dict(), about)
    words = ["evaluate", str(about.path), "--data", str(data), "--device", "cpu", "--json", "--report"]
    assert main([*words, str(tmp_path / "held")]) == 0
    said = capsys.readouterr()
    assert str(tmp_path / "held" / "index.html") in said.err
    held = json.loads(said.out)["sources"]["drawn"]["dice"]["count"]
    assert 0 < held < 24
    assert main([*words, str(tmp_path / "all"), "--all"]) == 0
    assert json.loads(capsys.readouterr().out)["sources"]["drawn"]["dice"]["count"] == 24


@pytest.mark.data
def test_a_report_of_the_bundled_lung_model(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    films = root.parent / "shared" / "data" / "lung" / "jsrt"
    if not films.is_dir():
        pytest.skip("the data folder is not beside the repository")
    weights = root / "resources" / "models" / "lung.safetensors"
    assert main(["evaluate", str(weights), "--data", str(films), "--device", "cpu", "--report", str(tmp_path)]) == 0
    assert len(list((tmp_path / "worst").glob("*.jpg"))) == 24
