"""The child process of a fine-tune: `python -m unet_studio.learning.child JOB --seconds N`.

Reads and writes only its job folder. Progress goes out as JSON lines; the end of its standard input is its end,
so it does not outlive the program that started it, however that one died.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from unet_studio.core.errors import UserError
from unet_studio.learning.job import RESULT, read_job
from unet_studio.learning.messages import Progress
from unet_studio.learning.turn import Turn

ENDED_ALONE = 3  # exit code where the parent is gone
NO_MEMORY = "There was not enough memory to learn; close other programs and start again."


def main(arguments: list[str] | None = None) -> int:
    """Learn from one job folder; 0 with a result, 1 where `result.json` says in a sentence why there is none."""
    begun = time.monotonic()
    parser = argparse.ArgumentParser(prog="unet_studio.learning.child")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parsed = parser.parse_args(arguments)
    say = _private_output()
    turn = Turn()
    threading.Thread(target=_listen, args=(turn,), daemon=True).start()
    say(Progress("loading", seconds_left=parsed.seconds))
    try:
        result = _learn(parsed.folder, begun + parsed.seconds, say, turn)
    except UserError as error:
        result = {"failed": str(error), "device": ""}
    except (MemoryError, RuntimeError) as error:
        from training.device import out_of_memory

        if not out_of_memory(error):
            raise
        result = {"failed": NO_MEMORY, "device": ""}
    _write(parsed.folder / RESULT, result)
    return 1 if result["failed"] else 0


def _learn(folder: Path, deadline: float, say: Callable[[Progress], None], turn: Turn) -> dict[str, object]:
    job = read_job(folder)
    _step_back(job.plan.priority)
    from unet_studio.learning.course import take_course

    return take_course(job, folder, deadline, say, turn.wait)


def _private_output() -> Callable[[Progress], None]:
    """A way to say Progress on the real standard output; whatever else is printed goes to the log instead."""
    sys.stdout.flush()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(progress: Progress) -> None:
        out.write(progress.line() + "\n")
        out.flush()

    return say


def _listen(turn: Turn) -> None:
    """Take the parent's words, a line each, until it is gone."""
    heard = b""
    while part := os.read(0, 4096):
        *lines, heard = (heard + part).split(b"\n")
        for line in lines:
            turn.hear(line)
    os._exit(ENDED_ALONE)


def _step_back(priority: int) -> None:
    """Let the window and everything else go first (on Windows the parent has set the class already)."""
    if hasattr(os, "nice"):
        os.nice(priority)


def _write(path: Path, result: dict[str, object]) -> None:
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(result, allow_nan=False), encoding="utf-8")
    temporary.replace(path)


if __name__ == "__main__":
    sys.exit(main())
