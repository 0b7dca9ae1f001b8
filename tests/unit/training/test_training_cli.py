"""`python -m training` as it is typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from training import recipes
from training.__main__ import main, parser
from training.recipes import Recipe


def test_recipes_are_listed_without_torch() -> None:
    code = "import sys; from training.__main__ import main; main(['recipes']); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [*recipes.RECIPES, "False"]


def test_train_then_evaluate(
    data: Path, tiny: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(recipes.RECIPES, "tiny", tiny)
    out = tmp_path / "run"
    assert main(["train", "tiny", "--data", str(data), "--out", str(out), "--device", "cpu", "epochs=2"]) == 0
    assert str(out / "lung.safetensors") in capsys.readouterr().out
    assert main(["evaluate", str(out / "lung.safetensors"), "--data", str(data), "--device", "cpu", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    card = json.loads((out / "lung.json").read_text())
    assert found["sha256"] == card["sha256"]
    assert found["sources"]["drawn"] == card["metrics"]["drawn"]
    assert main(["evaluate", str(out / "lung.safetensors"), "--data", str(data), "--device", "cpu", "--all"]) == 0
    assert "on 24 pictures" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["evaluate", "none.safetensors", "--data", "."], "does not exist"),
        (["train", "liver", "--data", ".", "--out", "x"], "There is no recipe 'liver'"),
        (["train", "lung", "--data", "nowhere", "--out", "x", "epochs=1"], "nowhere is not a folder; give one"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    arguments: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["recipes", "more"], ["train", "lung"], ["train", "lung", "--wrong"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_a_device_that_is_not_there_is_named(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if torch.backends.mps.is_available():
        pytest.skip("this machine has Apple MPS")
    assert main(["train", "folder", "--data", str(data), "--out", str(tmp_path / "x"), "--device", "mps"]) == 1
    assert "mps cannot be used: " in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_a_file_in_the_place_of_the_run_s_folder_is_named(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").write_text("a letter")
    assert main(["train", "folder", "--data", str(data), "--out", str(tmp_path / "x"), "epochs=1"]) == 1
    said = capsys.readouterr().err
    assert str(tmp_path / "x") in said
    assert "choose another folder" in said


def test_data_may_be_named_one_by_one(data: Path, tmp_path: Path) -> None:
    options = parser().parse_args(["evaluate", "m", "--data", "a", "b", "--data", "c"])
    assert options.data == [Path("a"), Path("b"), Path("c")]
