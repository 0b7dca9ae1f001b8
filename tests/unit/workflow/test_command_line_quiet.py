"""Headers that libraries complain about: in a process of its own, nothing but this program's sentences is printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

TAGS = {
    "PatientName": "A^B",
    "PatientID": "P-17",
    "PatientBirthDate": "19501231",
    "StudyTime": "121212",
    "PatientAge": "050Y",
    "PatientWeight": "71.5",
    "PatientSize": "1.812",
    "StudyInstanceUID": "1.2.3.4.5.6",
    "AccessionNumber": "ACCESS",
    "StudyID": "STUDY-OF-CHEST",
    "SpecificCharacterSet": "ISO_IR 100",
    "PixelSpacing": ["0.143", "0.143"],
}
WRONG = {
    "an invalid UID": (b"1.2.3.4.5.6", b"1.02.3.04.x"),
    "a bad date": (b"19501231", b"1950/2/1"),
    "a bad time and age": (b"121212", b"99:9:9"),
    "no numbers": (b"71.5", b"7,kg"),
    "a size that is none": (b"1.812", b"1m812"),
    "an unknown character set": (b"ISO_IR 100", b"ISO_IR 999"),
    "letters of no character set": (b"ACCESS", b"AC\xe4\xffSS"),
}


def run(*words: object, **environment: str) -> tuple[int, list[dict[str, Any]], str]:
    """(exit code, JSON lines of standard output, standard error)."""
    ended = subprocess.run(
        [sys.executable, "-m", "unet_studio", *map(str, words), "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        encoding="utf-8",
        env={key: value for key, value in os.environ.items() if key != "PYTHONWARNINGS"} | environment,
    )
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()], ended.stderr


@pytest.fixture
def odd(dicom, tmp_path: Path) -> Path:
    """A folder of films: one for each wrong value, one with all of them, one with values too long and private ones."""
    folder = tmp_path / "odd"
    folder.mkdir()
    rows, columns = np.mgrid[:120, :100]
    for number, changes in enumerate([*([one] for one in WRONG.values()), list(WRONG.values()), []]):
        pixels = (rows * 20 + columns * 9 + number).astype(np.uint16)
        path = dicom(pixels, name="film", **TAGS)
        data = path.read_bytes()
        for right, wrong in changes:
            assert right in data
            data = data.replace(right, wrong, 1)
        (folder / f"film_{number}.dcm").write_bytes(data if changes else nonsense(data))
        path.unlink()
    return folder


def nonsense(data: bytes) -> bytes:
    """Without a length that fits its kind: a study ID of 40 letters, and a private element that nobody knows."""
    element = b"\x20\x00\x10\x00SH\x0e\x00STUDY-OF-CHEST"
    assert element in data
    private = b"\x09\x00\x10\x00LO\x06\x00NOBODY\x09\x00\x01\x10DS\x06\x00x\\y\\zz"
    start = data.index(b"\x10\x00\x10\x00PN")
    data = data[:start] + private + data[start:]
    return data.replace(element, b"\x20\x00\x10\x00SH\x28\x00" + b"STUDY-OF" * 5, 1)


def test_looking_and_proposing_print_no_warning(odd: Path, workspace: Path, tmp_path: Path) -> None:
    code, rows, errors = run("info", odd)
    assert (code, len(rows), errors) == (0, len(WRONG) + 2, "")
    where = ("--target", "lung", "--workspace", workspace, "--format", "png,seg,sc,nifti,nrrd")
    for more in ((), ("--anonymous",)):
        code, rows, errors = run("predict", odd, "--out", tmp_path / f"out{len(more)}", *where, *more)
        assert (code, len(rows), errors) == (0, len(WRONG) + 2, "")
    assert len(list((tmp_path / "out1" / "seg").glob("*.dcm"))) == len(WRONG) + 2


def test_queueing_and_exporting_print_no_warning(odd: Path, workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "masks").mkdir()
    mask = np.zeros((120, 100), np.uint8)
    mask[20:90, 10:45] = 255
    for film in odd.iterdir():
        cv2.imwrite(str(tmp_path / "masks" / f"{film.stem}.png"), mask)
    where = ("--target", "lung", "--workspace", workspace)
    code, rows, errors = run("queue", "add", *where, "--images", odd, "--masks", tmp_path / "masks", "--no-check")
    assert (code, rows[0]["added"], errors) == (0, len(WRONG) + 2, "")
    table = ("--linking-table", tmp_path / "table.csv")
    code, rows, errors = run("export", *where, "--out", tmp_path / "out", "--format", "png,seg,sc", *table)
    assert (code, len(rows), errors) == (0, len(WRONG) + 2, "")


@pytest.mark.parametrize(("asked", "seen"), [("default", True), ("", False)])
def test_who_looks_for_a_warning_sees_it(asked: str, seen: bool) -> None:
    code = "import warnings; from unet_studio.cli.quiet import quieten; quieten(); warnings.warn('of a library')"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=os.environ | {"PYTHONWARNINGS": asked},
    )
    assert ("of a library" in ended.stderr) is seen


def test_of_logs_only_the_programs_own_are_shown() -> None:
    code = (
        "import logging, warnings; from unet_studio.cli.quiet import quieten; quieten()\n"
        "logging.getLogger('tifffile').error('of a library')\n"
        "import nibabel.imageglobals; nibabel.imageglobals.logger.error('of a library')\n"
        "warnings.simplefilter('always'); warnings.warn('of a library')\n"
        "logging.getLogger('unet_studio.window').warning('of the program')\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stderr == "of the program\n"
