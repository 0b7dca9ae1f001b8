"""The index of a video: what every frame is known by, kept in the user's cache so that it is made once.

It holds digests and times, no name, no path and no picture; a lost or damaged one is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from array import array
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

FORMAT_NUMBER = 1
ENDS, SAMPLES, SAMPLE_BYTES = 1 << 20, 14, 1 << 16  # read of a file to know it again
MOST_FRAMES = 5_000_000


@dataclass
class Index:
    """Digest and time (ms) of each frame in the order in which they are shown.

    key: of the file's content and of what decodes it. complete: the last frame is known too.
    sha256: of the whole file, "" until somebody has computed it.
    """

    key: str
    digests: array[int] = field(default_factory=lambda: array("Q"))
    times: array[float] = field(default_factory=lambda: array("d"))
    complete: bool = False
    sha256: str = ""

    def __len__(self) -> int:
        return len(self.digests)

    def add(self, digest: int, time: float) -> None:
        """One more frame."""
        self.digests.append(digest)
        self.times.append(time)


def digest_of(pixels: np.ndarray) -> int:
    """64 bits that tell one decoded frame from another."""
    return int.from_bytes(hashlib.sha1(pixels.data, usedforsecurity=False).digest()[:8], "little")


def fingerprint(path: Path) -> str:
    """What tells a video from others however large it is: its size, both ends, samples in between. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        digest.update(f"{size} ".encode())
        for start, length in ((0, ENDS), (max(0, size - ENDS), ENDS)):
            file.seek(start)
            digest.update(file.read(length))
        for number in range(SAMPLES if size > 2 * ENDS else 0):
            file.seek(ENDS + (size - 2 * ENDS) * number // SAMPLES)
            digest.update(file.read(SAMPLE_BYTES))
    return digest.hexdigest()


def load(key: str) -> Index:
    """The index kept under `key`, or an empty one."""
    try:
        data = _file(key).read_bytes()
        head, _, body = data.partition(b"\n")
        facts = json.loads(head)
        count = int(facts["frames"])
        checked = hashlib.sha256(body).hexdigest() == facts["check"]
        if facts["format"] != FORMAT_NUMBER or len(body) != 16 * count or not checked:
            return Index(key)
        found = Index(key, complete=bool(facts["complete"]), sha256=str(facts["sha256"]))
        found.digests.frombytes(body[: 8 * count])
        found.times.frombytes(body[8 * count :])
    except (OSError, ValueError, KeyError, TypeError):
        return Index(key)
    if sys.byteorder == "big":
        found.digests.byteswap()
        found.times.byteswap()
    return found


def save(index: Index) -> None:
    """Keep what is known, unless more of it is kept already; where nothing can be written it is made again one day."""
    kept = load(index.key)
    if (len(kept), kept.complete, bool(kept.sha256)) >= (len(index), index.complete, bool(index.sha256)):
        return
    body = np.array(index.digests, "<u8").tobytes() + np.array(index.times, "<f8").tobytes()
    facts = {
        "format": FORMAT_NUMBER,
        "frames": len(index),
        "complete": index.complete,
        "sha256": index.sha256,
        "check": hashlib.sha256(body).hexdigest(),
    }
    with contextlib.suppress(OSError):
        _replace(_file(index.key), json.dumps(facts).encode("ascii") + b"\n" + body)


def forget(key: str) -> None:
    """Throw away an index that is not true."""
    with contextlib.suppress(OSError):
        _file(key).unlink()


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        os.unlink(name)  # noqa: PTH108
        raise


def _file(key: str) -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("unet-studio", appauthor=False) / "videos" / f"{key}.index"
