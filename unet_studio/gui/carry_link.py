"""Ties the frames of a sequence to the window: stepping, the span, carrying a mask ahead, copying it to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from unet_studio.core import sequence
from unet_studio.core.case import Case, Status
from unet_studio.core.changes import Changes
from unet_studio.core.errors import UserError
from unet_studio.gui import names
from unet_studio.gui.ghosts import Ghosts
from unet_studio.gui.jobs import Jobs, Token
from unet_studio.gui.reading import Reading
from unet_studio.gui.texts import tr
from unet_studio.gui.worklist_link import WorklistLink

CARRY = "carry"  # a lane of its own: neither a proposal nor an accept waits for it


class CarryLink(QObject):
    """Holds the carried masks until their frames are opened, and then offers them as islands.

    They are kept for as long as the window is open and in no file: nothing of them counts before it is taken over.
    """

    changed = Signal(object)  # Changes

    def __init__(self, reading: Reading, worklist: WorklistLink, ghosts: Ghosts, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._reading, self._worklist, self._ghosts, self._jobs = reading, worklist, ghosts, jobs
        self._waiting: dict[tuple[str, int, str], Any] = {}  # workflow's CarriedMask by reader, case and target
        self._running: Token | None = None
        self._copying: tuple[int, Any] | None = None  # the case that a workflow's Source is copied to
        self._offered = ""
        reading.opened.connect(self._opened)
        for answered in (ghosts.accepted, ghosts.dismissed):
            answered.connect(self._answered)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the actions of the Frames menu do."""
        return {
            "frame_next": lambda: self.step(1),
            "frame_previous": lambda: self.step(-1),
            "carry": self.carry,
            "copy_next": self.copy_next,
            "span": self.ask_span,
        }

    def facts(self) -> set[str]:
        """What holds of the case that is open or being opened; see `actions`."""
        case = self._here()
        return {"frames"} if case is not None and sequence.key(case) else set()

    def _here(self) -> Case | None:
        reading = self._reading
        if reading.open_case is not None and reading.open_case.case.id == reading.case_id:
            return reading.open_case.case  # the list may not know its Target yet, or a span leaves it out
        return self._worklist.panel.model.case(reading.case_id)

    # from frame to frame

    def step(self, by: int) -> None:
        """Open the next or previous frame of the sequence that is on the worklist."""
        case = self._neighbour(by)
        if case is not None:
            self._worklist.open(case.id)

    def _neighbour(self, by: int) -> Case | None:
        """The frame `by` further on that can be opened; None, and said, at the end."""
        frames, number = self._frames()
        beyond = [case for case in frames if (sequence.number(case) - number) * by > 0]
        if not beyond:
            self._jobs.said.emit(tr("This is the last frame") if by > 0 else tr("This is the first frame"), False)
            return None
        return beyond[0 if by > 0 else -1]

    def _frames(self) -> tuple[list[Case], int]:
        """The readable frames on the worklist of the sequence that is open or being opened, and where that one is."""
        here = self._here()
        if here is None:
            return [], 0
        frames = sequence.frames_of(self._worklist.panel.model.cases(), here)
        return [case for case in frames if case.status is not Status.UNREADABLE], sequence.number(here)

    # carrying

    def carry(self) -> None:
        """Carry the open case's mask to the frames that follow; a second time stops it."""
        if self._running is not None:
            self._stop(tr("Carrying stopped"))
            return
        start = self._source()
        if start is None:
            return
        session = self._reading.session
        frames, number = self._frames()
        for case in frames:
            if sequence.number(case) > number:
                self._waiting.pop((session.reader, case.id, start.target), None)
        self._mark()

        def work(token: Token) -> str:
            from unet_studio.workflow import carrying

            return carrying.carry(session, start, on_frame=token.report, cancelled=token.cancelled)

        self._running = self._jobs.run(
            work,
            done=self._arrived,
            failed=lambda error: self._stop(str(error), True),
            progress=lambda found: self._found(session.reader, found),
            lane=CARRY,
            label=tr("Carrying the mask"),
        )

    def _source(self) -> Any:
        """The open case's mask as it is now; None, and said, where there is none."""
        from unet_studio.workflow import carrying

        self._reading.settle_threshold()
        if self._reading.draft is None:
            return None
        try:
            return carrying.source(self._reading.open_case)
        except UserError as error:
            self._jobs.said.emit(str(error), True)
            return None

    def _found(self, reader: str, found: Any) -> None:
        self._waiting[reader, found.case_id, found.target] = found
        self._mark()
        if found.case_id == self._reading.case_id:
            self._offer()

    def _arrived(self, said: str) -> None:
        self._running = None
        self._jobs.said.emit(said, False)

    def _stop(self, said: str, is_error: bool = False) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None
        self._jobs.said.emit(said, is_error)

    # on the frame that a mask was brought to

    def _opened(self, opened: Any) -> None:
        copying, self._copying = self._copying, None
        self._mark()
        if opened is None:
            return
        if copying is not None and copying[0] == opened.case.case.id:
            self._copy(copying[1])
        self._offer()

    def _offer(self) -> None:
        """Show the carried mask of the open case as islands that wait for the reader's word."""
        case, draft = self._reading.open_case, self._reading.draft
        if case is None or draft is None or case.accepted:
            return
        found = self._waiting.get((self._reading.session.reader, case.case.id, draft.target))
        if found is None or found.shape != draft.document.shape:
            return
        from unet_studio.editing.islands import differences

        ghost = differences(draft.document.mask, found.mask, draft.document.touched)
        self._offered = f"by the mask of frame {found.start}"
        self._ghosts.show(ghost.islands, self._offered, tr("by the mask of frame {number}", number=found.start))

    def _answered(self, source: str, _count: int) -> None:
        """A mask to which the reader has said yes or no is not offered again when the frame is opened again."""
        case = self._reading.open_case
        if case is not None and source == self._offered and not self._ghosts.islands:
            self._waiting.pop((self._reading.session.reader, case.case.id, case.target), None)
            self._mark()

    def _mark(self) -> None:
        """Say in the worklist where a carried mask waits for this reader."""
        panel, reader = self._worklist.panel, self._reading.session.reader
        panel.rows.carried = frozenset(case_id for name, case_id, _target in self._waiting if name == reader)
        panel.list.viewport().update()

    # copying

    def copy_next(self) -> None:
        """Open the next frame and put this one's mask in there, as one undo step."""
        start = self._source()
        if start is not None and start.case.video:
            self._make_next(start)
            return
        case = self._neighbour(1) if start is not None else None
        if case is None:
            return
        self._copying = (case.id, start)
        if case.target is None:
            self._reading.open(case.id, start.target)
        else:
            self._worklist.open(case.id)

    def _make_next(self, start: Any) -> None:
        """The same in a video, where the next frame may have no row yet."""
        session = self._reading.session

        def work(_token: Token) -> Case:
            from unet_studio.workflow import frames

            return frames.case_at(session, start.case.id, start.case.frame + 1)

        def made(case: Case) -> None:
            self._copying = (case.id, start)
            self._worklist.open_frame(case.id)

        self._jobs.run(work, done=made)

    def _copy(self, start: Any) -> None:
        from unet_studio.workflow import carrying

        case = self._reading.open_case
        try:
            changed = carrying.copy(self._reading.session, start, case)
        except UserError as error:
            self._jobs.said.emit(str(error), True)
            return
        name = names.name_of(start.case)
        said = tr("Mask copied from {name}", name=name)
        self._jobs.said.emit(said if changed else tr("The mask is that of {name} already", name=name), False)
        self._reading.edited.emit()
        self._reading.state_changed.emit()

    # the span

    def ask_span(self) -> None:
        """Ask which frames of the open sequence are on the worklist."""
        session, case_id = self._reading.session, self._reading.case_id

        def work(_token: Token) -> Any:
            from unet_studio.workflow import spans

            frames = spans.frames(session, case_id)
            return frames, spans.spans(session).get(sequence.key(frames[0]))

        self._jobs.run(work, done=lambda found: self._ask(case_id, *found))

    def _ask(self, case_id: int, frames: list[Case], span: sequence.Span | None) -> None:
        from unet_studio.gui.dialogs.span import SpanDialog

        SpanDialog(self.parent(), frames, span, lambda chosen: self.choose(case_id, chosen)).open()

    def choose(self, case_id: int, span: sequence.Span) -> None:
        """Put a span on the worklist; the open case stays open where it is in it."""
        session = self._reading.session

        def work(_token: Token) -> Changes:
            from unet_studio.workflow import spans

            return spans.choose(session, case_id, span)

        self._reading.flush()
        self._jobs.run(work, done=self._chosen, must=True)

    def _chosen(self, changes: Changes) -> None:
        self.changed.emit(changes)
        panel, open_id = self._worklist.panel, self._reading.case_id
        if panel.model.case(open_id) is not None:
            panel.mark_open(open_id)
            return
        frames, number = self._frames()
        ahead = [case for case in frames if sequence.number(case) > number and panel.model.case(case.id)]
        found = ahead or [case for case in frames if panel.model.case(case.id)]
        if found:
            self._worklist.open(found[0].id)
