"""Held-out Corrections put before a network: its probabilities, its Masks, and pairs for the gate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import torch
from torch import nn

from training.checkpoint import ModelFile
from training.metrics import dice
from training.preprocess import confident, crop, mask_at_own_size
from training.tiles import logits
from unet_studio.learning.agreement import agreement
from unet_studio.learning.job import Item
from unet_studio.learning.scores import Pair

Probabilities = dict[str, np.ndarray]  # Item name -> (content_rows, content_columns) float16


def sit(network: nn.Module, items: Sequence[Item], device: str, about: ModelFile) -> Probabilities:
    """What the program would propose of every Item's picture, by Item name; the network is put in eval mode."""
    network.eval()
    found = {item.name: _probability(network, item, device) for item in items}
    return {name: confident(one, about.threshold, about.peak).astype(np.float16) for name, one in found.items()}


def _probability(network: nn.Module, item: Item, device: str) -> np.ndarray:
    with torch.inference_mode():
        batch = torch.from_numpy(item.picture)[None].to(device, memory_format=torch.channels_last)
        probability = torch.sigmoid(logits(network, batch).float())[0, 0].cpu().numpy()
    return np.asarray(crop(probability, item.fit))


def mask_of(probability: np.ndarray, item: Item, threshold: float) -> np.ndarray:
    """The Mask that a reader would see, in the shape of `item.truth`, uint8 0/1."""
    return mask_at_own_size(probability.astype(np.float32), item.truth.shape[0], item.truth.shape[1], threshold)


def mean_dice(found: Probabilities, items: Sequence[Item], threshold: float) -> float:
    """Mean Dice at network size over the Items that `found` has; nan where it has none."""
    values = [dice(found[item.name] >= threshold, crop(item.mask, item.fit)) for item in items if item.name in found]
    return float(np.mean(values)) if values else float("nan")


def mean_agreement(found: Probabilities, items: Sequence[Item], threshold: float) -> float:
    """Mean at network size of what the gate decides by, over changed Items (all, where none was); nan without any."""
    known = [item for item in items if item.name in found]
    values = [_agreement(found[item.name], item, threshold) for item in known if item.changed]
    values = values or [_agreement(found[item.name], item, threshold) for item in known]
    return float(np.mean(values)) if values else float("nan")


def _agreement(probability: np.ndarray, item: Item, threshold: float) -> float:
    rows, columns = probability.shape
    touched = None if item.touched is None else _shrunk(item.touched, rows, columns)
    return agreement(crop(item.mask, item.fit), (probability >= threshold).astype(np.uint8), touched)


def _shrunk(touched: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """(H, W) 0/1 to (rows, columns), 1 wherever there was any."""
    mean = cv2.resize(touched * np.uint8(255), (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(mean > 0, np.uint8)


def pairs_of(
    items: Sequence[Item], parent: Probabilities, candidate: Probabilities, threshold: float
) -> Iterator[Pair]:
    """What the gate compares, one Pair at a time: every Item that both have sat for."""
    for item in items:
        if item.name in parent and item.name in candidate:
            yield Pair(
                name=item.name,
                group=item.group,
                truth=item.truth,
                parent=mask_of(parent[item.name], item, threshold),
                candidate=mask_of(candidate[item.name], item, threshold),
                touched=item.touched,
                changed=item.changed,
                step=item.step,
            )
