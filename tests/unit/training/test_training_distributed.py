"""Several processes train one network as one process does. They are real ones, joined by gloo on this machine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from training import distributed
from training.recipe import Recipe

ROOT = Path(__file__).resolve().parents[3]
PLAIN = {"name": "unet-2015", "channels": 1, "widths": [4, 8], "dropout": 0.0}  # no batch norm, no dropout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def trained(script: list[str], data: Path, folder: Path, processes: int) -> subprocess.CompletedProcess[str]:
    """`python -m training train tiny` in so many processes; script: as `child` gives it; OUT is folder/PROCESSES."""
    launch = [sys.executable]
    if processes > 1:
        launch += ["-m", "torch.distributed.run", "--nproc-per-node", str(processes)]
        launch += ["--master-addr", "127.0.0.1", "--master-port", str(free_port())]
    words = [*launch, *script, "train", "tiny", "--data", str(data)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*words, "--out", str(folder / str(processes)), "--device", "cpu"],
        env=environment, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip


def averages(out: Path) -> dict[str, torch.Tensor]:
    found = load_file(max(out.glob("state-*.safetensors")))
    return {key: value for key, value in found.items() if key.startswith("average.")}


@pytest.mark.slow
def test_two_processes_end_where_one_does(data: Path, tiny: Recipe, tmp_path: Path, child: Callable) -> None:
    recipe = replace(
        tiny, architecture=PLAIN, canvas=(44, 44), epochs=3, samples=10, optimiser="sgd", rate=0.02, calibrate=False
    )
    runs = [trained(child(recipe), data, tmp_path, processes) for processes in (1, 2)]
    assert [run.returncode for run in runs] == [0, 0], [run.stderr[-3000:] for run in runs]
    one, two = (averages(tmp_path / name) for name in ("1", "2"))
    assert max(float((one[key] - two[key]).abs().max()) for key in one) < 1e-5
    begun = json.loads(min((tmp_path / "1").glob("state-*.json")).read_text())
    assert begun["counters"]["step"] == 4
    rows = [(tmp_path / name / "log.csv").read_text().splitlines() for name in ("1", "2")]
    assert len(rows[0]) == len(rows[1]) == 1 + 3 * 2  # of ten patches, two are left over
    losses = [[float(row.split(",")[2]) for row in table[1:]] for table in rows]
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)
    assert runs[1].stdout.count("lung.safetensors") == 1


@pytest.mark.slow
def test_a_batch_that_cannot_be_split_is_refused(data: Path, tiny: Recipe, tmp_path: Path, child: Callable) -> None:
    done = trained(child(replace(tiny, batch=3)), data, tmp_path, 2)
    assert done.returncode != 0
    assert "A batch of 3 cannot be split over 2 processes; give batch=4." in done.stderr


def test_one_process_needs_no_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    network = torch.nn.Linear(1, 1)
    with distributed.joined("cpu") as device, distributed.rank_0_first():
        assert (device, distributed.rank(), distributed.size()) == ("cpu", 0, 1)
        assert distributed.share(7) == slice(0, 7)
        assert distributed.parallel(network, device) is network
        assert distributed.total([1.5, 2.0], device) == [1.5, 2.0]


def test_devices_that_cannot_train_together_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("LOCAL_RANK", "1")
    with pytest.raises(ValueError, match="Apple MPS cannot train in several processes"), distributed.joined("mps"):
        pass
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ValueError, match="more processes than CUDA cards; give --nproc-per-node 1"):
        distributed.joined("cuda").__enter__()
