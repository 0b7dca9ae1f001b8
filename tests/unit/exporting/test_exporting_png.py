"""Exported masks: values, size, provenance, resume, and nothing ever overwritten."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from unet_studio.core.errors import UserError
from unet_studio.exporting import naming, newfile, png

ROWS, COLUMNS = 37, 53
MASK = (np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS) % 7 == 0).astype(np.uint8)
PROBABILITY = (np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS) * 33).astype(np.uint16)
FACTS = png.Provenance(
    source="Bild ä 肺.png",
    source_sha256="a" * 64,
    content_hash="b" * 64,
    target="lung",
    model="lung-v1",
    model_sha256="c" * 64,
    time="2026-11-21T09:00:00.000+00:00",
    program="U-Net Studio 0.1.0",
    rows=ROWS,
    columns=COLUMNS,
    reviewed=True,
    reader="Dr. Ärztin",
    threshold=0.35,
    spacing_mm=(0.143, 0.143),
    options={"probability": False},
)


def change(**more: object) -> png.Provenance:
    return dataclasses.replace(FACTS, **more)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_mask_is_8_bit_0_and_255_of_the_sources_size(tmp_path: Path) -> None:
    done = png.export_mask(tmp_path / "a.b", MASK, FACTS)
    assert sorted(snapshot(tmp_path)) == ["a.b.json", "a.b.png"]
    opened = Pillow.open(done.mask)
    assert (opened.mode, opened.size) == ("L", (COLUMNS, ROWS))
    assert (np.asarray(opened) == MASK * 255).all()
    assert (cv2.imread(str(done.mask), cv2.IMREAD_UNCHANGED) == MASK * 255).all()
    assert not done.skipped


@pytest.mark.parametrize("kind", [bool, np.uint8, np.int64, np.float32])
def test_any_kind_of_mask_is_taken(tmp_path: Path, kind: type) -> None:
    done = png.export_mask(tmp_path / "a", (MASK * 3).astype(kind), FACTS)
    assert (cv2.imread(str(done.mask), cv2.IMREAD_UNCHANGED) == MASK * 255).all()


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 5))
def test_every_size_comes_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: int, columns: int, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("out")
    mask = np.random.default_rng(seed).integers(0, 2, (rows, columns)).astype(np.uint8)
    done = png.export_mask(folder / "a", mask, change(rows=rows, columns=columns), mask.astype(np.uint16) * 65535)
    assert (cv2.imread(str(done.mask), cv2.IMREAD_UNCHANGED) == mask * 255).all()
    assert (np.asarray(Pillow.open(done.probability)) == mask.astype(np.uint16) * 65535).all()


def test_probabilities_are_16_bit(tmp_path: Path) -> None:
    done = png.export_mask(tmp_path / "a", MASK, FACTS, PROBABILITY)
    assert done.probability == tmp_path / "a_prob.png"
    assert (np.asarray(Pillow.open(done.probability)) == PROBABILITY).all()
    read = cv2.imread(str(done.probability), cv2.IMREAD_UNCHANGED)
    assert read.dtype == np.uint16
    assert (read == PROBABILITY).all()


def test_provenance_is_in_the_file_and_beside_it(tmp_path: Path) -> None:
    done = png.export_mask(tmp_path / "a", MASK, FACTS)
    facts = json.loads(done.json.read_text(encoding="utf-8"))
    for name, value in dataclasses.asdict(change(mask_sha256=png.mask_sha256(MASK))).items():
        assert facts[name] == (list(value) if isinstance(value, tuple) else value)
    assert (facts["mask"], facts["probability"], facts["format"]) == ("a.png", None, 1)
    text = Pillow.open(done.mask).text
    assert text["unet-studio:source"] == "Bild ä 肺.png"
    assert text["unet-studio:reader"] == "Dr. Ärztin"
    assert text["unet-studio:model"] == "lung-v1"
    assert text["unet-studio:reviewed"] == "true"
    assert json.loads(text["unet-studio:spacing_mm"]) == [0.143, 0.143]
    assert text["Software"] == "U-Net Studio 0.1.0"


def test_a_source_name_that_is_no_text_does_not_stop_it(tmp_path: Path) -> None:
    done = png.export_mask(tmp_path / "a", MASK, change(source=os.fsdecode(b"M\xfcller.png")))
    assert json.loads(done.json.read_text(encoding="utf-8"))["source"] == "M?ller.png"


def test_a_finished_one_is_skipped_whatever_the_time_and_program(tmp_path: Path) -> None:
    first = png.export_mask(tmp_path / "a", MASK, change(reviewed=False))
    before = snapshot(tmp_path)
    again = change(time="later", program="9.9", content_hash="", source="renamed.jpeg", reviewed=False)
    done = png.export_mask(tmp_path / "a", 1 - MASK, again)
    assert done == dataclasses.replace(first, skipped=True)
    assert png.already_exported(tmp_path / "a", again) == done
    assert png.already_exported(tmp_path / "b", again) is None
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    "other",
    [
        {"source_sha256": "e" * 64},
        {"target": "polyp"},
        {"model": "lung-v2"},
        {"model_sha256": "e" * 64},
        {"threshold": 0.5},
        {"options": {"probability": True}},
        {"frame": 2},
        {"reviewed": False},
        {"reader": "Dr. B"},
    ],
)
def test_anything_else_gets_a_number(tmp_path: Path, other: dict[str, object]) -> None:
    png.export_mask(tmp_path / "a", MASK, FACTS)
    before = snapshot(tmp_path)
    assert png.already_exported(tmp_path / "a", change(**other)) is None
    done = png.export_mask(tmp_path / "a", MASK, change(**other))
    assert done.mask.name == "a_2.png"
    assert before.items() <= snapshot(tmp_path).items()
    assert png.export_mask(tmp_path / "a", MASK, change(**other)).skipped
    assert png.export_mask(tmp_path / "a", MASK, change(target="third")).json.name == "a_3.json"


def test_a_mask_that_was_corrected_again_is_never_taken_for_finished(tmp_path: Path) -> None:
    png.export_mask(tmp_path / "a", MASK, FACTS)
    done = png.export_mask(tmp_path / "a", 1 - MASK, FACTS)
    assert (done.mask.name, done.skipped) == ("a_2.png", False)
    assert png.export_mask(tmp_path / "a", MASK, FACTS).mask.name == "a.png"
    assert png.export_mask(tmp_path / "a", 1 - MASK, FACTS).mask.name == "a_2.png"
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize("name", ["a.png", "a.json", "a_prob.png"])
@pytest.mark.parametrize("data", [b"", b"theirs", b"[]", b'{"options": 1}'])
def test_foreign_and_unfinished_files_stay_as_they_are(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    done = png.export_mask(tmp_path / "a", MASK, FACTS, PROBABILITY)
    assert (done.mask.name, done.json.name) == ("a_2.png", "a_2.json")
    assert (tmp_path / name).read_bytes() == data


@pytest.mark.parametrize("name", ["a.png", "a_prob.png", "a.json"])
def test_an_export_that_lost_a_file_is_not_finished(tmp_path: Path, name: str) -> None:
    png.export_mask(tmp_path / "a", MASK, FACTS, PROBABILITY)
    (tmp_path / name).unlink()
    before = snapshot(tmp_path)
    assert png.export_mask(tmp_path / "a", MASK, FACTS, PROBABILITY).mask.name == "a_2.png"
    assert before.items() <= snapshot(tmp_path).items()


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(tmp_path / "nowhere")
    assert png.export_mask(tmp_path / "a", MASK, FACTS).mask.name == "a_2.png"
    assert not (tmp_path / "nowhere").exists()


def test_two_equal_sources_of_one_stem_get_two_names_and_keep_them(tmp_path: Path) -> None:
    wanted = [naming.place(tmp_path, Path(), name) for name in ("a.png", "a.dcm")]
    for turn in range(2):
        claimed: set[Path] = set()
        done = [png.export_mask(one, MASK, FACTS, claimed=claimed) for one in wanted]
        assert [one.mask.name for one in done] == ["a.png", "a_2.png"]
        assert [one.skipped for one in done] == [turn == 1] * 2
    claimed = set()
    known = change(mask_sha256=png.mask_sha256(MASK))
    found = [png.already_exported(one, known, claimed) for one in wanted]
    assert [one.mask.name for one in found if one] == ["a.png", "a_2.png"]


def test_a_full_disk_leaves_nothing_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = newfile._write

    def full(path: Path, data: bytes) -> None:
        if len(made) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        made.append(path)
        real(path, data)

    made: list[Path] = []
    monkeypatch.setattr(newfile, "_write", full)
    with pytest.raises(UserError, match="the disk is full") as error:
        png.export_mask(tmp_path / "a", MASK, FACTS, PROBABILITY)
    assert "a.json" in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_links_is_served_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_links)
    png.export_mask(tmp_path / "a", MASK, FACTS)
    assert png.export_mask(tmp_path / "a", MASK, change(target="polyp")).mask.name == "a_2.png"
    assert sorted(snapshot(tmp_path)) == ["a.json", "a.png", "a_2.json", "a_2.png"]


def test_many_at_once_never_share_a_name(tmp_path: Path) -> None:
    done: list[png.Exported] = []

    def work(number: int) -> None:
        done.append(png.export_mask(tmp_path / "a", MASK, change(source_sha256=f"{number}")))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.mask for one in done}) == 8
    assert len(list(tmp_path.iterdir())) == 16
    for one in done:
        assert json.loads(one.json.read_text(encoding="utf-8"))["mask"] == one.mask.name


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="choose another folder") as error:
        png.export_mask(tmp_path / "file" / "a", MASK, FACTS)
    assert "\n" not in str(error.value)


def test_wrong_sizes_are_a_mistake(tmp_path: Path) -> None:
    for mask, probability in ((MASK.T, None), (MASK, PROBABILITY.T), (MASK, PROBABILITY.astype(np.float32))):
        with pytest.raises(ValueError, match="the picture"):
            png.export_mask(tmp_path / "a", mask, FACTS, probability)
    assert list(tmp_path.iterdir()) == []


def test_the_masks_hash_tells_shape_and_pixels() -> None:
    assert png.mask_sha256(MASK) == png.mask_sha256(MASK.astype(bool)) == png.mask_sha256(MASK * 255)
    assert png.mask_sha256(MASK) != png.mask_sha256(1 - MASK)
    assert png.mask_sha256(np.zeros((2, 3))) != png.mask_sha256(np.zeros((3, 2)))
