"""Original downloads to images/, masks/ and manifest.csv; one module per layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from training.prepare import cvc_clinicdb, folders, hyperkvasir, isbi2012, jsrt, kaggle_cxr, kvasir_seg
from training.prepare.layout import Found, Prepared
from training.prepare.writing import write

SOURCES: dict[str, Callable[[Path], Found]] = {
    "jsrt": jsrt.find,
    "kaggle-cxr": kaggle_cxr.find,
    "isbi2012": isbi2012.find,
    "hyperkvasir": hyperkvasir.find,
    "kvasir-seg": kvasir_seg.find,
    "cvc-clinicdb": cvc_clinicdb.find,
    "folder": folders.find,
}


def prepare(
    source: str, folder: Path, out: Path, on_progress: Callable[[int, int], None] = lambda done, count: None
) -> Prepared:
    """Bring a download into the layout that dataset.find_pairs reads; what lies in `folder` is never changed.

    source: a key of SOURCES; on_progress: (done, count) pictures. What is odd or left out is named in the result.
    Raises ValueError for an unknown source, a folder of another layout and an `out` that holds other files.
    """
    if source not in SOURCES:
        raise ValueError(f"There is no source {source!r}; choose one of {', '.join(SOURCES)}.")
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder; give the one that the download unpacks to.")
    return write(source, folder, SOURCES[source](folder), out, on_progress)
