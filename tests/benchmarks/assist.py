"""What the program does beside the hand: `python tests/benchmarks/assist.py [SIDE...]`.

On the sample film enlarged to SIDE x SIDE px (2048, 4096), with the bundled lung model's proposal and features: each
move of the smart brush, 20 px further along the outline; each move of its straight line across the picture; and the
islands that follow from strokes that erase beside the outline, from the mask to islands that can be shown. Median, 95th
percentile and longest, ms.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from unet_studio.core.image import Image
from unet_studio.core.proposal import Proposal
from unet_studio.core.resources import bundled_model
from unet_studio.editing.document import Document
from unet_studio.editing.own_size import OwnSize
from unet_studio.editing.smart_stroke import SmartStroke
from unet_studio.editing.strokes import Point, paint
from unet_studio.editing.threshold import mask_at
from unet_studio.gui.follow_link import following
from unet_studio.imaging import reader, windowing
from unet_studio.inference.proposer import Proposer
from unet_studio.workflow.sample import sample_film

REACH = {"smart": 50, "line": 50, "follow": 300}
STEP = 20  # px between two moves of the hand


def film(side: int) -> Image:
    """The sample film at side x side px."""
    image = reader.read(sample_film())
    return replace(image, pixels=cv2.resize(image.pixels, (side, side), interpolation=cv2.INTER_CUBIC))


def outline(mask: np.ndarray) -> list[Point]:
    """Points along the longest outline, STEP px apart."""
    contours = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    longest = max(contours, key=len)[:, 0]
    return [(float(x), float(y)) for x, y in longest[::STEP]]


def show(side: int, name: str, size: int, times: list[float]) -> None:
    """One line of the table."""
    median, high, most = np.median(times), np.percentile(times, 95), max(times)
    print(f"{side:5d}²  {name:6s} {size:4d} px  reach {REACH[name]:4d} {median:8.1f} {high:8.1f} {most:8.1f}")


def milliseconds(action: Callable[[], object]) -> float:
    """How long it takes."""
    begun = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - begun)


def smart(image: Image, proposal: Proposal, size: int) -> list[float]:
    """The first dab and every move of a smart stroke along the outline."""
    mask, picture = mask_at(proposal.probability, *image.shape, 0.5), windowing.display(image)
    document, points = Document(image.shape, mask), outline(mask)[:100]
    likely = OwnSize(proposal.probability, *image.shape).part
    gesture = document.begin("smart_brush", "Smart stroke")
    stroke: list[SmartStroke] = []
    begin = milliseconds(lambda: stroke.append(SmartStroke(document, picture, likely, points[0], size, 1)))
    moves = [
        milliseconds(lambda one=one, other=other: stroke[0].paint(gesture, one, other, size))
        for one, other in itertools.pairwise(points)
    ]
    return [begin, *moves]


def line(image: Image, proposal: Proposal, size: int) -> list[float]:
    """Moves of a straight line from corner to corner, which is drawn anew at each."""
    document, picture, side = Document(image.shape), windowing.display(image), image.shape[0]
    likely, start = OwnSize(proposal.probability, *image.shape).part, (0.1 * side, 0.1 * side)
    stroke, gesture = SmartStroke(document, picture, likely, start, size, 1), document.begin("smart_brush", "Line")

    def move(end: Point) -> None:
        gesture.restore()
        stroke.paint(gesture, start, end, size)

    return [
        milliseconds(lambda end=end: move((0.95 * side, end * side))) for end in np.linspace(0.5, 0.95, 10).tolist()
    ]


def follow(image: Image, proposal: Proposal, features: np.ndarray, size: int) -> tuple[list[float], int]:
    """After each of 20 erasing strokes across the outline; and how many islands were proposed in all."""
    mask = mask_at(proposal.probability, *image.shape, 0.5)
    document, points, times, islands = Document(image.shape, mask), outline(mask), [], 0
    for start in range(0, len(points) - 3, max(1, len(points) // 20)):
        gesture = document.begin("eraser", "Eraser stroke")
        paint(gesture, document.mask, document.touched, points[start], points[start + 3], size, 0)
        gesture.finish()
        found: list[tuple[object, ...]] = []
        asked = features, proposal.probability, document.mask.copy(), document.touched.copy(), 0.5, lambda: False
        times.append(milliseconds(lambda asked=asked, found=found: found.append(following(*asked))))
        islands += len(found[0])
    return times, islands


def main() -> None:
    """Print the table."""
    proposer = Proposer.load(bundled_model("lung"), "lung-v1")
    for side in [int(word) for word in sys.argv[1:]] or [2048, 4096]:
        image = film(side)
        proposal, features = proposer.propose(image), proposer.features(image)
        for size in (60, 500):
            show(side, "smart", size, smart(image, proposal, size))
            show(side, "line", size, line(image, proposal, size))
        times, islands = follow(image, proposal, features, side // 40)
        show(side, "follow", side // 40, times)
        print(f"{side:5d}²  {islands} islands proposed after {len(times)} strokes")


if __name__ == "__main__":
    main()
