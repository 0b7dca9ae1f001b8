"""The undo history: two stacks of Steps, bounded by memory and never by a count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from unet_studio.editing.step import Step

LIMIT_BYTES = 256 << 20
ReadBack = Callable[[], Step]


@dataclass(frozen=True)
class Away:
    """What stays in memory of a Step whose parts lie on the disk."""

    kind: str
    label: str
    facts: Mapping[str, str | float]


@dataclass
class Entry:
    """A Step of the history, and what reads it back once it is on the disk."""

    step: Step | Away
    read: ReadBack | None = field(default=None, compare=False)

    @property
    def held(self) -> int:
        """Bytes of parts that are in memory."""
        return self.step.size if isinstance(self.step, Step) else 0

    def give(self) -> Step:
        """The Step, read back where it is away; it stays where it is."""
        if isinstance(self.step, Step):
            return self.step
        assert self.read is not None  # nothing is put away without it
        return self.read()

    def put_away(self) -> int:
        """Let the parts go where they can be read back; how many bytes that were."""
        held = self.held if self.read is not None else 0
        if held:
            self.step = Away(self.step.kind, self.step.label, self.step.facts)
        return held


class History:
    """Steps that can be undone and redone.

    A Step leaves memory only after `written` said how it is read back: without a journal all of them stay.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self.undo_stack: list[Entry] = []
        self.redo_stack: list[Entry] = []
        self.bytes_held = 0
        self._limit = limit_bytes

    def push(self, step: Step) -> None:
        """Add a Step that is in force; what was undone before can no longer be redone."""
        self.bytes_held += step.size - sum(entry.held for entry in self.redo_stack)
        self.redo_stack.clear()
        self.undo_stack.append(Entry(step))
        self._shrink()

    def written(self, step: Step, read: ReadBack) -> None:
        """This very Step is on the disk now, and `read` brings it back (or raises UserError)."""
        for stack in (self.undo_stack, self.redo_stack):
            for entry in reversed(stack):
                if entry.step is step:
                    entry.read = read
                    self._shrink()
                    return

    def pop_undo(self) -> Step | None:
        """Move the newest Step to the redo stack and return it; None when there is none.

        Raises UserError where it cannot be read back; the stacks are then as they were.
        """
        return _move(self.undo_stack, self.redo_stack)

    def pop_redo(self) -> Step | None:
        """Move the Step undone last back to the undo stack and return it; otherwise like `pop_undo`."""
        return _move(self.redo_stack, self.undo_stack)

    def steps(self) -> list[Step]:
        """Every Step in force, oldest first, read back where it is away."""
        return [entry.give() for entry in self.undo_stack]

    def kinds(self) -> list[str]:
        """The kind of every Step in force, oldest first."""
        return [entry.step.kind for entry in self.undo_stack]

    def newest(self, *kinds: str) -> Step | Away | None:
        """The newest Step in force of one of these kinds (of any kind where none is named)."""
        for entry in reversed(self.undo_stack):
            if not kinds or entry.step.kind in kinds:
                return entry.step
        return None

    def next_redo(self) -> Step | Away | None:
        """The Step that redo would bring back."""
        return self.redo_stack[-1].step if self.redo_stack else None

    def _shrink(self) -> None:
        """Put away what is farthest from use first."""
        if self.bytes_held <= self._limit:
            return
        for entry in (*self.undo_stack, *self.redo_stack):
            self.bytes_held -= entry.put_away()
            if self.bytes_held <= self._limit:
                return


def _move(source: list[Entry], destination: list[Entry]) -> Step | None:
    if not source:
        return None
    step = source[-1].give()
    destination.append(source.pop())
    return step
