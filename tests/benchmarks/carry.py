"""A Mask carried along the real videos of CVC-ClinicDB, beside the network's proposal of each frame by itself.

`python tests/benchmarks/carry.py DATA [VIDEOS]`: DATA is the folder with images/ and masks/, VIDEOS how many of the 29
videos (all); those that the bundled model never learned from are marked. The true mask of a video's first frame is
carried to the frames after it until it stops.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from training.dataset import CLINICDB_VIDEOS, Pair, find_pairs, side
from unet_studio.core.image import Image, Source
from unet_studio.core.resources import bundled_model
from unet_studio.editing.carry import carry_span
from unet_studio.editing.distance import dice
from unet_studio.editing.threshold import mask_at
from unet_studio.inference.proposer import Proposer

BANDS = ((1, 5), (6, 12), (13, 25))  # frames ahead


def videos(folder: Path) -> Iterator[list[Pair]]:
    """The pairs of each video in the order of its frames."""
    pairs = sorted(find_pairs(folder), key=lambda pair: int(pair.picture.stem))
    ends = [*CLINICDB_VIDEOS[1:], 10**9]
    for first, end in zip(CLINICDB_VIDEOS, ends, strict=True):
        yield [pair for pair in pairs if first <= int(pair.picture.stem) < end]


def measured(frames: list[Pair], proposer: Proposer) -> tuple[np.ndarray, np.ndarray, str]:
    """Dice of each frame after the first that was reached, carried and proposed, and why it ended."""
    pictures = [cv2.cvtColor(cv2.imread(str(pair.picture)), cv2.COLOR_BGR2RGB) for pair in frames]
    masks = [(cv2.imread(str(pair.mask), cv2.IMREAD_GRAYSCALE) > 127).astype(np.uint8) for pair in frames]
    says = [proposer.propose(Image(picture, Source("video"), "PNG")).probability for picture in pictures]
    found = list(carry_span(masks[0], zip(pictures, says, strict=True)))
    ended = "to its end"
    if found and (found[-1].cut or found[-1].doubt > 0.6):
        ended = f"{'cut' if found.pop().cut else 'doubt'} at {len(found) + 2}"
    carried = [dice(one.mask, true) for one, true in zip(found, masks[1:], strict=False)]
    alone = [dice(mask_at(one, *masks[0].shape, 0.5), true) for one, true in zip(says[1:], masks[1:], strict=True)]
    return np.array(carried), np.array(alone[: len(carried)]), ended


def main() -> None:
    """Print a line a video, and the means by how far ahead a frame is."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 29
    proposer = Proposer.load(bundled_model("polyp"), "polyp-v1", "cpu")
    every = [video for video in videos(folder) if len(video) > 1]
    every.sort(key=lambda video: side(video[0]) != "test")
    ahead: list[tuple[int, float, float]] = []
    print("first frame | frames | reached | carried | each frame alone")
    for video in every[:count]:
        carried, alone, ended = measured(video, proposer)
        unseen = "unseen " if side(video[0]) == "test" else ""
        means = f"{carried.mean():.3f} | {alone.mean():.3f}" if carried.size else "- | -"
        print(f"{unseen}{video[0].picture.stem} | {len(video)} | {ended} | {means}", flush=True)
        ahead += [(number + 1, *pair) for number, pair in enumerate(zip(carried, alone, strict=True))]
    table = np.array(ahead)
    for low, high in BANDS:
        band = table[(table[:, 0] >= low) & (table[:, 0] <= high)]
        if len(band):
            print(f"{low}-{high} frames ahead: {len(band)} frames, {band[:, 1].mean():.3f} | {band[:, 2].mean():.3f}")


if __name__ == "__main__":
    main()
