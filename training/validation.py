"""How good the averaged weights are on the pictures that a recipe sets aside while it trains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from training import distributed, tiles
from training.dataset import Sample
from training.metrics import dice
from training.preprocess import standardise
from training.recipe import Recipe


def validation_dice(
    recipe: Recipe, network: nn.Module, average: Mapping[str, Tensor], samples: Sequence[Sample], device: str
) -> float:
    """Mean Dice per picture at network size, each by its own head, of the network with the averaged weights.

    The processes share the pictures and all get the same result. The network comes back with its own weights.
    """
    distributed.spread(average.values())
    learning = {key: value.detach().clone() for key, value in network.state_dict().items()}
    network.load_state_dict(dict(average))
    network.eval()
    found = [0.0] * len(samples)
    for index in range(distributed.rank(), len(samples), distributed.size()):
        found[index] = sample_dice(recipe, network, samples[index], device)
    network.load_state_dict(learning)
    network.train()
    return float(np.mean(distributed.total(found, device)))


def sample_dice(recipe: Recipe, network: nn.Module, sample: Sample, device: str) -> float:
    """Dice of one picture at the recipe's threshold; empty masks count as `metrics.dice` says."""
    values = standardise(sample.unit.astype(np.float32) / np.float32(255), recipe.input)
    with torch.inference_mode():
        inputs = torch.from_numpy(values)[None].to(device, memory_format=torch.channels_last)
        logits = tiles.logits(network, inputs)[0, recipe.heads.get(sample.pair.source, 0)]
        found = torch.sigmoid(logits.float()).cpu().numpy() >= recipe.threshold
    return dice(found, sample.mask >= 128)
