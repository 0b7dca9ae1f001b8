"""How each version was judged when it was made here: what versions.csv and methods.md tell of it, in numbers alone."""

from __future__ import annotations

from typing import Any

from unet_studio.core.model_version import ModelVersion, Origin

COLUMNS = (
    *("compared_with", "method", "patients", "pictures", "pictures_unchanged", "verdict"),
    *("dice_before", "dice_after", "agreement_gain", "agreement_gain_low", "agreement_gain_high"),
)


def judged(version: ModelVersion) -> dict[str, Any]:
    """COLUMNS of a version; {} for one that was not judged on the Corrections of this Workspace.

    patients: changed groups that decided; Dice: means over the changed pictures; None: not measured.
    """
    metrics = version.metrics
    if version.origin is not Origin.FINE_TUNED or "method" not in metrics:
        return {}
    gain = metrics.get("gain") or {}
    numbers = {
        "dice_before": metrics.get("parent_dice"),
        "dice_after": metrics.get("candidate_dice"),
        "agreement_gain": gain.get("mean"),
        "agreement_gain_low": gain.get("low"),
        "agreement_gain_high": gain.get("high"),
    }
    return {
        "compared_with": version.compared_with,
        "method": metrics["method"],
        "patients": metrics.get("groups", gain.get("groups")),
        "pictures": metrics.get("pictures"),
        "pictures_unchanged": metrics.get("unchanged"),
        "verdict": "better" if version.passed else "not better",
        **{name: None if value is None else round(float(value), 6) for name, value in numbers.items()},
    }


def judged_cells(version: ModelVersion) -> tuple[Any, ...]:
    """One line of the table in methods.md, of what `judged` tells; () where it tells nothing."""
    row = judged(version)
    if not row:
        return ()

    def text(name: str, sign: str = "") -> str:
        return "–" if row[name] is None else f"{row[name]:{sign}.3f}"

    gain = f"{text('agreement_gain', '+')} ({text('agreement_gain_low', '+')} to {text('agreement_gain_high', '+')})"
    counts = (row["patients"], row["pictures"], row["pictures_unchanged"])
    counted = tuple("–" if count is None else count for count in counts)
    dice = (text("dice_before"), text("dice_after"))
    return (version.id, row["compared_with"], row["method"], *counted, *dice, gain, row["verdict"])


HEAD = (
    *("version", "compared with", "judged by", "patients", "pictures", "of them unchanged"),
    *("Dice before", "Dice after", "gain in agreement", "verdict"),
)
