"""Files that are either there whole or not there at all, whatever happens to the disk or the process."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from unet_studio.core.errors import WorkspaceError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if hasattr(errno, "EDQUOT") else {errno.ENOSPC, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_REPLACE_TRIES = 20


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path`, replacing an older file only once the new one is whole and on the disk.

    Raises WorkspaceError (disk full, no permission, ...); the older file is then as it was.
    """
    publish(stage(path, data), path)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented UTF-8 JSON, like `write_bytes`."""
    write_bytes(path, (json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode())


def stage(path: Path, data: bytes) -> Path:
    """Write `data` to a temporary file beside `path`, whole and on the disk; `publish` gives it its name.

    Raises WorkspaceError and leaves nothing behind when it cannot be written.
    """
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        make_folder(path.parent)
        _write_durably(temporary, data)
    except OSError as error:
        discard(temporary)
        raise refusal(path, error) from error
    return temporary


def publish(temporary: Path, path: Path) -> None:
    """Rename a staged file to `path`, over an older one if there is one, and make the name durable.

    Raises WorkspaceError when the name cannot be given; the staged file is then removed.
    """
    try:
        _replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        discard(temporary)
        raise refusal(path, error) from error


def discard(path: Path) -> None:
    """Remove a file of our own that is no longer wanted; one that cannot be removed is harmless."""
    with contextlib.suppress(OSError):
        path.unlink()


def read_bytes(path: Path) -> bytes:
    """All bytes of `path`. Raises WorkspaceError when it is missing or cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def make_folder(folder: Path) -> None:
    """Create `folder` and its parents, durably. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_file(descriptor: int) -> None:
    """Bring a file's bytes to the disk itself; macOS needs more than fsync for that. Raises OSError."""
    if sys.platform == "darwin":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk; Windows has no such call and needs none. Raises OSError."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems cannot
            raise
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte of `data`, going on after short writes. Raises OSError."""
    rest = memoryview(data)
    while rest:
        written = os.write(descriptor, rest)
        if written <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        rest = rest[written:]


def refusal(path: Path, error: OSError) -> WorkspaceError:
    """The one sentence for a file that could not be written."""
    if error.errno in _FULL:
        return WorkspaceError(f"{path}: not saved because the disk is full; free some space and save again.")
    if error.errno in _FORBIDDEN:
        return WorkspaceError(f"{path}: not saved because writing is not allowed there; choose another workspace.")
    return WorkspaceError(f"{path}: not saved ({_why(error)}); check the disk and save again.")


def unreadable(path: Path, error: OSError) -> WorkspaceError:
    """The one sentence for a file that could not be read."""
    if isinstance(error, FileNotFoundError):
        return WorkspaceError(f"{path}: this file of the workspace is missing; put it back from a backup.")
    return WorkspaceError(f"{path}: cannot be read ({_why(error)}); check the disk and its permissions.")


def _write_durably(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o666)
    try:
        write_all(descriptor, data)
        sync_file(descriptor)
        size = os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)
    if size != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _replace(temporary: Path, path: Path) -> None:
    """os.replace; on Windows a virus scanner may hold the older file for a moment."""
    for _ in range(_REPLACE_TRIES if os.name == "nt" else 0):
        with contextlib.suppress(PermissionError):
            temporary.replace(path)
            return
        time.sleep(0.05)
    temporary.replace(path)


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
