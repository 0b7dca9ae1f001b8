"""DICOM objects that hold a whole video (MPEG-2, H.264, HEVC; PS3.5 8.2.5 to 8.2.9): their stream, read as any other.

The fragments of such an object are one stream. It is copied to a temporary file, which has no name where the system
can do that, and goes when the object is closed.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import weakref
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pydicom import encaps
from pydicom.dataset import FileDataset

from unet_studio.core.image import Image
from unet_studio.imaging.dicom_about import fingerprint, origin
from unet_studio.imaging.dicom_values import group
from unet_studio.imaging.document import Document, Header
from unet_studio.imaging.refusal import cut_short, refused_as
from unet_studio.imaging.video import Video


def open_stream(dataset: FileDataset, path: Path, header: Header) -> Document:
    """The video in the DICOM object at `path`; size and number of frames are the stream's own. Raises Refused."""
    stream = _Stream(dataset)
    video = Video(path, "DICOM", stream.path)
    weakref.finalize(video, stream.close)

    def told(facts: Header) -> Header:
        return replace(facts, modality=header.modality, spacing_mm=header.spacing_mm, acquisition=header.acquisition)

    def image(frame: int) -> Image:
        found = video.image(frame)
        return replace(
            found,
            spacing_mm=header.spacing_mm,
            modality=header.modality,
            group=group(dataset) or found.group,
            acquisition=header.acquisition,
        )

    def grow(seconds: float, whole: str) -> Header:
        return told(video.grow(seconds, whole))

    return Document(
        told(video.header()),
        image,
        lambda: origin(dataset, header),
        lambda: fingerprint(dataset, header, whole=True),
        grow,
        video.sha256,
    )


class _Stream:
    """A temporary file with the stream; `path` opens it."""

    def __init__(self, dataset: FileDataset) -> None:
        nameless = sys.platform == "linux"
        make: Any = tempfile.TemporaryFile if nameless else partial(tempfile.NamedTemporaryFile, delete=False)
        self._file = make()
        self.path = Path(f"/proc/self/fd/{self._file.fileno()}" if nameless else self._file.name)
        self._named = not nameless
        try:
            _copy(dataset, self._file)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove the file."""
        self._file.close()
        if self._named:
            os.unlink(self.path)  # noqa: PTH108


def _copy(dataset: FileDataset, file: Any) -> None:
    with refused_as(lambda _: cut_short()):
        pixels = io.BytesIO(dataset.PixelData)
        encaps.parse_basic_offsets(pixels)
        for fragment in encaps.generate_fragments(pixels):
            file.write(fragment)
        file.flush()
