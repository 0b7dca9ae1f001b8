"""The rows of cases.csv: one for each Image, Target and reader, with no name, path or tag of a patient in it.

Everything that `methods` and `history` say is computed from these rows, as they are written: rounded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

from unet_studio.core.case import EXCLUDE_REASONS, Case, Status
from unet_studio.core.correction import Correction, QueueState
from unet_studio.core.model_version import ModelVersion
from unet_studio.workflow.mask_measures import against_proposals
from unet_studio.workflow.session import Session
from unet_studio.workspace import store
from unet_studio.workspace.store import Measured, Origin

DIGITS = 12  # of a hash, as a pseudonym
_STATUS = {QueueState.LEARNED: Status.LEARNED, QueueState.QUEUED: Status.QUEUED}


@dataclass(frozen=True)
class CaseRow:
    """One line of cases.csv; None is written as nothing.

    picture: first digits of the content hash, as exported Masks have it. group: of the salted hash of patient, study
    or video. status: as the worklist has it. reason: why excluded. queue: state of the Correction, "" without one.
    version, sha256, device: of the Proposal that the Mask began from; threshold: the one its reader ended with. dice,
    hd95: Mask against the Proposal as the program put it in. learned_by: every Model version that learned from it.
    """

    picture: str
    group: str
    target: str
    reader: str
    status: str
    reason: str = ""
    side: str = ""
    queue: str = ""
    accepted_at: str = ""
    version: str = ""
    sha256: str = ""
    threshold: float | None = None
    device: str = ""
    dice: float | None = None
    hd95_px: float | None = None
    hd95_mm: float | None = None
    changed_pixels: int | None = None
    changed: str = ""
    empty: str = ""
    area_px: int | None = None
    area_mm2: float | None = None
    rows: int | None = None
    columns: int | None = None
    strokes: int | None = None
    active_seconds: float | None = None
    wall_seconds: float | None = None
    learned_by: str = ""

    @property
    def accepted(self) -> bool:
        """A Correction stands, and its reader did not exclude the picture afterwards."""
        return bool(self.accepted_at) and self.status != Status.EXCLUDED.value

    @property
    def timed(self) -> bool:
        """It counts for a version: accepted, begun from its Proposal, with the clock running."""
        return self.accepted and bool(self.version) and bool(self.active_seconds)


COLUMNS = tuple(one.name for one in fields(CaseRow))


def case_rows(
    session: Session,
    target: str | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[CaseRow]:
    """All rows of a Workspace, or of one Target: accepted ones in order, then the rest of the worklist.

    What was not measured before is measured now, which takes seconds for a hundred films. Raises Cancelled,
    WorkspaceError.
    """
    workspace = session.workspace
    corrections = store.corrections(workspace, target)
    seen = {reader: store.cases(workspace, reader) for reader in store.readers(workspace)}
    measured = against_proposals(session, corrections, on_progress, cancelled)
    begun, learned = store.origins(workspace), _learned(store.versions(workspace, target))
    standing = _standings(seen)
    rows = [
        _accepted(
            one, measured[one.id], begun[one.id], learned[one.id], standing[one.image_hash, one.target, one.reader]
        )
        for one in corrections
    ]
    done = {(one.image_hash, one.target, one.reader) for one in corrections}
    groups = store.kept_groups(workspace)
    rows += _without(seen, done, target, groups)
    touched = {row.picture for row in rows}
    rows += _untouched(store.cases(workspace, ""), touched, target)
    return rows


def picture(image_hash: str, case_id: int = 0) -> str:
    """The pseudonym of a picture; by its row in the worklist where it was never opened."""
    return image_hash[:DIGITS] if image_hash else f"case-{case_id}"


def group(group_hash: str) -> str:
    """The pseudonym of a patient, study or video."""
    return group_hash[:DIGITS]


def _learned(versions: Iterable[ModelVersion]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for version in versions:
        for correction_id in version.corrections:
            found[correction_id].append(version.id)
    return found


def _standings(seen: dict[str, list[Case]]) -> dict[tuple[str, str, str], list[Case]]:
    """The worklist's rows of each (picture, Target, reader): the same picture may stand there under several names."""
    found: dict[tuple[str, str, str], list[Case]] = defaultdict(list)
    for reader, cases in seen.items():
        for case in cases:
            if case.image_hash:
                found[case.image_hash, case.target or "", reader].append(case)
    return found


def _accepted(one: Correction, measured: Measured, origin: Origin, learned: list[str], cases: list[Case]) -> CaseRow:
    excluded = bool(cases) and all(case.status is Status.EXCLUDED for case in cases)
    spacing = None if measured.row_mm is None or measured.column_mm is None else (measured.row_mm, measured.column_mm)
    square = spacing is not None and spacing[0] == spacing[1]
    return CaseRow(
        picture=picture(one.image_hash),
        group=group(one.group),
        target=one.target,
        reader=one.reader,
        status=(Status.EXCLUDED if excluded else _STATUS.get(one.state, Status.CORRECTED)).value,
        reason=_reason(cases[0]) if excluded else "",
        side=one.side.value,
        queue=one.state.value,
        accepted_at=one.accepted_at,
        version=one.model_id,
        sha256=origin.sha256 if one.model_id else "",
        threshold=_rounded(origin.threshold, 4),
        device=origin.device if one.model_id else "",
        dice=_rounded(measured.dice, 5),
        hd95_px=_rounded(measured.hd95, 2),
        hd95_mm=_rounded(measured.hd95 * spacing[0], 2) if spacing and square and measured.hd95 is not None else None,
        changed_pixels=one.effort.changed_pixels if one.model_id else None,
        changed=_yes(one.changed),
        empty=_yes(one.empty),
        area_px=measured.area,
        area_mm2=_rounded(measured.area * spacing[0] * spacing[1], 1) if spacing else None,
        rows=measured.rows,
        columns=measured.columns,
        strokes=one.effort.strokes,
        active_seconds=_rounded(one.effort.active_seconds, 1),
        wall_seconds=_rounded(one.effort.wall_seconds, 1),
        learned_by=" ".join(learned),
    )


def _without(
    seen: dict[str, list[Case]], done: set[tuple[str, str, str]], target: str | None, groups: dict[str, str]
) -> Iterable[CaseRow]:
    """What a reader began, put off or excluded, without a Correction that stands."""
    for reader, cases in seen.items():
        for case in cases:
            key = (case.image_hash, case.target or "", reader)
            if case.status in (Status.NEW, Status.UNREADABLE) or key in done or target not in (None, key[1]):
                continue
            if case.image_hash:
                done.add(key)
            yield CaseRow(
                picture=picture(case.image_hash, case.id),
                group=group(groups.get(case.image_hash, "")),
                target=key[1],
                reader=reader,
                status=case.status.value,
                reason=_reason(case),
            )


def _untouched(cases: Iterable[Case], touched: set[str], target: str | None) -> Iterable[CaseRow]:
    """Pictures of the worklist that no reader has begun, and files that cannot be read."""
    for case in cases:
        name = picture(case.image_hash, case.id)
        unreadable = case.status is Status.UNREADABLE
        if name in touched or (target not in (None, case.target or "") and not unreadable):
            continue
        touched.add(name)
        yield CaseRow(name, "", case.target or "", "", case.status.value, "unreadable" if unreadable else "")


def _reason(case: Case) -> str:
    """Why a case is excluded; a sentence in anybody's own words may name a patient, so it is not passed on."""
    if case.status is not Status.EXCLUDED:
        return ""
    return case.reason if case.reason in EXCLUDE_REASONS else "other"


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
