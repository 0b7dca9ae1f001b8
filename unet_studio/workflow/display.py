"""Is there a screen to show a window on? Asked before Qt is loaded, since Qt ends the process where there is none."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

X_TCP_PORT = 6000
SECONDS = 2.0


def display_answers() -> bool:
    """True where a window can be shown: always on Windows and macOS, by Wayland or an answering X server elsewhere."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM", "") in ("offscreen", "minimal", "vnc"):
        return True
    return _wayland_answers() or _x_answers(os.environ.get("DISPLAY", ""))


def _wayland_answers() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY", "")
    if not name:
        return False
    return _connects(socket.AF_UNIX, str(Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent")) / name))


def _x_answers(display: str) -> bool:
    """`display` as in DISPLAY: [host]:number[.screen]."""
    host, colon, rest = display.rpartition(":")
    number = rest.split(".")[0]
    if not colon or not number.isdigit():
        return False
    if host in ("", "unix"):
        place = f"/tmp/.X11-unix/X{number}"
        return _connects(socket.AF_UNIX, place) or _connects(socket.AF_UNIX, f"\0{place}")
    return _connects(socket.AF_INET, (host, X_TCP_PORT + int(number)))


def _connects(family: int, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(SECONDS)
        try:
            client.connect(address)
        except OSError:
            return False
    return True
