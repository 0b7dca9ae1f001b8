"""The wheel is the whole program: built, put into an empty environment, run from another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def run(*command: str | Path, folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, folder=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def commands(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that holds the wheel; its dependencies are those of this one."""
    place = tmp_path_factory.mktemp("empty environment")
    venv.create(place, with_pip=False)
    folder = place / ("Scripts" if os.name == "nt" else "bin")
    variables = {"base": str(place), "platbase": str(place)}
    packages = Path(sysconfig.get_path("purelib", vars=variables))
    # a path file lends the packages, but not the editable install that a path file among them stands for
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    pip = (sys.executable, "-m", "pip", "--python", folder / "python", "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", "--ignore-installed", wheel, folder=place)
    return folder


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A drawn chest: bright body, two dark lungs."""
    values = np.full((300, 320), 190, np.uint8)
    for column in (100, 220):
        cv2.ellipse(values, (column, 150), (45, 100), 0, 0, 360, 50, -1)
    path = tmp_path / "chest.film.png"
    path.write_bytes(cv2.imencode(".png", cv2.GaussianBlur(values, (9, 9), 0))[1].tobytes())
    return path


def test_the_wheel_holds_the_program_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"unet_studio", "training"}
    assert not [name for name in names if "tests" in name.split("/") or "__pycache__" in name]
    models = {name.split("/")[-1] for name in names if name.startswith("unet_studio/resources/models/")}
    assert {"lung.safetensors", "polyp.safetensors"} <= models
    resources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "resources").rglob("*") if path.is_file()}
    packed = {name.removeprefix("unet_studio/") for name in names if name.startswith("unet_studio/resources/")}
    assert packed == resources


def test_the_environment_runs_the_wheel_and_not_the_checkout(commands: Path, tmp_path: Path) -> None:
    where = run(commands / "python", "-c", "import unet_studio; print(unet_studio.__file__)", folder=tmp_path)
    assert Path(where.strip()).is_relative_to(commands.parent)


def test_training_lists_its_recipes(commands: Path, tmp_path: Path) -> None:
    recipes = run(commands / "python", "-m", "training", "recipes", folder=tmp_path)
    assert "lung" in recipes
    assert "polyp" in recipes


def test_the_command_answers(commands: Path, tmp_path: Path) -> None:
    assert "predict" in run(commands / "unet-studio", "--help", folder=tmp_path)


def test_predict_writes_mask_and_facts(commands: Path, picture: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    lines = run(
        commands / "unet-studio", "predict", picture.name, "--out", out, "--device", "cpu", "--json", folder=tmp_path
    )
    assert all(isinstance(json.loads(line), dict) for line in lines.splitlines())
    assert sorted(path.name for path in out.iterdir()) == ["chest.film.json", "chest.film.png"]
    mask = cv2.imdecode(np.frombuffer((out / "chest.film.png").read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    assert mask.shape == (300, 320)
    assert mask.dtype == np.uint8
    assert set(np.unique(mask)) <= {0, 255}
    assert isinstance(json.loads((out / "chest.film.json").read_text(encoding="utf-8")), dict)
