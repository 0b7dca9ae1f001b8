"""Proposals before learning: with one graphics card, a run steps back while somebody waits for a Proposal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

SHARED = ("cuda", "mps")  # devices that learning and proposals would fight over; the CPU's are told by priority


class Yielding(Protocol):
    """A run that can step back."""

    def pause(self) -> None:
        """Leave the device alone."""

    def resume(self) -> None:
        """Go on."""


_turns = threading.Lock()  # guards both
_learning: list[Yielding] = []
_waiting = [0]  # how many Proposals are being made


@contextmanager
def learning(run: Yielding) -> Iterator[None]:
    """While inside, `run` steps back for Proposals."""
    with _turns:
        _learning.append(run)
    try:
        yield
    finally:
        with _turns:
            _learning.remove(run)


@contextmanager
def before_learning(device: str) -> Iterator[None]:
    """While inside, learning leaves `device` alone, if it is one that they would share."""
    if device not in SHARED:
        yield
        return
    _change(+1)
    try:
        yield
    finally:
        _change(-1)


def _change(by: int) -> None:
    with _turns:
        _waiting[0] += by
        for run in _learning:
            if by > 0 and _waiting[0] == 1:
                run.pause()
            elif _waiting[0] == 0:
                run.resume()
