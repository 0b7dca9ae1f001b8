"""What this machine can compute on, and what a model file wants to see, for rooms that load no torch themselves."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.checkpoint import describe
from training.device import choose, diagnose
from training.preprocess import InputSpec
from unet_studio.core.errors import ModelError


def summary() -> tuple[str, str]:
    """The device that proposals run on, in words, and why not a better one ("" where there is nothing to say)."""
    choice = choose("auto")
    return choice.label, choice.why


def doctor() -> list[dict[str, Any]]:
    """Each kind of device tried with a real convolution: name, ok, label, reason and remedy."""
    return [asdict(report) for report in diagnose()]


def input_spec(weights: Path) -> InputSpec:
    """What the network in a weights file wants to see. Raises ModelError for a file that is no model."""
    try:
        return describe(weights).input
    except (ValueError, OSError) as error:
        raise ModelError(str(error)) from error
