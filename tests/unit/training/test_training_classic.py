"""The 2015 U-Net: its sizes, its geometry, its two classes and its initial weights, as the paper has them."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from training.classic import ClassicUNet, border, input_side
from training.networks import build


def test_the_paper_s_network_has_the_paper_s_sizes() -> None:
    network = build({"name": "unet-2015", "channels": 1}).eval()
    convolutions = (
        (1, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 512), (512, 512), (512, 1024),
        (1024, 1024), (1024, 512), (512, 512), (512, 256), (256, 256), (256, 128), (128, 128), (128, 64), (64, 64),
    )  # fmt: skip
    halving = ((1024, 512), (512, 256), (256, 128), (128, 64))
    by_hand = sum(9 * before * after + after for before, after in convolutions)
    by_hand += sum(4 * before * after + after for before, after in halving) + 64 * 2 + 2
    assert sum(value.numel() for value in network.parameters()) == by_hand == 31_030_658
    with torch.inference_mode():
        assert network(torch.zeros(1, 1, 572, 572)).shape == (1, 1, 388, 388)


def test_valid_sides() -> None:
    assert (border(), input_side(388), input_side(1), input_side(196)) == (92, 572, 188, 380)
    for levels in range(1, 5):
        network = ClassicUNet(1, [2] * levels).eval()
        assert network.border == border(levels)
        for output in range(1, 24):
            side = network.input_side(output)
            found = network(torch.zeros(1, 1, side, side)).shape[-1]
            assert output <= found < output + network.multiple
            assert found == side - 2 * network.border
            assert network.input_side(found) == side


@pytest.mark.parametrize(("rows", "columns", "next_one"), [(572, 573, "572 x 588"), (8, 187, "188 x 188")])
def test_another_size_is_refused(rows: int, columns: int, next_one: str) -> None:
    network = ClassicUNet(1, [2] * 5)
    with pytest.raises(ValueError, match=f"{rows} x {columns} px does not fit.* give {next_one} px") as caught:
        network(torch.zeros(1, 1, rows, columns))
    assert "\n" not in str(caught.value)


def passing_on(levels: int) -> ClassicUNet:
    """One channel everywhere; each convolution hands on its middle value, so that positions can be followed."""
    network = ClassicUNet(1, [1] * levels).eval()
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.zeros_(layer.weight)
            if isinstance(layer, nn.ConvTranspose2d):
                nn.init.ones_(layer.weight)
            else:
                layer.weight.data[0, 0, layer.kernel_size[0] // 2, layer.kernel_size[1] // 2] = 1
    return network


@pytest.mark.parametrize("levels", [1, 2, 5])
def test_skips_are_cropped_in_the_middle(levels: int) -> None:
    network = passing_on(levels)
    side = network.input_side(20)
    picture = torch.rand(1, 1, side, side)
    torch.testing.assert_close(
        network(picture), picture[..., border(levels) : -border(levels), border(levels) : -border(levels)]
    )


def test_what_comes_from_below_lies_where_it_was() -> None:
    network = passing_on(2)
    first = network.up[0][0]
    assert isinstance(first, nn.Conv2d)
    nn.init.zeros_(first.weight)
    first.weight.data[0, 1, 1, 1] = 1  # takes the up-convolution's map instead of the skip
    coarse = torch.rand(1, 1, 14, 14)
    picture = coarse.repeat_interleave(2, dim=-2).repeat_interleave(2, dim=-1)
    torch.testing.assert_close(network(picture), picture[..., 8:-8, 8:-8])


def test_one_logit_is_the_softmax_of_two_classes() -> None:
    torch.manual_seed(0)
    network = ClassicUNet(1, [4, 8]).eval()
    classes: list[torch.Tensor] = []
    network.head.register_forward_hook(lambda layer, inputs, output: classes.append(output))
    side = network.input_side(12)
    logit = network(torch.randn(2, 1, side, side))
    (two,) = classes
    torch.testing.assert_close(torch.sigmoid(logit[:, 0]), torch.softmax(two, dim=1)[:, 0])
    truth = torch.randint(0, 2, (2, 12, 12))
    torch.testing.assert_close(
        nn.functional.binary_cross_entropy_with_logits(logit[:, 0], truth.float()),
        nn.functional.cross_entropy(two, 1 - truth),  # class 0 is the target
    )


def test_weights_begin_as_section_3_says() -> None:
    torch.manual_seed(0)
    network = ClassicUNet(1, [32, 64, 128])
    up = network.halve[0]
    third = network.down[2][0]
    assert isinstance(up, nn.ConvTranspose2d)
    assert isinstance(third, nn.Conv2d)
    assert float(third.weight.detach().std()) == pytest.approx(math.sqrt(2 / (9 * 64)), rel=0.02)
    assert float(up.weight.detach().std()) == pytest.approx(math.sqrt(2 / 128), rel=0.02)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            assert layer.bias is not None
            assert not layer.bias.detach().any()


def test_initial_activations_keep_their_scale() -> None:
    torch.manual_seed(0)
    network = ClassicUNet(1, [32, 64, 128]).eval()
    sizes: list[float] = []
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d) and layer.kernel_size == (3, 3):
            layer.register_forward_hook(lambda layer, inputs, output: sizes.append(float(output.detach().std())))
    network(torch.randn(1, 1, network.input_side(20), network.input_side(20)))
    assert 0.3 < min(sizes) <= max(sizes) < 6


def test_dropout_is_at_the_end_of_the_contracting_path() -> None:
    torch.manual_seed(0)
    network = ClassicUNet(1, [4, 4, 4, 4], dropout=0.5)
    dropped: list[int] = []
    network.dropout.register_forward_hook(lambda layer, inputs, output: dropped.append(output.shape[-1]))
    side = network.input_side(4)
    picture = torch.randn(1, 1, side, side)
    assert not torch.equal(network.train()(picture), network(picture))
    quarter = ((side - 4) // 2 - 4) // 2 - 4
    assert dropped == [quarter, quarter // 2 - 4] * 2
    assert torch.equal(network.eval()(picture), network(picture))
    still = ClassicUNet(1, [4, 4], dropout=0.0).train()
    picture = torch.randn(1, 1, still.input_side(4), still.input_side(4))
    assert torch.equal(still(picture), still(picture))


def test_batch_norm_takes_the_biases_place() -> None:
    network = build({"name": "unet-2015", "channels": 3, "widths": [4, 8], "batch_norm": True, "dropout": 0.25})
    assert isinstance(network, ClassicUNet)
    assert network.dropout.p == 0.25
    kinds = [type(layer) for layer in network.down[0]]
    assert kinds == [nn.Conv2d, nn.BatchNorm2d, nn.ReLU] * 2
    assert all(layer.bias is None for block in network.down for layer in block if isinstance(layer, nn.Conv2d))
    plain = build({"name": "unet-2015", "channels": 3, "widths": [4, 8]})
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in plain.modules())
