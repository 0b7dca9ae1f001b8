"""Model versions: immutable, numbered, exactly one active per Target."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Origin(str, Enum):
    """How a version came to be."""

    BUNDLED = "bundled"
    FINE_TUNED = "fine-tuned"
    IMPORTED = "imported"


@dataclass(frozen=True)
class ModelVersion:
    """One row of the model registry. `id` is `<target>-v<number>`, for instance `lung-v3`."""

    id: str
    target: str
    number: int
    parent: str | None
    origin: Origin
    sha256: str  # of the weights file
    created: str  # ISO 8601, UTC
    active: bool
    promoted: bool  # went live by the gate or by a reader's choice at least once
    reason: str  # the gate's verdict in one sentence
    metrics: dict[str, Any] = field(default_factory=dict)
    corrections: tuple[int, ...] = ()  # ids learned from
    device: str = ""
    seconds: float = 0.0
    program_version: str = ""
