"""What files are, and what the machine can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from unet_studio.core.image import FileFacts


def info(paths: Sequence[Path]) -> Iterator[FileFacts]:
    """The facts of every file among `paths`, each one's frames decoded; paths as given."""
    from unet_studio.imaging import reader, scan

    for path in scan.find_files(paths):
        yield reader.describe(path)


def info_row(facts: FileFacts) -> dict[str, Any]:
    """Facts as one JSON object; what is not known is null."""
    row = {key: value for key, value in asdict(facts).items() if key not in ("known", "counted")}
    row |= row.pop("acquisition")
    if not facts.ok:
        row = {key: (value or None) for key, value in row.items()} | {"path": facts.path, "ok": False}
    row["error"] = facts.error or None
    for key in ("body_part", "view", "intent"):
        row[key] = row[key] or None
    row["aspect"] = list(row["aspect"]) if row["aspect"] else None
    row["spacing_mm"] = list(facts.spacing_mm) if facts.spacing_mm is not None else None
    return row


def info_text(facts: FileFacts) -> str:
    """Facts as one line for a terminal."""
    if not facts.ok:
        return facts.error
    size = f"{facts.columns} x {facts.rows}" + (f", {facts.frames} frames" if facts.frames > 1 else "")
    depth = f"{facts.bits} bit {'gray' if facts.channels == 1 else 'colour'}"
    spacing = f", {facts.spacing_mm[0]:g} x {facts.spacing_mm[1]:g} mm" if facts.spacing_mm is not None else ""
    kind = " ".join(part for part in (facts.format, facts.modality, facts.photometric) if part)
    taken = facts.acquisition
    more = [part.lower() for part in (taken.body_part, taken.view, taken.intent) if part]
    more += ["patient data burnt in"] if taken.burnt_in else []
    return ", ".join((f"{facts.path}: {kind}, {size}, {depth}{spacing}", *more, facts.target or "no target"))


def doctor() -> list[dict[str, Any]]:
    """Each kind of device tried with a real convolution: name, ok, label, reason and remedy."""
    from unet_studio.inference import devices

    return devices.doctor()


def doctor_text(report: dict[str, Any]) -> str:
    """A device's report as one line for a terminal."""
    line = f"{report['label']}: {'works' if report['ok'] else 'not used'}"
    return ". ".join(part.rstrip(".") for part in (line, report["reason"], report["remedy"]) if part) + "."
