"""The linking table: which exported name is which file. It is patient data, and written only where it is asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from unet_studio.core.errors import UserError
from unet_studio.exporting import newfile
from unet_studio.exporting.png import Provenance

COLUMNS = ("name", "path", "frame", "sop_instance_uid", "source_sha256", "content_hash", "target")


def require_free(path: Path | None) -> None:
    """Raises UserError where something of that name is there: nothing is overwritten."""
    if path is not None and path.exists():
        raise UserError(f"{path}: is there already; give the linking table another name.")


def write(path: Path, names: Iterable[tuple[str, Path, Provenance]]) -> None:
    """Write the table, readable by its owner alone where the system knows that. Raises UserError."""
    from unet_studio.exporting.dicom_source import header, text

    stream = io.StringIO(newline="")
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(COLUMNS)
    for name, source, made in names:
        found = header(source)
        uid = "" if found is None else str(text(found, "SOPInstanceUID"))
        table.writerow([name, str(source), made.frame, uid, made.source_sha256, made.content_hash, made.target])
    if not newfile.create(path, stream.getvalue().encode("utf-8", "replace")):
        raise newfile.taken(path)
    path.chmod(0o600)
