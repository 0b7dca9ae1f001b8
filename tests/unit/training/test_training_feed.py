"""Batches: the same wherever and whenever they are made, and no thread is left behind."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from training import dataset
from training.feed import Batch, ahead, batch_at, with_empty
from training.recipe import Recipe


def numbered(step: int) -> Batch:
    value = torch.full((1, 1, 1, 1), float(step))
    return Batch(value, value, None, torch.zeros(1, dtype=torch.int64))


def ours() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("batch")]


@pytest.mark.parametrize("threads", [1, 3])
def test_batches_come_in_turn_and_few_are_made_ahead(threads: int) -> None:
    made: list[int] = []

    def make(step: int) -> Batch:
        made.append(step)
        return numbered(step)

    taken = []
    for batch in ahead(make, range(20), threads):
        taken.append(int(batch.inputs))
        assert len(made) <= len(taken) + threads + 1
    assert taken == list(range(20))
    assert not ours()


def test_whatever_ends_it_leaves_no_thread() -> None:
    with closing(ahead(numbered, range(1000))) as batches:
        next(batches)
        assert ours()
    assert not ours()
    batches = ahead(numbered, range(1000))
    next(batches)
    with pytest.raises(KeyboardInterrupt):
        batches.throw(KeyboardInterrupt)
    assert not ours()


def test_what_cannot_be_made_is_raised_at_its_turn() -> None:
    def make(step: int) -> Batch:
        if step == 2:
            raise ValueError("p2.png cannot be read")
        return numbered(step)

    batches = ahead(make, range(9))
    assert [int(next(batches).inputs) for _ in range(2)] == [0, 1]
    with pytest.raises(ValueError, match=r"p2\.png"):
        next(batches)
    assert not ours()


def test_a_batch_is_the_sum_of_its_parts(data: Path, tiny: Recipe) -> None:
    recipe = replace(tiny, samples=10, heads={"drawn": 1})
    samples = dataset.load(dataset.find_pairs(data), recipe.input)
    whole = batch_at(recipe, samples, 7, slice(0, 4))
    parts = [batch_at(recipe, samples, 7, slice(at, at + 2)) for at in (0, 2)]
    assert whole.inputs.shape == (4, 1, 32, 32)
    assert whole.heads.tolist() == [1, 1, 1, 1]
    for name in ("inputs", "masks"):
        assert torch.equal(getattr(whole, name), torch.cat([getattr(part, name) for part in parts]))
    assert not torch.equal(whole.inputs, batch_at(recipe, samples, 8, slice(0, 4)).inputs)


def test_pictures_without_a_target_are_shown_again_up_to_their_part(data: Path, tiny: Recipe) -> None:
    drawn = list(dataset.load(dataset.find_pairs(data), tiny.input))
    empty = [replace(sample, mask=np.zeros_like(sample.mask)) for sample in drawn[:2]]
    some = [*drawn[2:], *empty]
    shown = with_empty(some, 0.25)
    assert list(shown[: len(some)]) == some
    assert all(sample in empty for sample in shown[len(some) :])
    part = sum(not sample.mask.any() for sample in shown) / len(shown)
    assert 0.25 <= part < 0.25 + 2 / len(shown)
    assert all(sum(each is sample for each in shown) == 4 for sample in empty)
    assert with_empty(some, 0.0) is some
    assert with_empty(some, 0.01) == some
    assert with_empty(drawn, 0.25) is drawn
