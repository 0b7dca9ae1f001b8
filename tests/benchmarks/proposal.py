"""Time of a proposal after warm-up, decoding not counted: `python tests/benchmarks/proposal.py [RUNS]`.

Prints the median for drawn films and frames of several sizes, and what a kept proposal of 3000 x 3000 px takes on disk.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from unet_studio.core.image import Image, Source
from unet_studio.core.resources import bundled_model
from unet_studio.inference.proposer import Proposer
from unet_studio.workspace import store


def drawn(rows: int, columns: int, target: str) -> Image:
    """A smooth picture with a little noise: uint16 gray for lung, uint8 RGB for polyp."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:rows, :columns]
    plane = 2000 + 1500 * np.sin(3 * x / columns) * np.cos(2 * y / rows) + rng.normal(0, 20, (rows, columns))
    if target == "lung":
        return Image(plane.astype(np.uint16), Source("film"), "drawn", bits=12)
    frame = np.clip(plane[..., None] / 16 * np.array([1.0, 0.6, 0.4]), 0, 255).astype(np.uint8)
    return Image(frame, Source("frame"), "drawn")


def median_ms(proposer: Proposer, image: Image, runs: int) -> float:
    """Median milliseconds of a proposal after three that are not counted."""
    for _ in range(3):
        proposer.propose(image)
    found = []
    for _ in range(runs):
        begun = time.perf_counter()
        proposer.propose(image)
        found.append(1000 * (time.perf_counter() - begun))
    return statistics.median(found)


def disk_bytes(image: Image, proposer: Proposer) -> int:
    """Bytes on disk of one kept Proposal of `image`."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = store.open_workspace(Path(folder))
        store.save_proposal(workspace, "0" * 64, proposer.propose(image))
        return sum(path.stat().st_size for path in (Path(folder) / "proposals").rglob("*") if path.is_file())


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    print("load", os.getloadavg())
    for target, sizes in (("lung", ((2000, 2000), (3000, 3000), (4096, 4096))), ("polyp", ((528, 622), (1080, 1920)))):
        proposer = Proposer.load(bundled_model(target), f"{target}-v1")
        for rows, columns in sizes:
            found = median_ms(proposer, drawn(rows, columns, target), runs)
            print(
                f"{target} {rows} x {columns}: {found:.0f} ms on {proposer.device_label} (reach: 400 ms at 2000 x 2000)"
            )
        if target == "lung":
            kept = disk_bytes(drawn(3000, 3000, target), proposer)
            print(f"kept proposal of a 3000 x 3000 film: {kept / 1e6:.2f} MB (reach: 2 MB)")


if __name__ == "__main__":
    main()
