"""Names of written files."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.exporting import naming


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a.png", "a"),
        ("A.JPEG", "A"),
        ("a.b.tif", "a.b"),
        ("a.png.dcm", "a.png"),
        ("1.2.840.113619.2.5", "1.2.840.113619.2.5"),
        ("1.2.840.113619.2.5.dcm", "1.2.840.113619.2.5"),
        ("IM000001", "IM000001"),
        ("patient.v2", "patient.v2"),
        (".png", ".png"),
        ("a.", "a."),
        ("肺 1.bmp", "肺 1"),
    ],
)
def test_one_known_suffix_is_dropped_and_nothing_else(name: str, stem: str) -> None:
    assert naming.stem(name) == stem


def test_frames_are_counted_from_one() -> None:
    assert naming.frame_stem("clip.dcm", 0, 1) == "clip"
    assert naming.frame_stem("clip.dcm", 0, 120) == "clip_f0001"
    assert naming.frame_stem("1.2.3", 11, 120) == "1.2.3_f0012"
    assert naming.frame_stem("clip.dcm", 12344, 20000) == "clip_f12345"


def test_folders_below_the_one_given_are_kept() -> None:
    out = Path("out")
    for path, top, expected in (
        ("d/a/b.jpg", "d", "out/a/b"),
        ("d/b.jpg", "d", "out/b"),
        ("d/b.jpg", "d/b.jpg", "out/b"),
        ("x/b.jpg", "d", "out/b"),
        ("/s/a/b/c.dcm", "/s", "out/a/b/c"),
    ):
        folder = naming.relative_folder(Path(path), Path(top))
        assert naming.place(out, folder, Path(path).name) == Path(expected)


@pytest.mark.parametrize(
    ("name", "here", "windows"),
    [
        ("a/b", "a_b", "a_b"),
        ("..", "_", "_"),
        ("", "_", "_"),
        ("a\x00b\n", "a_b_", "a_b_"),
        ("a:b?", "a:b?", "a_b_"),
        ("con", "con", "_con"),
        ("LPT1.x", "LPT1.x", "_LPT1.x"),
        ("a. ", "a. ", "a"),
        ("film 1.2", "film 1.2", "film 1.2"),
    ],
)
def test_pieces_are_made_safe(name: str, here: str, windows: str) -> None:
    assert naming.safe_piece(name, windows=False) == here
    assert naming.safe_piece(name, windows=True) == windows


@settings(deadline=None)
@given(st.text(max_size=300), st.booleans())
def test_no_name_leads_out_of_its_folder(name: str, windows: bool) -> None:
    piece = naming.safe_piece(name, windows=windows)
    assert Path(piece).parts == (piece,)
    assert piece not in (".", "..")
    assert len(piece.encode("utf-8", "surrogatepass")) <= 200


def test_evil_folders_stay_below_the_output() -> None:
    place = naming.place(Path("/out"), Path("/../../etc"), "../x.png")
    assert place.parent == Path("/out/_/_/etc")
    assert place.name == ".._x"


def test_long_names_are_cut_between_letters() -> None:
    assert naming.safe_piece("肺" * 100) == "肺" * 66
    assert naming.safe_piece("a" * 250) == "a" * 200


@settings(deadline=None)
@given(st.text(max_size=120), st.integers(1, 4))
def test_too_long_names_end_with_a_hash_of_the_whole(name: str, times: int) -> None:
    name = naming.as_text(name.encode("utf-8", "replace").decode()) * times
    found = naming.with_hash(name)
    assert len(found.encode()) <= 200
    assert (found == name) == (len(name.encode()) <= 200)
    assert naming.with_hash(name) == found
    assert naming.with_hash(name + "a" * 201) != naming.with_hash(name + "a" * 200 + "b")


def test_numbers_begin_at_two() -> None:
    assert list(itertools.islice(naming.numbered(Path("o/a.b")), 3)) == [
        Path("o/a.b"),
        Path("o/a.b_2"),
        Path("o/a.b_3"),
    ]
