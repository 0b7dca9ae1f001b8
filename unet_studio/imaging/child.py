"""The decode child: `python -m unet_studio.imaging.child [warm]` answers requests on its pipes until they close.

It loads neither torch nor Qt. A request is {"verb": one of Session.answer's, "path", "frame", "seconds"}; the answer is
{"refused": [wrong, remedy, kind]} or {"facts": {...}}, for "read" with the pixels behind it. The verb "survey" takes
several "paths" and answers with one such message for each in "surveys"; "grow" takes what is known of a video.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import logging
import os
import signal
import sys
import warnings
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from unet_studio.core.digests import file_sha256
from unet_studio.core.image import FileFacts, Image, content_hash
from unet_studio.core.target import guess_target
from unet_studio.imaging import limits, wire
from unet_studio.imaging.document import Document
from unet_studio.imaging.files import open_document, refusal_of
from unet_studio.imaging.fingerprint import of_file
from unet_studio.imaging.portable import image_facts
from unet_studio.imaging.refusal import Refused, damaged

GRACE_SECONDS = 5.0  # an orphan that hangs ends itself this long after its parent would have ended it
Answer = tuple[dict[str, Any], "np.ndarray | None"]


def main() -> None:
    """Serves the pipes that stdin and stdout are, with everything that codecs print thrown away."""
    requests, answers, nowhere = _take_over_streams()
    _quieten()
    _limit_memory()
    if wire.WARM in sys.argv:
        _load_decoders()
    session = Session()
    while line := requests.readline():
        request = json.loads(line)
        faulthandler.dump_traceback_later(request["seconds"] + GRACE_SECONDS, exit=True, file=nowhere)
        message, pixels = session.answer(request)
        wire.send(answers, message, pixels)
        faulthandler.cancel_dump_traceback_later()


def _take_over_streams() -> tuple[BinaryIO, BinaryIO, BinaryIO]:
    """The pipes under new descriptors; 1 and 2 lead nowhere, so that a codec's words neither show nor garble."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = open(os.devnull, "r+b")  # noqa: SIM115, PTH123 - open as long as the process
    for descriptor in (0, 1, 2):
        os.dup2(nowhere.fileno(), descriptor)
    return requests, answers, nowhere


def _quieten() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's business


def _load_decoders() -> None:
    """Loads ahead of the first file what most files need."""
    from unet_studio.imaging import dicom, pillow, png, tiff  # noqa: F401


def _limit_memory() -> None:
    """Limits the address space where the system can; Windows has no such call and runs without the limit."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY_BYTES, limits.MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Session:
    """The last opened file is kept, so that the next frame of a cine does not parse and hash it again."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._document: Document | None = None
        self._sha256 = ""

    def answer(self, request: dict[str, Any]) -> Answer:
        """The message and pixels that answer a request; never raises, whatever a codec does."""
        if request["verb"] == "survey":
            one = {"verb": "look", "frame": 0}
            return {"surveys": [self.answer({**one, "path": path})[0] for path in request["paths"]]}, None
        try:
            path, frame = Path(request["path"]), int(request["frame"])
            if request["verb"] == "grow":
                return self._grow(path, str(request["sha256"]))
            verbs = {"probe": self._probe, "describe": self._describe, "read": self._read}
            verbs |= {"look": self._look, "same": self._same, "index": self._index}
            return verbs[request["verb"]](path, frame)
        except Refused as refusal:
            found = refusal
        except OSError as error:
            found = refusal_of(error)
        except MemoryError:
            found = Refused("needs more memory than a file may take", "export it at a smaller size")
        except BaseException:  # also pyo3's PanicException, which is no Exception
            found = damaged("is damaged")
        self._forget()
        return {"refused": [found.wrong, found.remedy, found.kind]}, None

    def _probe(self, path: Path, frame: int) -> Answer:
        return {"facts": asdict(_facts(path, self._open(path)))}, None

    def _look(self, path: Path, frame: int) -> Answer:
        document = self._open(path)
        origin = document.origin()
        if document.header.format != "DICOM":
            origin = replace(origin, looks=of_file(path))
        self._forget()
        return {"facts": asdict(_facts(path, document)), "origin": asdict(origin)}, None

    def _same(self, path: Path, frame: int) -> Answer:
        return {"facts": {"whole": self._open(path).whole() or file_sha256(path)}}, None

    def _index(self, path: Path, frame: int) -> Answer:
        from unet_studio.imaging.dicomdir import listed

        return {"facts": {"files": listed(path)}}, None

    def _describe(self, path: Path, frame: int) -> Answer:
        document = self._open(path)
        first: Image | None = None
        # every frame of a video was decoded when it was counted
        for number in range(1 if document.header.video else document.header.frames):
            image = document.decode(number)
            first = first or image
        assert first is not None
        return {"facts": asdict(_facts_of(_facts(path, document), first))}, None

    def _read(self, path: Path, frame: int) -> Answer:
        document = self._open(path)
        if frame < 0 or (document.header.counted and frame >= document.header.frames):
            raise Refused(f"has no frame {frame + 1}", f"its frames are 1 to {document.header.frames}")
        image = document.decode(frame)
        if document.sha256 is not None:
            self._sha256 = document.sha256()
        self._sha256 = self._sha256 or ("" if document.header.video else file_sha256(path))
        source = replace(image.source, sha256=self._sha256)
        image = replace(image, source=source, content_hash=content_hash(image.pixels))
        if document.header.frames == 1:
            self._forget()
        return {"facts": image_facts(image), "group": image.group}, image.pixels

    def _grow(self, path: Path, whole: str) -> Answer:
        document = self._open(path)
        if document.grow is not None:
            document = self._document = replace(document, header=document.grow(limits.GROW_SECONDS, whole))
        return {"facts": asdict(_facts(path, document))}, None

    def _open(self, path: Path) -> Document:
        state = path.stat()
        key = (str(path), state.st_size, state.st_mtime_ns, state.st_ino)
        if self._document is None or key != self._key:
            self._forget()
            self._document, self._key = open_document(path), key
        return self._document

    def _forget(self) -> None:
        self._document, self._key, self._sha256 = None, (), ""


def _facts(path: Path, document: Document) -> FileFacts:
    return FileFacts(str(path), ok=False, **asdict(document.header))


def _facts_of(facts: FileFacts, first: Image) -> FileFacts:
    rows, columns = first.shape
    channels = 1 if first.pixels.ndim == 2 else 3
    return replace(
        facts,
        ok=True,
        rows=rows,
        columns=columns,
        channels=channels,
        bits=first.bits,
        photometric=first.photometric,
        spacing_mm=first.spacing_mm,
        target=guess_target(first),
    )


if __name__ == "__main__":
    main()
    sys.exit(0)
