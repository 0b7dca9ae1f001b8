"""A full disk at every place where something is written: the old stays, one sentence says why."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from unet_studio.core.case import Status
from unet_studio.core.errors import Locked, WorkspaceError
from unet_studio.core.proposal import Proposal
from unet_studio.workspace import atomic, database, store

IMAGE = "ab" * 32
SHAPE = (64, 80)

LIMITED = """
import resource, sys
from pathlib import Path
import numpy as np
from unet_studio.core.errors import WorkspaceError
from unet_studio.workspace import store
ws = store.open_workspace(Path(sys.argv[1]))
store.set_image(ws, 1, "ab" * 32, 2000, 2000)
mask = np.random.default_rng(0).integers(0, 2, (2000, 2000), dtype=np.uint8)
resource.setrlimit(resource.RLIMIT_FSIZE, (250_000, 250_000))
try:
    store.save_correction(ws, store.NewCorrection("ab" * 32, "lung", "r", mask))
except WorkspaceError as error:
    print(error)
"""


@pytest.fixture
def ws(tmp_path: Path) -> store.Workspace:
    workspace = store.open_workspace(tmp_path / "ws")
    (case_id,) = store.add_cases(workspace, [store.NewCase("/film.png", guess="lung")])
    store.keep_image(workspace, IMAGE, b"pixels", ".png", {})
    store.set_image(workspace, case_id, IMAGE, *SHAPE)
    return workspace


def accept(workspace: store.Workspace, seed: int = 0) -> object:
    mask = np.random.default_rng(seed).integers(0, 2, SHAPE, dtype=np.uint8)
    return store.save_correction(workspace, store.NewCorrection(IMAGE, "lung", "r", mask))


def accept_many(workspace: store.Workspace) -> None:
    for seed in range(200):
        accept(workspace, seed)


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_accepting_fails_whole_and_works_once_there_is_room(ws, monkeypatch: pytest.MonkeyPatch) -> None:
    first = accept(ws, 1)
    with store.open_journal(ws, IMAGE, "lung", "r") as journal:
        journal.append({"stroke": 1})
    before = sorted(path for path in ws.folder.rglob("*.png"))
    monkeypatch.setattr(atomic, "write_all", full)
    with pytest.raises(WorkspaceError, match="the disk is full"):
        accept(ws, 2)
    assert store.corrections(ws, replaced=True) == [first]
    assert sorted(path for path in ws.folder.rglob("*.png")) == before
    assert not list(ws.folder.rglob("*.tmp"))
    assert store.read_records(ws, IMAGE, "lung", "r").records == [{"stroke": 1}]
    monkeypatch.undo()
    second = accept(ws, 2)
    assert store.corrections(ws) == [second]


def test_a_database_that_cannot_grow_changes_nothing(ws, monkeypatch: pytest.MonkeyPatch) -> None:
    first = accept(ws, 1)
    store.set_status(ws, 1, "r", Status.PROPOSED)
    real = database.connect

    def cramped(path: Path):
        connection = real(path)
        connection.execute("PRAGMA max_page_count = 1")
        return connection

    monkeypatch.setattr(database, "connect", cramped)
    with pytest.raises(WorkspaceError, match="the disk is full"):
        store.add_cases(ws, [store.NewCase(f"/films/{'x' * 200}{number}.png") for number in range(500)])
    with pytest.raises(WorkspaceError, match="the disk is full"):
        accept_many(ws)
    monkeypatch.undo()
    assert len(store.cases(ws, "r")) == 1
    newest = store.corrections(ws)[0]
    assert newest.id >= first.id
    assert (store.correction_mask(ws, newest.id).shape) == SHAPE
    third = accept(ws, 3)
    assert store.corrections(ws) == [third]


@pytest.mark.skipif(os.name == "nt", reason="no file size limits there")
def test_the_operating_systems_own_short_write(ws) -> None:
    accept(ws, 1)
    command = [sys.executable, "-c", LIMITED, str(ws.folder)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert "the disk is full" in found.stdout
    assert len(store.corrections(ws, replaced=True)) == 1
    assert not list(ws.folder.rglob("*.tmp"))


@pytest.mark.parametrize(
    "write",
    [
        lambda ws: store.keep_image(ws, "cd" * 32, b"x" * 1000, ".png", {}),
        lambda ws: store.save_proposal(
            ws, IMAGE, Proposal(np.zeros((8, 8), np.uint16), *SHAPE, "lung", "lung-v1", "", "cpu", 0.0)
        ),
        lambda ws: store.rewrite_journal(ws, IMAGE, "lung", "r", [{"a": 1}]),
        lambda ws: store.add_candidate(ws, ws.folder / "workspace.json", store.NewVersion("lung", None)),
    ],
)
def test_everything_else_says_so_too_and_leaves_no_litter(ws, monkeypatch: pytest.MonkeyPatch, write) -> None:
    monkeypatch.setattr(atomic, "write_all", full)
    with pytest.raises(WorkspaceError, match="the disk is full"):
        write(ws)
    monkeypatch.undo()
    assert not list(ws.folder.rglob("*.tmp"))
    write(ws)


def test_a_journal_on_a_full_disk_is_as_before_and_goes_on_later(ws, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write

    def short(descriptor: int, data: bytes) -> int:
        if room[0] <= 0:
            full()
        written = real(descriptor, data[: room[0]])
        room[0] -= written
        return written

    room = [10_000]
    journal = store.open_journal(ws, IMAGE, "lung", "r")
    journal.append({"stroke": 1})
    monkeypatch.setattr(os, "write", short)
    room[0] = 30
    with pytest.raises(WorkspaceError, match="the disk is full"):
        journal.append({"stroke": 2, "patch": "x" * 100})
    room[0] = 10_000
    journal.append({"stroke": 3})
    journal.close()
    monkeypatch.undo()
    contents = store.read_records(ws, IMAGE, "lung", "r")
    assert (contents.records, contents.dropped) == ([{"stroke": 1}, {"stroke": 3}], 0)


def test_a_journal_that_could_not_begin_begins_later(ws, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.open_journal(ws, IMAGE, "lung", "r") as journal:
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(WorkspaceError, match="the disk is full"):
            journal.append({"stroke": 1})
        monkeypatch.undo()
        journal.append({"stroke": 2})
    assert store.read_records(ws, IMAGE, "lung", "r").records == [{"stroke": 2}]


def test_a_full_disk_does_not_keep_its_reader_out(ws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic, "write_all", full)
    again = store.open_workspace(ws.folder)
    with store.hold(again, "window", "r"), pytest.raises(Locked, match="another program"):
        store.hold(again, "window", "r")
    assert store.kept_image(again, IMAGE) is not None


def test_weights_are_used_where_they_are_when_there_is_no_room_for_a_copy(ws, monkeypatch, tmp_path: Path) -> None:
    path = tmp_path / "lung.safetensors"
    path.write_bytes(b"weights")
    store.register_bundled(ws, "lung", path)
    monkeypatch.setattr(atomic, "write_all", full)
    assert store.weights_path(ws, "lung-v1") == path
    with pytest.raises(WorkspaceError, match="the disk is full"):
        store.ensure_local(ws, "lung-v1")
