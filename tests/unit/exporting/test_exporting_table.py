"""The table of docs/exports.md, made from what was really written and read; UPDATE_TABLES=1 writes it anew."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.unit.exporting.conftest import MASKS, Export, two_lungs
from unet_studio.core.errors import UserError
from unet_studio.core.formats import FORMATS
from unet_studio.imaging import reader
from unet_studio.workflow.mask_files import read_mask

PAGE = Path(__file__).resolve().parents[3] / "docs" / "exports.md"
BEGIN, END = "<!-- table of tests: begin -->\n", "<!-- table of tests: end -->\n"
COLUMNS = (
    *("a hole", "one pixel apart", "nothing marked", "all marked"),
    *("several frames", "skipped when done", "comes back"),
)
FILES = {"png": "{name}.png", "labelmap": "labelmap/{name}.png", "seg": "seg/{name}.dcm"} | {
    "nifti": "nifti/{name}.nii.gz",
    "nrrd": "nrrd/{name}.nrrd",
    "coco": "coco/annotations.json",
    "labelme": "labelme/{name}.json",
    "yolo": "yolo/{name}.txt",
}


def written(tmp_path: Path, film: Path, name: str, *masks: np.ndarray) -> tuple[Export, str]:
    """An export of a DICOM film, and "yes" where nothing went wrong."""
    export = Export(tmp_path / f"{name}-{len(list(tmp_path.iterdir()))}")
    sha256 = hashlib.sha256(film.read_bytes()).hexdigest()
    found = export("film", *masks, formats=name, source=film, source_sha256=sha256)
    again = export("film", *masks, formats=name, source=film, source_sha256=sha256)
    assert again.written == 0
    return export, "yes" if not found.problems and (found.written or name == "png") else "no"


def comes_back(export: Export, film: Path, name: str, mask: np.ndarray) -> str:
    if name not in FILES:
        return ""
    try:
        found = read_mask(export.out / FILES[name].format(name="film"), reader.read(film), "lung")
    except UserError:
        return "no"
    if np.array_equal(found, mask):
        return "yes"
    same = 2 * np.count_nonzero(found & mask) / (np.count_nonzero(found) + np.count_nonzero(mask))
    return f"Dice {same:.3f}" if same >= 0.98 else "no"


def row(tmp_path: Path, films: tuple[Path, Path], name: str) -> list[str]:
    cells = [written(tmp_path, films[0], name, MASKS[kind]())[1] for kind in ("hole", "lungs", "empty", "full")]
    frames = [two_lungs(), two_lungs() * 0, MASKS["hole"]()]
    cells.append(written(tmp_path, films[1], name, *frames)[1])
    export, _ = written(tmp_path, films[0], name, two_lungs())
    return [f"`{name}`", *cells, "yes", comes_back(export, films[0], name, two_lungs())]


def test_the_page_has_the_table_that_comes_out(dicom: Callable[..., Path], tmp_path: Path) -> None:
    shape = two_lungs().shape
    still = dicom(np.arange(two_lungs().size, dtype=np.uint16).reshape(shape), name="film.dcm")
    moving = dicom(np.zeros((3, *shape), np.uint8), name="cine.dcm")
    work = tmp_path / "work"
    work.mkdir()
    lines = ["| format | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    lines += ["| " + " | ".join(row(work, (still, moving), name)) + " |" for name in FORMATS]
    table = "\n".join(line.replace("  ", " ") for line in lines) + "\n"
    page = PAGE.read_text(encoding="utf-8")
    start, rest = page.split(BEGIN)
    if os.environ.get("UPDATE_TABLES"):
        PAGE.write_text(start + BEGIN + table + END + rest.split(END)[1], encoding="utf-8")
        return
    assert rest.split(END)[0] == table
    assert "| no |" not in table


def test_what_comes_back_is_measured(tmp_path: Path, dicom: Callable[..., Path]) -> None:
    film = dicom(np.zeros(two_lungs().shape, np.uint16), name="film.dcm")
    export, _ = written(tmp_path, film, "nrrd", two_lungs())
    assert comes_back(export, film, "nrrd", np.flipud(two_lungs())) == "no"
    assert comes_back(export, film, "csv", two_lungs()) == ""
