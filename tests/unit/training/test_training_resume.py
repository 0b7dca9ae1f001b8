"""Exact resume: a run that was killed, at any moment, and resumed ends with the weights of an unbroken one."""

from __future__ import annotations

import csv
import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from training import dataset, loop, recipes, state
from training.__main__ import main
from training.dataset import Sample
from training.logs import Tick
from training.recipe import Recipe
from training.state import Training

ROOT = Path(__file__).resolve().parents[3]
PLAIN = {"name": "unet-2015", "channels": 1, "widths": [4, 8], "dropout": 0.5}
# a state after every step, and steps that take their time
SLOWLY = """
loop.SAVE_SECONDS = 0.0
learn = loop.learn
loop.learn = lambda *given: (time.sleep(0.03), learn(*given))[1]
"""


def quiet(tick: Tick) -> None:
    """Nobody is told."""


@pytest.fixture
def samples(data: Path, tiny: Recipe) -> list[Sample]:
    return list(dataset.load(dataset.find_pairs(data), tiny.input))


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state is saved after every step."""
    monkeypatch.setattr(loop, "SAVE_SECONDS", 0.0)


def broken_at(step: int) -> Callable[[Tick], None]:
    def die(tick: Tick) -> None:
        if tick.step == step:
            raise RuntimeError("killed")

    return die


def carried(run: Training) -> dict[str, torch.Tensor]:
    """All tensors of a run by name."""
    moments = run.optimiser.state_dict()["state"]
    return {
        **{f"network.{key}": value for key, value in run.network.state_dict().items()},
        **{f"average.{key}": value for key, value in run.average.items()},
        **{f"{index}.{key}": value for index, entry in moments.items() for key, value in entry.items()},
    }


def same_end(one: Training, other: Training) -> bool:
    """All that a run carries, but for its clock, to the last bit."""
    ones, others = carried(one), carried(other)
    return (
        ones.keys() == others.keys()
        and all(torch.equal(value, others[key]) for key, value in ones.items())
        and (one.step, one.epoch, one.stage, one.best_dice) == (other.step, other.epoch, other.stage, other.best_dice)
    )


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("step", [1, 8, 12, 15])
def test_broken_anywhere_it_ends_the_same(step: int, tiny: Recipe, samples: list[Sample], tmp_path: Path) -> None:
    recipe = replace(tiny, epochs=3, loss="cross-entropy", loss_after="dice", rate_after=1e-3, switch=0.6)

    def train(name: str, resume: bool, on_tick: Callable[[Tick], None]) -> Training:
        return loop.train(recipe, samples[:20], tmp_path / name, "cpu", resume, on_tick, validation=samples[20:])

    whole = train("whole", False, quiet)
    with pytest.raises(RuntimeError, match="killed"):
        train("broken", False, broken_at(step))
    torch.rand(7)
    assert same_end(whole, train("broken", True, quiet))
    texts = [(tmp_path / name / "log.csv").read_text() for name in ("whole", "broken")]
    rows = [[row[:6] for row in csv.reader(text.splitlines())] for text in texts]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 1 + 15


@pytest.mark.usefixtures("often")
def test_dropout_and_momentum_go_on_too(tiny: Recipe, samples: list[Sample], tmp_path: Path) -> None:
    recipe = replace(tiny, architecture=PLAIN, canvas=(44, 44), epochs=2, optimiser="sgd", momentum=0.99, ema=0.0)
    whole = loop.train(recipe, samples, tmp_path / "whole", "cpu", False, quiet)
    with pytest.raises(RuntimeError, match="killed"):
        loop.train(recipe, samples, tmp_path / "broken", "cpu", False, broken_at(9))
    assert same_end(whole, loop.train(recipe, samples, tmp_path / "broken", "cpu", True, quiet))


def test_memory_of_the_best_epoch_goes_on(
    tiny: Recipe, samples: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = iter([0.5, 0.8, 0.6, 0.7, 0.75, 0.9])
    monkeypatch.setattr(loop, "validation_dice", lambda *given: next(scores))
    recipe = replace(tiny, patience=3)
    with pytest.raises(RuntimeError, match="killed"):
        loop.train(recipe, samples, tmp_path, "cpu", False, broken_at(20), validation=samples[:4])
    best = state.tensors_from((tmp_path / "state-00000003.safetensors").read_bytes())
    run = loop.train(recipe, samples, tmp_path, "cpu", True, quiet, validation=samples[:4])
    assert run.epoch == 5
    assert run.best_dice == 0.8
    assert all(torch.equal(value, best[f"best.{key}"]) for key, value in run.average.items())
    again = loop.train(recipe, samples, tmp_path, "cpu", True, quiet, validation=samples[:4])
    assert same_end(run, again)


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("damage", ["cut tensors", "cut json", "no json", "only temporary"])
def test_a_half_written_state_is_passed_over(damage: str, tiny: Recipe, samples: list[Sample], tmp_path: Path) -> None:
    recipe = replace(tiny, epochs=2)
    whole = loop.train(recipe, samples, tmp_path / "whole", "cpu", False, quiet)
    out = tmp_path / "broken"
    with pytest.raises(RuntimeError, match="killed"):
        loop.train(recipe, samples, out, "cpu", False, broken_at(9))
    newest = max(out.glob("state-*.json"))
    assert newest.stem == "state-00000008"
    assert len(list(out.glob("state-*"))) == 4
    tensors = newest.with_suffix(".safetensors")
    if damage == "cut tensors":
        tensors.write_bytes(tensors.read_bytes()[:-100])
    elif damage == "cut json":
        newest.write_text(newest.read_text()[:-100])
    elif damage == "no json":
        newest.unlink()
    else:
        tensors.replace(out / f".{tensors.name}.123.tmp")
    assert same_end(whole, loop.train(recipe, samples, out, "cpu", True, quiet))
    assert not list(out.glob(".state-*"))
    assert len(list(out.glob("state-*"))) == 4


def test_a_full_disk_is_said_and_what_was_saved_stays(
    tiny: Recipe, samples: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = state.replace_file

    def full(path: Path, data: bytes) -> None:
        if path.name == "state-00000002.json":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, data)

    recipe = replace(tiny, epochs=3)
    whole = loop.train(recipe, samples, tmp_path / "whole", "cpu", False, quiet)
    monkeypatch.setattr(state, "replace_file", full)
    with pytest.raises(ValueError, match=r"002\.json cannot be written .*--resume"):
        loop.train(recipe, samples, tmp_path / "broken", "cpu", False, quiet)
    monkeypatch.setattr(state, "replace_file", write)
    assert same_end(whole, loop.train(recipe, samples, tmp_path / "broken", "cpu", True, quiet))


def test_states_that_are_all_damaged_are_said(tiny: Recipe, samples: list[Sample], tmp_path: Path) -> None:
    recipe = replace(tiny, epochs=2)
    loop.train(recipe, samples, tmp_path, "cpu", False, quiet)
    for path in tmp_path.glob("state-*.safetensors"):
        path.write_bytes(b"nothing")
    with pytest.raises(ValueError, match="all damaged; remove them"):
        loop.train(recipe, samples, tmp_path, "cpu", True, quiet)


def test_another_recipe_other_pictures_or_weights_are_refused(
    tiny: Recipe, samples: list[Sample], tmp_path: Path
) -> None:
    with pytest.raises(RuntimeError, match="killed"):
        loop.train(tiny, samples, tmp_path, "cpu", False, broken_at(8))
    for changed, said in (
        (replace(tiny, rate=0.5), r"holds a run with rate=0\.01, not 0\.5; give the same or another --out\."),
        (replace(tiny, architecture={**tiny.architecture, "widths": [8, 8]}), "architecture="),
        (replace(tiny, change=replace(tiny.change, rotate=5)), "change="),
    ):
        with pytest.raises(ValueError, match=said):
            loop.train(changed, samples, tmp_path, "cpu", True, quiet)
    with pytest.raises(ValueError, match="begun with other pictures"):
        loop.train(tiny, samples[:-1], tmp_path, "cpu", True, quiet)
    with pytest.raises(ValueError, match="begun with other pictures"):
        loop.train(tiny, samples[:-1], tmp_path, "cpu", True, quiet, validation=samples[-1:])
    known = state.identity(tiny, samples, (), "0" * 64)
    with pytest.raises(ValueError, match="begun from other weights"):
        state.load_state(loop.start(tiny, "cpu")[0], tmp_path, known, lambda stage: torch.optim.SGD([], lr=1))


def test_epochs_may_be_raised_and_an_unfinished_run_is_not_overwritten(
    tiny: Recipe, samples: list[Sample], tmp_path: Path
) -> None:
    short = loop.train(replace(tiny, epochs=1), samples, tmp_path, "cpu", False, quiet)
    longer = loop.train(replace(tiny, epochs=2, max_minutes=60.0), samples, tmp_path, "cpu", True, quiet)
    assert (short.step, longer.step) == (6, 12)
    anew = loop.train(replace(tiny, epochs=1, seed=9), samples, tmp_path, "cpu", False, quiet)
    assert anew.step == 6
    assert sorted(path.name for path in tmp_path.glob("state-*.json")) == ["state-00000001.json"]
    with pytest.raises(RuntimeError, match="killed"):
        loop.train(replace(tiny, epochs=3, seed=9), samples, tmp_path, "cpu", True, broken_at(13))
    with pytest.raises(ValueError, match="stopped at step 12; --resume goes on"):
        loop.train(tiny, samples, tmp_path, "cpu", False, quiet)


def test_nothing_to_go_on_from_is_said(tiny: Recipe, samples: list[Sample], tmp_path: Path) -> None:
    ticks: list[Tick] = []
    loop.train(replace(tiny, epochs=1), samples, tmp_path, "cpu", True, ticks.append)
    assert "There was no saved state" in ticks[0].note


def test_another_number_of_threads_is_said(tiny: Recipe, samples: list[Sample], tmp_path: Path) -> None:
    loop.train(replace(tiny, epochs=1), samples, tmp_path, "cpu", False, quiet)
    for path in tmp_path.glob("state-*.json"):
        path.write_text(json.dumps({**json.loads(path.read_text()), "threads": 64}))
    ticks: list[Tick] = []
    loop.train(replace(tiny, epochs=2), samples, tmp_path, "cpu", True, ticks.append)
    assert "number of threads" in ticks[0].note


def newest_step(out: Path) -> int:
    found = sorted(out.glob("state-*.json"))
    try:
        return int(json.loads(found[-1].read_text())["counters"]["step"]) if found else 0
    except (OSError, ValueError):
        return 0


@pytest.mark.slow
def test_killed_twice_the_model_is_the_same_to_the_last_byte(
    data: Path, tiny: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, child: Callable
) -> None:
    recipe = replace(tiny, epochs=6)
    monkeypatch.setitem(recipes.RECIPES, "tiny", recipe)
    arguments = ["train", "tiny", "--data", str(data), "--device", "cpu", "--out"]
    assert main([*arguments, str(tmp_path / "whole")]) == 0
    out = tmp_path / "broken"
    words = [sys.executable, *child(recipe, SLOWLY), *arguments, str(out), "--resume"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    for step in (8, 17):
        with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            deadline = time.monotonic() + 200
            while newest_step(out) < step and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            assert process.poll() is None
            process.kill()
        assert step <= newest_step(out) < 30
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    for name in ("lung.safetensors",):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert len((out / "log.csv").read_text().splitlines()) == 1 + 30
