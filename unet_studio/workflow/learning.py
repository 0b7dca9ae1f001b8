"""Learning from the queue: prepare a job, let its child process run, register the Candidate, let the gate decide."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unet_studio import __version__
from unet_studio.core.changes import Changes
from unet_studio.core.correction import Correction, Side
from unet_studio.core.errors import Cancelled, UserError
from unet_studio.core.model_version import ModelVersion
from unet_studio.workflow import going_live, lessons, versions, yielding
from unet_studio.workflow.faults import record_fault
from unet_studio.workflow.readers import without_excluded
from unet_studio.workflow.request import LEARNABLE, Request, cut_off, forget, new_to, remember, request
from unet_studio.workflow.session import Session, require_writable, using_session
from unet_studio.workspace import store
from unet_studio.workspace.store import NewVersion

if TYPE_CHECKING:
    from unet_studio.learning.messages import Outcome as ChildOutcome
    from unet_studio.learning.messages import Progress
    from unet_studio.learning.runner import Run

SECONDS = 300.0  # of learning where the reader sets no limit
REGISTER_SECONDS = 3.0  # kept back for storing the Candidate
LEAST_SECONDS = 10.0  # with less time left, a child that was killed is not started once more
FOLDER = "learning-"  # of a job, with a random end


@dataclass(frozen=True)
class Outcome:
    """How learning ended. model: the Candidate's version, None where none was made; parent: what it was compared with.

    promoted: the gate found it better; live: it is active now; waits: why a better one is not, one sentence;
    stale: what it was compared with is not active any more, so nobody is asked about it;
    failed: one sentence, "" where it came to a verdict or was cancelled.
    """

    model: ModelVersion | None
    parent: str
    promoted: bool = False
    reason: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    failed: str = ""
    cancelled: bool = False
    changes: Changes = field(default_factory=Changes)
    live: bool = False
    waits: str = ""
    stale: bool = False

    def row(self) -> dict[str, Any]:
        """As one JSON object, whose keys scripts rely on; promoted: it is live now."""
        return {
            "model": self.model.id if self.model is not None else None,
            "parent": self.parent or None,
            "promoted": self.live,
            "reason": self.failed or " ".join(part for part in (self.reason, self.waits) if part),
            "metrics": self.metrics,
            "seconds": round(self.seconds, 1),
        }


class Learning:
    """One run in the background. `on_done` is called once, last, from the run's own thread, whatever happens."""

    def __init__(
        self,
        session: Session,
        request: Request,
        on_progress: Callable[[Progress], None],
        on_done: Callable[[Outcome], None],
        begun: float,
    ) -> None:
        """begun: of time.monotonic(), from which the request's seconds count."""
        self._session = session
        self._request = request
        self._on_progress = on_progress
        self._on_done = on_done
        self._begun = begun
        self._parent = ""
        self._run: Run | None = None
        self._cancelled = threading.Event()
        self._ended = threading.Event()  # Thread.join loses its thread when Ctrl+C interrupts it
        self._thread = threading.Thread(target=self._work, name="learning", daemon=True)

    @property
    def running(self) -> bool:
        """True until `on_done` has returned."""
        return not self._ended.is_set()

    def start(self) -> None:
        """Begin in the background and return at once."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask for the end and return at once; the child is gone within 2 s."""
        self._cancelled.set()
        run = self._run
        if run is not None:
            run.cancel()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most `timeout` seconds; True if it has come."""
        return self._ended.wait(timeout)

    def _work(self) -> None:
        try:
            outcome = self._learn()
        except Cancelled:
            outcome = Outcome(None, self._parent, cancelled=True, reason="cancelled", seconds=self._elapsed())
        except UserError as error:
            outcome = Outcome(None, self._parent, failed=str(error), seconds=self._elapsed())
        except Exception as error:
            outcome = Outcome(None, self._parent, failed=record_fault(error), seconds=self._elapsed())
        try:
            self._on_done(outcome)
        finally:
            self._ended.set()

    def _elapsed(self) -> float:
        return time.monotonic() - self._begun

    def _left(self) -> float:
        """Seconds that a child may take."""
        return self._request.seconds - self._elapsed() - REGISTER_SECONDS

    def _learn(self) -> Outcome:
        session, target = self._session, self._request.target
        require_writable(session)
        versions.refuse_frozen(session, target, "nothing is learned")
        with store.hold(session.workspace, "learning", session.reader):
            clear_away(session)
            self._parent = versions.active(session, target).id
            corrections = to_learn(session, self._request)
            remember(session, self._request)
            try:
                folder = Path(tempfile.mkdtemp(prefix=FOLDER, dir=session.folder))
                try:
                    lessons.write(session, folder, self._request, corrections, self._cancelled.is_set)
                    return self._register(self._teach(folder))
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                with contextlib.suppress(UserError):  # a full disk: the run is then offered once more, nothing worse
                    forget(session)

    def _teach(self, folder: Path) -> ChildOutcome:
        """Let the child learn; one that somebody killed is started once more, with the time that is left."""
        from unet_studio.learning.job import RESULT

        child = self._run_child(folder)
        if child.died and self._left() >= LEAST_SECONDS and not self._cancelled.is_set():
            (folder / RESULT).unlink(missing_ok=True)  # it may have died after its last word
            child = self._run_child(folder)
        return child

    def _run_child(self, folder: Path) -> ChildOutcome:
        from unet_studio.learning.runner import Run

        ended: list[ChildOutcome] = []
        self._run = Run(folder, max(1.0, self._left()), self._on_progress, ended.append)
        self._run.start()
        if self._cancelled.is_set():
            self._run.cancel()
        with yielding.learning(self._run):
            self._run.wait()
        return ended[0]

    def _register(self, child: ChildOutcome) -> Outcome:
        """The Candidate as a version, live where nothing hinders it."""
        if child.cancelled:
            raise Cancelled
        if child.failed or child.verdict is None:
            raise UserError(child.failed or "Learning came to no verdict; start it again.")
        session, verdict = self._session, child.verdict
        if child.candidate is None:
            return Outcome(None, self._parent, False, verdict.reason, verdict.metrics, self._elapsed())
        version = store.add_candidate(session.workspace, child.candidate, self._new_version(child))
        waits = ""
        if verdict.promoted:
            waits = going_live.hindrance(session, version, hold=self._request.hold)
            if not waits:
                version = going_live.by_itself(session, version)
        with contextlib.suppress(UserError):  # tidying: what could not be archived now is the next time
            versions.keep_last(session, self._request.target)
        said = versions.with_names(session, [version])[0].reason
        return Outcome(
            version,
            self._parent,
            promoted=verdict.promoted,
            reason=said,
            metrics=verdict.metrics,
            seconds=self._elapsed(),
            changes=Changes(worklist=True, queue=True, models=True, message=said),
            live=version.active,
            waits=waits,
            stale=bool(waits) and going_live.stale(session, version),
        )

    def _new_version(self, child: ChildOutcome) -> NewVersion:
        assert child.verdict is not None
        begun_from = self._parent  # not what is active by now
        if self._request.begin_from != "active":
            first = lessons.beginning(self._session, self._request)
            begun_from = first.id if first is not None else ""
        how = {"compared_with": self._parent, "begin_from": self._request.begin_from}
        return NewVersion(
            self._request.target,
            begun_from or None,
            reason=child.verdict.reason,
            metrics=child.verdict.metrics | how,
            corrections=tuple(int(name) for name in child.learned),
            device=child.device,
            seconds=child.seconds,
            program_version=__version__,
            passed=child.verdict.promoted,
        )


def to_learn(session: Session, request: Request) -> Sequence[Correction]:
    """The Corrections of a run, earlier ones too. Raises UserError where there is nothing to learn from.

    Beginning from the active version, something must be new to it; beginning anew, everything is.
    """
    found = without_excluded(session, store.corrections(session.workspace, request.target, states=LEARNABLE))
    if request.readers is not None:
        found = [one for one in found if one.reader in request.readers]
    new = new_to(session, request, found)
    if not any(one.side is Side.TRAIN for one in new):
        whose = "" if request.readers is None else f" of {', '.join(request.readers)}"
        held_out = f" to be learned from ({len(new)} are held out to compare models)" if new else ""
        raise UserError(
            f"{request.target}: nothing new{whose}{held_out} is in the queue; accept corrections first, then learn."
        )
    return found


def clear_away(session: Session) -> None:
    """Remove the job folders of runs that died. Only for one who holds the lock: a living run has it."""
    for folder in session.folder.glob(f"{FOLDER}*"):
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)


def start(
    session: Session,
    target: str,
    *,
    seconds: float | None = None,
    device: str = "auto",
    begin_from: str = "active",
    readers: Collection[str] | None = None,
    hold: bool = False,
    on_progress: Callable[[Progress], None],
    on_done: Callable[[Outcome], None],
    begun: float | None = None,
) -> Learning:
    """Begin learning from the queue in the background; both callbacks come from the background thread.

    The options are those of `Request`. Raises UserError for a beginning that there is not.
    """
    asked = request(target, seconds or SECONDS, device, begin_from, readers, hold)
    learning = Learning(session, asked, on_progress, on_done, time.monotonic() if begun is None else begun)
    learning.start()
    return learning


def interrupted(session: Session) -> str | None:
    """The Target of a run that died with its program, so that it can be started again; None where none did."""
    found = cut_off(session)
    return None if found is None else found.target


def resume(
    session: Session, *, on_progress: Callable[[Progress], None], on_done: Callable[[Outcome], None]
) -> Learning | None:
    """Start the run that died with its program again, as it was asked for; None where there is none."""
    asked = cut_off(session)
    if asked is None:
        return None
    learning = Learning(session, asked, on_progress, on_done, time.monotonic())
    learning.start()
    return learning


def finetune_here(
    folder: Path | None,
    target: str,
    *,
    seconds: float | None,
    device: str,
    on_progress: Callable[[Progress], None],
    begun: float,
    begin_from: str = "active",
    readers: Collection[str] | None = None,
) -> Outcome:
    """Learn and wait for the end; Ctrl+C cancels. begun: time.monotonic() at which the time budget began."""
    ended: list[Outcome] = []
    with using_session(folder) as session:
        learning = start(
            session,
            target,
            seconds=seconds,
            device=device,
            begin_from=begin_from,
            readers=readers,
            on_progress=on_progress,
            on_done=ended.append,
            begun=begun,
        )
        try:
            while not learning.join(0.2):
                pass
        except KeyboardInterrupt:
            learning.cancel()
            learning.join()
    return ended[0]
