"""Tells when the desktop's session is locked, where the desktop says so on D-Bus (Linux).

Elsewhere a locked session takes the keyboard from the program, or the clock stops 20 s after the last input.
"""

from __future__ import annotations

import os

from PySide6.QtCore import SLOT, QObject, Signal, Slot

SCREEN_SAVERS = tuple(f"org.{name}.ScreenSaver" for name in ("freedesktop", "gnome", "cinnamon", "mate"))


class SessionLock(QObject):
    """`changed` says True when the session is locked, False when it is unlocked."""

    changed = Signal(bool)

    def listen(self) -> bool:
        """Begin to listen; False where there is nobody to listen to."""
        if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):  # libdbus would start a bus of its own
            return False
        try:
            from PySide6.QtDBus import QDBusConnection
        except ImportError:  # a system's own Qt without it
            return False
        bus = QDBusConnection.sessionBus()
        slot = SLOT("take(bool)")
        heard = [bus.connect("", "", name, "ActiveChanged", self, slot) for name in SCREEN_SAVERS if bus.isConnected()]
        return any(heard)

    @Slot(bool)
    def take(self, locked: bool) -> None:
        """What the desktop says."""
        self.changed.emit(locked)
