"""What a run leaves to look at: log.csv and TensorBoard's curves, also after it was cut off."""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path

import pytest

from training import logs
from training.logs import HEADER, Tick


def tick(step: int, **more: object) -> Tick:
    return Tick(step, 9, 1, 0.5, 1.5, 3.0, rate=1e-3, norm=2.0, **more)  # type: ignore[arg-type]


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "log.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_rows_have_names_and_every_number(tmp_path: Path) -> None:
    with logs.logging_to(tmp_path, 0) as log:
        log.write(tick(1))
        log.write(tick(2, dice=0.75, skipped=1))
        log.keep()
    assert tuple(rows(tmp_path)[0]) == HEADER
    assert [row["validation_dice"] for row in rows(tmp_path)] == ["", "0.75"]
    assert rows(tmp_path)[1] == {
        "step": "2", "epoch": "1", "loss": "0.5", "rate": "0.001", "gradient_norm": "2.0", "validation_dice": "0.75",
        "seconds": "1.5", "skipped": "1",
    }  # fmt: skip


def test_rows_beyond_the_resumed_step_are_cut(tmp_path: Path) -> None:
    with logs.logging_to(tmp_path, 0) as log:
        for step in range(1, 8):
            log.write(tick(step))
    with (tmp_path / "log.csv").open("a") as file:
        file.write("1")  # half a row, as a killed run leaves it
    with logs.logging_to(tmp_path, 4) as log:
        log.write(tick(5))
    assert [row["step"] for row in rows(tmp_path)] == ["1", "2", "3", "4", "5"]


def test_a_run_begun_anew_begins_new_logs(tmp_path: Path) -> None:
    for _ in range(2):
        with logs.logging_to(tmp_path, 0) as log:
            log.write(tick(1))
    assert len(rows(tmp_path)) == 1
    assert len(list((tmp_path / "tensorboard").iterdir())) == 1


def test_curves_are_there_for_tensorboard(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    with logs.logging_to(tmp_path, 0) as log:
        for step in (1, 2, 3):
            log.write(tick(step, dice=0.25 * step))
        log.write(Tick(4, 9, 1, math.nan, 1.0, 1.0, norm=math.inf))
    with logs.logging_to(tmp_path, 2) as log:
        log.write(tick(3, dice=0.9))
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    curves = EventAccumulator(str(tmp_path / "tensorboard"))
    curves.Reload()
    assert set(curves.Tags()["scalars"]) == {"loss", "rate", "gradient norm", "validation Dice"}
    points = {event.step: event.value for event in curves.Scalars("validation Dice")}
    assert points == pytest.approx({1: 0.25, 2: 0.5, 3: 0.9})


def test_without_tensorboard_the_rows_are_still_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with logs.logging_to(tmp_path, 0) as log:
        assert log.board is None
        log.write(tick(1))
        log.keep()
    assert len(rows(tmp_path)) == 1
