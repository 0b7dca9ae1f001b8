"""kill -9 at random instants: what had returned is there, whole; what had not is there whole or not at all."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from unet_studio.core.case import Status
from unet_studio.workspace import store

SHAPE = (300, 400)  # in the child too
IMAGES = 3

ACCEPT = """
import sys
from pathlib import Path
import numpy as np
from unet_studio.core.correction import Effort
from unet_studio.workspace import store
folder, seed = Path(sys.argv[1]), int(sys.argv[2])
ws = store.open_workspace(folder)
cases = store.cases(ws, "r")
print("ready", flush=True)
while True:
    seed += 1
    case = cases[seed % len(cases)]
    with store.open_journal(ws, case.image_hash, "lung", "r") as journal:
        journal.append({"stroke": seed, "patch": "x" * 2000})
        journal.flush()
        print("stroke", seed, case.image_hash, flush=True)
    mask = np.random.default_rng(seed).integers(0, 2, (300, 400), dtype=np.uint8)
    saved = store.save_correction(ws, store.NewCorrection(
        case.image_hash, "lung", "r", mask, touched=mask == 0, effort=Effort(seed), group=str(seed % 7)))
    print("accepted", seed, saved.id, flush=True)
    if seed % 4 == 0:
        store.take_back(ws, case.id, "r", "lung")
        print("taken_back", seed, saved.id, flush=True)
"""

CREATE = """
import sys
from pathlib import Path
from unet_studio.workspace import store
print("ready", flush=True)
ws = store.open_workspace(Path(sys.argv[1]))
store.add_cases(ws, [store.NewCase("/a.png")])
print("made", ws.id, flush=True)
"""


def run_and_kill(code: str, reports: int, seconds: float, *arguments: str) -> list[list[str]]:
    """What the child had printed when it was killed, `seconds` after it was ready and had reported so many things."""
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        lines = [child.stdout.readline() for _ in range(reports)]
        time.sleep(seconds)
        child.kill()
        lines += child.stdout.read().splitlines(keepends=True)
    return [line.split() for line in lines if line.endswith("\n")]


def make(folder: Path) -> store.Workspace:
    workspace = store.open_workspace(folder)
    for number in range(IMAGES):
        image_hash = f"{number:064x}"
        (case_id,) = store.add_cases(workspace, [store.NewCase(f"/films/{number}.png", guess="lung")])
        store.keep_image(workspace, image_hash, b"pixels", ".png", {})
        store.set_image(workspace, case_id, image_hash, *SHAPE)
    return workspace


def expected(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2, SHAPE, dtype=np.uint8)


def check_database(workspace: store.Workspace) -> None:
    connection = sqlite3.connect(workspace.database)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def check_rows(workspace: store.Workspace, accepted: dict[int, int], taken_back: set[int]) -> None:
    """Everything that was reported is there bit by bit, and everything that is there is whole."""
    for seed, correction_id in accepted.items():
        assert (store.correction_mask(workspace, correction_id) == expected(seed)).all()
        assert (store.correction_touched(workspace, correction_id) == (expected(seed) == 0)).all()
    standing = {one.id for one in store.corrections(workspace, replaced=True)}
    assert {one for one in accepted.values() if one not in taken_back} >= standing & set(accepted.values())
    for one in store.corrections(workspace, replaced=True):
        assert (store.correction_mask(workspace, one.id) == expected(one.effort.strokes)).all()
    keys = [one.image_hash for one in store.corrections(workspace)]
    assert len(keys) == len(set(keys))
    for case in store.cases(workspace, "r"):
        stands = store.current_correction(workspace, case.image_hash, "lung", "r") is not None
        assert (case.status is Status.QUEUED) == stands


def strokes_on_disk(workspace: store.Workspace) -> set[int]:
    found = set()
    for path in workspace.journals.rglob("*.jsonl"):
        for line in path.read_bytes().split(b"\n")[1:-1]:
            found.add(json.loads(line[9:])["stroke"])
    return found


@pytest.mark.slow
def test_no_accepted_correction_and_no_stroke_is_lost(tmp_path: Path) -> None:
    chance = random.Random(20261121)
    workspace = make(tmp_path / "ws")
    accepted: dict[int, int] = {}
    taken_back: set[int] = set()
    strokes: set[int] = set()
    for kill in range(15):
        lines = run_and_kill(
            ACCEPT, chance.randrange(9), chance.uniform(0.0, 0.04), str(workspace.folder), str(1000 * kill)
        )
        accepted.update({int(line[1]): int(line[2]) for line in lines if line[0] == "accepted"})
        taken_back.update(int(line[2]) for line in lines if line[0] == "taken_back")
        strokes.update(int(line[1]) for line in lines if line[0] == "stroke")
        workspace = store.open_workspace(workspace.folder)
        check_rows(workspace, accepted, taken_back)
        assert strokes <= strokes_on_disk(workspace)
    check_database(workspace)
    assert len(accepted) > 10
    standing = {one.id for one in store.corrections(workspace, replaced=True)}
    lost = {one for one in accepted.values() if one not in taken_back} - standing
    assert len(lost) <= 15  # a take-back whose report was cut off by the kill
    assert all(seed % 4 == 0 for seed, one in accepted.items() if one in lost)


@pytest.mark.slow
def test_a_workspace_killed_while_it_is_made_can_be_opened(tmp_path: Path) -> None:
    chance = random.Random(7)
    for kill in range(8):
        folder = tmp_path / str(kill)
        lines = run_and_kill(CREATE, 0, chance.uniform(0.0, 0.06), str(folder))
        workspace = store.open_workspace(folder)
        assert store.add_cases(workspace, [store.NewCase("/a.png")])
        assert lines in ([], [["made", workspace.id]])
        check_database(workspace)
