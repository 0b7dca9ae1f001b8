"""Videos by way of OpenCV's FFmpeg: frames by their exact number in the order in which they are shown.

A seek by number or time lands some frames off where the frame rate varies, where frames are stored in another order,
or in streams without an index. So every frame is decoded once, in order, and known by a digest from then on; a seek
goes somewhere before the frame that is wanted and reads on until its digest appears.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

# one thread decodes damaged frames in one way only; nothing but the file itself is opened
os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "threads;1|protocol_whitelist;file,fd"

import cv2
import numpy as np

from unet_studio.core.image import Image, Source
from unet_studio.imaging import video_index
from unet_studio.imaging.arrays import frozen
from unet_studio.imaging.document import Document, Header
from unet_studio.imaging.refusal import Refused, check_size, damaged

AS_H264 = "convert it to an MP4 file with H.264, or export the frames as PNG"
OTHER_FRAMES = "is damaged, or shows other frames than when it was first opened"
HASHED_AT_ONCE = 64 << 20  # bytes of a file whose SHA-256 nobody waits for
FORWARD = 48  # frames that are read on rather than sought
BACK = (4, 32, 256, 2048)  # frames before the wanted one at which a seek begins, one after the other
PAST_MS = 1000.0  # a frame is not expected any more this long after its time
NEAR_MS = 1000.0  # frames are converted and hashed from this long before it
KEEP_EVERY = 250  # frames known in addition before the index is kept


def open_video(path: Path, kind: str) -> Document:
    """The video at `path`, known to be a `kind` of `core.image.VIDEOS`. Raises Refused."""
    return Video(path, kind).document()


class Video:
    """An open video: the capture, where it stands, and the index as far as it is known.

    stream: the file that FFmpeg opens, where the video at `path` is wrapped in something else.
    """

    def __init__(self, path: Path, kind: str, stream: Path | None = None) -> None:
        self._path, self._kind, self._stream = path, kind, stream or path
        self._mark = video_index.fingerprint(path)
        self._key = sha256(f"{self._mark} opencv {cv2.__version__}".encode()).hexdigest()
        self._index = video_index.load(self._key)
        self._kept = len(self._index)
        self._capture = _opened(self._stream)
        self._next: int | None = 0  # number of the frame that comes next, None where that is not known
        self._rows = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        self._columns = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        self._rate = float(self._capture.get(cv2.CAP_PROP_FPS))
        announced = float(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self._announced = round(announced) if 1 <= announced <= video_index.MOST_FRAMES else 1
        check_size(self._rows, self._columns)

    def document(self) -> Document:
        """What the decode child keeps of it."""
        return Document(self.header(), self.image, grow=self.grow, sha256=self.sha256)

    def header(self) -> Header:
        """Facts as they are known now; the number of frames is what the file says until all of them were decoded."""
        known, complete = len(self._index), self._index.complete
        frames = known if complete else max(known, self._announced)
        return Header(
            self._kind,
            self._rows,
            self._columns,
            frames,
            channels=3,
            photometric="RGB",
            video=True,
            known=known,
            counted=complete,
            rate=self._rate if 1.0 <= self._rate <= 1000.0 else 25.0,
        )

    def sha256(self) -> str:
        """Of the whole file; "" for a large one until it was given to `grow`."""
        if not self._index.sha256 and self._path.stat().st_size <= HASHED_AT_ONCE:
            with self._path.open("rb") as file:
                self._index.sha256 = sha256(file.read()).hexdigest()
        return self._index.sha256

    def grow(self, seconds: float, whole: str = "") -> Header:
        """Know more frames, for `seconds` at most, and keep what is known. whole: the file's SHA-256, once known."""
        self._index.sha256 = self._index.sha256 or whole
        self._look_up()
        until = time.monotonic() + seconds
        while not self._index.complete and time.monotonic() < until:
            self._learn()
        video_index.save(self._index)
        self._kept = len(self._index)
        return self.header()

    def image(self, number: int) -> Image:
        """Frame `number`, counted from 0 in the order in which they are shown, as RGB. Raises Refused."""
        pixels = frozen(self._frame(number)[..., ::-1])
        source = Source(str(self._path), number, self.header().frames)
        return Image(pixels, source, self._kind, photometric="RGB", group=f"video {self._mark}")

    # frames

    def _frame(self, number: int) -> np.ndarray:
        """(H, W, 3) uint8 BGR."""
        if number >= len(self._index):
            self._look_up()
        if number >= len(self._index):
            return self._beyond(number)
        for pixels in self._tries(number):
            if pixels is not None:
                self._next = number + 1
                return pixels
        video_index.forget(self._key)
        raise Refused(OTHER_FRAMES, "open it again, or convert it anew if that does not help")

    def _tries(self, number: int) -> Iterator[np.ndarray | None]:
        """Ways to a known frame, the quickest first; None where one does not lead there."""
        if self._next is not None and 0 <= number - self._next <= FORWARD:
            yield self._counted(number - self._next, number)
        place = (self._index.times[number] - self._index.times[0]) * self._rate / 1000.0
        for back in BACK:
            if place - back <= 0:
                break
            yield self._sought(int(place - back), number)
        self._rewind()
        yield self._counted(number, number)

    def _counted(self, skipped: int, number: int) -> np.ndarray | None:
        """The frame after `skipped` ones from here, where it is the one that is wanted."""
        self._next = None
        for _ in range(skipped):
            if not self._capture.grab():
                return None
        pixels = self._read()
        return pixels if pixels is not None and self._is(pixels, number) else None

    def _sought(self, place: int, number: int) -> np.ndarray | None:
        """The wanted frame, looked for from about `place` on."""
        self._next = None
        wanted = self._index.times[number]
        self._capture.set(cv2.CAP_PROP_POS_FRAMES, place)
        while self._capture.grab():
            now = self._capture.get(cv2.CAP_PROP_POS_MSEC)
            if now > wanted + PAST_MS:
                return None
            if now >= wanted - NEAR_MS:
                found, pixels = self._capture.retrieve()
                if found and self._is(pixels, number):
                    return np.asarray(pixels)
        return None

    def _is(self, pixels: np.ndarray, number: int) -> bool:
        return video_index.digest_of(pixels) == self._index.digests[number]

    def _read(self) -> np.ndarray | None:
        found, pixels = self._capture.read()
        return _colour(pixels) if found and pixels is not None else None

    def _rewind(self) -> None:
        self._capture.release()
        self._capture = _opened(self._stream)
        self._next = 0

    # the index

    def _look_up(self) -> None:
        """Take over what another child has found out meanwhile."""
        if not self._index.complete or not self._index.sha256:
            kept = video_index.load(self._key)
            if (len(kept), kept.complete, kept.sha256) > (len(self._index), self._index.complete, self._index.sha256):
                self._index, self._kept = kept, len(kept)

    def _beyond(self, number: int) -> np.ndarray:
        """A frame that is not known yet: all before it are decoded on the way."""
        pixels: np.ndarray | None = None
        while len(self._index) <= number and not self._index.complete:
            pixels = self._learn()
            if len(self._index) >= self._kept + KEEP_EVERY or self._index.complete:
                video_index.save(self._index)
                self._kept = len(self._index)
        if pixels is None or number >= len(self._index):
            raise Refused(f"has no frame {number + 1}", f"its frames are 1 to {len(self._index)}")
        return pixels

    def _learn(self) -> np.ndarray | None:
        """Decode the first frame that is not known; None at the end."""
        known = len(self._index)
        if self._next != known:
            if known:
                self._frame(known - 1)
            else:
                self._rewind()
        self._next = None
        pixels = self._read() if known < video_index.MOST_FRAMES else None
        if pixels is None and not known:
            raise Refused("is a video that cannot be decoded here", AS_H264)
        if pixels is None:
            self._index.complete = True
        else:
            self._index.add(video_index.digest_of(pixels), self._capture.get(cv2.CAP_PROP_POS_MSEC))
            self._next = known + 1
        return pixels


def _opened(path: Path) -> cv2.VideoCapture:
    """The open capture. Raises Refused where FFmpeg finds no video in the file, OSError where it is not there."""
    with path.open("rb") as file:
        name = str(path)
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:  # a name that holds bytes which are no text: OpenCV takes only text
            if sys.platform == "win32":
                raise Refused("has a name that cannot be passed on", "rename it") from None
            name = f"/dev/fd/{file.fileno()}"
        capture = cv2.VideoCapture(name, cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise damaged("is a damaged video, or one without pictures")
    return capture


def _colour(pixels: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2))
