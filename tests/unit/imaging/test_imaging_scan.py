"""Folders are walked in natural order, each file once, loops included."""

from __future__ import annotations

import os

import pytest

from unet_studio.imaging.scan import find_files, natural


def names(found, root):
    return [path.relative_to(root).as_posix() for path in found]


def test_natural_order_and_sub_folders(tmp_path):
    for name in ("IM10", "IM2", "im1", "b/2.png", "b/10.png", "a b/ü.dcm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert names(find_files([tmp_path]), tmp_path) == ["a b/ü.dcm", "b/2.png", "b/10.png", "im1", "IM2", "IM10"]


def test_hidden_and_system_files_are_left_out_unless_named(tmp_path):
    for name in (".hidden", "Thumbs.db", "desktop.ini", "a"):
        (tmp_path / name).write_bytes(b"x")
    assert names(find_files([tmp_path]), tmp_path) == ["a"]
    assert names(find_files([tmp_path / ".hidden"]), tmp_path) == [".hidden"]


def test_each_file_once(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a").write_bytes(b"x")
    found = find_files([tmp_path / "d" / "a", tmp_path, tmp_path / "d"])
    assert names(found, tmp_path) == ["d/a"]


def test_one_file_under_two_names_is_two_pictures(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    os.link(tmp_path / "a", tmp_path / "b")
    assert names(find_files([tmp_path]), tmp_path) == ["a", "b"]


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege on Windows")
def test_loops_of_links_end(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a").write_bytes(b"x")
    (tmp_path / "d" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    assert names(find_files([tmp_path]), tmp_path) == ["d/a", "self"]


def test_what_does_not_exist_is_passed_on(tmp_path):
    assert names(find_files([tmp_path / "gone.png"]), tmp_path) == ["gone.png"]


def test_cancelled(tmp_path):
    for number in range(10):
        (tmp_path / str(number)).write_bytes(b"x")
    asked = []
    found = list(find_files([tmp_path], lambda: len(asked) > 3 or asked.append(1) is not None))
    assert 0 < len(found) < 10


def test_natural_key_sorts_any_names():
    assert sorted(["a", "10", "²", "1a", "2", ""], key=natural) == ["", "1a", "2", "10", "a", "²"]
