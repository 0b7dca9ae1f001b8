"""Evaluation: a network's masks at each picture's own size against the drawn ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from training.dataset import Pair, Sample, read_mask, read_picture
from training.metrics import dice, hd95, iou, mean_with_interval, precision_recall
from training.preprocess import Array, Floats, InputSpec, crop, mask_at_own_size, network_input, pad, standardise
from training.tiles import logits


@dataclass(frozen=True)
class Result:
    """How one picture came out; hd95 in px at own size, marked = part of the picture that the proposal covers."""

    source: str
    name: str
    dice: float
    iou: float
    precision: float
    recall: float
    hd95: float
    marked: float
    empty: bool  # nothing is drawn on it


def probabilities(network: nn.Module, values: Array, inverted: bool, spec: InputSpec, device: str = "cpu") -> Floats:
    """(H, W[, 3]) values to (content_rows, content_columns) float32 probabilities."""
    inputs, fit = network_input(values, inverted, spec)
    tensor = torch.from_numpy(inputs)[None].to(device, memory_format=torch.channels_last)
    with torch.inference_mode():
        output = torch.sigmoid(logits(network, tensor))[0, 0].float().cpu().numpy()
    return np.asarray(crop(output, fit), dtype=np.float32)


def evaluate(
    network: nn.Module,
    pairs: Iterable[Pair],
    spec: InputSpec,
    threshold: float,
    device: str = "cpu",
    on_result: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """One Result per pair. The network is in eval mode on `device`. Raises ValueError for unreadable files."""
    results = []
    for pair in pairs:
        values, truth = read_picture(pair.picture), read_mask(pair.mask)
        probability = probabilities(network, values, False, spec, device)
        mask = mask_at_own_size(probability, truth.shape[0], truth.shape[1], threshold)
        precision, recall = precision_recall(mask, truth)
        overlap = (dice(mask, truth), iou(mask, truth), precision, recall)
        away = hd95(mask, truth)
        results.append(Result(pair.source, pair.picture.name, *overlap, away, float(mask.mean()), not truth.any()))
        on_result(results[-1])
    return results


def best_threshold(network: nn.Module, samples: Sequence[Sample], spec: InputSpec) -> float:
    """The threshold with the best mean Dice at network size; for pictures that were trained on, never held-out ones."""
    thresholds = np.arange(0.30, 0.801, 0.02)
    scores = []
    for sample in samples:
        values = pad(standardise(sample.unit.astype(np.float32) / np.float32(255), spec), sample.fit)
        with torch.inference_mode():
            output = torch.sigmoid(logits(network, torch.from_numpy(values)[None]))[0, 0].numpy()
        found = crop(output, sample.fit)
        scores.append([dice(found >= threshold, sample.mask >= 128) for threshold in thresholds])
    return float(thresholds[int(np.mean(scores, axis=0).argmax())])


def summary(results: Sequence[Result]) -> dict[str, dict[str, Any]]:
    """Per source: mean Dice with its 95 % bootstrap interval, and the means of the other measures.

    Pictures on which nothing is drawn count in Dice by the rule for empty masks, and once more in `empty_marked`.
    """
    table: dict[str, dict[str, Any]] = {}
    for source in sorted({result.source for result in results}):
        rows = [result for result in results if result.source == source]
        empty = [row.marked for row in rows if row.empty]
        table[source] = {
            "dice": {key: round(value, 4) for key, value in asdict(mean_with_interval([r.dice for r in rows])).items()},
            **{
                name: round(float(np.mean([getattr(row, name) for row in rows])), 4)
                for name in ("iou", "precision", "recall", "hd95")
            },
            "worst": {row.name: round(row.dice, 4) for row in sorted(rows, key=lambda row: row.dice)[:3]},
            "empty_pictures": len(empty),
            "empty_marked": round(float(np.mean(empty)), 4) if empty else None,
        }
    return table
