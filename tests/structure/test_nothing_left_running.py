"""The checks of tests/conftest.py notice what they are there for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
TESTS = """
import threading
from pathlib import Path

import platformdirs
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMenu, QWidget

kept = []


def test_clean(qtbot):
    widget = QWidget()
    QTimer(widget).start(1000)
    qtbot.addWidget(widget)
    widget.show()
    thread = threading.Thread(target=lambda: None)
    thread.start()


def test_thread():
    stop = threading.Event()
    kept.append(stop)
    threading.Thread(target=stop.wait, daemon=True, name="forgotten").start()


def test_widget(qtbot):
    kept.append(QMenu())


def test_timer(qtbot):
    timer = QTimer()
    timer.start(100000)
    kept.append(timer)


def test_profile(own_profile):
    assert Path(platformdirs.user_data_dir("unet-studio")).is_relative_to(own_profile)
    assert platformdirs.user_data_dir("x").startswith(str(own_profile))
"""


def test_what_is_left_running_fails_its_test(tmp_path: Path) -> None:
    shutil.copy(CONFTEST, tmp_path)
    (tmp_path / "test_leaks.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nqt_api = pyside6\naddopts = -p no:cacheprovider -rA\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--basetemp", str(tmp_path / "base"), str(tmp_path)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    wrong = {line.split(" - ")[0] for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR "))}
    assert wrong == {f"ERROR test_leaks.py::test_{name}" for name in ("thread", "widget", "timer")}, done.stdout
    for said in ("thread forgotten", "widget QMenu", "timer of NoneType"):
        assert f"left running: {said}" in done.stdout
    assert "5 passed, 3 errors" in done.stdout
