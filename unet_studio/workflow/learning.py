"""Learning from the queue: prepare a job, let its child process run, register the Candidate, let the gate decide."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unet_studio import __version__
from unet_studio.core.case import Status
from unet_studio.core.changes import Changes
from unet_studio.core.correction import Correction, QueueState, Side
from unet_studio.core.errors import Cancelled, UserError
from unet_studio.core.model_version import ModelVersion
from unet_studio.core.target import TARGETS
from unet_studio.workflow import versions
from unet_studio.workflow.faults import record_fault
from unet_studio.workflow.opening import cases, kept_image, load_image
from unet_studio.workflow.session import Session, require_writable, using_session
from unet_studio.workspace import store
from unet_studio.workspace.store import NewVersion

if TYPE_CHECKING:
    import numpy as np

    from training.preprocess import InputSpec
    from unet_studio.learning.job import Item
    from unet_studio.learning.messages import Outcome as ChildOutcome
    from unet_studio.learning.messages import Progress
    from unet_studio.learning.runner import Run

SECONDS = 300.0  # of learning where the reader sets no limit
ANCHORS = 12  # untouched pictures on which the parent's word counts
REGISTER_SECONDS = 3.0  # kept back for storing the Candidate
LEARNABLE = (QueueState.QUEUED, QueueState.LEARNED)
QUEUE_VERBS = {"keep": QueueState.QUEUED, "withdraw": QueueState.WITHDRAWN, "flag": QueueState.FLAGGED}


@dataclass(frozen=True)
class Outcome:
    """How learning ended. model: the Candidate's version, None where none was made; promoted: it is live now.

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

    def row(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "model": self.model.id if self.model is not None else None,
            "parent": self.parent or None,
            "promoted": self.promoted,
            "reason": self.failed or self.reason,
            "metrics": self.metrics,
            "seconds": round(self.seconds, 1),
        }


def queue(session: Session, target: str | None = None) -> list[Correction]:
    """All standing Corrections, of every reader, oldest first."""
    return store.corrections(session.workspace, target)


def queue_row(correction: Correction) -> dict[str, Any]:
    """A Correction as one JSON object."""
    return {
        "id": correction.id,
        "target": correction.target,
        "reader": correction.reader,
        "state": correction.state.value,
        "side": correction.side.value,
        "accepted_at": correction.accepted_at,
        "source": correction.source_name,
        "image": correction.image_hash,
        "model": correction.model_id or None,
        "changed": correction.changed,
        "empty": correction.empty,
        "strokes": correction.effort.strokes,
        "active_seconds": correction.effort.active_seconds,
        "changed_pixels": correction.effort.changed_pixels,
    }


def set_queue_state(session: Session, correction_ids: Sequence[int], state: QueueState) -> Changes:
    """Queue, withdraw, flag or set aside Corrections. Raises WorkspaceError for an unknown one."""
    require_writable(session)
    changed: set[int] = set()
    for number in correction_ids:
        correction = store.answer(session.workspace, number, state)
        changed.update(store.cases_of_image(session.workspace, correction.image_hash))
    return Changes(frozenset(changed), queue=True, message=f"{len(correction_ids)} corrections: {state.value}")


class Learning:
    """One run in the background. `on_done` is called once, last, from the run's own thread, whatever happens."""

    def __init__(
        self,
        session: Session,
        target: str,
        seconds: float,
        device: str,
        on_progress: Callable[[Progress], None],
        on_done: Callable[[Outcome], None],
        begun: float,
    ) -> None:
        """begun: of time.monotonic(), from which `seconds` count."""
        self._session = session
        self._target = target
        self._seconds = seconds
        self._device = device
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

    def _learn(self) -> Outcome:
        session = self._session
        require_writable(session)
        with store.hold(session.workspace, "learning", session.reader):
            self._parent = versions.active(session, self._target).id
            corrections = store.corrections(session.workspace, self._target, states=LEARNABLE)
            if not any(one.state is QueueState.QUEUED for one in corrections):
                raise UserError(f"{self._target}: nothing new is in the queue; accept corrections first, then learn.")
            folder = Path(tempfile.mkdtemp(prefix="learning-", dir=session.folder))
            try:
                return self._in(folder, corrections)
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def _in(self, folder: Path, corrections: Sequence[Correction]) -> Outcome:
        from unet_studio.learning.runner import Run

        self._prepare(folder, corrections)
        ended: list[ChildOutcome] = []
        left = self._seconds - self._elapsed() - REGISTER_SECONDS
        self._run = Run(folder, max(1.0, left), self._on_progress, ended.append)
        self._run.start()
        if self._cancelled.is_set():
            self._run.cancel()
        self._run.wait()
        return self._register(ended[0])

    def _prepare(self, folder: Path, corrections: Sequence[Correction]) -> None:
        from unet_studio.inference.devices import input_spec
        from unet_studio.learning.job import Plan, write_job

        weights = store.ensure_local(self._session.workspace, self._parent)
        spec = input_spec(weights)
        plan = Plan(
            target=self._target,
            parent_id=self._parent,
            least_agreement=TARGETS[self._target].least_agreement,
            device=self._device,
        )
        items = (self._item(correction, spec) for correction in corrections)
        try:
            write_job(folder, plan, weights, items, self._anchors(spec))
        except OSError as error:
            raise UserError(f"{folder}: cannot be written ({error.strerror}); free some space, then learn.") from error

    def _item(self, correction: Correction, spec: InputSpec) -> Item:
        from unet_studio.learning.job import item_from

        if self._cancelled.is_set():
            raise Cancelled
        workspace = self._session.workspace
        image = kept_image(self._session, correction.image_hash)
        if image is None:
            raise UserError(f"{correction.source_name}: its kept picture is missing; put it back from a backup.")
        proposed = bool(correction.model_id)
        return item_from(
            image,
            store.correction_mask(workspace, correction.id),
            spec,
            name=str(correction.id),
            group=correction.group,
            gate=correction.side is Side.GATE,
            touched=store.correction_touched(workspace, correction.id) if proposed else None,
            fresh=correction.state is QueueState.QUEUED,
            changed=correction.changed,
        )

    def _anchors(self, spec: InputSpec) -> Iterator[np.ndarray]:
        """Pictures of the worklist that nobody has worked on, as the network sees them."""
        from unet_studio.learning.job import anchor_from

        untouched = (Status.NEW, Status.PROPOSED)
        found = [case for case in cases(self._session) if case.target == self._target and case.status in untouched]
        for case in found[:ANCHORS]:
            if self._cancelled.is_set():
                raise Cancelled
            try:
                image = load_image(self._session, case.id)
            except UserError:
                continue  # a source that is gone only makes the run poorer by one picture
            yield anchor_from(image, spec)

    def _register(self, child: ChildOutcome) -> Outcome:
        if child.cancelled:
            raise Cancelled
        if child.failed or child.verdict is None:
            raise UserError(child.failed or "Learning came to no verdict; start it again.")
        verdict = child.verdict
        if child.candidate is None:
            return Outcome(None, self._parent, False, verdict.reason, verdict.metrics, self._elapsed())
        workspace = self._session.workspace
        learned = tuple(int(name) for name in child.learned)
        new = NewVersion(
            self._target,
            self._parent,
            reason=verdict.reason,
            metrics=verdict.metrics,
            corrections=learned,
            device=child.device,
            seconds=child.seconds,
            program_version=__version__,
        )
        version = store.add_candidate(workspace, child.candidate, new)
        if verdict.promoted:
            version = store.activate(workspace, version.id, verdict.reason)
            store.mark_learned(workspace, learned, version.id)
        changes = Changes(worklist=True, queue=True, models=True, message=verdict.reason)
        return Outcome(
            version, self._parent, verdict.promoted, verdict.reason, verdict.metrics, self._elapsed(), changes=changes
        )


def start(
    session: Session,
    target: str,
    *,
    seconds: float | None = None,
    device: str = "auto",
    on_progress: Callable[[Progress], None],
    on_done: Callable[[Outcome], None],
    begun: float | None = None,
) -> Learning:
    """Begin learning from the queue in the background; both callbacks come from the background thread."""
    learning = Learning(
        session, target, seconds or SECONDS, device, on_progress, on_done, time.monotonic() if begun is None else begun
    )
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
) -> Outcome:
    """Learn and wait for the end; Ctrl+C cancels. begun: time.monotonic() at which the time budget began."""
    ended: list[Outcome] = []
    with using_session(folder) as session:
        learning = start(
            session, target, seconds=seconds, device=device, on_progress=on_progress, on_done=ended.append, begun=begun
        )
        try:
            while not learning.join(0.2):
                pass
        except KeyboardInterrupt:
            learning.cancel()
            learning.join()
    return ended[0]


def progress_row(progress: Progress) -> dict[str, Any]:
    """Progress as one JSON object."""
    row: dict[str, Any] = {
        "phase": progress.phase,
        "step": progress.step,
        "steps": progress.steps,
        "loss": progress.loss,
        "held_out_dice": progress.held_out_dice,
        "parent_dice": progress.parent_dice,
        "seconds_left": progress.seconds_left,
        "device": progress.device,
    }
    return row


def progress_text(progress: Progress) -> str:
    """Progress as one line for a terminal."""
    parts = [f"{progress.phase} {progress.step}/{progress.steps}"]
    if progress.loss is not None:
        parts.append(f"loss {progress.loss:.4f}")
    if progress.held_out_dice is not None:
        parts.append(f"held-out Dice {progress.held_out_dice:.4f}")
    if progress.parent_dice is not None:
        parts.append(f"active {progress.parent_dice:.4f}")
    parts.append(f"{progress.seconds_left:.0f} s left")
    return ", ".join(parts)
