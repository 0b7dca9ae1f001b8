"""What a polyp model marks where there is nothing: `python tests/benchmarks/peak.py DIR... [--model MODEL]`.

DIR: data sets with images/ and masks/. Prints for several peaks (`preprocess.confident`) the mean Dice on the held-out
pictures of each data set, and the part of the area that is marked, as a mean over pictures: on held-out frames on which
nothing is drawn, on those that were trained on, and on windows beside the targets of held-out frames.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
from torch import nn

from training import dataset
from training.augment import empty_window
from training.checkpoint import ModelFile, load_model
from training.evaluate import probabilities, proposed_by
from training.metrics import dice
from unet_studio.core.resources import bundled_model

PEAKS = (0.0, 0.9, 0.95, 0.97, 0.98, 0.99)
Peaks = tuple[float, ...]
Rows = dict[str, dict[float, list[float]]]


def masks(network: nn.Module, about: ModelFile, picture: np.ndarray, peaks: Peaks) -> list[tuple[float, np.ndarray]]:
    """(peak, (H, W) uint8 mask) of one picture."""
    found = probabilities(network, picture, False, about.input)
    return [(peak, proposed_by(found, picture, replace(about, peak=peak))) for peak in peaks]


def measure(pair: dataset.Pair, network: nn.Module, about: ModelFile, peaks: Peaks, rows: Rows) -> None:
    """Add what one picture shows to the rows."""
    drawn, unseen = dataset.read_mask(pair.mask), pair.side == "test"
    if drawn.any() and not unseen:
        return
    picture = dataset.read_picture(pair.picture)
    for peak, mask in masks(network, about, picture, peaks):
        if unseen:
            rows[f"Dice, {pair.source}"][peak].append(dice(mask, drawn))
        if not drawn.any():
            name = "held-out frames" if unseen else "frames trained on"
            rows[f"marked, {name} without a target, %"][peak].append(100 * float(mask.mean()))
    window = empty_window(drawn.astype(np.float32), np.random.default_rng(0)) if drawn.any() else None
    if window is not None:
        for peak, mask in masks(network, about, np.ascontiguousarray(picture[window]), peaks):
            rows["marked, windows beside a target, %"][peak].append(100 * float(mask.mean()))


def main() -> None:
    """Print one row a measure, one column a peak."""
    grammar = argparse.ArgumentParser(description=__doc__)
    grammar.add_argument("data", nargs="+", type=Path)
    grammar.add_argument("--model", type=Path, default=bundled_model("polyp"))
    options = grammar.parse_args()
    network, about = load_model(options.model)
    peaks = tuple(sorted({*PEAKS, about.peak}))
    rows: Rows = defaultdict(lambda: defaultdict(list))
    for folder in options.data:
        for pair in dataset.find_pairs(folder):
            measure(pair, network, about, peaks, rows)
    print(f"{'peak':48}  n  " + "".join(f"{peak:9.2f}{'*' if peak == about.peak else ' '}" for peak in peaks))
    for name, values in rows.items():
        print(f"{name:46} {len(values[peaks[0]]):4}  " + "".join(f"{np.mean(values[p]):9.4f} " for p in peaks))
    print("* the model's own peak")


if __name__ == "__main__":
    main()
