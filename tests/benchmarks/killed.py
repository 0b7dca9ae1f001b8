"""kill -9 of the learning child and of the program: `python tests/benchmarks/killed.py [TIMES] [--only program|child]`.

A tiny network learns from eight drawn films. Each time, a copy of that Workspace is learned from and, at an instant
drawn by a seed within the time that such a run takes, either the learning child or the whole program is killed. Then
every Correction is compared bit by bit, every version's weights are read and built, the database is checked, and
learning is started again: by the run itself where its child died, from the queue by the next program where the program
did. It counts as started when the new child has read the job and compares; then it is cancelled, which is timed.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np

from unet_studio.core.correction import Correction
from unet_studio.core.errors import UserError
from unet_studio.core.model_version import ModelVersion
from unet_studio.learning import job
from unet_studio.workflow import accepting, learning, opening, versions
from unet_studio.workflow.session import Session, close_session, open_session
from unet_studio.workspace import store

FILMS = 8
SECONDS = 120.0  # the time budget of a run; it ends by itself after its few steps
STEPS = 30  # of all rounds together; the tiny network has then learned enough to pass the gate
PATIENCE = 120.0  # seconds for anything to happen on a busy machine
PROGRAM = """
import sys
from functools import partial
from pathlib import Path
from unet_studio.learning import job
job.Plan = partial(job.Plan, most_steps=int(sys.argv[3]), priority=0)
from unet_studio.workflow import learning
from unet_studio.workflow.session import open_session
session = open_session(Path(sys.argv[1]), window=True)
run = learning.start(session, "lung", seconds=float(sys.argv[2]), device="cpu", on_progress=lambda one: None,
                     on_done=lambda outcome: print("ended", outcome.failed, flush=True))
print("ready", flush=True)
run.join()
sys.stdin.read()
"""


@dataclass
class Tally:
    """What came of all kills."""

    killed: int = 0
    ended: int = 0  # the run had come to its end before
    lost: int = 0
    damaged: int = 0
    again: int = 0
    left_behind: int = 0  # children or job folders
    cancels: list[float] = field(default_factory=list)  # seconds
    why: Counter[str] = field(default_factory=Counter)

    def line(self, what: str) -> str:
        """One row of the table."""
        slowest = f"{max(self.cancels):.2f} s" if self.cancels else "-"
        return (
            f"| {what} | {self.killed} | {self.ended} | {self.lost} | {self.damaged} |"
            f" {self.again} of {self.killed - self.ended} | {self.left_behind} | {slowest} |"
        )


TABLE = (
    "| kill -9 of | killed | run over by then | Corrections lost | damaged versions | learning starts again |"
    " left behind | slowest cancel |\n|---|---|---|---|---|---|---|---|"
)


def short_runs() -> None:
    """Let the runs of this process take STEPS steps, at the priority of the program."""
    job.Plan = partial(job.Plan, most_steps=STEPS, priority=0)  # type: ignore[misc, assignment]


def prepare(folder: Path) -> Path:
    """A Workspace whose reader draws lungs wider than its tiny network does: FILMS Corrections in the queue."""
    place = Path(__file__).resolve().parents[1] / "conftest.py"
    spec = importlib.util.spec_from_file_location("drawn_films", place)
    assert spec is not None
    assert spec.loader is not None
    drawn = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drawn)
    masks = drawn.write_films(folder / "films", FILMS)
    session = open_session(folder / "workspace", reader="benchmark")
    versions.install(session, "lung", drawn.train_tiny(folder / "tiny.safetensors"), "tiny network")
    opening.add_paths(session, [folder / "films"])
    for case, mask in zip(opening.cases(session), masks, strict=True):
        image = opening.load_image(session, case.id)
        accepting.keep(session, image)
        wide = cv2.dilate(mask, np.ones((9, 9), np.uint8))
        new = store.NewCorrection(image.content_hash, "lung", "benchmark", wide, source_name=case.name, case_id=case.id)
        store.save_correction(session.workspace, new)
    close_session(session)
    return folder / "workspace"


def kept(folder: Path) -> dict[int, tuple[Correction, bytes]]:
    """Every Correction, but for what learning may change of it, and the bytes of its Mask."""
    workspace = store.open_workspace(folder)
    found = store.corrections(workspace, replaced=True)
    return {one.id: (one, store.correction_mask(workspace, one.id).tobytes()) for one in found}


def lost(folder: Path, before: dict[int, tuple[Correction, bytes]]) -> int:
    """How many Corrections are not what they were."""
    after = kept(folder)
    return sum(
        number not in after or after[number][1] != mask or after[number][0].image_hash != one.image_hash
        for number, (one, mask) in before.items()
    )


def damaged(folder: Path) -> int:
    """How many versions cannot be read and built, and 1 for a damaged database and for a Target without a version."""
    workspace = store.open_workspace(folder)
    connection = sqlite3.connect(workspace.database)
    sound = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    bad = sum(not builds(workspace, one) for one in store.versions(workspace, "lung"))
    return bad + (not sound) + (store.active(workspace, "lung") is None)


def builds(workspace: store.Workspace, version: ModelVersion) -> bool:
    """True where the weights of a version are as registered, finite, and make its network."""
    from training.checkpoint import load_model

    try:
        load_model(store.weights_path(workspace, version.id), version.sha256)
    except (UserError, ValueError, OSError) as error:
        print(f"{version.id}: {error}", file=sys.stderr)
        return False
    return True


def children(folder: Path) -> list[int]:
    """Process ids of learning children that work in this Workspace."""
    return [pid for pid, line in command_lines() if "unet_studio.learning.child" in line and str(folder) in line]


def command_lines() -> list[tuple[int, str]]:
    """Process id and whole command line of every process."""
    if not Path("/proc/self/cmdline").exists():
        rows = subprocess.run(["ps", "-axww", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
        return [(int(row.split()[0]), row) for row in rows.splitlines()]
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended
            found.append((int(place.parent.name), place.read_bytes().replace(b"\0", b" ").decode(errors="replace")))
    return found


def wait_for(condition, seconds: float = PATIENCE) -> bool:
    """True as soon as it holds, False where it does not in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


class Watched:
    """A run in this process that is followed from outside."""

    def __init__(self) -> None:
        self.comparing = threading.Event()
        self.ended: list[learning.Outcome] = []
        self.phases: list[str] = []

    def tell(self, progress) -> None:
        self.phases.append(progress.phase)
        if progress.phase != "loading":
            self.comparing.set()

    def stop(self, run: learning.Learning, tally: Tally) -> None:
        """Cancel it, and note how long that took."""
        begun = time.monotonic()
        run.cancel()
        run.join(PATIENCE)
        tally.cancels.append(time.monotonic() - begun)


def program_once(folder: Path, instant: float, tally: Tally) -> None:
    """Start the program, kill it after `instant` seconds, look at what is left, and start learning again."""
    before = kept(folder)
    command = [sys.executable, "-c", PROGRAM, str(folder), str(SECONDS), str(STEPS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        time.sleep(instant)
        program.kill()
        ended = "ended" in program.stdout.read()
    tally.killed += 1
    tally.left_behind += not wait_for(lambda: not children(folder), 10.0)
    look(folder, before, tally)
    session = open_session(folder, reader="benchmark", window=True)
    tally.ended += ended or learning.interrupted(session) is None
    if learning.interrupted(session) == "lung" and not ended:
        begin_again(session, tally)
    tally.left_behind += bool(list(folder.glob("learning-*"))) and not ended
    close_session(session)


def begin_again(session: Session, tally: Tally) -> None:
    """Learning from the queue as it was, until the new child compares."""
    watched = Watched()
    run = learning.resume(session, on_progress=watched.tell, on_done=watched.ended.append)
    assert run is not None
    wait_for(lambda: watched.comparing.is_set() or bool(watched.ended))
    tally.again += watched.comparing.is_set()
    tally.why.update(one.failed for one in watched.ended if one.failed)
    watched.stop(run, tally)


def child_once(folder: Path, instant: float, tally: Tally) -> None:
    """Start a run, kill its child `instant` seconds after it came, and see that another one comes."""
    before = kept(folder)
    session = open_session(folder, reader="benchmark", window=True)
    watched = Watched()
    run = learning.start(
        session, "lung", seconds=SECONDS, device="cpu", on_progress=watched.tell, on_done=watched.ended.append
    )
    wait_for(lambda: bool(children(folder)))
    time.sleep(instant)
    pids = children(folder)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    watched.comparing.clear()
    tally.killed += 1
    wait_for(lambda: watched.comparing.is_set() or bool(watched.ended))
    over = not pids or (bool(watched.ended) and watched.ended[0].model is not None)
    tally.ended += over
    tally.again += watched.comparing.is_set() and not over
    tally.why.update(one.failed for one in watched.ended if one.failed)
    watched.stop(run, tally)
    look(folder, before, tally)
    tally.left_behind += bool(list(folder.glob("learning-*"))) + bool(children(folder))
    close_session(session)


def look(folder: Path, before: dict[int, tuple[Correction, bytes]], tally: Tally) -> None:
    """Count what was lost and damaged."""
    tally.lost += lost(folder, before)
    tally.damaged += damaged(folder)


def length_of_a_run(workspace: Path, folder: Path) -> float:
    """Seconds from the start of a run to its end, on this machine now."""
    shutil.copytree(workspace, folder)
    session = open_session(folder, reader="benchmark")
    watched = Watched()
    begun = time.monotonic()
    run = learning.start(
        session, "lung", seconds=SECONDS, device="cpu", on_progress=watched.tell, on_done=watched.ended.append
    )
    run.join(PATIENCE)
    seconds = time.monotonic() - begun
    outcome = watched.ended[0]
    print(f"a run takes {seconds:.1f} s: {outcome.failed or outcome.reason}", flush=True)
    return seconds


def kill(what: str, times: int, seed: int, folder: Path) -> Tally:
    """Kill the program or the child so many times, each in a fresh copy of one Workspace."""
    chance, tally = random.Random(seed), Tally()
    workspace = prepare(folder / "made")
    seconds = length_of_a_run(workspace, folder / "whole")
    once = {"program": program_once, "child": child_once}[what]
    for number in range(times):
        copy = folder / f"copy-{number}"
        shutil.copytree(workspace, copy)
        once(copy, chance.uniform(0, 0.95 * seconds), tally)
        shutil.rmtree(copy)
        if number % 10 == 9:
            print(tally.line(what), flush=True)
    return tally


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("times", nargs="?", type=int, default=50, help="of each kind")
    parser.add_argument("--only", choices=("program", "child"))
    parser.add_argument("--seed", type=int, default=20261122)
    arguments = parser.parse_args()
    short_runs()
    print(TABLE)
    for what in ("program", "child") if arguments.only is None else (arguments.only,):
        with tempfile.TemporaryDirectory(prefix="killed-") as folder:
            tally = kill(what, arguments.times, arguments.seed, Path(folder))
        print(TABLE)
        print(tally.line(what))
        for sentence, count in tally.why.items():
            print(f"{count} x {sentence}")


if __name__ == "__main__":
    main()
