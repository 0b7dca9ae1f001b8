"""How long listing and opening take: `python tests/benchmarks/reading.py [repeats]`. Two cores are enough.

Listing: 2,000 DICOM files through the worklist's own verb, with a thread that asks to be woken every 10 ms as a window
would be, and 10,000 in the window's series browser. Opening: to the 8-bit picture that the canvas paints, decode child
included, and once to the painted canvas.
CPU seconds (of this process and of the decode child) stand beside the wall's: on a busy machine only they compare.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless, generate_uid

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from unet_studio.imaging import reader
from unet_studio.workflow import opening, viewing
from unet_studio.workflow.session import close_session, open_session

TICK = 0.01  # seconds between two wake-ups of the thread that stands for the window


def film(side: int, seed: int = 0) -> np.ndarray:
    """(side, side) uint16 of 12 bits: a smooth body with noise, as costly to decode as a film."""
    y, x = np.mgrid[:side, :side].astype(np.float32) / side
    noise = np.random.default_rng(seed).normal(0, 12, (side, side)).astype(np.float32)
    return np.clip(2000 + 900 * np.sin(7 * x) * np.cos(5 * y) + noise, 0, 4095).astype(np.uint16)


def write(path: Path, pixels: np.ndarray, frame: bytes | None = None, number: int = 1) -> None:
    """A CR film, uncompressed or JPEG 2000."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = JPEG2000Lossless if frame else ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = ComputedRadiographyImageStorage, generate_uid()
    dataset = Dataset()
    dataset.file_meta, dataset.preamble = meta, b"\0" * 128
    dataset.SOPClassUID, dataset.SOPInstanceUID = ComputedRadiographyImageStorage, meta.MediaStorageSOPInstanceUID
    dataset.Modality, dataset.PatientID, dataset.PatientName = "CR", f"P{number // 40}", "Doe^Jane"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"1.2.{number // 40}", f"1.2.{number // 20}"
    dataset.InstanceNumber, dataset.SeriesNumber = number, 1
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME1"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.WindowCenter, dataset.WindowWidth = "2000", "3000"
    dataset.PixelData = encapsulate([frame]) if frame else pixels.tobytes()
    dataset["PixelData"].VR = "OB" if frame else "OW"
    dataset["PixelData"].is_undefined_length = frame is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path)


def child_seconds() -> float:
    """CPU seconds of the decode children, where psutil tells."""
    try:
        import psutil
    except ImportError:
        return 0.0
    return sum(sum(child.cpu_times()[:2]) for child in psutil.Process().children(recursive=True))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """(seconds on the wall, CPU seconds) of one call."""
    wall, cpu = time.perf_counter(), time.process_time() + child_seconds()
    work()
    return time.perf_counter() - wall, time.process_time() + child_seconds() - cpu


def latest_wake_up(stop: threading.Event) -> Iterator[float]:
    """The longest that a thread which sleeps TICK overslept, in seconds."""
    longest = [0.0]

    def watch() -> None:
        while not stop.is_set():
            before = time.perf_counter()
            time.sleep(TICK)
            longest[0] = max(longest[0], time.perf_counter() - before - TICK)

    thread = threading.Thread(target=watch)
    thread.start()
    yield 0.0
    stop.set()
    thread.join()
    yield longest[0]


def listing(folder: Path, files: int = 2000) -> None:
    """A folder of many small films into a new worklist."""
    for number in range(files):
        write(folder / f"S{number // 200}" / f"IM{number:05}", film(64, number), number=number)
    reader.read(folder / "S0" / "IM00000")
    session = open_session(folder.parent / "workspace")
    stop = threading.Event()
    watch = latest_wake_up(stop)
    next(watch)
    wall, cpu = timed(lambda: opening.add_paths(session, [folder]))
    overslept = next(watch)
    rows = len(opening.cases(session))
    close_session(session)
    print(
        f"{rows} of {files} DICOM files listed: {wall:.2f} s, CPU {cpu:.2f} s, latest wake-up {overslept * 1000:.0f} ms"
    )


def opened(folder: Path, repeats: int) -> None:
    """Films and stills to the 8-bit picture."""
    big = film(3000)
    write(folder / "cr3000", big)
    write(folder / "j2k3000", big, bytes(imagecodecs.jpeg2k_encode(big, level=0, codecformat="j2k", reversible=True)))
    gray = (film(4096) >> 4).astype(np.uint8)
    (folder / "gray4096.png").write_bytes(imagecodecs.png_encode(gray, level=6))
    (folder / "wide4096.png").write_bytes(imagecodecs.png_encode(film(4096), level=6))
    for name in ("cr3000", "gray4096.png", "wide4096.png", "j2k3000"):
        found = sorted(timed(lambda name=name: viewing.display(reader.read(folder / name))) for _ in range(repeats))
        wall, cpu = found[0][0], min(one[1] for one in found)
        print(
            f"{name:14} best {wall * 1000:5.0f} ms, median {found[repeats // 2][0] * 1000:5.0f}, CPU {cpu * 1000:5.0f}"
        )


def window_on(folder: Path) -> Any:
    """The window on a new Workspace, without network and work done ahead."""
    from PySide6.QtWidgets import QApplication

    from unet_studio.gui.app import open_window
    from unet_studio.workflow import prefetching, proposing

    prefetching.PICTURES = 0
    proposing.warm_up = lambda session: "CPU"
    proposing.device_summary = lambda: ("CPU", "")
    QApplication.instance() or QApplication([])
    window = open_window(folder)
    window.resize(1366, 768)
    return window


def until(reached: Callable[[], bool], seconds: float = 60) -> float:
    """Runs the event loop until then; returns the longest time that one turn of it took, in seconds."""
    from PySide6.QtWidgets import QApplication

    started, longest = time.perf_counter(), 0.0
    while not reached() and time.perf_counter() - started < seconds:
        before = time.perf_counter()
        QApplication.processEvents()
        longest = max(longest, time.perf_counter() - before)
        time.sleep(0.001)
    return longest


def browsed(folder: Path, files: int = 10_000) -> None:
    """Many small films in the series browser, and all of them on to the worklist."""
    from unet_studio.gui.dialogs.series import SeriesDialog

    for number in range(files):
        write(folder / f"S{number // 200}" / f"IM{number:05}", film(16, number), number=number)
    window = window_on(folder.parent / "browser")
    started = time.perf_counter()
    window.desk.show_series(folder)
    dialog = window.findChild(SeriesDialog)
    blocked = until(lambda: f"in {files} files" in dialog.progress.text(), 300)
    print(f"{dialog.progress.text()}, in the series browser: {time.perf_counter() - started:.1f} s, "
          f"window blocked at most {blocked * 1000:.0f} ms")  # fmt: skip
    dialog.tree.selectAll()
    started = time.perf_counter()
    dialog.accept()
    panel = window.worklist.panel
    blocked = until(lambda: panel.model.rowCount() == files and not window.jobs.busy(), 600)
    print(f"{panel.model.rowCount()} of them put on the worklist: {time.perf_counter() - started:.1f} s, "
          f"window blocked at most {blocked * 1000:.0f} ms")  # fmt: skip
    window.shut()


def painted(folder: Path, repeats: int) -> None:
    """The same in the window: from opening the case to its first paint."""
    window = window_on(folder.parent / "window")
    window.add_paths([folder / name for name in ("cr3000", "gray4096.png", "j2k3000")])
    panel = window.worklist.panel
    until(lambda: panel.model.rowCount() == 3 and not window.jobs.busy() and window.reading.open_case is not None)
    ids = {case.name: case.id for case in panel.model.cases()}
    paints = []
    window.canvas.first_painted.connect(lambda: paints.append(time.perf_counter()))
    for name in ("cr3000", "gray4096.png", "j2k3000"):
        found = []
        for _ in range(repeats):
            window.reading.close_case()
            until(lambda: not window.jobs.busy())
            paints.clear()
            started = time.perf_counter()
            window.worklist.open(ids[name])
            blocked = until(lambda: bool(paints))
            found.append((paints[0] - started if paints else float("nan"), blocked))
        found.sort()
        wall, blocked = found[0]
        print(f"{name:14} to painted: best {wall * 1000:5.0f} ms, median {found[repeats // 2][0] * 1000:5.0f}, "
              f"GUI thread blocked at most {blocked * 1000:.0f} ms")  # fmt: skip
    window.shut()


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        listing(Path(folder) / "many")
        (Path(folder) / "big").mkdir()
        opened(Path(folder) / "big", repeats)
        painted(Path(folder) / "big", repeats)
        browsed(Path(folder) / "disc")
    reader.close()


if __name__ == "__main__":
    main()
