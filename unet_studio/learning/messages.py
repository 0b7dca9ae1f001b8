"""What a fine-tune says while it runs and when it has ended: lines of JSON from the child, values for everyone else."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from unet_studio.learning.gate import Verdict

PHASES = ("loading", "comparing", "rehearsing", "learning", "judging")


@dataclass(frozen=True)
class Progress:
    """Where a fine-tune stands. None where nothing was measured yet.

    phase: loading, comparing (the parent on held-out Corrections), rehearsing (cross-validation), learning, judging;
    step of steps: within the whole run's plan; loss: mean since the last message; held_out_dice, parent_dice: of the
    model being trained and of its parent on the same held-out Corrections; seconds_left: until the end of the run.
    """

    phase: str
    step: int = 0
    steps: int = 0
    loss: float | None = None
    held_out_dice: float | None = None
    parent_dice: float | None = None
    seconds_left: float = 0.0
    device: str = ""
    message: str = ""
    round: int = 0
    rounds: int = 0
    memory_bytes: int | None = None

    def line(self) -> str:
        """One line of JSON; numbers that are not finite become null."""
        plain = {key: _finite(value) for key, value in asdict(self).items()}
        return json.dumps({"progress": plain}, ensure_ascii=True, allow_nan=False)


@dataclass(frozen=True)
class Outcome:
    """How a fine-tune ended: exactly one of a verdict, `failed` (one sentence) or `cancelled`.

    candidate: the weights (safetensors, complete with card) in the job folder, None where none was made.
    """

    candidate: Path | None = None
    verdict: Verdict | None = None
    metrics: dict[str, Any] = field(default_factory=dict)
    learned: tuple[str, ...] = ()  # names of the Items learned from
    device: str = ""
    seconds: float = 0.0
    failed: str = ""
    cancelled: bool = False


def parse_progress(line: bytes) -> Progress | None:
    """The Progress in one line of a child's output, None where the line is anything else."""
    try:
        values = json.loads(line)["progress"]
        known = {row.name: values[row.name] for row in fields(Progress) if row.name in values}
        progress = Progress(**known)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return progress if _sound(progress) else None


def _sound(progress: Progress) -> bool:
    numbers = (progress.step, progress.steps, progress.seconds_left, progress.round, progress.rounds)
    measured = (progress.loss, progress.held_out_dice, progress.parent_dice, progress.memory_bytes)
    return (
        progress.phase in PHASES
        and all(type(number) in (int, float) and math.isfinite(number) for number in numbers)
        and all(number is None or (type(number) in (int, float) and math.isfinite(number)) for number in measured)
        and isinstance(progress.device, str)
        and isinstance(progress.message, str)
    )


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
