"""The undo history: two stacks of Steps, bounded by memory and never by a count."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from unet_studio.editing.step import Step

LIMIT_BYTES = 256 << 20

Entry: TypeAlias = "Step | Callable[[], Step]"
PutAway = Callable[[Step], Callable[[], Step]]


class History:
    """Steps that can be undone and redone.

    put_away: takes a Step out of memory and returns what reads it back (from the journal). Without it every Step
    stays in memory: none is ever forgotten.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES, put_away: PutAway | None = None) -> None:
        self.undo_stack: list[Entry] = []
        self.redo_stack: list[Entry] = []
        self.bytes_held = 0
        self._limit = limit_bytes
        self._put_away = put_away

    def push(self, step: Step) -> None:
        """Add a Step that is in force; what was undone before can no longer be redone."""
        self.bytes_held += step.size - sum(_held(entry) for entry in self.redo_stack)
        self.redo_stack.clear()
        self.undo_stack.append(step)
        self._shrink()

    def pop_undo(self) -> Step | None:
        """Move the newest Step to the redo stack and return it; None when there is none."""
        return self._move(self.undo_stack, self.redo_stack)

    def pop_redo(self) -> Step | None:
        """Move the Step undone last back to the undo stack and return it; None when there is none."""
        return self._move(self.redo_stack, self.undo_stack)

    def steps(self) -> list[Step]:
        """Every Step in force, oldest first."""
        return [_read(entry) for entry in self.undo_stack]

    def newest(self, *kinds: str) -> Step | None:
        """The newest Step in force of one of these kinds (of any kind where none is named)."""
        for entry in reversed(self.undo_stack):
            step = _read(entry)
            if not kinds or step.kind in kinds:
                return step
        return None

    def next_redo(self) -> Step | None:
        """The Step that redo would bring back."""
        return _read(self.redo_stack[-1]) if self.redo_stack else None

    def _move(self, source: list[Entry], destination: list[Entry]) -> Step | None:
        if not source:
            return None
        entry = source.pop()
        step = _read(entry)
        self.bytes_held += step.size - _held(entry)
        destination.append(step)
        return step

    def _shrink(self) -> None:
        if self._put_away is None or self.bytes_held <= self._limit:
            return
        for index, entry in enumerate(self.undo_stack):
            if self.bytes_held <= self._limit:
                return
            if isinstance(entry, Step):
                self.undo_stack[index] = self._put_away(entry)
                self.bytes_held -= entry.size


def _read(entry: Entry) -> Step:
    return entry if isinstance(entry, Step) else entry()


def _held(entry: Entry) -> int:
    return entry.size if isinstance(entry, Step) else 0
