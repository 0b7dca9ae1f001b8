"""A draft: the Mask being worked on, with every step journalled as it is made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Any

import numpy as np

from unet_studio.core.case import Status
from unet_studio.core.errors import WorkspaceError
from unet_studio.core.proposal import Proposal
from unet_studio.editing.changes import strokes
from unet_studio.editing.document import Document, Event
from unet_studio.editing.history import LIMIT_BYTES, History
from unet_studio.editing.records import event_record, follow, from_record, kinds_in_force, to_record
from unet_studio.editing.rect import Rect
from unet_studio.editing.step import Step
from unet_studio.workflow.session import Session
from unet_studio.workspace import store
from unet_studio.workspace.store import Journal, Place

THRESHOLD = 0.5  # at which the program itself proposes, until a reader moves it


class Draft:
    """One open (Image, Target, reader). The journal follows the Document by itself; to be used from one thread.

    problem: one sentence where a step could not be journalled, "" while all is well.
    """

    def __init__(
        self,
        session: Session,
        case_id: int,
        image_hash: str,
        target: str,
        document: Document,
        base: int | None = None,
        *,
        threshold: float = THRESHOLD,
        begun: bool = False,
    ) -> None:
        """base: id of the Correction that the Mask starts from, None for an empty one; threshold: that one's.

        begun: the journal has records already.
        """
        self.target = target
        self.document = document
        self.problem = ""
        self.base = base
        self._session = session
        self._case_id = case_id
        self._image_hash = image_hash
        self._journal: Journal | None = None
        self._waiting: list[Event] = []
        self._start = threshold
        self._begun = begun
        self._edited = False
        self._slider: Any = None  # a ThresholdGesture while the slider moves
        document.listeners.append(self._follow)

    @property
    def threshold(self) -> float:
        """The threshold in force."""
        newest = self.document.history.newest("proposal", "threshold")
        return float(newest.facts.get("threshold", THRESHOLD)) if newest is not None else self._start

    @property
    def can_undo(self) -> bool:
        """True when there is a step to take back."""
        return bool(self.document.history.undo_stack)

    @property
    def can_redo(self) -> bool:
        """True when there is a step to bring back."""
        return bool(self.document.history.redo_stack)

    @property
    def next_undo(self) -> str:
        """The label of the step that undo takes back, "" at the start."""
        step = self.document.history.newest()
        return step.label if step is not None else ""

    @property
    def next_redo(self) -> str:
        """The label of the step that redo brings back, "" where there is none."""
        step = self.document.history.next_redo()
        return step.label if step is not None else ""

    @property
    def sliding(self) -> bool:
        """True while the Mask shows a threshold that is not in force yet."""
        return self._slider is not None and self._slider.open

    @property
    def kept(self) -> int:
        """Pixels that the newest proposal or threshold would have changed and left, because the reader drew them."""
        newest = self.document.history.newest()
        program = newest is not None and newest.kind in ("proposal", "threshold")
        return int(newest.facts.get("kept", 0)) if newest is not None and program else 0

    @property
    def strokes(self) -> int:
        """Gestures of the reader that are in force."""
        return strokes(self.document.history)

    def propose(self, proposal: Proposal, threshold: float, *, keep_touched: bool = True) -> Rect:
        """Put a Proposal's Mask in as one undo step; touched pixels keep their value unless told otherwise."""
        from unet_studio.editing.threshold import apply_proposal

        self._slider = None
        facts = {"model": proposal.model_id}
        step = apply_proposal(self.document, proposal.probability, threshold, keep_touched=keep_touched, facts=facts)
        return step.rect

    def adopt(self, document: Document) -> None:
        """Go on with a Document that was made ready for this draft, which is still empty; its steps are journalled."""
        self.document.listeners.remove(self._follow)
        document.listeners.append(self._follow)
        self.document = document
        self._waiting += [Event("step", step.rect, step) for step in document.history.steps()]
        self._edited = True

    def set_threshold(self, proposal: Proposal, threshold: float, *, final: bool) -> None:
        """Show the Mask at another threshold; with `final` it becomes one undo step."""
        from unet_studio.editing.threshold import ThresholdGesture

        if self._slider is None or not self._slider.open:
            self._slider = ThresholdGesture(self.document, proposal.probability, {"model": proposal.model_id})
        self._slider.move(threshold)
        if final:
            self._slider.finish()
            self._slider = None

    def undo(self) -> Rect | None:
        """Take the newest step back; the rectangle that changed, or None."""
        self._slider = None
        return _rect(self.document.undo())

    def redo(self) -> Rect | None:
        """Bring the step undone last back; the rectangle that changed, or None."""
        self._slider = None
        return _rect(self.document.redo())

    @property
    def unsaved(self) -> bool:
        """True while something may not be on the disk yet, or the worklist does not say that work has begun."""
        return self._edited or bool(self._waiting)

    def flush(self) -> None:
        """Bring what was journalled to the disk, and say in the worklist that work has begun.

        Raises WorkspaceError, one sentence, when a step is not on the disk yet; call it again later.
        """
        self.write()
        self.sync()

    def write(self) -> None:
        """Append what the disk refused before, in order; nothing is dropped. Raises WorkspaceError."""
        if not self._waiting:
            return
        key = (self._image_hash, self.target, self._session.reader)
        if self._journal is not None and self._journal.lost:
            self._close_journal()
        if self._journal is None:
            self._journal = store.open_journal(self._session.workspace, *key)
        if self._begun and self._journal.fresh:
            self._write_anew(self._journal)
            return
        if self.base is not None and not self._begun:
            self._journal.append({"op": "base", "correction": self.base})
            self._begun = True
        while self._waiting:
            event = self._waiting[0]
            place = self._journal.append(event_record(event) or {})
            self._begun = True
            if event.op == "step" and event.step is not None:
                self.document.history.written(event.step, _reader(self._session, key, place))
            self._waiting.pop(0)
        self.problem = ""

    def _write_anew(self, journal: Journal) -> None:
        """Another program put the journal away (`queue add`): what is on the screen begins a new one, whole."""
        history = self.document.history
        undone = [entry.give() for entry in reversed(history.redo_stack)]
        records = [{"op": "base", "correction": self.base}] if self.base is not None else []
        records += [to_record(step) for step in (*history.steps(), *undone)] + [{"op": "undo"}] * len(undone)
        journal.rewrite(records)
        for entry in (*history.undo_stack, *history.redo_stack):
            entry.read = None  # where it lay is no more: it stays in memory
        self._waiting.clear()
        self.problem = ""

    def sync(self) -> bool:
        """The slow half of `flush`, for any thread: True where the worklist was told that work has begun.

        Raises WorkspaceError.
        """
        edited, self._edited = self._edited, False
        journal = self._journal
        try:
            if journal is not None:
                journal.flush(force=True)
            if edited and self.strokes:
                store.set_status(self._session.workspace, self._case_id, self._session.reader, Status.CORRECTED)
                return True
        except WorkspaceError:
            self._edited |= edited
            raise
        return False

    def close(self) -> None:
        """Finish an open gesture, flush, and let the journal go; painting on opens it again. Raises WorkspaceError."""
        self.document.settle()
        self._slider = None
        self.flush()
        self._close_journal()

    def retire(self) -> None:
        """The Mask was accepted: what is done to this Document from now on is not kept; open the case again."""
        self.document.listeners.remove(self._follow)

    def _follow(self, event: Event) -> None:
        if event.op == "preview":
            return
        self._edited = True
        self._waiting.append(event)
        try:
            self.write()
        except WorkspaceError as error:
            self.problem = str(error)  # kept in `_waiting`: the next step or flush tries again

    def _close_journal(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None


def open_draft(
    session: Session,
    case_id: int,
    image_hash: str,
    target: str,
    shape: tuple[int, int],
    limit_bytes: int = LIMIT_BYTES,
) -> Draft:
    """The draft as it was left: journalled steps on the accepted Mask they began from, or on nothing.

    shape: (rows, columns) of the Image. limit_bytes: what undo may hold in memory; older steps are read back from the
    journal. Raises WorkspaceError where the journal cannot be read.
    """
    key = (image_hash, target, session.reader)
    records = store.placed_records(session.workspace, *key)
    first = next(records, None)
    base = _base(session, key, first)
    mask, touched = _base_arrays(session, base)
    document = Document(shape, mask, touched, History(limit_bytes))
    for record, place in chain(() if first is None else (first,), records):
        step = follow(document, record) if record.get("op") != "base" else None
        if step is not None:
            document.history.written(step, _reader(session, key, place))
    started = None if base is None else store.correction(session.workspace, base).threshold
    threshold = THRESHOLD if started is None else started
    return Draft(session, case_id, image_hash, target, document, base, threshold=threshold, begun=first is not None)


def worked_on(session: Session, image_hash: str, target: str) -> bool:
    """Whether this reader's draft of a picture holds more than what the program put in. Raises WorkspaceError."""
    found = store.read_records(session.workspace, image_hash, target, session.reader)
    return any(kind != "proposal" for kind in kinds_in_force(found.records))


def _base(session: Session, key: tuple[str, str, str], first: tuple[dict[str, Any], Place] | None) -> int | None:
    """The id of the Correction that the journal began from, or will begin from; None where that is nothing."""
    if first is not None:
        return int(first[0]["correction"]) if first[0].get("op") == "base" else None
    standing = store.current_correction(session.workspace, *key)
    return standing.id if standing is not None else None


def _reader(session: Session, key: tuple[str, str, str], place: Place) -> Callable[[], Step]:
    """What reads a journalled step back."""
    read = partial(store.read_record, session.workspace, *key, place)
    return lambda: from_record(read())


def _base_arrays(session: Session, base: int | None) -> tuple[np.ndarray | None, np.ndarray | None]:
    if base is None:
        return None, None
    return store.correction_mask(session.workspace, base), store.correction_touched(session.workspace, base)


def _rect(step: Step | None) -> Rect | None:
    return step.rect if step is not None else None
