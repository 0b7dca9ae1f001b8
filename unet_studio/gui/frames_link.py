"""Ties the frames of one file to the window: the slider, playing, and counting a video in the background.

While frames move, no case is open: what is seen cannot be painted on. Where they rest, that frame is opened.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from unet_studio.core.case import Case
from unet_studio.core.errors import UserError
from unet_studio.core.image import FileFacts
from unet_studio.gui.action_set import ActionSet
from unet_studio.gui.canvas import Canvas
from unet_studio.gui.frame_bar import FrameBar
from unet_studio.gui.jobs import Jobs, Token
from unet_studio.gui.picture_link import PictureLink
from unet_studio.gui.reading import Opened, Reading
from unet_studio.gui.texts import tr
from unet_studio.gui.worklist_link import WorklistLink

CINE, COUNT = "cine", "count"  # lanes
USUAL_RATE = 15.0  # frames a second where the file names none
KNOWN_AT_ONCE = 1


class FramesLink(QObject):
    """Holds where the reader is in a file of several frames."""

    changed = Signal()  # moving or resting: other actions are enabled

    def __init__(
        self,
        reading: Reading,
        worklist: WorklistLink,
        picture: PictureLink,
        canvas: Canvas,
        bar: FrameBar,
        actions: ActionSet,
        jobs: Jobs,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._reading, self._worklist, self._picture = reading, worklist, picture
        self._canvas, self._bar, self._actions, self._jobs = canvas, bar, actions, jobs
        self._case: Case | None = None  # of the open frame, or of the one from which frames began to move
        self._facts: dict[int, FileFacts] = {}  # of the files counted in this window
        self._counting: Token | None = None
        self._counted_file = 0
        self.moving = False
        self._unchecking = False
        self._window: Any = None  # of the case from which frames began to move
        self._shown = self._wanted = 0  # frames, counted from 0
        self._asked: Token | None = None
        self._since: tuple[float, int] | None = None  # when playing began, and at which frame
        self._due = QTimer(self, singleShot=True)
        self._due.timeout.connect(self._ask)
        reading.opened.connect(self._opened)
        reading.cannot_open.connect(lambda _why: self._lost())
        bar.moved.connect(lambda number: self._scrub(number - 1))
        bar.chosen.connect(lambda number: self.go(number - 1))

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What the actions of this part do."""
        return {"play": self._play}

    def facts(self) -> set[str]:
        """What holds; see `actions`."""
        return {"frames", "cine"} if self._case is not None else set()

    # the open frame

    def _opened(self, opened: Opened | None) -> None:
        if opened is None:
            if not self.moving:
                self._end(None)
            return
        case = opened.case.case
        self._stop_asking()
        self.moving = False
        self._end(case if case.frames > 1 else None)
        if self._case is not None:
            self._shown = self._wanted = case.frame
            self._show_range()
            self._bar.set_frame(case.frame + 1)
            if case.video and case.file not in self._facts:
                self._count(case)
        self.changed.emit()

    def _end(self, case: Case | None) -> None:
        self._case = case
        self._bar.setVisible(case is not None)
        self._uncheck()
        if self._counting is not None and (case is None or case.file != self._counted_file):
            self._counting.cancel()
            self._counting = None

    def _lost(self) -> None:
        self._stop_asking()
        self.moving = False
        self._end(None)
        self.changed.emit()

    def _uncheck(self) -> None:
        self._unchecking = True
        self._actions.check("play", False)
        self._unchecking = False

    def _show_range(self) -> None:
        case = self._case
        if case is None:
            return
        facts = self._facts.get(case.file)
        if not case.video:
            self._bar.set_range(case.frames, case.frames)
        elif facts is None:
            self._bar.set_range(case.frames, max(KNOWN_AT_ONCE, case.frame + 1), counted=False)
        else:
            self._bar.set_range(facts.frames, max(facts.known, case.frame + 1), counted=facts.counted)
        self._bar.set_frame(self._shown + 1)

    @property
    def _last(self) -> int:
        """The last frame that can be shown by now, counted from 0."""
        return self._bar.known - 1

    def _count(self, case: Case) -> None:
        if self._counting is not None:
            return
        session, self._counted_file = self._reading.session, case.file

        def work(token: Token) -> FileFacts:
            from unet_studio.workflow import frames

            return frames.count(session, case.id, on_part=token.report, cancelled=token.cancelled)

        self._counting = self._jobs.run(
            work,
            done=lambda facts: self._counted(case, facts, True),
            failed=lambda error: self._jobs.said.emit(str(error), True),
            progress=lambda facts: self._counted(case, facts, False),
            lane=COUNT,
        )

    def _counted(self, case: Case, facts: FileFacts, finished: bool) -> None:
        if finished:
            self._counting = None
        if facts.error:
            self._jobs.said.emit(facts.error, True)
            return
        self._facts[case.file] = facts
        if not finished:
            self._facts_of_a_part(case)
        self._show_range()
        if finished and facts.frames != case.frames:
            self._worklist.refresh()

    def _facts_of_a_part(self, case: Case) -> None:
        """A count that is stopped goes on when the video is opened again."""
        if self._case is None or self._case.file != case.file:
            self._facts.pop(case.file, None)

    # moving

    def go(self, frame: int) -> None:
        """Rest at a frame: open it."""
        case = self._case
        if case is None or self._reading.busy:
            self._show_range()
            return
        frame = min(max(frame, 0), self._last)
        self._uncheck()
        self._since = None
        self._stop_asking()
        if frame == case.frame and not self.moving:
            self._bar.set_frame(frame + 1)
            return
        session = self._reading.session

        def work(_token: Token) -> Case:
            from unet_studio.workflow import frames

            return frames.case_at(session, case.id, frame)

        self._jobs.run(work, done=lambda found: self._worklist.open_frame(found.id), failed=self._failed)

    def step(self, by: int) -> bool:
        """The next or previous frame of a video, or while frames move; else False: the worklist says what is next."""
        if self._case is None or not (self._case.video or self.moving):
            return False
        frame = (self._shown if self.moving else self._case.frame) + by
        if not self.moving and not 0 <= frame <= self._last:
            self._jobs.said.emit(self._at_the_end(by), False)
        else:
            self.go(frame)
        return True

    def _at_the_end(self, by: int) -> str:
        facts = self._facts.get(self._case.file) if self._case is not None else None
        if by < 0:
            return tr("This is the first frame")
        if self._case is not None and self._case.video and (facts is None or not facts.counted):
            return tr("The frames after this one are still being looked for")
        return tr("This is the last frame")

    def _scrub(self, frame: int) -> None:
        if self._reading.busy:
            return
        self._since = None
        self._wanted = min(frame, self._last)
        self._ask()

    def _play(self, on: bool) -> None:
        if self._unchecking:
            return
        if not on:
            if self.moving:
                self.go(self._shown)
            return
        if self._case is None or self._reading.busy:
            self._uncheck()
            return
        start = 0 if self._shown >= self._last else self._shown
        self._since = time.monotonic(), start
        self._wanted = start
        self._ask()

    def _ask(self) -> None:
        """Fetch the frame that is wanted, unless one is on its way."""
        case = self._case
        if self._asked is not None or case is None:
            return
        if not self.moving:
            self._window = self._picture.window
        session, window, frame = self._reading.session, self._window, self._wanted
        inverted = self._picture.inverted

        def work(_token: Token) -> Any:
            from unet_studio.workflow import frames

            return frames.moving(session, case, frame, window, inverted)

        self._asked = self._jobs.run(
            work, done=lambda pixels: self._arrived(frame, pixels), failed=self._failed, lane=CINE
        )

    def _arrived(self, frame: int, pixels: Any) -> None:
        self._asked = None
        if self._reading.busy:
            return
        if not self.moving:
            self._begin()
        self._picture.show_moving(pixels)
        self._shown = frame
        self._bar.set_frame(frame + 1)
        if self._since is not None:
            self._next()
        elif self._wanted != frame:
            self._ask()

    def _begin(self) -> None:
        """Put the open case away before another frame is seen in its place."""
        view = self._picture.view
        self.moving = True
        self._reading.close_case()
        self._picture.keep_view(view)
        self.changed.emit()

    def _next(self) -> None:
        """When which frame is due: one that comes too late is left out."""
        began, start = self._since or (0.0, 0)
        rate = self._rate
        due = max(self._shown + 1, start + int((time.monotonic() - began) * rate))
        if self._shown >= self._last:
            self.go(self._last)
            return
        self._wanted = min(due, self._last)
        self._due.start(max(0, round(1000 * (began + (self._wanted - start) / rate - time.monotonic()))))

    @property
    def _rate(self) -> float:
        facts = self._facts.get(self._case.file) if self._case is not None else None
        return facts.rate if facts is not None and facts.rate else USUAL_RATE

    def _stop_asking(self) -> None:
        self._due.stop()
        self._since = None
        if self._asked is not None:
            self._asked.cancel()
            self._asked = None

    def _failed(self, error: UserError) -> None:
        self._asked = None
        self._since = None
        self._uncheck()
        self._jobs.said.emit(str(error), True)
        if self.moving:
            self.go(self._shown)
