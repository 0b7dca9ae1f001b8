"""A Workspace with one kept picture and one worklist row that shows it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from unet_studio.core.correction import Effort
from unet_studio.core.proposal import Proposal
from unet_studio.workspace import store

IMAGE = "ab" * 32
SHAPE = (37, 53)


class Room:
    """A Workspace and short ways to fill it."""

    def __init__(self, folder: Path) -> None:
        self.ws = store.open_workspace(folder)
        self.reader = "Dr. A"
        self.case_id = 1

    def add(self, name: str, image_hash: str) -> int:
        (case_id,) = store.add_cases(self.ws, [store.NewCase(f"/films/{name}", guess="lung")])
        store.keep_image(self.ws, image_hash, f"pixels of {image_hash}".encode(), ".png", {"rows": 37})
        store.set_image(self.ws, case_id, image_hash, *SHAPE)
        return case_id

    def mask(self, seed: int = 0) -> np.ndarray:
        return np.random.default_rng(seed).integers(0, 2, SHAPE).astype(np.uint8)

    def proposal(self, model_id: str = "lung-v1", seed: int = 0) -> Proposal:
        probability = np.random.default_rng(seed).integers(0, 65536, (24, 32)).astype(np.uint16)
        return Proposal(probability, *SHAPE, "lung", model_id, "c" * 64, "cpu", 0.25, "inverted film")

    def accept(self, seed: int = 0, image_hash: str = IMAGE, **more: object) -> object:
        facts = {
            "mask": self.mask(seed),
            "touched": self.mask(seed + 1) != 0,
            "group": "patient 1",
            "effort": Effort(3, 12.5, 20.0, 77),
            "source_name": "film.png",
            "source_sha256": "d" * 64,
            "model_id": "lung-v1",
            "threshold": 0.4,
            "reader": self.reader,
            **more,
        }
        return store.save_correction(self.ws, store.NewCorrection(image_hash=image_hash, target="lung", **facts))

    def case(self, case_id: int | None = None, reader: str | None = None):
        return store.case(self.ws, case_id or self.case_id, reader or self.reader)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("furnished") / "ws"
    assert Room(folder).add("film.png", IMAGE) == 1
    return folder


@pytest.fixture
def room(furnished: Path, tmp_path: Path) -> Room:
    shutil.copytree(furnished, tmp_path / "ws")
    return Room(tmp_path / "ws")
