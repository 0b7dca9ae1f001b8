"""Write a report: index.html, pictures.csv and the worst pictures."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from training.checkpoint import ModelFile
from training.dataset import Pair, read_mask, read_picture
from training.evaluate import Result
from training.preprocess import Bytes
from training.report import overlay, page
from training.report.page import Shown

WORST = 12
COLUMNS = ("source", "name", "dice", "iou", "precision", "recall", "accuracy", "hd95", "marked", "empty")


def write_report(
    folder: Path,
    about: ModelFile,
    results: Sequence[Result],
    pairs: Sequence[Pair],
    proposal_of: Callable[[Pair], Bytes],
    held_out: bool = True,
) -> Path:
    """Write folder/index.html, folder/pictures.csv and the overlays in folder/worst/; gives the page.

    results: of `evaluate`, one per pair in the same order; proposal_of: a pair to its (H, W) mask.
    held_out: whether the pictures are only those that were held out from training; the page says so.
    Raises ValueError when the folder cannot be written and when there are no results.
    """
    if not results:
        raise ValueError("There are no pictures to report on; evaluate at least one.")
    try:
        (folder / "worst").mkdir(parents=True, exist_ok=True)
        write_pictures(folder / "pictures.csv", results)
        shown = write_worst(folder / "worst", results, pairs, proposal_of)
        index = folder / "index.html"
        index.write_text(page.page(about, results, shown, held_out), encoding="utf-8")
    except OSError as error:
        raise ValueError(f"{folder} cannot be written ({error.strerror}); choose another folder.") from error
    return index


def write_pictures(path: Path, results: Sequence[Result]) -> None:
    """One line per picture with all its measures, the worst first within each source; hd95 in px, marked 0..1."""
    rows = [_row(result) for result in sorted(results, key=lambda result: (result.source, result.dice))]
    with path.open("w", newline="", encoding="utf-8-sig") as file:  # with a mark, or Excel garbles names
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)


def _row(result: Result) -> dict[str, object]:
    row = {name: getattr(result, name) for name in COLUMNS} | asdict(result.counts)
    if result.cells:
        row |= asdict(result.cells.errors)
    return {key: f"{value:.6g}" if isinstance(value, float) else value for key, value in row.items()}


def write_worst(
    folder: Path, results: Sequence[Result], pairs: Sequence[Pair], proposal_of: Callable[[Pair], Bytes]
) -> list[Shown]:
    """The worst pictures as JPEG with and without outlines, lowest Dice first; those of an earlier report go."""
    for earlier in folder.glob("[0-9][0-9]-*.jpg"):
        earlier.unlink()
    ranked = sorted(zip(results, pairs, strict=True), key=lambda both: (both[0].dice, -both[0].hd95))
    shown = []
    for rank, (result, pair) in enumerate(ranked[:WORST], 1):
        name = safe_name(rank, result)
        picture = overlay.plain(read_picture(pair.picture))
        overlay.write_jpeg(folder / f"{name}-plain.jpg", picture)
        overlay.write_jpeg(folder / f"{name}.jpg", overlay.outlined(picture, read_mask(pair.mask), proposal_of(pair)))
        shown.append(Shown(result, f"worst/{name}.jpg", f"worst/{name}-plain.jpg", picture.shape[0], picture.shape[1]))
    return shown


def safe_name(rank: int, result: Result) -> str:
    """A file name without ending that every system and every link takes, unlike any other rank's."""
    words = f"{result.source}-{Path(result.name).stem}"
    return f"{rank:02d}-{re.sub(r'[^A-Za-z0-9_-]+', '_', words)[:60].strip('_-') or 'picture'}"
