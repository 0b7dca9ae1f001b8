"""A model version in a reader's words: what it learned from, how it was judged, what it means. No widgets."""

from __future__ import annotations

from typing import Any

from unet_studio.core.model_version import ModelVersion, Origin
from unet_studio.gui.texts import tr, tr_n


def number(metrics: dict[str, Any], name: str) -> float | None:
    """A number among a version's metrics; None where it is not one."""
    value = metrics.get(name)
    return float(value) if isinstance(value, int | float) and value == value else None


def moved(version: ModelVersion) -> str:
    """The held-out Dice of the version's parent and its own, as in "0.873 → 0.952"; "" where nobody compared them."""
    before, after = number(version.metrics, "parent_dice"), number(version.metrics, "candidate_dice")
    return "" if before is None or after is None else f"{before:.3f} → {after:.3f}"


def dice_text(metrics: dict[str, Any]) -> str:
    """The version's own Dice on Corrections that it has not learned from, or a dash."""
    found = number(metrics, "candidate_dice")
    return "–" if found is None else f"{found:.3f}"


def films(version: ModelVersion) -> int:
    """How many held-out pictures it was judged on."""
    return len(version.metrics.get("per_picture") or ())


def interval(metrics: dict[str, Any]) -> str:
    """The gain with its interval, as in "+0.079 (95 % interval +0.041 to +0.112)"; "" where it is not known."""
    gain = metrics.get("gain")
    if not isinstance(gain, dict):
        return ""
    numbers = [number(gain, name) for name in ("mean", "low", "high")]
    if any(value is None for value in numbers):
        return ""
    mean, low, high = (f"{value:+.3f}" for value in numbers)
    return tr("{mean} (95 % interval {low} to {high})", mean=mean, low=low, high=high)


def in_words(version: ModelVersion) -> str:
    """Sentences on one version: where it comes from, what it learned, how it did on held-out films."""
    parts = [_origin(version), _measured(version)]
    if version.reason and version.origin is not Origin.BUNDLED:
        parts.append(version.reason)
    return " ".join(part for part in parts if part)


def _origin(version: ModelVersion) -> str:
    if version.origin is Origin.BUNDLED:
        return tr("{model} came with the program.", model=version.id)
    if version.origin is Origin.IMPORTED:
        return tr("{model} was imported from a file.", model=version.id)
    return tr_n(
        "{model} learned from %n correction in {minutes} on {device}, starting from {parent}.",
        "{model} learned from %n corrections in {minutes} on {device}, starting from {parent}.",
        len(version.corrections),
        model=version.id,
        minutes=duration(version.seconds),
        device=version.device or "?",
        parent=version.parent or tr("nothing"),
    )


def _measured(version: ModelVersion) -> str:
    said = moved(version)
    if not said:
        return ""
    before, after = (number(version.metrics, name) for name in ("parent_hd95", "candidate_hd95"))
    if before is None or after is None:
        return tr_n(
            "On %n held-out film mean Dice went {dice}.",
            "On %n held-out films mean Dice went {dice}.",
            films(version),
            dice=said,
        )
    return tr_n(
        "On %n held-out film mean Dice went {dice}, HD95 {hd95} px.",
        "On %n held-out films mean Dice went {dice}, HD95 {hd95} px.",
        films(version),
        dice=said,
        hd95=f"{before:.1f} → {after:.1f}",
    )


def duration(seconds: float) -> str:
    """Seconds as a reader says them."""
    whole = round(seconds)
    if whole < 120:
        return tr("{seconds} s", seconds=whole)
    if whole < 7200:
        return tr("{minutes} min", minutes=round(whole / 60))
    return tr("{hours:.1f} h", hours=whole / 3600)
