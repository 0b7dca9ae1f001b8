"""Whether the desktop's word that the session is locked arrives, on a bus of its own."""

import shutil
import subprocess
import sys

import pytest

from unet_studio.gui.session_lock import SessionLock

LISTEN = """
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from unet_studio.gui.session_lock import SessionLock
qt = QCoreApplication([])
lock, heard = SessionLock(), []
lock.changed.connect(heard.append)
assert lock.listen()
for locked in (True, False):
    signal = QDBusMessage.createSignal("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged")
    signal.setArguments([locked])
    assert QDBusConnection.sessionBus().send(signal)
lock.changed.connect(lambda _: qt.quit() if len(heard) == 2 else None)
QTimer.singleShot(20_000, qt.quit)
qt.exec()
print(heard)
"""


@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="no D-Bus on this machine")
def test_lock_and_unlock_are_heard():
    command = ["dbus-run-session", "--", sys.executable, "-c", LISTEN]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split("\n")[0] == "[True, False]", done.stderr


def test_without_a_bus_nothing_is_started(qtbot, monkeypatch):
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    assert not SessionLock().listen()
