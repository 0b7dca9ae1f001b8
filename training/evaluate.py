"""Evaluation: a network's masks at each picture's own size against the drawn ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn

from training import em
from training.checkpoint import ModelFile
from training.dataset import HELD_OUT, Pair, Sample, read_mask, read_picture, side
from training.metrics import dice, hd95, mean_with_interval
from training.pooled import MEASURES, Counts, counted, pooled
from training.preprocess import (
    Array,
    Bytes,
    Floats,
    InputSpec,
    confident,
    crop,
    mask_at_own_size,
    network_input,
    pad,
    standardise,
)
from training.tiles import logits

MEANS = ("iou", "precision", "recall", "accuracy", "hd95")  # of a Result, beside Dice


@dataclass(frozen=True)
class Cells:
    """One picture of EM cells: its errors at the model's threshold, and at each of `em.THRESHOLDS`."""

    errors: em.Errors
    by_threshold: tuple[em.Errors, ...]


@dataclass(frozen=True)
class Result:
    """How one picture came out; hd95 in px at own size, marked = part of the picture that the proposal covers."""

    source: str
    name: str
    dice: float
    iou: float
    precision: float
    recall: float
    accuracy: float
    hd95: float
    marked: float
    empty: bool  # nothing is drawn on it
    counts: Counts
    cells: Cells | None = None


def probabilities(
    network: nn.Module, values: Array, inverted: bool, spec: InputSpec, device: str = "cpu", head: int = 0
) -> Floats:
    """(H, W[, 3]) values to (content_rows, content_columns) float32 probabilities; head 0 is the program's."""
    inputs, fit = network_input(values, inverted, spec)
    tensor = torch.from_numpy(inputs)[None].to(device, memory_format=torch.channels_last)
    with torch.inference_mode():
        output = torch.sigmoid(logits(network, tensor))[0, head].float().cpu().numpy()
    return np.asarray(crop(output, fit), dtype=np.float32)


def proposal(
    network: nn.Module, values: Array, about: ModelFile, device: str = "cpu", *, inverted: bool = False
) -> Bytes:
    """(H, W[, 3]) values to the (H, W) uint8 mask of 0 and 1 that the model proposes; inverted: white is dark."""
    return proposed_by(probabilities(network, values, inverted, about.input, device), values, about)


def proposed_by(found: Floats, values: Array, about: ModelFile) -> Bytes:
    """What `probabilities` gave for (H, W[, 3]) values to the (H, W) uint8 mask, by the model's threshold and peak."""
    found = confident(found, about.threshold, about.peak)
    return mask_at_own_size(found, values.shape[0], values.shape[1], about.threshold)


def held_out(pairs: Sequence[Pair], card: Mapping[str, Any]) -> list[Pair]:
    """The pairs that the model of this card was not trained on, by the part and fold that its recipe held out.

    Raises ValueError when there are none.
    """
    recipe = card.get("recipe", {})
    part, fold = float(recipe.get("held_out", HELD_OUT)), int(recipe.get("fold", 0))
    found = [pair for pair in pairs if side(pair, part, fold) == "test"]
    if not found:
        raise ValueError(
            f"None of these {len(pairs)} pictures is held out from training; give --all to measure on all."
        )
    return found


def evaluate(
    network: nn.Module,
    pairs: Sequence[Pair],
    about: ModelFile,
    device: str = "cpu",
    on_result: Callable[[Result], None] = lambda result: None,
    cells: bool = False,
    head: int = 0,
) -> list[Result]:
    """One Result per pair; of `about` the input, threshold and peak are used.

    The network is in eval mode on `device`; head: which of its mask conventions answers.
    cells: the target is the inside of cells in electron microscopy, for the measures of `training.em`.
    Raises ValueError for unreadable files, a mask of another size than its picture, and where there are no pairs.
    """
    if not pairs:
        raise ValueError("There are no held-out pictures to measure on; give --all to measure on every picture.")
    results = []
    for pair in pairs:
        values, truth = read_picture(pair.picture), read_mask(pair.mask)
        if values.shape[:2] != truth.shape:
            raise ValueError(f"{pair.mask} is {truth.shape} but its picture is {values.shape[:2]}; make them equal.")
        probability = probabilities(network, values, False, about.input, device, head)
        probability = confident(probability, about.threshold, about.peak)
        results.append(measured(pair, probability, truth, about.threshold, cells))
        on_result(results[-1])
    return results


def measured(pair: Pair, probability: Floats, truth: Bytes, threshold: float, cells: bool = False) -> Result:
    """One picture's Result; probability: as the network gives it; truth: (H, W) at own size."""
    mask = mask_at_own_size(probability, truth.shape[0], truth.shape[1], threshold)
    counts = counted(mask, truth)
    return Result(
        pair.source,
        pair.picture.name,
        **{name: getattr(counts, name) for name in MEASURES},
        hd95=hd95(mask, truth),
        marked=float(mask.mean()),
        empty=not truth.any(),
        counts=counts,
        cells=_cells(probability, mask, truth) if cells else None,
    )


def _cells(probability: Floats, mask: Bytes, truth: Bytes) -> Cells:
    own = cv2.resize(np.ascontiguousarray(probability), truth.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return Cells(em.errors(mask, truth), em.errors_at(np.asarray(own, dtype=np.float32), truth))


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


def summary(results: Sequence[Result], training: Sequence[Result] = ()) -> dict[str, dict[str, Any]]:
    """Per source: mean Dice with its 95 % bootstrap interval, the means of the other measures, and the pooled ones.

    Pictures on which nothing is drawn count in Dice by the rule for empty masks, and once more in `empty_marked`.
    Of EM cells also `em`; training: Results of training pictures, on which its thresholds are chosen.
    """
    table: dict[str, dict[str, Any]] = {}
    for source in sorted({result.source for result in results}):
        rows = [result for result in results if result.source == source]
        empty = [row.marked for row in rows if row.empty]
        together = pooled(row.counts for row in rows)
        table[source] = {
            "dice": rounded(asdict(mean_with_interval([row.dice for row in rows]))),
            **rounded({name: float(np.mean([getattr(row, name) for row in rows])) for name in MEANS}),
            "pooled": rounded({name: getattr(together, name) for name in MEASURES}),
            "worst": {row.name: round(row.dice, 4) for row in sorted(rows, key=lambda row: row.dice)[:3]},
            "empty_pictures": len(empty),
            "empty_marked": round(float(np.mean(empty)), 4) if empty else None,
        }
        cells, chosen = ([row.cells for row in several if row.cells] for several in (rows, training))
        if cells:
            table[source]["em"] = cell_summary(cells, chosen)
    return table


def cell_summary(cells: Sequence[Cells], training: Sequence[Cells] = ()) -> dict[str, Any]:
    """The mean errors at the model's threshold, and per measure at two others, each with its threshold:

    `best_on_test` at the one that is best on these very pictures, which flatters and is what ISBI 2012 reports;
    `chosen_on_training` at the one that is best on the training pictures, where there are any.
    """
    table: dict[str, Any] = rounded(asdict(em.mean_errors([one.errors for one in cells])))
    here, there = ([one.by_threshold for one in several] for several in (cells, training))
    best = {name: em.best_over_thresholds(here, name) for name in em.RANKED}
    table["best_on_test"] = {name: rounded(asdict(value)) for name, value in best.items()}
    if there:
        found = {name: em.best_over_thresholds(there, name).threshold for name in em.RANKED}
        honest = {name: em.at_threshold(here, name, threshold) for name, threshold in found.items()}
        table["chosen_on_training"] = {name: rounded(asdict(value)) for name, value in honest.items()}
    return table


def rounded(numbers: Mapping[str, float]) -> dict[str, float]:
    """The numbers to four places, as cards and tables have them."""
    return {key: round(value, 4) for key, value in numbers.items()}
