"""What is read of videos: a phantom among its mirrored copies, and frames that have their number burnt in."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from tests import videos
from tests.formats.dicom_files import write_dicom
from tests.formats.rows import SHAPE, Row, coloured, judged
from unet_studio.imaging import reader

B_FRAMES = Path(__file__).resolve().parents[1] / "b_frames.mp4"
SEEKS = 200
CODECS = (("a.mp4", "MP4", "mp4v", "MPEG-4"), ("a.avi", "AVI", "MJPG", "Motion JPEG"), ("b.avi", "AVI", "XVID", "Xvid"))
H264 = "1.2.840.10008.1.2.4.102"


def video_rows(folder: Path) -> Iterator[Row]:
    """MP4 and AVI, and a DICOM object that holds a video."""
    for name, kind, codec, words in CODECS:
        image = reader.read(_film(folder / name, codec), 17)
        yield judged(kind, f"frame 18 of 40, {words}", image, coloured(), 40)
    yield _sought("MP4", "200 random frames, H.264 with B-frames and a varying rate", B_FRAMES)
    yield _sought("DICOM", "200 random frames of a video (H.264) in three fragments", wrapped(folder / "v.dcm"))


def wrapped(path: Path, pieces: int = 3) -> Path:
    """The video with B-frames as a DICOM object, its stream in so many fragments."""
    data = B_FRAMES.read_bytes()
    data += b"\0" * (len(data) % 2)
    step = len(data) // pieces // 2 * 2
    fragments = [data[number * step : (number + 1) * step if number < pieces - 1 else None] for number in range(pieces)]
    shape = (videos.ROWS, videos.COLUMNS, 3)
    return write_dicom(path, np.zeros(shape, np.uint8), fragments, H264, Modality="ES", NumberOfFrames=300)


def _film(path: Path, codec: str) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*codec), 25.0, SHAPE[::-1])
    for number in range(40):
        picture = coloured() if number == 17 else coloured()[:, ::-1]
        writer.write(np.ascontiguousarray(picture[..., ::-1]))
    writer.release()
    return path


def _sought(name: str, feature: str, path: Path) -> Row:
    """Each frame must be the one that was asked for, by the number in its picture."""
    chance = random.Random(7)
    count = reader.counted(path).frames
    asked = [chance.randrange(count) for _ in range(SEEKS)]
    right = sum(videos.number_in(reader.read(path, number).pixels) == number for number in asked)
    return Row("read", name, feature, right == SEEKS, f"{right} right")
