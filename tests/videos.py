"""Drawn videos whose frames say their own number, and ffmpeg where the machine has one.

`b_frames.mp4` beside this file was made of `frame(0)` to `frame(299)` by
`ffmpeg -f rawvideo -pix_fmt rgb24 -s 96x64 -r 25 -i - -vf "setpts='(N+20*floor(N/37))/25/TB'" -fps_mode passthrough
-c:v libx264 -pix_fmt yuv420p -crf 30 -x264-params bframes=4:b-pyramid=normal:open-gop=1:keyint=48 b_frames.mp4`:
frames are stored in another order than shown, groups are open, and the rate varies.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

B_FRAMES = Path(__file__).with_name("b_frames.mp4")
ROWS, COLUMNS, BITS = 64, 96, 10
FFMPEG = shutil.which("ffmpeg")


def frame(number: int) -> np.ndarray:
    """(64, 96, 3) uint8 RGB, reddish as mucosa, that moves with the number and has it burnt in as ten blocks."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    picture = np.empty((ROWS, COLUMNS, 3), np.uint8)
    picture[..., 0] = 170 + 50 * np.sin((x + 1.7 * number) / 17)
    picture[..., 1] = 90 + 40 * np.sin((y - 1.1 * number) / 13)
    picture[..., 2] = 70 + 30 * np.sin((x + y + number) / 23)
    for bit in range(BITS):
        picture[ROWS - 20 : ROWS - 4, 4 + 9 * bit : 11 + 9 * bit] = 255 if (number >> bit) & 1 else 0
    return picture


def number_in(picture: np.ndarray) -> int:
    """The number that is burnt in."""
    middle = picture[ROWS - 16 : ROWS - 8].astype(float).mean(axis=(0, 2))
    return sum(int(middle[6 + 9 * bit : 9 + 9 * bit].mean() > 128) << bit for bit in range(BITS))


def write(path: Path, numbers: Iterable[int], codec: str = "MJPG", rate: float = 25.0) -> Path:
    """A video made by OpenCV's writer."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*codec), rate, (COLUMNS, ROWS))
    assert writer.isOpened()
    for number in numbers:
        writer.write(np.ascontiguousarray(frame(number)[..., ::-1]))
    writer.release()
    return path


def encode(path: Path, count: int, *arguments: str) -> Path:
    """A video made by ffmpeg, with these arguments."""
    head = [FFMPEG, "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    size = ["-s", f"{COLUMNS}x{ROWS}", "-r", "25", "-i", "-"]
    raw = b"".join(frame(number).tobytes() for number in range(count))
    subprocess.run([*map(str, head), *size, *arguments, str(path)], input=raw, check=True)
    return path
