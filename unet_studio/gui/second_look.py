"""The second look at the open picture: one pass of its model after the other in the background, features, then doubt.

Each pass is a job of its own below everything that the reader asks for, so that a proposal waits for one at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from unet_studio.core.errors import UserError
from unet_studio.gui.canvas import Canvas
from unet_studio.gui.jobs import MODEL, Jobs, Token
from unet_studio.gui.reading import Reading

REST_MS = 400  # a picture that is only passed by costs nothing
HAND_MS = 150  # while something is in the hand the next pass waits
LAST = -1  # priority of a pass


class SecondLook(QObject):
    """Keeps features and doubt of the open case's Proposal while the case is open."""

    changed = Signal()  # more is known, or the case or its Proposal is another

    def __init__(self, reading: Reading, canvas: Canvas, jobs: Jobs) -> None:
        super().__init__(canvas)
        self._reading, self._canvas, self._jobs = reading, canvas, jobs
        self._about: tuple[Any, Any] = (None, None)  # case and Proposal
        self._asking: Iterator[Any] | None = None
        self._token: Token | None = None
        self._look: Any = None  # workflow's SecondLook
        self.problem = ""  # one sentence where the model could not be asked
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._ask)
        reading.opened.connect(lambda _opened: self._follow())
        reading.edited.connect(self._follow)

    @property
    def features(self) -> Any:
        """(C, h, w) float16 on the Proposal's grid, None while they are not known."""
        return None if self._look is None else self._look.features

    @property
    def doubt(self) -> Any:
        """inference's Doubt, None while it is not known."""
        return None if self._look is None else self._look.doubt

    @property
    def under_way(self) -> bool:
        """True while doubt is being worked out."""
        return self._asking is not None

    def _follow(self) -> None:
        case, proposal = self._reading.open_case, self._reading.proposal
        if case is self._about[0] and proposal is self._about[1]:
            return
        self._about = case, proposal
        self._asking, self._look, self.problem = None, None, ""
        if self._token is not None:
            self._token.cancel()
            self._token = None
        self._rest.stop()
        if case is not None and proposal is not None:
            from unet_studio.workflow import doubting

            self._asking = doubting.second_look(self._reading.session, case, proposal)
            self._rest.start(REST_MS)
        self.changed.emit()

    def _ask(self) -> None:
        asking = self._asking
        if asking is None:
            return
        if self._canvas.busy:
            self._rest.start(HAND_MS)
            return
        self._token = self._jobs.run(
            lambda _token: next(asking, None), done=self._take, failed=self._give_up, lane=MODEL, priority=LAST
        )

    def _take(self, look: Any) -> None:
        self._token = None
        news = look is not self._look
        self._look = look or self._look
        if look is None or look.doubt is not None:
            self._asking = None
        else:
            self._ask()
        if look is not None and look.doubt is not None:
            self._reading.changed.emit(look.changes)
        if news:
            self.changed.emit()

    def _give_up(self, error: UserError) -> None:
        self._token = self._asking = None
        self.problem = str(error)
        self.changed.emit()
