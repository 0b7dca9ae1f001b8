"""Samples in one memory-mapped file, so that memory does not grow with the data set."""

from __future__ import annotations

import hashlib
import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any, BinaryIO, overload

import numpy as np

from training.checkpoint import replace_file
from training.dataset import Pair, Sample, load_sample
from training.preprocess import Bytes, Fit, InputSpec

FORMAT = 1  # to be raised when load_sample gives other values for the same files
ALIGN = 16  # bytes
THREADS = 4
AHEAD = 2  # samples per thread that may wait to be written


class Store(Sequence[Sample]):
    """The Samples of a built store; each is made of views into the file, read from disk when it is looked at."""

    def __init__(self, data: Path, pairs: Sequence[Pair], entries: Sequence[Sequence[Any]]) -> None:
        self.data = data
        self._pairs = pairs
        self._entries = entries
        self._bytes: Bytes | None = np.memmap(data, dtype=np.uint8, mode="r").view(np.ndarray)

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...
    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if self._bytes is None:
            raise ValueError(f"{self.data} is closed; load the samples again.")
        offset, channels, weighted, fit = self._entries[index]
        place = Fit(*fit)
        rows, columns = place.content_rows, place.content_columns
        area = rows * columns
        unit = self._bytes[offset : offset + area * channels].reshape(rows, columns, channels)
        mask = self._bytes[offset + area * channels :][:area].reshape(rows, columns)
        weight = None
        if weighted:
            start = offset + _aligned(area * (channels + 1))
            weight = self._bytes[start : start + 2 * area].view(np.float16).reshape(rows, columns)
        return Sample(self._pairs[index], unit, mask, place, weight)

    def close(self) -> None:
        """Let go of the file; it stays mapped until the last Sample taken from here is gone, too."""
        self._bytes = None

    def delete(self) -> None:
        """Close the store and remove its files; on Windows only once no Sample of it is left."""
        self.close()
        for path in (_index_path(self.data), self.data):
            path.unlink(missing_ok=True)


def open_store(
    pairs: Sequence[Pair], spec: InputSpec, folder: Path, border: bool, on_progress: Callable[[int, int], None]
) -> Store:
    """The store of these pairs in `folder`; built when there is none or its files or the spec have changed.

    on_progress: (done, count) while it is built. Raises ValueError for unreadable files and when there is no room.
    """
    key = {"format": FORMAT, "spec": asdict(spec), "border": border, "files": [_stamp(pair) for pair in pairs]}
    names = [[str(pair.picture), str(pair.mask)] for pair in pairs]
    token = hashlib.sha256(json.dumps([key["spec"], border, names]).encode()).hexdigest()[:12]
    data = folder / f"samples-{token}.bin"
    entries = _entries(data, key)
    if entries is None:
        try:
            entries = _build(pairs, spec, data, border, on_progress)
            index = {"key": key, "bytes": data.stat().st_size, "entries": entries}
            replace_file(_index_path(data), json.dumps(index).encode())
        except OSError as error:
            reason = error.strerror or error
            raise ValueError(f"{data} cannot be written ({reason}); make room or give another folder.") from error
    return Store(data, pairs, entries)


def _index_path(data: Path) -> Path:
    return data.with_suffix(".json")


def _stamp(pair: Pair) -> list[Any]:
    """What changes when the pair's files change. Raises ValueError when one is missing."""
    stamp: list[Any] = []
    for path in (pair.picture, pair.mask):
        try:
            state = path.stat()
        except OSError as error:
            raise ValueError(f"{path} cannot be read as a picture; remove or replace it.") from error
        stamp += [str(path), state.st_size, state.st_mtime_ns]
    return stamp


def _entries(data: Path, key: dict[str, Any]) -> list[Any] | None:
    """The entries of a whole and current store, None where there is none."""
    try:
        index = json.loads(_index_path(data).read_bytes())
        if index["key"] == json.loads(json.dumps(key)) and index["bytes"] == data.stat().st_size:
            return list(index["entries"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _build(
    pairs: Sequence[Pair], spec: InputSpec, data: Path, border: bool, on_progress: Callable[[int, int], None]
) -> list[Any]:
    """Write the data file; without the index, which is written afterwards, it does not count as a store."""
    data.parent.mkdir(parents=True, exist_ok=True)
    _index_path(data).unlink(missing_ok=True)
    temporary = data.with_name(f".{data.name}.{os.getpid()}.tmp")
    entries = []
    try:
        with temporary.open("wb") as file:
            for sample in _read_ahead(pairs, spec, border):
                entries.append(_append(file, sample))
                on_progress(len(entries), len(pairs))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(data)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return entries


def _read_ahead(pairs: Sequence[Pair], spec: InputSpec, border: bool) -> Iterator[Sample]:
    """The samples in order, a few of them read at once. Raises ValueError for unreadable files."""
    threads = min(THREADS, os.cpu_count() or 1)
    waiting: deque[Future[Sample]] = deque()
    pool = ThreadPoolExecutor(threads)
    try:
        for pair in pairs:
            waiting.append(pool.submit(load_sample, pair, spec, border))
            if len(waiting) >= AHEAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _append(file: BinaryIO, sample: Sample) -> list[Any]:
    """Write one sample; its entry is [offset in bytes, channels, whether it has weights, the Fit's numbers]."""
    offset = file.tell()
    for part in (sample.unit, sample.mask):
        file.write(part.tobytes())
    if sample.weight is not None:
        _fill(file)
        file.write(sample.weight.tobytes())
    _fill(file)
    return [offset, sample.unit.shape[2], sample.weight is not None, astuple(sample.fit)]


def _fill(file: BinaryIO) -> None:
    file.write(bytes(_aligned(file.tell()) - file.tell()))


def _aligned(length: int) -> int:
    return -(-length // ALIGN) * ALIGN
