"""Several processes at once on one Workspace, and damaged bytes in its journals."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unet_studio.workspace import drafts, journal, store

NETWORK = """
from unet_studio.workspace import filesystem
filesystem.is_network = lambda folder: True
"""

ADD = """
import sys
from pathlib import Path
from unet_studio.workspace import store
sys.stdin.readline()
ws = store.open_workspace(Path(sys.argv[1]))
first = int(sys.argv[2])
for start in range(first, first + 120, 10):
    ids = store.add_cases(ws, [store.NewCase(f"/films/{number}.png") for number in range(start, start + 10)])
    print(*ids, flush=True)
"""

ACCEPT = """
import sys
from pathlib import Path
import numpy as np
from unet_studio.core.correction import Effort
from unet_studio.workspace import store
ws = store.open_workspace(Path(sys.argv[1]))
sys.stdin.readline()
for number in range(12):
    seed = 100 * int(sys.argv[2]) + number
    mask = np.random.default_rng(seed).integers(0, 2, (50, 60), dtype=np.uint8)
    store.keep_image(ws, "ab" * 32, b"pixels", ".png", {})
    saved = store.save_correction(ws, store.NewCorrection("ab" * 32, "lung", "r", mask, effort=Effort(seed)))
    print(saved.id, seed, flush=True)
"""


def run_together(code: str, count: int, *arguments: str) -> list[str]:
    """Standard outputs of `count` processes that start their work at the same moment."""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, *arguments, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    outputs = [child.communicate(timeout=120)[0] for child in children]
    assert [child.returncode for child in children] == [0] * count
    return outputs


@pytest.mark.parametrize("code", [ADD, NETWORK + ADD], ids=["wal", "network"])
def test_processes_that_make_it_and_add_at_once_agree(tmp_path: Path, code: str) -> None:
    outputs = run_together(code, 4, str(tmp_path / "ws"))
    ids = [[int(one) for one in output.split()] for output in outputs]
    workspace = store.open_workspace(tmp_path / "ws")
    by_path = {case.path: case.id for case in store.cases(workspace, "r")}
    assert len(by_path) == len(store.cases(workspace, "r")) == 123
    for first, found in enumerate(ids):
        assert found == [by_path[f"/films/{number}.png"] for number in range(first, first + 120)]


@pytest.mark.parametrize("code", [ACCEPT, NETWORK + ACCEPT], ids=["wal", "network"])
def test_processes_that_accept_the_same_picture_lose_nothing(tmp_path: Path, code: str) -> None:
    workspace = store.open_workspace(tmp_path / "ws")  # in WAL mode: the children have to switch it over
    outputs = run_together(code, 3, str(workspace.folder))
    reported = [tuple(map(int, line.split())) for output in outputs for line in output.splitlines()]
    assert len(reported) == 36
    everything = {one.id: one for one in store.corrections(workspace, replaced=True)}
    assert everything.keys() == {correction_id for correction_id, _ in reported}
    (standing,) = store.corrections(workspace)
    assert standing.id == max(everything)
    for correction_id, seed in reported:
        expected = np.random.default_rng(seed).integers(0, 2, (50, 60), dtype=np.uint8)
        assert (store.correction_mask(workspace, correction_id) == expected).all()
        later = everything[correction_id].replaced_by
        assert later is None or later > correction_id


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_damaged_journal_gives_a_prefix_and_work_goes_on(tmp_path_factory, data: st.DataObject) -> None:
    workspace = store.open_workspace(tmp_path_factory.getbasetemp() / "shared")
    store.clear_journal(workspace, "ab" * 32, "lung", "r")
    records = [{"stroke": number, "patch": "y" * (number * 7)} for number in range(6)]
    store.rewrite_journal(workspace, "ab" * 32, "lung", "r", records)
    path = drafts.live_path(workspace, journal.Key("ab" * 32, "lung", "r"))
    whole = path.read_bytes()
    header = whole.index(b"\n") + 1
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(header, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(damaged))
    found = store.read_records(workspace, "ab" * 32, "lung", "r")
    assert found.records == records[: len(found.records)]
    assert (found.dropped == 0) == (bytes(damaged) == whole)
    with store.open_journal(workspace, "ab" * 32, "lung", "r") as opened:
        opened.append({"after": 1})
    again = store.read_records(workspace, "ab" * 32, "lung", "r")
    assert again.records == [*found.records, {"after": 1}]
