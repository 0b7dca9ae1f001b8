"""Headers that lie about size are refused in under a second, before a pixel is touched."""

from __future__ import annotations

import gzip
import io
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit

from unet_studio.core.errors import Unreadable
from unet_studio.imaging import reader
from unet_studio.imaging.pool import Pool


@pytest.fixture(autouse=True, scope="module")
def _no_child_is_left() -> Iterator[None]:
    reader.start()
    yield
    reader.close()


@pytest.fixture(autouse=True)
def _child_is_warm(tmp_path, _no_child_is_left) -> None:
    Pillow.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / "warm.png")
    (tmp_path / "warm").write_bytes(dicom(4, 4, 1, bytes(16)))
    reader.read(tmp_path / "warm.png")
    reader.read(tmp_path / "warm")


def refused_at_once(path: Path, words: str) -> None:
    started = time.perf_counter()
    with pytest.raises(Unreadable, match=words):
        reader.read(path)
    assert time.perf_counter() - started < 1.0
    assert reader.describe(path).error


def png(columns: int, rows: int, data: bytes) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def dicom(rows: int, columns: int, frames: int, data: bytes, syntax: str = ExplicitVRLittleEndian) -> bytes:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.preamble = b"\0" * 128
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = rows, columns, frames
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 8, 7, 0
    dataset.PixelData = data
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = syntax != ExplicitVRLittleEndian
    file = io.BytesIO()
    dataset.save_as(file)
    return file.getvalue()


def test_a_png_of_50000_squared(tmp_path):
    (tmp_path / "a.png").write_bytes(png(50_000, 50_000, zlib.compress(bytes(1000))))
    refused_at_once(tmp_path / "a.png", "50000 x 50000 pixels, more than the 300 million")


@pytest.mark.parametrize("kind", ["bmp", "gif", "jpeg"])
def test_other_pictures_that_claim_too_much(tmp_path, kind):
    file = io.BytesIO()
    Pillow.fromarray(np.zeros((3, 5), np.uint8)).save(file, kind)
    data = bytearray(file.getvalue())
    if kind == "bmp":
        data[18:26] = struct.pack("<ii", 60_000, 60_000)
    elif kind == "gif":
        data[6:10] = struct.pack("<HH", 60_000, 60_000)
    else:
        at = data.find(b"\xff\xc0") + 5
        data[at : at + 4] = struct.pack(">HH", 60_000, 60_000)
    (tmp_path / "a").write_bytes(data)
    refused_at_once(tmp_path / "a", "more than the 300 million")


def test_a_tiff_of_50000_squared(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.zeros((16, 16), np.uint8), tile=(16, 16))
    with tifffile.TiffFile(path, mode="r+b") as file:
        file.pages[0].tags["ImageWidth"].overwrite(50_000)
        file.pages[0].tags["ImageLength"].overwrite(50_000)
    refused_at_once(path, "more than the 300 million")


@pytest.mark.parametrize(
    ("rows", "columns", "frames", "words"),
    [
        (65_535, 65_535, 1, "more than the 300 million"),
        (10_000, 10_000, 1, "is cut short"),
        (100, 100, 2_000_000_000, "is cut short"),
        (0, 100, 1, "does not say how large"),
    ],
)
def test_dicom_that_lies(tmp_path, rows, columns, frames, words):
    (tmp_path / "a").write_bytes(dicom(rows, columns, frames, bytes(10_000)))
    refused_at_once(tmp_path / "a", words)


def test_a_compressed_frame_larger_than_its_header(tmp_path):
    frame = bytearray(imagecodecs.jpeg8_encode(np.zeros((16, 16), np.uint8)))
    at = frame.find(b"\xff\xc0") + 5
    frame[at : at + 4] = struct.pack(">HH", 60_000, 60_000)
    (tmp_path / "a").write_bytes(dicom(16, 16, 1, encapsulate([bytes(frame)]), JPEGBaseline8Bit))
    refused_at_once(tmp_path / "a", "more than the 300 million")
    honest = imagecodecs.jpeg8_encode(np.zeros((32, 16), np.uint8))
    (tmp_path / "b").write_bytes(dicom(16, 16, 1, encapsulate([honest]), JPEGBaseline8Bit))
    refused_at_once(tmp_path / "b", "of another size than its header says")


def test_compressed_frames_that_are_not_there(tmp_path):
    frame = imagecodecs.jpeg8_encode(np.zeros((16, 16), np.uint8))
    (tmp_path / "a").write_bytes(dicom(16, 16, 1_000_000, encapsulate([frame]), JPEGBaseline8Bit))
    assert not reader.describe(tmp_path / "a").ok
    with pytest.raises(Unreadable):
        reader.read(tmp_path / "a", 999_999)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space of a process")
def test_a_picture_that_needs_more_memory_than_a_child_may_take(tmp_path, monkeypatch):
    script = "from unet_studio.imaging import child, limits; limits.MEMORY_BYTES = 300 << 20; child.main()"
    small = Pool((sys.executable, "-c", script))
    monkeypatch.setattr(reader, "_POOL", small)
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(np.zeros((17_000, 17_000), np.uint8), level=1))
    try:
        with pytest.raises(Unreadable, match=r"needs more memory|made its decoder stop"):
            reader.read(tmp_path / "a.png")
        assert reader.read(tmp_path / "warm.png").shape == (4, 4)
    finally:
        small.close()


def test_a_gzip_bomb_is_stopped(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(bytes(1 << 26), 9) * 40)
    assert reader.describe(tmp_path / "a.gz").error.startswith("a.gz ")
