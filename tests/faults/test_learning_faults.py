"""Faults inside a real fine-tune: weights that are not finite, cancelling at random instants, a torn job."""

import json
import random
import threading
import time

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from training import finetune
from training.checkpoint import ModelFile, save_model
from training.networks import build
from training.preprocess import InputSpec
from unet_studio.core.errors import UserError
from unet_studio.core.image import Image, Source
from unet_studio.learning import child, course, job, plan
from unet_studio.learning.runner import Run

ARCHITECTURE = {"name": "unet", "channels": 1, "widths": [4, 8]}
SPEC = InputSpec(size=32, channels=1, multiple=8)


@pytest.fixture(autouse=True)
def nothing_left_behind(monkeypatch):
    monkeypatch.setattr(plan, "threads_for", lambda processors: 1)
    before, threads = set(threading.enumerate()), torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    assert set(threading.enumerate()) <= before


@pytest.fixture
def folder(tmp_path):
    """A job of six films for an untrained network."""
    torch.manual_seed(0)
    weights = tmp_path / "parent.safetensors"
    save_model(build(ARCHITECTURE).state_dict(), ModelFile(weights, ARCHITECTURE, SPEC, "lung"))
    rng = np.random.default_rng(0)

    def item(number: int) -> job.Item:
        image = Image(rng.integers(0, 255, (40, 40)).astype(np.uint8), Source("a"), "PNG")
        mask = np.zeros((40, 40), np.uint8)
        mask[number : number + 12, 8:30] = 1
        return job.item_from(image, mask, SPEC, name=f"#{number}", group=f"g{number}", gate=False)

    settings = job.Plan("lung", "lung-v1", 0.8, device="cpu", priority=0)
    return job.write_job(tmp_path / "job", settings, weights, map(item, range(6)))


def spoil(path):
    state = load_file(path)
    next(value for value in state.values() if value.is_floating_point()).fill_(float("nan"))
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = file.read(size)
    save_file(state, path, metadata=json.loads(header)["__metadata__"])


def finish(folder, seconds):
    outcomes = []
    run = Run(folder, seconds, lambda progress: None, outcomes.append)
    run.start()
    return run, outcomes


def test_a_parent_with_weights_that_are_not_finite(folder):
    spoil(folder / job.PARENT)
    run, outcomes = finish(folder, 30)
    assert run.wait(60)
    assert "not finite" in outcomes[0].failed
    assert outcomes[0].candidate is None


def test_a_torn_job(folder):
    (folder / job.JOB).write_text('{"format": 1,')
    run, outcomes = finish(folder, 30)
    assert run.wait(60)
    assert "damaged" in outcomes[0].failed


def test_a_job_that_was_cleared_away(tmp_path):
    run, outcomes = finish(tmp_path / "nothing", 30)
    assert run.wait(60)
    assert outcomes[0].failed


def test_a_loss_that_is_not_finite_keeps_the_best_so_far(folder, monkeypatch):
    real, calls = finetune.bce_dice, []

    def bce_dice(*arguments):
        calls.append(1)
        return real(*arguments) * (float("nan") if len(calls) == 5 else 1.0)

    monkeypatch.setattr(finetune, "bce_dice", bce_dice)
    monkeypatch.setattr(plan, "steps_for", lambda lessons: 8)
    result = course.take_course(job.read_job(folder), folder, time.monotonic() + 20, lambda progress: None)
    assert result["candidate"]
    assert all(bool(torch.isfinite(value.float()).all()) for value in load_file(folder / job.CANDIDATE).values())


def test_a_loss_that_is_never_finite_is_one_sentence(folder, monkeypatch):
    monkeypatch.setattr(finetune, "bce_dice", lambda logits, *rest: logits.sum() * float("nan"))
    with pytest.raises(UserError, match="no finite numbers"):
        course.take_course(job.read_job(folder), folder, time.monotonic() + 20, lambda progress: None)


def test_cancel_at_random_instants(folder):
    rng = random.Random(4)
    for _ in range(5):
        run, outcomes = finish(folder, 60)
        time.sleep(rng.uniform(0, 5))
        begun = time.monotonic()
        run.cancel()
        assert run.wait(5)
        assert time.monotonic() - begun < 2.0
        assert outcomes[0].cancelled or outcomes[0].verdict is not None


ALLOCATOR = RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory")


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory."), ALLOCATOR])
def test_no_memory_is_one_sentence(folder, monkeypatch, error):
    def learn(*arguments):
        raise error

    monkeypatch.setattr(child, "_learn", learn)
    monkeypatch.setattr(child, "_private_output", lambda: lambda progress: None)
    monkeypatch.setattr(child, "_listen", lambda turn: None)
    assert child.main([str(folder), "--seconds", "9"]) == 1
    assert json.loads((folder / job.RESULT).read_text())["failed"] == child.NO_MEMORY
