"""What the window knows of learning: read from the Workspace in the background, shown by the panel and the dialogs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from unet_studio.core.correction import Correction, QueueState, Side
from unet_studio.core.model_version import Mode, ModelVersion
from unet_studio.core.target import TARGETS


@dataclass(frozen=True)
class Known:
    """waiting: Corrections in the queue by Target, held_out: those of them that only compare models.

    again: learned ones that the active version has not learned from (it was rolled back); readers: how many each reader
    has of what is new to the active version, by Target, learnable: of all that may be learned from; earlier: Targets
    that can be rolled back; undecided: versions that the gate found better and nobody decided on, oldest first.
    """

    waiting: Counter[str] = field(default_factory=Counter)
    held_out: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    readers: Mapping[str, Counter[str]] = field(default_factory=dict)
    learnable: Mapping[str, Counter[str]] = field(default_factory=dict)
    versions: tuple[ModelVersion, ...] = ()
    earlier: frozenset[str] = frozenset()
    modes: Mapping[str, Mode] = field(default_factory=dict)
    undecided: Mapping[str, tuple[ModelVersion, ...]] = field(default_factory=dict)

    @property
    def to_learn(self) -> Counter[str]:
        """Corrections to be learned from, by Target."""
        return self.waiting - self.held_out

    def to_begin(self, begin_from: str) -> Counter[str]:
        """Corrections for which a run that starts there may begin, by Target: all of them where it begins anew."""
        if begin_from == "active":
            return self.to_learn + self.again
        return Counter({target: readers.total() for target, readers in self.learnable.items()})

    def active(self, target: str) -> ModelVersion | None:
        """The version that proposes for a Target; None before it is known."""
        return next((one for one in self.versions if one.active and one.target == target), None)

    def version(self, model_id: str) -> ModelVersion | None:
        """The version of that id."""
        return next((one for one in self.versions if one.id == model_id), None)


def read(session: Any) -> Known:
    """Queue, versions and modes as they are now; for a background job. Raises WorkspaceError, ModelError."""
    from unet_studio.workflow import queueing, versions
    from unet_studio.workflow.request import LEARNABLE

    found = [one for one in queueing.queue(session) if one.state in LEARNABLE]
    queue = [one for one in found if one.state is QueueState.QUEUED]
    lessons = [one for one in found if one.side is not Side.GATE]
    learned = {name: versions.learned_from(session, name) for name in {one.target for one in lessons}}
    again = [one for one in lessons if one.state is not QueueState.QUEUED and one.id not in learned[one.target]]
    kept = versions.with_names(session, versions.versions(session))
    waiting = {one.id for name in TARGETS for one in versions.undecided(session, name)}
    return Known(
        waiting=Counter(one.target for one in queue),
        held_out=Counter(one.target for one in queue if one.side is Side.GATE),
        again=Counter(one.target for one in again),
        readers=_by_reader([one for one in queue if one.side is not Side.GATE] + again),
        learnable=_by_reader(lessons),
        versions=tuple(kept),
        earlier=frozenset(name for name in TARGETS if versions.before_active(session, name) is not None),
        modes={name: versions.mode(session, name) for name in TARGETS},
        undecided={name: tuple(one for one in kept if one.id in waiting and one.target == name) for name in TARGETS},
    )


def _by_reader(corrections: Iterable[Correction]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for one in corrections:
        found.setdefault(one.target, Counter())[one.reader] += 1
    return found
