"""The files that a DICOMDIR lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset

from unet_studio.imaging.refusal import damaged, refused_as

MOST_RECORDS = 1_000_000


def listed(path: Path) -> list[str]:
    """Absolute paths of the files that the DICOMDIR at `path` lists and that are there, in its order, each once.

    Names are found in any case and with the version number that discs put behind them. Raises Refused where it is none.
    """
    with refused_as(lambda _: damaged("is a damaged DICOMDIR")):
        dataset = pydicom.dcmread(path, force=True)
        records = list(dataset.get("DirectoryRecordSequence") or [])[:MOST_RECORDS]
    if "DirectoryRecordSequence" not in dataset:
        raise damaged("is no DICOMDIR")
    names: dict[Path, dict[str, str]] = {}
    found = (_find(path.parent, parts, names) for parts in _references(records))
    return list(dict.fromkeys(str(file) for file in found if file is not None))


def _references(records: list[Dataset]) -> Iterator[list[str]]:
    for record in records:
        try:
            value: Any = record.get("ReferencedFileID")
        except Exception:  # a damaged record leaves the others as they are
            continue
        parts = [value] if isinstance(value, str) else [str(part) for part in value or []]
        parts = [part for part in parts if part]
        if parts and not any(part in ("..", ".") or "/" in part or "\\" in part for part in parts):
            yield parts


def _find(folder: Path, parts: list[str], names: dict[Path, dict[str, str]]) -> Path | None:
    """The file below `folder`, its names compared without case; None where it is not there."""
    for part in parts:
        if folder not in names:
            names[folder] = _names(folder)
        name = names[folder].get(part.casefold())
        if name is None:
            return None
        folder = folder / name
    return folder if folder.is_file() else None


def _names(folder: Path) -> dict[str, str]:
    try:
        entries = [entry.name for entry in folder.iterdir()]
    except OSError:
        return {}
    return {name.casefold().split(";")[0].rstrip("."): name for name in entries} | {n.casefold(): n for n in entries}
