"""Drawn pictures: bright discs on a noisy gray ground, and tiny networks that learn them in seconds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from training import augment
from training.preprocess import InputSpec
from training.recipe import Recipe

Drawn = tuple[np.ndarray, np.ndarray]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def disc() -> Callable[[int, int], Drawn]:
    """seed, side -> (picture (side, side) uint8, mask of 0/1) with one disc away from the border."""

    def draw(seed: int, side: int = 64) -> Drawn:
        rng = np.random.default_rng(seed)
        radius = int(rng.integers(side // 8, side // 4))
        x, y = (int(value) for value in rng.integers(radius + 2, side - radius - 2, 2))
        mask = np.zeros((side, side), np.uint8)
        cv2.circle(mask, (x, y), radius, 1, -1)
        picture = 80 + 90.0 * mask + rng.normal(0, 8, mask.shape)
        return np.clip(picture, 0, 255).astype(np.uint8), mask

    return draw


@pytest.fixture
def tiny() -> Recipe:
    """A recipe that learns discs in about two seconds on one core."""
    return Recipe(
        name="tiny",
        target="lung",
        summary="discs",
        architecture={"name": "unet", "channels": 1, "widths": [8, 12, 16]},
        pretrained=False,
        input=InputSpec(size=32, channels=1, multiple=4),
        canvas=(32, 32),
        change=augment.AugmentSpec(shift=0.1),
        epochs=20,
        batch=4,
        rate=1e-2,
        ema=0.9,
    )


@pytest.fixture
def data(tmp_path: Path, disc: Callable[[int, int], Drawn]) -> Path:
    """A folder with images/ and masks/ of 24 drawn discs."""
    folder = tmp_path / "drawn"
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True)
    for seed in range(24):
        picture, mask = disc(seed, 64)
        cv2.imwrite(str(folder / "images" / f"p{seed}.png"), picture)
        cv2.imwrite(str(folder / "masks" / f"p{seed}.png"), mask * 255)
    return folder


CHILD = """
import json, sys, time, warnings
from pathlib import Path
warnings.simplefilter("error")
from training import augment, loop, recipes
from training.__main__ import main
from training.preprocess import InputSpec
from training.recipe import Recipe
fields = json.loads(Path(sys.argv[1]).read_text())
fields["input"], fields["change"] = InputSpec(**fields["input"]), augment.AugmentSpec(**fields["change"])
fields["canvas"] = tuple(fields["canvas"])
recipes.RECIPES["tiny"] = Recipe(**fields)
{before}
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def child(tmp_path: Path) -> Callable[..., list[str]]:
    """recipe, before="" -> the words of a script that is `python -m training` with that recipe as `tiny`.

    before: Python lines to run first.
    """

    def write(recipe: Recipe, before: str = "") -> list[str]:
        (tmp_path / "tiny.json").write_text(json.dumps(asdict(recipe)))
        (tmp_path / "child.py").write_text(CHILD.replace("{before}", before))
        return [str(tmp_path / "child.py"), str(tmp_path / "tiny.json")]

    return write
