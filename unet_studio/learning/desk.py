"""What all parts of one run share: the job, the network, the device, the time, and the way to say where it stands."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from training.checkpoint import ModelFile
from training.device import DeviceChoice, free_card, label_of, out_of_memory
from training.finetune import ON_THE_CPU
from unet_studio.learning import exam, plan
from unet_studio.learning.job import Item, Job
from unet_studio.learning.messages import Progress


def go_on() -> None:
    """Nobody else wants the device."""


@dataclass(eq=False)
class Desk:
    """One run's things. `wait` returns when it is learning's turn on the device; it is called between steps.

    network: lies on the CPU or on the device; weights are put into it wherever it is.
    """

    job: Job
    network: nn.Module
    about: ModelFile
    device: DeviceChoice
    deadline: float  # of time.monotonic()
    say: Callable[[Progress], None]
    wait: Callable[[], None] = go_on
    parent: exam.Probabilities = field(default_factory=dict)
    sitting_seconds: float = 0.0  # for one picture to go through the network, when some last did
    slower: bool = False  # the desk has moved to the CPU since the time was last shared out
    judging_seconds: float = 0.0  # for one pair of Masks to be measured
    steps_before: int = 0  # of the rounds that have ended
    steps: int = 0  # of all rounds, as planned
    round: int = 0
    rounds: int = 0
    notes: list[str] = field(default_factory=list)  # what was unusual, for the metrics

    @property
    def seconds_left(self) -> float:
        """Until the run must have ended."""
        return max(0.0, self.deadline - time.monotonic())

    @property
    def seconds_per_examinee(self) -> float:
        """For one held-out Item to sit before every mix, once more after its round, and to be judged."""
        return plan.SPARE * ((1 + len(plan.MIXES)) * self.sitting_seconds + self.judging_seconds)

    def sit(self, items: Sequence[Item]) -> exam.Probabilities:
        """What the network proposes of these Items; where the card is too full the desk moves to the CPU for good.

        Raises MemoryError where the CPU has not enough memory either.
        """
        while True:
            begun = time.monotonic()
            try:
                found = exam.sit(self.network.to(self.device.name), items, self.device.name, self.about)
            except RuntimeError as error:
                if not out_of_memory(error):
                    raise
                full = str(error)  # the error itself holds on to what filled the memory
            else:
                self.sitting_seconds = (time.monotonic() - begun) / max(len(items), 1)
                return found
            if self.device.name == "cpu":
                raise MemoryError(full)
            self.move_to_cpu()

    def move_to_cpu(self) -> None:
        """Go on without the card, and leave its memory to others; nothing where the desk is on the CPU already."""
        if self.device.name == "cpu":
            return
        self.network.to("cpu")
        free_card()
        self.device = DeviceChoice("cpu", label_of("cpu"), ON_THE_CPU)
        self.notes.append(ON_THE_CPU)
        self.slower = True

    def report(self, phase: str, step: int = 0, **values: Any) -> None:
        """Say where the run stands, `step` steps into a round."""
        self.say(
            Progress(
                phase,
                step=self.steps_before + step,
                steps=max(self.steps, self.steps_before + step),
                seconds_left=round(self.seconds_left, 1),
                device=self.device.label,
                round=self.round,
                rounds=self.rounds,
                memory_bytes=memory_bytes(self.device.name),
                **values,
            )
        )


def memory_bytes(device: str) -> int | None:
    """What this process holds on the device that computes, in bytes; None where the system does not say."""
    if device == "cuda":
        return int(torch.cuda.memory_reserved())
    if sys.platform.startswith("linux"):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "win32":
        return None
    import resource

    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)  # macOS: the most so far, in bytes
