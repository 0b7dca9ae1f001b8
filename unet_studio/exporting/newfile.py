"""Files that take no other file's place: written whole under a temporary name, then named only if the name is free."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
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
