"""kill -9 of the learning child and of the program in the middle of a run: nothing lost, and learning starts again."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

TIMES = 3  # of each; tests/benchmarks/killed.py does it a hundred times


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    place = Path(__file__).resolve().parents[1] / "benchmarks" / "killed.py"
    spec = importlib.util.spec_from_file_location("killed", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "killed", module)  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    monkeypatch.setattr(module.job, "Plan", module.job.Plan)  # put back after short_runs
    module.short_runs()
    return module


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
@pytest.mark.parametrize("what", ["program", "child"])
def test_killed_at_random_instants(killed: ModuleType, tmp_path: Path, what: str) -> None:
    tally = killed.kill(what, TIMES, seed=3, folder=tmp_path)
    assert tally.killed == TIMES
    assert (tally.lost, tally.damaged, tally.left_behind) == (0, 0, 0)
    assert tally.again == tally.killed - tally.ended, dict(tally.why)
    assert tally.ended < TIMES
    assert all(seconds < 2.0 for seconds in tally.cancels)
