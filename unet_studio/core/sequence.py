"""Sequences: which cases are frames of one video, in which order, and the span of them that is worked on.

Frames of one file belong together, and files of one folder whose names differ in nothing but their last number, unless
their Target is none of videos: numbered radiographs are of many patients.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from unet_studio.core.case import Case, Status
from unet_studio.core.target import TARGETS

_NUMBERED = re.compile(r"(.*?)([0-9]+)([^0-9/\\]*)", re.DOTALL)
BEGUN = frozenset(Status) - {Status.NEW, Status.PROPOSED, Status.UNREADABLE}  # a person has worked on it


@dataclass(frozen=True)
class Span:
    """The part of a sequence that is worked on: every `every`-th frame from number `first` to number `last`."""

    first: int
    last: int
    every: int = 1

    def chosen(self, frames: Sequence[Case]) -> list[Case]:
        """The frames (of one sequence, in order) that lie in the span."""
        inside = [case for case in frames if self.first <= number(case) <= self.last]
        every = max(1, self.every)
        if inside and inside[0].video:  # not every frame has a row
            return [case for case in inside if (number(case) - self.first) % every == 0]
        return inside[::every]

    def count(self, frames: Sequence[Case]) -> int:
        """How many frames it chooses of a sequence, those of a video counted that have no row yet."""
        if frames[0].video:
            return len(range(max(1, self.first), min(frames[0].frames, self.last) + 1, max(1, self.every)))
        return len(self.chosen(frames))


def key(case: Case) -> str:
    """What the frames of one sequence have in common; "" for a file of one frame without a number in its name."""
    if case.frames > 1:
        return case.path
    target = TARGETS.get(case.target or "")
    parts = _parts(case.path) if target is None or target.video else None
    return f"{parts[0]}#{parts[2]}" if parts else ""


def number(case: Case) -> int:
    """A frame's number as a reader sees it: counted from 1 in a file, else as the file's name has it."""
    if case.frames > 1:
        return case.frame + 1
    parts = _parts(case.path)
    return int(parts[1]) if parts else 1


def frames_of(cases: Iterable[Case], of: Case) -> list[Case]:
    """The sequence that a case belongs to, in order; at least the case itself."""
    wanted = key(of)
    found = [case for case in cases if key(case) == wanted] if wanted else []
    return sorted(found, key=lambda case: (number(case), case.id)) or [of]


def within(cases: Sequence[Case], spans: dict[str, Span], keep: Collection[int] = ()) -> list[Case]:
    """The cases without the frames that no span has chosen; one that a person has worked on always stays.

    Frames of a video without a span are rows because somebody looked at them: the first one alone stays.
    keep: ids that stay in any case.
    """
    sequences: dict[str, list[Case]] = {}
    for case in cases if spans else ():
        if key(case) in spans:
            sequences.setdefault(key(case), []).append(case)
    left_out: set[int] = set()
    for name, frames in sequences.items():
        frames.sort(key=lambda case: (number(case), case.id))
        left_out |= {case.id for case in frames} - {case.id for case in spans[name].chosen(frames)}
    left_out |= {case.id for case in cases if case.video and case.frame and key(case) not in spans}
    return [case for case in cases if case.id not in left_out or case.status in BEGUN or case.id in keep]


@lru_cache(maxsize=1 << 16)
def _parts(path: str) -> tuple[str, str, str] | None:
    """A path before, in and after the last number of its name; the suffix is no part of the name."""
    root, suffix = os.path.splitext(path)  # noqa: PTH122 - a path may hold bytes that are no text
    if suffix[1:].isdecimal():
        root, suffix = path, ""
    found = _NUMBERED.fullmatch(root)
    return (found[1], found[2], found[3] + suffix) if found else None
