"""Any network at any size: padding and cropping, mirrored borders, and tiles that nobody can see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from training.classic import ClassicUNet
from training.dataset import Pair, Sample
from training.evaluate import best_threshold, probabilities
from training.networks import build
from training.preprocess import InputSpec, fit_to, network_input
from training.tiles import logits, mirrored

WHOLE = 10**6  # px; no picture here is longer
LITE = {"name": "lite0-unet", "channels": 1, "widths": [16, 8, 8, 8, 4], "heads": 2}


def classic(levels: int, channels: int = 1, batch_norm: bool = False) -> ClassicUNet:
    torch.manual_seed(levels)
    return ClassicUNet(channels, range(3, 3 + levels), 0.5, batch_norm).eval()


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("levels", [1, 2, 3, 5])
@pytest.mark.parametrize(("rows", "columns"), [(97, 131), (1, 60), (64, 64)])
@pytest.mark.parametrize("tile", [20, 33, 64])
def test_tiled_is_whole(tile: int, rows: int, columns: int, levels: int, dtype: torch.dtype) -> None:
    network = classic(levels, batch_norm=levels == 3).to(dtype)
    values = torch.randn(2, 1, rows, columns, dtype=dtype)
    with torch.inference_mode():
        whole, tiled = logits(network, values, WHOLE), logits(network, values, tile)
    assert tiled.shape == whole.shape == (2, 1, rows, columns)
    scale = float(whole.abs().max())
    assert float((tiled - whole).abs().max()) <= scale * 64 * torch.finfo(dtype).eps


@pytest.mark.parametrize("levels", [1, 3])
def test_the_smallest_tiles_leave_no_seams_either(levels: int) -> None:
    network, values = classic(levels), torch.randn(1, 1, 19, 9)
    torch.testing.assert_close(logits(network, values, 1), logits(network, values, WHOLE), rtol=1e-4, atol=1e-5)


def test_the_whole_picture_is_what_the_network_says_of_it_with_mirrored_borders() -> None:
    """Where the network itself can answer for all of a picture, tiles say the same, in the middle and at the edge."""
    network = classic(3).double()
    side = network.input_side(60)
    big = np.random.default_rng(0).normal(size=(1, 1, side, side))
    lost = network.border
    inside = torch.from_numpy(big[..., lost:-lost, lost:-lost].copy())
    border = ((0, 0), (0, 0), (lost, lost), (lost, lost))
    reflected = torch.from_numpy(np.pad(inside.numpy(), border, mode="reflect"))
    with torch.inference_mode():
        torch.testing.assert_close(logits(network, inside, 16), network(reflected))
        seen = network(torch.from_numpy(big))
        found = logits(network, torch.from_numpy(big), 16)
    # what is `border` px further in lies on the same grid of the poolings
    assert lost % network.multiple == 0
    torch.testing.assert_close(found[..., lost:-lost, lost:-lost], seen)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (2, 3), (3, 2), (7, 40), (40, 40)])
@pytest.mark.parametrize("lengths", [(0, 0), (1, 2), (20, 33), (92, 107)])
def test_mirrored_borders_are_numpy_s_reflection(shape: tuple[int, int], lengths: tuple[int, int]) -> None:
    values = np.random.default_rng(1).normal(size=(2, 3, *shape))
    rows, columns = lengths, lengths[::-1]
    expected = np.pad(values, ((0, 0), (0, 0), rows, columns), mode="reflect")
    np.testing.assert_array_equal(mirrored(torch.from_numpy(values), rows, columns).numpy(), expected)


def test_one_tile_at_a_time() -> None:
    network = classic(2)
    shapes: list[tuple[int, ...]] = []
    network.register_forward_hook(lambda layer, inputs, output: shapes.append(tuple(inputs[0].shape)))
    logits(network, torch.zeros(3, 1, 100, 30), 40)
    assert len(shapes) == 3
    assert {shape[:2] for shape in shapes} == {(3, 1)}
    assert max(max(shape[2:]) for shape in shapes) <= network.input_side(40)


@pytest.mark.parametrize("network", [classic(2), build({"name": "unet", "channels": 1, "widths": [3, 4, 5]}).eval()])
def test_gradients_flow(network: nn.Module) -> None:
    torch.manual_seed(0)
    network = network.double()
    values = torch.randn(1, 1, 37, 22, dtype=torch.float64)
    weight = torch.randn_like(values)
    found = []
    for tile in (WHOLE, 12):
        picture = values.clone().requires_grad_()
        network.zero_grad()
        (logits(network, picture, tile) * weight).sum().backward()
        assert picture.grad is not None
        assert torch.count_nonzero(picture.grad) > 0.9 * picture.grad.numel()
        found.append([picture.grad, *[value.grad.clone() for value in network.parameters() if value.grad is not None]])
    for whole, tiled in zip(*found, strict=True):
        torch.testing.assert_close(tiled, whole)


@pytest.mark.parametrize("architecture", [LITE, {"name": "unet", "channels": 1, "widths": [4, 6, 8]}])
def test_padded_networks_are_padded_with_zeros_and_cropped(architecture: dict) -> None:
    network = build(architecture).eval()
    multiple = network.multiple
    assert isinstance(multiple, int)
    fitting, odd = torch.randn(2, 1, 2 * multiple, 3 * multiple), torch.randn(1, 1, multiple + 1, 3 * multiple - 1)
    with torch.inference_mode():
        assert torch.equal(logits(network, fitting), network(fitting))
        padded = torch.zeros(1, 1, 2 * multiple, 3 * multiple)
        padded[..., : multiple + 1, : 3 * multiple - 1] = odd
        found = logits(network, odd)
        assert torch.equal(found, network(padded)[..., : multiple + 1, : 3 * multiple - 1])
        heads = int(architecture.get("heads", 1))
        assert found.shape == (1, heads, multiple + 1, 3 * multiple - 1)
        assert logits(network, torch.randn(1, 1, 1, 1)).shape == (1, heads, 1, 1)


def test_a_network_that_asks_for_nothing_gets_the_picture_as_it_is() -> None:
    convolution = nn.Conv2d(1, 1, 3, padding=1)
    picture = torch.randn(1, 1, 7, 9)
    assert torch.equal(logits(convolution, picture), convolution(picture))


@pytest.fixture
def seeing() -> ClassicUNet:
    """An unpadded network whose logit is the value that it sees, so that nothing can be out of place unnoticed."""
    network = ClassicUNet(1, [1, 1]).eval()
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.zeros_(layer.weight)
            layer.weight.data[0, 0, layer.kernel_size[0] // 2, layer.kernel_size[1] // 2] = 1
    first = network.down[0][0]
    assert isinstance(first, nn.Conv2d)
    assert first.bias is not None
    assert network.head.bias is not None
    first.bias.data[0], network.head.bias.data[0] = 1.0, -1.0  # lifts what is dark over the ReLU, and back
    return network


def test_an_unpadded_network_is_measured_at_the_picture_s_size(seeing: ClassicUNet, disc: Callable) -> None:
    spec = InputSpec(size=45, channels=1, multiple=1)
    picture = disc(3)[0][:, :50]
    values, fit = network_input(picture, False, spec)
    found = probabilities(seeing, picture, False, spec)
    assert found.shape == (fit.content_rows, fit.content_columns) == (45, 35)
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-values[0])), atol=1e-6)


def test_the_best_threshold_of_an_unpadded_network(seeing: ClassicUNet) -> None:
    spec = InputSpec(size=33, channels=1, multiple=1)
    unit = np.random.default_rng(4).integers(0, 256, (33, 29, 1)).astype(np.uint8)
    mask = (1 / (1 + np.exp(1 - unit[..., 0] / 127.5)) >= 0.58).astype(np.uint8) * np.uint8(255)
    sample = Sample(Pair("drawn", Path("p.png"), Path("m.png"), "one"), unit, mask, fit_to(33, 29, spec))
    assert best_threshold(seeing, [sample], spec) == pytest.approx(0.58)
