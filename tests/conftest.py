"""What every test stands on: no display, few threads, no reader's own profile, nothing left running; drawn films."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "2")

ROOT = Path(__file__).resolve().parent.parent
SALT = "01" * 32  # of the split, in `workspace`
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


@pytest.fixture(scope="session")
def videos() -> ModuleType:
    """Drawn videos: the module `tests/videos.py`."""
    spec = importlib.util.spec_from_file_location("drawn_videos", ROOT / "tests" / "videos.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
def nothing_made_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """No picture is decoded or proposed ahead, unless a test of just that asks for it: others count steps and jobs."""
    from unet_studio.workflow import prefetching

    monkeypatch.setattr(prefetching, "PICTURES", 0)


@pytest.fixture(autouse=True)
def nothing_left_running(own_profile: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a thread, or in a module that uses Qt a top-level widget or running QTimer, behind."""
    threads = set(threading.enumerate())
    qt = _uses_qt(request)
    if qt:
        # what is there already is looked at no more: collections and lists of objects are ten times as fast
        gc.collect()
        gc.freeze()
    before = _addresses([*_top_level_widgets(), *_running_timers()]) if qt else set()
    yield
    left = [*_left_of_qt(before)] if qt else []
    left += [f"thread {thread.name}" for thread in _threads_beyond(threads)]
    assert not left, f"left running: {', '.join(left)}"


def _uses_qt(request: pytest.FixtureRequest) -> bool:
    """True for a test whose module has imported Qt or the window: to look for Qt's leftovers takes half a second."""
    homes = (getattr(value, "__module__", None) or "" for value in vars(request.module).values())
    return any(str(home).startswith(("PySide6", "unet_studio.gui")) for home in homes)


def _left_of_qt(before: set[int]) -> Iterator[str]:
    _finish_qt()
    for widget in _top_level_widgets():
        if not _addresses([widget]) <= before:
            yield f"widget {type(widget).__name__}"
    for timer in _running_timers():
        if not _addresses([timer]) <= before:
            yield f"timer of {type(timer.parent()).__name__}"


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


SIDE = 64  # px of the tiny network's grid


def film(seed: int, rows: int = 200, columns: int = 160) -> tuple[np.ndarray, np.ndarray]:
    """A film (rows, columns) uint8 and its lungs, uint8 0/1: two dark ellipses in a bright body."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:rows, :columns]
    lungs = np.zeros((rows, columns), np.uint8)
    for middle in (0.29, 0.71):
        across = (x - (middle + rng.uniform(-0.02, 0.02)) * columns) / (rng.uniform(0.14, 0.17) * columns)
        down = (y - (0.5 + rng.uniform(-0.03, 0.03)) * rows) / (rng.uniform(0.3, 0.36) * rows)
        lungs[across**2 + down**2 < 1] = 1
    pixels = np.where(lungs, 70.0, 180.0) + rng.normal(0, 6, lungs.shape)
    return cv2.GaussianBlur(np.clip(pixels, 0, 255).astype(np.uint8), (0, 0), 1.2), lungs


def moving_polyp(count: int, seed: int = 1, wall: tuple[int, int, int] = (190, 95, 75)) -> Iterator[tuple]:
    """Frames (144, 176, 3) uint8 RGB and masks, uint8 0/1: a polyp that moves 2 px to the right and 1 down a frame."""
    rng = np.random.default_rng(seed)
    still, own = (cv2.GaussianBlur(rng.normal(0, 1, (300, 400)).astype(np.float32), (0, 0), 2) * 7 for _ in "12")
    y, x = np.mgrid[:144, :176].astype(np.float32)
    for at in range(count):
        inside = np.hypot((x - 50 - 2 * at) / 26, (y - 70 - at) / 20) < 1
        skin = own[100 - at : 244 - at, 150 - 2 * at : 326 - 2 * at]
        light = 1 + 0.12 * np.where(inside, skin, still[10:154, 10:186])
        frame = np.where(inside[..., None], (215, 80, 66), wall) * light[..., None]
        yield np.clip(frame, 0, 255).astype(np.uint8), inside.astype(np.uint8)


@pytest.fixture
def polyp_video() -> Any:
    """Draws frames of a polyp that moves; see `moving_polyp`."""
    return moving_polyp


def write_films(folder: Path, count: int) -> list[np.ndarray]:
    """PNG films film_1.png ... in `folder`; returns their lungs."""
    folder.mkdir(parents=True, exist_ok=True)
    lungs = []
    for number in range(1, count + 1):
        pixels, mask = film(number)
        lungs.append(mask)
        (folder / f"film_{number}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    return lungs


def widened(mask: np.ndarray) -> np.ndarray:
    """The same lungs by another convention: 9 px wider on each side."""
    return cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (19, 19)))


def train_tiny(path: Path, steps: int = 40, convention: Callable[[np.ndarray], np.ndarray] = np.asarray) -> Path:
    """Write the weights of a network of a few thousand parameters that finds the drawn lungs."""
    import torch
    from torch.nn import functional as F

    from training.checkpoint import ModelFile, save_model
    from training.networks import build
    from training.preprocess import InputSpec, mask_to_network, network_input

    torch.manual_seed(0)
    architecture = {"name": "unet", "channels": 1, "widths": [8, 16, 16]}
    spec = InputSpec(size=SIDE, channels=1, kind="gray")
    values, masks = [], []
    for seed in range(100, 108):
        pixels, lungs = film(seed)
        seen, fit = network_input(pixels, False, spec)
        values.append(torch.from_numpy(seen))
        masks.append(torch.from_numpy(mask_to_network(convention(lungs), fit)).float()[None])
    network = build(architecture).train()
    optimiser = torch.optim.Adam(network.parameters(), 0.01)
    batch, truth = torch.stack(values), torch.stack(masks)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    for _ in range(steps):
        loss = F.binary_cross_entropy_with_logits(network(batch), truth)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    torch.set_num_threads(threads)
    save_model(network.state_dict(), ModelFile(path, architecture, spec, "lung"))
    return path


@pytest.fixture
def draw_film() -> Any:
    """Draws a film and its lungs; see `film`."""
    return film


@pytest.fixture
def widen() -> Any:
    """The same lungs by another convention; see `widened`."""
    return widened


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_tiny(tmp_path_factory.mktemp("tiny") / "tiny.safetensors")


@pytest.fixture(scope="session")
def wide_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny network by the wider convention."""
    return train_tiny(tmp_path_factory.mktemp("wide") / "wide.safetensors", convention=widened)


@pytest.fixture
def workspace(tmp_path: Path, tiny_weights: Path) -> Path:
    """A Workspace of "Dr Test" in which the tiny network proposes lungs.

    Its split is the same in every run: the first two films of `films` are learned from, the third is held out.
    """
    from unet_studio.workflow import versions
    from unet_studio.workflow.session import change_reader, close_session, open_session
    from unet_studio.workspace import migrations

    folder = tmp_path / "workspace"
    with pytest.MonkeyPatch.context() as fixed:
        fixed.setattr(migrations, "secrets", SimpleNamespace(token_hex=lambda _bytes: SALT))
        opened = open_session(folder)
    session = change_reader(opened, "Dr Test")
    versions.install(session, "lung", tiny_weights, "tiny network of the tests")
    close_session(session)
    return folder


@pytest.fixture
def lungs(tmp_path: Path) -> list[np.ndarray]:
    """The lungs of the films in `films`."""
    return write_films(tmp_path / "films", 3)


@pytest.fixture
def films(tmp_path: Path, lungs: list[np.ndarray]) -> Path:
    """A folder with three drawn films and a file that is no picture."""
    (tmp_path / "films" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    return tmp_path / "films"
