"""Is a folder on a network file system? SQLite's WAL needs shared memory, which those do not have."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

_NETWORK_TYPES = {
    "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "afs", "ncpfs", "9p", "drvfs", "virtiofs", "vboxsf",
    "vmhgfs", "prl_fs", "glusterfs", "ceph", "lustre", "gpfs", "gfs2", "ocfs2", "beegfs", "davfs", "webdav", "coda",
}  # fmt: skip
_OCTAL = re.compile(r"\\([0-7]{3})")
_DRIVE_REMOTE = 4


def is_network(folder: Path) -> bool:
    """True when `folder` (which exists) lies on another machine, as far as this system tells."""
    if sys.platform == "win32":
        return _is_network_drive(folder)
    kind = kind_of(folder.resolve(), _mounts())
    return kind in _NETWORK_TYPES or kind.startswith("fuse.")


def kind_of(folder: Path, mounts: list[tuple[str, str]]) -> str:
    """The file system type of `folder`, from (mount point, type) pairs in mount order; "" where none covers it."""
    best, kind = -1, ""
    for point, name in mounts:
        inside = point == "/" or str(folder) == point or str(folder).startswith(point.rstrip("/") + "/")
        if inside and len(point) >= best:
            best, kind = len(point), name
    return kind


def parse_proc_mounts(text: str) -> list[tuple[str, str]]:
    """(mount point, type) pairs of Linux's /proc/self/mounts."""
    rows = [line.split() for line in text.splitlines()]
    return [(_OCTAL.sub(lambda found: chr(int(found[1], 8)), row[1]), row[2]) for row in rows if len(row) >= 3]


def parse_mount_command(text: str) -> list[tuple[str, str]]:
    """(mount point, type) pairs of macOS's `mount`: `//me@host/share on /Volumes/share (smbfs, nodev)`."""
    found = (re.match(r".* on (/.*) \(([^,)]+)", line) for line in text.splitlines())
    return [(match[1], match[2]) for match in found if match]


def _mounts() -> list[tuple[str, str]]:
    if sys.platform == "darwin":
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            return parse_mount_command(
                subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=5, check=True).stdout
            )
        return []
    with contextlib.suppress(OSError):
        return parse_proc_mounts(Path("/proc/self/mounts").read_text(errors="surrogateescape"))
    return []


def _is_network_drive(folder: Path) -> bool:
    if str(folder).startswith(("\\\\", "//")):
        return True
    import ctypes

    windll = getattr(ctypes, "windll", None)
    anchor = os.path.splitdrive(folder)[0] + "\\"
    return windll is not None and windll.kernel32.GetDriveTypeW(anchor) == _DRIVE_REMOTE
