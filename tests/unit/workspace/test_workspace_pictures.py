"""Kept pictures, Proposals, and the PNG files they are in."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import pixelfile, store

IMAGE = "ab" * 32


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([np.uint8, np.uint16]), st.integers(0, 9))
def test_what_is_encoded_is_what_every_program_decodes(rows: int, columns: int, kind: type, seed: int) -> None:
    largest = int(np.iinfo(kind).max)
    pixels = np.random.default_rng(seed).integers(0, largest + 1, (rows, columns)).astype(kind)
    data = pixelfile.encode(pixels)
    found = pixelfile.decode(data)
    assert found.dtype == pixels.dtype
    assert (found == pixels).all()
    assert (np.asarray(Pillow.open(io.BytesIO(data))) == pixels).all()
    assert (cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) == pixels).all()


def test_arrays_need_not_be_contiguous_or_native() -> None:
    pixels = np.arange(600, dtype=">u2").reshape(20, 30)[::2, ::-3]
    assert (pixelfile.decode(pixelfile.encode(pixels.astype(np.uint16)[::-1])) == pixels[::-1]).all()


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (3, 3, 3), (4,)])
def test_what_is_no_gray_picture_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="gray picture"):
        pixelfile.encode(np.zeros(shape, np.uint8))


def test_every_damaged_byte_is_noticed() -> None:
    data = pixelfile.encode(np.random.default_rng(0).integers(0, 256, (9, 7)).astype(np.uint8))
    for at in range(len(data)):
        bad = bytearray(data)
        bad[at] ^= 0x10
        with pytest.raises(ValueError, match=r"."):
            pixelfile.decode(bytes(bad))
        with pytest.raises(ValueError, match=r"."):
            pixelfile.decode(data[:at])


def test_a_foreign_png_is_refused_not_misread() -> None:
    stream = io.BytesIO()
    Pillow.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).convert("RGB").save(stream, "PNG")
    with pytest.raises(ValueError, match="not a gray PNG"):
        pixelfile.decode(stream.getvalue())


def test_a_kept_picture_comes_back_whole_and_is_never_written_again(room) -> None:
    data, facts = store.kept_image(room.ws, IMAGE) or (b"", {})
    assert data == f"pixels of {IMAGE}".encode()
    assert facts == {"rows": 37}
    store.keep_image(room.ws, IMAGE, b"other bytes", ".png", {"rows": 1})
    assert store.kept_image(room.ws, IMAGE) == (data, facts)
    assert (room.ws.folder / "images" / "ab" / f"{IMAGE}.png").read_bytes() == data
    assert store.kept_image(room.ws, "00" * 32) is None
    assert not store.has_image(room.ws, "00" * 32)
    assert not list(room.ws.folder.rglob("*.tmp"))


def test_a_lost_file_is_put_back_by_the_same_bytes_only(room) -> None:
    file = room.ws.folder / "images" / "ab" / f"{IMAGE}.png"
    data = file.read_bytes()
    file.unlink()
    store.keep_image(room.ws, IMAGE, b"other bytes", ".png", {})
    assert not file.exists()
    store.keep_image(room.ws, IMAGE, data, ".png", {})
    assert store.kept_image(room.ws, IMAGE) == (data, {"rows": 37})


def test_a_leftover_of_a_crash_does_not_get_in_the_way(room) -> None:
    folder = room.ws.folder / "images" / "cd"
    folder.mkdir()
    (folder / ("cd" * 32 + ".png")).write_bytes(b"left over")
    store.keep_image(room.ws, "cd" * 32, b"good", ".png", {})
    assert store.kept_image(room.ws, "cd" * 32) == (b"good", {})


@pytest.mark.parametrize("suffix", [".png", ".json"])
def test_a_damaged_or_missing_kept_picture_is_one_sentence(room, suffix: str) -> None:
    file = room.ws.folder / "images" / "ab" / f"{IMAGE}{suffix}"
    file.write_bytes(b"{")
    with pytest.raises(WorkspaceError, match="damaged"):
        store.kept_image(room.ws, IMAGE)
    file.unlink()
    with pytest.raises(WorkspaceError, match="missing"):
        store.kept_image(room.ws, IMAGE)


def test_proposals_by_version_and_the_newest(room) -> None:
    first = store.save_proposal(room.ws, IMAGE, room.proposal("lung-v1", 1))
    store.save_proposal(room.ws, IMAGE, room.proposal("lung-v2", 2))
    newest = store.latest_proposal(room.ws, IMAGE, "lung")
    old = store.latest_proposal(room.ws, IMAGE, "lung", "lung-v1")
    assert newest is not None
    assert old is not None
    assert newest.model_id == "lung-v2"
    assert store.find_proposal(room.ws, IMAGE, "lung", "lung-v1") == first
    made = room.proposal("lung-v1", 1)
    assert (old.probability == made.probability).all()
    assert old.probability.dtype == np.uint16
    fields = ("rows", "columns", "target", "model_id", "model_sha256", "device", "seconds", "note")
    assert [getattr(old, name) for name in fields] == [getattr(made, name) for name in fields]
    assert store.latest_proposal(room.ws, IMAGE, "polyp") is None
    assert store.latest_proposal(room.ws, IMAGE, "lung", "lung-v9") is None


def test_a_lost_proposal_is_made_again_not_mourned(room) -> None:
    proposal_id = store.save_proposal(room.ws, IMAGE, room.proposal())
    for file in (room.ws.folder / "proposals").rglob("*.png"):
        file.write_bytes(file.read_bytes()[:-20])
    assert store.latest_proposal(room.ws, IMAGE, "lung") is None
    with pytest.raises(WorkspaceError, match="damaged"):
        store.proposal(room.ws, proposal_id)
    with pytest.raises(WorkspaceError, match="Proposal 99"):
        store.proposal(room.ws, 99)
