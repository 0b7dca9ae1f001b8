"""The split: one side per group, for ever, whatever the order, the names or what is added."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.core.correction import Side
from unet_studio.workspace import split, store
from unet_studio.workspace.database import writing

GROUPS = st.lists(st.text(max_size=12), min_size=1, max_size=12, unique=True)


def sides_of(workspace: store.Workspace, groups: list[str]) -> dict[str, Side]:
    return {group: store.side_of(workspace, store.group_hash(workspace, group)) for group in groups}


@settings(deadline=None, max_examples=15)
@given(GROUPS, GROUPS, st.randoms())
def test_order_and_additions_change_nothing(first: list[str], later: list[str], random: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = store.open_workspace(Path(folder) / "ws")
        before = sides_of(workspace, first)
        everything = list(dict.fromkeys([*later, *first]))
        random.shuffle(everything)
        after = sides_of(store.open_workspace(workspace.folder), everything)
        assert {group: after[group] for group in first} == before
        assert sides_of(workspace, everything) == after
        assert store.sides(workspace) == {store.group_hash(workspace, group): after[group] for group in everything}


def test_about_one_group_in_five_is_held_out(room) -> None:
    with writing(room.ws) as connection:
        hashes = [split.hash_in(connection, f"patient {number}") for number in range(4000)]
        held_out = [split.side_in(connection, one) for one in hashes].count(Side.GATE)
    assert 0.17 < held_out / 4000 < 0.23


def test_what_is_recorded_wins_over_what_would_be_computed(room, monkeypatch: pytest.MonkeyPatch) -> None:
    groups = [f"patient {number}" for number in range(40)]
    before = sides_of(room.ws, groups)
    monkeypatch.setattr(split, "GATE_SHARE", 1)
    assert sides_of(room.ws, groups) == before
    assert set(sides_of(room.ws, ["a new one"]).values()) == {Side.GATE}


def test_the_salt_differs_between_workspaces(tmp_path: Path) -> None:
    one, other = store.open_workspace(tmp_path / "1"), store.open_workspace(tmp_path / "2")
    assert store.group_hash(one, "patient") != store.group_hash(other, "patient")
    assert store.group_hash(one, "patient") == store.group_hash(store.open_workspace(one.folder), "patient")


def test_a_renamed_file_of_the_same_patient_stays_on_its_side(room) -> None:
    first = room.accept(source_name="a.dcm")
    room.add("renamed.dcm", "cd" * 32)
    second = room.accept(source_name="renamed.dcm", image_hash="cd" * 32)
    assert (first.group, first.side) == (second.group, second.side)


def test_a_picture_keeps_its_group_when_its_source_is_gone(room) -> None:
    store.keep_image(room.ws, "cd" * 32, b"pixels", ".png", {}, group="patient 9")
    store.keep_image(room.ws, "ef" * 32, b"pixels", ".png", {})
    store.keep_image(room.ws, "ef" * 32, b"pixels", ".png", {}, group="patient 9")
    expected = store.group_hash(room.ws, "patient 9")
    assert room.accept(image_hash="cd" * 32, group="").group == expected
    assert room.accept(image_hash="ef" * 32, group="").group == expected


def test_the_first_correction_of_a_picture_decides_its_group(room) -> None:
    first = room.accept(group="")
    for group in ("patient 1", "patient 2"):
        later = room.accept(group=group, reader=group)
        assert (later.group, later.side) == (first.group, first.side)


def test_an_identifier_instead_of_its_hash_is_a_mistake(room) -> None:
    with pytest.raises(ValueError, match="not stored"):
        store.side_of(room.ws, "PATIENT-4711")
