"""Cut and flipped copies of every format: each opens or gives one sentence; none hangs, crashes or prints."""

from __future__ import annotations

import contextlib
import io
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest
import tifffile
from PIL import Image as Pillow

from unet_studio.core.errors import Unreadable
from unet_studio.imaging import reader

COPIES = 8  # of each kind of damage to each file
DICOM_FILES = (
    "CT_small.dcm",
    "MR_small_RLE.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_jp2klossless.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "JPGExtended.dcm",
    "JPEGLSNearLossless_16.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
    "SC_rgb_rle_2frame.dcm",
    "SC_rgb_small_odd_jpeg.dcm",
    "examples_palette.dcm",
    "image_dfl.dcm",
    "liver_1frame.dcm",
    "rtdose_1frame.dcm",
    "reportsi.dcm",
    "no_meta.dcm",
    "zipMR.gz",
)


@pytest.fixture(autouse=True, scope="module")
def _no_child_is_left() -> Iterator[None]:
    yield
    reader.close()


def drawn() -> dict[str, bytes]:
    """A small picture with structure in every raster format."""
    rng = np.random.default_rng(11)
    gray = (np.add.outer(np.arange(64), np.arange(48)) * 2 + rng.integers(0, 20, (64, 48))).astype(np.uint8)
    wide, colour = gray.astype(np.uint16) * 257, np.dstack([gray, gray[::-1], 255 - gray])
    files = {"gray.png": imagecodecs.png_encode(gray), "wide.png": imagecodecs.png_encode(wide)}
    files["colour.png"] = imagecodecs.png_encode(colour)
    for kind in ("jpeg", "bmp", "webp", "gif", "png"):
        file = io.BytesIO()
        Pillow.fromarray(colour).save(file, kind)
        files[f"colour.{kind}"] = file.getvalue()
    for compression in (None, "lzw", "deflate", "jpeg", "zstd"):
        file = io.BytesIO()
        tifffile.imwrite(file, colour, photometric="rgb", compression=compression, tile=(16, 16))
        files[f"{compression}.tif"] = file.getvalue()
    file = io.BytesIO()
    tifffile.imwrite(file, np.stack([wide] * 3), photometric="minisblack")
    files["pages.tif"] = file.getvalue()
    return files


def damaged(data: bytes, chance: random.Random) -> Iterator[bytes]:
    """Cut, flipped, overwritten and repeated copies; half of the damage falls into the first kilobyte."""
    for _ in range(COPIES):
        yield data[: chance.randrange(len(data))]
        reach = min(len(data), 1024) if chance.random() < 0.5 else len(data)
        flipped = bytearray(data)
        for _ in range(chance.choice((1, 2, 8))):
            flipped[chance.randrange(reach)] ^= 1 << chance.randrange(8)
        yield bytes(flipped)
        at = chance.randrange(reach)
        yield data[:at] + chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff")) + data[at + 4 :]
        yield data[:at] + data[at // 2 :]


def check(path: Path) -> None:
    """Both ways of opening come to an end with an Image, or with one sentence that begins with the name."""
    facts = reader.describe(path)
    if facts.ok:
        assert facts.rows > 0
        assert facts.error == ""
    else:
        assert facts.error.startswith(f"{path.name} ")
        assert "\n" not in facts.error
        assert "Traceback" not in facts.error
    try:
        image = reader.read(path)
    except Unreadable as error:
        sentence = str(error)
    else:
        sentence = f"{path.name} opened"
        assert image.pixels.size > 0
        assert not facts.ok or facts.frames > 1 or image.shape == (facts.rows, facts.columns)
    assert sentence.startswith(f"{path.name} ")


@pytest.mark.parametrize("name", sorted(drawn()))
def test_damaged_pictures(tmp_path, name, capfd):
    chance = random.Random(name)
    path = tmp_path / name
    for data in damaged(drawn()[name], chance):
        path.write_bytes(data)
        check(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", DICOM_FILES)
def test_damaged_dicom(tmp_path, name, capfd):
    chance = random.Random(name)
    original = (Path(pydicom.__file__).parent / "data" / "test_files" / name).read_bytes()
    path = tmp_path / name
    for data in damaged(original, chance):
        path.write_bytes(data)
        check(path)
    assert capfd.readouterr() == ("", "")


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
