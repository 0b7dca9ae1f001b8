"""`unet-studio models`: each verb does what it says, and says in one line what it did or why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from unet_studio import cli
from unet_studio.core.model_version import Mode
from unet_studio.workflow import versions
from unet_studio.workflow.session import close_session, open_session
from unet_studio.workspace import store


@pytest.fixture
def models(session, capsys: pytest.CaptureFixture[str]):
    """Runs `models WORDS` here: (exit code, JSON rows, what was said on standard error)."""

    def run(*words: object) -> tuple[int, list[dict[str, Any]], str]:
        capsys.readouterr()
        code = cli.run(["models", *map(str, words), "--workspace", str(session.folder), "--json"])
        said = capsys.readouterr()
        return code, [json.loads(line) for line in said.out.splitlines()], said.err

    return run


def test_mode_is_shown_and_chosen(session, models) -> None:
    assert models("mode", "--target", "lung")[1] == [{"target": "lung", "mode": "ask", "chosen": False}]
    assert models("mode", "--target", "lung", "frozen")[1] == [{"target": "lung", "mode": "frozen", "chosen": True}]
    assert versions.mode(session, "lung") is Mode.FROZEN
    code, _, said = models("rollback", "--target", "lung")
    assert code == 1
    assert "frozen for a reader study" in said
    with pytest.raises(SystemExit):
        models("mode", "--target", "lung", "sometimes")


def test_a_refused_version_is_activated_with_a_reason(session, models, make_version) -> None:
    made = make_version(passed=False)
    code, _, said = models("activate", made.id)
    assert (code, "a reason is needed" in said) == (1, True)
    assert models("activate", made.id, "--reason", "the apices are right")[0] == 0
    assert versions.active(session, "lung").id == made.id
    assert "the apices are right" in store.history(session.workspace, "lung")[-1].reason


def test_beside_an_open_window_versions_stay(session, models, make_version) -> None:
    made = make_version()
    assert models("activate", made.id)[0] == 0
    window = open_session(session.folder, window=True)
    for words in (("activate", made.parent), ("rollback", "--target", "lung")):
        code, _, said = models(*words)
        assert (code, "open in a window by Dr Test on" in said) == (1, True)
    assert versions.active(session, "lung").id == made.id
    close_session(window)
    assert models("rollback", "--target", "lung")[0] == 0


def test_two_versions_are_compared(session, models, make_version, accept, lungs) -> None:
    one = accept(1, lungs[0])
    rows = [{"name": str(one.id), "parent_dice": 0.9, "candidate_dice": 0.8}]
    made, parent = make_version(metrics={"per_picture": rows}), versions.active(session, "lung").id
    code, found, _ = models("compare", parent, made.id)
    assert code == 0
    assert found[0]["correction"] == one.id
    assert [row["model"] for row in found[1:]] == [parent, made.id]
    assert found[1]["mean"]["dice"] == found[0]["dice"][0]


def test_another_readers_mask_gives_no_numbers(session, models, make_version, accept, lungs, capsys) -> None:
    one = accept(1, lungs[0], reader="Dr First")
    made = make_version(metrics={"per_picture": [{"name": str(one.id), "parent_dice": 0.9, "candidate_dice": 0.8}]})
    code, found, _ = models("compare", made.parent, made.id)
    assert (code, found[0]["dice"], found[1]["mean"]["hidden"]) == (0, None, 1)
    assert cli.run(["models", "compare", made.parent, made.id, "--workspace", str(session.folder)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "hidden until you have accepted your own" in said[0]
    assert said[1] == f"{made.parent}: n = 0"


def test_a_version_goes_out_and_in(session, models, make_version, tmp_path: Path) -> None:
    made, file = make_version(), tmp_path / "out.safetensors"
    assert models("export", made.id, file)[1] == [{"model": made.id, "file": str(file)}]
    code, _, said = models("export", made.id, file)
    assert (code, "such a file already" in said) == (1, True)
    assert models("import", file)[1][0]["id"] == made.id
    file.write_bytes(file.read_bytes()[:-5])
    code, _, said = models("import", file)
    assert code == 1
    assert said.startswith(f"unet-studio: {file}")


def test_versions_are_put_away_and_brought_back(session, models, make_version) -> None:
    made = make_version()
    assert models("decline", made.id)[1][0]["declined"] is True
    assert models("archive", made.id)[1][0]["archived"] is True
    code, _, said = models("activate", made.id)
    assert (code, f"models restore {made.id}" in said) == (1, True)
    assert models("restore", made.id)[1][0]["archived"] is False
    assert models("keep", "--target", "lung", 1)[1] == [{"target": "lung", "kept": 1}]
    assert models("keep", "--target", "lung")[1] == [{"target": "lung", "kept": 1}]
