"""What a run begins with: a recipe that can be followed, and a network with its first weights."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from training import distributed
from training.checkpoint import load_model
from training.dataset import HELD_OUT
from training.encoder import load_imagenet
from training.losses import loss_named
from training.networks import LiteUNet, build
from training.recipe import Recipe
from training.schedule import loss_name, steps_per_epoch
from training.state import Training
from training.step import optimiser_for


def check(recipe: Recipe, pictures: int) -> None:
    """Raise ValueError for a recipe that cannot be followed on so many pictures."""
    if not pictures or steps_per_epoch(recipe, pictures) < 1:
        raise ValueError(
            f"{pictures} pictures are fewer than a batch of {recipe.batch}; add pictures or give a smaller batch."
        )
    if recipe.seed < 0:
        raise ValueError(f"The seed {recipe.seed} is negative; give 0 or more.")
    heads, needed = int(recipe.architecture.get("heads", 1)), 1 + max(recipe.heads.values(), default=0)
    if needed > heads:
        raise ValueError(f"The recipe {recipe.name} names {needed} heads, its network has {heads}; make them equal.")
    distributed.share(recipe.batch)
    for stage in (0, 1):
        loss_named(loss_name(recipe, stage))


def start(recipe: Recipe, device: str, parent: Path | None = None) -> tuple[Training, str]:
    """A network with fresh, ImageNet or the parent file's weights, and that file's SHA-256.

    Raises ValueError for a parent that does not fit.
    """
    torch.manual_seed(recipe.seed)
    network, sha256 = build(recipe.architecture), ""
    if parent is not None:
        sha256 = take_weights(network, parent, recipe)
    elif recipe.pretrained and isinstance(network, LiteUNet):
        load_imagenet(network.encoder, str(recipe.architecture["name"]).partition("-")[0])
    if device.startswith("cuda"):
        torch.backends.cudnn.benchmark = True
        if distributed.size() > 1:
            network = nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
    network = network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = {key: value.detach().clone() for key, value in network.state_dict().items()}
    return Training(network, average, optimiser_for(recipe, network, 0)), sha256


def take_weights(network: nn.Module, parent: Path, recipe: Recipe) -> str:
    """Put a model file's weights into the network; returns the file's SHA-256.

    Raises ValueError when they do not fit.
    """
    taken, about = load_model(parent)
    before = about.card.get("recipe", {})
    sides = [(float(before.get("held_out", HELD_OUT)), int(before.get("fold", 0))), (recipe.held_out, recipe.fold)]
    if recipe.held_out > 0 and sides[0] != sides[1]:
        part, fold = sides[0]
        raise ValueError(f"{parent} learned from pictures that this run holds out; give held_out={part:g} fold={fold}.")
    theirs, ours = (int(architecture.get("heads", 1)) for architecture in (about.architecture, recipe.architecture))
    if theirs != ours:
        raise ValueError(f"{parent} has {theirs} heads, the recipe {recipe.name} {ours}; start from another model.")
    try:
        network.load_state_dict(taken.state_dict())
    except RuntimeError as error:
        raise ValueError(
            f"{parent} holds another network than the recipe {recipe.name}; start from another model."
        ) from error
    return about.sha256
