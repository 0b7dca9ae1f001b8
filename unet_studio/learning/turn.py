"""Whose turn it is on a single graphics card: a proposal goes before learning. The child's side of pause and go."""

from __future__ import annotations

import threading

PAUSE, GO = b"pause", b"go"
LONGEST = 20.0  # seconds; a go that never comes must not keep a run from its end


class Turn:
    """Learning's turn until PAUSE is heard, and again from GO on. Heard on one thread, waited for on another."""

    def __init__(self) -> None:
        self._mine = threading.Event()
        self._mine.set()

    def hear(self, word: bytes) -> None:
        """Take one line of the parent's; others than PAUSE and GO mean nothing."""
        if word == PAUSE:
            self._mine.clear()
        elif word == GO:
            self._mine.set()

    def wait(self, longest: float = LONGEST) -> None:
        """Return when it is learning's turn, after `longest` seconds in any case, and then take it."""
        if not self._mine.wait(longest):
            self._mine.set()
