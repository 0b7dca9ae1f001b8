"""The Progress of a run as a line for a terminal and for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unet_studio.learning.messages import Progress


def progress_row(progress: Progress) -> dict[str, Any]:
    """Progress as one JSON object."""
    row: dict[str, Any] = {
        "phase": progress.phase,
        "step": progress.step,
        "steps": progress.steps,
        "loss": progress.loss,
        "held_out_dice": progress.held_out_dice,
        "parent_dice": progress.parent_dice,
        "seconds_left": progress.seconds_left,
        "device": progress.device,
        "round": progress.round,
        "rounds": progress.rounds,
        "memory_bytes": progress.memory_bytes,
    }
    return row


def progress_text(progress: Progress) -> str:
    """Progress as one line for a terminal."""
    parts = [f"{progress.phase} {progress.step}/{progress.steps}"]
    if progress.loss is not None:
        parts.append(f"loss {progress.loss:.4f}")
    if progress.held_out_dice is not None:
        parts.append(f"held-out Dice {progress.held_out_dice:.4f}")
    if progress.parent_dice is not None:
        parts.append(f"active {progress.parent_dice:.4f}")
    parts.append(f"{progress.seconds_left:.0f} s left")
    return ", ".join(parts)
