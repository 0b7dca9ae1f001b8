"""What each Model version cost and saved its readers, computed from the rows of cases.csv and from nothing else.

A version is credited with the films that it proposed and that were accepted, with the clock running. Two readers are
never put together. What a version saves is the reader's median of the first version with enough films, less this one's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from unet_studio.workflow.case_rows import CaseRow, case_rows
from unet_studio.workflow.medians import Middle, Sample, difference, middle, sample_of
from unet_studio.workflow.session import Session


@dataclass(frozen=True)
class Saving:
    """Active seconds and changed pixels a film less than with `against`, medians; negative where it costs more."""

    against: str
    against_films: int
    seconds: Middle
    pixels: Middle

    @property
    def certain(self) -> bool:
        """The interval of the seconds lies on one side of 0."""
        low, high = self.seconds.low, self.seconds.high
        return low is not None and high is not None and (low > 0 or high < 0)


@dataclass(frozen=True)
class VersionRow:
    """One version and reader. films: how many count; patients: of how many patients or videos they are.

    The medians are per film: Dice and HD95 (px of the picture) of the accepted Mask against the version's Proposal,
    None where every Proposal is lost; active seconds; changed pixels. saving: None for the reader's first version with
    enough films, and for one with too few.
    """

    target: str
    version: str
    number: int
    reader: str
    films: int
    patients: int
    dice: Middle | None
    hd95: Middle | None
    seconds: Middle
    changed: Middle
    saving: Saving | None = None


def history(
    session: Session,
    target: str,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[VersionRow]:
    """One row for each reader and version that proposed for them, in the order of the versions.

    What was not measured before is measured now. Raises Cancelled, WorkspaceError.
    """
    return history_of(case_rows(session, target, on_progress, cancelled))


def history_of(rows: Iterable[CaseRow]) -> list[VersionRow]:
    """The same from rows of cases.csv."""
    parts: dict[tuple[str, str, int, str], list[CaseRow]] = defaultdict(list)
    for row in rows:
        if row.timed:
            parts[row.target, row.reader, version_number(row.version), row.version].append(row)
    found: list[VersionRow] = []
    first: dict[tuple[str, str], tuple[str, list[CaseRow]]] = {}
    for (target, reader, number, version), films in sorted(parts.items(), key=lambda part: part[0]):
        seconds = sample(films, "active_seconds")
        begun = first.get((target, reader))
        if begun is None and seconds.enough:
            first[target, reader] = (version, films)
        saving = _saving(begun, films) if begun is not None and seconds.enough else None
        dice, hd95 = (_middle(sample(films, name)) for name in ("dice", "hd95_px"))
        counts = (seconds.films, seconds.patients)
        costs = (middle(seconds), middle(sample(films, "changed_pixels")))
        found.append(VersionRow(target, version, number, reader, *counts, dice, hd95, *costs, saving=saving))
    return sorted(found, key=lambda row: (row.target, row.number, row.reader))


def sample(films: Sequence[CaseRow], name: str) -> Sample:
    """The values of one column, and the patients that they are of; pictures without the value are left out."""
    values = [(getattr(row, name), row.group or row.picture) for row in films]
    return sample_of([(float(value), group) for value, group in values if value is not None])


def version_number(version: str) -> int:
    """7 of lung-v7; 0 where there is none."""
    found = re.search(r"-v(\d+)$", version)
    return int(found[1]) if found else 0


def _middle(values: Sample) -> Middle | None:
    return middle(values) if values.films else None


def _saving(begun: tuple[str, list[CaseRow]], films: list[CaseRow]) -> Saving:
    version, before = begun
    seconds, pixels = (
        difference(sample(before, name), sample(films, name)) for name in ("active_seconds", "changed_pixels")
    )
    return Saving(version, len(before), seconds, pixels)
