"""Mutated copies of pydicom's files and of drawn pictures: each opens or gives one sentence; none hangs or prints.

500 copies; `MUTATED_COPIES=5000 MUTATED_SEED=7 pytest tests/faults/test_imaging_mutated.py` takes more and others.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pydicom.data import external_data_sources

from tests.faults.mutator import copies, drawn
from unet_studio.core.errors import Unreadable
from unet_studio.core.survey import DAMAGED, OTHER, PICTURE, REPORT
from unet_studio.imaging import limits, reader

COUNT, SEED = int(os.environ.get("MUTATED_COPIES", "500")), int(os.environ.get("MUTATED_SEED", "20"))
LARGEST = 1 << 20  # bytes of an original
PARTS = 10
SLACK_SECONDS = 5.0


@pytest.fixture(autouse=True, scope="module")
def _no_child_is_left() -> Iterator[None]:
    yield
    reader.close()


@pytest.fixture(scope="module")
def originals() -> dict[str, bytes]:
    folders = [Path(pydicom.__file__).parent / "data"]
    folders += [Path(str(getattr(source, "data_path", ""))) for source in external_data_sources().values()]
    files = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    files = {path for path in files if path.suffix in (".dcm", "", ".gz") and 0 < path.stat().st_size <= LARGEST}
    return {**drawn(), **{f"{path.parent.name}-{path.name}": path.read_bytes() for path in sorted(files)}}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
def test_mutated_copies(tmp_path, originals, part, capfd):
    path = tmp_path / "mutated"
    for number, (name, data) in enumerate(copies(originals, COUNT, SEED)):
        if number % PARTS == part:
            path.write_bytes(data)
            started = time.monotonic()
            why = problem(path)
            seconds = time.monotonic() - started
            assert not why, f"{name}: {why}"
            assert seconds < 3 * limits.FILE_SECONDS + SLACK_SECONDS, name
    assert capfd.readouterr() == ("", "")


def problem(path: Path) -> str:
    """What is wrong with how a file is told of, "" where survey, facts and picture agree and errors are sentences."""
    (found,) = reader.survey([path])
    facts = reader.describe(path)
    if found.kind not in (PICTURE, OTHER, REPORT, DAMAGED):
        return f"kind {found.kind}"
    if found.kind != PICTURE and facts.ok:
        return "opens, but was not listed as a picture"
    for sentence in (found.error, facts.error):
        if sentence and (not sentence.startswith(f"{path.name} ") or "\n" in sentence or "Traceback" in sentence):
            return f"not one sentence: {sentence}"
    if bool(facts.error) == facts.ok:
        return f"ok is {facts.ok} with {facts.error!r}"
    try:
        image = reader.read(path)
    except Unreadable as error:
        return f"described but not read: {error}" if facts.ok else ""
    if facts.ok and facts.frames == 1 and image.shape != (facts.rows, facts.columns):
        return f"{image.shape} instead of {facts.rows} x {facts.columns}"
    return "" if image.pixels.size else "no pixels"


def test_the_same_seed_makes_the_same_copies(originals):
    assert list(copies(originals, 40, 5)) == list(copies(originals, 40, 5))
    assert list(copies(originals, 40, 5)) != list(copies(originals, 40, 6))


def test_the_child_ends_when_its_parent_is_gone():
    script = (
        "import os; from unet_studio.imaging import reader, pool; reader.start();"
        "print(reader._POOL._idle[0]._process.pid, flush=True); os._exit(9)"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    pid = int(shown.stdout)
    psutil = pytest.importorskip("psutil")
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(timeout=15)
