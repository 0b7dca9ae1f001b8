"""The program needs no network: the sample job, a prediction and a fine-tune run where there is none."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

PROGRAM = [sys.executable, "-m", "unet_studio"]
UNSHARE = ["unshare", "-n"] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["unshare", "-rn"]


@pytest.fixture(scope="module")
def no_network() -> list[str]:
    """The words before a command that cut the network off."""
    if shutil.which("unshare") is None:
        pytest.skip("this system has no unshare to cut the network off with")
    if subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this user may not make a network namespace")
    return UNSHARE


def run(words: list[str], *arguments: object) -> str:
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "QT_QPA_PLATFORM")}
    ended = subprocess.run(
        [*words, *PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=200,
        env=environment,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_sample_and_predict(no_network: list[str], tmp_path: Path) -> None:
    out = run(no_network, "--sample", "--workspace", tmp_path / "sample")
    mask, overlay = (Path(line.split(": ", 1)[1]) for line in out.splitlines()[-2:])
    assert cv2.imread(str(mask), cv2.IMREAD_UNCHANGED).shape == (1955, 1841)
    marked = np.mean(cv2.imread(str(mask), cv2.IMREAD_UNCHANGED) > 0)
    assert 0.2 < marked < 0.5  # the lungs of an adult's film, not nothing and not all
    assert cv2.imread(str(overlay)).shape == (1955, 1841, 3)
    again = run(no_network, "--sample", "--workspace", tmp_path / "sample")
    assert again == out


def test_finetune(no_network: list[str], workspace: Path, films: Path, lungs: list[np.ndarray], tmp_path: Path) -> None:
    (films / "broken.png").unlink()
    (tmp_path / "masks").mkdir()
    for number, mask in enumerate(lungs, start=1):
        cv2.imwrite(str(tmp_path / "masks" / f"film_{number}.png"), mask * 255)
    where = ("--target", "lung", "--workspace", workspace)
    run(no_network, "queue", "add", *where, "--images", films, "--masks", tmp_path / "masks")
    last = json.loads(run(no_network, "finetune", *where, "--max-seconds", 30, "--json").splitlines()[-1])
    assert last["parent"].startswith("lung-v")
    assert last["seconds"] < 45
