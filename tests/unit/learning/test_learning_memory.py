"""A graphics card whose memory is full: whatever is computed then goes on on the CPU, and only there is it the end."""

from __future__ import annotations

import time

import pytest
import torch

from training import finetune
from training.finetune import ON_THE_CPU
from unet_studio.learning import exam, plan
from unet_studio.learning.course import take_course
from unet_studio.learning.desk import Desk
from unet_studio.learning.job import CANDIDATE, read_job

FULL = "CUDA out of memory. Tried to allocate 2.00 GiB"
SITS = 13  # 3 of the parent; in each of two rounds of 2 steps 2 on the way and 1 at its end; 4 mixes


@pytest.fixture(autouse=True)
def one_thread(monkeypatch):
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setattr(plan, "threads_for", lambda processors: 1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def sits(monkeypatch):
    """The devices on which Items sat, in order; from the call `sits.fails` on every one on a card is out of memory."""

    class Sits(list):
        fails = SITS + 1

    seen, real = Sits(), exam.sit

    def sit(network, items, device, about):
        seen.append(device)
        if device != "cpu" and len(seen) >= seen.fails:
            raise torch.OutOfMemoryError(FULL)
        assert {str(one.device) for one in network.parameters()} <= {"cpu", device}
        return real(network, items, device, about)

    monkeypatch.setattr(exam, "sit", sit)
    return seen


def take(folder):
    said = []
    return take_course(read_job(folder), folder, time.monotonic() + 120, said.append), said


@pytest.fixture
def folder(make_job, make_item):
    return make_job([make_item(seed, gate=seed < 5) for seed in range(9)], most_steps=4, device="auto")


def test_with_room_enough_all_is_done_on_the_card(folder, card, sits):
    result, _ = take(folder)
    assert sits == [card] * SITS
    assert (result["device"], result["verdict"]["metrics"]["notes"]) == (card, [])


@pytest.mark.parametrize("call", range(1, SITS + 1))
def test_a_full_card_while_pictures_are_examined(folder, card, sits, call):
    sits.fails = call
    result, said = take(folder)
    assert sits == [card] * call + ["cpu"] * (len(sits) - call)
    assert len(sits) == SITS + 1
    assert result["device"].startswith("CPU")
    assert said[-1].device == (card if call > SITS - 4 else result["device"])  # nothing is said while mixes sit
    metrics = result["verdict"]["metrics"]
    assert (metrics["notes"], metrics["pictures"]) == ([ON_THE_CPU], 5)
    assert (folder / CANDIDATE).is_file()


def test_a_full_card_while_anchors_are_looked_at(make_job, make_item, card, sits, monkeypatch):
    real = finetune._probability

    def probability(network, picture, device):
        if device != "cpu":
            raise torch.OutOfMemoryError(FULL)
        return real(network, picture, device)

    monkeypatch.setattr(finetune, "_probability", probability)
    items = [make_item(seed, wide=False, gate=seed < 5) for seed in range(9)]
    result, _ = take(make_job(items, anchors=[make_item(70).picture], most_steps=4, device="auto"))
    assert result["verdict"]["metrics"]["notes"] == [ON_THE_CPU]
    assert sits == [card] * 3 + ["cpu"] * (SITS - 3)


def full_for_steps(monkeypatch):
    real = finetune._step

    def step(job, run, *rest):
        if run.device != "cpu":
            raise torch.OutOfMemoryError(FULL)
        return real(job, run, *rest)

    monkeypatch.setattr(finetune, "_step", step)


def test_after_training_has_left_the_card_nothing_is_examined_on_it(folder, card, sits, monkeypatch):
    full_for_steps(monkeypatch)
    result, said = take(folder)
    assert sits == [card] * 3 + ["cpu"] * (SITS - 3)
    assert result["verdict"]["metrics"]["notes"] == [ON_THE_CPU]
    assert result["device"].startswith("CPU")
    assert said[-1].device == result["device"]


def test_on_the_slower_cpu_as_many_are_examined_as_there_is_time_for(folder, card, sits, monkeypatch):
    """On the card one costs next to nothing, on the CPU 100 s, and 305 s are left."""
    full_for_steps(monkeypatch)
    monkeypatch.setattr(Desk, "seconds_left", property(lambda _desk: 305.0 - plan.LATE))
    paces = property(lambda desk: 100.0 if desk.device.name == "cpu" else 0.001)
    monkeypatch.setattr(Desk, "seconds_per_examinee", paces)
    monkeypatch.setattr(plan, "EXAMINING", 1.0)
    monkeypatch.setattr(plan, "GATE_ROUNDS", 1)
    result, _ = take(folder)
    assert result["verdict"]["metrics"]["pictures"] == 3


@pytest.mark.parametrize("call", [1, 5, SITS])
def test_on_the_cpu_it_is_the_end(folder, monkeypatch, call):
    calls, real = [], exam.sit

    def sit(*arguments):
        calls.append(1)
        if len(calls) == call:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return real(*arguments)

    monkeypatch.setattr(exam, "sit", sit)
    with pytest.raises((MemoryError, RuntimeError), match="can't allocate memory"):
        take(folder)


def test_another_error_is_none_of_memory(folder, card, sits, monkeypatch):
    def sit(*_arguments):
        raise RuntimeError("the shapes do not fit")

    monkeypatch.setattr(exam, "sit", sit)
    with pytest.raises(RuntimeError, match="shapes"):
        take(folder)
