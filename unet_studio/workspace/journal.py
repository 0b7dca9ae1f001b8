"""A draft's journal: an append-only file that survives a crash at any byte.

Each line is a CRC-32 (8 hex digits), a space and JSON. The CRC goes on from the line before, so that a line that is
lost, doubled or moved is noticed too. The first line is a header with the format number.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
import uuid
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import atomic, migrations

JOURNAL_FORMAT = 1
SYNC_SECONDS = 1.0
Record = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """Whose draft it is: one (Image, Target, reader)."""

    image_hash: str
    target: str
    reader: str

    @property
    def name(self) -> str:
        """File name without reader or patient in it."""
        return hashlib.sha256(f"{self.image_hash}\n{self.target}\n{self.reader}".encode()).hexdigest()[:40]


@dataclass(frozen=True)
class Contents:
    """What a journal file holds; `dropped` bytes at its end are torn or damaged and were not read."""

    key: Key
    records: list[Record]
    dropped: int = 0


@dataclass(frozen=True)
class Place:
    """Where a record lies in a journal file: first byte and length of its line, and the CRC that its own continues."""

    offset: int
    length: int
    before: int


@dataclass(frozen=True)
class _Scan:
    lines: list[Record]
    length: int  # bytes of the good lines
    crc: int  # of the last good line


class Journal:
    """The open journal of one draft. `append` and `rewrite` belong to one thread; `flush` may come from another."""

    def __init__(self, path: Path, key: Key) -> None:
        """Continue the journal at `path`, or begin one there with the first record. Raises WorkspaceError."""
        self._path = path
        self._key = key
        self._guard = threading.Lock()
        self._descriptor = -1
        self._length = self._crc = 0
        self._unsynced = False
        self._named = True
        self._synced_at = 0.0
        self._closed = False
        if path.is_file():
            self._continue()

    @property
    def fresh(self) -> bool:
        """True while there is no file: nothing was written yet."""
        return self._descriptor < 0

    @property
    def lost(self) -> bool:
        """True where the file that this journal writes to was put away by somebody else."""
        return self._descriptor >= 0 and not self._path.exists()

    def append(self, record: Record) -> Place:
        """Write one record, and say where; it survives the program's death at once, and the machine's after `flush`.

        Raises WorkspaceError when it cannot be written; the journal is then as it was before.
        """
        if self._closed:
            raise ValueError("the journal is closed")
        if self._descriptor < 0:
            self._begin()
        return self._write(record)

    def flush(self, *, force: bool = False) -> None:
        """Bring what was appended to the disk; at most once a second unless `force`. For a timer, in any thread."""
        with self._guard:
            due = force or time.monotonic() - self._synced_at >= SYNC_SECONDS
            if self._descriptor < 0 or not self._unsynced or not due:
                return
            self._unsynced = False
            try:
                atomic.sync_file(self._descriptor)
                if not self._named:
                    atomic.sync_folder(self._path.parent)
                    self._named = True
            except OSError as error:
                self._unsynced = True
                raise atomic.refusal(self._path, error) from error
            self._synced_at = time.monotonic()

    def rewrite(self, records: Iterable[Record]) -> None:
        """Replace all records by these, atomically (compaction). Raises WorkspaceError, the older ones then stay."""
        data, crc = _whole(self._key, records)
        temporary = atomic.stage(self._path, data)
        with self._guard:
            self._let_go()
            atomic.publish(temporary, self._path)
            self._open(len(data), crc)

    def close(self) -> None:
        """Flush and let the file go; a second call does nothing."""
        try:
            self.flush(force=True)
        finally:
            with self._guard:
                self._let_go()
                self._closed = True

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _continue(self) -> None:
        """Open an existing file at the end of its good part; what is torn off is kept beside the archive."""
        data = atomic.read_bytes(self._path)
        scan = _scan(self._path, data)
        if scan.length < len(data):
            atomic.write_bytes(archive_name(self._path, "damaged"), data)
        if not scan.lines:
            atomic.discard(self._path)
            return
        self._open(scan.length, scan.crc)
        if scan.length < len(data):
            os.ftruncate(self._descriptor, scan.length)

    def _begin(self) -> None:
        """The file begins with its header and, until the first `flush`, without a durable name."""
        try:
            atomic.make_folder(self._path.parent)
            self._path.touch()
            self._open(0, 0)
        except OSError as error:
            raise atomic.refusal(self._path, error) from error
        self._named = False
        try:
            self._write(_header(self._key))
        except WorkspaceError:  # a journal without its header is none
            self._let_go()
            atomic.discard(self._path)
            raise

    def _open(self, length: int, crc: int) -> None:
        self._descriptor = os.open(self._path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
        os.lseek(self._descriptor, length, os.SEEK_SET)
        self._length, self._crc = length, crc

    def _write(self, record: Record) -> Place:
        line, crc = _line(record, self._crc)
        place = Place(self._length, len(line), self._crc)
        try:
            atomic.write_all(self._descriptor, line)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._length)
                os.lseek(self._descriptor, self._length, os.SEEK_SET)
            raise atomic.refusal(self._path, error) from error
        self._length, self._crc = self._length + len(line), crc
        self._unsynced = True
        return place

    def _let_go(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def read_file(path: Path) -> Contents | None:
    """All good records of a journal file, or None where not even its header is whole.

    Raises WorkspaceError for a file that cannot be read or was written by a newer program.
    """
    data = atomic.read_bytes(path)
    scan = _scan(path, data)
    if not scan.lines:
        return None
    header = scan.lines[0]
    key = Key(str(header.get("image")), str(header.get("target")), str(header.get("reader")))
    return Contents(key, scan.lines[1:], len(data) - scan.length)


def records(path: Path) -> Iterator[tuple[Record, Place]]:
    """The good records of a journal file one by one, oldest first, each with its place.

    Raises WorkspaceError as `read_file` does.
    """
    try:
        with path.open("rb") as file:
            for record, place, _ in _good_lines(path, file):
                if place.offset:
                    yield record, place
    except OSError as error:
        raise atomic.unreadable(path, error) from error


def read_record(path: Path, place: Place) -> Record:
    """The record at a place. Raises WorkspaceError where the file is gone or holds something else there."""
    try:
        with path.open("rb") as file:
            file.seek(place.offset)
            line = file.read(place.length)
    except OSError as error:
        raise atomic.unreadable(path, error) from error
    if line[:9] != b"%08x " % zlib.crc32(line[9:-1], place.before):
        raise WorkspaceError(f"{path}: the journal was changed by another program; open the picture again.")
    record: Record = json.loads(line[9:-1])
    return record


def write_file(path: Path, key: Key, records: Iterable[Record]) -> None:
    """Write a whole journal, atomically in place of an older one. Raises WorkspaceError."""
    atomic.write_bytes(path, _whole(key, records)[0])


def archive_name(path: Path, word: str = "accepted") -> Path:
    """A name of its own in the archive beside the journals."""
    return path.parent / "archive" / f"{path.stem}-{word}-{uuid.uuid4().hex[:12]}.jsonl"


def _whole(key: Key, records: Iterable[Record]) -> tuple[bytes, int]:
    lines, crc = [], 0
    for record in (_header(key), *records):
        line, crc = _line(record, crc)
        lines.append(line)
    return b"".join(lines), crc


def _header(key: Key) -> Record:
    return {"format": JOURNAL_FORMAT, "image": key.image_hash, "target": key.target, "reader": key.reader}


def _line(record: Record, crc: int) -> tuple[bytes, int]:
    body = json.dumps(record, separators=(",", ":"), allow_nan=False).encode()
    crc = zlib.crc32(body, crc)
    return b"%08x " % crc + body + b"\n", crc


def _scan(path: Path, data: bytes) -> _Scan:
    """All good lines; reading ends at the first that is torn or damaged."""
    lines: list[Record] = []
    length = crc = 0
    for record, place, after in _good_lines(path, BytesIO(data)):
        lines.append(record)
        length, crc = place.offset + place.length, after
    return _Scan(lines, length, crc)


def _good_lines(path: Path, file: BinaryIO) -> Iterator[tuple[Record, Place, int]]:
    """Good lines from the start, the header first: record, place, CRC of the line."""
    offset = crc = 0
    for line in file:
        place = Place(offset, len(line), crc)
        crc = zlib.crc32(line[9:-1], crc)
        if not line.endswith(b"\n") or line[:9] != b"%08x " % crc:
            return
        record = json.loads(line[9:-1])
        if not offset:
            _check_format(path, record)
        yield record, place, crc
        offset += len(line)


def _check_format(path: Path, header: Record) -> None:
    number = header.get("format")
    if not isinstance(number, int):
        raise WorkspaceError(f"{path}: this is not a journal of U-Net Studio; move it out of the workspace.")
    migrations.refuse_newer(path, number, JOURNAL_FORMAT)
