"""A file that cannot be opened is told of in the same words in the worklist, by `info` and when it is opened."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from unet_studio.cli.running import run
from unet_studio.core.case import Status
from unet_studio.core.errors import Unreadable
from unet_studio.imaging import child, reader
from unet_studio.imaging.files import refusal_of
from unet_studio.workflow import opening
from unet_studio.workflow.diagnosing import info, info_row, info_text

FILES = {
    "torn.png": imagecodecs.png_encode(np.zeros((200, 200), np.uint8))[:60],
    "page.jpg": b"<!doctype html><html>",
    "zeros.dcm": bytes(5000),
    "film.tif": b"II*\x00\x08\x00\x00\x00\xff\xff",
    "slices.nii": b"\x5c\x01\0\0" + b"\0" * 340 + b"n+1\0",
    "empty.webp": b"",
}


pytestmark = pytest.mark.usefixtures("no_child_is_left")


@pytest.mark.parametrize("name", FILES)
def test_one_sentence_everywhere(empty_session, tmp_path, name, capfd):
    path = tmp_path / name
    path.write_bytes(FILES[name])
    (facts,) = info([path])
    assert facts.error.startswith(f"{name} ")
    assert ";" in facts.error  # what would help
    assert json.loads(json.dumps(info_row(facts)))["error"] == facts.error == info_text(facts)
    opening.add_paths(empty_session, [path])
    (case,) = opening.cases(empty_session)
    if case.status is not Status.UNREADABLE:  # its header was sound
        with pytest.raises(Unreadable):
            opening.load_image(empty_session, case.id)
        (case,) = opening.cases(empty_session)
    assert (case.status, case.reason) == (Status.UNREADABLE, facts.error)
    with pytest.raises(Unreadable) as caught:
        reader.read(path)
    assert str(caught.value) == facts.error
    assert capfd.readouterr() == ("", "")


def test_a_drive_that_vanishes_between_listing_and_opening(empty_session, tmp_path):
    (tmp_path / "drive").mkdir()
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 255, (60, 60)).astype(np.uint8)
        (tmp_path / "drive" / f"{number}.png").write_bytes(imagecodecs.png_encode(pixels))
    opening.add_paths(empty_session, [tmp_path / "drive"])
    (tmp_path / "drive").rename(tmp_path / "elsewhere")
    for case in opening.cases(empty_session):
        with pytest.raises(Unreadable, match=r"is not there; it was moved or renamed, or its drive is not connected"):
            opening.load_image(empty_session, case.id)
    (tmp_path / "elsewhere").rename(tmp_path / "drive")
    assert len(opening.add_paths(empty_session, [tmp_path / "drive"]).cases) == 3
    assert {case.status for case in opening.cases(empty_session)} == {Status.NEW}


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN])
def test_what_a_dead_network_drive_answers(number, monkeypatch, tmp_path):
    def dead(path):
        raise OSError(number, "network")

    monkeypatch.setattr(child, "open_document", dead)
    (tmp_path / "a.png").write_bytes(b"x")
    message, pixels = child.Session().answer({"verb": "read", "path": str(tmp_path / "a.png"), "frame": 0})
    assert pixels is None
    assert message["refused"][0] == "cannot be read from its drive"
    assert refusal_of(OSError(number, "network")).remedy.startswith("check that the drive is connected")


def test_a_folder_that_may_only_be_read_and_a_path_of_300_characters(empty_session, tmp_path):
    folder = tmp_path / ("Befunde äöü 胸部 " + "x" * 90) / ("y" * 120) / ("z" * 100)
    folder.mkdir(parents=True)
    picture = np.random.default_rng(1).integers(0, 255, (60, 60)).astype(np.uint8)
    (folder / "снимок 1.png").write_bytes(imagecodecs.png_encode(picture))
    folder.chmod(0o500)
    try:
        before = sorted(folder.iterdir())
        opening.add_paths(empty_session, [folder])
        (case,) = opening.cases(empty_session)
        assert np.array_equal(opening.load_image(empty_session, case.id).pixels, picture)
        assert sorted(folder.iterdir()) == before
        assert len(case.path) > 300
    finally:
        folder.chmod(0o700)


def test_predict_on_a_folder_fails_for_damaged_pictures_alone(workspace, films, tmp_path, capsys):
    (films / "read.txt").write_text("read me\n")
    (films / "index.html").write_text("<!doctype html>")
    out = ["predict", str(films), "--out", str(tmp_path / "out"), "--workspace", str(workspace)]
    assert run(out) == 1
    said = capsys.readouterr()
    assert "2 other files: 2 not pictures, 0 reports, 0 damaged" in said.err
    assert said.err.count("unet-studio: ") == 1
    assert "broken.png" in said.err
    (films / "broken.png").unlink()
    assert run([*out, "--json"]) == 0
    kinds = {Path(row["path"]).name: row["kind"] for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert kinds["read.txt"] == kinds["index.html"] == "other"
    assert kinds["film_1.png"] == "picture"
    assert run(["predict", str(films / "read.txt"), *out[2:]]) == 1  # it was named
