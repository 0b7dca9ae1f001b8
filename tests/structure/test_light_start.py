"""What a start loads: the window on the screen has loaded nothing that is slow to import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    *("torch", "cv2", "pydicom", "imagecodecs", "tifffile", "highdicom", "nibabel", "nrrd"),
    *("unet_studio.inference", "unet_studio.learning.child"),
)
QT = ("PySide6", "pyqtgraph")

SHOW_WINDOW = """
from unet_studio.gui.app import open_window
window = open_window(sys.argv[1])
from PySide6.QtWidgets import QApplication
QApplication.instance().processEvents()
assert window.isVisible()
loaded = sorted(set(sys.modules) & set({names!r}))
window.close()
"""
IMPORT = "import {module}\nloaded = sorted(set(sys.modules) & set({names!r}))\n"


def loaded_by(program: str, *arguments: str) -> str:
    """What a fresh interpreter has loaded after the program."""
    text = f"import sys\n{program}\nprint('loaded:', *loaded)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", text, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def test_the_window_loads_no_heavy_library(tmp_path: Path) -> None:
    program = SHOW_WINDOW.format(names=HEAVY)
    assert loaded_by(program, str(tmp_path / "workspace")) == "loaded:"


@pytest.mark.parametrize("module", ["unet_studio.cli", "unet_studio.workflow"])
def test_the_command_line_loads_neither_qt_nor_a_heavy_library(module: str) -> None:
    assert loaded_by(IMPORT.format(module=module, names=HEAVY + QT)) == "loaded:"


@pytest.mark.parametrize("module", ["unet_studio.imaging.reader", "unet_studio.workspace.store"])
def test_decoding_and_storing_load_neither_torch_nor_qt(module: str) -> None:
    assert loaded_by(IMPORT.format(module=module, names=("torch", *QT))) == "loaded:"


@pytest.mark.parametrize(
    "module", ["training", "training.metrics", "training.pooled", "training.em", "training.preprocess"]
)
def test_measures_load_no_torch(module: str) -> None:
    assert loaded_by(IMPORT.format(module=module, names=("torch", *QT))) == "loaded:"
