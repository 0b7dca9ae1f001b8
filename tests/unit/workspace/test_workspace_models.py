"""The model registry: numbering, going live, roll-back, damaged weights, newer programs."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from unet_studio.core.errors import ModelError
from unet_studio.core.model_version import Origin
from unet_studio.workspace import store


def bundle(room, data: bytes = b"bundled weights", **more: object):
    path = room.ws.folder.parent / "program" / "lung.safetensors"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return store.register_bundled(room.ws, "lung", path, metrics={"dice": 0.97}, program_version="0.1", **more)


def candidate(room, data: bytes, parent: str | None = "lung-v1", **more: object):
    path = room.ws.folder.parent / "candidate.safetensors"
    path.write_bytes(data)
    return store.add_candidate(room.ws, path, store.NewVersion("lung", parent, "better", **more))


def live(room) -> str:
    found = store.active(room.ws, "lung")
    assert found is not None
    assert [one.id for one in store.versions(room.ws, "lung") if one.active] == [found.id]
    return found.id


def test_the_bundled_one_is_the_first_and_live(room) -> None:
    assert store.active(room.ws, "lung") is None
    first = bundle(room)
    assert (first.id, first.number, first.parent, first.origin) == ("lung-v1", 1, None, Origin.BUNDLED)
    assert (first.active, first.promoted, first.metrics) == (True, True, {"dice": 0.97})
    assert first.sha256 == hashlib.sha256(b"bundled weights").hexdigest()
    assert bundle(room) == first
    assert store.versions(room.ws) == [first]


def test_the_workspace_takes_its_own_copy_at_first_use(room) -> None:
    bundle(room)
    assert not (room.ws.folder / "models").exists()
    path = store.weights_path(room.ws, "lung-v1")
    assert path.is_relative_to(room.ws.folder)
    (room.ws.folder.parent / "program" / "lung.safetensors").unlink()
    assert store.weights_path(room.ws, "lung-v1").read_bytes() == b"bundled weights"
    assert store.ensure_local(room.ws, "lung-v1") == path


def test_a_candidate_waits_until_it_is_let_live(room) -> None:
    bundle(room)
    made = candidate(
        room, b"better", corrections=[3, 4], metrics={"dice": {"mean": np.float32(0.5)}}, device="cpu", seconds=9.5
    )
    assert (made.id, made.parent, made.active, made.promoted) == ("lung-v2", "lung-v1", False, False)
    assert (made.corrections, made.metrics, made.device, made.seconds) == ((3, 4), {"dice": {"mean": 0.5}}, "cpu", 9.5)
    assert live(room) == "lung-v1"
    assert store.activate(room.ws, "lung-v2", "the gate").active
    assert live(room) == "lung-v2"
    assert store.version(room.ws, "lung-v2").promoted
    assert not store.version(room.ws, "lung-v1").active
    assert store.weights_path(room.ws, "lung-v2").read_bytes() == b"better"


def test_roll_back_goes_back_step_by_step(room) -> None:
    bundle(room)
    for number in (2, 3):
        candidate(room, b"%d" % number)
        store.activate(room.ws, f"lung-v{number}", f"reason {number}")
    store.activate(room.ws, "lung-v3", "again")
    assert store.rollback(room.ws, "lung").id == live(room) == "lung-v2"
    assert store.rollback(room.ws, "lung").id == live(room) == "lung-v1"
    with pytest.raises(ModelError, match="no other version"):
        store.rollback(room.ws, "lung")
    store.activate(room.ws, "lung-v3", "by hand")
    assert store.rollback(room.ws, "lung").id == live(room) == "lung-v1"
    lines = store.history(room.ws, "lung")
    assert [line.model_id for line in lines] == ["lung-v1", "lung-v2", "lung-v3", "lung-v3"]
    assert [bool(line.undone) for line in lines] == [False, True, True, True]
    assert lines[1].reason == "reason 2"
    assert store.version(room.ws, "lung-v3").promoted


def test_targets_are_apart(room) -> None:
    bundle(room)
    path = room.ws.folder.parent / "polyp.safetensors"
    path.write_bytes(b"polyp")
    assert store.register_bundled(room.ws, "polyp", path, hashlib.sha256(b"polyp").hexdigest()).id == "polyp-v1"
    assert live(room) == "lung-v1"
    assert [one.id for one in store.versions(room.ws)] == ["lung-v1", "polyp-v1"]


def test_a_newer_bundled_one_replaces_a_bundled_one_only(room) -> None:
    bundle(room)
    store.ensure_local(room.ws, "lung-v1")
    newer = bundle(room, b"newer")
    assert (newer.id, live(room)) == ("lung-v2", "lung-v2")
    assert "takes the place of lung-v1" in newer.reason
    candidate(room, b"tuned", "lung-v2")
    store.activate(room.ws, "lung-v3", "the gate")
    newest = bundle(room, b"newest")
    assert (newest.id, newest.active, live(room)) == ("lung-v4", False, "lung-v3")
    assert "lung-v3 stays live" in newest.reason
    assert store.weights_path(room.ws, "lung-v1").read_bytes() == b"bundled weights"
    assert bundle(room, b"newer").id == "lung-v2"
    assert live(room) == "lung-v3"


def test_a_frozen_study_keeps_its_version(room) -> None:
    bundle(room)
    assert not bundle(room, b"newer", may_activate=False).active
    assert live(room) == "lung-v1"


def test_a_program_that_moved_is_found_at_its_new_place(room, tmp_path: Path) -> None:
    bundle(room)
    moved = tmp_path / "moved.safetensors"
    (room.ws.folder.parent / "program" / "lung.safetensors").rename(moved)
    assert store.register_bundled(room.ws, "lung", moved).id == "lung-v1"
    assert store.weights_path(room.ws, "lung-v1").read_bytes() == b"bundled weights"


def test_damaged_weights_are_never_handed_out(room) -> None:
    bundle(room)
    candidate(room, b"sound")
    path = store.weights_path(room.ws, "lung-v2")
    path.write_bytes(b"s0und")
    for call in (store.weights_path, store.ensure_local, lambda ws, one: store.activate(ws, one, "x")):
        with pytest.raises(ModelError, match="is damaged"):
            call(room.ws, "lung-v2")
    path.unlink()
    with pytest.raises(ModelError, match="is missing"):
        store.weights_path(room.ws, "lung-v2")
    assert live(room) == "lung-v1"


def test_a_damaged_copy_of_a_bundled_one_is_replaced_by_the_programs(room) -> None:
    bundle(room)
    copy = store.weights_path(room.ws, "lung-v1")
    copy.write_bytes(b"damaged")
    assert store.weights_path(room.ws, "lung-v1").read_bytes() == b"bundled weights"
    assert store.ensure_local(room.ws, "lung-v1") == copy
    assert copy.read_bytes() == b"bundled weights"


def test_no_roll_back_to_a_damaged_version(room) -> None:
    bundle(room)
    store.ensure_local(room.ws, "lung-v1").write_bytes(b"x")
    (room.ws.folder.parent / "program" / "lung.safetensors").unlink()
    candidate(room, b"two")
    store.activate(room.ws, "lung-v2", "the gate")
    with pytest.raises(ModelError, match="damaged"):
        store.rollback(room.ws, "lung")
    assert live(room) == "lung-v2"


def test_unknown_versions_and_files_are_one_sentence(room, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model version"):
        store.activate(room.ws, "lung-v9", "x")
    with pytest.raises(ModelError, match="cannot be read"):
        store.register_bundled(room.ws, "lung", tmp_path / "none")
    with pytest.raises(ModelError, match="cannot be read"):
        store.add_candidate(room.ws, tmp_path / "none", store.NewVersion("lung", None))
