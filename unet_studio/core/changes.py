"""What a verb of `workflow` changed: the window refreshes from this value and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Changes:
    """Ids of what changed; `message` is one line for the status bar."""

    cases: frozenset[int] = field(default_factory=frozenset)
    worklist: bool = False  # rows were added, removed or reordered
    queue: bool = False
    models: bool = False
    message: str = ""

    def __or__(self, other: Changes) -> Changes:
        """Both changes together; the later message wins where it says something."""
        return Changes(
            self.cases | other.cases,
            self.worklist or other.worklist,
            self.queue or other.queue,
            self.models or other.models,
            other.message or self.message,
        )
