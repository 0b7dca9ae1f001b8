"""Atomic files: the old one or the new one, never half of one, whatever the disk says."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import atomic


def failing(code: int):
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


def test_bytes_and_json_are_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "a.json"
    atomic.write_bytes(path, b"x" * 100_000)
    assert path.read_bytes() == b"x" * 100_000
    atomic.write_json(path, {"b": [1, None], "ä": "肺"})
    assert path.read_text(encoding="utf-8") == '{\n  "b": [\n    1,\n    null\n  ],\n  "ä": "肺"\n}\n'
    assert [one.name for one in path.parent.iterdir()] == ["a.json"]
    atomic.write_bytes(path, b"")
    assert path.read_bytes() == b""


@pytest.mark.parametrize("seam", ["write_all", "sync_file", "_replace"])
@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "not allowed"), (errno.EIO, "check the disk")],
)
def test_a_failure_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seam: str, code: int, words: str
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(atomic, seam, failing(code))
    with pytest.raises(WorkspaceError, match=words) as error:
        atomic.write_bytes(path, b"new")
    assert str(path) in str(error.value)
    assert str(error.value).endswith(".")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_silently_came_out_short_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(atomic, "write_all", lambda descriptor, data: os.write(descriptor, data[:2]))
    with pytest.raises(WorkspaceError, match="the disk is full"):
        atomic.write_bytes(path, b"new bytes")
    assert path.read_bytes() == b"old"


def test_short_writes_are_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:3]))
    atomic.write_bytes(tmp_path / "a", b"0123456789")
    monkeypatch.undo()
    assert (tmp_path / "a").read_bytes() == b"0123456789"


def test_a_write_of_nothing_is_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "write", lambda *_: 0)
    with pytest.raises(WorkspaceError, match="the disk is full"):
        atomic.write_bytes(tmp_path / "a", b"0123456789")


def test_a_missing_or_unreadable_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="missing"):
        atomic.read_bytes(tmp_path / "none")
    with pytest.raises(WorkspaceError, match="cannot be read"):
        atomic.read_bytes(tmp_path)
