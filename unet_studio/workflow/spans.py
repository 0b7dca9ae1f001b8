"""The span of a sequence that is on the worklist: first, last, every n-th frame."""

from __future__ import annotations

from collections.abc import Collection

from unet_studio.core import sequence
from unet_studio.core.case import Case
from unet_studio.core.changes import Changes
from unet_studio.core.errors import UserError
from unet_studio.core.sequence import Span
from unet_studio.workflow.frames import make_rows
from unet_studio.workflow.session import Session, require_writable
from unet_studio.workspace import store

SETTING = "spans"


MOST = 2000  # frames of a video that are put on the worklist at once


def worklist(session: Session, keep: Collection[int] = ()) -> list[Case]:
    """The cases as this reader sees them, without the frames that lie outside a chosen span; `keep` stay."""
    cases = store.cases(session.workspace, session.reader)
    return sequence.within(cases, _by_key(session, cases), keep)


def frames(session: Session, case_id: int) -> list[Case]:
    """All frames of the sequence that a case belongs to, in order, in the span or not."""
    cases = store.cases(session.workspace, session.reader)
    return sequence.frames_of(cases, next(case for case in cases if case.id == case_id))


def spans(session: Session) -> dict[str, Span]:
    """The chosen spans by the key of their sequence; one without is worked on as a whole."""
    return _by_key(session, store.cases(session.workspace, session.reader))


def _by_key(session: Session, cases: list[Case]) -> dict[str, Span]:
    """They are kept by a hash of the key, which is made of a path."""
    kept = store.get_setting(session.workspace, SETTING, {})
    if not kept:
        return {}
    keys = {sequence.key(case) for case in cases} - {""}
    named = {key: kept.get(store.group_hash(session.workspace, key)) for key in keys}
    return {key: Span(*map(int, numbers)) for key, numbers in named.items() if numbers}


def choose(session: Session, case_id: int, span: Span) -> Changes:
    """Put this span of a sequence on the worklist; frames outside stay where they are and can be chosen again.

    Raises Locked, UserError for too many frames of a video.
    """
    require_writable(session)
    all_frames = frames(session, case_id)
    chosen = span.count(all_frames)
    if all_frames[0].video:
        if chosen > MOST:
            raise UserError(f"{chosen} frames are more than {MOST}: choose a shorter part, or fewer of its frames.")
        make_rows(session, all_frames[0], range(span.first - 1, span.last, max(1, span.every)))
    kept = dict(store.get_setting(session.workspace, SETTING, {}))
    kept[store.group_hash(session.workspace, sequence.key(all_frames[0]))] = [span.first, span.last, span.every]
    store.set_setting(session.workspace, SETTING, kept)
    total = all_frames[0].frames if all_frames[0].video else len(all_frames)
    return Changes(worklist=True, message=f"{chosen} of {total} frames are on the worklist")
