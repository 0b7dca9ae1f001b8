"""What a film may go through before it is opened: `python tests/benchmarks/robustness.py DIR... [--model MODEL]`.

DIR: data sets with images/ and masks/; of each only what was held out from training is used. Prints the mean Dice of
each change at the film's own size and how much it loses against the film as it is, and for a film with the wrong
polarity also the Dice with its twin's mask.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from training import dataset
from training.checkpoint import load_model
from training.evaluate import proposal
from training.metrics import dice
from unet_studio.core.resources import bundled_model

Change = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def turned(degrees: float) -> Change:
    """Film and mask turned about the middle; what comes in from outside is the film's edge."""

    def change(film: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows, columns = mask.shape
        matrix = cv2.getRotationMatrix2D(((columns - 1) / 2, (rows - 1) / 2), degrees, 1.0)
        moved = cv2.warpAffine(film, matrix, (columns, rows), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return moved, cv2.warpAffine(mask, matrix, (columns, rows), flags=cv2.INTER_NEAREST)

    return change


def gamma(power: float) -> Change:
    """Gray values to the power of `power`."""
    return lambda film, mask: (np.rint(255 * (film / 255.0) ** power).astype(np.uint8), mask)


def cropped(film: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A tenth of each side cut off."""
    rows, columns = mask.shape
    inside = np.s_[rows // 20 : rows - rows // 20, columns // 20 : columns - columns // 20]
    return np.ascontiguousarray(film[inside]), np.ascontiguousarray(mask[inside])


def burnt_in(film: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Words and a marker in white, as a workstation or a scanner leaves them."""
    marked, (rows, columns) = film.copy(), mask.shape
    size, thick = rows / 500, max(1, rows // 250)
    for words, x, y in (("PORTABLE  SEMI-UPRIGHT", 0.05, 0.07), ("L", 0.88, 0.2), ("AP 12:40", 0.05, 0.96)):
        at = (int(x * columns), int(y * rows))
        cv2.putText(marked, words, at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, thick, cv2.LINE_AA)
    return marked, mask


def tubed(film: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A tracheal tube, a gastric tube, two cables and an electrode, half transparent."""
    rows, columns = mask.shape
    drawn = np.zeros(mask.shape, np.uint8)
    lines = (
        ((0.50, 0.0), (0.49, 0.2), (0.50, 0.36)),
        ((0.52, 0.0), (0.51, 0.4), (0.56, 0.75), (0.66, 0.9)),
        ((0.0, 0.3), (0.25, 0.33), (0.42, 0.5), (0.75, 0.42), (1.0, 0.5)),
        ((0.2, 1.0), (0.3, 0.6), (0.27, 0.2), (0.1, 0.0)),
    )
    for line in lines:
        points = np.array([(x * columns, y * rows) for x, y in line], np.int32)
        cv2.polylines(drawn, [points], False, 255, max(1, columns // 90), cv2.LINE_AA)
    cv2.circle(drawn, (int(0.27 * columns), int(0.35 * rows)), columns // 40, 255, -1, cv2.LINE_AA)
    cover = 0.6 * drawn / 255.0
    return np.rint(film * (1 - cover) + 255 * cover).astype(np.uint8), mask


CHANGES: dict[str, Change] = {
    "as it is": lambda film, mask: (film, mask),
    "turned by 5 degrees": turned(5),
    "turned by -5 degrees": turned(-5),
    "gamma 0.6": gamma(0.6),
    "gamma 1.6": gamma(1.6),
    "cropped by 10 %": cropped,
    "burnt-in text": burnt_in,
    "tubes and cables": tubed,
    "polarity tag wrong": lambda film, mask: (255 - film, mask),
}


def main() -> None:
    """Print the table of each data set."""
    grammar = argparse.ArgumentParser(description=__doc__)
    grammar.add_argument("data", nargs="+", type=Path)
    grammar.add_argument("--model", type=Path, default=bundled_model("lung"))
    options = grammar.parse_args()
    network, about = load_model(options.model)
    for folder in options.data:
        pairs = [pair for pair in dataset.find_pairs(folder) if pair.side == "test"]
        scores: dict[str, list[float]] = {name: [] for name in CHANGES}
        twins, same = [], 0
        for pair in pairs:
            film, truth = dataset.read_picture(pair.picture), dataset.read_mask(pair.mask)
            film = film if film.ndim == 2 else cv2.cvtColor(film, cv2.COLOR_RGB2GRAY)
            own = proposal(network, film, about)
            for name, change in CHANGES.items():
                changed, mask = change(film, truth)
                scores[name].append(dice(proposal(network, changed, about), mask))
            twins.append(dice(proposal(network, 255 - film, about), own))
            same += int(np.array_equal(proposal(network, 255 - film, about, inverted=True), own))
        print(f"{folder.name}: {len(pairs)} films that were never trained on")
        usual = float(np.mean(scores["as it is"]))
        for name, values in scores.items():
            print(f"  {name:22} Dice {np.mean(values):.4f}  loss {usual - np.mean(values):+.4f}")
        print(
            f"  polarity tag wrong, Dice with the right one's mask: mean {np.mean(twins):.4f}, worst {min(twins):.4f}"
        )
        print(f"  MONOCHROME1 and MONOCHROME2 copies with the same mask: {same} of {len(pairs)}")


if __name__ == "__main__":
    main()
