"""`report`: cases.csv, readers.csv, versions.csv and methods.md in one folder, each whole or as it was before."""

from __future__ import annotations

import csv
import io
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from unet_studio import __version__
from unet_studio.core.errors import UserError
from unet_studio.core.model_version import ModelVersion
from unet_studio.core.target import TARGETS
from unet_studio.workflow import case_rows, judged, readers
from unet_studio.workflow.methods import counts, methods_text
from unet_studio.workflow.session import Session
from unet_studio.workflow.versions import mode
from unet_studio.workflow.versions import versions as all_versions
from unet_studio.workspace import atomic, store
from unet_studio.workspace.clock import now

CASES, READERS, VERSIONS, METHODS = "cases.csv", "readers.csv", "versions.csv", "methods.md"
OWN = (CASES, READERS, VERSIONS, METHODS)
VERSION_COLUMNS = (
    *("id", "target", "number", "parent", "origin", "sha256", "created", "active", "promoted", "learned_from"),
    *("device", "seconds", "program_version"),
    *judged.COLUMNS,
)


@dataclass(frozen=True)
class Report:
    """What was written where. rows: of cases.csv; pairs: of readers.csv; summary: the counts of each Target."""

    folder: Path
    rows: int
    pairs: int
    summary: tuple[dict[str, Any], ...]

    def row(self) -> dict[str, Any]:
        """As one JSON object."""
        files = {Path(name).stem: str(self.folder / name) for name in OWN}
        return {**files, "rows": self.rows, "pairs": self.pairs, "targets": list(self.summary)}


def report(
    session: Session,
    out: Path,
    target: str | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Report:
    """Write the report of a Workspace, or of one Target of it, into `out`, over an earlier one of the same Workspace.

    Raises UserError where `out` holds something else or cannot be written, WorkspaceError, Cancelled.
    """
    _refuse_foreign(session, out)
    rows = case_rows.case_rows(session, target, on_progress, cancelled)
    pairs = readers.readers_rows(session, target, on_progress, cancelled)
    known = all_versions(session, target)
    texts = {
        CASES: csv_text(case_rows.COLUMNS, map(asdict, rows)),
        READERS: csv_text(readers.COLUMNS, map(asdict, pairs)),
        VERSIONS: csv_text(VERSION_COLUMNS, map(_version_row, known)),
        METHODS: _mark(session) + "\n" + methods_text(rows, pairs, known, _facts(session, target)),
    }
    _write(out, texts)
    summary = tuple({**asdict(one), "target": one.target or None} for one in counts(rows))
    return Report(out, len(rows), len(pairs), summary)


def csv_text(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    """Comma-separated UTF-8 text with a header line (RFC 4180, lines end with LF)."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _mark(session: Session) -> str:
    """The first line of methods.md, by which a report of this Workspace is known again."""
    return f"<!-- U-Net Studio report of workspace {session.workspace.id} -->"


def _refuse_foreign(session: Session, out: Path) -> None:
    """Raises UserError where `out` is no folder, or has files in it and no report of this Workspace."""
    try:
        if out.exists() and not out.is_dir():
            raise UserError(f"{out}: this is a file; name a folder for the report.")
        if not out.exists() or not any(out.iterdir()):
            return
        first = (out / METHODS).read_bytes()[:200] if (out / METHODS).is_file() else b""
    except OSError as error:
        raise UserError(f"{out}: cannot be read ({error.strerror}); name another folder for the report.") from error
    if not first.startswith(_mark(session).encode()):
        raise UserError(
            f"{out}: has other files in it, and no report of this workspace; name a new or an empty folder."
        )
    if not os.access(out, os.W_OK):
        raise UserError(f"{out}: writing is not allowed there; name another folder for the report.")


def _write(out: Path, texts: dict[str, str]) -> None:
    """All files staged before the first is named: a full disk leaves an earlier report as it was."""
    try:
        atomic.make_folder(out)
    except OSError as error:
        raise UserError(f"{out}: cannot be made ({error.strerror}); name another folder for the report.") from error
    staged: dict[Path, Path] = {}
    try:
        for name, text in texts.items():
            staged[out / name] = atomic.stage(out / name, text.encode("utf-8", "replace"))
        for path, temporary in staged.items():
            atomic.publish(temporary, path)
    finally:
        for temporary in staged.values():
            atomic.discard(temporary)


def _facts(session: Session, target: str | None) -> dict[str, str]:
    """What is no count: program, machine, time, what the report is of."""
    return {
        "program": f"U-Net Studio {__version__}",
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}, Python {platform.python_version()}",
        "written": now(),
        "target": target or "all",
        **{f"learning, {name}": mode(session, name).value for name in TARGETS if target in (None, name)},
        "workspace": session.workspace.id,
        "readers": ", ".join(one.replace("|", "/") for one in store.readers(session.workspace)),
    }


def _version_row(version: ModelVersion) -> dict[str, Any]:
    own = [name for name in VERSION_COLUMNS if name != "learned_from" and name not in judged.COLUMNS]
    found = {name: getattr(version, name) for name in own}
    found |= {"origin": version.origin.value, "learned_from": len(version.corrections)}
    found |= {name: "yes" if getattr(version, name) else "no" for name in ("active", "promoted")}
    return {**found, "seconds": round(version.seconds, 1), **judged.judged(version)}
