"""Batches: which pictures are in which, and the next ones made while the network computes."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training import dataset
from training.dataset import Sample
from training.recipe import Recipe
from training.schedule import steps_per_epoch


@dataclass(frozen=True, eq=False)
class Batch:
    """inputs (n, channels, rows, columns), masks and weights (n, 1, rows, columns), all float32; heads (n,) int64.

    weights: None where every pixel counts alike; heads: which head of the network answers for each picture.
    """

    inputs: Tensor
    masks: Tensor
    weights: Tensor | None
    heads: Tensor

    def on(self, device: str) -> Batch:
        """The same on a device, inputs channels_last; from pinned memory the copy does not wait."""
        inputs = self.inputs.to(device, memory_format=torch.channels_last, non_blocking=True)
        weights = None if self.weights is None else self.weights.to(device, non_blocking=True)
        masks, heads = (value.to(device, non_blocking=True) for value in (self.masks, self.heads))
        return Batch(inputs, masks, weights, heads)

    def pinned(self) -> Batch:
        """The same in memory that a CUDA device reads by itself."""
        weights = None if self.weights is None else self.weights.pin_memory()
        return Batch(self.inputs.pin_memory(), self.masks.pin_memory(), weights, self.heads.pin_memory())


def with_empty(samples: Sequence[Sample], part: float) -> Sequence[Sample]:
    """The samples, and those on which nothing is drawn again until they are at least `part` of all (0..1)."""
    empty = [sample for sample in samples if not sample.mask.any()] if part > 0 else []
    if not empty:
        return samples
    others = len(samples) - len(empty)
    times = math.ceil(part * others / ((1 - part) * len(empty)))
    return [*samples, *empty * (times - 1)]


def order(seed: int, begin: int, count: int, pictures: int) -> list[int]:
    """Which pictures are taken at positions begin, begin + 1, ... of an endless row of shuffled rounds.

    Each round shows every picture once. A position's picture depends on seed and position only.
    """
    rounds: dict[int, list[int]] = {}
    chosen = []
    for position in range(begin, begin + count):
        number, at = divmod(position, pictures)
        if number not in rounds:
            rounds[number] = np.random.default_rng((seed, number)).permutation(pictures).tolist()
        chosen.append(rounds[number][at])
    return chosen


def batch_at(recipe: Recipe, samples: Sequence[Sample], step: int, share: slice) -> Batch:
    """The part `share` of the batch of a step, the same however often and in whichever process it is made."""
    per_epoch = steps_per_epoch(recipe, len(samples))
    epoch, index = divmod(step, per_epoch)
    first = index * recipe.batch
    chosen = order(recipe.seed, epoch * (recipe.samples or len(samples)) + first, recipe.batch, len(samples))
    inputs, masks, weights, heads = [], [], [], []
    for at in range(recipe.batch)[share]:
        sample = samples[chosen[at]]
        rng = np.random.default_rng((recipe.seed, epoch, first + at))
        made = dataset.batch([sample], recipe.canvas, recipe.input, recipe.variation, rng)
        inputs.append(torch.from_numpy(made[0]))
        masks.append(torch.from_numpy(made[1]))
        weights += [] if made[2] is None else [torch.from_numpy(made[2])]
        heads.append(recipe.heads.get(sample.pair.source, 0))
    return Batch(torch.cat(inputs), torch.cat(masks), torch.cat(weights) if weights else None, torch.tensor(heads))


def ahead(make: Callable[[int], Batch], steps: Iterable[int], threads: int = 1) -> Generator[Batch, None, None]:
    """make(step) for each step in turn, at most threads + 1 of them made ahead in background threads.

    Whatever ends it, also close(), leaves no thread behind; what `make` raises is raised here, at its step.
    """
    waiting: deque[Future[Batch]] = deque()
    with ThreadPoolExecutor(threads, "batch") as pool:
        try:
            for step in steps:
                waiting.append(pool.submit(make, step))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
