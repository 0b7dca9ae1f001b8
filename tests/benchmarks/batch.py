"""`predict` over many JPEG 2000 films, against a loop that decodes and predicts in turn, and its memory.

    python -m tests.benchmarks.batch [--films 200] [--side 2048] [--rounds 1]

The films are drawn, written as DICOM with JPEG 2000 inside, and proposed by the bundled lung model on the CPU.
Both ways write the same PNG masks. Rounds alternate, so that a machine that is busy with something else slows both.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np


def write_films(folder: Path, count: int, side: int) -> None:
    """JPEG 2000 films of side x side px, 12 bits, all different."""
    import cv2
    import imagecodecs
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.uid import ComputedRadiographyImageStorage, JPEG2000Lossless, generate_uid

    rng = np.random.default_rng(0)
    y, x = np.mgrid[:side, :side] / side
    body = 2600 - 1500 * ((((x - 0.3) / 0.15) ** 2 + ((y - 0.5) / 0.33) ** 2) < 1)
    body = body - 1500 * ((((x - 0.7) / 0.15) ** 2 + ((y - 0.5) / 0.33) ** 2) < 1)
    folder.mkdir(parents=True)
    for number in range(count):
        grain = cv2.resize(rng.normal(0, 60, (side // 2, side // 2)).astype(np.float32), (side, side))
        pixels = np.clip(np.roll(body, number, 0) + grain, 0, 4095).astype(np.uint16)
        film = Dataset()
        film.file_meta = FileMetaDataset()
        film.file_meta.TransferSyntaxUID = JPEG2000Lossless
        film.SOPClassUID, film.SOPInstanceUID = ComputedRadiographyImageStorage, generate_uid()
        film.Modality, film.PatientID, film.Rows, film.Columns = "CR", f"{number}", side, side
        film.SamplesPerPixel, film.PhotometricInterpretation, film.PixelRepresentation = 1, "MONOCHROME2", 0
        film.BitsAllocated, film.BitsStored, film.HighBit = 16, 12, 11
        film.PixelData = encapsulate([imagecodecs.jpeg2k_encode(pixels, level=0, reversible=True, codecformat="j2k")])
        film["PixelData"].is_undefined_length = True
        film.save_as(folder / f"film_{number:04d}.dcm", enforce_file_format=True)


def in_turn(folder: Path, out: Path) -> float:
    """Seconds of a loop that decodes, predicts and writes one film after the other."""
    from unet_studio.exporting import naming
    from unet_studio.exporting.png import export_mask
    from unet_studio.imaging import reader
    from unet_studio.workflow import exporting, prediction_desk
    from unet_studio.workflow.predicting import Request

    desk = prediction_desk.open_desk(Request((folder,), out, "lung", device="cpu"), print)
    begun = time.perf_counter()
    for path in sorted(folder.iterdir()):
        reader.probe(path)
        image = reader.read(path)
        proposal = desk.load("lung").propose(image)
        made = exporting.provenance_of(image, path.name, "lung", proposal, reviewed=False, time="")
        export_mask(naming.place(out, Path(), path.name), exporting.proposed_mask(proposal), made)
    return time.perf_counter() - begun


def ahead(folder: Path, out: Path) -> tuple[float, list[float]]:
    """Seconds of `predict`, and the memory (MB) after each tenth of the films."""
    from unet_studio.workflow.predicting import Request, predict

    seen: list[float] = []

    def look(done: int, total: int) -> None:
        if done % max(1, total // 10) == 0:
            seen.append(memory())

    begun = time.perf_counter()
    found = list(predict(Request((folder,), out, "lung", device="cpu"), look))
    assert not [one.error for one in found if one.error]
    return time.perf_counter() - begun, seen


def memory() -> float:
    """MB of this process in memory now; its peak where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=200)
    parser.add_argument("--side", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="batch-"))
    try:
        write_films(folder / "films", options.films, options.side)
        write_films(folder / "warm", 2, options.side)
        in_turn(folder / "warm", folder / "w")
        for number in range(options.rounds):
            first = in_turn(folder / "films", folder / f"a{number}")
            second, seen = ahead(folder / "films", folder / f"b{number}")
            rates = f"in turn {options.films / first:.2f} films/s, ahead {options.films / second:.2f}"
            print(f"{rates}, ratio {first / second:.2f}; MB {' '.join(f'{one:.0f}' for one in seen)}", flush=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
