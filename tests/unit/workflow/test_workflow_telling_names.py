"""Which names of files and folders look like the patient's, and which do not."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from unet_studio.workflow.predicting import Request, predict
from unet_studio.workflow.telling_names import tells

TELLING = [
    ("X", "12-345-67", "12-345-67"),
    ("X", "12-345-67", "1234567.dcm"),
    ("X", "12.345.67", "12.345.67.dcm"),
    ("X", "1234567", "12-345-67"),
    ("X", "JSRT_0012", "JSRT_0012"),
    ("X", "JSRT_0012", "jsrt0012 a.dcm"),
    ("X", "JSRT_0012", "CopyOfJSRT0012"),
    ("X", "4711", "4711"),
    ("X", "1.2.276.0.99", "1.2.276.0.99.5"),
    ("MÜLLER-LÜDENSCHEIDT^ILSE", "A1", "Müller-Lüdenscheidt"),
    ("MÜLLER-LÜDENSCHEIDT^ILSE", "A1", "Mueller_Luedenscheidt"),
    ("MÜLLER-LÜDENSCHEIDT^ILSE", "A1", "Muller Ludenscheidt 2"),
    ("MÜLLER-LÜDENSCHEIDT^ILSE", "A1", "luedenscheidt.dcm"),
    ("Mueller^Ilse", "A1", "MÜLLER"),
    ("Weiß^Jo", "A1", "WEISS"),
    ("Sørensen^Bo", "A1", "Soerensen"),
    ("Łukasz^Ewa", "A1", "lukasz"),
    ("O'BRIEN^MARY", "A1", "O'Brien"),
    ("O'BRIEN^MARY", "A1", "obrien"),
    ("Meier^Ida", "A1", "MeierIda"),
    ("Meier^Ida", "A1", "meierida"),
    ("Meier^Ida", "A1", "idameier_film"),
    ("Meier^Ida", "A1", "2024 Ida M"),
    ("LI^XU", "A1", "LI_XU"),
    ("LI^XU", "A1", "xu, li"),
    ("LI^XU", "A1", "LiXu"),
    ("LI XU", "A1", "XU_LI"),
    ("Lung^Wei", "A1", "Lung_Wei"),
    ("Test^Lu", "A1", "Lu Test"),
    ("Yamada^Tarou=山田^太郎", "A1", "山田太郎"),
    ("van der Berg^Jan", "A1", "VanDerBerg"),
]
SILENT = [
    ("X", "1", "1"),
    ("X", "001", "001"),
    ("X", "0000", "0000"),
    ("X", "0012", "IM0012.dcm"),
    ("X", "10008", "1.2.840.10008.5.1.4"),
    ("X", "123456", "1.2.3.4.5.6"),
    ("X", "1234567", "91234567"),
    ("X", "JSRT_0012", "JSRT_00123"),
    ("Test", "Test", "test"),
    ("Test", "Test", "Testing 1"),
    ("Test^Patient", "TEST", "Test Patient"),
    ("Lung", "Lung", "lung"),
    ("Lung^Wo", "A1", "lung"),
    ("Lung^Wo", "A1", "LungStudy"),
    ("ANONYMOUS", "anonymous", "anonymous"),
    ("Lang^Kim", "A1", "langer Ordner"),
    ("Film^A", "A1", "Film A1"),
    ("A^B", "A1", "a_b"),
    ("LI^XU", "A1", "elixir"),
    ("LI^XU", "A1", "Li"),
    ("Rad^Ima", "A1", "scan.ima"),
    ("Anon^012", "A1", "IM012"),
    ("", "", "anything"),
]


@pytest.mark.parametrize(("name", "number", "part"), TELLING)
def test_these_tell_the_patient(name: str, number: str, part: str) -> None:
    assert tells(["study", part], name, [number])
    assert tells([unicodedata.normalize("NFD", part)], unicodedata.normalize("NFC", name), [number])


@pytest.mark.parametrize(("name", "number", "part"), SILENT)
def test_these_tell_nobody(name: str, number: str, part: str) -> None:
    assert not tells(["study", "image", part], name, [number])


@pytest.mark.parametrize("part", ["19500203", "1950-02-03", "03.02.1950", "DOE19500203", "02_03_1950"])
def test_a_birth_date_tells_in_any_order(part: str) -> None:
    assert tells([part], "X", ["", "19500203"])
    assert not tells([part], "X", ["", "19510203"])


def test_names_that_are_no_text_tell_nobody() -> None:
    assert not tells(["caf\udce9", ".", ""], "Doe^Jane", ["A1", "no date"])


@pytest.mark.parametrize(
    ("name", "number", "folder", "count"),
    [
        ("X", "12-345-67", "12-345-67", 1),
        ("X", "JSRT_0012", "JSRT_0012", 1),
        ("Müller-Lüdenscheidt^Ilse", "A1", "Mueller-Luedenscheidt", 1),
        ("Meier^Ida", "A1", "MeierIda", 1),
        ("LI^XU", "A1", "LI_XU", 1),
        ("Test", "001", "test/lung/001", 0),
    ],
)
def test_predict_warns_of_what_it_reads(
    dicom, workspace: Path, tmp_path: Path, name: str, number: str, folder: str, count: int
) -> None:
    pixels = np.random.default_rng(0).integers(0, 4000, (60, 50)).astype(np.uint16)
    film = dicom(pixels, name="film", SpecificCharacterSet="ISO_IR 192", PatientName=name, PatientID=number)
    place = tmp_path / "disc" / folder
    place.mkdir(parents=True)
    film.rename(place / "IM1")
    said: list[str] = []
    request = Request((tmp_path / "disc",), tmp_path / "out", "lung", workspace=workspace)
    assert not [one.error for one in predict(request, on_warning=said.append) if one.error]
    assert len(said) == count
