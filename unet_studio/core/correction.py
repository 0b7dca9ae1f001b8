"""Corrections: accepted Masks with what is needed to learn from them and to account for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class QueueState(str, Enum):
    """What learning may do with a Correction."""

    QUEUED = "queued"
    LEARNED = "learned"
    SET_ASIDE = "set aside"  # looks like a slip: waits for `keep` or `withdraw`
    FLAGGED = "flagged"
    WITHDRAWN = "withdrawn"


class Side(str, Enum):
    """Which side of the split a group is on, for ever."""

    TRAIN = "train"
    GATE = "gate"


@dataclass(frozen=True)
class Effort:
    """What a Correction cost its reader."""

    strokes: int = 0
    active_seconds: float = 0.0
    wall_seconds: float = 0.0
    changed_pixels: int = 0  # pixels that differ from the Proposal as the program put it in


@dataclass(frozen=True)
class Correction:
    """An accepted Mask of one (Image, Target, reader); arrays are read through the workspace room by `id`."""

    id: int
    image_hash: str
    target: str
    reader: str
    accepted_at: str  # ISO 8601, UTC
    state: QueueState
    side: Side
    model_id: str  # version that proposed it, "" where it was drawn from nothing or imported
    changed: bool  # False where the Proposal was accepted as it was
    empty: bool  # confirmed "nothing to mark here"
    effort: Effort
    source_name: str  # file name of the source, with the frame's number where there are several
    source_sha256: str
    group: str  # salted hash of patient, study or video
    source_file: int = 0  # number of the source's file in this Workspace, by which the screen names it; 0: none
    frame: int = 0  # of the source, counted from 0, and how many it has; where its worklist row is known
    frames: int = 1
    video: bool = False
    replaced_by: int | None = None  # a later Correction of the same picture, Target and reader
    proposal_id: int | None = None  # of the Proposal that it began from, None where there was none
    threshold: float | None = None  # that its reader had chosen at the end
