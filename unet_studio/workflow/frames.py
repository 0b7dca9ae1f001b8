"""Frames of one file by number: a row is made when a frame is asked for, and a video is counted in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from unet_studio.core.case import Case
from unet_studio.core.image import FileFacts, Voi
from unet_studio.workflow import viewing
from unet_studio.workflow.session import Session, require_writable
from unet_studio.workspace import store


def case_at(session: Session, case_id: int, frame: int) -> Case:
    """The row of another frame (counted from 0) of the case's file, made where there is none; its Target goes along.

    Raises Locked where it would have to be made, WorkspaceError.
    """
    here = store.case(session.workspace, case_id, session.reader)
    if here.frame == frame:
        return here
    found = store.frame_of(session.workspace, here.file, frame)
    if found is None:
        require_writable(session)
        found = store.add_frames(session.workspace, case_id, session.reader, [frame])[0]
    return store.case(session.workspace, found, session.reader)


def make_rows(session: Session, case: Case, frames: range) -> None:
    """Rows for these frames (counted from 0) of a video, as far as there are any."""
    wanted = range(frames.start, min(frames.stop, case.frames), frames.step)
    store.add_frames(session.workspace, case.id, session.reader, wanted)


def moving(session: Session, case: Case, frame: int, window: Voi | None, inverted: bool = False) -> np.ndarray:
    """What a frame looks like, uint8 (H, W) or (H, W, 3), without opening it. Raises Unreadable, Cancelled."""
    from unet_studio.imaging import reader

    return viewing.display(reader.read(Path(case.path), frame), window, inverted=inverted)


def count(
    session: Session,
    case_id: int,
    on_part: Callable[[FileFacts], None] = lambda facts: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> FileFacts:
    """Decode a video once, which tells how many frames it has and where each lies; `error` where it cannot be read.

    on_part gets what is known every few seconds. Raises Cancelled, WorkspaceError.
    """
    from unet_studio.imaging import reader

    case = store.case(session.workspace, case_id, session.reader)
    facts = reader.counted(Path(case.path), on_part, cancelled)
    if not facts.error and session.writable and facts.frames != case.frames:
        store.set_frames(session.workspace, case.file, facts.frames)
    return facts
