"""An export disc: only pictures become rows, the rest is folded, twins share a row."""

from __future__ import annotations

import gzip
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest
from PIL import Image as Pillow
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.fileset import FileSet
from pydicom.uid import (
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    ExplicitVRLittleEndian,
    JPEGLSLossless,
    generate_uid,
)

from unet_studio.core.case import Status
from unet_studio.core.survey import MISSING
from unet_studio.imaging import reader
from unet_studio.workflow import adding, browsing, folding, opening

pytestmark = pytest.mark.usefixtures("no_child_is_left")


def film(path: Path, pixels: np.ndarray, patient: str = "P-1", presentation: bool = True, **elements: object) -> str:
    """Write a DX film without an extension; returns its SOP instance UID."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    uid = str(elements.pop("SOPInstanceUID", generate_uid()))
    kind = DigitalXRayImageStorageForPresentation if presentation else DigitalXRayImageStorageForProcessing
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = kind, uid
    dataset = Dataset()
    dataset.file_meta, dataset.preamble = meta, b"\0" * 128
    dataset.SOPClassUID, dataset.SOPInstanceUID = kind, uid
    dataset.Modality, dataset.PatientID, dataset.PatientName = "DX", patient, "Doe^Jane"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"1.2.{patient[2:]}", f"1.2.{patient[2:]}.1"
    dataset.StudyDate, dataset.StudyTime, dataset.StudyID, dataset.AccessionNumber = "20200102", "101500", "1", ""
    dataset.SeriesNumber, dataset.InstanceNumber = 1, 1
    dataset.PresentationIntentType = "FOR PRESENTATION" if presentation else "FOR PROCESSING"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.PixelData = pixels.tobytes()
    dataset["PixelData"].VR = "OW"
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
    return uid


def drawn(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 4096, (64, 80)).astype(np.uint16)


def report(path: Path) -> None:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, "1.2.840.10008.5.1.4.1.1.88.11"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = Dataset()
    dataset.file_meta, dataset.preamble = meta, b"\0" * 128
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    dataset.Modality = "SR"
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path)


def export(folder: Path) -> None:
    """60 films, 12 twins of them (6 copies, 6 FOR PROCESSING ones that come first by name), 812 other files."""
    for number in range(60):
        film(folder / "DICOM" / f"PA{number // 10}" / f"IM{number:04}", drawn(number), f"P-{number // 2}")
    for number in range(6):
        copied = folder / "DICOM" / f"PA{number // 10}" / f"IM{number:04}"
        (folder / "DICOM" / f"AGAIN{number}").write_bytes(copied.read_bytes())
    for number in range(6, 12):
        film(folder / "DICOM" / "PA0" / f"A{number:04}", drawn(number), f"P-{number // 2}", presentation=False)
    for number in range(22):
        report(folder / "REPORTS" / f"SR{number}")
    (folder / "VIEWER" / "img").mkdir(parents=True)
    (folder / "autorun.inf").write_text("[autorun]\nopen=VIEWER\\view.exe\n")
    (folder / "VIEWER" / "view.exe").write_bytes(b"MZ\x90\0" + b"\0" * 50)
    for number in range(300):
        (folder / "VIEWER" / f"page{number}.html").write_text("<!doctype html><html></html>")
    for number in range(200):
        (folder / "VIEWER" / f"lib{number}.dll").write_bytes(b"MZ\x90\0" + bytes([number]) * 50)
    for number in range(188):
        icon = np.full((24, 24, 3), (number, 90, 200), np.uint8)
        Pillow.fromarray(icon).save(folder / "VIEWER" / "img" / f"icon{number}.png")
    for number in range(100):
        (folder / "VIEWER" / f"text{number}.txt").write_text(f"line {number}\n")


def test_an_export_of_60_films_12_twins_and_812_others_is_60_rows_and_one_line(empty_session, tmp_path):
    export(tmp_path / "disc")
    batches = []
    changes = opening.add_paths(empty_session, [tmp_path / "disc"], on_batch=batches.append)
    cases = opening.cases(empty_session)
    assert len(cases) == len(changes.cases) == 60
    assert not any(case.status is Status.UNREADABLE for case in cases)
    assert {Path(case.path).name[:2] for case in cases} <= {"IM", "AG"}
    (line,) = folding.lines(empty_session)
    assert (line.others, line.not_pictures, line.reports, line.damaged, line.twins) == (812, 790, 22, 0, 12)
    assert line.words() == "812 other files: 790 not pictures, 22 reports, 0 damaged; 12 twins"
    assert len(batches) > 10
    files = folding.files(empty_session, line.folder)
    assert len(files) == 824
    assert all(one.reason.startswith(Path(one.path).name + " ") for one in files)
    assert opening.add_paths(empty_session, [tmp_path / "disc"]).cases == changes.cases  # opened again: nothing new
    assert len(opening.cases(empty_session)) == 60
    assert folding.lines(empty_session) == [line]
    kept = [
        file.read_bytes() for file in empty_session.folder.rglob("*") if file.is_file() and "linking" not in file.name
    ]
    assert not any(name in data for data in kept for name in (b"page17.html", b"icon17", b"IM0006", b"REPORTS", b"Doe"))


def test_presentation_stands_for_processing_that_has_other_pixels(empty_session, tmp_path):
    raw = film(tmp_path / "d" / "A", drawn(1), presentation=False)
    source = Dataset()
    source.ReferencedSOPClassUID, source.ReferencedSOPInstanceUID = DigitalXRayImageStorageForProcessing, raw
    film(tmp_path / "d" / "B", drawn(2), SourceImageSequence=[source])
    film(tmp_path / "d" / "C", drawn(3), presentation=False)  # nobody made anything of this one
    opening.add_paths(empty_session, [tmp_path / "d"])
    cases = opening.cases(empty_session)
    assert [Path(case.path).name for case in cases] == ["B", "C"]
    assert folding.twins(empty_session, cases[0].id) == [str(tmp_path / "d" / "A")]


def test_the_same_instance_in_another_transfer_syntax_is_a_twin(empty_session, tmp_path):
    uid = film(tmp_path / "d" / "A", drawn(1))
    film(tmp_path / "d" / "B", drawn(1), SOPInstanceUID=uid)
    dataset = pydicom.dcmread(tmp_path / "d" / "B")
    dataset.PixelData = encapsulate([bytes(imagecodecs.jpegls_encode(drawn(1)))])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEGLSLossless
    dataset.save_as(tmp_path / "d" / "B")
    opening.add_paths(empty_session, [tmp_path / "d"])
    assert [Path(case.path).name for case in opening.cases(empty_session)] == ["A"]
    assert [line.words() for line in folding.lines(empty_session)] == ["1 twin"]


INVERTED = (
    {"PhotometricInterpretation": "MONOCHROME1"},
    {"PresentationLUTShape": "INVERSE"},
    {"RescaleSlope": "-1", "RescaleIntercept": "255"},
)


@pytest.mark.parametrize("shown", INVERTED)
@pytest.mark.parametrize("same_instance", [False, True])
def test_equal_bytes_that_show_something_else_are_no_twins(empty_session, tmp_path, shown, same_instance):
    uid = film(tmp_path / "d" / "A", drawn(1))
    film(tmp_path / "d" / "B", drawn(1), **shown, **({"SOPInstanceUID": uid} if same_instance else {}))
    opening.add_paths(empty_session, [tmp_path / "d"])
    assert len(opening.cases(empty_session)) == 2
    assert not folding.lines(empty_session)


def test_only_what_nearly_looks_alike_is_compared_and_told_apart(empty_session, tmp_path):
    one, other = np.zeros((400, 400), np.uint16), np.zeros((400, 400), np.uint16)
    other[200, 233] = 9  # between the bytes that the fingerprint looks at
    film(tmp_path / "d" / "A", one)
    film(tmp_path / "d" / "B", other)
    found = reader.survey([tmp_path / "d" / "A", tmp_path / "d" / "B"])
    assert found[0].origin.looks == found[1].origin.looks
    opening.add_paths(empty_session, [tmp_path / "d"])
    assert len(opening.cases(empty_session)) == 2


def test_many_that_look_alike_are_each_read_through_once(empty_session, tmp_path, monkeypatch):
    asked = []
    real = reader.digest
    monkeypatch.setattr(reader, "digest", lambda path: asked.append(path) or real(path))
    for number in range(12):
        pixels = np.zeros((400, 400), np.uint16)
        pixels[200, 233] = number % 6
        film(tmp_path / "d" / f"{number:02}", pixels)
    opening.add_paths(empty_session, [tmp_path / "d"])
    assert len(opening.cases(empty_session)) == 6
    assert len(asked) == len(set(asked)) == 12


def test_a_folder_of_stills_is_all_rows_and_copies_fold(empty_session, tmp_path):
    (tmp_path / "d").mkdir()
    for name, seed in (("a.png", 1), ("b.png", 2), ("c.png", 1)):
        (tmp_path / "d" / name).write_bytes(imagecodecs.png_encode(drawn(seed)))
    (tmp_path / "d" / "notes.txt").write_text("nothing to see\n")
    (tmp_path / "d" / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    (tmp_path / "d" / "gone.dcm").write_bytes(b"")
    opening.add_paths(empty_session, [tmp_path / "d"])
    cases = {case.name: case.status for case in opening.cases(empty_session)}
    new, bad = Status.NEW, Status.UNREADABLE
    assert cases == {"a.png": new, "b.png": new, "gone.dcm": bad, "torn.png": bad}
    (line,) = folding.lines(empty_session)
    assert line.words() == "3 other files: 1 not a picture, 0 reports, 2 damaged; 1 twin"


def test_a_named_file_that_is_no_picture_says_so_in_a_row(empty_session, tmp_path):
    (tmp_path / "notes.txt").write_text("nothing to see\n")
    opening.add_paths(empty_session, [tmp_path / "notes.txt"])
    (case,) = opening.cases(empty_session)
    assert case.reason.startswith("notes.txt is a text file")
    assert folding.lines(empty_session) == []


def indexed(folder: Path, count: int) -> None:
    """A disc of films with a DICOMDIR."""
    files = FileSet()
    for number in range(count):
        film(folder.parent / "made" / f"{number}", drawn(number), f"P-{number}")
        files.add(folder.parent / "made" / f"{number}")
    files.write(folder)
    files._stage["t"].cleanup()  # which pydicom leaves to the end of the process, with a warning


def test_a_dicomdir_stands_for_what_it_lists(empty_session, tmp_path):
    indexed(tmp_path / "disc", 3)
    (tmp_path / "disc" / "not_listed.png").write_bytes(imagecodecs.png_encode(drawn(9)))
    index = tmp_path / "disc" / "DICOMDIR"
    assert len(reader.listed_in(index) or []) == 3
    opening.add_paths(empty_session, [index])
    assert len(opening.cases(empty_session)) == 3
    for file in sorted((tmp_path / "disc").rglob("*"))[::-1]:  # as a disc is often mounted
        if file.name.isupper() and file.is_dir() and file.name != "DICOMDIR":
            file.rename(file.with_name(file.name.lower()))
    assert len(reader.listed_in(index) or []) == 3
    index.write_bytes(index.read_bytes()[:400])
    assert not reader.listed_in(index)


@pytest.mark.parametrize("opened", ["DICOMDIR", ""])
def test_what_a_dicomdir_names_and_is_not_there_is_told(empty_session, tmp_path, opened):
    disc = tmp_path / "disc"
    indexed(disc, 5)
    films = sorted(file for file in disc.rglob("*") if file.is_file() and file.name != "DICOMDIR")
    for gone in films[:3]:
        gone.rename(tmp_path / gone.parent.parent.parent.name)
    seen = []
    browsing.look_through(disc / opened, seen.append)
    assert seen[-1].missing == 3
    opening.add_paths(empty_session, [disc / opened])
    (line,) = folding.lines(empty_session)
    assert (line.missing, line.damaged, line.twins) == (3, 0, 0)
    assert line.words().endswith("3 named in DICOMDIR are missing")
    others = [one for one in folding.files(empty_session, line.folder) if one.kind == MISSING]
    assert [one.path for one in others] == [str(gone) for gone in films[:3]]
    assert others[0].reason == f"{films[0].name} is named in DICOMDIR, but it is not there; copy the disc again"
    for gone in films[:3]:
        (tmp_path / gone.parent.parent.parent.name).rename(gone)
    opening.add_paths(empty_session, [disc / opened])
    assert len(opening.cases(empty_session)) == 5
    assert all(line.missing == 0 for line in folding.lines(empty_session))


def test_a_disc_of_which_only_the_index_is_there_says_so(empty_session, tmp_path):
    indexed(tmp_path / "disc", 2)
    index = (tmp_path / "disc" / "DICOMDIR").rename(tmp_path / "DICOMDIR")
    seen = []
    assert browsing.look_through(index, seen.append) == 0
    assert [one.missing for one in seen] == [2]
    opening.add_paths(empty_session, [index])
    assert [line.words() for line in folding.lines(empty_session)] == ["2 named in DICOMDIR are missing"]


def test_what_a_file_says_of_its_view_and_part_decides_whether_anything_is_proposed(empty_session, tmp_path):
    said = {
        "pa": ({"ViewPosition": "PA", "BodyPartExamined": "CHEST"}, "lung"),
        "silent": ({}, "lung"),
        "lateral": ({"ViewPosition": "LL", "BodyPartExamined": "CHEST"}, None),
        "knee": ({"BodyPartExamined": "KNEE"}, None),
        "turned": ({"PatientOrientation": ["A", "F"]}, None),
        "frontal": ({"PatientOrientation": ["L", "F"]}, "lung"),
    }
    for name, (elements, _) in said.items():
        film(tmp_path / "d" / name, drawn(len(name)) + np.uint16(sum(map(ord, name)) % 97), **elements)
    opening.add_paths(empty_session, [tmp_path / "d"])
    for case in opening.cases(empty_session):
        opened = opening.open_case(empty_session, case.id)
        assert opened.target == said[case.name][1], case.name
        assert ("nothing is proposed" in opened.note) == (opened.target is None)
        if opened.draft is not None:
            opened.draft.close()
    assert opening.open_case(empty_session, opening.cases(empty_session)[1].id, target=None).target is None


def test_burnt_in_data_and_uneven_pixels_are_told(empty_session, tmp_path):
    film(tmp_path / "d", drawn(1), BurnedInAnnotation="YES", PixelAspectRatio=["6", "5"])
    opening.add_paths(empty_session, [tmp_path / "d"])
    opened = opening.open_case(empty_session, opening.cases(empty_session)[0].id)
    assert opened.note.splitlines() == [opening.BURNT_IN, opening.UNEVEN.format(height=6, width=5)]
    opened.draft.close()
    facts = reader.describe(tmp_path / "d")
    assert (facts.acquisition.burnt_in, facts.acquisition.aspect) == (True, (6, 5))


@pytest.mark.parametrize(
    ("spacing", "note"),
    [
        (
            ["0.4", "0.2"],
            "Its pixels are not square (0.4 mm high : 0.2 mm wide); the picture is shown as it is stored.",
        ),
        (
            ["0.1431", "0.2"],
            "Its pixels are not square (0.1431 mm high : 0.2 mm wide); the picture is shown as it is stored.",
        ),
        (["0.2", "0.2"], ""),
        (["0.2", "0.2001"], ""),
    ],
)
def test_an_uneven_spacing_is_told_like_an_aspect_ratio(empty_session, tmp_path, spacing, note):
    film(tmp_path / "d", drawn(1), PixelSpacing=spacing)
    opening.add_paths(empty_session, [tmp_path / "d"])
    opened = opening.open_case(empty_session, opening.cases(empty_session)[0].id)
    assert opened.note == note
    opened.draft.close()


def test_a_packed_film_is_a_twin_of_nothing_and_opens(empty_session, tmp_path):
    film(tmp_path / "one", drawn(1))
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.gz").write_bytes(gzip.compress((tmp_path / "one").read_bytes()))
    opening.add_paths(empty_session, [tmp_path / "d"])
    assert [case.name for case in opening.cases(empty_session)] == ["a.gz"]


def test_listing_stops_when_it_is_cancelled(empty_session, tmp_path, monkeypatch):
    monkeypatch.setattr(adding, "BATCH", 2)
    for number in range(6):
        film(tmp_path / "d" / str(number), drawn(number))
    seen = []
    opening.add_paths(empty_session, [tmp_path / "d"], on_batch=seen.append, cancelled=lambda: len(seen) > 0)
    assert len(opening.cases(empty_session)) == 2
