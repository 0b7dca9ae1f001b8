"""The network's last layer for one Image: on the Proposal's grid, and without changing the Proposal."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from training.checkpoint import ModelFile, load_model
from training.networks import build
from training.preprocess import InputSpec, fit_to, network_input
from training.recipes import RECIPES
from unet_studio.core.image import Image, Source
from unet_studio.inference.features import LARGEST, features, last_layer, maps
from unet_studio.inference.proposer import Proposer

MODELS = Path(__file__).parents[3] / "resources" / "models"
SMALL = {"unet": [4, 6, 8], "unet-2015": [4, 6, 8]}


def picture(*shape):
    return Image(np.random.default_rng(3).integers(0, 200, shape).astype(np.uint8), Source("a"), "PNG")


def made(name, size=50):
    recipe = RECIPES[name]
    architecture = dict(recipe.architecture)
    architecture["widths"] = SMALL.get(architecture["name"], architecture["widths"])
    torch.manual_seed(0)
    spec = replace(recipe.input, size=size)
    return build(architecture).eval(), ModelFile(Path("one"), architecture, spec, recipe.target)


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("shape", [(71, 60), (3, 200), (1, 1)])
def test_every_network_has_features_on_the_proposals_grid(name, shape):
    network, about = made(name)
    found = features(network, about, picture(*shape))
    fit = fit_to(*shape, about.input)
    assert found.dtype == np.float16
    assert found.shape == (network.head.in_channels, fit.content_rows, fit.content_columns)
    assert np.isfinite(found).all()
    assert found.flags.c_contiguous


@pytest.mark.parametrize("name", ["lung", "polyp"])
def test_the_head_on_the_features_is_the_proposal(name):
    path = MODELS / f"{name}.safetensors"
    network, about = load_model(path)
    image = picture(90, 120, *([3] if name == "polyp" else []))
    found = torch.from_numpy(features(network, about, image).astype(np.float32))
    values, fit = network_input(image.pixels, False, about.input)
    with torch.inference_mode():
        expected = network(torch.from_numpy(values)[None].to(memory_format=torch.channels_last))[0]
        again = network.head(found[None])[0]
    torch.testing.assert_close(again, expected[:, : fit.content_rows, : fit.content_columns], rtol=1e-2, atol=3e-2)


def test_a_proposal_made_while_features_are_kept_is_the_same_and_nothing_stays_behind():
    one = Proposer.load(MODELS / "lung.safetensors", "lung", "cpu")
    image = picture(90, 120)
    plain = one.propose(image)
    with last_layer(one._network) as kept:
        heard = one.propose(image)
    assert len(kept) == 1
    np.testing.assert_array_equal(plain.probability, heard.probability)
    found = maps(kept, fit_to(90, 120, one._about.input))
    np.testing.assert_array_equal(found, features(one._network, one._about, image))
    assert found.shape[1:] == plain.probability.shape
    one.propose(image)
    assert len(kept) == 1
    assert not one._network.head._forward_pre_hooks


def test_the_hook_goes_with_an_error():
    network, _ = made("lung")
    with pytest.raises(ZeroDivisionError), last_layer(network):
        raise ZeroDivisionError
    assert not network.head._forward_pre_hooks


def test_a_network_without_a_head_and_several_tiles_have_no_features():
    fit = fit_to(20, 30, InputSpec(size=30, channels=1))
    with last_layer(nn.Conv2d(1, 1, 1)) as kept:
        assert maps(kept, fit).shape == (0, 20, 30)
    tile = torch.zeros(1, 4, 32, 32)
    assert maps([tile, tile], fit).shape == (0, 20, 30)
    assert maps([tile[..., :10]], fit).shape == (0, 20, 30)
    assert maps([tile], fit).shape == (4, 20, 30)


def test_values_beyond_float16_are_its_largest():
    found = maps([torch.full((1, 2, 4, 4), 1e9)], fit_to(4, 4, InputSpec(size=4, channels=1, multiple=4)))
    assert (found == np.float16(LARGEST)).all()
