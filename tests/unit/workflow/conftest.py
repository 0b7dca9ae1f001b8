"""A Workspace with drawn films, opened without a window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from safetensors.torch import load_file

from training.checkpoint import describe, save_model
from unet_studio.core.correction import Correction, Side
from unet_studio.core.model_version import ModelVersion
from unet_studio.imaging import reader
from unet_studio.workflow import accepting, opening, versions
from unet_studio.workflow.session import Session, close_session, open_session
from unet_studio.workspace import store
from unet_studio.workspace.corrections import NewCorrection
from unet_studio.workspace.store import NewVersion, group_hash


@pytest.fixture
def session(workspace: Path, films: Path) -> Iterator[Session]:
    opened = open_session(workspace)
    opening.add_paths(opened, [films])
    yield opened
    close_session(opened)


@pytest.fixture
def empty_session(tmp_path: Path) -> Iterator[Session]:
    """A new Workspace with nothing on its worklist."""
    opened = open_session(tmp_path / "workspace")
    yield opened
    close_session(opened)


@pytest.fixture(scope="module")
def no_child_is_left() -> Iterator[None]:
    """Ends the decode children after a module whose tests share them."""
    yield
    reader.close()


@pytest.fixture
def masks(films: Path, lungs: list[np.ndarray], tmp_path: Path) -> Path:
    """masks/film_N.png for the drawn films; the file that is no picture is gone."""
    (films / "broken.png").unlink()
    folder = tmp_path / "masks"
    folder.mkdir()
    for number, mask in enumerate(lungs, start=1):
        cv2.imwrite(str(folder / f"film_{number}.png"), mask * 255)
    return folder


@pytest.fixture
def make_version(session: Session, tiny_weights: Path, tmp_path: Path) -> Callable[..., ModelVersion]:
    """Registers Candidates of the tiny network, each a little different; `passed` is the gate's word."""
    made: list[ModelVersion] = []

    def make(**more: Any) -> ModelVersion:
        state, about = load_file(tiny_weights), describe(tiny_weights)
        path = tmp_path / f"candidate-{len(made)}.safetensors"
        save_model(
            {key: value * (1 + 0.01 * (len(made) + 1)) for key, value in state.items()}, replace(about, path=path)
        )
        live = versions.active(session, "lung").id
        metrics = {"compared_with": live} | more.pop("metrics", {})
        new = NewVersion("lung", live, reason="Better by 0.02.", metrics=metrics, **{"passed": True} | more)
        made.append(store.add_candidate(session.workspace, path, new))
        return made[-1]

    return make


@pytest.fixture
def accept(session: Session) -> Callable[..., Correction]:
    """Accepts a Mask of film N (from 1) for a reader, as if it had been painted on the active version's Proposal.

    The film's patient is one who falls on the `side` that is asked for.
    """

    def patient(number: int, side: Side) -> str:
        names = (f"patient {number}-{one}" for one in count())
        return next(
            name
            for name in names
            if (int(group_hash(session.workspace, name)[:15], 16) % 5 == 0) == (side is Side.GATE)
        )

    def accept(
        number: int, mask: np.ndarray, reader: str = "Dr Test", side: Side = Side.TRAIN, **more: Any
    ) -> Correction:
        case = next(one for one in opening.cases(session) if one.name == f"film_{number}.png")
        image = opening.load_image(session, case.id)
        accepting.keep(session, image)
        new = {"model_id": versions.active(session, "lung").id, "touched": mask > 0, "source_name": case.name} | more
        new = {"group": patient(number, side)} | new
        return store.save_correction(
            session.workspace, NewCorrection(image.content_hash, "lung", reader, mask, case_id=case.id, **new)
        )

    return accept
