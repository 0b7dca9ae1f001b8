"""Files that take no other file's place: written whole under a temporary name, then named only if the name is free."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

from unet_studio.core.errors import UserError

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES}
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def create(path: Path, data: bytes) -> bool:
    """Write `data` to `path`, whole and on the disk; False (and nothing written) where the name is taken.

    Raises UserError, one sentence, when it cannot be written; nothing is left behind then.
    """
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(path):
            return False
        _write(temporary, data)
        return _name(temporary, path, data)
    except OSError as error:
        raise _refusal(path, error) from error
    finally:
        remove(temporary)


def taken(path: Path) -> UserError:
    """The refusal of a name that came into use while its file was made."""
    return UserError(f"{path}: not written because the name was taken meanwhile; export again.")


def replace(path: Path, parts: Iterable[bytes], announce: Callable[[str], object]) -> None:
    """Write a file of this program's own anew, whole and on the disk.

    announce: is told the SHA-256 (hex) of its bytes before it takes the older one's place.
    Raises UserError, one sentence, when it cannot be written; an older one stays then.
    """
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    digest = hashlib.sha256()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            for part in parts:
                digest.update(part)
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        announce(digest.hexdigest())
        temporary.replace(path)
    except OSError as error:
        raise _refusal(path, error) from error
    finally:
        remove(temporary)


def append(path: Path, line: bytes) -> int:
    """Add a line to a file of this program's own, on the disk when this returns; returns the file's size then.

    A line before it that was cut off is ended first. Raises UserError, one sentence, when it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                line = line if file.read(1) == b"\n" else b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
            return file.tell()
    except OSError as error:
        raise _refusal(path, error) from error


def remove(path: Path) -> None:
    """Remove a file that this export made itself."""
    with contextlib.suppress(OSError):
        path.unlink()


def _name(temporary: Path, path: Path, data: bytes) -> bool:
    """Give the written file its name, which fails where the name is taken, even at this very moment."""
    try:
        if os.name == "nt":
            temporary.rename(path)  # fails there where the name is taken
        else:
            os.link(temporary, path)
        return True
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
    return _write_in_place(path, data)


def _write_in_place(path: Path, data: bytes) -> bool:
    """For file systems without links (memory sticks, some network shares): the name first, exclusively."""
    try:
        _write(path, data)
        return True
    except FileExistsError:
        return False
    except OSError:
        remove(path)
        raise


def _write(path: Path, data: bytes) -> None:
    """A new file with these bytes, on the disk. Raises OSError, FileExistsError."""
    with path.open("xb", buffering=0) as file:
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) or 0 :]
        os.fsync(file.fileno())
        if os.fstat(file.fileno()).st_size != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _refusal(path: Path, error: OSError) -> UserError:
    if error.errno in _FULL:
        return UserError(f"{path}: not written because the disk is full; free some space and export again.")
    if error.errno in _NO_LINKS or error.errno == errno.EROFS:
        return UserError(f"{path}: not written because that is not allowed there; choose another folder.")
    return UserError(f"{path}: not written ({error.strerror}); choose another folder.")
