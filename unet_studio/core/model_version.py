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


class Mode(str, Enum):
    """What happens to a Candidate of a Target that the gate found better."""

    ASK = "ask"  # its reader looks at it and decides
    AUTOMATIC = "automatic"  # it goes live as soon as no case is open
    FROZEN = "frozen"  # a reader study: nothing is learned and nothing goes live


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
    passed: bool = False  # the gate found it better than the version it was compared with
    declined: bool = False  # a reader decided that it does not go live
    archived: bool = False  # its weights lie in the archive; the numbers stay

    @property
    def compared_with(self) -> str:
        """The version that the gate compared it with; of an older program's version that is its parent."""
        return str(self.metrics.get("compared_with") or self.parent or "")
