"""The command line's words, JSON lines and exit codes, in a process of its own as scripts meet them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from unet_studio import cli
from unet_studio.cli import looking
from unet_studio.workflow import faults


def run(*arguments: object) -> tuple[int, list[dict[str, Any]], str]:
    """(exit code, JSON lines of standard output, standard error)."""
    ended = subprocess.run(
        [sys.executable, "-m", "unet_studio", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        encoding="utf-8",
    )
    assert "Traceback" not in ended.stderr
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()], ended.stderr


def test_info_says_what_files_are(films: Path) -> None:
    code, rows, errors = run("info", films, "--json")
    assert code == 1
    assert errors == ""
    by_name = {Path(row["path"]).name: row for row in rows}
    good = by_name["film_1.png"]
    assert (good["ok"], good["rows"], good["columns"], good["target"]) == (True, 200, 160, "lung")
    assert {"error", "format", "frames", "channels", "bits", "modality", "photometric", "spacing_mm"} <= set(good)
    assert by_name["broken.png"]["ok"] is False
    assert by_name["broken.png"]["error"].startswith("broken.png")
    assert good["path"] == str(films / "film_1.png")


def test_predict_names_broken_files_at_the_end(workspace: Path, films: Path, tmp_path: Path) -> None:
    code, rows, errors = run("predict", films, "--out", tmp_path / "out", "--workspace", workspace, "--json")
    assert code == 1
    assert [row["ok"] for row in rows].count(False) == 1
    assert "broken.png" in errors
    assert all(Path(row["mask"]).is_file() for row in rows if row["ok"])
    (films / "broken.png").unlink()
    code, rows, errors = run("predict", films, "--out", tmp_path / "out", "--workspace", workspace, "--json")
    assert (code, errors) == (0, "")
    assert all(row["skipped"] for row in rows)


def test_finetune_always_ends_with_its_verdict(workspace: Path) -> None:
    code, rows, errors = run("finetune", "--target", "lung", "--workspace", workspace, "--json", "--max-seconds", "20")
    assert code == 1
    assert set(rows[-1]) == {"model", "parent", "promoted", "reason", "metrics", "seconds"}
    assert rows[-1]["model"] is None
    assert "nothing new is in the queue" in errors


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl+C to a whole console, not to one process")
def test_ctrl_c_ends_learning_with_its_last_line_and_130(
    workspace: Path, films: Path, lungs: list[np.ndarray], tmp_path: Path
) -> None:
    (films / "broken.png").unlink()
    (tmp_path / "masks").mkdir()
    for number, mask in enumerate(lungs, start=1):
        cv2.imwrite(str(tmp_path / "masks" / f"film_{number}.png"), mask * 255)
    where = ("--target", "lung", "--workspace", str(workspace))
    assert run("queue", "add", *where, "--images", films, "--masks", tmp_path / "masks", "--json")[0] == 0
    words = [sys.executable, "-m", "unet_studio", "finetune", *where, "--max-seconds", "100", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it has begun
        process.send_signal(signal.SIGINT)
        rows = [json.loads(line) for line in process.stdout]
    assert process.returncode == 130
    assert (rows[-1]["model"], rows[-1]["promoted"], rows[-1]["reason"]) == (None, False, "cancelled")


def test_models_list_activate_rollback(workspace: Path) -> None:
    code, rows, _ = run("models", "--workspace", workspace, "--json")
    assert code == 0
    assert [row["id"] for row in rows if row["active"] and row["target"] == "lung"] == ["lung-v1"]
    assert run("models", "list", "--workspace", workspace, "--json")[1] == rows
    assert run("models", "--workspace", workspace, "--json", "list")[1] == rows
    code, _, errors = run("models", "activate", "lung-v77", "--workspace", workspace)
    assert code == 1
    assert "lung-v77" in errors


@pytest.mark.parametrize(
    "arguments",
    [
        ("predict",),
        ("predict", "x.png"),
        ("predict", "x.png", "--out", "o", "--target", "liver"),
        ("finetune", "--target", "lung", "--max-seconds", "-3"),
        ("finetune",),
        ("queue",),
        ("queue", "flag", "first"),
        ("models", "rollback"),
        ("--nonsense",),
    ],
)
def test_wrong_usage_exits_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.run(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_an_unknown_fault_is_one_sentence_and_a_log_without_the_errors_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    name = "/ward/DOE^JANE.dcm"

    def fault(_arguments: object) -> int:
        raise RuntimeError(name)

    log = tmp_path / "faults.log"
    monkeypatch.setattr(looking, "_doctor", fault)
    monkeypatch.setattr(faults, "log_file", lambda: log)
    assert cli.run(["doctor"]) == 1
    error = capsys.readouterr().err
    assert "RuntimeError" in error
    assert "Traceback" not in error
    assert "DOE" not in error + log.read_text()
    assert "in fault" in log.read_text()


def test_doctor_and_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    code, rows, _ = run("doctor", "--json")
    assert code == 0
    assert any(row["name"] == "cpu" and row["ok"] for row in rows)
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(variable, raising=False)
    code, _, errors = run()
    assert code == 1
    assert "no display" in errors
