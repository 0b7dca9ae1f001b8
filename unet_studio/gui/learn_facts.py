"""What the window knows of learning: read from the Workspace in the background, shown by the panel and the dialogs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from unet_studio.core.correction import QueueState, Side
from unet_studio.core.model_version import Mode, ModelVersion
from unet_studio.core.target import TARGETS


@dataclass(frozen=True)
class Known:
    """waiting: Corrections in the queue by Target, held_out: those of them that only compare models.

    readers: of those that are to be learned from, how many each reader has, by Target; earlier: Targets that can be
    rolled back; undecided: versions that the gate found better and nobody decided on, oldest first.
    """

    waiting: Counter[str] = field(default_factory=Counter)
    held_out: Counter[str] = field(default_factory=Counter)
    readers: Mapping[str, Counter[str]] = field(default_factory=dict)
    versions: tuple[ModelVersion, ...] = ()
    earlier: frozenset[str] = frozenset()
    modes: Mapping[str, Mode] = field(default_factory=dict)
    undecided: Mapping[str, tuple[ModelVersion, ...]] = field(default_factory=dict)

    @property
    def to_learn(self) -> Counter[str]:
        """Corrections to be learned from, by Target."""
        return self.waiting - self.held_out

    def active(self, target: str) -> ModelVersion | None:
        """The version that proposes for a Target; None before it is known."""
        return next((one for one in self.versions if one.active and one.target == target), None)

    def version(self, model_id: str) -> ModelVersion | None:
        """The version of that id."""
        return next((one for one in self.versions if one.id == model_id), None)


def read(session: Any) -> Known:
    """Queue, versions and modes as they are now; for a background job. Raises WorkspaceError, ModelError."""
    from unet_studio.workflow import queueing, versions

    queue = [one for one in queueing.queue(session) if one.state is QueueState.QUEUED]
    readers: dict[str, Counter[str]] = {}
    for one in queue:
        if one.side is not Side.GATE:
            readers.setdefault(one.target, Counter())[one.reader] += 1
    kept = versions.with_names(session, versions.versions(session))
    waiting = {one.id for name in TARGETS for one in versions.undecided(session, name)}
    return Known(
        waiting=Counter(one.target for one in queue),
        held_out=Counter(one.target for one in queue if one.side is Side.GATE),
        readers=readers,
        versions=tuple(kept),
        earlier=frozenset(name for name in TARGETS if versions.before_active(session, name) is not None),
        modes={name: versions.mode(session, name) for name in TARGETS},
        undecided={name: tuple(one for one in kept if one.id in waiting and one.target == name) for name in TARGETS},
    )
