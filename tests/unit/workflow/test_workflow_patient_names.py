"""A name and a birth date in tags, folder and file names: in no export, PNG text, log or Workspace, but where asked."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest

from unet_studio.core.formats import FORMATS
from unet_studio.workflow import exporting, faults, importing
from unet_studio.workflow.exporting import Wish
from unet_studio.workflow.predicting import Request, predict
from unet_studio.workflow.session import Session, close_session, open_session
from unet_studio.workspace import linking

CANARIES = (b"canaryson", b"19311224", b"mrn778899")


@pytest.fixture
def film(dicom, tmp_path: Path) -> Path:
    """A film of CANARYSON^ADA, in a folder and under a name that say so too."""
    pixels = np.random.default_rng(0).integers(0, 4000, (60, 50)).astype(np.uint16)
    tags = {"PatientName": "CANARYSON^ADA", "PatientBirthDate": "19311224", "PatientID": "MRN778899"}
    path = dicom(pixels, name="film", StudyDescription="Canaryson chest", AccessionNumber="MRN778899", **tags)
    folder = tmp_path / "discs" / "CANARYSON_ADA_19311224"
    folder.mkdir(parents=True)
    return path.rename(folder / "Canaryson 19311224.dcm")


@pytest.fixture
def accepted(workspace: Path, film: Path, tmp_path: Path) -> Iterator[Session]:
    masks = tmp_path / "masks"
    masks.mkdir()
    mark = np.zeros((60, 50), np.uint8)
    mark[10:40, 5:20] = 255
    (masks / f"{film.stem}.png").write_bytes(cv2.imencode(".png", mark)[1].tobytes())
    session = open_session(workspace)
    assert importing.queue_add(session, "lung", film.parent, masks).added == 1
    yield session
    close_session(session)


def texts(path: Path) -> Iterator[bytes]:
    """A file's bytes, and what is packed in it: gzip, and the text chunks of a PNG."""
    data = path.read_bytes()
    yield data
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    if data[:4] == b"\x89PNG":
        from PIL import Image as Pillow

        with Pillow.open(path) as picture:
            yield repr(getattr(picture, "text", {})).encode()
    if path.suffix == ".nrrd":
        yield zlib.decompress(data[data.index(b"\n\n") + 2 :], 31)


def hits(folder: Path) -> list[str]:
    """Files and folders whose name or content tells a canary, in any case of letters, as UTF-8 or UTF-16."""
    found = []
    for path in [folder, *folder.rglob("*")]:
        told = [os.fsencode(path.name)] + (list(texts(path)) if path.is_file() else [])
        low = [one.lower() for one in told]
        spread = [b"\0".join(bytes([letter]) for letter in canary) for canary in CANARIES]
        if any(canary in one for one in low for canary in (*CANARIES, *spread)):
            found.append(str(path.relative_to(folder.parent)))
    return found


def test_the_search_sees_what_it_looks_for(film: Path, tmp_path: Path) -> None:
    assert len(hits(tmp_path / "discs")) == 2
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"Canaryson"))
    (tmp_path / "y").write_bytes("MRN778899".encode("utf-16-le"))
    assert {"x.gz", "y"} <= {Path(hit).name for hit in hits(tmp_path)}


def test_exports_tell_nobody(accepted: Session, tmp_path: Path) -> None:
    report = exporting.export(accepted, Wish(tmp_path / "out", tuple(FORMATS), anonymous=True))
    assert (report.problems, report.notes) == ((), ())
    assert {path.name for path in (tmp_path / "out").iterdir()} >= set(FORMATS) - {"png"}
    assert hits(tmp_path / "out") == []


def test_only_seg_and_capture_keep_the_patient_unless_anonymous(accepted: Session, tmp_path: Path) -> None:
    exporting.export(accepted, Wish(tmp_path / "out", tuple(FORMATS)))
    assert sorted(hits(tmp_path / "out")) == ["out/sc/P001_I001.dcm", "out/seg/P001_I001.dcm"]
    assert pydicom.dcmread(tmp_path / "out" / "seg" / "P001_I001.dcm").PatientID == "MRN778899"


def test_the_linking_table_is_the_one_file_that_tells(accepted: Session, tmp_path: Path) -> None:
    table = tmp_path / "out" / "table.csv"
    exporting.export(accepted, Wish(tmp_path / "out", ("png", "csv"), linking_table=table))
    assert hits(tmp_path / "out") == ["out/table.csv"]
    assert os.name == "nt" or table.stat().st_mode & 0o077 == 0


def test_problems_name_the_pseudonym(accepted: Session, film: Path, tmp_path: Path) -> None:
    film.rename(film.with_name("elsewhere.dcm"))
    report = exporting.export(accepted, Wish(tmp_path / "out", ("png", "seg"), anonymous=True))
    assert len(report.problems) == 1
    assert not any(canary in report.problems[0].lower().encode() for canary in CANARIES)


def test_predict_warns_once_and_anonymous_leaves_names_out(workspace: Path, film: Path, tmp_path: Path) -> None:
    second = film.with_name("Canaryson 2.dcm")
    second.write_bytes(film.read_bytes())
    said: list[str] = []
    for anonymous, out in ((False, "named"), (True, "hashed")):
        request = Request(
            (tmp_path / "discs",),
            tmp_path / out,
            "lung",
            workspace=workspace,
            formats=tuple(FORMATS),
            anonymous=anonymous,
        )
        assert not [one.error for one in predict(request, on_warning=said.append) if one.error]
    assert len(said) == 1
    assert "--anonymous" in said[0]
    assert not any(canary in said[0].lower().encode() for canary in CANARIES)
    assert hits(tmp_path / "hashed") == []
    assert (tmp_path / "named" / film.parent.name / f"{film.stem}.png").is_file()


def test_the_log_of_faults_tells_nobody(film: Path, tmp_path: Path) -> None:
    told = str(film)
    try:
        raise RuntimeError(told)
    except RuntimeError as error:
        faults.record_fault(error)
    assert hits(faults.log_file().parent) == []


def test_the_workspace_tells_names_only_in_its_linking_table(accepted: Session, tmp_path: Path) -> None:
    exporting.export(accepted, Wish(tmp_path / "out", tuple(FORMATS), anonymous=True))
    close_session(accepted)
    assert {Path(hit).name.removesuffix("-wal") for hit in hits(accepted.folder)} == {linking.FILE}


def test_the_command_line_says_one_warning(workspace: Path, film: Path, tmp_path: Path) -> None:
    words = ["predict", str(film.parent.parent), "--out", str(tmp_path / "out"), "--workspace", str(workspace)]
    done = subprocess.run(
        [sys.executable, "-m", "unet_studio", *words, "--target", "lung", "--format", "csv,labelmap"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "look like the patient's name" in done.stderr
