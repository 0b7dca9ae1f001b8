"""Decode children, reused and replaced: what hangs or kills one costs one message."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from unet_studio.core.errors import Cancelled
from unet_studio.imaging import limits, wire
from unet_studio.imaging.refusal import Refused

COMMAND = (sys.executable, "-m", "unet_studio.imaging.child")
PACKAGE_FOLDER = Path(__file__).resolve().parents[2]  # where `-m` finds the package, whatever the current folder holds
F_SETPIPE_SZ, PIPE_BYTES = 1031, 1 << 20
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}


class _Child:
    """One decode process and its two pipes."""

    def __init__(self, command: Sequence[str]) -> None:
        self.served = 0
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=PACKAGE_FOLDER,
            env={**os.environ, **ONE_THREAD},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        _widen(cast(BinaryIO, self._process.stdout))

    def ask(self, request: dict[str, Any], seconds: float) -> tuple[dict[str, Any], np.ndarray | None]:
        """The answer within `seconds`. Raises TimeoutError, or wire.Broken where the child died."""
        late = threading.Event()
        watch = threading.Timer(seconds, self._kill_late, [late])
        watch.daemon = True
        watch.start()
        try:
            wire.send(cast(BinaryIO, self._process.stdin), request)
            answer = wire.receive(cast(BinaryIO, self._process.stdout))
        except (wire.Broken, OSError, ValueError) as error:
            raise TimeoutError if late.is_set() else wire.Broken(str(error)) from None
        finally:
            watch.cancel()
            watch.join()
        if late.is_set():
            raise TimeoutError
        self.served += 1
        return answer

    def _kill_late(self, late: threading.Event) -> None:
        late.set()
        self.kill()

    def kill(self) -> None:
        """Ends the process at once; whoever waits for its answer gets wire.Broken."""
        self._process.kill()

    def end(self) -> None:
        """Kills the process, waits for it and closes its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # unsent bytes of a request that nobody reads any more
                    continue


def _widen(pipe: BinaryIO) -> None:
    """Let a pipe hold a megabyte where the system can: pictures come through in a third of the switches."""
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, F_SETPIPE_SZ, PIPE_BYTES)


class Pool:
    """At most `limits.CHILDREN` children at work, for any number of calling threads."""

    def __init__(self, command: Sequence[str] = COMMAND, seconds: float = limits.FILE_SECONDS) -> None:
        self._command = command
        self._seconds = seconds
        self._free = threading.BoundedSemaphore(limits.CHILDREN)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._closings = 0

    def ask(self, verb: str, path: Path, frame: int = 0, **more: object) -> tuple[dict[str, Any], np.ndarray | None]:
        """A child's answer about one file, in at most the pool's seconds once a child is free; `more` goes along.

        Raises Refused where the file hangs or kills the child, Cancelled where close() came in between.
        """
        with self._free:
            closings = self._closings
            deadline = time.monotonic() + self._seconds
            request = {"verb": verb, "path": str(path), "frame": frame, **more}
            while True:
                child = self._take()
                try:
                    return self._ask(child, request, deadline)
                except TimeoutError:
                    raise self._refusal(closings, self._too_slow()) from None
                except wire.Broken:
                    # a child that had served others may have died of what they left behind: one fresh one decides
                    if child.served == 0 or self._closings != closings:
                        raise self._refusal(closings, _killed()) from None

    def _ask(self, child: _Child, request: dict[str, Any], deadline: float) -> tuple[dict[str, Any], np.ndarray | None]:
        seconds = max(0.0, deadline - time.monotonic())
        sound = False
        try:
            answer = child.ask({**request, "seconds": seconds}, seconds)
            sound = True
            return answer
        finally:
            self._give_back(child, sound)

    def _take(self) -> _Child:
        with self._lock:
            child = self._idle.pop() if self._idle else self._new_child()
            self._busy.add(child)
            return child

    def _new_child(self) -> _Child:
        try:
            return _Child(self._command)
        except OSError:
            raise Refused("waits for a decoder that cannot be started", "close other programs and try again") from None

    def _give_back(self, child: _Child, sound: bool) -> None:
        with self._lock:
            kept = sound and child in self._busy
            self._busy.discard(child)
            if kept:
                self._idle.append(child)
        if not kept:
            child.end()

    def start(self) -> None:
        """Starts one child ahead of the first file; returns at once."""
        with self._lock:
            if not self._idle and not self._busy:
                self._idle.append(_Child([*self._command, wire.WARM]))

    def close(self) -> None:
        """Ends every child; calls under way raise Cancelled, later ones start anew."""
        with self._lock:
            self._closings += 1
            idle, self._idle = self._idle, []
            busy, self._busy = self._busy, set()
            for child in busy:
                child.kill()
        for child in idle:
            child.end()

    def _refusal(self, closings: int, refusal: Refused) -> Exception:
        return Cancelled() if self._closings != closings else refusal

    def _too_slow(self) -> Refused:
        return Refused(
            f"could not be decoded within {self._seconds:g} seconds", "export it again, uncompressed if possible"
        )


def _killed() -> Refused:
    return Refused("made its decoder stop and is probably damaged", "export it again, uncompressed if possible")
