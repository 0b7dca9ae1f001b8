"""The open case and the verbs on it: open, propose, threshold, undo, accept, take back, exclude, later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from unet_studio.core.case import Status
from unet_studio.core.changes import Changes
from unet_studio.core.errors import UserError
from unet_studio.gui.clock import CaseClock
from unet_studio.gui.jobs import MODEL, Jobs, Token
from unet_studio.gui.keys import shown
from unet_studio.gui.texts import tr
from unet_studio.workflow import proposing
from unet_studio.workflow.prefetching import Shown as Opened

THRESHOLD_REST_MS = 400  # the slider rests this long: its change becomes one undo step
LOOK_SECONDS = 0.7  # a proposal that came by itself is not accepted by a key pressed twice


class Reading(QObject):
    """Holds the open case; each verb runs as a job and comes back as a signal."""

    left = Signal()  # no case is open now; the next is not open yet
    opened = Signal(object)  # workflow's Shown, or None when nothing is open any more
    cannot_open = Signal(str)  # one sentence
    edited = Signal()  # mask, history or proposal changed
    changed = Signal(object)  # Changes
    advance = Signal(int)  # the reader is done with this case: open the next one
    state_changed = Signal()
    held_back = Signal(int)  # locked pixels that a proposal or threshold has just left as they were

    def __init__(self, jobs: Jobs, session: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.open_case: Any = None
        self.proposal: Any = None
        self.clock = CaseClock(self)
        self._jobs = jobs
        self._opening: Token | None = None
        self._wanted = -1
        self._begun = False  # the worklist says that work has begun
        self._moving = False  # a verb that leaves the case is under way: hands off the draft
        self._proposing: Token | None = None
        self._came_proposed = False
        self.ahead: Callable[[int], Any] = lambda case_id: None  # gives what was made ready of a case
        self._accepted: list[int] = []
        self._threshold: float | None = None
        self._rest = QTimer(self, singleShot=True, interval=THRESHOLD_REST_MS)
        self._rest.timeout.connect(self.settle_threshold)
        self._flush = QTimer(self, interval=1000)
        self._flush.timeout.connect(self._sync)
        self._flush.start()

    @property
    def case_id(self) -> int:
        """The open case, or the one being opened, or -1."""
        return self._wanted

    @property
    def draft(self) -> Any:
        """The open case's Draft; None where nothing may be changed."""
        return self.open_case.draft if self.open_case is not None and not self._moving else None

    @property
    def busy(self) -> bool:
        """True while a case is opened or left."""
        return self._moving or self._opening is not None

    def facts(self) -> set[str]:
        """What holds of the open case; see `actions`."""
        found: set[str] = set()
        if self.open_case is not None and not self.busy:
            found.add("picture")
            draft = self.draft
            if draft is not None:
                found.add("mask")
                found |= {name for name, on in (("undo", draft.can_undo), ("redo", draft.can_redo)) if on}
            if self.proposal is not None:
                found.add("proposal")
        if self.session.writable and not self.busy and self._back_to() is not None:
            found.add("take_back")
        return found

    # opening

    def open(self, case_id: int, target: str | None = None) -> None:
        """Open a case; one that is still being opened is dropped."""
        if self._moving:
            return
        self.leave()
        self._wanted = case_id
        session, ahead = self.session, self.ahead(case_id)

        def work(_token: Token) -> Opened:
            from unet_studio.workflow import prefetching

            return prefetching.show(session, case_id, target, ahead)

        self._opening = self._jobs.run(work, done=self._show, failed=self._cannot_open, label=tr("Opening"))
        self.state_changed.emit()

    def _show(self, opened: Opened) -> None:
        self._opening = None
        self.open_case, self.proposal = opened.case, opened.case.proposal
        self._begun = opened.case.case.status is Status.CORRECTED
        self._came_proposed = opened.proposed
        self.opened.emit(opened)
        self.state_changed.emit()
        if opened.proposed:
            self._mark_proposed(self.session, self._wanted)

    def _mark_proposed(self, session: Any, case_id: int) -> None:
        def done(_: object) -> None:
            self.changed.emit(Changes(cases=frozenset({case_id})))

        self._jobs.run(lambda _token: proposing.mark_proposed(session, case_id), done=done, must=True)

    def painted(self) -> None:
        """The open picture is on the screen: its clock begins."""
        if self.open_case is not None and not self.clock.running:
            self.clock.start()
            if self._came_proposed:
                where = tr("Proposed by {model} while you read the last one", model=self.proposal.model_id)
                self._jobs.said.emit(self.proposal.note or where, False)

    def _cannot_open(self, error: UserError) -> None:
        case_id, self._opening, self._wanted = self._wanted, None, -1
        self.changed.emit(Changes(cases=frozenset({case_id})))
        self.opened.emit(None)
        self.cannot_open.emit(str(error))
        self.state_changed.emit()

    def leave(self) -> None:
        """Put the open case away; its strokes are in the journal."""
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        if self._proposing is not None:
            self._proposing.cancel()
            self._proposing = None
        self.settle_threshold()
        if self.open_case is not None and self.open_case.draft is not None:
            try:
                self.open_case.draft.close()
            except UserError as error:
                self._jobs.said.emit(str(error), True)
        self.open_case = self.proposal = None
        self._wanted = -1
        self.clock.stop()
        self.left.emit()

    def close_case(self) -> None:
        """Leave the case and show none."""
        self.leave()
        self.opened.emit(None)
        self.state_changed.emit()

    def change_session(self, session: Any) -> None:
        """Go on as another reader; no case is open."""
        self.session = session
        self._accepted.clear()

    def switch_target(self, target: str) -> None:
        """Segment something else in the same picture."""
        if self.open_case is not None and self.open_case.target != target:
            self.open(self._wanted, target)

    def flush(self) -> None:
        """Bring strokes to the disk at once."""
        draft = self.draft
        if draft is None:
            return
        try:
            draft.flush()
        except UserError as error:
            self._jobs.said.emit(str(error), True)
        if draft.strokes:
            self._tell_begun(self._wanted)

    def _sync(self) -> None:
        """The same every second, with the disk's slow part as a job before any verdict on the case."""
        draft, case_id = self.draft, self._wanted
        if draft is None or not draft.unsaved:
            return
        try:
            draft.write()
        except UserError as error:
            self._jobs.said.emit(str(error), True)
            return

        def done(begun: bool) -> None:
            if begun and case_id == self._wanted:
                self._tell_begun(case_id)

        self._jobs.run(lambda _token: draft.sync(), done=done, must=True)

    def _tell_begun(self, case_id: int) -> None:
        if not self._begun:
            self._begun = True
            self.changed.emit(Changes(cases=frozenset({case_id})))

    # proposing and editing

    def propose(self) -> None:
        """Ask the active model for a Proposal; painting goes on meanwhile."""
        case = self.open_case
        if case is None or self._proposing is not None:
            return
        if case.target is None:
            self._jobs.said.emit(case.note or tr("Choose lung or polyp first: no Target fits this picture"), True)
            return
        session = self.session

        def work(_token: Token) -> Any:
            return proposing.propose(session, case)

        self._proposing = self._jobs.run(
            work, done=self._take_proposal, failed=self._no_proposal, lane=MODEL, label=tr("Proposing")
        )

    def _take_proposal(self, proposal: Any) -> None:
        self._proposing = None
        draft = self.draft
        if draft is None:
            return
        self.settle_threshold()
        draft.propose(proposal, draft.threshold)
        self.proposal = proposal
        where = tr(
            "Proposed by {model} on {device} in {seconds:.1f} s",
            model=proposal.model_id,
            device=proposal.device,
            seconds=proposal.seconds,
        )
        self._jobs.said.emit(proposal.note or where, False)
        self._tell_kept("")
        self.changed.emit(Changes(cases=frozenset({self._wanted})))
        self.edited.emit()
        self.state_changed.emit()

    def _no_proposal(self, error: UserError) -> None:
        self._proposing = None
        self._jobs.said.emit(str(error), True)

    def move_threshold(self, threshold: float) -> None:
        """Show another threshold; it becomes an undo step when it rests."""
        if self.draft is None or self.proposal is None:
            return
        self._threshold = threshold
        self.draft.set_threshold(self.proposal, threshold, final=False)
        self._rest.start()
        self.edited.emit()

    def settle_threshold(self) -> None:
        """Make the threshold shown the one in force."""
        self._rest.stop()
        threshold, self._threshold = self._threshold, None
        if threshold is not None and self.draft is not None and self.proposal is not None:
            before = self.draft.document.history.newest()
            self.draft.set_threshold(self.proposal, threshold, final=True)
            if self.draft.document.history.newest() is not before:
                self._tell_kept(tr("Threshold {percent:.0f} %", percent=threshold * 100))
            self.edited.emit()
            self.state_changed.emit()

    def _tell_kept(self, what: str) -> None:
        if self.draft.kept:
            if what:
                self._jobs.said.emit(what, False)
            self.held_back.emit(self.draft.kept)

    def undo(self) -> None:
        """Undo one step."""
        self._step("undo")

    def redo(self) -> None:
        """Redo one step."""
        self._step("redo")

    def _step(self, verb: str) -> None:
        self.settle_threshold()
        if self.draft is not None:
            try:
                getattr(self.draft, verb)()
            except UserError as error:  # an old step that cannot be read back from the journal
                self._jobs.said.emit(str(error), True)
            self.edited.emit()
            self.state_changed.emit()

    # leaving a case with a verdict

    def accept(self, empty: bool = False) -> None:
        """Accept the Mask, or that there is nothing to mark."""
        if self.draft is None:
            return
        why_not = "" if empty else self._unfinished()
        if why_not:
            self._jobs.said.emit(why_not, True)
            return
        self.settle_threshold()
        active, wall = self.clock.read()
        case, case_id = self.open_case, self._wanted

        def work(session: Any) -> Changes:
            from unet_studio.workflow import accepting

            return accepting.accept(session, case, active_seconds=active, wall_seconds=wall, empty=empty)

        self._verdict(work, tr("Accepting"), lambda: (self._accepted.append(case_id), self.advance.emit(case_id)))

    def _unfinished(self) -> str:
        """Why a Mask is not accepted by a key pressed too soon, "" where nothing is in the way."""
        if self._proposing is not None:
            return tr("The proposal is not here yet: look at it, then accept")
        if self._came_proposed and self.clock.read()[1] < LOOK_SECONDS:
            return tr("The proposal is only just here: look at it, then accept")
        if not self.draft.document.mask.any():
            return tr("Nothing is marked: press {key} if there is nothing to mark", key=shown("accept_empty"))
        return ""

    def later(self) -> None:
        """Put the case off."""
        self._simple("later", tr("Putting off"))

    def exclude(self, reason: str) -> None:
        """Exclude the case with a reason."""
        self._simple("exclude", tr("Excluding"), reason)

    def include(self) -> None:
        """Bring an excluded case back."""
        case_id = self._wanted
        self._simple("include", tr("Bringing back"), then=lambda: self.open(case_id))

    def _simple(self, verb: str, label: str, *more: str, then: Callable[[], object] | None = None) -> None:
        case_id = self._wanted

        def work(session: Any) -> Changes:
            from unet_studio.workflow import accepting

            return getattr(accepting, verb)(session, case_id, *more)

        self.flush()
        self._verdict(work, label, then or (lambda: self.advance.emit(case_id)))

    def take_back(self) -> None:
        """Take back the accept of the open case, else the last one, and open that case again."""
        case_id = self._back_to()
        if case_id is None:
            return

        def work(session: Any) -> Changes:
            from unet_studio.workflow import accepting

            return accepting.take_back(session, case_id)

        if self._wanted == case_id:
            self.leave()
            self._wanted = case_id
        self._verdict(work, tr("Taking back"), lambda: self._reopen(case_id))

    def _reopen(self, case_id: int) -> None:
        self._accepted = [one for one in self._accepted if one != case_id]
        self.open(case_id)

    def _back_to(self) -> int | None:
        if self.open_case is not None and self.open_case.accepted:
            return self._wanted
        return self._accepted[-1] if self._accepted else None

    def _verdict(self, work: Any, label: str, then: Any) -> None:
        if self._moving:
            return
        session, self._moving = self.session, True
        self.state_changed.emit()

        def done(changes: Changes) -> None:
            self._moving = False
            self.changed.emit(changes)
            then()
            self.state_changed.emit()

        self._jobs.run(lambda _token: work(session), done=done, failed=self._verdict_failed, label=label, must=True)

    def _verdict_failed(self, error: UserError) -> None:
        self._moving = False
        self._jobs.said.emit(str(error), True)
        if self.open_case is None and self._wanted >= 0:
            self.open(self._wanted)
        self.state_changed.emit()

    def close(self) -> None:
        """Put everything away: the window closes, and every verdict is carried out."""
        self._flush.stop()
        self._moving = False
        self.leave()
        self.clock.close()
