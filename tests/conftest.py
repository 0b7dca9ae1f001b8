"""What every test stands on: no display, few threads, no reader's own profile, nothing left running."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "2")

ROOT = Path(__file__).resolve().parent.parent
PROFILE_VARIABLES = (
    "XDG_DATA_HOME",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_STATE_HOME",
    "LOCALAPPDATA",
    "APPDATA",
)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The pictures for training and measuring, which lie beside the repository and are never part of it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the data folder {folder} is not here")
    return folder


@pytest.fixture(autouse=True)
def own_profile(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty per-user profile for this test and its child processes: the reader's own workspace is out of reach."""
    profile = tmp_path_factory.mktemp("profile")
    for variable in PROFILE_VARIABLES:
        monkeypatch.setenv(variable, str(profile))
    if sys.platform == "darwin":
        monkeypatch.setenv("HOME", str(profile))
    return profile


@pytest.fixture(autouse=True)
def nothing_left_running(own_profile: Path) -> Iterator[None]:
    """Fails a test that leaves a thread, a top-level widget or a running QTimer behind."""
    threads = set(threading.enumerate())
    before = _addresses(_top_level_widgets()) | _addresses(_running_timers())
    yield
    _finish_qt()
    left = [f"thread {thread.name}" for thread in _threads_beyond(threads)]
    left += [f"widget {type(widget).__name__}" for widget in _top_level_widgets() if not _addresses([widget]) <= before]
    left += [
        f"timer of {type(timer.parent()).__name__}" for timer in _running_timers() if not _addresses([timer]) <= before
    ]
    assert not left, f"left running: {', '.join(left)}"


def _threads_beyond(before: set[threading.Thread], seconds: float = 2.0) -> list[threading.Thread]:
    """Threads started since `before` that do not end by themselves; Qt's pool threads seen from Python do not count."""
    deadline = time.monotonic() + seconds
    while True:
        left = [
            thread
            for thread in threading.enumerate()
            if thread not in before and not isinstance(thread, threading._DummyThread)
        ]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.01)


def _application() -> Any:
    widgets = sys.modules.get("PySide6.QtWidgets")
    return widgets.QApplication.instance() if widgets else None


def _finish_qt() -> None:
    """Lets Qt carry out the deletions that closing a window has asked for."""
    application = _application()
    if application is None:
        return
    core = sys.modules["PySide6.QtCore"]
    # a deleted window lets go of what only a second round can collect
    for _ in range(2):
        gc.collect()
        application.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
        application.processEvents()


def _addresses(objects: list[Any]) -> set[int]:
    """Where Qt keeps them: the Python objects that stand for them come and go."""
    return {sys.modules["shiboken6"].getCppPointer(thing)[0] for thing in objects}


def _top_level_widgets() -> list[Any]:
    application = _application()
    if application is None:
        return []
    # the tooltip is Qt's own, one for the whole application
    return [widget for widget in application.topLevelWidgets() if widget.metaObject().className() != "QTipLabel"]


def _running_timers() -> list[Any]:
    if _application() is None:
        return []
    timer = sys.modules["PySide6.QtCore"].QTimer
    valid = sys.modules["shiboken6"].isValid
    # type(), as isinstance() wakes what other libraries hide behind __class__
    return [o for o in gc.get_objects() if issubclass(type(o), timer) and valid(o) and o.isActive()]
