"""The clock of a case: wall time, and the seconds in which its reader was active."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

IDLE_SECONDS = 20.0  # a longer pause without input counts as this much and no more
REST_MS = 200  # after input no further one is looked for so long: a filter in Python costs each event of a stroke 20 us
INPUT = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.KeyPress,
        QEvent.Type.KeyRelease,
        QEvent.Type.TabletPress,
        QEvent.Type.TabletMove,
        QEvent.Type.TabletRelease,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TouchEnd,
        QEvent.Type.NativeGesture,
    }
)


class CaseClock(QObject):
    """Counts from `start` on; input anywhere in the program keeps it going.

    It stands still after 20 s without input, while another program has the keyboard, and while the session is locked.
    now: seconds; rest_ms: the pause of REST_MS, by which the 20 s may be too short.
    """

    def __init__(
        self, parent: QObject | None = None, now: Callable[[], float] = time.monotonic, rest_ms: int = REST_MS
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._begun: float | None = None
        self._last: float | None = None  # the newest input, None while it stands still
        self._active = 0.0
        self._away: set[str] = set()  # why nobody can be at work: "focus", "lock"
        self._rest = QTimer(self, singleShot=True, interval=rest_ms)
        self._rest.timeout.connect(self._watch)
        QApplication.instance().applicationStateChanged.connect(self._set_state)
        self._watch()

    def _watch(self) -> None:
        QApplication.instance().installEventFilter(self)

    def start(self) -> None:
        """A picture was painted: count from zero."""
        self._begun = self._now()
        self._last = None if self._away else self._begun
        self._active = 0.0

    @property
    def running(self) -> bool:
        """True from `start` to `stop`."""
        return self._begun is not None

    @property
    def resting(self) -> bool:
        """True for a moment after input, in which no further one is looked for."""
        return self._rest.isActive()

    def stop(self) -> None:
        """No picture is open."""
        self._begun = self._last = None

    def read(self) -> tuple[float, float]:
        """(active seconds, wall seconds) since `start`; to read it is no input."""
        if self._begun is None:
            return 0.0, 0.0
        now = self._now()
        return self._active + self._since_last(now), now - self._begun

    def set_locked(self, locked: bool) -> None:
        """The session was locked or unlocked."""
        self._set_away("lock", locked)

    def _set_away(self, why: str, away: bool) -> None:
        if away:
            self._away.add(why)
        else:
            self._away.discard(why)
        if self._begun is not None:
            now = self._now()
            self._active += self._since_last(now)
            self._last = None if self._away else now

    def _since_last(self, now: float) -> float:
        return 0.0 if self._last is None else min(now - self._last, IDLE_SECONDS)

    def _set_state(self, state: Qt.ApplicationState) -> None:
        self._set_away("focus", state != Qt.ApplicationState.ApplicationActive)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count input; never swallow it."""
        if event.type() in INPUT:
            if self._begun is not None and not self._away:
                now = self._now()
                self._active += self._since_last(now)
                self._last = now
            QApplication.instance().removeEventFilter(self)
            self._rest.start()
        return False

    def close(self) -> None:
        """Stop watching."""
        self._rest.stop()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
            application.applicationStateChanged.disconnect(self._set_state)
