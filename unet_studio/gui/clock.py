"""The clock of a case: wall time, and the seconds in which its reader was active."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

IDLE_SECONDS = 20.0  # a longer pause without input counts as this much and no more
INPUT = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.KeyPress,
        QEvent.Type.TabletMove,
    }
)


class CaseClock(QObject):
    """Counts from `start` on; input anywhere in the program keeps it going, leaving the program stops it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._begun: float | None = None
        self._last: float | None = None
        self._active = 0.0
        QApplication.instance().installEventFilter(self)

    def start(self) -> None:
        """A picture was painted: count from zero."""
        self._begun = self._last = time.monotonic()
        self._active = 0.0

    def stop(self) -> None:
        """No picture is open."""
        self._begun = self._last = None

    def read(self) -> tuple[float, float]:
        """(active seconds, wall seconds) since `start`."""
        if self._begun is None:
            return 0.0, 0.0
        self._tick()
        return self._active, time.monotonic() - self._begun

    def _tick(self) -> None:
        now = time.monotonic()
        if self._last is not None:
            self._active += min(now - self._last, IDLE_SECONDS)
        self._last = now

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count input; never swallow it."""
        kind = event.type()
        if self._begun is not None:
            if kind in INPUT:
                self._tick()
            elif kind == QEvent.Type.ApplicationDeactivate:
                self._tick()
                self._last = None
        return False

    def close(self) -> None:
        """Stop watching."""
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
