"""Devices: which one to compute on, and what keeps a better one away."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class DeviceChoice:
    """`name` is what torch takes ("cpu", "cuda", "mps"); `label` and `why` are for the status bar."""

    name: str
    label: str
    why: str


def choose(prefer: str = "auto") -> DeviceChoice:
    """The best device that works, or the preferred one."""
    return DeviceChoice("cpu", f"CPU ({torch.get_num_threads()} threads)", "")
