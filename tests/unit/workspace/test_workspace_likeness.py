"""Near-duplicates follow the first of their kind, and no sequence of a real data set is ever on both sides."""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.dataset import CLINICDB_VIDEOS
from unet_studio.core.correction import Side
from unet_studio.workspace import likeness, split, store
from unet_studio.workspace.corrections import group_in
from unet_studio.workspace.database import writing
from unet_studio.workspace.store import NewCorrection

BITS = 72


def bits(seed: int, flipped: int = 0) -> bytes:
    """Random bits of a made-up picture, some of the first of them the other way round."""
    found = np.unpackbits(np.frombuffer(np.random.default_rng(seed).bytes(BITS), np.uint8))
    found[:flipped] ^= 1
    return np.packbits(found).tobytes()


def seen(connection: sqlite3.Connection, name: str, look: bytes, group: str = "") -> tuple[str, Side]:
    """Keep and accept a picture, without files: its group and side."""
    connection.execute("INSERT OR IGNORE INTO images VALUES (?, '', '', '', '', '')", (name,))
    likeness.put_likeness(connection, name, look)
    new = NewCorrection(name, "polyp", "Dr. A", np.zeros((2, 2), np.uint8), group=group)
    found, side = group_in(connection, new)
    connection.execute(
        "INSERT INTO corrections (image_hash, target, reader, accepted_at, state, side, group_hash, model_id, changed,"
        " empty, strokes, active_seconds, wall_seconds, changed_pixels, source_name, source_sha256, mask_file,"
        " touched_file) VALUES (?, 'polyp', 'Dr. A', '', 'queued', ?, ?, '', 1, 0, 0, 0, 0, 0, '', '', '', '')",
        (name, side.value, found),
    )
    return found, side


def test_a_copy_without_a_patient_joins_the_group_of_the_first(room) -> None:
    with writing(room.ws) as connection:
        first = seen(connection, "first", bits(1), "patient 1")
        assert seen(connection, "copy", bits(1, 40)) == first
        assert seen(connection, "black for white", bytes(255 - one for one in bits(1))) == first
        assert seen(connection, "other", bits(2))[0] != first[0]
        assert seen(connection, "flat", b"")[0] != seen(connection, "flat too", b"")[0]
    assert store.followed(room.ws) == {"copy": "first", "black for white": "first"}


def test_a_new_patient_of_a_known_picture_takes_its_side(room) -> None:
    with writing(room.ws) as connection:
        for number in range(30):
            alone = seen(connection, f"still {number}", bits(number))
            group, side = seen(connection, f"film {number}", bits(number, 9), f"patient {number}")
            assert side is alone[1]
            assert group == split.hash_in(connection, f"patient {number}")
            assert seen(connection, f"later {number}", bits(900 + number), f"patient {number}") == (group, side)


def test_a_patient_is_never_parted_by_a_copy(room) -> None:
    with writing(room.ws) as connection:
        for number in range(30):
            own = seen(connection, f"a {number}", bits(number), f"patient {number}")
            seen(connection, f"b {number}", bits(100 + number), f"other {number}")
            assert seen(connection, f"copy {number}", bits(100 + number, 5), f"patient {number}") == own


@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 60)), min_size=1, max_size=12, unique=True), st.randoms())
def test_later_pictures_and_new_names_change_no_side(tmp_path_factory, looks, rng) -> None:
    workspace = store.open_workspace(tmp_path_factory.mktemp("looks") / "ws")
    with writing(workspace) as connection:
        before = {look: seen(connection, f"{look}", bits(*look)) for look in looks}
        again = [*looks, *((kind + 10, flips) for kind, flips in looks)]
        rng.shuffle(again)
        for place, look in enumerate(again):
            found = seen(connection, f"renamed {place}", bits(*look))
            assert look not in before or found == before[look]
    kinds = {}
    for (kind, _), (_, side) in before.items():
        assert kinds.setdefault(kind, side) is side


@pytest.fixture(scope="module")
def clinicdb(data_folder: Path) -> list[tuple[str, str, bytes]]:
    """(name, video, bits) of every frame of CVC-ClinicDB."""
    from unet_studio.core.image import Image, Source
    from unet_studio.imaging.likeness import likeness as look

    folder = data_folder / "polyp" / "cvc-clinicdb" / "images"
    if not folder.is_dir():
        pytest.skip(f"CVC-ClinicDB is not in {folder}")
    found = []
    for path in sorted(folder.iterdir()):
        video = sum(first <= int(path.stem) for first in CLINICDB_VIDEOS)
        pixels = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        found.append((path.name, f"video {video}", look(Image(pixels, Source(str(path)), "PNG"))))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_no_sequence_of_clinicdb_is_on_both_sides(clinicdb, room, seed: int) -> None:
    frames = list(clinicdb)
    random.Random(seed).shuffle(frames)
    sides: dict[str, set[Side]] = {}
    begun = time.perf_counter()
    with writing(room.ws) as connection:
        for name, video, look in frames:
            sides.setdefault(video, set()).add(seen(connection, name, look, video)[1])
    assert len(frames) == 466
    assert len(sides) == 22  # of 29 videos, as many as lie here
    assert [video for video, found in sides.items() if len(found) > 1] == []
    assert len(set(map(len, sides.values()))) == 1
    assert time.perf_counter() - begun < 10


def test_groups_with_near_duplicates_of_one_another_are_one(room) -> None:
    """A third picture may be what ties two; black for white is the same picture; one colour looks like nothing."""
    with writing(room.ws) as connection:
        groups = {
            name: seen(connection, name, look, f"patient of {name}")[0]
            for name, look in {
                "first": bits(1),
                "far": bits(1, 120),  # of 576: too far from the first
                "between": bits(1, 60),
                "inverted": bytes(255 - one for one in bits(2)),
                "plain": bits(2),
                "other": bits(3),
                "flat": b"",
                "flat too": b"",
            }.items()
        }
        seen(connection, "later", bits(4), "patient of other")
        seen(connection, "its copy", bits(4, 9), "patient of plain")
        seen(connection, "shorter", bits(1)[:40], "patient of shorter")
    found = store.united_groups(room.ws)
    assert found.keys() >= set(groups.values())
    assert set(found.values()) <= found.keys()  # hashes of groups, no names of their own

    def together(*names: str) -> set[str]:
        return {found[groups[name]] for name in names}

    assert len(together("first", "far", "between")) == 1
    assert len(together("inverted", "plain", "other")) == 1
    assert len(together("first", "plain", "flat", "flat too")) == 4
    assert found[split.group_hash(room.ws, "patient of shorter")] == split.group_hash(room.ws, "patient of shorter")
