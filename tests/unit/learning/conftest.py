"""A tiny network trained on drawn discs, and job folders made of such pictures."""

import cv2
import numpy as np
import pytest
import torch

from training import finetune
from training.checkpoint import ModelFile, save_model
from training.device import DeviceChoice
from training.losses import bce_dice
from training.networks import build
from training.preprocess import InputSpec
from unet_studio.core.image import Image, Source
from unet_studio.learning import course, job

ARCHITECTURE = {"name": "unet", "channels": 1, "widths": [6, 12]}
SPEC = InputSpec(size=40, channels=1, multiple=8)
WIDE = 1.35  # the parent marks the disc; its readers want it this much wider


def film(seed: int) -> tuple[Image, np.ndarray, np.ndarray]:
    """A noisy picture with a bright disc in a dimmer ring; the Mask of the disc, and of disc and ring."""
    rng = np.random.default_rng(seed)
    x, y, radius = rng.uniform(34, 62), rng.uniform(34, 62), rng.uniform(14, 20)
    rows, columns = np.mgrid[:96, :96]
    away = np.hypot(columns - x, rows - y)
    disc, wide = away <= radius, away <= radius * WIDE
    pixels = 40 + 40 * wide + 100 * disc + rng.normal(0, 6, (96, 96))
    pixels = cv2.GaussianBlur(pixels, (0, 0), 0.8).clip(0, 255).astype(np.uint8)
    return Image(pixels, Source(f"{seed}.png"), "PNG"), disc.astype(np.uint8), wide.astype(np.uint8)


@pytest.fixture(scope="session")
def parent(tmp_path_factory):
    """The path of a network that marks the bright discs, trained for two seconds."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = build(ARCHITECTURE)
    items = [item(seed, wide=False) for seed in range(100, 124)]
    inputs = torch.from_numpy(np.stack([one.picture for one in items]))
    masks = torch.from_numpy(np.stack([one.mask[None] for one in items]).astype(np.float32))
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.01)
    for _ in range(40):
        optimiser.zero_grad()
        bce_dice(network(inputs), masks).backward()
        optimiser.step()
    path = tmp_path_factory.mktemp("model") / "parent.safetensors"
    save_model(network.state_dict(), ModelFile(path, ARCHITECTURE, SPEC, "lung"))
    torch.set_num_threads(threads)
    return path


def item(seed: int, *, wide: bool = True, mask: np.ndarray | None = None, gate: bool = False, **kwargs) -> job.Item:
    """The Correction of film `seed`: disc and ring, or the disc alone, or any other Mask."""
    image, disc, ring = film(seed)
    chosen = mask if mask is not None else (ring if wide else disc)
    return job.item_from(image, chosen, SPEC, name=f"#{seed}", group=f"g{seed}", gate=gate, **kwargs)


@pytest.fixture
def make_item():
    return item


@pytest.fixture
def make_film():
    return film


@pytest.fixture
def make_job(tmp_path, parent):
    """Writes a job of these Items with the parent's weights; at normal priority, as the tests run beside others."""

    def make(items, least=0.8, anchors=(), **plan):
        settings = job.Plan("lung", "lung-v1", least, **{"device": "cpu", "priority": 0} | plan)
        return job.write_job(tmp_path / "job", settings, parent, items, anchors)

    return make


CARD = "cpu:0"  # torch computes there as on the CPU, and the program takes it for a graphics card


@pytest.fixture
def card(monkeypatch):
    """Lets learning choose CARD; returns its name."""
    monkeypatch.setattr(course, "choose", lambda _name: DeviceChoice(CARD, CARD))
    monkeypatch.setattr(finetune, "choose", lambda name: DeviceChoice(name, name))
    return CARD
