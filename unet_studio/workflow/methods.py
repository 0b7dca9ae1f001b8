"""methods.md: what a methods section says of a Workspace, every number of it counted in the rows of the CSV files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from unet_studio.core.case import Status
from unet_studio.core.model_version import ModelVersion
from unet_studio.workflow import judged
from unet_studio.workflow.case_rows import CaseRow
from unet_studio.workflow.history import VersionRow, history_of
from unet_studio.workflow.medians import DRAWS, LEAST, Middle, middle
from unet_studio.workflow.methods_words import DEFINITIONS, FILES, NO_SAVING
from unet_studio.workflow.readers import ReadersRow


@dataclass(frozen=True)
class Counts:
    """What is counted of one Target. Rows are Images x readers, patients are patients or videos."""

    target: str
    rows: int
    pictures: int
    readers: int
    accepted: int
    accepted_pictures: int
    patients: int
    unchanged: int
    empty: int
    without_proposal: int
    excluded: dict[str, int] = field(default_factory=dict)  # by reason
    not_accepted: dict[str, int] = field(default_factory=dict)  # by status
    sides: dict[str, tuple[int, int]] = field(default_factory=dict)  # side: pictures, patients
    queue: dict[str, int] = field(default_factory=dict)  # by state, of the accepted ones
    devices: dict[str, int] = field(default_factory=dict)


def counts(rows: Sequence[CaseRow]) -> list[Counts]:
    """The counts of every Target among the rows; "" is what has none yet."""
    return [_counts(name, [row for row in rows if row.target == name]) for name in sorted({r.target for r in rows})]


def _counts(target: str, rows: Sequence[CaseRow]) -> Counts:
    accepted = [row for row in rows if row.accepted]
    excluded = [row for row in rows if row.status == Status.EXCLUDED.value]
    rest = [row for row in rows if not row.accepted and row.status != Status.EXCLUDED.value]
    sides = {
        side: (len({row.picture for row in accepted if row.side == side}), _patients(accepted, side))
        for side in sorted({row.side for row in accepted})
    }
    return Counts(
        target=target,
        rows=len(rows),
        pictures=len({row.picture for row in rows}),
        readers=len({row.reader for row in rows if row.reader}),
        accepted=len(accepted),
        accepted_pictures=len({row.picture for row in accepted}),
        patients=len({row.group for row in accepted}),
        unchanged=sum(row.changed == "no" for row in accepted),
        empty=sum(row.empty == "yes" for row in accepted),
        without_proposal=sum(not row.version for row in accepted),
        excluded=_tally(row.reason for row in excluded),
        not_accepted=_tally(row.status for row in rest),
        sides=sides,
        queue=_tally(row.queue for row in accepted),
        devices=_tally(row.device for row in accepted if row.device),
    )


def _patients(rows: Iterable[CaseRow], side: str) -> int:
    return len({row.group for row in rows if row.side == side})


def _tally(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def methods_text(
    rows: Sequence[CaseRow], pairs: Sequence[ReadersRow], versions: Sequence[ModelVersion], facts: dict[str, str]
) -> str:
    """The whole of methods.md. facts: what is no count, by name (program, time, machine, modes)."""
    from unet_studio.learning.plan import ENOUGH_GATE_GROUPS, FOLDS

    parts = [
        "# Methods and numbers",
        FILES,
        "## Program",
        _table(("", ""), list(facts.items())),
        "## Pictures",
        *(_pictures(one) for one in counts(rows)),
        "## Model versions",
        _versions(rows, versions),
        "## What each version cost and saved its readers",
        _costs(history_of(rows)),
        "## Two readers",
        _pairs(pairs),
        "## Definitions",
        DEFINITIONS.format(least=LEAST, draws=DRAWS, enough=ENOUGH_GATE_GROUPS, folds=FOLDS),
    ]
    return "\n\n".join(parts).rstrip() + "\n"


def _pictures(one: Counts) -> str:
    sides = [
        (f"{side}: pictures, patients or videos", f"{pictures}, {patients}")
        for side, (pictures, patients) in one.sides.items()
    ]
    lines: list[tuple[str, Any]] = [
        ("rows (pictures x readers)", one.rows),
        ("pictures", one.pictures),
        ("readers", one.readers),
        ("masks accepted", one.accepted),
        ("pictures with an accepted mask", one.accepted_pictures),
        ("patients or videos with an accepted mask", one.patients),
        ("accepted as proposed, unchanged", one.unchanged),
        ("accepted as empty", one.empty),
        ("accepted without a proposal (drawn or imported)", one.without_proposal),
        *((f"excluded: {reason}", count) for reason, count in one.excluded.items()),
        *((f"not accepted: {status}", count) for status, count in one.not_accepted.items()),
        *sides,
        *((f"queue: {state}", count) for state, count in one.queue.items()),
        *((f"proposed on {device}", count) for device, count in one.devices.items()),
    ]
    return f"### {one.target or 'no target yet'}\n\n" + _table(("", "n"), lines)


def _versions(rows: Sequence[CaseRow], versions: Sequence[ModelVersion]) -> str:
    head = ("version", "SHA-256 of the weights", "proposed, accepted masks", "learned from, accepted masks")
    known = {version.id: version.sha256 for version in versions}
    known.update({row.version: row.sha256 for row in rows if row.sha256})
    proposed = Counter(row.version for row in rows if row.accepted)
    learned = Counter(name for row in rows if row.accepted for name in row.learned_by.split())
    table = _table(head, [(name, sha256, proposed[name], learned[name]) for name, sha256 in known.items()])
    verdicts = [cells for cells in map(judged.judged_cells, versions) if cells]
    return table + ("\n\n" + _table(judged.HEAD, verdicts) if verdicts else "")


def _costs(found: Sequence[VersionRow]) -> str:
    if not found:
        return "No accepted mask began from a proposal with the clock running."
    head = ("version", "reader", "films", "patients", "Dice", "HD95 px", "active s", "changed px")
    lines = [
        (
            *(row.version, _plain(row.reader), row.films, row.patients),
            *(middle_text(row.dice, 3), middle_text(row.hd95, 1)),
            *(middle_text(row.seconds, 1), middle_text(row.changed, 0)),
        )
        for row in found
    ]
    savings = [f"- {text}" for text in map(saving_text, found) if text]
    return _table(head, lines) + "\n\n" + ("\n".join(savings) if savings else NO_SAVING.format(least=LEAST))


def saving_text(row: VersionRow) -> str:
    """One sentence on what a version saved its reader; "" where there is too little to say anything."""
    if row.saving is None:
        return ""
    seconds, low, high = row.saving.seconds.median, row.saving.seconds.low, row.saving.seconds.high
    sure = "" if row.saving.certain else "; the interval includes 0, so no saving is shown"
    return (
        f"{row.version}, reader {_plain(row.reader)}: saves {seconds:.1f} s per film (difference of medians, 95 % "
        f"interval {low:.1f} to {high:.1f}, n = {row.films}, against {row.saving.against}, n = "
        f"{row.saving.against_films}) and {row.saving.pixels.median:.0f} changed px "
        f"({row.saving.pixels.low:.0f} to {row.saving.pixels.high:.0f}){sure}."
    )


def _pairs(pairs: Sequence[ReadersRow]) -> str:
    if not pairs:
        return "No picture has the accepted masks of two readers."
    lines = []
    for key in sorted({(one.target, one.reader_a, one.reader_b) for one in pairs}):
        same = [one for one in pairs if (one.target, one.reader_a, one.reader_b) == key]
        dice = middle(_sample(same, "dice"))
        hd95 = middle(_sample(same, "hd95_px"))
        names = (key[0], _plain(key[1]), _plain(key[2]))
        lines.append((*names, len(same), middle_text(dice, 3), middle_text(hd95, 1)))
    return _table(("target", "reader who was first", "second reader", "pictures", "Dice", "HD95 px"), lines)


def _sample(pairs: Sequence[ReadersRow], name: str) -> Any:
    from unet_studio.workflow.medians import sample_of

    return sample_of([(float(getattr(one, name)), one.group) for one in pairs])


def middle_text(found: Middle | None, digits: int) -> str:
    """A median, with its interval where it has one."""
    if found is None:
        return "–"
    text = f"{found.median:.{digits}f}"
    return text if found.low is None else f"{text} ({found.low:.{digits}f} to {found.high:.{digits}f})"


def _table(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    def line(cells: Sequence[Any]) -> str:
        return "| " + " | ".join(str(cell) for cell in cells) + " |"

    return "\n".join([line(head), line(["---"] * len(head)), *(line(cells) for cells in lines)])


def _plain(name: str) -> str:
    """A reader's name inside a table of Markdown."""
    return name.replace("|", "/").replace("\n", " ")
