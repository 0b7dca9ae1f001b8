"""Who may import whom (docs/architecture.md): the contracts hold, and each of them notices what it forbids."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUN = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"

# contract, module, what it must not say
VIOLATIONS = [
    ("layers", "unet_studio/core/case.py", "import unet_studio.imaging"),
    ("layers", "unet_studio/workflow/__init__.py", "import unet_studio.cli"),
    ("layers", "unet_studio/imaging/__init__.py", "import unet_studio.workspace"),
    ("layers", "unet_studio/learning/__init__.py", "import unet_studio.inference"),
    ("layers", "unet_studio/gui/__init__.py", "import unet_studio.cli"),
    ("window", "unet_studio/gui/__init__.py", "import unet_studio.workspace"),
    ("window", "unet_studio/gui/__init__.py", "def f():\n    import torch"),
    ("window", "unet_studio/gui/__init__.py", "import training.metrics"),
    ("command-line", "unet_studio/cli/saying.py", "import unet_studio.exporting"),
    ("command-line", "unet_studio/cli/saying.py", "import PySide6.QtCore"),
    ("qt", "unet_studio/workflow/__init__.py", "import PySide6.QtCore"),
    ("qt", "unet_studio/imaging/__init__.py", "import pyqtgraph"),
    ("torch", "unet_studio/workspace/__init__.py", "import torch"),
    ("torch", "unet_studio/exporting/__init__.py", "import training.networks"),
    ("workflow", "unet_studio/workflow/__init__.py", "def f():\n    import pydicom"),
    ("measures", "unet_studio/editing/__init__.py", "import training.recipes"),
    ("light-measures", "training/metrics.py", "import torch"),
    ("light-measures", "training/__init__.py", "import training.networks"),
    ("core", "unet_studio/core/image.py", "import cv2"),
    ("training", "training/recipes.py", "import unet_studio.core"),
]


def lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RUN, "--no-cache", "--no-logo", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in ("unet_studio", "training"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_every_contract_is_kept() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(("contract", "module", "forbidden"), VIOLATIONS)
def test_a_contract_notices(copy: Path, contract: str, module: str, forbidden: str) -> None:
    file = copy / module
    kept = file.read_text(encoding="utf-8")
    file.write_text(f"{kept}\n{forbidden}\n", encoding="utf-8")
    try:
        done = lint(copy, "--contract", contract)
    finally:
        file.write_text(kept, encoding="utf-8")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout, done.stdout + done.stderr
