"""Cases: the rows of the worklist, and where each one stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Status(str, Enum):
    """Where a case stands for one reader and Target."""

    NEW = "new"
    PROPOSED = "proposed"
    CORRECTED = "corrected"  # strokes made, not accepted yet
    LATER = "later"
    QUEUED = "queued"  # accepted, waiting to be learned from
    ASIDE = "aside"  # accepted, but not to be learned from before its reader has answered or looked again
    LEARNED = "learned"
    EXCLUDED = "excluded"
    UNREADABLE = "unreadable"


def with_frame(name: str, frame: int, frames: int) -> str:
    """A file's name, followed by the number of the frame (given from 0, told from 1) where the file has several."""
    return f"{name} ({frame + 1}/{frames})" if frames > 1 else name


EXCLUDE_REASONS = ("wrong view", "wrong body part", "unusable", "duplicate", "other")


@dataclass(frozen=True)
class Case:
    """One worklist row: frame `frame` of the file at `path`, as one reader sees it."""

    id: int
    path: str
    frame: int
    frames: int
    name: str  # file name, with the frame's number where there are several
    status: Status
    target: str | None  # as guessed, or as the reader chose
    image_hash: str  # content hash, "" until it was opened once
    rows: int = 0
    columns: int = 0
    reason: str = ""  # why excluded or unreadable: one sentence
    effort: float | None = None  # expected part of the picture, 0..1, that has to be corrected; None: not known
    file: int = 0  # number of the file in this Workspace, which stands for its name
    video: bool = False
