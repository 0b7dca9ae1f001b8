"""Sets Corrections aside that look like slips, with one question each; the decision itself is `core.slip`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from unet_studio.core.changes import Changes
from unet_studio.core.correction import Correction, QueueState
from unet_studio.core.errors import Unreadable, UserError, WorkspaceError
from unet_studio.core.slip import RECENT, Difference, Question, question
from unet_studio.workflow import opening, proposing, versions
from unet_studio.workflow.drafting import THRESHOLD
from unet_studio.workflow.session import Session
from unet_studio.workspace import store

SENTENCES = {
    Question.EMPTY: "Nothing is marked, but the proposal is sure that there is something. Is it meant so?",
    Question.FAR: "Far from the proposal, and unlike the other corrections. Is it meant so?",
}


def check(session: Session, target: str, reader: str, only: int | None = None) -> Changes:
    """Measure what is new and decide anew on every Correction of a reader that nobody has answered for.

    One that turned out to be the reader's way comes back into the queue by itself. only: measure this Correction alone,
    where there is no time for others. Raises WorkspaceError.
    """
    measure(session, target, reader, only)
    return _decide(session, target, reader)


def measure(
    session: Session,
    target: str,
    reader: str,
    only: int | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Record how Corrections differ from their Proposals, where that is not known yet. Raises WorkspaceError."""
    for number in store.unchecked(session.workspace, target, reader):
        if only in (None, number) and not cancelled():
            found = _measured(session, store.correction(session.workspace, number))
            if found is not None:
                store.save_check(session.workspace, number, found)


def measure_all(session: Session, cancelled: Callable[[], bool] = lambda: False) -> None:
    """`measure` for every reader and Target: a Workspace of an older format knows none. Raises WorkspaceError."""
    ones = store.corrections(session.workspace) if session.writable else []
    for target, reader in sorted({(one.target, one.reader) for one in ones}):
        measure(session, target, reader, cancelled=cancelled)


def check_again(session: Session, correction_ids: Iterable[int]) -> Changes:
    """`check` for the readers and Targets of these Corrections: an answer to one may answer for others."""
    ones = [store.correction(session.workspace, number) for number in correction_ids]
    changes = Changes()
    for target, reader in sorted({(one.target, one.reader) for one in ones}):
        changes |= check(session, target, reader)
    return changes


def propose_for(
    session: Session, correction_ids: Iterable[int], on_done: Callable[[int], None] = lambda done: None
) -> None:
    """Make the active version's Proposal of pictures that came with Masks; without a model nothing is made.

    Raises WorkspaceError.
    """
    for done, number in enumerate(correction_ids, start=1):
        one = store.correction(session.workspace, number)
        try:
            version = versions.active(session, one.target)
            if store.find_proposal(session.workspace, one.image_hash, one.target, version.id) is None:
                image = opening.kept_image(session, one.image_hash)
                if image is not None:
                    made = proposing.model(session, version.id, "auto").propose(image)
                    store.save_proposal(session.workspace, one.image_hash, made)
        except WorkspaceError:
            raise
        except UserError:  # no model that works: nothing to compare with, so nothing looks like a slip
            return
        on_done(done)


def asked(session: Session) -> dict[int, str]:
    """What is asked about each Correction that is set aside, by its id: one sentence."""
    aside = {one.id for one in store.corrections(session.workspace, states=[QueueState.SET_ASIDE])}
    found = store.checks(session.workspace)
    return {number: SENTENCES[found[number].question] for number in aside & found.keys() if found[number].question}


def _measured(session: Session, one: Correction) -> Difference | None:
    """None where there is no Proposal to compare with, or a file of it cannot be read."""
    from unet_studio.editing.difference import difference

    try:
        began, _ = store.correction_proposal(session.workspace, one.id)
        proposal = began or store.latest_proposal(session.workspace, one.image_hash, one.target)
        if proposal is None:
            return None
        return difference(proposal, store.correction_mask(session.workspace, one.id), THRESHOLD)
    except (WorkspaceError, Unreadable):
        return None


def _decide(session: Session, target: str, reader: str) -> Changes:
    """Set aside what looks like a slip, and put back what no longer does."""
    known = store.checks(session.workspace)
    states = (QueueState.QUEUED, QueueState.SET_ASIDE, QueueState.LEARNED)
    ones = [one for one in store.corrections(session.workspace, target, reader, states) if one.id in known]
    ways = {one.id: way for one in ones if (way := known[one.id].difference) is not None}
    kept = [way for number, way in ways.items() if known[number].answer is QueueState.QUEUED and not way.empty]
    newest = list(ways)[-RECENT - 1 :]
    changed: set[int] = set()
    for one in ones:
        if one.id not in ways or known[one.id].answer is not None or one.state is QueueState.LEARNED:
            continue
        others = [ways[number] for number in newest if number != one.id]
        asked_now = question(ways[one.id], target, others, kept)
        wanted = QueueState.SET_ASIDE if asked_now else QueueState.QUEUED
        if one.state is wanted:
            continue
        store.save_check(session.workspace, one.id, question=asked_now)
        store.set_state(session.workspace, one.id, wanted)
        changed.update(store.cases_of_image(session.workspace, one.image_hash))
    return Changes(frozenset(changed), queue=True) if changed else Changes()
